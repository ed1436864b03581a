#include <QtTest>

#include "engine/decode/auto_gamma.h"

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

}  // namespace

class TestAutoGamma : public QObject {
    Q_OBJECT

private slots:
    void aGoodCheapDraftIsUsedLong() {
        AutoGamma gamma(kCheap, 12);
        for (int i = 0; i < 30; ++i) gamma.learn(roundWith(gamma.choose(), gamma.choose()));
        QVERIFY(gamma.choose() >= 8);
    }

    void aUselessDraftIsDroppedButProbedNowAndThen() {
        AutoGamma gamma(kDear, 12);
        int drafted = 0;
        for (int i = 0; i < 64; ++i) {
            const int chosen = gamma.choose();
            drafted += chosen;
            gamma.learn(roundWith(chosen, 0));
        }
        QVERIFY(drafted >= 2 && drafted <= 8);
    }

    void acceptanceThatFallsShortensTheDraft() {
        AutoGamma gamma(kCheap, 12);
        for (int i = 0; i < 30; ++i) gamma.learn(roundWith(8, 8));
        const int before = gamma.choose();
        for (int i = 0; i < 100; ++i) gamma.learn(roundWith(4, 1));
        QVERIFY(gamma.choose() < before);
        QVERIFY(gamma.choose() >= 1);
    }

    void theChoiceDependsOnlyOnThePast() {
        AutoGamma a(kCheap, 12), b(kCheap, 12);
        for (int i = 0; i < 50; ++i) {
            QCOMPARE(a.choose(), b.choose());
            const Round round = roundWith(a.choose(), i % 3);
            a.learn(round);
            b.learn(round);
        }
    }

    void costsBeyondTheMeasuredRowsGrowLinearly() {
        QCOMPARE(verifyCost(kDear, 5), 3.0);
        QCOMPARE(verifyCost(kDear, 7), 4.0);
        QCOMPARE(speedupOf(3.0, 2, kCheap), 3.0 / (0.1 + 1.05 + 0.02));
        QCOMPARE(speedupOf(1.0, 0, kCheap), 1.0);
    }
};

QTEST_GUILESS_MAIN(TestAutoGamma)
#include "test_auto_gamma.moc"
