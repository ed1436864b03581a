#include "tests/engine/decode/tree_sessions.h"

#include "engine/trace/error.h"

using namespace specula;
using namespace specula::test;

// Where a session with trees begins, ends, stops and goes on.

class TestTreeSessionEnds : public QObject {
    Q_OBJECT

private slots:
    void continuingGivesTheSameTextAsOneLongRun() {
        RunOptions o = options({3, 2}, 0.0);
        const std::vector<TokenId> whole = run(llama(), o).ids;
        o.maxTokens = 20;
        Session session(llama(), o, kPrompt);
        QVERIFY(finished(session).finish == Finish::Length);
        session.extend(40);
        finished(session);
        QCOMPARE(session.output(), whole);
    }

    void promptsOfEveryLengthWork() {
        std::vector<TokenId> prompt;
        for (int i = 0; i < 200; ++i) prompt.push_back(3 + i * 7 % 300);
        for (const std::size_t length : {1, 2, 63, 64, 65, 66, 128, 129, 130, 190}) {
            const std::vector<TokenId> part(prompt.begin(),
                                            prompt.begin() + static_cast<std::ptrdiff_t>(length));
            RunOptions o = options({}, 0.0);
            o.maxTokens = 30;
            const std::vector<TokenId> plain = run(llama(), o, part).ids;
            o.gamma = 1;
            o.tree.children = {3, 2};
            QVERIFY2(run(llama(), o, part).ids == plain, qPrintable(QString::number(length)));
        }
    }

    void aFullContextEndsTheRun() {
        for (const std::vector<int>& tree : kTrees) {
            for (const int context : {11, 12, 17, 24}) {
                EngineOptions load = loadOptions("llama", WeightFormat::Int8x2);
                load.maxContext = context;
                load.draft = llama()->options().draft;
                const Run result = run(Engine::load(load), options(tree, 0.0));
                QVERIFY(result.finish == Finish::Context);
                QCOMPARE(result.ids.size(), static_cast<std::size_t>(context) - kPrompt.size());
                const Run plain = run(llama(), options({}, 0.0));
                QVERIFY(std::equal(result.ids.begin(), result.ids.end(), plain.ids.begin()));
            }
        }
    }

    void aHeadWithAShorterContextStopsDrafting() {
        const EngineOptions load = loadOptions("llama", WeightFormat::Int8x2);
        const std::vector<TokenId> plain = run(llama(), options({}, 0.0)).ids;
        const auto engine = withHead(load, {.ids = sortedIds(plain), .maxContext = 32});
        const Run result = run(engine, options({3, 2}, 0.0));
        QCOMPARE(result.ids, plain);
        QVERIFY(!result.rounds.front().proposals.empty() && result.rounds.back().proposals.empty());
        std::vector<TokenId> prompt(100, 5);
        QCOMPARE(run(engine, options({3, 2}, 0.0), prompt).ids, run(engine, options({}, 0.0), prompt).ids);
    }

    void neverMoreTokensThanAskedFor() {
        for (const int most : {1, 2, 3, 7}) {
            RunOptions o = options({4, 3, 2}, 0.0);
            o.maxTokens = most;
            const Run result = run(llama(), o);
            QCOMPARE(result.ids.size(), static_cast<std::size_t>(most));
            // No level that could not be emitted is drafted.
            if (most == 1) QVERIFY(result.rounds.front().proposals.empty());
        }
    }

    void anEndOfTextTokenOnThePathCutsTheRest() {
        const TokenId end = llama()->eos().front();
        int accepted = 0, ended = 0;
        for (TokenId first = 3; first < 120 && accepted < 2; ++first) {
            const std::vector<TokenId> prompt{first, first + 50, 7};
            RunOptions o = options({}, 0.0);
            o.ignoreEos = false;
            const Run plain = run(llama(), o, prompt);
            if (plain.finish != Finish::Stop) continue;
            ++ended;
            const auto engine =
                withHead(loadOptions("llama", WeightFormat::Int8x2), {.ids = sortedIds(plain.ids)});
            for (const std::vector<int>& tree : {std::vector<int>{8, 3}, std::vector<int>{3, 3, 2}}) {
                RunOptions t = options(tree, 0.0);
                t.ignoreEos = false;
                const Run result = run(engine, t, prompt);
                QCOMPARE(result.ids, plain.ids);
                QVERIFY(result.finish == Finish::Stop && result.ids.back() == end);
                QCOMPARE(static_cast<std::size_t>(result.totals.emitted()), result.ids.size());
                const Round& last = result.rounds.back();
                if (last.emitted.back().kind == EmitKind::Accepted) ++accepted;
                for (const Round& round : result.rounds) {
                    for (const Proposal& p : round.proposals)
                        QVERIFY2(
                            p.parent < 0 || round.proposals[static_cast<std::size_t>(p.parent)].id != end,
                            "drafted past the end");
                }
            }
        }
        QVERIFY2(accepted > 0,
                 qPrintable(QStringLiteral("%1 texts ended, none with an accepted token").arg(ended)));
    }

    void aStopStringCutsTheTextAsInPlainDecoding() {
        const EngineOptions load = loadOptions("tiny-target", WeightFormat::Int8x2);
        const auto bare = Engine::load(load);
        const std::vector<TokenId> prompt = bare->encodePrompt("Once upon a time");
        RunOptions o = options({}, 0.0);
        const Run whole = run(bare, o, prompt);
        const auto engine = withHead(load, {.ids = sortedIds(whole.ids)});
        const std::size_t half = whole.text.size() / 2;
        o.stop = {whole.text.substr(half, 6)};
        const Run plain = run(engine, o, prompt);
        QVERIFY(plain.finish == Finish::Stop && plain.text.size() <= half);
        for (const std::vector<int>& tree : kTrees) {
            RunOptions t = o;
            t.gamma = 1;
            t.tree.children = tree;
            const Run result = run(engine, t, prompt);
            QCOMPARE(result.text, plain.text);
            QCOMPARE(result.ids, plain.ids);
            QVERIFY(result.finish == Finish::Stop);
        }
    }

    void aStopRequestEndsTheRunAndLeavesTheSessionUsable() {
        std::stop_source stop;
        Session session(llama(), options({3, 2}, 0.0), kPrompt);
        QVERIFY(session.step(stop.get_token()).has_value());
        stop.request_stop();
        QVERIFY(!session.step(stop.get_token()).has_value());
        QVERIFY(session.finish() == Finish::Cancelled);
        session.extend(60 - static_cast<int>(session.output().size()));
        finished(session);
        QCOMPARE(session.output(), run(llama(), options({}, 0.0)).ids);
    }

    void automaticTreesReplayFromTheirOptions() {
        RunOptions o = options({}, 1.0);
        o.gamma = 1;
        o.tree.automatic = true;
        QVERIFY_EXCEPTION_THROWN(Session(llama(), o, kPrompt), Error);
        o.costs = Costs{0.02, std::vector<double>(40, 1.0), 0.02};
        const Run first = run(llama(), o);
        QVERIFY(first.totals.drafted > 0);
        QVERIFY(sameRounds(first.rounds, run(llama(), o).rounds));
        o.sampling.temperature = 0.0;
        QCOMPARE(run(llama(), o).ids, run(llama(), options({}, 0.0)).ids);
    }

    void plainDecodingTakesAnyRuleAndShape() {
        // A comparison takes the options of a tree and sets gamma to 0.
        RunOptions o = options({2, 2}, 1.0);
        o.rule = Rule::Sequoia;
        o.gamma = 0;
        QCOMPARE(run(llama(), o).totals.drafted, 0L);
        const auto bare = Engine::load(loadOptions("llama", WeightFormat::Int8x2));
        QCOMPARE(run(bare, o).totals.drafted, 0L);
    }

    void unusableTreesAreRefused() {
        const auto message = [](const std::shared_ptr<const Engine>& engine, const RunOptions& o) {
            try {
                Session session(engine, o, kPrompt);
            } catch (const Error& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        EngineOptions load = loadOptions("llama", WeightFormat::Int8x2);
        load.draft = "ngram";
        QVERIFY(message(Engine::load(load), options({2, 2}, 1.0)).find("needs a feature head") !=
                std::string::npos);
        QVERIFY(message(llama(), options({8, 8}, 1.0)).find("at most 63") != std::string::npos);
        QVERIFY(message(llama(), options({0}, 1.0)).find("at least 1") != std::string::npos);
        QVERIFY(message(llama(), options({64}, 1.0)) != std::string());
        QVERIFY(message(llama(), options({63}, 1.0)).empty());
        RunOptions o = options({}, 1.0);
        o.gamma = 2;
        o.rule = Rule::Sequoia;
        QVERIFY(message(llama(), o).find("needs a --tree") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestTreeSessionEnds)
#include "test_tree_session_ends.moc"
