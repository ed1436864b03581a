#include <QtTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>

#include "engine/decode/philox.h"
#include "engine/decode/sampler.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

std::vector<float> randomLogits(int size, unsigned seed) {
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0.0F, 2.0F);
    std::vector<float> out(static_cast<std::size_t>(size));
    for (float& x : out) x = std::round(normal(random) * 4.0F) / 4.0F;  // rounded: ties occur
    return out;
}

/// The pipeline as its definition reads, in double and with a full sort.
std::vector<double> referenceRow(std::vector<double> x, const Sampling& s, const std::set<TokenId>& seen) {
    for (const TokenId id : seen) {
        double& value = x[static_cast<std::size_t>(id)];
        value = value > 0.0 ? value / s.repetitionPenalty : value * s.repetitionPenalty;
    }
    std::vector<std::size_t> order(x.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return x[a] > x[b]; });
    const double top = x[order[0]];
    for (double& value : x) value = std::exp((value - top) / s.temperature);
    if (s.topK > 0) order.resize(std::min(order.size(), static_cast<std::size_t>(s.topK)));
    double total = 0.0, mass = 0.0;
    for (const std::size_t i : order) total += x[i];
    std::vector<std::size_t> kept;
    for (const std::size_t i : order) {
        if (!kept.empty() && mass >= s.topP * total) break;
        kept.push_back(i);
        mass += x[i];
    }
    std::erase_if(kept, [&](std::size_t i) { return x[i] < s.minP * x[order[0]]; });
    mass = 0.0;
    for (const std::size_t i : kept) mass += x[i];
    std::vector<double> row(x.size(), 0.0);
    for (const std::size_t i : kept) row[i] = x[i] / mass;
    return row;
}

}  // namespace

class TestRandomAndSampler : public QObject {
    Q_OBJECT

private slots:
    void philoxMatchesThePublishedVectors() {
        using Words = std::array<std::uint32_t, 4>;
        QVERIFY((philox({0, 0, 0, 0}, {0, 0}) == Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
        QVERIFY((philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}) ==
                 Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
        QVERIFY((philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
                 Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
    }

    void coinsLieInTheUnitIntervalAndStreamsDiffer() {
        std::set<double> all;
        double sum = 0.0;
        for (std::uint32_t round = 0; round < 200; ++round) {
            for (std::uint32_t slot = 0; slot < 5; ++slot) {
                for (const Stream stream : {Stream::DraftDraw, Stream::AcceptCoin, Stream::ExtraDraw}) {
                    const double coin = coinAt(42, round, slot, stream);
                    QVERIFY(coin >= 0.0 && coin < 1.0);
                    QCOMPARE(coin, coinAt(42, round, slot, stream));
                    all.insert(coin);
                    sum += coin;
                }
            }
        }
        QCOMPARE(all.size(), std::size_t{3000});
        QVERIFY(std::fabs(sum / 3000 - 0.5) < 0.03);
        QVERIFY(coinAt(42, 0, 0, Stream::DraftDraw) != coinAt(43, 0, 0, Stream::DraftDraw));
        QVERIFY(coinAt(1, 0, 0, Stream::DraftDraw) != coinAt(1ULL << 32 | 1, 0, 0, Stream::DraftDraw));
    }

    void rowsEqualTheDefinition_data() {
        QTest::addColumn<double>("temperature");
        QTest::addColumn<int>("topK");
        QTest::addColumn<double>("topP");
        QTest::addColumn<double>("minP");
        QTest::addColumn<double>("penalty");
        QTest::newRow("temperature only") << 0.7 << 0 << 1.0 << 0.0 << 1.0;
        QTest::newRow("top-k") << 1.0 << 5 << 1.0 << 0.0 << 1.0;
        QTest::newRow("top-k 1") << 1.0 << 1 << 1.0 << 0.0 << 1.0;
        QTest::newRow("top-k beyond the vocabulary") << 1.0 << 100000 << 1.0 << 0.0 << 1.0;
        QTest::newRow("top-p") << 1.3 << 0 << 0.9 << 0.0 << 1.0;
        QTest::newRow("top-p tiny") << 1.0 << 0 << 1e-6 << 0.0 << 1.0;
        QTest::newRow("min-p") << 1.0 << 0 << 1.0 << 0.1 << 1.0;
        QTest::newRow("penalty") << 0.8 << 0 << 1.0 << 0.0 << 1.3;
        QTest::newRow("all together") << 0.9 << 20 << 0.8 << 0.05 << 1.2;
        QTest::newRow("top-k then top-p") << 1.5 << 3 << 0.95 << 0.0 << 1.0;
    }
    void rowsEqualTheDefinition() {
        QFETCH(double, temperature);
        QFETCH(int, topK);
        QFETCH(double, topP);
        QFETCH(double, minP);
        QFETCH(double, penalty);
        const Sampling settings{temperature, topK, topP, minP, penalty};
        for (unsigned seed = 0; seed < 20; ++seed) {
            const int size = seed % 2 == 0 ? 50 : 3000;
            const std::vector<float> logits = randomLogits(size, seed);
            SeenTokens seen(size);
            std::set<TokenId> distinct;
            for (const TokenId id : {3, 7, 3, 11, 40}) {
                seen.push(id);
                distinct.insert(id);
            }
            Sampler sampler(settings);
            std::vector<float> row(logits.size());
            sampler.row(logits, seen, row);
            // Ties are rounded logits: equal in float and in double, so the kept sets must agree exactly.
            const std::vector<double> expected =
                referenceRow({logits.begin(), logits.end()}, settings, distinct);
            double sum = 0.0;
            for (std::size_t i = 0; i < row.size(); ++i) {
                QCOMPARE(row[i] > 0.0F, expected[i] > 0.0);
                QVERIFY(std::fabs(static_cast<double>(row[i]) - expected[i]) < 1e-5 * expected[i] + 1e-12);
                sum += static_cast<double>(row[i]);
            }
            QVERIFY(std::fabs(sum - 1.0) < 1e-5);
        }
    }

    void plainLoopsGiveTheSameRowsAsTheKernels_data() { rowsEqualTheDefinition_data(); }
    void plainLoopsGiveTheSameRowsAsTheKernels() {
        QFETCH(double, temperature);
        QFETCH(int, topK);
        QFETCH(double, topP);
        QFETCH(double, minP);
        QFETCH(double, penalty);
        const Sampling settings{temperature, topK, topP, minP, penalty};
        for (unsigned seed = 0; seed < 20; ++seed) {
            const std::vector<float> logits = randomLogits(3000, seed);
            SeenTokens seen(3000);
            for (const TokenId id : {3, 7, 3, 11, 40}) seen.push(id);
            Sampler sampler(settings);
            Pipeline plain(settings);
            std::vector<float> fast(logits.size()), slow(logits.size());
            sampler.row(logits, seen, fast);
            plain.row(logits, seen.distinct(), slow);
            for (std::size_t i = 0; i < fast.size(); ++i) {
                QCOMPARE(slow[i] > 0.0F, fast[i] > 0.0F);
                QVERIFY(std::fabs(slow[i] - fast[i]) < 1e-6F);
            }
            QCOMPARE(plain.best(logits, seen.distinct()), sampler.best(logits, seen));
        }
    }

    void greedyIsTheArgmaxWithTiesToTheLowerId() {
        Sampler sampler({.temperature = 0.0});
        SeenTokens seen(4);
        std::vector<float> row(4);
        QCOMPARE(sampler.best(std::vector<float>{1.0F, 5.0F, 5.0F, 2.0F}, seen), 1);
        sampler.row(std::vector<float>{1.0F, 5.0F, 5.0F, 2.0F}, seen, row);
        QCOMPARE(row, (std::vector<float>{0.0F, 1.0F, 0.0F, 0.0F}));
        Sampler penalised({.temperature = 0.0, .repetitionPenalty = 2.0});
        seen.push(1);
        QCOMPARE(penalised.best(std::vector<float>{1.0F, 5.0F, 4.0F, 2.0F}, seen), 2);
        seen.pop();
        QCOMPARE(penalised.best(std::vector<float>{1.0F, 5.0F, 4.0F, 2.0F}, seen), 1);
    }

    void logitsThatAreNotNumbersAreNamed() {
        const float nan = std::numeric_limits<float>::quiet_NaN();
        SeenTokens seen(3);
        std::vector<float> row(3);
        for (const double temperature : {0.0, 1.0}) {
            Sampler sampler({.temperature = temperature});
            QVERIFY_EXCEPTION_THROWN(sampler.row(std::vector<float>{nan, 1.0F, 2.0F}, seen, row), Error);
            QVERIFY_EXCEPTION_THROWN(sampler.row(std::vector<float>{1.0F, nan, 2.0F}, seen, row), Error);
        }
    }

    void seenTokensCountAndUndo() {
        SeenTokens seen(10);
        for (const TokenId id : {4, 5, 4}) seen.push(id);
        QCOMPARE(seen.distinct(), (std::vector<TokenId>{4, 5}));
        seen.pop();
        seen.pop();
        QCOMPARE(seen.distinct(), (std::vector<TokenId>{4}));
    }
};

QTEST_GUILESS_MAIN(TestRandomAndSampler)
#include "test_random_and_sampler.moc"
