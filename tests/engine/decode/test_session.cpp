#include <QtTest>

#include <filesystem>
#include <map>

#include "engine/decode/session.h"
#include "engine/trace/error.h"

using namespace specula;
namespace fs = std::filesystem;

namespace {

fs::path modelPath(const char* name) {
    const std::string root = SPECULA_FIXTURES;
    return (root.empty() ? fs::path(SPECULA_TEST_DATA) : fs::path(root)) / "models" / name;
}

/// Engines by draft and format, loaded once.
std::shared_ptr<const Engine> engineFor(const std::string& draft,
                                        WeightFormat format = WeightFormat::Int8x2) {
    static std::map<std::pair<std::string, WeightFormat>, std::shared_ptr<const Engine>> engines;
    auto& engine = engines[{draft, format}];
    if (!engine) {
        EngineOptions options;
        options.target = modelPath("llama").string();
        options.draft = draft == "model" ? modelPath("llama_draft").string()
                                         : (draft == "itself" ? options.target : draft);
        options.weights = options.draftWeights = format;
        options.threads = 2;
        engine = Engine::load(options);
    }
    return engine;
}

const std::vector<TokenId> kPrompt{5, 9, 5, 9, 5, 9, 17, 5, 9};

struct Run {
    std::vector<Round> rounds;
    std::vector<TokenId> ids;
    Totals totals;
    Finish finish = Finish::Running;
};

Run run(const std::shared_ptr<const Engine>& engine, const RunOptions& options,
        const std::vector<TokenId>& prompt = kPrompt) {
    Session session(engine, options, prompt);
    Run out;
    while (const auto round = session.step({})) {
        out.rounds.push_back(*round);
        out.totals.add(*round);
    }
    out.ids = session.output();
    out.finish = session.finish();
    return out;
}

RunOptions options(int gamma, double temperature) {
    RunOptions out;
    out.gamma = gamma;
    out.sampling.temperature = temperature;
    out.maxTokens = 60;
    out.ignoreEos = true;
    out.detail = Detail::Tokens;
    return out;
}

void addDrafts() {
    QTest::addColumn<QString>("draft");
    for (const char* draft : {"model", "ngram", "ngram:1", "early-exit:1", "early-exit:2", "itself"})
        QTest::newRow(draft) << QString::fromLatin1(draft);
}

std::string fetchedDraft() {
    QFETCH(QString, draft);
    return draft.toStdString();
}

bool sameRounds(const std::vector<Round>& a, const std::vector<Round>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i].proposals.size() != b[i].proposals.size() || a[i].emitted.size() != b[i].emitted.size())
            return false;
        for (std::size_t k = 0; k < a[i].proposals.size(); ++k) {
            const Proposal &x = a[i].proposals[k], &y = b[i].proposals[k];
            if (x.id != y.id || x.pTarget != y.pTarget || x.pDraft != y.pDraft || x.coin != y.coin ||
                x.draftCoin != y.draftCoin || x.verdict != y.verdict)
                return false;
        }
        for (std::size_t k = 0; k < a[i].emitted.size(); ++k) {
            const Emitted &x = a[i].emitted[k], &y = b[i].emitted[k];
            if (x.id != y.id || x.kind != y.kind || x.coin != y.coin || x.pTarget != y.pTarget ||
                x.pDrawn != y.pDrawn)
                return false;
        }
    }
    return true;
}

}  // namespace

class TestSession : public QObject {
    Q_OBJECT

private slots:
    void greedySpeculativeEqualsGreedyPlainForEveryGamma_data() { addDrafts(); }
    void greedySpeculativeEqualsGreedyPlainForEveryGamma() {
        const std::string draft = fetchedDraft();
        for (const WeightFormat format : {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8}) {
            const auto engine = engineFor(draft, format);
            const std::vector<TokenId> plain = run(engine, options(0, 0.0)).ids;
            QCOMPARE(plain.size(), std::size_t{60});
            for (int gamma = 1; gamma <= 16; ++gamma)
                QVERIFY2(run(engine, options(gamma, 0.0)).ids == plain, qPrintable(QString::number(gamma)));
        }
    }

    void greedySpeculativeEqualsGreedyPlainForEveryArchitecture_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("draft");
        const std::string root = SPECULA_FIXTURES;
        std::vector<const char*> models{"gemma3_text", "gpt2_scaled",     "gpt_neox",
                                        "olmo2",       "opt_postln_proj", "phi3"};
        if (!root.empty()) {
            models.insert(models.end(), {"opt", "gpt2", "gemma2", "gpt_neox_serial", "mistral", "qwen2",
                                         "qwen3", "smollm3", "llama_tied_rope_llama3"});
            QTest::newRow("opt and its draft") << QStringLiteral("opt") << QStringLiteral("opt_draft");
            QTest::newRow("gpt2 and its draft") << QStringLiteral("gpt2") << QStringLiteral("gpt2_draft");
        }
        for (const char* model : models)
            QTest::newRow(model) << QString::fromLatin1(model) << QStringLiteral("early-exit:1");
    }
    void greedySpeculativeEqualsGreedyPlainForEveryArchitecture() {
        QFETCH(QString, target);
        QFETCH(QString, draft);
        for (const WeightFormat format : {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8}) {
            EngineOptions wanted;
            wanted.target = modelPath(qPrintable(target)).string();
            const bool rule = draft.startsWith(QStringLiteral("early"));
            wanted.draft = rule ? draft.toStdString() : modelPath(qPrintable(draft)).string();
            wanted.weights = wanted.draftWeights = format;
            wanted.threads = 2;
            const auto engine = Engine::load(wanted);
            const std::vector<TokenId> plain = run(engine, options(0, 0.0)).ids;
            for (const int gamma : {1, 2, 4, 7, 16})
                QVERIFY2(run(engine, options(gamma, 0.0)).ids == plain, qPrintable(QString::number(gamma)));
        }
    }

    void greedyEqualityHoldsUnderARepetitionPenalty() {
        RunOptions penalised = options(0, 0.0);
        penalised.sampling.repetitionPenalty = 1.3;
        const std::vector<TokenId> plain = run(engineFor("model"), penalised).ids;
        for (const int gamma : {1, 3, 7}) {
            penalised.gamma = gamma;
            QCOMPARE(run(engineFor("model"), penalised).ids, plain);
        }
    }

    void aDraftEqualToTheTargetIsAlwaysAccepted() {
        for (const WeightFormat format : {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8}) {
            for (const double temperature : {0.0, 0.7, 1.5}) {
                for (const int gamma : {1, 4, 9}) {
                    RunOptions o = options(gamma, temperature);
                    o.sampling.topP = 0.95;
                    o.sampling.repetitionPenalty = 1.1;
                    const Totals totals = run(engineFor("itself", format), o).totals;
                    QVERIFY(totals.judged > 0);
                    QCOMPARE(totals.accepted, totals.judged);
                    QCOMPARE(totals.rejected, 0L);
                }
            }
        }
    }

    void sameSeedSameRoundsOtherSeedOthers_data() { addDrafts(); }
    void sameSeedSameRoundsOtherSeedOthers() {
        const auto engine = engineFor(fetchedDraft());
        RunOptions o = options(4, 1.0);
        o.seed = 7;
        const Run first = run(engine, o);
        QVERIFY(sameRounds(first.rounds, run(engine, o).rounds));
        o.seed = 8;
        QVERIFY(!sameRounds(first.rounds, run(engine, o).rounds));
    }

    void everyTokenIsCountedOnce_data() { addDrafts(); }
    void everyTokenIsCountedOnce() {
        const auto engine = engineFor(fetchedDraft());
        for (const double temperature : {0.0, 1.0}) {
            for (const int gamma : {0, 1, 5, 32}) {
                RunOptions o = options(gamma, temperature);
                o.detail = Detail::Full;
                const Run result = run(engine, o);
                const Totals& t = result.totals;
                QCOMPARE(static_cast<std::size_t>(t.emitted()), result.ids.size());
                QCOMPARE(t.drafted, t.judged + t.discarded);
                QCOMPARE(t.judged, t.accepted + t.rejected);
                QCOMPARE(t.resampled, t.rejected);
                std::vector<TokenId> ids;
                int position = static_cast<int>(kPrompt.size());
                for (const Round& round : result.rounds) {
                    QCOMPARE(round.position, position);
                    position += static_cast<int>(round.emitted.size());
                    for (const Emitted& token : round.emitted) {
                        ids.push_back(token.id);
                        QCOMPARE(token.kind == EmitKind::Plain, round.proposals.empty());
                    }
                }
                QCOMPARE(ids, result.ids);
                QVERIFY(result.finish == Finish::Length);
            }
        }
    }

    void recordedNumbersExplainEveryVerdict() {
        RunOptions o = options(4, 1.0);
        o.detail = Detail::Full;
        int rejected = 0;
        const Run result = run(engineFor("model"), o);
        for (const Round& round : result.rounds) {
            for (const Proposal& p : round.proposals) {
                QVERIFY(p.rows.has_value());
                QVERIFY(std::fabs(p.rows->sums.overlap + p.rows->sums.residualMass - 1.0) < 1e-5);
                if (p.verdict == Verdict::Discarded) continue;
                QVERIFY(p.coin.has_value());
                QCOMPARE(p.verdict == Verdict::Accepted, *p.coin * p.pDraft < p.pTarget);
                rejected += p.verdict == Verdict::Rejected;
                const auto drawn = std::find_if(p.rows->top.begin(), p.rows->top.end(),
                                                [&](const TopEntry& e) { return e.id == p.id; });
                QVERIFY(drawn != p.rows->top.end());
                QCOMPARE(drawn->pTarget, p.pTarget);
                QCOMPARE(drawn->pDraft, p.pDraft);
            }
        }
        QVERIFY(rejected > 0);
    }

    void anEndOfTextTokenInsideTheAcceptedRunCutsTheRest() {
        // Declare a token of the greedy text as a stop: ids must end with its first appearance, for every
        // gamma.
        const std::vector<TokenId> text = run(engineFor("itself"), options(0, 0.0)).ids;
        const TokenId end = engineFor("itself")->eos().front();
        const auto found = std::find(text.begin(), text.end(), end);
        for (const int gamma : {0, 1, 3, 8}) {
            RunOptions o = options(gamma, 0.0);
            o.ignoreEos = false;
            const Run result = run(engineFor("itself"), o);
            std::vector<TokenId> expected(text.begin(), found == text.end() ? found : found + 1);
            QCOMPARE(result.ids, expected);
            QCOMPARE(static_cast<std::size_t>(result.totals.emitted()), expected.size());
            QVERIFY((result.finish == Finish::Stop) == (found != text.end()));
        }
    }

    void neverMoreTokensThanAskedFor() {
        for (const int most : {1, 2, 7}) {
            RunOptions o = options(8, 0.0);
            o.maxTokens = most;
            QCOMPARE(run(engineFor("itself"), o).ids.size(), static_cast<std::size_t>(most));
        }
    }

    void continuingGivesTheSameTextAsOneLongRun() {
        for (const char* draft : {"model", "early-exit:1", "ngram"}) {
            RunOptions o = options(3, 0.0);
            const std::vector<TokenId> whole = run(engineFor(draft), o).ids;
            o.maxTokens = 20;
            Session session(engineFor(draft), o, kPrompt);
            while (session.step({})) {
            }
            QVERIFY(session.finish() == Finish::Length);
            session.extend(40);
            while (session.step({})) {
            }
            QCOMPARE(session.output(), whole);
        }
    }

    void aStopRequestEndsTheRunAndLeavesTheSessionUsable() {
        std::stop_source stop;
        Session session(engineFor("model"), options(4, 0.0), kPrompt);
        QVERIFY(session.step(stop.get_token()).has_value());
        stop.request_stop();
        QVERIFY(!session.step(stop.get_token()).has_value());
        QVERIFY(session.finish() == Finish::Cancelled);
        const std::vector<TokenId> soFar = session.output();
        session.extend(60 - static_cast<int>(soFar.size()));
        while (session.step({})) {
        }
        QCOMPARE(session.output(), run(engineFor("model"), options(4, 0.0)).ids);
    }

    void aFullContextEndsTheRun() {
        EngineOptions small;
        small.target = modelPath("llama").string();
        small.draft = "early-exit:1";
        small.maxContext = 24;
        RunOptions o = options(5, 0.0);
        const Run result = run(Engine::load(small), o);
        QVERIFY(result.finish == Finish::Context);
        QCOMPARE(result.ids.size(), 24 - kPrompt.size());
    }

    void automaticGammaReplaysFromItsOptions() {
        RunOptions o = options(kGammaAuto, 1.0);
        QVERIFY_EXCEPTION_THROWN(Session(engineFor("model"), o, kPrompt), Error);
        o.costs = Costs{0.1, {1.0, 1.0, 1.05, 1.1}, 0.02};
        const Run first = run(engineFor("model"), o);
        QVERIFY(first.totals.drafted > 0);
        QVERIFY(sameRounds(first.rounds, run(engineFor("model"), o).rounds));
    }

    void unusableRequestsAreRefused() {
        QVERIFY_EXCEPTION_THROWN(Session(engineFor("none"), options(2, 1.0), kPrompt), Error);
        QVERIFY_EXCEPTION_THROWN(Session(engineFor("none"), options(0, 1.0), {}), Error);
        QVERIFY_EXCEPTION_THROWN(Session(engineFor("none"), options(0, 1.0), {1, 999}), Error);
        QVERIFY_EXCEPTION_THROWN(Session(engineFor("none"), options(0, -1.0), kPrompt), Error);
        QVERIFY_EXCEPTION_THROWN(Session(engineFor("model"), options(33, 1.0), kPrompt), Error);
        QVERIFY_EXCEPTION_THROWN(Session(engineFor("none"), options(0, 1.0), std::vector<TokenId>(5000, 1)),
                                 Error);
        for (const char* draft :
             {"early-exit:0", "early-exit:3", "early-exit", "ngram:0", "ngram:x", "skip:1-3", "oracle:2"})
            QVERIFY_EXCEPTION_THROWN(engineFor(draft), Error);
    }

    void onlyTheLawOfTheTargetMatters() {
        // One token after the prompt, drawn 20,000 times by speculative rounds: G-test against the target's
        // own row.
        RunOptions o = options(1, 1.0);
        o.maxTokens = 2;
        o.sampling.topK = 8;
        const auto engine = engineFor("model");
        RunOptions plain = options(0, 1.0);
        plain.maxTokens = 1;
        plain.detail = Detail::Full;
        plain.sampling.topK = 8;
        std::map<TokenId, double> law;
        const Run once = run(engine, plain);
        for (const TopEntry& entry : once.rounds.front().emitted.front().rows->top)
            law[entry.id] = entry.pTarget;
        std::map<TokenId, int> counts;
        constexpr int kDraws = 4000;
        o.detail = Detail::Counts;
        for (int draw = 0; draw < kDraws; ++draw) {
            o.seed = static_cast<std::uint64_t>(draw);
            ++counts[run(engine, o).ids.front()];
        }
        double statistic = 0.0;
        for (const auto& [id, count] : counts) {
            QVERIFY(law[id] > 0.0);
            statistic += 2.0 * count * std::log(count / (kDraws * law[id]));
        }
        QVERIFY2(statistic < 40.0,
                 qPrintable(QString::number(statistic)));  // chi-square, 7 degrees: about 1e-6
    }
};

QTEST_GUILESS_MAIN(TestSession)
#include "test_session.moc"
