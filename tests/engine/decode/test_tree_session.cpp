#include <cmath>

#include "engine/decode/auto_plan.h"
#include "engine/draft/feature_draft.h"
#include "engine/model/model.h"
#include "tests/engine/decode/tree_sessions.h"

using namespace specula;
using namespace specula::test;

namespace {

/// Proposes tokens of its own choice, a function of the path, and notes the logits offered after each path.
class ByPath final : public Proposals {
public:
    Added draw(int parent, std::span<const float> logits, int count) override {
        offered[pathTo(parent)] = {logits.begin(), logits.end()};
        Added added{static_cast<int>(m_tokens.size()), {}};
        for (int i = 0; i < count; ++i) added.tokens.push_back(childOf(pathTo(parent), i));
        for (const TokenId token : added.tokens) {
            m_tokens.push_back(token);
            m_parents.push_back(parent);
        }
        return added;
    }
    Added drawBlended(int parent, std::span<const float> logits, double) override {
        return draw(parent, logits, 1);
    }
    int add(int, TokenId) override { return -1; }
    bool ends(TokenId) const override { return false; }

    static TokenId childOf(const std::vector<TokenId>& path, int i) {
        int sum = 7 + 31 * i;
        for (const TokenId token : path) sum = sum * 3 + token;
        return 3 + sum % 300;
    }

    std::map<std::vector<TokenId>, std::vector<float>> offered;

private:
    std::vector<TokenId> pathTo(int node) const {
        std::vector<TokenId> path;
        for (int up = node; up >= 0; up = m_parents[static_cast<std::size_t>(up)])
            path.insert(path.begin(), m_tokens[static_cast<std::size_t>(up)]);
        return path;
    }
    std::vector<TokenId> m_tokens;
    std::vector<int> m_parents;
};

/// Proposes one path.
class Along final : public Proposals {
public:
    explicit Along(std::vector<TokenId> path) : m_path(std::move(path)) {}
    Added draw(int, std::span<const float> logits, int) override {
        offered.emplace_back(logits.begin(), logits.end());
        const std::size_t at = offered.size() - 1;
        return {static_cast<int>(at), {at < m_path.size() ? m_path[at] : 3}};
    }
    Added drawBlended(int parent, std::span<const float> logits, double) override {
        return draw(parent, logits, 1);
    }
    int add(int, TokenId) override { return -1; }
    bool ends(TokenId) const override { return false; }

    std::vector<std::vector<float>> offered;

private:
    std::vector<TokenId> m_path;
};

}  // namespace

class TestTreeSession : public QObject {
    Q_OBJECT

private slots:
    void greedyTreesEqualGreedyPlain_data() { addFormats(); }
    void greedyTreesEqualGreedyPlain() {
        const auto engine = llama(fetchedFormat());
        const std::vector<TokenId> plain = run(engine, options({}, 0.0)).ids;
        QCOMPARE(plain.size(), std::size_t{60});
        long accepted = 0, deep = 0;
        for (const std::vector<int>& tree : kTrees) {
            const Run result = run(engine, options(tree, 0.0));
            QVERIFY2(result.ids == plain, qPrintable(nameOf(tree)));
            accepted += result.totals.accepted;
            if (result.totals.acceptedAt.size() > 1) deep += result.totals.acceptedAt[1];
        }
        QVERIFY2(accepted > 40 && deep > 3, qPrintable(QStringLiteral("%1 %2").arg(accepted).arg(deep)));
    }

    void greedyChainsEqualGreedyPlainForEveryGamma_data() { addFormats(); }
    void greedyChainsEqualGreedyPlainForEveryGamma() {
        const auto engine = llama(fetchedFormat());
        const std::vector<TokenId> plain = run(engine, options({}, 0.0)).ids;
        for (int gamma = 1; gamma <= 16; ++gamma) {
            RunOptions o = options({}, 0.0);
            o.gamma = gamma;
            QVERIFY2(run(engine, o).ids == plain, qPrintable(QString::number(gamma)));
        }
    }

    void otherArchitecturesHaveTreesToo_data() {
        QTest::addColumn<QString>("target");
        for (const char* name :
             {"qwen2", "qwen3", "llama_tied_rope_llama3", "mistral", "phi3", "olmo2", "tiny-target"}) {
            if (fs::exists(modelPath(name))) QTest::newRow(name) << QString::fromLatin1(name);
        }
    }
    void otherArchitecturesHaveTreesToo() {
        QFETCH(QString, target);
        const QByteArray name = target.toLatin1();
        const EngineOptions load = loadOptions(name.constData(), WeightFormat::Int8x2);
        const std::vector<TokenId> plain = run(Engine::load(load), options({}, 0.0)).ids;
        const auto engine = withHead(load, {.ids = sortedIds(plain)});
        for (const std::vector<int>& tree : kTrees)
            QVERIFY2(run(engine, options(tree, 0.0)).ids == plain, qPrintable(nameOf(tree)));
    }

    void penaltiesAndFiltersSeeTheirOwnPath() {
        RunOptions o = options({}, 0.0);
        o.sampling.repetitionPenalty = 1.3;
        const std::vector<TokenId> plain = run(llama(), o).ids;
        for (const std::vector<int>& tree : kTrees) {
            RunOptions t = options(tree, 0.0);
            t.sampling.repetitionPenalty = 1.3;
            QVERIFY2(run(llama(), t).ids == plain, qPrintable(nameOf(tree)));
            // Sampled: what is emitted is never outside the filtered row of its own place.
            t.sampling = {.temperature = 1.0, .topK = 5, .topP = 0.9, .repetitionPenalty = 1.2};
            for (const Round& round : run(llama(), t).rounds) {
                for (const Emitted& token : round.emitted) QVERIFY(token.pTarget > 0.0 && token.pDrawn > 0.0);
            }
        }
    }

    void everyTokensRowIsThatOfPlainDecodingOnTheSameText() {
        RunOptions o = options({3, 2, 1}, 1.0);
        o.sampling = {.temperature = 1.5, .repetitionPenalty = 3.0};
        o.maxTokens = 60;
        RunOptions plain = options({}, 1.0);
        plain.sampling = o.sampling;
        plain.maxTokens = 1;
        plain.detail = Detail::Full;
        plain.topEntries = 400;
        std::vector<TokenId> text = kPrompt;
        int afterAccepted = 0;
        for (std::uint64_t seed = 0; seed < 12; ++seed) {
            o.seed = seed;
            text = kPrompt;
            for (const Round& round : run(llama(), o).rounds) {
                for (const Emitted& token : round.emitted) {
                    const Proposal* proposal =
                        token.kind == EmitKind::Accepted
                            ? &round.proposals[static_cast<std::size_t>(token.proposal)]
                            : nullptr;
                    // A later sibling is tested with what its elders left of the row.
                    const bool first = proposal == nullptr || token.proposal == 0 ||
                                       round.proposals[static_cast<std::size_t>(token.proposal) - 1].parent !=
                                           proposal->parent;
                    const bool deep = proposal == nullptr ? round.emitted.size() > 1 : proposal->parent >= 0;
                    if (first && (deep || seed == 0)) {
                        const Run once = run(llama(), plain, text);
                        double expected = 0.0;
                        for (const TopEntry& entry : once.rounds.front().emitted.front().rows->top)
                            if (entry.id == token.id) expected = entry.pTarget;
                        QCOMPARE(token.pTarget, expected);
                        afterAccepted += deep ? 1 : 0;
                    }
                    text.push_back(token.id);
                }
            }
        }
        QVERIFY2(afterAccepted > 5, qPrintable(QString::number(afterAccepted)));
    }

    void everyTokenIsCountedOnceAndEveryVerdictExplained() {
        long rejectedThenAccepted = 0, resampled = 0;
        for (const double temperature : {0.0, 1.0}) {
            for (const std::vector<int>& tree : kTrees) {
                RunOptions o = options(tree, temperature);
                o.detail = Detail::Full;
                const Run result = run(llama(), o);
                const Totals& t = result.totals;
                QCOMPARE(static_cast<std::size_t>(t.emitted()), result.ids.size());
                QCOMPARE(t.drafted, t.judged + t.discarded);
                QCOMPARE(t.judged, t.accepted + t.rejected);
                std::vector<TokenId> ids;
                for (const Round& round : result.rounds) {
                    QCOMPARE(round.position, static_cast<int>(kPrompt.size() + ids.size()));
                    QVERIFY(round.rule == (temperature > 0.0 ? Rule::Sequoia : Rule::Greedy));
                    int last = -1;
                    for (const Emitted& token : round.emitted) {
                        ids.push_back(token.id);
                        QCOMPARE(token.kind == EmitKind::Plain, round.proposals.empty());
                        const auto* proposal =
                            token.proposal >= 0 ? &round.proposals[static_cast<std::size_t>(token.proposal)]
                                                : nullptr;
                        if (token.kind == EmitKind::Accepted) {
                            QVERIFY(proposal->verdict == Verdict::Accepted && proposal->parent == last &&
                                    proposal->id == token.id);
                            last = token.proposal;
                        } else if (token.kind == EmitKind::Resampled) {
                            QVERIFY(proposal->verdict == Verdict::Rejected && proposal->parent == last);
                            ++resampled;
                        }
                    }
                    std::map<int, std::set<TokenId>> siblings;
                    for (std::size_t i = 0; i < round.proposals.size(); ++i) {
                        const Proposal& p = round.proposals[i];
                        QVERIFY(p.parent >= -1 && p.parent < static_cast<int>(i));
                        QVERIFY2(siblings[p.parent].insert(p.id).second, "siblings must differ");
                        if (p.verdict == Verdict::Discarded) continue;
                        if (temperature > 0.0) {
                            QVERIFY(p.coin && p.draftCoin && p.rows);
                            QCOMPARE(p.verdict == Verdict::Accepted, *p.coin * p.pDraft < p.pTarget);
                            QVERIFY(std::fabs(p.rows->sums.overlap + p.rows->sums.residualMass - 1.0) < 1e-4);
                        }
                        if (p.verdict == Verdict::Accepted)
                            rejectedThenAccepted += siblings[p.parent].size() > 1 ? 1 : 0;
                    }
                }
                QCOMPARE(ids, result.ids);
                QVERIFY(result.finish == Finish::Length);
            }
        }
        QVERIFY(rejectedThenAccepted > 3 && resampled > 20);
    }

    void onlyTheHeadsIdsAreProposed() {
        const std::vector<TokenId>& known = {7, 9, 100, 101, 250};
        const auto engine = withHead(loadOptions("llama", WeightFormat::Int8x2), {.ids = known});
        RunOptions o = options({3, 2}, 1.0);
        o.detail = Detail::Full;
        o.topEntries = 400;
        o.sampling.repetitionPenalty = 1.5;
        int zeros = 0;
        for (const Round& round : run(engine, o).rounds) {
            for (const Proposal& p : round.proposals) {
                QVERIFY(std::binary_search(known.begin(), known.end(), p.id));
                if (!p.rows) continue;
                for (const TopEntry& entry : p.rows->top) {
                    if (!std::binary_search(known.begin(), known.end(), entry.id))
                        QCOMPARE(entry.pDraft, 0.0);
                    zeros += entry.pDraft == 0.0;
                }
            }
        }
        QVERIFY(zeros > 1000);
        // More children than the head has ids: as many as there are.
        for (const double temperature : {0.0, 1.0}) {
            for (const Round& round : run(engine, options({7, 7}, temperature)).rounds) {
                std::map<int, int> children;
                for (const Proposal& p : round.proposals) ++children[p.parent];
                for (const auto& [parent, count] : children) QVERIFY(count <= (temperature > 0.0 ? 5 : 7));
            }
        }
    }

    void theDraftsRowsDoNotDependOnWhatWasRejectedBefore() {
        for (const std::vector<int>& tree : {std::vector<int>{3, 2}, std::vector<int>{1, 1, 1, 1}}) {
            RunOptions o = options(tree, 1.0);
            o.detail = Detail::Full;
            o.topEntries = 400;
            o.maxTokens = 80;
            const Run whole = run(llama(), o);
            QVERIFY(whole.totals.rejected > 5 && whole.totals.accepted > 0);
            for (std::size_t i = 1; i + 1 < whole.rounds.size(); i += 3) {
                std::vector<TokenId> prefix = kPrompt;
                prefix.insert(prefix.end(), whole.ids.begin(),
                              whole.ids.begin() + whole.rounds[i].position - std::ssize(kPrompt));
                const Run fresh = run(llama(), o, prefix);
                QVERIFY(!rootRow(whole.rounds[i]).empty());
                QVERIFY(rootRow(fresh.rounds.front()) == rootRow(whole.rounds[i]));
            }
        }
        // Greedy: the whole tree of a round, drafted from states of drafted states, is that of a fresh
        // session.
        const Run whole = run(llama(), options({2, 2, 2}, 0.0));
        for (std::size_t i = 1; i + 4 < whole.rounds.size(); i += 3) {
            std::vector<TokenId> prefix = kPrompt;
            prefix.insert(prefix.end(), whole.ids.begin(),
                          whole.ids.begin() + whole.rounds[i].position - std::ssize(kPrompt));
            const Run fresh = run(llama(), options({2, 2, 2}, 0.0), prefix);
            QCOMPARE(fresh.rounds.front().proposals.size(), whole.rounds[i].proposals.size());
            for (std::size_t k = 0; k < whole.rounds[i].proposals.size(); ++k)
                QCOMPARE(fresh.rounds.front().proposals[k].id, whole.rounds[i].proposals[k].id);
        }
    }

    void theDraftsTreeRowsEqualThoseOfAChain_data() { addFormats(); }
    void theDraftsTreeRowsEqualThoseOfAChain() {
        const auto engine = llama(fetchedFormat());
        const Model& target = engine->target();
        std::vector<float> features(2 * kPrompt.size() * static_cast<std::size_t>(target.config().hidden));
        const std::vector<int> taps{1, target.config().layers};
        const auto state = target.newState();
        target.forward(
            *state, {.tokens = kPrompt},
            {.logitsFrom = static_cast<int>(kPrompt.size()), .taps = taps, .tapOut = features.data()},
            nullptr);
        const std::vector<int> rows{0, 1, 2, 3, 4, 5, 6, 7};  // all but the last
        const auto proposed = [&](const std::vector<int>& plan, Proposals& proposals) {
            FeatureDraft draft(engine->featureHead(), target.vocabulary());
            draft.observe(kPrompt, {0, rows, features.data(), static_cast<int>(kPrompt.size())});
            draft.propose({kPrompt, plan, {}}, proposals);
        };
        ByPath tree;
        proposed(planOf({3, 2, 2, 1}), tree);
        QCOMPARE(tree.offered.size(), std::size_t{1 + 3 + 6 + 12});
        for (const auto& [path, logits] : tree.offered) {
            Along chain(path);
            proposed(planOf(std::vector<int>(path.size() + 1, 1)), chain);
            QVERIFY2(chain.offered.back() == logits,
                     qPrintable(QStringLiteral("a path of %1").arg(path.size())));
        }
    }

    void sameSeedSameRoundsAndARestartIsAFreshSession() {
        RunOptions o = options({3, 2, 1}, 1.0);
        o.seed = 7;
        const Run first = run(llama(), o);
        QVERIFY(sameRounds(first.rounds, run(llama(), o).rounds));
        o.seed = 8;
        const Run other = run(llama(), o);
        QVERIFY(!sameRounds(first.rounds, other.rounds));
        Session session(llama(), o, kPrompt);
        finished(session);
        session.restart(7);
        QVERIFY(sameRounds(finished(session).rounds, first.rounds));
        session.restart(8);
        session.step({});
        session.restart(8);
        QVERIFY(sameRounds(finished(session).rounds, other.rounds));
        Session unstarted(llama(), o, kPrompt);
        unstarted.restart(7);
        QVERIFY(sameRounds(finished(unstarted).rounds, first.rounds));
    }

    void aRestartBeforeThePromptIsThroughIsAFreshSession() {
        std::vector<TokenId> prompt;
        for (int i = 0; i < 150; ++i) prompt.push_back(3 + i * 7 % 300);
        RunOptions o = options({3, 2}, 1.0);
        Session session(llama(), o, prompt);
        std::stop_source source;
        source.request_stop();
        QVERIFY(!session.step(source.get_token()));
        session.restart(0);
        QVERIFY(sameRounds(finished(session).rounds, run(llama(), o, prompt).rounds));
    }

    void theFirstTwoTokensFollowTheTargetsLaw() {
        // Top-k 4 leaves 16 pairs; every pair is expected often enough.
        const Sampling sampling{.temperature = 1.3, .topK = 4};
        const auto bare = Engine::load(loadOptions("llama", WeightFormat::Int8x2));
        const auto rowAfter = [&](const std::vector<TokenId>& prefix) {
            RunOptions o = options({}, 1.0);
            o.sampling = sampling;
            o.maxTokens = 1;
            o.detail = Detail::Full;
            std::map<TokenId, double> row;
            const Run once = run(bare, o, prefix);
            for (const TopEntry& entry : once.rounds.front().emitted.front().rows->top) {
                if (entry.pTarget > 0.0) row[entry.id] = entry.pTarget;
            }
            return row;
        };
        std::map<std::pair<TokenId, TokenId>, double> law;
        std::set<TokenId> ids;
        for (const auto& [a, pA] : rowAfter(kPrompt)) {
            std::vector<TokenId> prefix = kPrompt;
            prefix.push_back(a);
            ids.insert(a);
            for (const auto& [b, pB] : rowAfter(prefix)) {
                law[{a, b}] = pA * pB;
                ids.insert(b);
            }
        }
        const auto engine =
            withHead(loadOptions("llama", WeightFormat::Int8x2), {.ids = {ids.begin(), ids.end()}});
        RunOptions o = options({3, 2}, 1.0);
        o.sampling = sampling;
        o.draftSampling = Sampling{.temperature = 1.0, .topK = 6};
        o.maxTokens = 3;
        o.detail = Detail::Counts;
        Session session(engine, o, kPrompt);
        std::map<std::pair<TokenId, TokenId>, double> counts;
        constexpr int kDraws = 4000;
        long accepted = 0;
        for (int draw = 0; draw < kDraws; ++draw) {
            session.restart(static_cast<std::uint64_t>(draw));
            accepted += finished(session).totals.accepted;
            counts[{session.output()[0], session.output()[1]}] += 1.0;
        }
        QVERIFY(accepted > kDraws / 10);
        double statistic = 0.0;
        for (const auto& [pair, count] : counts) QVERIFY(law.contains(pair));
        for (const auto& [pair, p] : law)
            statistic += std::pow(counts[pair] - kDraws * p, 2.0) / (kDraws * p);
        QVERIFY2(statistic < 55.0,
                 qPrintable(QString::number(statistic)));  // chi-square, 15 degrees: about 2e-6
    }
};

QTEST_GUILESS_MAIN(TestTreeSession)
#include "test_tree_session.moc"
