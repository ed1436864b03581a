#include <QtTest>

#include <cmath>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "engine/verify/rows.h"
#include "tests/engine/verify/random_round.h"

using namespace specula;
using namespace specula::test;

namespace {

/// Every rule, on chains and on trees where it judges them.
void addRules() {
    QTest::addColumn<int>("ruleNumber");
    QTest::addColumn<bool>("tree");
    for (const Rule rule : allRules()) {
        for (const bool tree : {false, true}) {
            if (tree ? !judgesTrees(rule) : !judgesChains(rule)) continue;
            QTest::addRow("%s, %s", std::string(name(rule)).c_str(), tree ? "trees" : "chains")
                << static_cast<int>(rule) << tree;
        }
    }
}

/// The rule and the shape of this row of addRules, over two models.
Experiment fetchExperiment(const TinyModel& target, const TinyModel& draft) {
    QFETCH(int, ruleNumber);
    QFETCH(bool, tree);
    const Rule rule = static_cast<Rule>(ruleNumber);
    return {.target = target,
            .draft = draft,
            .plan = planOf(tree ? std::vector<int>{2, 2, 1} : std::vector<int>{1, 1, 1, 1}),
            .rule = rule,
            .drafting = draftingFor(rule),
            .ensembleWeight = 0.3};
}

/// A float row of [size] with everything that may go wrong in it: zeros, denormals, one entry near 1.
std::vector<float> extremeRow(std::size_t size, std::mt19937_64& random) {
    static constexpr float kValues[] = {0.0F, 1e-45F, 1e-39F, 1e-20F, 1e-7F, 0.25F, 1.0F - 0x1p-24F, 1.0F};
    std::vector<float> row(size);
    double total = 0.0;
    for (float& value : row) total += static_cast<double>(value = kValues[random() % std::size(kValues)]);
    if (total < 0.1) row[random() % size] = 1.0F;
    total = total < 0.1 ? 1.0 : total;
    for (float& value : row) value = static_cast<float>(static_cast<double>(value) / total);
    return row;
}

/// Replaces the rows by extreme ones, some equal in target and draft, and proposes only what the draft can.
void makeExtreme(RandomRound<float>& round, std::mt19937_64& random) {
    const std::size_t size = round.targetScratch.size();
    for (auto& row : round.targetRows) row = extremeRow(size, random);
    for (std::size_t i = 0; i < round.draftRows.size(); ++i) {
        if (round.draftRows[i].empty()) continue;
        round.draftRows[i] = random() % 3 == 0 ? round.targetRows[i] : extremeRow(size, random);
    }
    static constexpr double kCoins[] = {0.0, 0x1p-53, 0.3, 0.999, 1.0 - 0x1p-53};
    for (std::size_t i = 0; i < round.tokens.size(); ++i) {
        round.coins[i] = kCoins[random() % std::size(kCoins)];
        std::vector<float> row = round.draftRows[static_cast<std::size_t>(round.parents[i] + 1)];
        if (row.empty()) continue;
        for (std::size_t j = 0; j < i && round.rule != Rule::SpecInfer; ++j) {
            if (round.parents[j] == round.parents[i]) row[static_cast<std::size_t>(round.tokens[j])] = 0.0F;
        }
        // Nothing left to draw stays an arbitrary token: a rule must bear that too.
        if (std::any_of(row.begin(), row.end(), [](float p) { return p > 0.0F; }))
            round.tokens[i] = drawFrom(std::span<const float>(row), kCoins[random() % std::size(kCoins)]);
    }
    round.extraCoin = kCoins[random() % std::size(kCoins)];
}

/// Whether verdicts or extra token change when all coins are moved by `by`.
bool isNearTie(RandomRound<double> round, double by) {
    const auto moved = [&](double distance) {
        RandomRound<double> other = round;
        for (double& coin : other.coins) coin = std::clamp(coin + distance, 0.0, 1.0 - 0x1p-53);
        other.extraCoin = std::clamp(other.extraCoin + distance, 0.0, 1.0 - 0x1p-53);
        return judge(other.input());
    };
    const Judged low = moved(-by), high = moved(by);
    return low.verdicts != high.verdicts || low.extra != high.extra;
}

}  // namespace

class TestRuleEdges : public QObject {
    Q_OBJECT

private slots:
    void anEndingTokenDiscardsTheRestAndAddsNothing_data() { addRules(); }
    void anEndingTokenDiscardsTheRestAndAddsNothing() {
        std::mt19937_64 random(9);
        int ended = 0;
        for (unsigned seed = 1; seed <= 400; ++seed) {
            const TinyModel target = randomModel(4, seed),
                            draft = mixtureOf(target, randomModel(4, seed + 900), 0.3, 9);
            RandomRound<double> round(fetchExperiment(target, draft), random);
            const Judged whole = judge(round.input());
            for (std::size_t kept = 1; kept <= whole.path.size(); ++kept) {
                const std::vector<int> path(whole.path.begin(),
                                            whole.path.begin() + static_cast<std::ptrdiff_t>(kept));
                std::vector<int> told;
                JudgeInput<double> input = round.input();
                input.endsHere = [&](int node) {
                    told.push_back(node);
                    return node == path.back();
                };
                const Judged judged = judge(input);
                ++ended;
                QVERIFY(judged.ended && !judged.extraCoin);
                QCOMPARE(judged.path, path);
                QCOMPARE(told, path);
                QCOMPARE(judged.extra, -1);
                for (std::size_t i = 0; i < round.parents.size(); ++i) {
                    const int parent = round.parents[i];
                    const bool judgedBefore =
                        parent < 0 || std::find(path.begin(), path.end() - 1, parent) != path.end() - 1;
                    QVERIFY(judged.verdicts[i] == (judgedBefore ? whole.verdicts[i] : Verdict::Discarded));
                }
            }
        }
        QVERIFY(ended > 200);
    }

    void endingIsAskedOfAcceptedTokensOnly_data() { addRules(); }
    void endingIsAskedOfAcceptedTokensOnly() {
        std::mt19937_64 random(10);
        for (unsigned seed = 1; seed <= 200; ++seed) {
            const TinyModel target = randomModel(4, seed), draft = randomModel(4, seed + 900);
            RandomRound<double> round(fetchExperiment(target, draft), random);
            std::vector<int> told;
            JudgeInput<double> input = round.input();
            input.endsHere = [&](int node) {
                told.push_back(node);
                return false;
            };
            const Judged judged = judge(input);
            QCOMPARE(told, judged.path);
            QVERIFY(!judged.ended && judged.extra >= 0);
        }
    }

    void nothingDraftedIsPlain_data() { addRules(); }
    void nothingDraftedIsPlain() {
        std::mt19937_64 random(12);
        const TinyModel target = randomModel(5, 1, 0.3), draft = randomModel(5, 2);
        Experiment experiment = fetchExperiment(target, draft);
        experiment.plan.clear();
        for (int i = 0; i < 50; ++i) {
            RandomRound<double> round(experiment, random);
            const JudgeInput<double> input = round.input();
            const Judged judged = judge(input);
            QVERIFY(judged.extraKind == EmitKind::Plain && judged.path.empty() && judged.verdicts.empty());
            QCOMPARE(judged.replaced, -1);
            const bool greedy = experiment.rule == Rule::Greedy;
            QCOMPARE(judged.extra, greedy ? input.best(-1) : drawFrom(input.targetRow(-1), input.extraCoin));
        }
    }

    void everyProposalHasOneVerdictAndTheExtraItsKind_data() { addRules(); }
    void everyProposalHasOneVerdictAndTheExtraItsKind() {
        std::mt19937_64 random(13);
        for (unsigned seed = 1; seed <= 500; ++seed) {
            const TinyModel target = randomModel(4, seed, 0.2), draft = randomModel(4, seed + 900, 0.2);
            RandomRound<double> round(fetchExperiment(target, draft), random);
            const Judged judged = judge(round.input());
            QCOMPARE(judged.verdicts.size(), round.tokens.size());
            for (std::size_t i = 0; i < judged.path.size(); ++i) {
                const auto node = static_cast<std::size_t>(judged.path[i]);
                QCOMPARE(round.parents[node], i == 0 ? -1 : judged.path[i - 1]);
                QVERIFY(judged.verdicts[node] == Verdict::Accepted);
            }
            QCOMPARE(std::count(judged.verdicts.begin(), judged.verdicts.end(), Verdict::Accepted),
                     static_cast<std::ptrdiff_t>(judged.path.size()));
            const bool resampled = judged.extraKind == EmitKind::Resampled;
            QCOMPARE(judged.replaced >= 0, resampled);
            if (!resampled) continue;
            const auto replaced = static_cast<std::size_t>(judged.replaced);
            QVERIFY(judged.verdicts[replaced] == Verdict::Rejected);
            QCOMPARE(round.parents[replaced], judged.last());
        }
    }

    void aTokenTheTargetExcludesIsNeverAccepted_data() { addRules(); }
    void aTokenTheTargetExcludesIsNeverAccepted() {
        std::mt19937_64 random(14);
        const TinyModel target = constantModel({0.0, 0.0, 0.4, 0.6, 0.0}),
                        draft = constantModel({0.5, 0.3, 0.0, 0.0, 0.2});
        Experiment experiment = fetchExperiment(target, draft);
        experiment.ensembleWeight = 0.0;
        for (int i = 0; i < 100; ++i) {
            RandomRound<double> round(experiment, random);
            for (double& coin : round.coins) coin = i == 0 ? 0.0 : coin;
            const Judged judged = judge(round.input());
            QVERIFY(judged.path.empty() && judged.extraKind == EmitKind::Resampled);
            QVERIFY(judged.extra == 2 || judged.extra == 3);
        }
    }

    void aDraftEqualToTheTargetIsAlwaysAccepted() {
        std::mt19937_64 random(15);
        for (const Rule rule : {Rule::Token, Rule::Block, Rule::SpecInfer, Rule::Sequoia, Rule::Ensemble}) {
            for (unsigned seed = 1; seed <= 200; ++seed) {
                const TinyModel target = randomModel(5, seed, 0.2);
                Experiment experiment{.target = target, .draft = target, .plan = planOf({1, 1, 1, 1})};
                experiment.rule = rule;
                experiment.drafting = draftingFor(rule);
                RandomRound<double> round(experiment, random);
                for (double& coin : round.coins) coin = 1.0 - 0x1p-53;
                RandomRound<float> inFloat(round);
                QCOMPARE(judge(round.input()).path.size(), std::size_t{4});
                QCOMPARE(judge(inFloat.input()).path.size(), std::size_t{4});
                QVERIFY(judge(round.input()).extraKind == EmitKind::Bonus);
            }
        }
    }

    void extremeFloatRowsNeverEmitATokenOfProbabilityZero_data() { addRules(); }
    void extremeFloatRowsNeverEmitATokenOfProbabilityZero() {
        std::mt19937_64 random(16);
        const TinyModel any = randomModel(5, 1);
        Experiment experiment = fetchExperiment(any, any);
        for (int i = 0; i < 20000; ++i) {
            RandomRound<float> round(experiment, random);
            makeExtreme(round, random);
            const Judged judged = judge(round.input());
            const auto pTarget = [&](int parent, TokenId token) {
                return round
                    .targetRows[static_cast<std::size_t>(parent + 1)][static_cast<std::size_t>(token)];
            };
            QVERIFY(judged.extra >= 0 && judged.extra < 5);
            QVERIFY(std::isfinite(judged.extraP) && judged.extraP > 0.0);
            QVERIFY(pTarget(judged.last(), judged.extra) > 0.0F);
            for (const int node : judged.path) {
                if (round.rule == Rule::Ensemble) break;  // keeps what the draft can propose
                QVERIFY(pTarget(round.parents[static_cast<std::size_t>(node)],
                                round.tokens[static_cast<std::size_t>(node)]) > 0.0F);
            }
        }
    }

    void floatAndDoubleAgreeAwayFromTies_data() { addRules(); }
    void floatAndDoubleAgreeAwayFromTies() {
        std::mt19937_64 random(17);
        int compared = 0;
        for (unsigned seed = 1; seed <= 2000; ++seed) {
            const TinyModel target = randomModel(5, seed, 0.2), draft = randomModel(5, seed + 9000, 0.2);
            RandomRound<double> round(fetchExperiment(target, draft), random);
            if (isNearTie(round, 1e-4)) continue;
            RandomRound<float> inFloat(round);
            const Judged exact = judge(round.input()), found = judge(inFloat.input());
            QVERIFY(found.verdicts == exact.verdicts && found.extraKind == exact.extraKind);
            QCOMPARE(found.path, exact.path);
            QCOMPARE(found.extra, exact.extra);
            QVERIFY(std::abs(found.extraP - exact.extraP) < 1e-4);
            ++compared;
        }
        QVERIFY2(compared > 1900, qPrintable(QString::number(compared)));
    }
};

QTEST_GUILESS_MAIN(TestRuleEdges)
#include "test_rule_edges.moc"
