#include <QtTest>

#include <cmath>
#include <cstring>
#include <functional>
#include <random>

#include "engine/model/kernels.h"

using namespace specula;

namespace {

std::vector<float> gaussian(std::size_t size, unsigned seed, float scale = 1.0F) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0F, scale);
    std::vector<float> out(size);
    for (float& x : out) x = normal(random);
    return out;
}

std::vector<std::uint16_t> halves(const Kernels& k, const std::vector<float>& x) {
    std::vector<std::uint16_t> out(x.size());
    k.toHalf(x.data(), static_cast<int>(x.size()), out.data());
    return out;
}

std::int64_t exactSum(const Int8Weights& w, const std::uint8_t* values, int n) {
    std::int64_t sum = 0;
    for (int i = 0; i < 4 * w.groups(); ++i)
        sum += static_cast<std::int64_t>(values[i]) *
               w.data[((static_cast<std::size_t>(n / kTile) * w.groups() + i / 4) * kTile + n % kTile) * 4 +
                      i % 4];
    return sum;
}

/// Output n of row m in double precision.
double exactInt8(const Int8Weights& w, const CodedRows& x, int m, int n) {
    double value = 0.0;
    for (int part = 0; part < x.parts; ++part) {
        const QuantisedRow& code = x.codes[m * x.parts + part];
        const std::int64_t sum = exactSum(w, x.valuesOf(m, w) + part * w.groups() * 4, n);
        value += static_cast<double>(code.scale) *
                 static_cast<double>(sum - static_cast<std::int64_t>(code.zero) * w.weightSums[n]);
    }
    value *= static_cast<double>(w.scales[n]);
    return w.bias != nullptr ? value + static_cast<double>(w.bias[n]) : value;
}

bool nearly(float found, double exact) {
    return std::fabs(static_cast<double>(found) - exact) <= 1e-5 * (1.0 + std::fabs(exact));
}

struct Shape {
    int in, out;
};
const Shape kShapes[] = {{64, 48}, {67, 33}, {16, 16}, {576, 200}, {192, 144}};

}  // namespace

/// Every kernel of every instruction set that this machine runs, against plain double-precision loops.
class TestKernels : public QObject {
    Q_OBJECT

private slots:
    void initTestCase_data() {
        QTest::addColumn<QByteArray>("set");
        for (const char* name : {"amx", "avx512", "avx2", "generic"}) {
            if (kernelsNamed(name) != nullptr) QTest::addRow("%s", name) << QByteArray(name);
        }
    }

    void fp16ProductsMatchAndDoNotDependOnTheOtherRows() {
        const Kernels& k = set();
        for (const Shape shape : kShapes) {
            const int tiles = (shape.out + kTile - 1) / kTile;
            const std::vector<float> weights =
                gaussian(static_cast<std::size_t>(tiles) * kTile * shape.in, 1, 0.1F);
            const std::vector<std::uint16_t> packed = halves(k, weights);  // any values: [tile][k][lane]
            std::vector<float> exact(packed.size());
            k.toFloat(packed.data(), static_cast<int>(packed.size()), exact.data());
            constexpr int kRows = 37;
            const std::vector<float> x = gaussian(static_cast<std::size_t>(kRows) * shape.in, 2);
            const Fp16Weights w{packed.data(), shape.in, shape.out};
            std::vector<float> all(static_cast<std::size_t>(kRows) * shape.out),
                one(static_cast<std::size_t>(shape.out));
            k.fp16Tiles(w, 0, tiles, x.data(), kRows, all.data());
            for (int m = 0; m < kRows; ++m) {
                k.fp16Tiles(w, 0, tiles, x.data() + static_cast<std::size_t>(m) * shape.in, 1, one.data());
                QVERIFY(std::memcmp(one.data(), all.data() + static_cast<std::size_t>(m) * shape.out,
                                    one.size() * 4) == 0);
                for (int n = 0; n < shape.out; ++n) {
                    double sum = 0.0;
                    for (int i = 0; i < shape.in; ++i)
                        sum += static_cast<double>(x[static_cast<std::size_t>(m) * shape.in + i]) *
                               static_cast<double>(
                                   exact[(static_cast<std::size_t>(n / kTile) * shape.in + i) * kTile +
                                         n % kTile]);
                    QVERIFY(std::fabs(sum - static_cast<double>(one[static_cast<std::size_t>(n)])) <
                            2e-5 * std::sqrt(shape.in));
                }
            }
        }
    }

    void int8OutputsAreExactSumsRescaledForAnyNumberOfRows() {
        const Kernels& k = set();
        std::mt19937 random(5);
        for (const Shape shape : kShapes) {
            const int tiles = (shape.out + kTile - 1) / kTile, groups = (shape.in + 3) / 4;
            const std::size_t padded = static_cast<std::size_t>(tiles) * kTile;
            std::vector<std::int8_t> packed(padded * static_cast<std::size_t>(groups) * 4);
            for (std::int8_t& w : packed)
                w = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
            std::vector<std::int32_t> weightSums(padded);
            for (std::int32_t& sum : weightSums) sum = static_cast<std::int32_t>(random() % 2000) - 1000;
            const std::vector<float> scales = gaussian(padded, 3, 0.01F), bias = gaussian(padded, 4);
            const Int8Weights w{packed.data(), shape.in,          shape.out,
                                scales.data(), weightSums.data(), shape.in == 67 ? bias.data() : nullptr};
            for (const int parts : {1, 2}) {
                for (const int rows : {1, 2, 3, 7, 9, 16, 17, 33, 64, 70}) {
                    std::vector<std::uint8_t> values(static_cast<std::size_t>(rows * parts * groups) * 4);
                    for (std::uint8_t& v : values)
                        v = random() % 8 == 0 ? 255 : static_cast<std::uint8_t>(random());
                    std::vector<QuantisedRow> codes(static_cast<std::size_t>(rows * parts));
                    for (QuantisedRow& code : codes)
                        code = {0.01F + static_cast<float>(random() % 100) * 0.001F,
                                static_cast<int>(random() % 256)};
                    const CodedRows x{values.data(), codes.data(), rows, parts};
                    std::vector<float> out(static_cast<std::size_t>(rows) * shape.out), one(shape.out);
                    k.int8Tiles(w, 0, tiles, x, out.data());
                    for (int m = 0; m < rows; ++m) {
                        const float* row = out.data() + static_cast<std::size_t>(m) * shape.out;
                        for (int n = 0; n < shape.out; ++n) QVERIFY(nearly(row[n], exactInt8(w, x, m, n)));
                        k.int8Tiles(w, 0, tiles, {x.valuesOf(m, w), x.codes + m * parts, 1, parts},
                                    one.data());
                        QVERIFY(std::memcmp(one.data(), row, one.size() * 4) == 0);
                    }
                }
            }
        }
    }

    void int8SumsAreTheSameOnEveryInstructionSet() {
        // With scales of 1 and zeros of 0 an output is its sum, exactly.
        std::mt19937 random(6);
        const int in = 128, out = 80, rows = 21, tiles = out / kTile;
        std::vector<std::int8_t> packed(static_cast<std::size_t>(in) * out);
        for (std::int8_t& w : packed) w = static_cast<std::int8_t>(static_cast<int>(random() % 255) - 127);
        const std::vector<std::int32_t> weightSums(out, 0);
        const std::vector<float> scales(out, 1.0F);
        std::vector<std::uint8_t> values(static_cast<std::size_t>(in) * rows);
        for (std::uint8_t& v : values) v = static_cast<std::uint8_t>(random());
        const std::vector<QuantisedRow> codes(rows, QuantisedRow{1.0F, 0});
        const Int8Weights w{packed.data(), in, out, scales.data(), weightSums.data(), nullptr};
        std::vector<float> sums(static_cast<std::size_t>(rows) * out), expected(sums.size());
        set().int8Tiles(w, 0, tiles, {values.data(), codes.data(), rows, 1}, sums.data());
        for (int m = 0; m < rows; ++m) {
            for (int n = 0; n < out; ++n)
                expected[static_cast<std::size_t>(m) * out + n] =
                    static_cast<float>(exactSum(w, values.data() + static_cast<std::size_t>(m) * in, n));
        }
        QCOMPARE(sums, expected);
    }

    void quantisedRowsStayWithinHalfAStepAndTheResidualSaysHowFar() {
        const Kernels& k = set();
        for (const int n : {5, 64, 577}) {
            const std::vector<float> x =
                gaussian(static_cast<std::size_t>(n), static_cast<unsigned>(n), 3.0F);
            std::vector<std::uint8_t> values(x.size());
            std::vector<float> residual(x.size());
            const QuantisedRow row = k.quantiseRow(x.data(), n, values.data(), residual.data());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const float restored = row.scale * static_cast<float>(static_cast<int>(values[i]) - row.zero);
                QVERIFY(std::fabs(x[i] - restored) <= row.scale * 1.01F);
                QVERIFY(std::fabs(x[i] - restored - residual[i]) < 1e-5F);
            }
        }
        const std::vector<float> zeros(32, 0.0F);
        std::vector<std::uint8_t> values(32);
        const QuantisedRow row = k.quantiseRow(zeros.data(), 32, values.data(), nullptr);
        QCOMPARE(static_cast<int>(values[7]) - row.zero, 0);
    }

    void layerNormMatchesItsFormula() {
        const Kernels& k = set();
        for (const int n : {7, 64, 333, 5000}) {
            std::vector<float> x = gaussian(static_cast<std::size_t>(n), 3, 4.0F);
            for (float& v : x) v += 20.0F;  // a mean far from 0 shows a one-pass variance
            const std::vector<float> w = gaussian(x.size(), 4), b = gaussian(x.size(), 5);
            std::vector<float> out(x.size());
            k.layerNorm(x.data(), w.data(), b.data(), n, 1e-5F, out.data());
            double mean = 0.0, variance = 0.0;
            for (const float v : x) mean += static_cast<double>(v) / n;
            for (const float v : x) variance += std::pow(static_cast<double>(v) - mean, 2) / n;
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double exact = (static_cast<double>(x[i]) - mean) / std::sqrt(variance + 1e-5) *
                                         static_cast<double>(w[i]) +
                                     static_cast<double>(b[i]);
                QVERIFY(std::fabs(static_cast<double>(out[i]) - exact) < 2e-5);
            }
        }
    }

    void activationsMatchTheirFormulas() {
        const Kernels& k = set();
        const auto tanhGelu = [](double x) {
            return 0.5 * x * (1.0 + std::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x * x * x)));
        };
        const std::vector<std::pair<Kernels::Activate, std::function<double(double)>>> all{
            {k.silu, [](double x) { return x / (1.0 + std::exp(-x)); }},
            {k.relu, [](double x) { return std::max(x, 0.0); }},
            {k.gelu, [](double x) { return 0.5 * x * std::erfc(-x / std::sqrt(2.0)); }},
            {k.geluTanh, tanhGelu}};
        std::vector<float> x{0.0F, -0.0F, 1e-6F, -1e-6F, 30.0F, -30.0F, 200.0F, -200.0F};
        for (int i = -400; i <= 400; ++i) x.push_back(static_cast<float>(i) * 0.025F);
        const std::vector<float> up = gaussian(x.size(), 4);
        std::vector<float> out(x.size());
        const int n = static_cast<int>(x.size());
        for (const auto& [activate, formula] : all) {
            activate(x.data(), nullptr, n, out.data());
            for (std::size_t i = 0; i < x.size(); ++i)
                QVERIFY(std::fabs(static_cast<double>(out[i]) - formula(static_cast<double>(x[i]))) < 3e-6);
            activate(x.data(), up.data(), n, out.data());
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double exact = formula(static_cast<double>(x[i])) * static_cast<double>(up[i]);
                QVERIFY(std::fabs(static_cast<double>(out[i]) - exact) < 3e-6 * (1.0 + std::fabs(exact)));
            }
        }
        std::vector<float> capped = x;
        k.softCap(capped.data(), n, 5.0F);
        for (std::size_t i = 0; i < x.size(); ++i)
            QVERIFY(std::fabs(static_cast<double>(capped[i]) -
                              5.0 * std::tanh(static_cast<double>(x[i]) / 5.0)) < 2e-6);
    }

    void aWindowAndASoftCapAreThoseOfTheFormula() {
        const Kernels& k = set();
        constexpr int kSlots = 23, kHeadDim = 16, kSkip = 9;
        const std::vector<float> keys = gaussian(kSlots * kHeadDim, 6), values = gaussian(keys.size(), 7),
                                 query = gaussian(kHeadDim, 8);
        std::vector<float> scratch(attendScratch(kHeadDim, kSlots)), out(kHeadDim), again(kHeadDim);
        AttendQuery one{query.data(), nullptr, 0, kSkip, out.data()};
        AttendArgs args;
        args.queries = &one;
        args.count = 1;
        args.keys = keys.data();
        args.values = values.data();
        args.headDim = kHeadDim;
        args.prefix = kSlots;
        args.scale = 0.7F;
        args.softCap = 2.0F;
        args.maxPositions = kSlots;
        args.scratch = scratch.data();
        k.attend(args);
        double total = 0.0;
        std::vector<double> sums(kHeadDim, 0.0);
        for (std::size_t s = kSkip; s < kSlots; ++s) {
            double dot = 0.0;
            for (std::size_t d = 0; d < kHeadDim; ++d)
                dot += static_cast<double>(query[d]) * static_cast<double>(keys[s * kHeadDim + d]);
            const double weight = std::exp(2.0 * std::tanh(dot * 0.7 / 2.0));
            total += weight;
            for (std::size_t d = 0; d < kHeadDim; ++d)
                sums[d] += weight * static_cast<double>(values[s * kHeadDim + d]);
        }
        for (std::size_t d = 0; d < kHeadDim; ++d)
            QVERIFY(std::fabs(static_cast<double>(out[d]) - sums[d] / total) < 1e-5);
        // The same positions, some of them as a path of this pass: the same bits.
        std::vector<int> path;
        for (int s = 5; s < kSlots; ++s) path.push_back(s);
        args.prefix = 5;
        one.path = path.data();
        one.pathLength = kSlots - 5;
        one.out = again.data();
        k.attend(args);
        QVERIFY(std::memcmp(out.data(), again.data(), out.size() * sizeof(float)) == 0);
    }

    void rmsNormAndSoftmaxMatchTheirFormulas() {
        const Kernels& k = set();
        for (const int n : {7, 64, 333, 5000}) {
            const std::vector<float> x = gaussian(static_cast<std::size_t>(n), 3, 4.0F),
                                     w = gaussian(static_cast<std::size_t>(n), 4);
            std::vector<float> out(x.size());
            k.rmsNorm(x.data(), w.data(), n, 1e-5F, out.data());
            double squares = 0.0;
            for (const float v : x) squares += static_cast<double>(v) * static_cast<double>(v);
            const double factor = 1.0 / std::sqrt(squares / n + 1e-5);
            for (std::size_t i = 0; i < x.size(); ++i)
                QVERIFY(std::fabs(static_cast<double>(out[i]) -
                                  static_cast<double>(x[i]) * factor * static_cast<double>(w[i])) < 1e-5);
            k.softmax(x.data(), n, 1.0F / 0.7F, out.data());
            double top = -1e30, total = 0.0, sum = 0.0;
            for (const float v : x) top = std::max(top, static_cast<double>(v));
            for (const float v : x) total += std::exp((static_cast<double>(v) - top) / 0.7);
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double exact = std::exp((static_cast<double>(x[i]) - top) / 0.7) / total;
                QVERIFY(std::fabs(static_cast<double>(out[i]) - exact) < 3e-6 * exact + 1e-30);
                sum += static_cast<double>(out[i]);
            }
            QVERIFY(std::fabs(sum - 1.0) < 1e-5);
        }
    }

    void attentionMatchesAndATreePathEqualsTheSameChain() {
        const Kernels& k = set();
        for (const int headDim : {8, 16, 64, 80}) {
            for (const bool half : {false, true}) {
                constexpr int kSlots = 23;
                std::vector<float> keys = gaussian(static_cast<std::size_t>(kSlots) * headDim, 6),
                                   values = gaussian(keys.size(), 7);
                const std::vector<std::uint16_t> halfKeys = halves(k, keys), halfValues = halves(k, values);
                if (half) {
                    k.toFloat(halfKeys.data(), static_cast<int>(keys.size()), keys.data());
                    k.toFloat(halfValues.data(), static_cast<int>(values.size()), values.data());
                }
                const std::vector<float> query = gaussian(static_cast<std::size_t>(headDim), 8);
                std::vector<float> scratch(attendScratch(headDim, kSlots)),
                    out(static_cast<std::size_t>(headDim)), again(out.size());
                AttendQuery one{query.data(), nullptr, 0, 0, out.data()};
                AttendArgs args;
                args.queries = &one;
                args.count = 1;
                args.keys = half ? static_cast<const void*>(halfKeys.data()) : keys.data();
                args.values = half ? static_cast<const void*>(halfValues.data()) : values.data();
                args.half = half;
                args.headDim = headDim;
                args.prefix = kSlots;
                args.scale = 0.3F;
                args.maxPositions = kSlots;
                args.scratch = scratch.data();
                k.attend(args);
                std::vector<double> weights(kSlots);
                double total = 0.0;
                for (int s = 0; s < kSlots; ++s) {
                    double dot = 0.0;
                    for (int d = 0; d < headDim; ++d)
                        dot += static_cast<double>(query[static_cast<std::size_t>(d)]) *
                               static_cast<double>(keys[static_cast<std::size_t>(s) * headDim + d]);
                    total += weights[static_cast<std::size_t>(s)] = std::exp(dot * 0.3);
                }
                for (int d = 0; d < headDim; ++d) {
                    double sum = 0.0;
                    for (int s = 0; s < kSlots; ++s)
                        sum += weights[static_cast<std::size_t>(s)] / total *
                               static_cast<double>(values[static_cast<std::size_t>(s) * headDim + d]);
                    QVERIFY(std::fabs(sum - static_cast<double>(out[static_cast<std::size_t>(d)])) < 1e-5);
                }
                const int path[] = {19, 20, 21, 22};
                args.prefix = 19;
                one.path = path;
                one.pathLength = 4;
                one.out = again.data();
                k.attend(args);
                QVERIFY(std::memcmp(out.data(), again.data(), out.size() * 4) == 0);
            }
        }
    }

    void attentionOfAQueryDoesNotDependOnTheOthers() {
        const Kernels& k = set();
        for (const int headDim : {8, 20, 64, 128}) {
            constexpr int kPrefix = 45, kRows = 9, kSlots = kPrefix + kRows;
            const std::vector<std::uint16_t> keys = halves(
                                                 k, gaussian(static_cast<std::size_t>(kSlots) * headDim, 6)),
                                             values = halves(k, gaussian(keys.size(), 7));
            std::vector<float> query = gaussian(static_cast<std::size_t>(kAttendQueries) * headDim, 8),
                               scratch(attendScratch(headDim, kSlots)), all(query.size()),
                               alone(query.size());
            // Chains of several lengths, one of them with a gap, seen through windows of several widths.
            const std::vector<int> chain{45, 46, 47, 48, 49, 50}, branch{45, 48, 53};
            std::vector<AttendQuery> queries;
            for (int q = 0; q < kAttendQueries; ++q) {
                const std::vector<int>& path = q == 2 ? branch : chain;
                queries.push_back({query.data() + q * headDim, path.data(), q == 2 ? 3 : std::max(1, q),
                                   q % 2 == 0 ? 0 : 7 * q, all.data() + q * headDim});
            }
            AttendArgs args;
            args.keys = keys.data();
            args.values = values.data();
            args.half = true;
            args.headDim = headDim;
            args.prefix = kPrefix;
            args.scale = 0.2F;
            args.maxPositions = kSlots;
            args.scratch = scratch.data();
            for (int count = 1; count <= kAttendQueries; ++count) {
                args.queries = queries.data() + kAttendQueries - count;
                args.count = count;
                k.attend(args);
                for (int q = kAttendQueries - count; q < kAttendQueries; ++q) {
                    AttendQuery one = queries[static_cast<std::size_t>(q)];
                    one.out = alone.data() + q * headDim;
                    args.queries = &one;
                    args.count = 1;
                    k.attend(args);
                    QVERIFY(std::memcmp(alone.data() + q * headDim, all.data() + q * headDim,
                                        4UL * static_cast<std::size_t>(headDim)) == 0);
                }
            }
        }
    }

    void halvesRoundToNearestEvenAndComeBack() {
        const Kernels& k = set();
        const std::vector<float> x{0.0F,  -0.0F,   1.0F,     65504.0F,        1e6F,
                                   -1e6F, 6e-8F,   2.98e-8F, 1.0F + 0x1p-11F, 1.0F + 3 * 0x1p-11F,
                                   0.1F,  3.05e-5F};
        const std::vector<std::uint16_t> expected{0x0000, 0x8000, 0x3C00, 0x7BFF, 0x7C00, 0xFC00,
                                                  0x0001, 0x0000, 0x3C00, 0x3C02, 0x2E66, 0x0200};
        QCOMPARE(halves(k, x), expected);
        for (std::uint32_t bits = 0; bits < 0x7C00; ++bits) {
            const auto half = static_cast<std::uint16_t>(bits);
            float value = 0.0F;
            k.toFloat(&half, 1, &value);
            std::uint16_t back = 0;
            k.toHalf(&value, 1, &back);
            QCOMPARE(back, half);
        }
    }

private:
    static const Kernels& set() {
        QFETCH_GLOBAL(QByteArray, set);
        return *kernelsNamed(set.constData());
    }
};

QTEST_GUILESS_MAIN(TestKernels)
#include "test_kernels.moc"
