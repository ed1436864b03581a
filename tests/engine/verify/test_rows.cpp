#include <QtTest>

#include <cmath>
#include <random>

#include "engine/verify/rows.h"

using namespace specula;

namespace {

std::vector<float> randomRow(std::size_t size, unsigned seed, double zeros) {
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    std::vector<double> weights(size);
    double total = 0.0;
    for (double& weight : weights)
        total += weight = uniform(random) < zeros ? 0.0 : std::pow(uniform(random), 8.0);
    std::vector<float> row;
    for (const double weight : weights) row.push_back(static_cast<float>(weight / total));
    return row;
}

}  // namespace

class TestRows : public QObject {
    Q_OBJECT

private slots:
    void everyCoinDrawsTheTokenOfItsInterval() {
        const std::vector<double> weights{0.0, 0.5, 0.0, 0.25, 0.25, 0.0};
        QCOMPARE(drawFrom<double>(weights, 0.0), 1);
        QCOMPARE(drawFrom<double>(weights, 0.4999), 1);
        QCOMPARE(drawFrom<double>(weights, 0.5), 3);
        QCOMPARE(drawFrom<double>(weights, 0.75), 4);
        QCOMPARE(drawFrom<double>(weights, 1.0 - 0x1p-53), 4);
    }

    void drawsFollowTheWeightsOverALargeVocabulary() {
        const std::vector<float> row = randomRow(5000, 3, 0.5);
        // The exact share of each token, from the places where the drawn token changes along a fine grid of
        // coins.
        std::vector<double> counts(row.size(), 0.0);
        constexpr int kGrid = 200000;
        for (int i = 0; i < kGrid; ++i) {
            const TokenId token = drawFrom<float>(row, (i + 0.5) / kGrid);
            QVERIFY(row[static_cast<std::size_t>(token)] > 0.0F);
            counts[static_cast<std::size_t>(token)] += 1.0 / kGrid;
        }
        for (std::size_t i = 0; i < row.size(); ++i)
            QVERIFY(std::fabs(counts[i] - static_cast<double>(row[i])) < 2.0 / kGrid);
    }

    void neverDrawsATokenOfWeightZeroAtTheEdges() {
        for (unsigned seed = 0; seed < 50; ++seed) {
            const std::vector<float> row = randomRow(1000 + seed * 37, seed, 0.9);
            for (const double coin : {0.0, 1e-300, 0.5, 1.0 - 0x1p-53})
                QVERIFY(row[static_cast<std::size_t>(drawFrom<float>(row, coin))] > 0.0F);
        }
    }

    void overlapAndResidualAddUpToOne() {
        const std::vector<float> target = randomRow(4096, 1, 0.2), draft = randomRow(4096, 2, 0.2);
        std::vector<float> residual(target.size());
        const RowSums sums = sumsOf<float>(target, draft, 0);
        QVERIFY(std::fabs(sums.overlap + sums.residualMass - 1.0) < 1e-6);
        QVERIFY(std::fabs(residualInto<float>(target, draft, 0, residual) - sums.residualMass) < 1e-6);
        for (std::size_t i = 0; i < residual.size(); ++i)
            QCOMPARE(residual[i], std::max(0.0F, target[i] - draft[i]));
    }

    void aOneHotRowLeavesEverythingButItsToken() {
        const std::vector<double> target{0.2, 0.3, 0.5};
        std::vector<double> residual(3);
        QCOMPARE(residualInto<double>(target, {}, 1, residual), 0.7);
        QCOMPARE(residual[1], 0.0);
        QCOMPARE(sumsOf<double>(target, {}, 1).overlap, 0.3);
    }

    void fastEntropyAgreesWithTheExactOne() {
        for (unsigned seed = 0; seed < 10; ++seed) {
            const std::vector<float> row = randomRow(3001, seed, 0.3);
            double exact = 0.0;
            for (const float x : row)
                exact -= x > 0.0F ? static_cast<double>(x) * std::log(static_cast<double>(x)) : 0.0;
            QVERIFY(std::fabs(entropyOf<float>(row) - exact) < 1e-5);
        }
    }

    void largestEntriesComeInOrderTiesByLowerId() {
        const std::vector<float> row{0.1F, 0.3F, 0.1F, 0.3F, 0.2F, 0.0F};
        const std::vector<TokenId> expected{1, 3, 4, 0};
        QCOMPARE(largestOf<float>(row, 4), expected);
        QCOMPARE(largestOf<float>(row, 100).size(), row.size());
        QVERIFY(largestOf<float>(row, 0).empty());
    }
};

QTEST_GUILESS_MAIN(TestRows)
#include "test_rows.moc"
