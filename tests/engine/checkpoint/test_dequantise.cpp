#include <QtTest>
#include <cmath>
#include <limits>

#include "engine/checkpoint/gguf.h"
#include "engine/checkpoint/safetensors.h"
#include "engine/trace/error.h"
#include "tests/engine/checkpoint/file_builders.h"
#include "tests/engine/text/golden_check.h"

using namespace specula;

class TestDequantise : public QObject {
    Q_OBJECT

private slots:
    void valuesAreBitForBitThoseOfTheReference_data();
    void valuesAreBitForBitThoseOfTheReference();
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

void TestDequantise::valuesAreBitForBitThoseOfTheReference_data() {
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
    row("q6_k_bpe", "Q6_K");
    row("f16_spm", "F16");
    row("bf16_spm", "BF16");
    row("f32_spm", "F32");
    row("f32_bpe", "F32");
}

void TestDequantise::valuesAreBitForBitThoseOfTheReference() {
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

void TestDequantise::everyHalfPrecisionNumberIsReadExactly() {
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

void TestDequantise::rowsAreReadAloneAsTheyAreTogether() {
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

void TestDequantise::valuesThatAreNotFiniteAreRefusedNamingTheTensor_data() {
    QTest::addColumn<QString>("dtype");
    QTest::addColumn<QByteArray>("value");
    QTest::newRow("F32 NaN") << QStringLiteral("F32") << QByteArray::fromHex("0000c07f");
    QTest::newRow("F32 infinity") << QStringLiteral("F32") << QByteArray::fromHex("0000807f");
    QTest::newRow("F16 negative infinity") << QStringLiteral("F16") << QByteArray::fromHex("00fc");
    QTest::newRow("F16 NaN") << QStringLiteral("F16") << QByteArray::fromHex("017c");
    QTest::newRow("BF16 NaN") << QStringLiteral("BF16") << QByteArray::fromHex("c17f");
}

void TestDequantise::valuesThatAreNotFiniteAreRefusedNamingTheTensor() {
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

void TestDequantise::rowsOutsideTheTensorAreRefused() {
    const float numbers[4] = {1, 2, 3, 4};
    const StoredTensor tensor{"t", "t", "test", DType::F32, {2, 2}, std::as_bytes(std::span(numbers))};
    float out[4];
    QVERIFY_EXCEPTION_THROWN(readRows(tensor, 1, 2, out), Error);
    QVERIFY_EXCEPTION_THROWN(readRows(tensor, -1, 1, out), Error);
    QVERIFY_EXCEPTION_THROWN(readRows(tensor, 3, 0, out), Error);
    readRows(tensor, 1, 1, out);
    QCOMPARE(out[1], 4.0F);
}

QTEST_APPLESS_MAIN(TestDequantise)
#include "test_dequantise.moc"
