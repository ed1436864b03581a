#include <QtTest>

#include "engine/decode/auto_plan.h"

using namespace specula;

namespace {

Round roundWith(int gamma, int accepted) {
    Round round;
    round.gamma = gamma;
    for (int i = 0; i < gamma; ++i) {
        Proposal proposal;
        proposal.parent = i - 1;
        proposal.verdict =
            i < accepted ? Verdict::Accepted : (i == accepted ? Verdict::Rejected : Verdict::Discarded);
        round.proposals.push_back(proposal);
    }
    return round;
}

const Costs kCheap{0.05, {1.0, 1.0, 1.05, 1.05, 1.1, 1.1, 1.15, 1.2, 1.25}, 0.02};
const Costs kDear{0.9, {1.0, 1.5, 2.0, 2.5, 3.0}, 0.1};

int gammaOf(const AutoPlan& plan) {
    return static_cast<int>(plan.choose().size());
}

}  // namespace

class TestAutoPlan : public QObject {
    Q_OBJECT

private slots:
    void aGoodCheapDraftIsUsedLong() {
        AutoPlan plan(kCheap, 12, 1);
        for (int i = 0; i < 30; ++i) plan.learn(roundWith(gammaOf(plan), gammaOf(plan)));
        QVERIFY(gammaOf(plan) >= 8);
    }

    void aUselessDraftIsDroppedButProbedNowAndThen() {
        AutoPlan plan(kDear, 12, 1);
        int drafted = 0;
        for (int i = 0; i < 64; ++i) {
            const int chosen = gammaOf(plan);
            drafted += chosen;
            plan.learn(roundWith(chosen, 0));
        }
        QVERIFY(drafted >= 2 && drafted <= 8);
    }

    void acceptanceThatFallsShortensTheDraft() {
        AutoPlan plan(kCheap, 12, 1);
        for (int i = 0; i < 30; ++i) plan.learn(roundWith(8, 8));
        const int before = gammaOf(plan);
        for (int i = 0; i < 100; ++i) plan.learn(roundWith(4, 1));
        QVERIFY(gammaOf(plan) < before);
        QVERIFY(gammaOf(plan) >= 1);
    }

    void theChoiceDependsOnlyOnThePast() {
        AutoPlan a(kCheap, 12, 1), b(kCheap, 12, 1);
        for (int i = 0; i < 50; ++i) {
            QCOMPARE(gammaOf(a), gammaOf(b));
            const Round round = roundWith(gammaOf(a), i % 3);
            a.learn(round);
            b.learn(round);
        }
    }

    void costsBeyondTheMeasuredRowsGrowLinearly() {
        QCOMPARE(verifyCost(kDear, 5), 3.0);
        QCOMPARE(verifyCost(kDear, 7), 4.0);
        QCOMPARE(speedupOf(3.0, 2, 2, kCheap), 3.0 / (0.1 + 1.05 + 0.02));
        QCOMPARE(speedupOf(1.0, 0, 0, kCheap), 1.0);
    }
};

QTEST_GUILESS_MAIN(TestAutoPlan)
#include "test_auto_plan.moc"
