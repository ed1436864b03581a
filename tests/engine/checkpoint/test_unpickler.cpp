#include <QElapsedTimer>
#include <QtTest>

#include "engine/checkpoint/unpickler.h"
#include "engine/trace/error.h"
#include "tests/engine/checkpoint/torch_builders.h"

using namespace specula;
using testing::PickleBuilder;

class TestUnpickler : public QObject {
    Q_OBJECT

private slots:
    void namesThatAreNotAllowedAreRefusedByName_data();
    void namesThatAreNotAllowedAreRefusedByName();
    void opcodesThatMakeOrRunThingsAreRefused_data();
    void opcodesThatMakeOrRunThingsAreRefused();
    void everyPrefixOfAPickleIsRefused();
    void integersOfEveryLengthAreRead_data();
    void integersOfEveryLengthAreRead();
    void deepNestingIsReadAndFreedWithoutRecursion();
    void aListMayHoldItself();
    void demandsBeyondAnyModelAreRefusedSoon_data();
    void demandsBeyondAnyModelAreRefusedSoon();
};

namespace {

Pickle read(const std::string& bytes) {
    return unpickle(std::as_bytes(std::span(bytes)), "some.bin");
}

QString refusal(const std::string& bytes) {
    try {
        read(bytes);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

std::string repeated(const std::string& what, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += what;
    return all;
}

}  // namespace

void TestUnpickler::namesThatAreNotAllowedAreRefusedByName_data() {
    QTest::addColumn<QString>("module");
    QTest::addColumn<QString>("name");
    const auto row = [](const char* module, const char* name) {
        QTest::addRow("%s.%s", module, name) << QString::fromLatin1(module) << QString::fromLatin1(name);
    };
    row("posix", "system");
    row("builtins", "eval");
    row("builtins", "getattr");
    row("torch.hub", "load");
    row("torch.storage", "_load_from_bytes");
    row("torch", "_utils._rebuild_tensor_v2");
    row("torch", "load");
    row("collections", "OrderedDict.update");
    row("", "collections.OrderedDict");
}

void TestUnpickler::namesThatAreNotAllowedAreRefusedByName() {
    QFETCH(QString, module);
    QFETCH(QString, name);
    PickleBuilder two(2), four(4), instance(2);
    two.global(module.toStdString(), name.toStdString());
    four.global(module.toStdString(), name.toStdString());
    instance.op('(').op('i').raw(module.toStdString() + '\n' + name.toStdString() + '\n');
    for (const PickleBuilder& builder : {two, four, instance}) {
        const QString message = refusal(builder.bytes());
        QVERIFY2(message.contains(QStringLiteral("imports ") + module + QLatin1Char('.') + name) &&
                     message.contains(QStringLiteral("not allowed")),
                 qPrintable(message));
    }
}

void TestUnpickler::opcodesThatMakeOrRunThingsAreRefused_data() {
    QTest::addColumn<QByteArray>("pickle");
    QTest::addColumn<QString>("mentions");
    const auto row = [](const char* name, const PickleBuilder& builder, const char* mentions) {
        QTest::newRow(name) << QByteArray::fromStdString(builder.bytes()) << QString::fromLatin1(mentions);
    };
    const auto start = [] { return PickleBuilder(); };
    row("BUILD of a dictionary", start().op('}').op('}').op('b'), "BUILD");
    row("BUILD with a tuple", start().orderedDict().op(')').op('b'), "BUILD");
    row("NEWOBJ", start().global("collections", "OrderedDict").op(')').op(0x81), "NEWOBJ");
    row("OBJ", start().op('(').global("collections", "OrderedDict").op('o'), "OBJ");
    row("INST", start().op('(').op('i').raw("collections\nOrderedDict\n"), "INST");
    row("EXT", start().op(0x82).op(1), "extension");
    row("call of a text", start().text("eval").op(')').op('R'), "calls a text");
    row("call with a list", start().global("collections", "OrderedDict").op(']').op('R'), "calls");
    row("OrderedDict of a tuple", start().global("collections", "OrderedDict").tuple({1}).op('R'),
        "arguments");
    row("call of a storage type", start().global("torch", "FloatStorage").tuple({1}).op('R'), "arguments");
    row("tensor of nothing", start().global("torch._utils", "_rebuild_tensor_v2").op(')').op('R'),
        "rebuilds");
    row("parameter of a number",
        start().global("torch._utils", "_rebuild_parameter").tuple({1, 2, 3}).op('R'), "arguments");
    row("persistent text", start().text("0").op('Q'), "persistent id");
    row("storage of another kind",
        start()
            .op('(')
            .text("module")
            .global("torch", "FloatStorage")
            .text("0")
            .text("cpu")
            .integer(1)
            .op('t')
            .op('Q'),
        "persistent id");
    row("text opcode", start().op('I').raw("1\n"), "text opcode");
    row("no opcode", start().op(0xFF), "unknown opcode 255");
    row("protocol", start().op(0x80).op(9), "protocol 9");
    row("out-of-band buffer", start().op(0x97), "outside the file");
    row("empty stack", start().op('0'), "empty stack");
    row("below the mark", start().integer(1).op('(').op('}').op('s'), "empty stack");
    row("no mark", start().integer(1).op('t'), "mark");
    row("item of a number", start().integer(1).integer(2).op('a'), "adds an item to a number");
    row("entry of a list", start().op(']').integer(1).integer(2).op('s'), "adds an item to a list");
    row("key alone", start().op('}').op('(').integer(1).op('u'), "without a value");
    row("memo never written", start().get(3), "memo slot 3");
    row("memo far away", start().get(4'000'000), "memo slot 4000000");
    row("memo written far away", start().integer(1).op('r').raw("\xff\xff\xff\x7f"), "memo slot 2147483647");
    row("huge text", start().op('X').raw("\xff\xff\xff\xff"), "4294967295 bytes");
    row("huge text of protocol 4", start().op(0x8D).raw("\xff\xff\xff\xff\xff\xff\xff\xff"), "left");
    row("huge integer", start().op(0x8B).raw("\xff\xff\xff\xff"), "left");
    row("huge frame", start().op(0x95).raw("\xff\xff\xff\xff\xff\xff\xff\xff"), "frame");
    row("name without an end", start().op('c').raw("torch"), "without an end");
}

void TestUnpickler::opcodesThatMakeOrRunThingsAreRefused() {
    QFETCH(QByteArray, pickle);
    QFETCH(QString, mentions);
    const QString message = refusal(pickle.toStdString());
    QVERIFY2(message.contains(mentions) && message.startsWith(QStringLiteral("some.bin: ")),
             qPrintable(message));
    QVERIFY2(!message.contains(QLatin1Char('\n')), qPrintable(message));
}

void TestUnpickler::everyPrefixOfAPickleIsRefused() {
    for (const int protocol : {2, 4}) {
        testing::TorchFileBuilder builder(protocol);
        builder.addFloats("a", {2, 2}, 1).addFloats("b", {3}, 1);
        const std::string whole = builder.pickleBytes();
        QVERIFY2(refusal(whole).isEmpty(), qPrintable(refusal(whole)));
        for (std::size_t length = 0; length < whole.size(); ++length) {
            QVERIFY2(!refusal(whole.substr(0, length)).isEmpty(), qPrintable(QString::number(length)));
        }
    }
}

void TestUnpickler::integersOfEveryLengthAreRead_data() {
    QTest::addColumn<QByteArray>("opcodes");
    QTest::addColumn<qint64>("value");
    QTest::newRow("BININT1") << QByteArray("K\xff") << qint64{255};
    QTest::newRow("BININT2") << QByteArray("M\x01\xff") << qint64{0xFF01};
    QTest::newRow("BININT") << QByteArray("J\xfe\xff\xff\xff") << qint64{-2};
    QTest::newRow("LONG1 of no bytes") << QByteArray("\x8a\x00", 2) << qint64{0};
    QTest::newRow("LONG1 negative") << QByteArray("\x8a\x01\x80", 3) << qint64{-128};
    QTest::newRow("LONG1 of 5 bytes")
        << QByteArray("\x8a\x05\x01\x00\x00\x00\x01", 7) << (qint64{1} << 32) + 1;
    QTest::newRow("LONG4") << QByteArray("\x8b\x02\x00\x00\x00\xff\x7f", 7) << qint64{32767};
    QTest::newRow("smallest") << QByteArray("\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80", 10)
                              << std::numeric_limits<qint64>::min();
}

void TestUnpickler::integersOfEveryLengthAreRead() {
    QFETCH(QByteArray, opcodes);
    QFETCH(qint64, value);
    const std::string bytes = opcodes.toStdString() + ".";
    const Pickle pickle = read(bytes);
    QVERIFY(pickle.values[pickle.root].kind == Pickle::Kind::Integer);
    QCOMPARE(qint64{pickle.values[pickle.root].integer}, value);
}

void TestUnpickler::deepNestingIsReadAndFreedWithoutRecursion() {
    constexpr std::size_t kDepth = 100'000;
    const std::string lists = repeated("]", kDepth) + repeated("a", kDepth - 1) + ".";
    const std::string tuples = ")" + repeated("\x85", kDepth) + ".";
    const std::string dicts = repeated("}N", kDepth) + "N" + repeated("s", kDepth) + ".";
    const std::string marked = repeated("(", kDepth) + repeated("l", kDepth) + ".";
    for (const std::string& bytes : {lists, tuples, dicts, marked}) {
        const Pickle pickle = read(bytes);
        QVERIFY(pickle.values.size() >= kDepth);
    }
}

void TestUnpickler::aListMayHoldItself() {
    const std::string bytes = std::string("]q\0h\0a.", 7);
    const Pickle pickle = read(bytes);
    const Pickle::Value& list = pickle.values[pickle.root];
    QVERIFY(list.kind == Pickle::Kind::List);
    QCOMPARE(list.items, std::vector<std::uint32_t>{pickle.root});
}

void TestUnpickler::demandsBeyondAnyModelAreRefusedSoon_data() {
    QTest::addColumn<QByteArray>("pickle");
    QTest::addColumn<QString>("mentions");
    const auto row = [](const char* name, const std::string& bytes, const char* mentions) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString::fromLatin1(mentions);
    };
    constexpr std::size_t kMany = 9'000'000;
    const std::string zero(1, '\0');
    row("values", repeated("]0", kMany), "builds more values");
    row("stack", "N" + repeated("2", kMany), "stacks more values");
    row("marks", repeated("(", kMany), "more marks");
    row("items of a list", "Nq" + zero + "]" + repeated("h" + zero + "a", kMany), "more steps");
    row("entries", "Nq" + zero + "}" + repeated("h" + zero + "h" + zero + "s", kMany), "more steps");
    row("steps", "N" + repeated("20", kMany), "more steps");
    row("bytes", std::string((64u << 20) + 1, 'N'), "expected at most");
    // One tuple of 900,000, handed over and over to what takes tuples.
    const std::string tuple = "(N" + repeated("2", 900'000) + "tq" + zero + "0";
    row("long sizes", tuple + "ctorch\nSize\nq\1h" + zero + "\x85q\2" + repeated("h\1h\2R0", 3'000'000),
        "more steps");
    row("long arguments", tuple + "ctorch._utils\n_rebuild_tensor_v2\nh" + zero + "R", "rebuilds a tensor");
}

void TestUnpickler::demandsBeyondAnyModelAreRefusedSoon() {
    QFETCH(QByteArray, pickle);
    QFETCH(QString, mentions);
    QElapsedTimer timer;
    timer.start();
    const QString message = refusal(pickle.toStdString() + ".");
    QVERIFY2(message.contains(mentions), qPrintable(message));
    QVERIFY2(timer.elapsed() < 20'000, qPrintable(QString::number(timer.elapsed())));
}

QTEST_APPLESS_MAIN(TestUnpickler)
#include "test_unpickler.moc"
