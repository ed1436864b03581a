// Every rule and every stop rule in whole runs: what a Session drafts, judges and records under each.
#include <cmath>
#include <numeric>

#include "engine/trace/error.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "engine/verify/compare_round.h"
#include "engine/verify/rows.h"
#include "tests/engine/decode/tree_sessions.h"

using namespace specula;
using namespace specula::test;

namespace {

std::shared_ptr<const Engine> pairOf(WeightFormat format) {
    static std::map<WeightFormat, std::shared_ptr<const Engine>> engines;
    auto& engine = engines[format];
    if (!engine) {
        EngineOptions load = loadOptions("llama", format);
        load.draft = modelPath("llama_draft").string();
        engine = Engine::load(load);
    }
    return engine;
}

/// The target drafts for itself, flatter: rows that overlap without being equal.
std::shared_ptr<const Engine> ofOneKind() {
    static const auto engine = [] {
        EngineOptions load = loadOptions("llama", WeightFormat::Int8x2);
        load.draft = load.target;
        return Engine::load(load);
    }();
    return engine;
}

RunOptions chain(Rule rule, int gamma, double temperature) {
    RunOptions out = options({}, temperature);
    out.rule = rule;
    out.gamma = gamma;
    out.detail = Detail::Full;
    out.keepRows = true;
    return out;
}

RunOptions treeOf(Rule rule, double temperature) {
    RunOptions out = options({3, 2}, temperature);
    out.rule = rule;
    out.detail = Detail::Full;
    out.keepRows = true;
    return out;
}

std::shared_ptr<const Engine> engineOf(bool tree) {
    return tree ? llama() : pairOf(WeightFormat::Int8x2);
}

Costs costs() {
    Costs out{.c = 0.2, .v = {1.0}, .overhead = 0.05};
    for (int i = 0; i < 20; ++i) out.v.push_back(out.v.back() + 0.1);
    return out;
}

void addStops() {
    QTest::addColumn<int>("kind");
    QTest::addColumn<double>("threshold");
    QTest::newRow("max") << static_cast<int>(DraftStop::Kind::Max) << 0.05;
    QTest::newRow("entropy") << static_cast<int>(DraftStop::Kind::Entropy) << 4.0;
    QTest::newRow("auto") << static_cast<int>(DraftStop::Kind::Auto) << 0.0;
}

DraftStop fetchedStop() {
    QFETCH(int, kind);
    QFETCH(double, threshold);
    return {static_cast<DraftStop::Kind>(kind), threshold};
}

void addRules() {
    QTest::addColumn<int>("rule");
    QTest::addColumn<bool>("tree");
    for (const Rule rule : allRules()) {
        if (rule == Rule::Greedy) continue;
        const std::string word(name(rule));
        if (judgesChains(rule)) QTest::addRow("%s, chain", word.c_str()) << static_cast<int>(rule) << false;
        if (judgesTrees(rule)) QTest::addRow("%s, tree", word.c_str()) << static_cast<int>(rule) << true;
    }
}

std::size_t at(TokenId id) {
    return static_cast<std::size_t>(id);
}

}  // namespace

class TestRulesSession : public QObject {
    Q_OBJECT

private slots:
    void atTemperatureZeroEveryRuleIsPlainGreedy_data() { addFormats(); }
    void atTemperatureZeroEveryRuleIsPlainGreedy() {
        const auto engine = pairOf(fetchedFormat());
        const std::vector<TokenId> plain = run(engine, chain(Rule::Token, 0, 0.0)).ids;
        for (const Rule rule : allRules()) {
            if (!judgesChains(rule)) continue;
            for (int gamma = 1; gamma <= 16; ++gamma) {
                const Run found = run(engine, chain(rule, gamma, 0.0));
                QCOMPARE(found.ids, plain);
                QVERIFY(found.rounds.front().rule == Rule::Greedy);
            }
        }
    }

    void whateverStopsTheDraftGreedyTextIsPlain_data() { addStops(); }
    void whateverStopsTheDraftGreedyTextIsPlain() {
        const std::vector<TokenId> plain = run(pairOf(WeightFormat::Int8x2), chain(Rule::Token, 0, 0.0)).ids;
        for (const bool tree : {false, true}) {
            RunOptions options = tree ? treeOf(Rule::Token, 0.0) : chain(Rule::Token, 6, 0.0);
            options.draftStop = fetchedStop();
            options.costs = costs();
            QCOMPARE(run(engineOf(tree), options).ids, plain);
        }
    }

    void aStopIsDecidedByTheRowBeforeTheDraw_data() { addStops(); }
    void aStopIsDecidedByTheRowBeforeTheDraw() {
        const DraftStop stop = fetchedStop();
        RunOptions options = chain(Rule::Token, 6, 1.0);
        const Run free = run(pairOf(WeightFormat::Int8x2), options);
        options.draftStop = stop;
        options.costs = costs();
        const Run found = run(pairOf(WeightFormat::Int8x2), options);
        int stopped = 0, whole = 0;
        for (const Round& round : found.rounds) {
            const int drafted = static_cast<int>(round.proposals.size());
            (round.draftStopped ? stopped : whole) += 1;
            QVERIFY(round.draftStopped.has_value() == (drafted < round.gamma));
            for (int node = -1; node < drafted; ++node) {
                const std::span<const float> row = round.kept->draftRow(node);
                if (row.empty()) continue;
                const bool last = node + 1 == drafted;
                const double largest = static_cast<double>(*std::max_element(row.begin(), row.end()));
                const double entropy = entropyOf(row);
                const double read = stop.kind == DraftStop::Kind::Entropy ? entropy : largest;
                if (last) QCOMPARE(read, *round.draftStopped);
                if (stop.kind == DraftStop::Kind::Max) QCOMPARE(largest < stop.threshold, last);
                if (stop.kind == DraftStop::Kind::Entropy) QCOMPARE(entropy > stop.threshold, last);
            }
        }
        QVERIFY2(stopped > 0, qPrintable(QString::number(whole)));
        QVERIFY(found.totals.drafted < free.totals.drafted);
    }

    void aStopThresholdThatNothingMeetsChangesNothing() {
        RunOptions options = chain(Rule::Token, 4, 1.0);
        const Run free = run(pairOf(WeightFormat::Int8x2), options);
        options.draftStop = {DraftStop::Kind::Max, 0.0};
        QVERIFY(sameRounds(free.rounds, run(pairOf(WeightFormat::Int8x2), options).rounds));
        options.draftStop = {DraftStop::Kind::Max, 1.1};
        const Run none = run(pairOf(WeightFormat::Int8x2), options);
        QCOMPARE(none.totals.drafted, 0L);
        QCOMPARE(none.totals.plain, static_cast<long>(none.ids.size()));
    }

    void automaticStopsDraftLessWhereTokensCostMore() {
        RunOptions options = chain(Rule::Token, 8, 1.0);
        options.draftStop = {DraftStop::Kind::Auto, 0.0};
        long drafted[2];
        for (const bool dear : {false, true}) {
            options.costs = costs();
            options.costs->c = dear ? 0.5 : 0.01;
            const Run found = run(pairOf(WeightFormat::Int8x2), options);
            drafted[dear] = found.totals.drafted;
        }
        QVERIFY2(drafted[true] < drafted[false], qPrintable(QString::number(drafted[true])));
    }

    void everyRunRepeats_data() { addRules(); }
    void everyRunRepeats() {
        QFETCH(int, rule);
        QFETCH(bool, tree);
        const auto which = static_cast<Rule>(rule);
        const RunOptions options = tree ? treeOf(which, 1.0) : chain(which, 4, 1.0);
        const Run first = run(engineOf(tree), options), again = run(engineOf(tree), options);
        QVERIFY(sameRounds(first.rounds, again.rounds));
        QVERIFY(first.rounds.front().rule == (tree && which == Rule::Token ? Rule::Sequoia : which));
        QCOMPARE(first.totals.emitted(), static_cast<long>(first.ids.size()));
    }

    void keptRowsAreTheRowsThatWereJudged_data() { addRules(); }
    void keptRowsAreTheRowsThatWereJudged() {
        QFETCH(int, rule);
        QFETCH(bool, tree);
        const auto which = static_cast<Rule>(rule);
        const Run found = run(engineOf(tree), tree ? treeOf(which, 0.8) : chain(which, 4, 0.8));
        for (const Round& round : found.rounds) {
            QVERIFY(round.kept);
            const KeptRows& kept = *round.kept;
            const auto nodes = static_cast<int>(round.proposals.size());
            QCOMPARE(kept.target.size(), at(kept.vocabulary) * at(nodes + 1));
            QCOMPARE(kept.targetLogits.size(), kept.target.size());
            QCOMPARE(kept.draftLogits.size(), kept.draft.size());
            for (int node = -1; node < nodes; ++node) {
                const std::span<const float> row = kept.targetRow(node);
                const double sum = std::accumulate(row.begin(), row.end(), 0.0);
                QVERIFY(std::abs(sum - 1.0) < 1e-4);
            }
            int elder = -2;
            for (const Proposal& proposal : round.proposals) {
                const bool first = proposal.parent != elder;
                elder = proposal.parent;
                if (!first && rejectionsLeaveResiduals(which)) continue;
                QCOMPARE(static_cast<double>(kept.targetRow(proposal.parent)[at(proposal.id)]),
                         proposal.pTarget);
                const std::span<const float> draft = kept.draftRow(proposal.parent);
                QCOMPARE(draft.empty() ? 1.0 : static_cast<double>(draft[at(proposal.id)]), proposal.pDraft);
                if (proposal.verdict != Verdict::Discarded && proposal.coin && which != Rule::Match)
                    QCOMPARE(*proposal.coin,
                             kept.acceptCoins[static_cast<std::size_t>(&proposal - round.proposals.data())]);
            }
        }
    }

    void oneHotProposesTheLikeliestAndKeepsItWithTheTargetsProbability() {
        for (const bool tree : {false, true}) {
            RunOptions drawn = tree ? treeOf(Rule::Sequoia, 1.0) : chain(Rule::Token, 3, 1.0);
            RunOptions oneHot = drawn;
            oneHot.rule = Rule::OneHot;
            const Round a = run(engineOf(tree), drawn).rounds.front();
            const Round b = run(engineOf(tree), oneHot).rounds.front();
            // Both stand at the same place, so the drawn round's first row tells what is likeliest.
            const auto children = static_cast<int>(
                std::count_if(b.proposals.begin(), b.proposals.end(),
                              [](const Proposal& proposal) { return proposal.parent == -1; }));
            QCOMPARE(children, tree ? 3 : 1);
            const std::vector<TokenId> likeliest = largestOf(a.kept->draftRow(-1), children);
            for (int i = 0; i < children; ++i) QCOMPARE(b.proposals[at(i)].id, likeliest[at(i)]);
            for (const Proposal& proposal : b.proposals) {
                QCOMPARE(proposal.pDraft, 1.0);
                QVERIFY(!proposal.draftCoin);
                if (proposal.verdict != Verdict::Discarded)
                    QCOMPARE(*proposal.coin < proposal.pTarget, proposal.verdict == Verdict::Accepted);
            }
        }
    }

    void matchEmitsWhatItsCoinsDrawFromTheTarget() {
        RunOptions options = chain(Rule::Match, 4, 0.3);
        options.draftSampling = Sampling{.temperature = 0.5};
        const Run found = run(ofOneKind(), options);
        int matched = 0;
        for (const Round& round : found.rounds) {
            for (std::size_t i = 0; i < round.emitted.size(); ++i) {
                const Emitted& token = round.emitted[i];
                const bool proposed = i < round.proposals.size();
                const double coin = proposed ? *round.proposals[i].coin : *token.coin;
                QCOMPARE(drawFrom(round.kept->targetRow(static_cast<int>(i) - 1), coin), token.id);
                matched += token.kind == EmitKind::Accepted ? 1 : 0;
            }
        }
        QVERIFY(matched > 0);
    }

    void blockKeepsTheLongestPrefixThatPasses() {
        RunOptions options = chain(Rule::Block, 4, 0.3);
        options.draftSampling = Sampling{.temperature = 0.5};
        const Run found = run(ofOneKind(), options);
        int saved = 0;
        for (const Round& round : found.rounds) {
            double joint = 1.0;
            std::size_t accepted = 0;
            for (std::size_t i = 0; i < round.proposals.size(); ++i) {
                const Proposal& proposal = round.proposals[i];
                joint = std::min(1.0, joint * proposal.pTarget / proposal.pDraft);
                QVERIFY(std::abs(joint - *proposal.joint) < 1e-9);
                if (!proposal.level) continue;
                const bool passes = round.kept->acceptCoins[i] < *proposal.level;
                if (passes) accepted = i + 1;
            }
            const auto kept = static_cast<std::size_t>(std::count_if(
                round.proposals.begin(), round.proposals.end(),
                [](const Proposal& proposal) { return proposal.verdict == Verdict::Accepted; }));
            QCOMPARE(kept, accepted);
            // Token by token it would have ended earlier.
            const auto outcomes = compareChainRules(round, 0.5);
            for (const RoundOutcome& outcome : outcomes) {
                if (outcome.setup.rule == Rule::Block)
                    QCOMPARE(outcome.tokens, static_cast<int>(accepted) + 1);
                if (outcome.setup.rule == Rule::Token)
                    saved += outcome.tokens < static_cast<int>(accepted) + 1 ? 1 : 0;
            }
        }
        QVERIFY(saved > 0);
    }

    void siblingsRepeatOnlyWhereTheyAreDrawnWithReplacement() {
        for (const Rule rule : {Rule::SpecInfer, Rule::Sequoia, Rule::OneHot}) {
            RunOptions options = treeOf(rule, 0.3);
            options.maxTokens = 200;
            int repeated = 0;
            for (const Round& round : run(llama(), options).rounds) {
                std::map<int, std::vector<TokenId>> siblings;
                for (const Proposal& proposal : round.proposals) {
                    std::vector<TokenId>& elder = siblings[proposal.parent];
                    const bool again = std::find(elder.begin(), elder.end(), proposal.id) != elder.end();
                    QVERIFY(!again || proposal.verdict != Verdict::Accepted);
                    repeated += again ? 1 : 0;
                    elder.push_back(proposal.id);
                }
            }
            QCOMPARE(repeated > 0, rule == Rule::SpecInfer);
        }
    }

    void lossyRulesAcceptMore() {
        const auto rate = [](Rule rule, double weight) {
            RunOptions options = chain(rule, 4, 1.0);
            options.ensembleWeight = weight;
            return run(pairOf(WeightFormat::Int8x2), options).totals.acceptanceRate().value_or(0.0);
        };
        QVERIFY(rate(Rule::Ensemble, 0.6) > rate(Rule::Token, 0.0));
        QCOMPARE(rate(Rule::Ensemble, 1.0), 1.0);
        QCOMPARE(rate(Rule::Ensemble, 0.0), rate(Rule::Token, 0.0));
    }

    void rulesThatCannotJudgeAreRefusedInOneSentence() {
        const auto refused = [](const std::shared_ptr<const Engine>& engine, const RunOptions& options) {
            try {
                Session session(engine, options, kPrompt);
            } catch (const Error& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        const auto& pair = pairOf(WeightFormat::Int8x2);
        QCOMPARE(refused(pair, chain(Rule::Sequoia, 4, 1.0)), std::string("--rule sequoia needs a --tree"));
        QCOMPARE(refused(pair, chain(Rule::SpecInfer, 4, 1.0)),
                 std::string("--rule specinfer needs a --tree"));
        QCOMPARE(refused(pair, chain(Rule::Greedy, 4, 1.0)),
                 std::string("--rule greedy needs --temperature 0"));
        for (const Rule rule : {Rule::Block, Rule::Ensemble})
            QVERIFY(refused(llama(), treeOf(rule, 1.0)).find("judges chains only") != std::string::npos);
        RunOptions stop = chain(Rule::Token, 4, 1.0);
        stop.draftStop = {DraftStop::Kind::Auto, 0.0};
        QVERIFY(refused(pair, stop).find("costs") != std::string::npos);
        QCOMPARE(refused(pair, chain(Rule::SpecInfer, 0, 1.0)), std::string());  // plain: nothing to judge
    }

private:
    static bool rejectionsLeaveResiduals(Rule rule) {
        return rule == Rule::OneHot || rule == Rule::SpecInfer || rule == Rule::Sequoia ||
               rule == Rule::Token;
    }
};

QTEST_GUILESS_MAIN(TestRulesSession)
#include "test_rules_session.moc"
