// Rules compared: one round at one place, and whole runs.
#include <QtTest>

#include <cmath>
#include <random>

#include "engine/decode/session.h"
#include "engine/measure/alternating.h"
#include "engine/measure/compare_rules.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"
#include "engine/trace/rule_setups.h"
#include "engine/trace/rules.h"
#include "engine/verify/compare_round.h"
#include "engine/verify/judge.h"
#include "tests/engine/decode/tree_sessions.h"

using namespace specula;

namespace {

std::shared_ptr<const Engine> tinyPair(const std::string& draft = "tiny-draft") {
    const std::string models = SPECULA_SOURCE_DIR "/resources/models/";
    EngineOptions options;
    options.target = models + "tiny-target";
    options.draft = draft == "tiny-draft" ? models + draft : draft;
    options.threads = 1;
    return Engine::load(options);
}

RunOptions warmRun() {
    RunOptions options;
    options.gamma = 4;
    options.sampling.temperature = 1.0;
    options.maxTokens = 32;
    options.ignoreEos = true;
    options.seed = 11;
    return options;
}

std::vector<TokenId> promptOf(const Engine& engine) {
    return engine.encodePrompt("Once upon a time there was a small cat");
}

struct Mean {
    double sum = 0.0, squares = 0.0;
    int n = 0;

    void add(double value) {
        sum += value;
        squares += value * value;
        ++n;
    }
    double mean() const { return sum / n; }
    double error() const { return std::sqrt(std::max(0.0, squares / n - mean() * mean()) / n); }
};

/// The first round after a text, with its rows.
Round keptRound(const std::shared_ptr<const Engine>& engine, const std::vector<TokenId>& text,
                std::uint64_t seed) {
    RunOptions options = warmRun();
    options.keepRows = true;
    options.seed = seed;
    return *Session(engine, options, text).step({});
}

double expected(const std::vector<RoundOutcome>& outcomes, Rule rule) {
    for (const RoundOutcome& outcome : outcomes) {
        if (outcome.setup.rule == rule) return outcome.expectedTokens;
    }
    return 0.0;
}

/// Tokens emitted when the round's chain is judged with other coins.
double judgedAnew(const Round& round, Rule rule, double ensembleWeight, std::mt19937_64& random) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    const auto width = static_cast<std::size_t>(round.kept->vocabulary);
    std::vector<TokenId> drafted;
    std::vector<int> parents;
    std::vector<double> coins;
    for (const Proposal& proposal : round.proposals) {
        drafted.push_back(proposal.id);
        parents.push_back(proposal.parent);
        coins.push_back(uniform(random));
    }
    std::vector<float> target(width), draft(width);
    JudgeInput<float> input;
    input.rule = rule;
    input.drafted = drafted;
    input.parents = parents;
    input.targetRow = [&](int node) { return round.kept->targetRow(node); };
    input.draftRow = [&](int node) { return round.kept->draftRow(node); };
    input.acceptCoins = coins;
    input.extraCoin = uniform(random);
    input.targetScratch = target;
    input.draftScratch = draft;
    input.ensembleWeight = ensembleWeight;
    return 1.0 + static_cast<double>(judge(input).path.size());
}

QString words(const RuleSetup& setup) {
    return QString::fromStdString(ruleText(setup.rule, setup.ensembleWeight) + " " + treeText(setup.tree));
}

}  // namespace

class TestRules : public QObject {
    Q_OBJECT

private slots:
    void everyRuleThatADraftAllowsIsOffered() {
        DraftInfo draft;
        draft.kind = "model";
        RunOptions options = warmRun();
        options.gamma = kGammaAuto;
        const auto rulesOf = [&] {
            std::string text;
            for (const RuleSetup& setup : defaultRuleSetups(draft, options))
                text += std::string(name(setup.rule)) + (setup.tree.off() ? " " : "* ");
            return text;
        };
        QCOMPARE(rulesOf(), std::string("token block one-hot match typical ensemble "));
        QCOMPARE(defaultRuleSetups(draft, options).front().gamma, 4);
        options.gamma = 7;
        QCOMPARE(defaultRuleSetups(draft, options).front().gamma, 7);
        draft.kind = "ngram";
        QCOMPARE(rulesOf(), std::string("token typical ensemble "));
        draft.kind = "feature-head";
        QCOMPARE(rulesOf(), std::string("token block one-hot match typical ensemble one-hot* match* "
                                        "specinfer* sequoia* typical* "));
        QCOMPARE(treeText(defaultRuleSetups(draft, options).back().tree), std::string("3,2,1"));
        draft.bestTree.children = {2, 1};
        QCOMPARE(treeText(defaultRuleSetups(draft, options).back().tree), std::string("2,1"));
        draft.bestTree.children = {1, 1};  // a chain, in which all rules of trees are one
        QCOMPARE(treeText(defaultRuleSetups(draft, options).back().tree), std::string("3,2,1"));
        options.tree.children = {5};
        QCOMPARE(treeText(defaultRuleSetups(draft, options).back().tree), std::string("5"));
        options.sampling.temperature = 0.0;
        QCOMPARE(rulesOf(), std::string("greedy greedy* "));
        options.gamma = 0;
        QVERIFY(defaultRuleSetups(draft, options).empty());
        draft.kind = "none";
        options.gamma = 4;
        QVERIFY(defaultRuleSetups(draft, options).empty());
    }

    void whatIsExpectedOverCoinsIsTheMeanOverCoins() {
        const auto engine = tinyPair();
        std::mt19937_64 random(5);
        for (const std::uint64_t seed : {1, 2, 3}) {
            RunOptions base = warmRun();
            base.seed = seed;
            const std::vector<RuleSetup> setups = defaultRuleSetups(engine->draftInfo(), base);
            const std::vector<RoundOutcome> outcomes =
                compareRound(engine, promptOf(*engine), base, setups, 2);
            const Round round = keptRound(engine, promptOf(*engine), seed);
            int shared = 0;
            for (std::size_t i = 0; i < outcomes.size(); ++i) {
                const RoundOutcome& outcome = outcomes[i];
                QVERIFY(outcome.setup == setups[i]);
                QCOMPARE(outcome.shared, sharesDrawnChain(outcome.setup.rule));
                QCOMPARE(outcome.draft, engine->draftInfo().name);
                if (!outcome.shared) continue;
                ++shared;
                QCOMPARE(outcome.reach.size(), round.proposals.size());
                Mean mean;
                for (int draw = 0; draw < 20'000; ++draw)
                    mean.add(judgedAnew(round, outcome.setup.rule, outcome.setup.ensembleWeight, random));
                QVERIFY2(std::fabs(mean.mean() - outcome.expectedTokens) <= 5.0 * mean.error() + 1e-9,
                         qPrintable(words(outcome.setup) + QStringLiteral(" %1 %2 +- %3")
                                                               .arg(outcome.expectedTokens)
                                                               .arg(mean.mean())
                                                               .arg(mean.error())));
            }
            QCOMPARE(shared, 5);
        }
    }

    /// Sun et al. 2024, theorem: no rule that keeps the target's law emits more than block does, on average
    /// over the draft's own draws. For a given chain either may be ahead.
    void blockExpectsNoFewerTokensThanTokenOverDrafts() {
        const auto engine = tinyPair();
        std::vector<TokenId> text = promptOf(*engine);
        Session run(engine, warmRun(), text);
        Mean overall;
        int ahead = 0, behind = 0;
        for (int place = 0; place < 6; ++place) {
            Mean gain;
            for (std::uint64_t seed = 1; seed <= 150; ++seed) {
                const auto outcomes = compareChainRules(keptRound(engine, text, seed), 0.5);
                gain.add(expected(outcomes, Rule::Block) - expected(outcomes, Rule::Token));
                overall.add(expected(outcomes, Rule::Block) - expected(outcomes, Rule::Token));
                ahead += expected(outcomes, Rule::Block) > expected(outcomes, Rule::Token) + 1e-6 ? 1 : 0;
                behind += expected(outcomes, Rule::Block) < expected(outcomes, Rule::Token) - 1e-6 ? 1 : 0;
            }
            QVERIFY2(gain.mean() >= -5.0 * gain.error() - 1e-9,
                     qPrintable(
                         QStringLiteral("place %1: %2 +- %3").arg(place).arg(gain.mean()).arg(gain.error())));
            const std::optional<Round> round = run.step({});
            QVERIFY(round.has_value());
            for (const Emitted& token : round->emitted) text.push_back(token.id);
        }
        qInfo("block - token: %.4f +- %.4f tokens; ahead %d, behind %d", overall.mean(), overall.error(),
              ahead, behind);
        QVERIFY(overall.mean() > 0.0);
        QVERIFY(ahead > 0 && behind > 0);
    }

    void freshDrawsAgreeWithWhatIsExpected_data() {
        QTest::addColumn<int>("rule");
        for (const Rule rule : allRules()) {
            if (sharesDrawnChain(rule))
                QTest::newRow(std::string(name(rule)).c_str()) << static_cast<int>(rule);
        }
    }

    void freshDrawsAgreeWithWhatIsExpected() {
        QFETCH(int, rule);
        const auto engine = tinyPair();
        const RuleSetup setup{static_cast<Rule>(rule), 0.5, 4, {}};
        constexpr int kDraws = 1500;
        const RoundOutcome drawn = drawRounds(engine, promptOf(*engine), warmRun(), setup, kDraws);
        QCOMPARE(drawn.draws, kDraws);
        QVERIFY(!drawn.shared && drawn.low < drawn.expectedTokens && drawn.expectedTokens < drawn.high);
        Mean exact;
        RunOptions options = warmRun();
        options.keepRows = true;
        Session session(engine, options, promptOf(*engine));
        for (int draw = 0; draw < kDraws; ++draw) {
            session.restart(10'000 + static_cast<std::uint64_t>(draw));
            exact.add(expected(compareChainRules(*session.step({}), 0.5), setup.rule));
        }
        const double error = std::hypot(exact.error(), (drawn.high - drawn.low) / (2.0 * 1.96));
        QVERIFY2(
            std::fabs(exact.mean() - drawn.expectedTokens) <= 5.0 * error,
            qPrintable(QStringLiteral("%1 %2 +- %3").arg(exact.mean()).arg(drawn.expectedTokens).arg(error)));
    }

    void draftsWithoutRowsAreDrawnAfresh() {
        const auto engine = tinyPair("ngram");
        std::vector<TokenId> prompt = promptOf(*engine);
        prompt.insert(prompt.end(), prompt.begin(), prompt.end() - 2);
        const auto outcomes =
            compareRound(engine, prompt, warmRun(), defaultRuleSetups(engine->draftInfo(), warmRun()), 50);
        QCOMPARE(outcomes.size(), std::size_t{3});
        for (const RoundOutcome& outcome : outcomes) {
            QVERIFY(!outcome.shared && outcome.reach.empty());
            QCOMPARE(outcome.draws, 50);
        }
    }

    void treesAreDrawnAfresh() {
        const auto engine = test::llama();
        const auto outcomes = compareRound(engine, test::kPrompt, warmRun(),
                                           defaultRuleSetups(engine->draftInfo(), warmRun()), 30);
        QCOMPARE(outcomes.size(), std::size_t{11});
        for (const RoundOutcome& outcome : outcomes) {
            QCOMPARE(outcome.shared, outcome.setup.tree.off() && sharesDrawnChain(outcome.setup.rule));
            QCOMPARE(outcome.draws, outcome.shared ? 0 : 30);
            QVERIFY(outcome.expectedTokens >= 1.0);
        }
    }

    void aPlaceAtTheEndOfATextIsComparedWhole() {
        // Every token ends the text, and only one may be put out: the round is compared all the same.
        const auto engine = tinyPair();
        RunOptions base = warmRun();
        base.ignoreEos = false;
        base.maxTokens = 1;
        base.stop = {" ", "a", "e"};
        const RuleSetup setup{Rule::Match, 0.5, 4, {}};
        RunOptions longer = warmRun();
        const auto cut = compareRound(engine, promptOf(*engine), base, {setup});
        const auto whole = compareRound(engine, promptOf(*engine), longer, {setup});
        QCOMPARE(cut.front().reach.size(), std::size_t{4});
        QCOMPARE(cut.front().expectedTokens, whole.front().expectedTokens);
    }

    void pointsAreOfFreshRunsWithTheSameSeeds() {
        const auto engine = tinyPair();
        const std::vector<MeasuredSuite> suites{
            {"first", {{"one", promptOf(*engine)}, {"two", engine->encodePrompt("The dog")}}},
            {"second", {{"three", engine->encodePrompt("A girl named")}}}};
        const std::vector<RuleSetup> setups{{Rule::Token, 0.5, 3, {}}, {Rule::Block, 0.5, 3, {}}};
        int calls = 0;
        double last = 0.0;
        const auto measure = [&] {
            return compareRules(
                engine, suites, warmRun(), setups, 2, {}, [&](const RulePoint&) { ++calls; },
                [&](double fraction, double) { last = fraction; });
        };
        const std::vector<RulePoint> points = measure(), again = measure();
        QCOMPARE(points.size(), std::size_t{6});
        QCOMPARE(calls, 2 * 3 * 3 * 2);
        QCOMPARE(last, 1.0);
        for (std::size_t i = 0; i < points.size(); ++i) {
            const RulePoint& point = points[i];
            QCOMPARE(point.suite, std::string(i < 3 ? "first" : "second"));
            QCOMPARE(point.draft, engine->draftInfo().name);
            QVERIFY(point.setup == again[i].setup);
            QCOMPARE(point.totals.rounds, again[i].totals.rounds);
            QCOMPARE(point.totals.accepted, again[i].totals.accepted);
            QCOMPARE(point.tokensPerRound.median, again[i].tokensPerRound.median);
            QCOMPARE(point.totals.emitted(), (i < 3 ? 4L : 2L) * 32);
            QCOMPARE(point.speedup.n, i < 3 ? 4 : 2);
            QVERIFY(point.tokensPerSecond.median > 0.0 && point.speedup.median > 0.0);
            if (i % 3 != 0) {
                QVERIFY(point.setup == setups[i % 3 - 1]);
                QVERIFY(point.tokensPerRound.low <= point.tokensPerRound.median &&
                        point.tokensPerRound.median <= point.tokensPerRound.high);
                QVERIFY(point.totals.drafted > 0 && point.tokensPerRound.median > 1.0);
                continue;
            }
            QCOMPARE(point.setup.gamma, 0);
            QCOMPARE(point.speedup.median, 1.0);
            QCOMPARE(point.tokensPerRound.median, 1.0);
            QCOMPARE(point.totals.plain, point.totals.emitted());
        }
    }

    void repeatsHaveSeedsOfTheirOwn() {
        const auto engine = tinyPair();
        const std::vector<MeasuredPrompt> prompts{{"one", promptOf(*engine)}};
        Alternation runs{warmRun(), {warmRun(), warmRun()}, 2, true};
        std::vector<std::vector<TokenId>> texts;  // by repeat, in the order of the runs
        std::vector<std::size_t> order;
        QVERIFY(alternate(engine, prompts, runs, {}, [&](const AlternatingRun& done) {
            texts.push_back(done.run.ids);
            order.push_back(done.variant);
        }));
        QVERIFY((order == std::vector<std::size_t>{0, 1, 2, 0, 2, 1}));
        QVERIFY(texts[1] == texts[2] && texts[4] == texts[5]);
        QVERIFY(texts[1] != texts[4] && texts[0] != texts[3]);
        runs.newSeeds = false;
        texts.clear();
        alternate(engine, prompts, runs, {},
                  [&](const AlternatingRun& done) { texts.push_back(done.run.ids); });
        QVERIFY(texts[1] == texts[4] && texts[0] == texts[3]);
    }

    void greedyVariantsGiveThePlainText() {
        const auto engine = test::llama();
        RunOptions base = warmRun();
        base.sampling.temperature = 0.0;
        const std::vector<RuleSetup> setups = defaultRuleSetups(engine->draftInfo(), base);
        QCOMPARE(setups.size(), std::size_t{2});
        Alternation runs{base, {}, 1, true};
        for (const RuleSetup& setup : setups) runs.variants.push_back(optionsUnder(base, setup));
        int compared = 0;
        alternate(engine, {{"one", test::kPrompt}}, runs, {}, [&](const AlternatingRun& done) {
            QVERIFY(done.run.ids == done.plain.ids);
            QCOMPARE(done.run.totals.drafted > 0, done.variant > 0);
            ++compared;
        });
        QCOMPARE(compared, 3);
    }

    void whatCannotRunIsRefusedBeforeAnythingIsMeasured() {
        const auto engine = tinyPair();
        const std::vector<TokenId> prompt = promptOf(*engine);
        const RuleSetup greedy{Rule::Greedy, 0.5, 4, {}}, sequoia{Rule::Sequoia, 0.5, 4, {}};
        QVERIFY_EXCEPTION_THROWN(compareRound(engine, prompt, warmRun(), {greedy}), Error);
        QVERIFY_EXCEPTION_THROWN(compareRound(engine, prompt, warmRun(), {sequoia}), Error);
        QVERIFY_EXCEPTION_THROWN(compareRound(engine, prompt, warmRun(), {}), Error);
        QVERIFY_EXCEPTION_THROWN(compareRules(engine, {}, warmRun(), {{}}, 1), Error);
        QVERIFY_EXCEPTION_THROWN(compareRules(tinyPair("none"), {{"s", {{"p", prompt}}}}, warmRun(), {{}}, 1),
                                 Error);
    }

    void costsAreNeededByWhatIsAutomatic() {
        RunOptions base = warmRun();
        QVERIFY(!needsCosts(base, {{Rule::Token, 0.5, 4, {}}, {Rule::Sequoia, 0.5, 4, {false, {2, 1}}}}));
        QVERIFY(needsCosts(base, {{Rule::Token, 0.5, kGammaAuto, {}}}));
        QVERIFY(needsCosts(base, {{Rule::Sequoia, 0.5, 4, {true, {}}}}));
        base.draftStop.kind = DraftStop::Kind::Auto;
        QVERIFY(needsCosts(base, {{Rule::Token, 0.5, 4, {}}}));
    }

    void aStoppedComparisonReturnsWhatItHas() {
        const auto engine = tinyPair();
        std::stop_source stop;
        int calls = 0;
        const auto points = compareRules(engine, {{"s", {{"p", promptOf(*engine)}}}}, warmRun(),
                                         {{Rule::Token, 0.5, 3, {}}, {Rule::Block, 0.5, 3, {}}}, 5,
                                         stop.get_token(), [&](const RulePoint&) {
                                             if (++calls == 2) stop.request_stop();
                                         });
        QCOMPARE(points.size(), std::size_t{2});
        QCOMPARE(points.back().speedup.n, 1);
        QVERIFY(compareRound(engine, promptOf(*engine), warmRun(), {{Rule::OneHot, 0.5, 4, {}}}, 10,
                             stop.get_token())
                    .empty());
    }
};

QTEST_GUILESS_MAIN(TestRules)
#include "test_rules.moc"
