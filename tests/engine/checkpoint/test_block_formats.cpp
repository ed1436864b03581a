#include <QtTest>
#include <cmath>
#include <limits>

#include "engine/checkpoint/block_formats.h"
#include "engine/checkpoint/gguf.h"
#include "engine/checkpoint/safetensors.h"
#include "engine/trace/error.h"
#include "tests/engine/checkpoint/file_builders.h"
#include "tests/engine/text/golden_check.h"

using namespace specula;

class TestBlockFormats : public QObject {
    Q_OBJECT

private slots:
    void valuesAreBitForBitThoseOfTheReference_data();
    void valuesAreBitForBitThoseOfTheReference();
    void blocksWorkedOutByHandAreReadSo_data();
    void blocksWorkedOutByHandAreReadSo();
    void everyTypeIsNamedInTheListOfThem();
    void everyHalfPrecisionNumberIsReadExactly();
    void rowsAreReadAloneAsTheyAreTogether();
    void valuesThatAreNotFiniteAreRefusedNamingTheTensor_data();
    void valuesThatAreNotFiniteAreRefusedNamingTheTensor();
    void rowsOutsideTheTensorAreRefused();
};

static StoredTensor storedTensor(const RawTensor& raw) {
    return {raw.name, raw.name, "test", raw.type.value(), raw.shape, raw.bytes};
}

static std::vector<float> allValues(const StoredTensor& tensor) {
    std::vector<float> values(static_cast<std::size_t>(tensor.rows() * tensor.rowLength()));
    readRows(tensor, 0, tensor.rows(), values.data());
    return values;
}

void TestBlockFormats::valuesAreBitForBitThoseOfTheReference_data() {
    QTest::addColumn<QString>("folder");
    QTest::addColumn<QString>("mostly");
    const auto row = [](const char* folder, const char* mostly) {
        QTest::newRow(folder) << golden::root() + QStringLiteral("/gguf/") + QLatin1String(folder)
                              << QString::fromLatin1(mostly);
    };
    row("q4_1_spm", "Q4_1");
    row("q8_0_bpe", "Q8_0");
    if (!golden::allFixtures()) return;
    row("q8_0_spm", "Q8_0");
    row("q4_0_spm", "Q4_0");
    row("q5_0_spm", "Q5_0");
    row("q5_1_spm", "Q5_1");
    row("q2_k_bpe", "Q2_K");
    row("q3_k_bpe", "Q3_K");
    row("q4_k_bpe", "Q4_K");
    row("q5_k_bpe", "Q5_K");
    row("q6_k_bpe", "Q6_K");
    row("f16_spm", "F16");
    row("bf16_spm", "BF16");
    row("f32_spm", "F32");
    row("f32_bpe", "F32");
}

void TestBlockFormats::valuesAreBitForBitThoseOfTheReference() {
    QFETCH(QString, folder);
    QFETCH(QString, mostly);
    const MappedFile file((folder + QStringLiteral("/model.gguf")).toStdString());
    const GgufFile gguf(file);
    const MappedFile goldenFile((folder + QStringLiteral("/dequant_golden.safetensors")).toStdString());
    std::map<std::string, const RawTensor*> byName;
    for (const RawTensor& tensor : gguf.tensors()) byName[tensor.name] = &tensor;
    int compared = 0;
    int ofTheType = 0;
    for (const RawTensor& expected : readSafetensors(goldenFile)) {
        const std::string name = expected.name.substr(0, expected.name.find('['));
        QVERIFY2(byName.contains(name), name.c_str());
        const RawTensor& raw = *byName[name];
        const StoredTensor wanted = storedTensor(expected);
        std::vector<float> found(static_cast<std::size_t>(wanted.rows() * wanted.rowLength()));
        readRows(storedTensor(raw), 0, wanted.rows(), found.data());
        QVERIFY2(std::memcmp(found.data(), expected.bytes.data(), expected.bytes.size()) == 0, name.c_str());
        ++compared;
        if (QString::fromStdString(raw.typeName) == mostly) ++ofTheType;
    }
    QVERIFY(compared >= 10);
    QVERIFY(ofTheType >= 3);
}

// A block of zeros with some bytes set, and the values it stands for.
struct HandBlock {
    HandBlock(DType type, float elsewhere)
        : type(type),
          bytes(static_cast<std::size_t>(formatOf(type).bytes)),
          values(static_cast<std::size_t>(formatOf(type).block), elsewhere) {}

    HandBlock& set(std::size_t at, int byte) {
        bytes[at] = static_cast<std::byte>(byte);
        return *this;
    }
    HandBlock& half(std::size_t at, int bits) { return set(at, bits & 255).set(at + 1, bits >> 8); }
    HandBlock& fill(std::size_t at, std::size_t count, int byte) {
        for (std::size_t i = 0; i < count; ++i) set(at + i, byte);
        return *this;
    }
    HandBlock& expect(std::size_t at, float value, std::size_t count = 1) {
        for (std::size_t i = 0; i < count; ++i) values[at + i] = value;
        return *this;
    }

    DType type;
    std::vector<std::byte> bytes;
    std::vector<float> values;
};

constexpr int kTwo = 0x4000, kOne = 0x3C00, kMinusOne = 0xBC00, kHalf = 0x3800, kQuarter = 0x3400,
              kEighth = 0x3000;

static std::vector<HandBlock> handBlocks() {
    std::vector<HandBlock> blocks;
    blocks.push_back(HandBlock(DType::Q8_0, 0).half(0, kTwo).set(7, 0xFD).expect(5, -6));
    blocks.push_back(HandBlock(DType::Q4_0, -8).half(0, kOne).set(2, 0x9F).expect(0, 7).expect(16, 1));
    blocks.push_back(HandBlock(DType::Q4_1, 0.5F)
                         .half(0, kTwo)
                         .half(2, kHalf)
                         .set(5, 0x3F)
                         .expect(1, 30.5F)
                         .expect(17, 6.5F));
    // Fifth bits 3 and 20.
    blocks.push_back(HandBlock(DType::Q5_0, -8)
                         .half(0, kHalf)
                         .set(2, 0x08)
                         .set(4, 0x10)
                         .set(6 + 3, 0x21)
                         .set(6 + 4, 0xF0)
                         .expect(3, 0.5F)
                         .expect(19, -7)
                         .expect(20, 7.5F));
    blocks.push_back(HandBlock(DType::Q5_1, -1)
                         .half(0, kHalf)
                         .half(2, kMinusOne)
                         .set(4, 0x08)
                         .set(6, 0x10)
                         .set(8 + 3, 0x21)
                         .set(8 + 4, 0xF0)
                         .expect(3, 7.5F)
                         .expect(19, 0)
                         .expect(20, 14.5F));
    // Group 5 (scale 2, minimum 3): bits 4 and 5 of bytes 16 to 31. Group 12 (1, 0): the same of bytes 32
    // to 47.
    blocks.push_back(HandBlock(DType::Q2_K, 0)
                         .half(80, kHalf)
                         .half(82, kQuarter)
                         .set(5, 0x32)
                         .set(12, 0x01)
                         .set(16 + 23, 0x30)
                         .set(16 + 34, 0x10)
                         .expect(80, -0.75F, 16)
                         .expect(87, 2.25F)
                         .expect(194, 0.5F));
    // Group 9 has the scale 5 + 2 * 16 - 32; it takes bits 0 and 1 of bytes 48 to 63, and high bit 4.
    blocks.push_back(HandBlock(DType::Q3_K, 0)
                         .fill(0, 32, 0xFF)
                         .half(108, kQuarter)
                         .set(96 + 1, 0x50)
                         .set(96 + 9, 0x20)
                         .set(32 + 51, 0x02)
                         .set(20, 0xEF)
                         .expect(147, 2.5F)
                         .expect(148, -5));
    // Group 1: scale 3, minimum 4. Group 5: scale 1 + 2 * 16, minimum 2 + 1 * 16, whose tops stand above
    // group 1's.
    const auto packed = [](DType type, std::size_t values) {
        return HandBlock(type, 0)
            .half(0, kHalf)
            .half(2, kEighth)
            .set(4 + 1, 3 | 0x80)
            .set(4 + 5, 4 | 0x40)
            .set(4 + 9, 0x21)
            .set(values + 6, 0xA0)
            .set(values + 66, 0x10)
            .expect(32, -0.5F, 32)
            .expect(160, -2.25F, 32);
    };
    blocks.push_back(packed(DType::Q4_K, 16).expect(38, 14.5F).expect(162, 14.25F));
    blocks.push_back(
        packed(DType::Q5_K, 48).set(16 + 6, 0x02).set(16 + 2, 0x20).expect(38, 38.5F).expect(162, 278.25F));
    blocks.push_back(HandBlock(DType::Q6_K, 0)
                         .half(208, kHalf)
                         .set(192 + 3, 0xFE)
                         .set(49, 0x05)
                         .expect(48, 32, 16)
                         .expect(49, 27));
    return blocks;
}

void TestBlockFormats::blocksWorkedOutByHandAreReadSo_data() {
    QTest::addColumn<int>("index");
    int index = 0;
    for (const HandBlock& block : handBlocks()) {
        QTest::newRow(std::string(formatOf(block.type).name).c_str()) << index++;
    }
}

void TestBlockFormats::blocksWorkedOutByHandAreReadSo() {
    QFETCH(int, index);
    const HandBlock block = handBlocks()[static_cast<std::size_t>(index)];
    // Twice in a row, the second time after a byte that makes the first one's place odd.
    const std::size_t each = block.values.size();
    std::vector<std::byte> bytes(1);
    for (int i = 0; i < 2; ++i) bytes.insert(bytes.end(), block.bytes.begin(), block.bytes.end());
    const auto count = static_cast<std::int64_t>(2 * each);
    const std::vector<float> found =
        allValues({"b", "b", "test", block.type, {count}, std::span(bytes).subspan(1)});
    for (std::size_t i = 0; i < 2 * each; ++i) {
        QVERIFY2(found[i] == block.values[i % each],
                 qPrintable(QStringLiteral("value %1 is %2, expected %3")
                                .arg(i)
                                .arg(static_cast<double>(found[i]))
                                .arg(static_cast<double>(block.values[i % each]))));
    }
}

void TestBlockFormats::everyTypeIsNamedInTheListOfThem() {
    QCOMPARE(QString::fromStdString(supportedTypes()),
             QStringLiteral("F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K, Q6_K"));
    QCOMPARE(formatOf(DType::Q6_K).name, name(DType::Q6_K));
}

void TestBlockFormats::everyHalfPrecisionNumberIsReadExactly() {
    for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
        const int exponent = static_cast<int>(bits >> 10 & 31);
        if (exponent == 31) continue;
        const int fraction = static_cast<int>(bits & 1023);
        const double magnitude =
            exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
        const double expected = bits >> 15 ? -magnitude : magnitude;
        const auto half = static_cast<std::uint16_t>(bits);
        const std::span<const std::byte> bytes(reinterpret_cast<const std::byte*>(&half), 2);
        const std::vector<float> found = allValues({"h", "h", "test", DType::F16, {1}, bytes});
        QCOMPARE(std::bit_cast<std::uint32_t>(found[0]),
                 std::bit_cast<std::uint32_t>(static_cast<float>(expected)));
    }
}

void TestBlockFormats::rowsAreReadAloneAsTheyAreTogether() {
    const MappedFile file((golden::root() + QStringLiteral("/gguf/q4_1_spm/model.gguf")).toStdString());
    const GgufFile gguf(file);
    const StoredTensor tensor = storedTensor(gguf.tensors().front());
    const std::vector<float> all = allValues(tensor);
    const auto length = static_cast<std::size_t>(tensor.rowLength());
    for (const std::int64_t row : {std::int64_t{0}, std::int64_t{7}, tensor.rows() - 1}) {
        std::vector<float> one(length);
        readRows(tensor, row, 1, one.data());
        QVERIFY(std::memcmp(one.data(), all.data() + static_cast<std::size_t>(row) * length,
                            length * sizeof(float)) == 0);
    }
}

void TestBlockFormats::valuesThatAreNotFiniteAreRefusedNamingTheTensor_data() {
    QTest::addColumn<QString>("dtype");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("F32 NaN") << QStringLiteral("F32") << QByteArray::fromHex("0000c07f");
    QTest::newRow("F32 infinity") << QStringLiteral("F32") << QByteArray::fromHex("0000807f");
    QTest::newRow("F16 negative infinity") << QStringLiteral("F16") << QByteArray::fromHex("00fc");
    QTest::newRow("F16 NaN") << QStringLiteral("F16") << QByteArray::fromHex("017c");
    QTest::newRow("BF16 NaN") << QStringLiteral("BF16") << QByteArray::fromHex("c17f");
}

void TestBlockFormats::valuesThatAreNotFiniteAreRefusedNamingTheTensor() {
    QFETCH(QString, dtype);
    QFETCH(QByteArray, value);
    QTemporaryDir folder;
    const std::string good(static_cast<std::size_t>(value.size()), '\0');
    testing::SafetensorsBuilder builder;
    builder.add("some.weight", dtype.toStdString(), {2, 3},
                good + good + good + good + value.toStdString() + good);
    const QString path = folder.filePath(QStringLiteral("x.safetensors"));
    testing::writeFile(path, builder.bytes());
    const MappedFile file(path.toStdString());
    const StoredTensor tensor = storedTensor(readSafetensors(file).front());
    float values[6];
    readRows(tensor, 0, 1, values);
    QCOMPARE(values[0], 0.0F);
    try {
        readRows(tensor, 0, 2, values);
        QFAIL("accepted");
    } catch (const Error& error) {
        QVERIFY2(QString::fromUtf8(error.what()).contains(QStringLiteral("some.weight")), error.what());
    }
}

void TestBlockFormats::rowsOutsideTheTensorAreRefused() {
    const float numbers[4] = {1, 2, 3, 4};
    const StoredTensor tensor{"t", "t", "test", DType::F32, {2, 2}, std::as_bytes(std::span(numbers))};
    float out[4];
    QVERIFY_EXCEPTION_THROWN(readRows(tensor, 1, 2, out), Error);
    QVERIFY_EXCEPTION_THROWN(readRows(tensor, -1, 1, out), Error);
    QVERIFY_EXCEPTION_THROWN(readRows(tensor, 3, 0, out), Error);
    readRows(tensor, 1, 1, out);
    QCOMPARE(out[1], 4.0F);
}

QTEST_APPLESS_MAIN(TestBlockFormats)
#include "test_block_formats.moc"
