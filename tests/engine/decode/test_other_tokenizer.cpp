#include "engine/draft/token_bridge.h"
#include "engine/model/model.h"
#include "tests/engine/decode/fresh_rows.h"

using namespace specula;
using namespace specula::test;

// Draft models with another tokenizer than the target's, by the tokens that both share.
namespace {

std::string gguf(const char* name) {
    return std::string(SPECULA_TEST_DATA) + "/gguf/" + name + "/model.gguf";
}

std::string pathOf(const std::string& name) {
    return name.starts_with("tiny") ? std::string(SPECULA_SOURCE_DIR) + "/resources/models/" + name
                                    : gguf(name.c_str());
}

std::shared_ptr<const Engine> engineFor(const std::string& target, const std::string& draft,
                                        WeightFormat format = WeightFormat::Int8x2) {
    static std::map<std::tuple<std::string, std::string, WeightFormat>, std::shared_ptr<const Engine>>
        engines;
    auto& engine = engines[{target, draft, format}];
    if (!engine) {
        EngineOptions load;
        load.target = pathOf(target);
        load.draft = pathOf(draft);
        load.weights = load.draftWeights = format;
        load.threads = 1;
        engine = Engine::load(load);
    }
    return engine;
}

std::vector<TokenId> promptFor(const Engine& engine) {
    return engine.encodePrompt("Once upon a time, there was a caf\xC3\xA9 for \xE2\x82\xAC 3.");
}

RunOptions chain(int gamma, double temperature) {
    RunOptions out = options({}, temperature);
    out.gamma = gamma;
    return out;
}

void addPairs() {
    QTest::addColumn<QString>("target");
    QTest::addColumn<QString>("draft");
    const auto row = [](const char* target, const char* draft) {
        QTest::addRow("%s, draft %s", target, draft)
            << QString::fromLatin1(target) << QString::fromLatin1(draft);
    };
    row("tiny-target", "q8_0_bpe");  // the target's ids go far beyond the draft's
    row("tiny-target", "q4_1_spm");
    row("q8_0_bpe", "tiny-draft");
    row("q4_1_spm", "tiny-draft");
    row("q4_1_spm", "q8_0_bpe");
}

std::shared_ptr<const Engine> fetched(WeightFormat format = WeightFormat::Int8x2) {
    QFETCH(QString, target);
    QFETCH(QString, draft);
    return engineFor(target.toStdString(), draft.toStdString(), format);
}

/// The draft's own row after `text`, restricted to the intersection and renormalised, by target id.
std::map<TokenId, double> restrictedRow(const Engine& engine, const std::vector<TokenId>& text) {
    BridgedText bridged(engine.tokenBridge());
    const std::span<const TokenId> ids = bridged.update(text);
    const Model& draft = *engine.draftModel();
    const auto state = draft.newState();
    std::vector<float> logits(static_cast<std::size_t>(draft.vocabulary()));
    for (std::size_t at = 0; at < ids.size(); ++at)
        draft.forward(*state, {ids.subspan(at, 1)}, {}, logits.data());
    std::map<TokenId, double> row;
    double total = 0.0;
    for (TokenId id = 0; id < engine.targetInfo().vocabulary; ++id) {
        const TokenId there = engine.tokenBridge()->toDraft(id);
        if (there < 0) continue;
        total += row[id] = std::exp(static_cast<double>(logits[static_cast<std::size_t>(there)]));
    }
    for (auto& [id, p] : row) p /= total;
    return row;
}

}  // namespace

class TestOtherTokenizer : public QObject {
    Q_OBJECT

private slots:
    void theReportSaysHowManyTokensAreShared_data() { addPairs(); }
    void theReportSaysHowManyTokensAreShared() {
        const auto engine = fetched();
        const PairReport& pair = engine->pairReport();
        QVERIFY(pair.compatible);
        QCOMPARE(pair.sharedTokens, engine->tokenBridge()->shared());
        QCOMPARE(engine->draftInfo().sharedTokens, pair.sharedTokens);
        QCOMPARE(engine->draftInfo().kind, std::string("model"));
        QCOMPARE(pair.warnings.size(), std::size_t{1});
        QVERIFY(pair.warnings.front().find("only the " + std::to_string(pair.sharedTokens)) !=
                std::string::npos);
        for (const PairCheck& check : pair.checks) QVERIFY(check.passed);
    }

    void aPairOfOneTokenizerNeedsNoBridge() {
        const auto engine = engineFor("tiny-target", "tiny-draft");
        QVERIFY(!engine->tokenBridge());
        QCOMPARE(engine->draftInfo().sharedTokens, 0);
        QVERIFY(engine->pairReport().warnings.empty());
    }

    void greedyTextEqualsPlainForEveryGamma_data() { addPairs(); }
    void greedyTextEqualsPlainForEveryGamma() {
        for (const WeightFormat format : {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8}) {
            const auto engine = fetched(format);
            const std::vector<TokenId> prompt = promptFor(*engine);
            const std::vector<TokenId> plain = run(engine, chain(0, 0.0), prompt).ids;
            QCOMPARE(plain.size(), std::size_t{60});
            for (int gamma = 1; gamma <= 16; ++gamma)
                QVERIFY2(run(engine, chain(gamma, 0.0), prompt).ids == plain,
                         qPrintable(QString::number(gamma)));
        }
    }

    void rowsAfterRejectionsAreThoseOfAFreshStart_data() { addPairs(); }
    void rowsAfterRejectionsAreThoseOfAFreshStart() {
        const auto engine = fetched();
        verifyFreshRows(engine, promptFor(*engine));
    }

    void proposalsComeFromTheDraftsRowRestrictedAndRenormalised_data() { addPairs(); }
    void proposalsComeFromTheDraftsRowRestrictedAndRenormalised() {
        const auto engine = fetched();
        std::vector<TokenId> text = promptFor(*engine);
        RunOptions how = chain(3, 1.0);
        how.detail = Detail::Full;
        Session session(engine, how, text);
        int compared = 0;
        while (const auto round = session.step({})) {
            if (round->proposals.empty()) continue;
            const std::map<TokenId, double> row = restrictedRow(*engine, text);
            for (const TopEntry& entry : round->proposals.front().rows->top) {
                const auto found = row.find(entry.id);
                QVERIFY(std::abs(entry.pDraft - (found == row.end() ? 0.0 : found->second)) < 1e-5);
                ++compared;
            }
            for (const Proposal& proposal : round->proposals)
                QVERIFY(engine->tokenBridge()->toDraft(proposal.id) >= 0);
            for (const Emitted& token : round->emitted) text.push_back(token.id);
        }
        QVERIFY(compared > 100);
    }

    void filtersAndPenaltiesLeaveTheIntersectionAlone_data() { addPairs(); }
    void filtersAndPenaltiesLeaveTheIntersectionAlone() {
        const auto engine = fetched();
        for (const Sampling& sampling :
             {Sampling{.temperature = 0.7, .topK = 100'000, .repetitionPenalty = 1.3},
              Sampling{.temperature = 1.5, .topP = 0.99, .repetitionPenalty = 0.5},
              Sampling{.temperature = 0.01, .topK = 3}, Sampling{.temperature = 2.0, .minP = 1e-9},
              Sampling{.temperature = 0.0, .repetitionPenalty = 100.0}}) {
            RunOptions how = chain(4, 1.0);
            how.sampling = sampling;
            const Run result = run(engine, how, promptFor(*engine));
            QVERIFY(result.totals.drafted > 0);
            for (const Round& round : result.rounds) {
                for (const Proposal& proposal : round.proposals) {
                    QVERIFY(engine->tokenBridge()->toDraft(proposal.id) >= 0);
                    QVERIFY(proposal.pDraft > 0.0 && proposal.pDraft <= 1.0);
                }
            }
        }
    }

    void onlyTheLawOfTheTargetMatters_data() { addPairs(); }
    void onlyTheLawOfTheTargetMatters() {
        // The first token after the prompt, drawn by speculative rounds: G-test against the target's own row.
        const auto engine = fetched();
        RunOptions how = chain(0, 1.0);
        how.sampling.topK = 8;
        how.maxTokens = 1;
        how.detail = Detail::Full;
        std::map<TokenId, double> law;
        const Run plain = run(engine, how, promptFor(*engine));
        for (const TopEntry& entry : plain.rounds.front().emitted.front().rows->top)
            if (entry.pTarget > 0.0) law[entry.id] = entry.pTarget;
        QCOMPARE(law.size(), std::size_t{8});
        how.gamma = 1;
        how.maxTokens = 2;
        how.detail = Detail::Counts;
        how.draftSampling = Sampling{.temperature = 3.0, .topK = 0};  // so that some are accepted
        constexpr int kDraws = 4000;
        std::map<TokenId, int> counts;
        Session session(engine, how, promptFor(*engine));
        for (std::uint64_t seed = 0; seed < kDraws; ++seed) {
            session.restart(seed);
            session.step({});
            ++counts[session.output().front()];
        }
        double statistic = 0.0;
        for (const auto& [id, count] : counts) {
            QVERIFY(law.contains(id));
            statistic += 2.0 * count * std::log(count / (kDraws * law[id]));
        }
        QVERIFY2(statistic < 45.0, qPrintable(QString::number(statistic)));  // 7 degrees: about 1e-7
    }

    void aTextThatIsAllOutsideIsStillDraftedFrom() {
        const auto engine = engineFor("tiny-target", "q8_0_bpe");
        std::vector<TokenId> outside;
        for (TokenId id = engine->targetInfo().vocabulary - 1; id > 0 && outside.size() < 12; --id) {
            if (engine->tokenBridge()->toDraft(id) < 0) outside.push_back(id);
        }
        QCOMPARE(outside.size(), std::size_t{12});
        QVERIFY(outside.back() > engine->draftModel()->vocabulary());
        const Run result = run(engine, chain(4, 1.0), outside);
        QVERIFY(result.totals.drafted > 0);
        verifyFreshRows(engine, outside);
    }
};

QTEST_GUILESS_MAIN(TestOtherTokenizer)
#include "test_other_tokenizer.moc"
