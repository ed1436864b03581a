#include <QtTest>
#include <algorithm>
#include <random>

#include "engine/checkpoint/state_dict.h"
#include "engine/checkpoint/torch_file.h"
#include "engine/trace/error.h"
#include "tests/engine/checkpoint/torch_builders.h"

using namespace specula;
using testing::TorchFileBuilder;

// Deterministic: the same seeds, and so the same files, in every run.
class TestTorchFuzz : public QObject {
    Q_OBJECT

private slots:
    void damagedFilesAreReadWithinBoundsOrRefused_data();
    void damagedFilesAreReadWithinBoundsOrRefused();
    void damagedPicklesAreReadOrRefused_data();
    void damagedPicklesAreReadOrRefused();
    void randomOpcodesAreReadOrRefused();
};

namespace {

TorchFileBuilder base(int protocol, bool zip64) {
    TorchFileBuilder builder(protocol, zip64);
    builder.addFloats("embed.weight", {4, 6}, 0.5F).addFloats("norm.weight", {6}, 1);
    builder.view("head.weight", "FloatStorage", "0", 24, 0, {4, 6}, {6, 1});
    builder.view("turned.weight", "FloatStorage", "0", 24, 0, {6, 4}, {1, 6});
    builder.add("mask", "BoolStorage", {2, 2}, "abcd").pickle().text("epoch").integer(70'000);
    return builder;
}

std::string metadata() {
    testing::PickleBuilder ending(2, 900);
    ending.op('}').text("_metadata").orderedDict().op('s').op('b');
    return ending.body();
}

class Mutator {
public:
    explicit Mutator(unsigned seed) : m_random(seed) {}

    std::size_t below(std::size_t limit) {
        return std::uniform_int_distribution<std::size_t>(0, limit - 1)(m_random);
    }

    std::string mutated(std::string bytes) {
        for (std::size_t count = 1 + below(4); count-- > 0 && !bytes.empty();) change(bytes);
        return bytes;
    }

private:
    void change(std::string& bytes) {
        static const std::string interesting[] = {{"\0\0\0\0", 4},
                                                  "\xff\xff\xff\xff",
                                                  "\xff\xff\xff\x7f",
                                                  {"\0\0\0\x80", 4},
                                                  {"\x01\0\0\0", 4},
                                                  "\xff",
                                                  ".",
                                                  "R",
                                                  "(",
                                                  "t",
                                                  "h",
                                                  "Q",
                                                  "PK\x01\x02",
                                                  "PK\x05\x06",
                                                  "ctorch\nFloatStorage\n",
                                                  "\x85",
                                                  "a",
                                                  "u"};
        const std::size_t at = below(bytes.size());
        const std::size_t length = std::min(1 + below(12), bytes.size() - at);
        const std::string& piece = interesting[below(std::size(interesting))];
        switch (below(7)) {
            case 0:
                bytes[at] = static_cast<char>(below(256));
                break;
            case 1:
                bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
                break;
            case 2:
                bytes.replace(at, std::min(piece.size(), bytes.size() - at), piece);
                break;
            case 3:
                bytes.insert(at, piece);
                break;
            case 4:
                bytes.erase(at, length);
                break;
            case 5:
                bytes.insert(below(bytes.size()), bytes.substr(at, length));
                break;
            default:
                if (below(4) == 0) bytes.resize(at);
                break;
        }
    }

    std::mt19937 m_random;
};

// "" when it was read, else the message. Other exceptions get out and fail the test.
template <typename Action>
QString outcome(Action action) {
    try {
        action();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

bool isOneClearLine(const QString& message) {
    return !message.contains(QLatin1Char('\n')) && message.size() < 700;
}

// Sums every byte, so that a span outside of what it should be in is noticed by the system or a sanitizer.
unsigned touchAll(const std::vector<RawTensor>& tensors) {
    unsigned sum = 0;
    for (const RawTensor& tensor : tensors) {
        for (const std::byte byte : tensor.bytes) sum += static_cast<unsigned>(byte);
    }
    return sum;
}

}  // namespace

void TestTorchFuzz::damagedFilesAreReadWithinBoundsOrRefused_data() {
    QTest::addColumn<int>("protocol");
    QTest::addColumn<bool>("zip64");
    QTest::newRow("protocol 2") << 2 << false;
    QTest::newRow("protocol 4") << 4 << false;
    QTest::newRow("zip64") << 2 << true;
}

void TestTorchFuzz::damagedFilesAreReadWithinBoundsOrRefused() {
    QFETCH(int, protocol);
    QFETCH(bool, zip64);
    const TorchFileBuilder builder = base(protocol, zip64);
    const std::string whole = builder.bytes(protocol == 2 ? metadata() : "");
    const std::string pickle = builder.pickleBytes(protocol == 2 ? metadata() : "");
    const std::size_t directory = whole.find("PK\x01\x02");
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("x.bin"));
    Mutator mutator(static_cast<unsigned>(protocol) + (zip64 ? 100 : 0));
    int readable = 0, refused = 0;
    unsigned sum = 0;
    for (int round = 0; round < 2000; ++round) {
        // The directory, the pickle in its place, or anything.
        std::string bytes;
        if (round % 3 == 0) {
            bytes = whole.substr(0, directory) + mutator.mutated(whole.substr(directory));
        } else if (round % 3 == 1) {
            bytes = builder.zipOf(mutator.mutated(pickle));
        } else {
            bytes = mutator.mutated(whole);
        }
        testing::writeFile(path, bytes);
        const QString message = outcome([&] {
            MappedFile file(path.toStdString());
            const std::vector<RawTensor> tensors = readTorchFile(file);
            for (const RawTensor& tensor : tensors) QVERIFY(elementCount(tensor.shape).has_value());
            sum += touchAll(tensors);
        });
        QVERIFY2(isOneClearLine(message), qPrintable(message));
        QVERIFY2(message.isEmpty() || message.contains(QStringLiteral("x.bin")), qPrintable(message));
        ++(message.isEmpty() ? readable : refused);
    }
    // Both happen, or the mutations would show nothing.
    QVERIFY2(readable > 100 && refused > 700 && sum > 0,
             qPrintable(QStringLiteral("%1 read, %2 refused").arg(readable).arg(refused)));
}

void TestTorchFuzz::damagedPicklesAreReadOrRefused_data() {
    QTest::addColumn<int>("protocol");
    QTest::newRow("protocol 2") << 2;
    QTest::newRow("protocol 4") << 4;
}

void TestTorchFuzz::damagedPicklesAreReadOrRefused() {
    QFETCH(int, protocol);
    const std::string pickle = base(protocol, false).pickleBytes(protocol == 2 ? metadata() : "");
    Mutator mutator(static_cast<unsigned>(protocol) + 1000);
    int readable = 0, refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        const std::string bytes = mutator.mutated(pickle);
        const QString message = outcome([&] {
            for (const TensorView& view : readStateDict(std::as_bytes(std::span(bytes)), "x.bin")) {
                QVERIFY(view.offset >= 0 && view.storageCount >= 0 &&
                        view.shape.size() == view.strides.size());
            }
        });
        QVERIFY2(isOneClearLine(message), qPrintable(message));
        ++(message.isEmpty() ? readable : refused);
    }
    QVERIFY2(readable > 500 && refused > 5000,
             qPrintable(QStringLiteral("%1 read, %2 refused").arg(readable).arg(refused)));
}

void TestTorchFuzz::randomOpcodesAreReadOrRefused() {
    static const std::string opcodes[] = {"(",
                                          "0",
                                          "1",
                                          "2",
                                          "N",
                                          "\x88",
                                          "K\x05",
                                          "X\x01" + std::string(3, '\0') + "k",
                                          "]",
                                          "a",
                                          "e",
                                          "l",
                                          ")",
                                          "t",
                                          "\x85",
                                          "\x86",
                                          "\x87",
                                          "}",
                                          "d",
                                          "s",
                                          "u",
                                          "\x94",
                                          std::string("h\0", 2),
                                          "h\x01",
                                          "R",
                                          "b",
                                          "Q",
                                          "ctorch\nFloatStorage\n",
                                          "ccollections\nOrderedDict\n",
                                          "ctorch._utils\n_rebuild_tensor_v2\n",
                                          "ctorch\nSize\n",
                                          "ctorch._utils\n_rebuild_parameter\n",
                                          "\x8f",
                                          "\x90",
                                          "\x91",
                                          "\x93"};
    Mutator mutator(77);
    int readable = 0;
    for (int round = 0; round < 20'000; ++round) {
        // Starts with enough on the stack for most opcodes to find something.
        std::string bytes = "((]q" + std::string(1, '\0') + "})NK\1}q\1";
        for (std::size_t count = 1 + mutator.below(12); count-- > 0;) {
            bytes += opcodes[mutator.below(std::size(opcodes))];
        }
        bytes += '.';
        const QString message = outcome([&] { readStateDict(std::as_bytes(std::span(bytes)), "x.bin"); });
        QVERIFY2(isOneClearLine(message), qPrintable(message));
        if (message.contains(QStringLiteral("expected a dictionary")) ||
            message.contains(QStringLiteral("holds no tensors"))) {
            ++readable;
        }
    }
    QVERIFY2(readable > 1000, qPrintable(QString::number(readable)));
}

QTEST_APPLESS_MAIN(TestTorchFuzz)
#include "test_torch_fuzz.moc"
