// The chi-square arithmetic of the audit against values of another implementation (SciPy 1.x), and against
// simulated draws.
#include <QTest>
#include <cmath>
#include <random>
#include <vector>

#include "engine/measure/chi_square.h"

using namespace specula;

namespace {

bool near(double value, double expected, double relative) {
    return std::fabs(value - expected) <= relative * std::fabs(expected);
}

}  // namespace

class TestChiSquare : public QObject {
    Q_OBJECT

private slots:
    void tailsHaveTheirKnownValues() {
        const struct {
            double statistic, degrees, tail;
        } known[]{
            {3.841458820694124, 1.0, 0.0499999999999999},
            {18.307038053275146, 10.0, 0.0500000000000001},
            {0.5, 4.0, 0.973500978839256},
            {120.0, 40.0, 6.35191834037896e-10},
            {250.0, 40.0, 3.46953688705397e-32},
            {1000.0, 900.5, 0.0113343236950017},
            {30.0, 0.7, 1.98540957340266e-08},
        };
        for (const auto& k : known) {
            const double tail = chiSquareTail(k.statistic, k.degrees);
            QVERIFY2(near(tail, k.tail, 1e-10), qPrintable(QString::number(tail, 'g', 15)));
        }
        QCOMPARE(chiSquareTail(0.0, 5.0), 1.0);
        QVERIFY(chiSquareTail(1e5, 5.0) < 1e-300);
    }

    void quantilesAreTheTailsInverse() {
        QVERIFY(near(chiSquareQuantile(1e-6, 25.0), 73.89453862287, 1e-9));
        QVERIFY(near(chiSquareQuantile(0.5, 3.0), 2.365973884375, 1e-9));
        for (const double tail : {0.9, 0.05, 1e-4, 1e-9}) {
            for (const double degrees : {1.0, 7.5, 300.0})
                QVERIFY(near(chiSquareTail(chiSquareQuantile(tail, degrees), degrees), tail, 1e-6));
        }
    }

    void noncentralTailsHaveTheirKnownValues() {
        const struct {
            double statistic, degrees, noncentrality, tail;
        } known[]{
            {30.0, 10.0, 15.0, 0.264599128507},
            {90.0, 40.0, 60.0, 0.6996769452298},
            {5.0, 3.0, 0.5, 0.232646143874},
            {400.0, 100.0, 250.0, 0.07824197743715},
        };
        for (const auto& k : known) {
            const double tail = noncentralChiSquareTail(k.statistic, k.degrees, k.noncentrality);
            QVERIFY2(near(tail, k.tail, 1e-8), qPrintable(QString::number(tail, 'g', 15)));
        }
        QCOMPARE(noncentralChiSquareTail(12.0, 4.0, 0.0), chiSquareTail(12.0, 4.0));
    }

    void aPerfectFitHasStatisticZeroAndOneBinSaysNothing() {
        const std::vector<long> counts{10, 20, 30, 40};
        const std::vector<double> law{0.1, 0.2, 0.3, 0.4};
        const GoodnessOfFit fit = goodnessOfFit(counts, law);
        QVERIFY(std::fabs(fit.statistic) < 1e-12);
        QCOMPARE(fit.degrees, 3.0);
        QCOMPARE(fit.bins, std::size_t{4});
        QVERIFY(fit.pValue > 0.999);
        const std::vector<long> all{100};
        const std::vector<double> certain{1.0};
        QCOMPARE(goodnessOfFit(all, certain).pValue, 1.0);
    }

    void pearsonsStatisticByHand() {
        const std::vector<long> counts{30, 70};
        const std::vector<double> law{0.4, 0.6};
        const GoodnessOfFit fit = goodnessOfFit(counts, law);
        QVERIFY(near(fit.statistic, 100.0 / 40.0 + 100.0 / 60.0, 1e-12));
        QVERIFY(near(fit.pValue, std::erfc(std::sqrt(fit.statistic / 2.0)), 1e-9));
    }

    void drawsOfTheLawItselfAreRarelyRejectedAndOthersAre() {
        std::vector<double> law;
        double total = 0.0;
        for (int i = 0; i < 40; ++i) total += law.emplace_back(1.0 / (i + 1));
        for (double& p : law) p /= total;
        std::vector<double> other = law;
        std::vector<long> expected;
        for (const double p : law) expected.push_back(std::lround(2000 * p));
        const double detectable = detectableTotalVariation(goodnessOfFit(expected, law), 2000, 1e-3, 0.9);
        QVERIFY(detectable > 0.05 && detectable < 0.2);
        // The hardest direction at this distance: the mass moves from one half of the law to the other.
        double above = 0.0;
        for (std::size_t i = 0; i < other.size(); ++i) above += i < 3 ? law[i] : 0.0;
        for (std::size_t i = 0; i < other.size(); ++i)
            other[i] *= i < 3 ? 1.0 + detectable / above : 1.0 - detectable / (1.0 - above);
        std::mt19937 random(7);
        const auto rejections = [&](const std::vector<double>& weights) {
            std::discrete_distribution<std::size_t> draw(weights.begin(), weights.end());
            int rejected = 0;
            for (int experiment = 0; experiment < 1000; ++experiment) {
                std::vector<long> counts(law.size());
                for (int i = 0; i < 2000; ++i) ++counts[draw(random)];
                rejected += goodnessOfFit(counts, law).pValue < 1e-3;
            }
            return rejected;
        };
        QVERIFY(rejections(law) <= 6);  // 1 expected
        const int found = rejections(other);
        QVERIFY2(found >= 880, qPrintable(QString::number(found)));
    }

    void detectableVariationFallsWithTheRootOfTheDraws() {
        const GoodnessOfFit bins{.degrees = 20.0};
        const double few = detectableTotalVariation(bins, 1000, 1e-5, 0.9);
        QVERIFY(near(detectableTotalVariation(bins, 4000, 1e-5, 0.9), few / 2.0, 1e-6));
        QVERIFY(detectableTotalVariation({.degrees = 60.0}, 1000, 1e-5, 0.9) > few);
        QVERIFY(detectableTotalVariation({.degrees = 20.0, .scale = 1.2}, 1000, 1e-5, 0.9) > few);
        QCOMPARE(detectableTotalVariation(bins, 3, 1e-5, 0.9), 1.0);
        QCOMPARE(detectableTotalVariation({.degrees = 0.0}, 1000, 1e-5, 0.9), 1.0);
    }
};

QTEST_GUILESS_MAIN(TestChiSquare)
#include "test_chi_square.moc"
