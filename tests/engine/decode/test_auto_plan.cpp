#include <QtTest>
#include <algorithm>
#include <random>

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

const Costs kFlat{0.1, std::vector<double>(64, 1.0), 0.02};
const Costs kSteep{0.1, {1.0, 1.6, 2.2, 2.8, 3.4}, 0.02};

int widestIn(const std::vector<int>& plan) {
    int widest = 0;
    for (const int parent : plan)
        widest = std::max(widest, static_cast<int>(std::count(plan.begin(), plan.end(), parent)));
    return widest;
}

/// A round of this plan in which a tested child of rank r passes with chance[r].
Round judged(const std::vector<int>& plan, const std::vector<double>& chance, std::mt19937& random) {
    Round round;
    round.gamma = static_cast<int>(plan.size());
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    for (const int parent : plan) {
        Proposal proposal;
        proposal.parent = parent;
        round.proposals.push_back(proposal);
    }
    for (int node = -1;;) {
        int accepted = -1;
        std::size_t rank = 0;
        for (std::size_t i = 0; i < plan.size() && accepted < 0; ++i) {
            if (plan[i] != node) continue;
            const double p = rank < chance.size() ? chance[rank] : 0.02;
            ++rank;
            if (uniform(random) < p) accepted = static_cast<int>(i);
            round.proposals[i].verdict = accepted >= 0 ? Verdict::Accepted : Verdict::Rejected;
        }
        if (accepted < 0) return round;
        node = accepted;
    }
}

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

    void plansAreTreesNumberedBreadthFirstWithinTheirBounds() {
        std::mt19937 random(3);
        for (const Costs& costs : {kCheap, kDear, kFlat, kSteep}) {
            for (const int widest : {1, 2, 8}) {
                AutoPlan plan(costs, 6, widest);
                for (int i = 0; i < 80; ++i) {
                    const std::vector<int> chosen = plan.choose();
                    QVERIFY(chosen.size() <= 32);
                    QVERIFY(depthOf(chosen) <= 6 && widestIn(chosen) <= widest);
                    QVERIFY(std::is_sorted(chosen.begin(), chosen.end()));
                    for (std::size_t k = 0; k < chosen.size(); ++k)
                        QVERIFY(chosen[k] >= -1 && chosen[k] < static_cast<int>(k));
                    plan.learn(judged(chosen, {0.6, 0.3, 0.2}, random));
                }
            }
        }
    }

    void theSameRoundsGiveTheSamePlans() {
        std::mt19937 first(5), second(5);
        AutoPlan a(kFlat, 6, 8), b(kFlat, 6, 8);
        for (int i = 0; i < 60; ++i) {
            QCOMPARE(a.choose(), a.choose());
            QCOMPARE(a.choose(), b.choose());
            a.learn(judged(a.choose(), {0.5, 0.3}, first));
            b.learn(judged(b.choose(), {0.5, 0.3}, second));
        }
    }

    void rowsForNothingMakeATreeAndDearRowsAChain() {
        std::mt19937 random(7);
        AutoPlan flat(kFlat, 6, 8), steep(kSteep, 6, 8);
        for (int i = 0; i < 60; ++i) {
            flat.learn(judged(flat.choose(), {0.5, 0.4, 0.3}, random));
            steep.learn(judged(steep.choose(), {0.5, 0.4, 0.3}, random));
        }
        const std::vector<int> tree = flat.choose();
        QVERIFY(widestIn(tree) >= 2 && tree.size() >= 12);
        QVERIFY(steep.choose().size() <= 2);
    }

    void aTreeEmitsMoreThanTheBestChainWhereRowsAreFree() {
        std::mt19937 random(9);
        const auto tokensPerCost = [&](int widest) {
            AutoPlan plan(kFlat, 6, widest);
            double tokens = 0.0, cost = 0.0;
            for (int i = 0; i < 400; ++i) {
                const std::vector<int> chosen = plan.choose();
                const Round round = judged(chosen, {0.5, 0.4, 0.3, 0.2}, random);
                tokens += 1.0;
                for (const Proposal& p : round.proposals)
                    tokens += p.verdict == Verdict::Accepted ? 1.0 : 0.0;
                cost += 1.0 / speedupOf(1.0, depthOf(chosen), static_cast<int>(chosen.size()), kFlat);
                plan.learn(round);
            }
            return tokens / cost;
        };
        QVERIFY(tokensPerCost(8) > 1.2 * tokensPerCost(1));
    }

    void siblingsThatNeverPassAreNotDrafted() {
        std::mt19937 random(11);
        AutoPlan plan({0.05, {1.0, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35, 1.4}, 0.02}, 6, 8);
        for (int i = 0; i < 200; ++i) plan.learn(judged(plan.choose(), {0.8, 0.0, 0.0}, random));
        QVERIFY(plan.choose().size() >= 3);
        QCOMPARE(widestIn(plan.choose()), 1);
    }

    void aUselessTreeIsDroppedAndProbedWithOneToken() {
        AutoPlan plan(kSteep, 6, 8);
        std::mt19937 random(13);
        int probes = 0, plain = 0;
        for (int i = 0; i < 200; ++i) {
            const std::vector<int> chosen = plan.choose();
            if (i > 40) {
                probes += chosen == std::vector<int>{-1} ? 1 : 0;
                plain += chosen.empty() ? 1 : 0;
            }
            plan.learn(judged(chosen, {0.0, 0.0}, random));
        }
        // Ever more rarely, down to every 64th round.
        QVERIFY2(probes >= 2 && probes <= 4 && probes + plain == 159,
                 qPrintable(QStringLiteral("%1 %2").arg(probes).arg(plain)));
    }

    void aDraftThatBecomesGoodIsTakenUpAgain() {
        AutoPlan plan(kCheap, 6, 1);
        for (int i = 0; i < 300; ++i) plan.learn(roundWith(gammaOf(plan), 0));
        QVERIFY(gammaOf(plan) == 0);
        int rounds = 0;
        for (; rounds < 300 && gammaOf(plan) < 2; ++rounds)
            plan.learn(roundWith(gammaOf(plan), gammaOf(plan)));
        QVERIFY2(rounds > 0 && rounds < 150, qPrintable(QString::number(rounds)));
    }

    void plansOfShapesAreCutAtTheMostNodes() {
        QCOMPARE(planOf({2, 2}), (std::vector<int>{-1, -1, 0, 0, 1, 1}));
        QCOMPARE(planOf({1, 1, 1}), (std::vector<int>{-1, 0, 1}));
        QCOMPARE(planOf({8, 8, 8}).size(), static_cast<std::size_t>(kTreeNodesMax));
        QCOMPARE(depthOf(planOf({3, 2, 1})), 3);
        QCOMPARE(depthOf({}), 0);
    }
};

QTEST_GUILESS_MAIN(TestAutoPlan)
#include "test_auto_plan.moc"
