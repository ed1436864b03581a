#include <QtTest>
#include <cmath>
#include <functional>
#include <map>

#include "engine/checkpoint/checkpoint.h"
#include "engine/checkpoint/hf_folder.h"
#include "engine/checkpoint/torch_file.h"
#include "engine/trace/error.h"
#include "tests/engine/checkpoint/torch_builders.h"
#include "tests/engine/text/golden_check.h"

using namespace specula;
using testing::PickleBuilder;
using testing::TorchFileBuilder;
using testing::ZipBuilder;

class TestTorchFile : public QObject {
    Q_OBJECT

private slots:
    void everyProtocolAndZipGivesTheSameTensors_data();
    void everyProtocolAndZipGivesTheSameTensors();
    void typesAreNamedAndThoseOfWeightsKnown();
    void tensorsMayShareAStorage();
    void viewsThatAreNotRowAfterRowAreRearranged();
    void emptyTensorsAndScalarsAreRead();
    void whatIsNotATensorIsLeftOut();
    void aStateDictMayLieUnderAKnownKey();
    void tensorsOutOfBoundsAreRefusedByName_data();
    void tensorsOutOfBoundsAreRefusedByName();
    void archivesThatTorchDoesNotWriteAreRefused_data();
    void archivesThatTorchDoesNotWriteAreRefused();
    void foreignContentIsCalledWhatItIs_data();
    void foreignContentIsCalledWhatItIs();
    void weightFilesAreLookedForInOrder();
    void shardsAreCheckedAgainstTheirIndex();
    void fixturesHoldTheValuesOfTheirSafetensorsTwins_data();
    void fixturesHoldTheValuesOfTheirSafetensorsTwins();
};

namespace {

template <typename T>
std::string packed(const std::vector<T>& values) {
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

struct Opened {
    std::unique_ptr<MappedFile> file;
    std::vector<RawTensor> tensors;

    const RawTensor& operator[](const std::string& name) const {
        const auto found = std::find_if(tensors.begin(), tensors.end(),
                                        [&](const RawTensor& tensor) { return tensor.name == name; });
        if (found == tensors.end()) qFatal("no tensor %s", name.c_str());
        return *found;
    }
    std::string bytesOf(const std::string& name) const {
        const auto bytes = (*this)[name].bytes;
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
};

Opened opened(const QTemporaryDir& folder, const std::string& bytes) {
    const QString path = folder.filePath(QStringLiteral("pytorch_model.bin"));
    testing::writeFile(path, bytes);
    Opened result{std::make_unique<MappedFile>(path.toStdString()), {}};
    result.tensors = readTorchFile(*result.file);
    return result;
}

QString messageOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

bool liesIn(const RawTensor& tensor, const MappedFile& file) {
    const auto whole = file.bytes();
    return tensor.bytes.data() >= whole.data() &&
           tensor.bytes.data() + tensor.bytes.size() <= whole.data() + whole.size();
}

const std::vector<float> kSix{1, 2, 3, 4, 5, 6};

}  // namespace

void TestTorchFile::everyProtocolAndZipGivesTheSameTensors_data() {
    QTest::addColumn<int>("protocol");
    QTest::addColumn<bool>("zip64");
    QTest::newRow("protocol 2") << 2 << false;
    QTest::newRow("protocol 4") << 4 << false;
    QTest::newRow("protocol 2, zip64") << 2 << true;
}

void TestTorchFile::everyProtocolAndZipGivesTheSameTensors() {
    QFETCH(int, protocol);
    QFETCH(bool, zip64);
    TorchFileBuilder builder(protocol, zip64);
    builder.add("a.weight", "FloatStorage", {2, 3}, packed(kSix));
    for (int i = 0; i < 100; ++i) {  // the memo grows beyond its short opcodes
        builder.addFloats("layer." + std::to_string(i), {3}, static_cast<float>(i));
    }
    QTemporaryDir folder;
    const Opened file = opened(folder, builder.bytes());
    QCOMPARE(file.tensors.size(), std::size_t{101});
    QCOMPARE(file["a.weight"].shape, (std::vector<std::int64_t>{2, 3}));
    QCOMPARE(file.bytesOf("a.weight"), packed(kSix));
    QCOMPARE(file.bytesOf("layer.77"), packed(std::vector<float>(3, 77)));
    for (const RawTensor& tensor : file.tensors) {
        QVERIFY(tensor.type == DType::F32);
        QVERIFY2(liesIn(tensor, *file.file), "the values were copied");
    }
}

void TestTorchFile::typesAreNamedAndThoseOfWeightsKnown() {
    struct {
        const char* storage;
        const char* name;
        std::size_t bytes;
        std::optional<DType> type;
    } const types[] = {
        {"FloatStorage", "F32", 4, DType::F32},      {"HalfStorage", "F16", 2, DType::F16},
        {"BFloat16Storage", "BF16", 2, DType::BF16}, {"DoubleStorage", "F64", 8, std::nullopt},
        {"LongStorage", "I64", 8, std::nullopt},     {"IntStorage", "I32", 4, std::nullopt},
        {"ShortStorage", "I16", 2, std::nullopt},    {"CharStorage", "I8", 1, std::nullopt},
        {"ByteStorage", "U8", 1, std::nullopt},      {"BoolStorage", "BOOL", 1, std::nullopt},
    };
    TorchFileBuilder builder;
    for (const auto& type : types)
        builder.add(type.name, type.storage, {3}, std::string(3 * type.bytes, '\1'));
    QTemporaryDir folder;
    const Opened file = opened(folder, builder.bytes());
    for (const auto& type : types) {
        const RawTensor& tensor = file[type.name];
        QCOMPARE(tensor.typeName, std::string(type.name));
        QVERIFY(tensor.type == type.type);
        QCOMPARE(tensor.bytes.size(), 3 * type.bytes);
    }
}

void TestTorchFile::tensorsMayShareAStorage() {
    TorchFileBuilder builder;
    builder.add("embed", "FloatStorage", {3, 2}, packed(kSix))
        .view("head", "FloatStorage", "0", 6, 0, {3, 2}, {2, 1})
        .view("last row", "FloatStorage", "0", 6, 4, {2}, {1});
    QTemporaryDir folder;
    const Opened file = opened(folder, builder.bytes());
    QVERIFY(file["embed"].bytes.data() == file["head"].bytes.data());
    QCOMPARE(file.bytesOf("last row"), packed(std::vector<float>{5, 6}));
}

void TestTorchFile::viewsThatAreNotRowAfterRowAreRearranged() {
    TorchFileBuilder builder;
    builder.storage("s", packed(std::vector<std::uint16_t>{0, 1, 2, 3, 4, 5, 6, 7}))
        .view("turned", "HalfStorage", "s", 8, 1, {3, 2}, {1, 3})
        .view("every other", "HalfStorage", "s", 8, 1, {3}, {2})
        .view("cube", "HalfStorage", "s", 8, 0, {2, 1, 2, 2}, {1, 99, 4, 2})
        .view("one row", "HalfStorage", "s", 8, 2, {1, 4}, {77, 1});
    QTemporaryDir folder;
    const Opened file = opened(folder, builder.bytes());
    QCOMPARE(file.bytesOf("turned"), packed(std::vector<std::uint16_t>{1, 4, 2, 5, 3, 6}));
    QCOMPARE(file["turned"].shape, (std::vector<std::int64_t>{3, 2}));
    QCOMPARE(file.bytesOf("every other"), packed(std::vector<std::uint16_t>{1, 3, 5}));
    QCOMPARE(file.bytesOf("cube"), packed(std::vector<std::uint16_t>{0, 2, 4, 6, 1, 3, 5, 7}));
    // The stride of a dimension of one says nothing.
    QCOMPARE(file.bytesOf("one row"), packed(std::vector<std::uint16_t>{2, 3, 4, 5}));
    QVERIFY(liesIn(file["one row"], *file.file) && !liesIn(file["turned"], *file.file));
}

void TestTorchFile::emptyTensorsAndScalarsAreRead() {
    TorchFileBuilder builder;
    builder.add("none", "FloatStorage", {0, 5}, "").add("one", "FloatStorage", {}, packed(std::vector{7.0F}));
    QTemporaryDir folder;
    const Opened file = opened(folder, builder.bytes());
    QVERIFY(file["none"].bytes.empty());
    QCOMPARE(file.bytesOf("one"), packed(std::vector{7.0F}));
}

void TestTorchFile::whatIsNotATensorIsLeftOut() {
    TorchFileBuilder builder;
    builder.addFloats("w", {2}, 1);
    PickleBuilder& entries = builder.pickle();
    entries.text("epoch").integer(-3).text("seed").integer(std::int64_t{1} << 40);
    entries.text("huge").op(0x8A).op(9).raw("123456789").text("rate").op('G').raw("12345678");
    entries.text("args").op('(').text("x").op(0x88).op(')').op('l').integer(5).op('}');
    entries.text("size").global("torch", "Size").tuple({2, 3}).op(0x85).op('R').text("none").op('N');
    entries.text("step").op('C').op(2).raw("ab").text("set").op(0x8F).op('(').integer(1).op(0x90);
    builder.storage("p", packed(kSix));
    entries.text("parameter").global("torch._utils", "_rebuild_parameter").op('(');
    entries.tensor("FloatStorage", "p", 6, 0, {6}, {1}).op(0x88).orderedDict().op('t').op('R');
    // What torch sets on a module's state dict: its _metadata.
    PickleBuilder ending(2, 5000);
    ending.op('}')
        .text("_metadata")
        .orderedDict()
        .op('(')
        .text("")
        .op('}')
        .text("version")
        .integer(1)
        .op('s');
    ending.op('u').op('s').op('b');
    QTemporaryDir folder;
    const Opened file = opened(folder, builder.bytes(ending.body()));
    QCOMPARE(file.tensors.size(), std::size_t{2});
    QCOMPARE(file.bytesOf("w"), packed(std::vector<float>{1, 1}));
    QCOMPARE(file.bytesOf("parameter"), packed(kSix));
}

void TestTorchFile::aStateDictMayLieUnderAKnownKey() {
    for (const char* key : {"state_dict", "model", "other"}) {
        TorchFileBuilder builder;
        builder.storage("0", packed(kSix)).pickle().text("epoch").integer(3).text(key).op('}').op('(');
        builder.view("w", "FloatStorage", "0", 6, 0, {2, 3}, {3, 1}).pickle().op('u');
        QTemporaryDir folder;
        const QString message =
            messageOf([&] { QCOMPARE(opened(folder, builder.bytes()).bytesOf("w"), packed(kSix)); });
        const bool known = std::string_view(key) != "other";
        QVERIFY2(message.isEmpty() == known, qPrintable(message));
        QVERIFY2(known || message.contains(QStringLiteral("no tensors")), qPrintable(message));
    }
}

void TestTorchFile::tensorsOutOfBoundsAreRefusedByName_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("mentions");
    const auto row = [](const char* name, TorchFileBuilder& builder, const char* mentions) {
        QTest::newRow(name) << QByteArray::fromStdString(builder.bytes()) << QString::fromLatin1(mentions);
    };
    using Sizes = std::vector<std::int64_t>;
    constexpr std::int64_t kHuge = std::int64_t{1} << 62;
    const auto viewOf = [&](const char* name, std::int64_t offset, const Sizes& shape, const Sizes& strides,
                            const char* mentions) {
        TorchFileBuilder builder;
        builder.storage("7", packed(kSix))
            .view("some.weight", "FloatStorage", "7", 6, offset, shape, strides);
        row(name, builder, mentions);
    };
    viewOf("one element too many", 0, {7}, {1}, "bounds");
    viewOf("offset", 1, {2, 3}, {3, 1}, "bounds");
    viewOf("offset past the end", 7, {0}, {1}, "bounds");
    viewOf("negative offset", -1, {2}, {1}, "offset");
    viewOf("stride", 0, {2, 2}, {5, 1}, "bounds");
    viewOf("negative stride", 5, {6}, {-1}, "stride");
    viewOf("huge stride", 0, {3, 2}, {kHuge, 1}, "bounds");
    viewOf("huge strides", 0, {2, 2, 2}, {kHuge, kHuge, kHuge}, "bounds");
    viewOf("huge size", 0, {kHuge, 1}, {1, 1}, "bounds");
    viewOf("huge product", 0, {std::int64_t{1} << 32, std::int64_t{1} << 32}, {0, 0}, "bounds");
    viewOf("huge beside none", 0, {kHuge, kHuge, 0}, {1, 1, 1}, "bounds");
    viewOf("repeated by a stride of 0", 0, {1000, 6}, {0, 1}, "bounds");
    viewOf("negative size", 0, {-2, -3}, {3, 1}, "size");
    viewOf("too many dimensions", 0, Sizes(9, 1), Sizes(9, 1), "rebuilds a tensor");
    viewOf("strides are missing", 0, {2, 3}, {1}, "strides");
    TorchFileBuilder absent;
    row("no such storage", absent.view("some.weight", "FloatStorage", "1", 1, 0, {1}, {1}), "data/1");
    TorchFileBuilder shorter;
    shorter.storage("0", packed(kSix)).view("some.weight", "FloatStorage", "0", 8, 0, {2}, {1});
    row("shorter storage", shorter, "24 bytes");
    TorchFileBuilder odd;
    odd.storage("0", "abc").view("some.weight", "HalfStorage", "0", 1, 0, {1}, {1});
    row("odd storage", odd, "3 bytes");
    TorchFileBuilder negative;
    negative.storage("0", "").view("some.weight", "HalfStorage", "0", -1, 0, {0}, {1});
    row("negative storage", negative, "number of elements");
    TorchFileBuilder path;
    path.storage("0", "").view("some.weight", "HalfStorage", "../data/0", 0, 0, {0}, {1});
    row("storage elsewhere", path, "missing");
    TorchFileBuilder twice;
    twice.addFloats("some.weight", {1}, 1).addFloats("some.weight", {1}, 1);
    row("twice", twice, "appears twice");
    TorchFileBuilder copies;
    copies.storage("0", std::string(8000, '\1'));
    for (int i = 0; i < 40; ++i) {
        copies.view(i < 1 ? "0" : "some.weight" + std::to_string(i), "ByteStorage", "0", 8000, 0, {80, 100},
                    {1, 80});
    }
    row("views of one storage over and over", copies, "more memory");
}

void TestTorchFile::tensorsOutOfBoundsAreRefusedByName() {
    QFETCH(QByteArray, file);
    QFETCH(QString, mentions);
    QTemporaryDir folder;
    const QString message = messageOf([&] { opened(folder, file.toStdString()); });
    QVERIFY2(message.contains(mentions) && message.contains(QStringLiteral("pytorch_model.bin")),
             qPrintable(message));
    if (mentions != QStringLiteral("rebuilds a tensor")) {  // whose name comes later in the file
        QVERIFY2(message.contains(QStringLiteral("some.weight")), qPrintable(message));
    }
}

void TestTorchFile::archivesThatTorchDoesNotWriteAreRefused_data() {
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<QString>("mentions");
    const auto row = [](const char* name, const std::string& bytes, const char* mentions) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << QString::fromLatin1(mentions);
    };
    TorchFileBuilder good;
    good.addFloats("w", {2}, 1);
    const std::string bytes = good.bytes();
    const std::string pickle = good.pickleBytes();
    row("cut short", bytes.substr(0, bytes.size() - 40), "directory");
    row("cut shorter", bytes.substr(0, 200), "directory");
    row("front missing", "PK\x03\x04" + bytes.substr(300), "directory is damaged");
    std::string moved = bytes;
    moved[moved.find("PK\x03\x04", 4)] = 'Q';
    row("no local header", moved, "not where");
    std::string renamed = bytes;
    renamed[renamed.find("archive/version")] = 'b';
    row("two names for an entry", renamed, "another name");
    row("compressed", ZipBuilder().add("a/data.pkl", pickle, 8).bytes(), "compressed");
    row("no pickle", ZipBuilder().add("a/weights", pickle).bytes(), "data.pkl");
    row("two pickles", ZipBuilder().add("a/data.pkl", pickle).add("b/data.pkl", pickle).bytes(), "data.pkl");
    row("deep pickle", ZipBuilder().add("a/b/data.pkl", pickle).bytes(), "data.pkl");
    row("entry twice", ZipBuilder().add("a/data.pkl", pickle).add("a/data.pkl", pickle).bytes(), "twice");
    row("long name", ZipBuilder().add(std::string(2000, 'n'), pickle).bytes(), "at most 1024");
    row("big endian", ZipBuilder().add("a/data.pkl", pickle).add("a/byteorder", "big").bytes(), "big-endian");
    std::string encrypted = bytes;
    encrypted[encrypted.find("PK\x01\x02") + 8] |= 1;
    row("encrypted", encrypted, "encrypted");
    // The directory's size of data.pkl says 4 GiB less 2.
    std::string lying = bytes;
    lying.replace(lying.find("PK\x01\x02") + 20, 8, "\xfe\xff\xff\xff\xfe\xff\xff\xff");
    row("a size that lies", lying, "4294967294");
    std::string beyond = bytes;
    beyond.replace(beyond.find("PK\x01\x02") + 42, 4, "\xf0\xff\xff\x7f");
    row("a place that lies", beyond, "data.pkl");
    row("empty archive", "PK\x03\x04" + ZipBuilder().bytes(), "no data.pkl");
}

void TestTorchFile::archivesThatTorchDoesNotWriteAreRefused() {
    QFETCH(QByteArray, file);
    QFETCH(QString, mentions);
    QTemporaryDir folder;
    const QString message = messageOf([&] { opened(folder, file.toStdString()); });
    QVERIFY2(message.contains(mentions) && message.contains(QStringLiteral("pytorch_model.bin")),
             qPrintable(message));
}

void TestTorchFile::foreignContentIsCalledWhatItIs_data() {
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QString>("mentions");
    QTest::newRow("empty") << QByteArray("") << QStringLiteral("empty");
    QTest::newRow("page") << QByteArray("\n <!DOCTYPE html><html>Sign in</html>") << QStringLiteral("HTML");
    QTest::newRow("git lfs") << QByteArray("version https://git-lfs.github.com/spec/v1\noid sha256:12\n")
                             << QStringLiteral("git lfs pull");
    QTest::newRow("error") << QByteArray("{\"error\": \"gated\"}") << QStringLiteral("error message");
}

void TestTorchFile::foreignContentIsCalledWhatItIs() {
    QFETCH(QByteArray, content);
    QFETCH(QString, mentions);
    for (const char* name : {"pytorch_model.bin", "model.safetensors"}) {
        QTemporaryDir folder;
        testing::writeFile(folder.filePath(QLatin1String(name)), content.toStdString());
        const QString message = messageOf([&] { openHfWeights(folder.path().toStdString()); });
        QVERIFY2(message.contains(mentions) && message.contains(QLatin1String(name)), qPrintable(message));
    }
    QTemporaryDir folder;
    QVERIFY(messageOf([&] { opened(folder, "something else"); }).contains(QStringLiteral("zip archive")));
    const QString legacy = messageOf([&] { opened(folder, TorchFileBuilder().pickleBytes()); });
    QVERIFY2(legacy.contains(QStringLiteral("before PyTorch 1.6")) &&
                 legacy.contains(QStringLiteral("as safetensors")),
             qPrintable(legacy));
}

void TestTorchFile::weightFilesAreLookedForInOrder() {
    QTemporaryDir folder;
    const auto firstName = [&] {
        return openHfWeights(folder.path().toStdString()).at(0).tensors.at(0).name;
    };
    const auto write = [&](const char* name, const std::string& bytes) {
        testing::writeFile(folder.filePath(QLatin1String(name)), bytes);
    };
    const QString nothing = messageOf([&] { firstName(); });
    for (const char* name : {"model.safetensors, ", "model.safetensors.index.json", "pytorch_model.bin, ",
                             "pytorch_model.bin.index.json"}) {
        QVERIFY2(nothing.contains(QLatin1String(name)), qPrintable(nothing));
    }
    TorchFileBuilder shard;
    write("shard.bin", shard.addFloats("torch shard", {1}, 1).bytes());
    write("pytorch_model.bin.index.json", R"({"weight_map": {"torch shard": "shard.bin"}})");
    QCOMPARE(firstName(), std::string("torch shard"));
    TorchFileBuilder single;
    write("pytorch_model.bin", single.addFloats("torch single", {1}, 1).bytes());
    QCOMPARE(firstName(), std::string("torch single"));
    write("shard.st", testing::SafetensorsBuilder().addFloats("shard", {1}).bytes());
    write("model.safetensors.index.json", R"({"weight_map": {"shard": "shard.st"}})");
    QCOMPARE(firstName(), std::string("shard"));
    write("model.safetensors", testing::SafetensorsBuilder().addFloats("single", {1}).bytes());
    QCOMPARE(firstName(), std::string("single"));
}

void TestTorchFile::shardsAreCheckedAgainstTheirIndex() {
    QTemporaryDir folder;
    const auto write = [&](const char* name, const std::string& bytes) {
        testing::writeFile(folder.filePath(QLatin1String(name)), bytes);
    };
    const auto message = [&](const char* map) {
        write("pytorch_model.bin.index.json", R"({"weight_map": )" + std::string(map) + "}");
        return messageOf([&] {
            const auto files = openHfWeights(folder.path().toStdString());
            QCOMPARE(files.size(), std::size_t{2});
            QCOMPARE(files[0].tensors.at(0).name, std::string("a"));
            QCOMPARE(files[1].tensors.at(0).name, std::string("b"));
        });
    };
    TorchFileBuilder one, two;
    write("one.bin", one.addFloats("a", {1}, 1).bytes());
    write("two.bin", two.addFloats("b", {1}, 1).bytes());
    QCOMPARE(message(R"({"a": "one.bin", "b": "two.bin"})"), QString());
    QVERIFY(message(R"({"a": "two.bin", "b": "two.bin"})").contains(QStringLiteral("two.bin: tensor a")));
    QVERIFY(message(R"({"a": "one.bin", "b": "three.bin"})").contains(QStringLiteral("three.bin")));
    QVERIFY(message(R"({"a": "../one.bin"})").contains(QStringLiteral("is a path")));
    QVERIFY(message("{}").contains(QStringLiteral("weight_map")));
}

void TestTorchFile::fixturesHoldTheValuesOfTheirSafetensorsTwins_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("twin");
    QTest::addColumn<double>("tolerance");
    const auto row = [](const char* folder, const char* twin, double tolerance) {
        QTest::newRow(folder) << golden::root() + QLatin1String(folder)
                              << golden::root() + QLatin1String(twin) << tolerance;
    };
    row("/malformed/ok_pickle", "/malformed/ok_base", 0);
    if (!golden::allFixtures()) return;
    row("/models/opt__bin_fp32", "/models/opt", 0);
    row("/models/opt__bin_sharded", "/models/opt", 0);
    row("/models/opt__bin_fp16", "/models/opt", 0x1p-11);  // half a unit in the last place
}

void TestTorchFile::fixturesHoldTheValuesOfTheirSafetensorsTwins() {
    QFETCH(QString, folder);
    QFETCH(QString, twin);
    QFETCH(double, tolerance);
    const auto valuesOf = [](const RawTensor& raw) {
        const StoredTensor tensor{raw.name, raw.name, "test", raw.type.value(), raw.shape, raw.bytes};
        std::vector<float> values(static_cast<std::size_t>(tensor.rows() * tensor.rowLength()));
        readRows(tensor, 0, tensor.rows(), values.data());
        return values;
    };
    const auto expected = openHfWeights(twin.toStdString());
    std::map<std::string, const RawTensor*> found;
    const auto files = openHfWeights(folder.toStdString());
    for (const WeightFile& file : files) {
        for (const RawTensor& tensor : file.tensors) found[tensor.name] = &tensor;
    }
    for (const RawTensor& tensor : expected.at(0).tensors) {
        QVERIFY2(found.contains(tensor.name), tensor.name.c_str());
        QVERIFY(found[tensor.name]->shape == tensor.shape);
        const std::vector<float> wanted = valuesOf(tensor);
        const std::vector<float> values = valuesOf(*found[tensor.name]);
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            const double difference =
                std::abs(static_cast<double>(values[i]) - static_cast<double>(wanted[i]));
            QVERIFY2(difference <= std::abs(static_cast<double>(wanted[i])) * tolerance + tolerance * 1e-4,
                     tensor.name.c_str());
        }
    }
}

QTEST_APPLESS_MAIN(TestTorchFile)
#include "test_torch_file.moc"
