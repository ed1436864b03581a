#include <cmath>

#include <QtTest>

#include "engine/explain/cost_model.h"

using namespace specula;

namespace {

bool near(double a, double b) {
    return std::fabs(a - b) < 1e-12;
}

const Costs kCosts{0.1, {1.0, 1.1, 1.2, 1.3}, 0.05};

}  // namespace

class TestCostModel : public QObject {
    Q_OBJECT

private slots:
    void expectedTokensFollowTheGeometricSum() {
        QVERIFY(near(expectedTokensPerRound(0.8, 4), (1 - std::pow(0.8, 5)) / 0.2));
        QCOMPARE(expectedTokensPerRound(1.0, 4), 5.0);
        QCOMPARE(expectedTokensPerRound(0.0, 4), 1.0);
    }

    void equalAcceptanceAtEveryPositionIsTheGeometricSum() {
        for (const double alpha : {0.0, 0.3, 0.9, 1.0})
            QVERIFY(near(expectedTokensPerRound(std::vector<double>(5, alpha), 5),
                         expectedTokensPerRound(alpha, 5)));
        // Positions that were never judged go on as the last one.
        QVERIFY(near(expectedTokensPerRound(std::vector<double>{0.5, 0.8}, 4),
                     1 + 0.5 + 0.5 * 0.8 + 0.5 * 0.64 + 0.5 * 0.512));
        QCOMPARE(expectedTokensPerRound(std::vector<double>{}, 4), 1.0);
    }

    void rowsBeyondTheMeasuredOnesCostTheMeanSlope() {
        QCOMPARE(verifyCost(kCosts, 1), 1.0);
        QCOMPARE(verifyCost(kCosts, 4), 1.3);
        QVERIFY(near(verifyCost(kCosts, 6), 1.5));
        QCOMPARE(verifyCost({}, 6), 1.0);
    }

    void plainDecodingIsTheUnit() {
        QCOMPARE(roundCost(0, 0, kCosts), 1.0);
        QCOMPARE(speedupOf(1.0, 0, 0, kCosts), 1.0);
        QVERIFY(near(roundCost(2, 2, kCosts), 0.2 + 1.2 + 0.05));
    }

    void theBestGammaIsTheLargestOfAllAndPlainWhereNothingPays() {
        const std::vector<double> good{0.8, 0.8, 0.8};
        const PredictedGamma best = bestGamma(good, kCosts, 16);
        for (int gamma = 0; gamma <= 16; ++gamma)
            QVERIFY(speedupOf(expectedTokensPerRound(good, gamma), gamma, gamma, kCosts) <= best.speedup);
        QVERIFY(best.gamma > 0);
        QCOMPARE(bestGamma({0.1}, {0.5, {1.0, 1.2}, 0.0}, 16).gamma, 0);
        QCOMPARE(bestGamma({0.1}, {0.5, {1.0, 1.2}, 0.0}, 16).speedup, 1.0);
    }

    void atTheBreakevenNothingIsGained() {
        for (int gamma = 1; gamma <= 8; ++gamma) {
            const std::optional<double> alpha = breakevenAlpha(gamma, kCosts);
            QVERIFY(alpha);
            QVERIFY(std::fabs(speedupOf(expectedTokensPerRound(*alpha, gamma), gamma, gamma, kCosts) - 1.0) <
                    1e-9);
        }
        QVERIFY(!breakevenAlpha(1, {1.5, {1.0, 1.2}, 0.0}));
    }
};

QTEST_APPLESS_MAIN(TestCostModel)
#include "test_cost_model.moc"
