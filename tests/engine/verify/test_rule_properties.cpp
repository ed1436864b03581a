#include <QtTest>

#include <numeric>

#include "tests/engine/verify/random_round.h"

using namespace specula;
using namespace specula::test;

namespace {

std::vector<int> chainOf(int gamma) {
    return planOf(std::vector<int>(static_cast<std::size_t>(gamma), 1));
}

double keptBy(Rule rule, const TinyModel& target, const TinyModel& draft, const std::vector<int>& plan) {
    Experiment experiment{.target = target, .draft = draft, .plan = plan};
    experiment.rule = rule;
    experiment.drafting = draftingFor(rule);
    return expectedKept(experiment);
}

/// Whether two rules do the same with the same proposals and coins.
void compareCoinForCoin(Rule rule, Rule with, int deepest) {
    std::mt19937_64 random(17);
    int resampled = 0, bonus = 0;
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        const int vocabulary = 2 + static_cast<int>(seed % 5);
        const double zeros = seed % 3 == 0 ? 0.4 : 0.0;
        const TinyModel target = randomModel(vocabulary, seed, zeros);
        const TinyModel draft = randomModel(vocabulary, seed + 5000, zeros);
        RandomRound<double> round({.target = target,
                                   .draft = draft,
                                   .plan = chainOf(1 + static_cast<int>(seed) % deepest),
                                   .rule = with,
                                   .drafting = draftingFor(with)},
                                  random);
        const Judged expected = judge(round.input());
        round.rule = rule;
        const Judged found = judge(round.input());
        QVERIFY(found.verdicts == expected.verdicts);
        QCOMPARE(found.path, expected.path);
        QCOMPARE(found.extra, expected.extra);
        QVERIFY(found.extraKind == expected.extraKind);
        QVERIFY(std::abs(found.extraP - expected.extraP) < 1e-12);
        QCOMPARE(found.replaced, expected.replaced);
        QVERIFY(found.extraCoin == expected.extraCoin);
        (found.extraKind == EmitKind::Bonus ? bonus : resampled) += 1;
    }
    QVERIFY(resampled > 300 && bonus > 300);
}

}  // namespace

class TestRuleProperties : public QObject {
    Q_OBJECT

private slots:
    void onOneTokenTheBlockRuleIsTheTokenRule() { compareCoinForCoin(Rule::Block, Rule::Token, 1); }
    void onAChainSpecInferIsTheTokenRule() { compareCoinForCoin(Rule::SpecInfer, Rule::Token, 4); }
    void onAChainSequoiaIsTheTokenRule() { compareCoinForCoin(Rule::Sequoia, Rule::Token, 4); }

    void theBlockRuleKeepsWhatItsPaperSays() {
        const TinyModel target = constantModel({1.0 / 3, 2.0 / 3}), draft = constantModel({2.0 / 3, 1.0 / 3});
        const auto kept = [&](Rule rule, int gamma) { return keptBy(rule, target, draft, chainOf(gamma)); };
        QVERIFY(std::abs(kept(Rule::Token, 2) - 10.0 / 9) < 1e-12);
        QVERIFY(std::abs(kept(Rule::Block, 2) - 11.0 / 9) < 1e-12);
        QVERIFY(std::abs(kept(Rule::Token, 4) - 1.605) < 5e-4);
        QVERIFY(std::abs(kept(Rule::Block, 4) - 2.049) < 5e-4);
    }

    void theBlockRuleNeverKeepsFewer() {
        int more = 0;
        for (unsigned seed = 1; seed <= 60; ++seed) {
            const int vocabulary = 2 + static_cast<int>(seed % 3);
            const double zeros = seed % 4 == 0 ? 0.3 : 0.0;
            const TinyModel target = randomModel(vocabulary, seed, zeros);
            const TinyModel draft = randomModel(vocabulary, seed + 500, zeros);
            for (const int gamma : {1, 2, 3, 4}) {
                if (gamma == 4 && vocabulary == 4) continue;
                const double token = keptBy(Rule::Token, target, draft, chainOf(gamma));
                const double block = keptBy(Rule::Block, target, draft, chainOf(gamma));
                QVERIFY(block > token - 1e-12);
                if (gamma == 1) QVERIFY(std::abs(block - token) < 1e-12);
                more += block > token + 1e-6 ? 1 : 0;
            }
        }
        QVERIFY(more > 60);
    }

    void oneProposalIsKeptAsOftenAsItsFormulaSays() {
        for (unsigned seed = 1; seed <= 40; ++seed) {
            const int vocabulary = 3 + static_cast<int>(seed % 4);
            const TinyModel target = randomModel(vocabulary, seed, 0.2);
            const TinyModel draft = randomModel(vocabulary, seed + 500, 0.2);
            const Row &p = target.row({}), &q = draft.row({});
            double both = 0.0, least = 0.0;
            for (std::size_t i = 0; i < p.size(); ++i) {
                both += p[i] * q[i];
                least += std::min(p[i], q[i]);
            }
            const double atBest =
                p[static_cast<std::size_t>(std::max_element(q.begin(), q.end()) - q.begin())];
            QVERIFY(std::abs(keptBy(Rule::Token, target, draft, {-1}) - least) < 1e-12);
            QVERIFY(std::abs(keptBy(Rule::Match, target, draft, {-1}) - both) < 1e-12);
            QVERIFY(std::abs(keptBy(Rule::OneHot, target, draft, {-1}) - atBest) < 1e-12);
        }
    }

    void aRepeatedSiblingIsNeverAcceptedBySpecInfer() {
        std::mt19937_64 random(5);
        int repeated = 0;
        for (unsigned seed = 1; seed <= 5000; ++seed) {
            const TinyModel target = randomModel(3, seed), draft = randomModel(3, seed + 9000);
            RandomRound<double> round({.target = target,
                                       .draft = draft,
                                       .plan = planOf({3}),
                                       .rule = Rule::SpecInfer,
                                       .drafting = draftingFor(Rule::SpecInfer)},
                                      random);
            const Judged judged = judge(round.input());
            for (std::size_t i = 0; i < round.tokens.size(); ++i) {
                const auto elder = round.tokens.begin() + static_cast<std::ptrdiff_t>(i);
                if (std::find(round.tokens.begin(), elder, *elder) == elder) continue;
                repeated += judged.verdicts[i] == Verdict::Rejected ? 1 : 0;
                QVERIFY(judged.verdicts[i] != Verdict::Accepted);
            }
        }
        QVERIFY(repeated > 200);
    }

    void moreSiblingsKeepMoreAndDifferentOnesMost() {
        double single = 0.0, specInfer = 0.0, sequoia = 0.0;
        constexpr int kPairs = 200;
        for (unsigned seed = 1; seed <= kPairs; ++seed) {
            const TinyModel target = randomModel(6, seed), draft = randomModel(6, seed + 500);
            const double one = keptBy(Rule::Token, target, draft, planOf({1}));
            const double two = keptBy(Rule::SpecInfer, target, draft, planOf({2}));
            QVERIFY(two > one - 1e-12);
            single += one / kPairs;
            specInfer += two / kPairs;
            sequoia += keptBy(Rule::Sequoia, target, draft, planOf({2})) / kPairs;
        }
        QVERIFY(single < specInfer && specInfer < sequoia);
        qInfo(
            "mean acceptance over %d pairs of 6 tokens: single %.3f, two siblings: SpecInfer %.3f, "
            "Sequoia %.3f",
            kPairs, single, specInfer, sequoia);
    }

    void theGreedyRuleIsPlainGreedyForAllInputs() {
        // Every way to fill {2, 1} over three tokens, and every table of choices.
        const std::vector<int> parents = planOf({2, 1});
        for (int fill = 0; fill < 81; ++fill) {
            std::vector<TokenId> tokens;
            for (int i = 0, rest = fill; i < 4; ++i, rest /= 3) tokens.push_back(rest % 3);
            if (tokens[0] == tokens[1]) continue;
            for (int table = 0; table < 3 * 27; ++table) checkGreedy(tokens, parents, table);
        }
    }

private:
    static void checkGreedy(const std::vector<TokenId>& tokens, const std::vector<int>& parents, int table) {
        // The choice after a text depends on its length and last token.
        const auto choice = [&](const Text& text) {
            if (text.empty()) return table % 3;
            const int after = table / 3 / (text.back() == 0 ? 1 : (text.back() == 1 ? 3 : 9)) % 3;
            return text.size() == 1 ? after : (after + 1) % 3;
        };
        const auto textAt = [&](int node) {
            Text text;
            for (int up = node; up >= 0; up = parents[static_cast<std::size_t>(up)])
                text.insert(text.begin(), tokens[static_cast<std::size_t>(up)]);
            return text;
        };
        JudgeInput<double> input;
        input.rule = Rule::Greedy;
        input.drafted = tokens;
        input.parents = parents;
        input.best = [&](int node) { return choice(textAt(node)); };
        const Judged judged = judge(input);
        Text text = textAt(judged.last()), plain;
        text.push_back(judged.extra);
        while (plain.size() < text.size()) plain.push_back(choice(plain));
        QCOMPARE(text, plain);
        // Nothing that fits was passed over.
        const bool fits = std::find(tokens.begin(), tokens.begin() + 2, plain[0]) != tokens.begin() + 2;
        QCOMPARE(!judged.path.empty(), fits);
        const bool leaf = judged.path.size() == 2;
        QVERIFY(judged.extraKind == (leaf ? EmitKind::Bonus : EmitKind::Resampled));
        QVERIFY(!judged.extraCoin);
    }
};

QTEST_GUILESS_MAIN(TestRuleProperties)
#include "test_rule_properties.moc"
