// The predictions and the decision of a recommendation, on made-up numbers.
#include <QtTest>

#include "engine/explain/cost_model.h"
#include "engine/explain/decision.h"
#include "engine/explain/shape_prediction.h"

using namespace specula;

namespace {

Contender contender(int gamma, double predicted, double median = 0.0, double half = 0.0, int n = 0) {
    Contender made;
    made.shape.gamma = gamma;
    made.predicted = predicted;
    if (n > 0) made.speedup = {median, median - half, median + half, n, "made up"};
    return made;
}

/// A draft of cost c whose rows cost nothing more.
std::vector<DraftFindings> drafts(double c = 0.1, double perRow = 0.05) {
    DraftFindings draft;
    draft.costs.c = c;
    for (int row = 0; row < 17; ++row) draft.costs.v.push_back(1.0 + perRow * row);
    draft.longRun.tested = {{100}};
    draft.longRun.accepted = {{50}};
    return {draft, draft};
}

/// Chains of 10 in which every position keeps `alpha`.
DraftAcceptance chains(double alpha, long rounds = 100000) {
    DraftAcceptance made;
    made.lengths.assign(11, 0);
    made.lengths[10] = rounds;
    made.asked = 10;
    long tested = rounds;
    for (int d = 0; d < 10; ++d) {
        const long kept = std::lround(alpha * static_cast<double>(tested));
        made.tested.push_back({tested});
        made.accepted.push_back({kept});
        tested = kept;
    }
    return made;
}

}  // namespace

class TestDecision : public QObject {
    Q_OBJECT

private slots:
    void aChainIsPredictedAsTheCostModelSays() {
        const Costs costs = drafts()[0].costs;
        const DraftAcceptance seen = chains(0.6);
        for (const int gamma : {1, 3, 8, 10, 16}) {
            const PredictedRound round = predictRound({gamma, {}}, seen, costs);
            QVERIFY(std::abs(round.tokens - expectedTokensPerRound(0.6, gamma)) < 0.01);
            QCOMPARE(round.cost, roundCost(gamma, gamma, costs));
        }
    }

    void roundsInWhichNothingWasFoundCostAsPlainOnes() {
        DraftAcceptance seen = chains(1.0, 100);
        seen.lengths[0] = 100;  // as many rounds without a proposal
        const Costs costs{0.0, {1.0, 1.0, 1.0, 1.0, 1.0}, 0.0};
        const PredictedRound round = predictRound({3, {}}, seen, costs);
        QVERIFY(std::abs(round.tokens - 2.5) < 1e-9);  // half of the rounds give 1, half 4
        QCOMPARE(round.cost, 1.0);
    }

    void aTreeIsWorthTheSumOfItsNodes() {
        DraftAcceptance seen;
        seen.tested = {{1'000'000, 500'000}, {1'000'000, 1'000'000}};
        seen.accepted = {{500'000, 100'000}, {400'000, 200'000}};
        const Costs costs{0.1, {1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6}, 0.0};
        // First: .5; its sibling, when that failed: .5 * .2. Below each of them one of .4.
        const PredictedRound round = predictRound({0, {false, {2, 1}}}, seen, costs);
        QVERIFY(std::abs(round.tokens - (1.0 + 0.6 + 0.6 * 0.4)) < 1e-4);
        QVERIFY(std::abs(round.cost - (2 * 0.1 + 1.4)) < 1e-9);
    }

    void aTreeOfOnesIsAChain() {
        const DraftAcceptance seen = chains(0.7);
        const Costs costs = drafts()[0].costs;
        const PredictedRound tree = predictRound({0, {false, {1, 1, 1}}}, seen, costs);
        const PredictedRound chain = predictRound({3, {}}, seen, costs);
        QVERIFY(std::abs(tree.tokens - chain.tokens) < 1e-9);
        QCOMPARE(tree.cost, chain.cost);
    }

    void rarePlacesBorrowFromTheOneBefore() {
        DraftAcceptance seen;
        seen.tested = {{100}, {1}};
        seen.accepted = {{80}, {0}};
        const auto rates = smoothedAcceptance(seen);
        QCOMPARE(rates[0][0], 0.8);
        QCOMPARE(rates[1][0], 0.8 * 3.0 / 4.0);
        QCOMPARE(seen.alpha(), (std::vector<double>{0.8, 0.0}));  // what was counted stays what it is
    }

    void everyGammaTo16IsPredictedAndTreesOnlyWhereAsked() {
        QCOMPARE(predictableShapes(true, false, {}).size(), std::size_t{16});
        const auto both = predictableShapes(true, true, {false, {5, 4}});
        QVERIFY(std::find(both.begin(), both.end(), DraftShape{0, {false, {5, 4}}}) != both.end());
        for (const DraftShape& shape : predictableShapes(false, true, {})) QVERIFY(!shape.tree.off());
        // A best "tree" that is a chain is there already.
        QCOMPARE(predictableShapes(true, true, {false, {1, 1}}).size(),
                 predictableShapes(true, true, {}).size());
    }

    void aClearWinnerIsCalledClear() {
        const auto decision =
            decide({contender(2, 1.4, 1.5, 0.05, 12), contender(4, 1.3, 1.3, 0.05, 12)}, drafts());
        QCOMPARE(*decision.winner, std::size_t{0});
        QCOMPARE(*decision.runnerUp, std::size_t{1});
        QCOMPARE(decision.reason, RecommendReason::Clear);
    }

    void whatWasMeasuredCountsNotWhatWasPredicted() {
        const auto decision =
            decide({contender(2, 1.9, 1.2, 0.05, 12), contender(4, 1.3, 1.5, 0.05, 12), contender(6, 3.0)},
                   drafts());
        QCOMPARE(*decision.winner, std::size_t{1});
    }

    void aTieGoesToTheSmallerGammaAndTheFlatRangeIsSaid() {
        const auto decision = decide({contender(5, 1.4, 1.500, 0.05, 12), contender(3, 1.4, 1.485, 0.05, 12),
                                      contender(4, 1.4, 1.510, 0.05, 12), contender(2, 1.4, 1.400, 0.05, 12)},
                                     drafts());
        QCOMPARE(*decision.winner, std::size_t{1});
        QCOMPARE(decision.reason, RecommendReason::Flat);
        QCOMPARE(decision.flatFrom, 3);
        QCOMPARE(decision.flatTo, 5);
        QCOMPARE(*decision.runnerUp, std::size_t{2});
    }

    void overlappingIntervalsAreCalledClose() {
        const auto decision =
            decide({contender(2, 1.4, 1.5, 0.2, 12), contender(4, 1.3, 1.4, 0.2, 12)}, drafts());
        QCOMPARE(*decision.winner, std::size_t{0});
        QCOMPARE(decision.reason, RecommendReason::Close);
    }

    void oneContenderNeedsNoRunnerUp() {
        const auto decision = decide({contender(1, 1.4, 1.5, 0.2, 12)}, drafts());
        QCOMPARE(*decision.winner, std::size_t{0});
        QVERIFY(!decision.runnerUp);
        QCOMPARE(decision.reason, RecommendReason::OnlyOne);
    }

    void plainWinsWhereNoIntervalLiesAbove1_data() {
        QTest::addColumn<double>("median");
        QTest::addColumn<double>("half");
        QTest::addColumn<int>("n");
        QTest::newRow("slower") << 0.8 << 0.05 << 12;
        QTest::newRow("not significant") << 1.1 << 0.2 << 12;
        QTest::newRow("a single measurement") << 1.5 << 0.0 << 1;
    }
    void plainWinsWhereNoIntervalLiesAbove1() {
        QFETCH(double, median);
        QFETCH(double, half);
        QFETCH(int, n);
        const auto decision = decide({contender(2, 1.4, median, half, n)}, drafts());
        QVERIFY(decision.usePlain());
        QCOMPARE(decision.reason, RecommendReason::NoGain);
        QCOMPARE(*decision.runnerUp, std::size_t{0});
        QVERIFY(decision.cause != PlainCause::None);
    }

    void onlyThoseThatPayCanWin() {
        // The largest median has an interval that holds 1.
        const auto decision =
            decide({contender(4, 1.4, 1.50, 0.6, 4), contender(2, 1.3, 1.30, 0.1, 12)}, drafts());
        QCOMPARE(*decision.winner, std::size_t{1});
    }

    void withoutMeasurementsPredictionsDecideAndItIsSaid() {
        const auto decision = decide({contender(3, 1.5), contender(2, 1.49), contender(6, 1.2)}, drafts());
        QCOMPARE(*decision.winner, std::size_t{1});
        QCOMPARE(decision.reason, RecommendReason::NotMeasured);
        const auto none = decide({contender(1, 0.9)}, drafts());
        QVERIFY(none.usePlain());
        QCOMPARE(none.reason, RecommendReason::NotMeasured);
    }

    void nothingToDecideIsPlain() {
        const auto decision = decide({}, {});
        QVERIFY(decision.usePlain());
        QVERIFY(!decision.runnerUp);
    }

    void theDearestPartIsToBlame_data() {
        QTest::addColumn<double>("c");
        QTest::addColumn<double>("perRow");
        QTest::addColumn<double>("predicted");
        QTest::addColumn<int>("cause");
        // One token drafted; E is the prediction times the round's cost 1 + c + perRow.
        QTest::newRow("draft") << 0.5 << 0.02 << 0.9 << static_cast<int>(PlainCause::DraftCost);
        QTest::newRow("rows") << 0.02 << 0.5 << 0.9 << static_cast<int>(PlainCause::RowCost);
        QTest::newRow("acceptance") << 0.05 << 0.05 << 0.92 << static_cast<int>(PlainCause::Acceptance);
    }
    void theDearestPartIsToBlame() {
        QFETCH(double, c);
        QFETCH(double, perRow);
        QFETCH(double, predicted);
        QFETCH(int, cause);
        QCOMPARE(static_cast<int>(causeOf(contender(1, predicted), drafts(c, perRow)[0])), cause);
    }
};

QTEST_APPLESS_MAIN(TestDecision)
#include "test_decision.moc"
