#include <QtTest>

#include <cmath>

#include "engine/trace/rules.h"
#include "tests/engine/verify/random_round.h"

using namespace specula;
using namespace specula::test;

namespace {

bool typical(const std::vector<double>& row, TokenId token) {
    double logarithms = 0.0;
    for (const double p : row) logarithms += p > 0.0 ? p * std::log(p) : 0.0;
    return row[static_cast<std::size_t>(token)] > std::min(0.3, 0.09 * std::exp(logarithms));
}

/// The longest path of typical tokens that begins after `node`, the first of equals.
std::vector<int> longestTypicalPath(const RandomRound<double>& round, int node) {
    std::vector<int> longest;
    for (int child = 0; child < static_cast<int>(round.tokens.size()); ++child) {
        const auto at = static_cast<std::size_t>(child);
        if (round.parents[at] != node) continue;
        if (!typical(round.targetRows[static_cast<std::size_t>(node + 1)], round.tokens[at])) continue;
        std::vector<int> path = longestTypicalPath(round, child);
        path.insert(path.begin(), child);
        if (path.size() > longest.size()) longest = path;
    }
    return longest;
}

Experiment ensembleOf(const TinyModel& target, const TinyModel& draft, int gamma, double weight) {
    return {.target = target,
            .draft = draft,
            .plan = planOf(std::vector<int>(static_cast<std::size_t>(gamma), 1)),
            .rule = Rule::Ensemble,
            .drafting = draftingFor(Rule::Ensemble),
            .ensembleWeight = weight};
}

}  // namespace

class TestLossyRules : public QObject {
    Q_OBJECT

private slots:
    void lossyRulesAreFarFromTheTarget() {
        double typicalDistance = 0.0, ensembleDistance = 0.0;
        for (unsigned seed = 1; seed <= 5; ++seed) {
            const TinyModel target = randomModel(4, seed), draft = randomModel(4, seed + 50);
            Experiment experiment{.target = target, .draft = draft, .plan = planOf({1, 1})};
            experiment.rule = Rule::Typical;
            typicalDistance = std::max(typicalDistance, distanceFromTarget(experiment));
            ensembleDistance =
                std::max(ensembleDistance, distanceFromTarget(ensembleOf(target, draft, 2, 0.5)));
        }
        QVERIFY(typicalDistance > 0.01 && ensembleDistance > 0.01);
        QVERIFY(!lossless(Rule::Typical) && !lossless(Rule::Ensemble));
        qInfo("total variation: typical %.3f, ensemble %.3f", typicalDistance, ensembleDistance);
    }

    void whatTheEnsembleKeepsIsDistributedAsTheMixture() {
        for (const int vocabulary : {3, 4}) {
            for (const int gamma : {1, 2, 3}) {
                for (const double weight : {0.0, 0.25, 0.7, 1.0}) {
                    const unsigned seed = static_cast<unsigned>(10 * vocabulary + gamma);
                    const double zeros = gamma == 2 ? 0.3 : 0.0;
                    const TinyModel target = randomModel(vocabulary, seed, zeros);
                    const TinyModel draft = randomModel(vocabulary, seed + 50, zeros);
                    // The bonus is the target's.
                    const TinyModel mixture =
                        mixtureOf(target, draft, weight, static_cast<std::size_t>(gamma));
                    Experiment experiment = ensembleOf(target, draft, gamma, weight);
                    experiment.later = &mixture;
                    QVERIFY(distanceFromTarget(experiment) < 1e-12);
                }
            }
        }
    }

    void theEnsembleOfWeightZeroIsTheTokenRuleCoinForCoin() {
        std::mt19937_64 random(3);
        for (unsigned seed = 1; seed <= 2000; ++seed) {
            const TinyModel target = randomModel(4, seed, 0.2), draft = randomModel(4, seed + 5000, 0.2);
            RandomRound<double> round(ensembleOf(target, draft, 3, 0.0), random);
            const Judged found = judge(round.input());
            round.rule = Rule::Token;
            const Judged expected = judge(round.input());
            QVERIFY(found.verdicts == expected.verdicts && found.extraKind == expected.extraKind);
            QCOMPARE(found.extra, expected.extra);
        }
    }

    void theEnsembleOfWeightOneKeepsEverything() {
        std::mt19937_64 random(4);
        for (unsigned seed = 1; seed <= 200; ++seed) {
            const TinyModel target = randomModel(4, seed, 0.5), draft = randomModel(4, seed + 5000, 0.2);
            RandomRound<double> round(ensembleOf(target, draft, 3, 1.0), random);
            for (double& coin : round.coins) coin = 1.0 - 0x1p-53;
            QCOMPARE(judge(round.input()).path.size(), std::size_t{3});
        }
    }

    void typicalKeepsTheLongestTypicalPath() {
        std::mt19937_64 random(5);
        int kept = 0, rejected = 0;
        for (unsigned seed = 1; seed <= 2000; ++seed) {
            const std::vector<std::vector<int>> shapes{{1, 1, 1}, {3}, {2, 2}, {3, 2, 1}};
            const TinyModel target = randomModel(6, seed), draft = randomModel(6, seed + 5000);
            RandomRound<double> round({.target = target,
                                       .draft = draft,
                                       .plan = planOf(shapes[seed % 4]),
                                       .rule = Rule::Typical,
                                       .drafting = draftingFor(Rule::Typical)},
                                      random);
            const Judged judged = judge(round.input());
            QCOMPARE(judged.path, longestTypicalPath(round, -1));
            // The extra token is the target's own draw there.
            const auto& row = round.targetRows[static_cast<std::size_t>(judged.last() + 1)];
            QCOMPARE(judged.extraP, row[static_cast<std::size_t>(judged.extra)]);
            for (std::size_t i = 0; i < round.tokens.size(); ++i) {
                if (judged.verdicts[i] != Verdict::Rejected) continue;
                ++rejected;
                QVERIFY(!typical(round.targetRows[static_cast<std::size_t>(round.parents[i] + 1)],
                                 round.tokens[i]));
            }
            kept += static_cast<int>(judged.path.size());
        }
        QVERIFY(kept > 1000 && rejected > 300);
    }

    void typicalLooksAtNoCoin() {
        std::mt19937_64 random(6);
        const TinyModel target = randomModel(5, 1), draft = randomModel(5, 2);
        RandomRound<double> round({.target = target,
                                   .draft = draft,
                                   .plan = planOf({2, 2}),
                                   .rule = Rule::Typical,
                                   .drafting = draftingFor(Rule::Typical)},
                                  random);
        const Judged before = judge(round.input());
        for (double& coin : round.coins) coin = 1.0 - coin;
        QVERIFY(judge(round.input()).verdicts == before.verdicts);
    }
};

QTEST_GUILESS_MAIN(TestLossyRules)
#include "test_lossy_rules.moc"
