#pragma once

#include <cmath>
#include <functional>
#include <random>

#include "engine/trace/rules.h"
#include "engine/verify/kept_input.h"
#include "engine/verify/pipeline.h"
#include "engine/verify/record.h"
#include "engine/verify/rows.h"
#include "tests/ui/fake_rounds.h"

namespace specula::test {

/// A run whose rounds keep their rows: made-up logits through the engine's own pipeline, rules and record.
struct KeptRun {
    Rule rule = Rule::Token;
    int rounds = 30;
    int gamma = 4;
    std::vector<int> tree = {};  ///< children by depth, for rules that judge trees
    Sampling sampling = {.temperature = 1.0};
    double noise = 1.5;  ///< how far the draft's logits are from the target's
    double ensembleWeight = 0.5;
    std::uint64_t seed = 7;
    int vocabulary = static_cast<int>(FakeModel::vocabulary().size());
    bool oneHot = false;  ///< the draft's likeliest tokens, proposed as if certain
};

class KeptModel {
public:
    explicit KeptModel(const KeptRun& run)
        : m_run(run), m_random(run.seed), m_target(run.sampling), m_draft(run.sampling) {
        m_run.oneHot = run.oneHot || run.rule == Rule::OneHot || run.sampling.greedy();
    }

    std::vector<Round> make() {
        std::vector<Round> rounds;
        double clock = 0.0;
        for (int index = 0; index < m_run.rounds; ++index) {
            Round round;
            round.runId = 1;
            round.index = index;
            round.rule = m_run.rule;
            propose(round);
            round.gamma = static_cast<int>(round.proposals.size());
            decide(round);
            round.times = {1.25 * round.gamma, 9.0, 0.5, clock += 1.25 * round.gamma + 9.5};
            for (const Emitted& token : round.emitted) see(token.id);
            rounds.push_back(std::move(round));
        }
        return rounds;
    }

    RunHeader header() const {
        RunHeader header;
        header.runId = 1;
        header.prompt = "Once upon a time";
        header.promptIds = prompt();
        for (const TokenId id : header.promptIds) header.promptPieces.push_back(piece(id));
        header.options.rule = m_run.rule;
        header.options.gamma = m_run.gamma;
        header.options.sampling = m_run.sampling;
        header.options.ensembleWeight = m_run.ensembleWeight;
        header.options.keepRows = true;
        header.options.seed = m_run.seed;
        header.vocabulary = m_run.vocabulary;
        return header;
    }

    static std::vector<TokenId> prompt() { return {42, 40, 8, 41}; }
    static std::string piece(TokenId id) {
        return id < size() ? FakeModel::vocabulary()[static_cast<std::size_t>(id)] : std::string();
    }
    static int size() { return static_cast<int>(FakeModel::vocabulary().size()); }

private:
    double coin() { return static_cast<double>(m_random() >> 11U) * 0x1.0p-53; }

    void see(TokenId id) {
        if (std::find(m_seen.begin(), m_seen.end(), id) == m_seen.end()) m_seen.push_back(id);
    }

    /// Adds a node's rows: the target's, and the draft's that its children are drawn from.
    void addRows(KeptRows& rows, const std::vector<TokenId>& seen, bool drafts) {
        const auto n = static_cast<std::size_t>(m_run.vocabulary);
        std::vector<float> target(n), draft(n), row(n);
        std::normal_distribution<float> normal(0.0F, 1.0F);
        for (std::size_t i = 0; i < n; ++i) {
            target[i] = 2.2F * normal(m_random);
            draft[i] = target[i] + static_cast<float>(m_run.noise) * normal(m_random);
        }
        const auto append = [](std::vector<float>& to, const std::vector<float>& from) {
            to.insert(to.end(), from.begin(), from.end());
        };
        append(rows.targetLogits, target);
        m_target.row(target, seen, row);
        append(rows.target, row);
        m_bestDraft = largestOf(std::span<const float>(draft), 8);
        rows.draftRowOf.push_back(drafts && !m_run.oneHot ? m_draftRows++ : -1);
        if (!drafts || m_run.oneHot) return;
        append(rows.draftLogits, draft);
        m_draft.row(draft, seen, row);
        append(rows.draft, row);
    }

    void propose(Round& round) {
        auto rows = std::make_shared<KeptRows>();
        rows->vocabulary = m_run.vocabulary;
        m_draftRows = 0;
        std::vector<int> plan = m_run.tree;
        if (plan.empty()) plan.assign(static_cast<std::size_t>(m_run.gamma), 1);
        addRows(*rows, m_seen, !plan.empty());
        std::vector<int> level{-1};
        std::vector<std::vector<TokenId>> best{m_bestDraft};  // of each node, from -1 on
        for (std::size_t depth = 0; depth < plan.size(); ++depth) {
            std::vector<int> next;
            for (const int node : level) {
                std::vector<float> left(rows->draftRow(node).begin(), rows->draftRow(node).end());
                for (int child = 0; child < plan[depth]; ++child) {
                    Proposal proposal;
                    proposal.parent = node;
                    if (m_run.oneHot) {
                        proposal.id =
                            best[static_cast<std::size_t>(node + 1)][static_cast<std::size_t>(child)];
                    } else {
                        proposal.draftCoin = coin();
                        proposal.id = drawFrom(std::span<const float>(left), *proposal.draftCoin);
                        if (m_run.rule == Rule::Sequoia) left[static_cast<std::size_t>(proposal.id)] = 0.0F;
                    }
                    next.push_back(static_cast<int>(round.proposals.size()));
                    round.proposals.push_back(proposal);
                    addRows(*rows, pathOf(round, next.back()), depth + 1 < plan.size());
                    best.push_back(m_bestDraft);
                    rows->acceptCoins.push_back(coin());
                }
            }
            level = std::move(next);
        }
        rows->extraCoin = coin();
        round.kept = std::move(rows);
    }

    std::vector<TokenId> pathOf(const Round& round, int node) const {
        std::vector<TokenId> seen = m_seen;
        for (; node >= 0; node = round.proposals[static_cast<std::size_t>(node)].parent) {
            const TokenId id = round.proposals[static_cast<std::size_t>(node)].id;
            if (std::find(seen.begin(), seen.end(), id) == seen.end()) seen.push_back(id);
        }
        return seen;
    }

    void decide(Round& round) {
        KeptInput kept(round);
        const JudgeInput<float> input = kept.input(m_run.rule, m_run.ensembleWeight);
        const Judged judged = judge(input);
        const std::vector<Proposal> drafted = std::exchange(round.proposals, {});
        RecordOptions options;
        options.bytes = &KeptModel::piece;
        recordRound(input, judged, options, round);
        for (std::size_t i = 0; i < drafted.size(); ++i) round.proposals[i].draftCoin = drafted[i].draftCoin;
    }

    KeptRun m_run;
    std::mt19937_64 m_random;
    Pipeline m_target, m_draft;
    std::vector<TokenId> m_seen = prompt();
    std::vector<TokenId> m_bestDraft;
    int m_draftRows = 0;
};

inline void playKept(RunLog& log, const KeptRun& run) {
    KeptModel model(run);
    log.begin(model.header());
    log.append(model.make());
    log.finish(1, Finish::Length);
}

/// One run under every rule that can be recorded with these models.
inline std::vector<KeptRun> runsOfEveryRule() {
    std::vector<KeptRun> runs;
    for (const Rule rule :
         {Rule::Token, Rule::Block, Rule::OneHot, Rule::Match, Rule::Typical, Rule::Ensemble})
        runs.push_back({.rule = rule});
    runs.push_back({.rule = Rule::Greedy, .sampling = {.temperature = 0.0}});
    runs.push_back({.rule = Rule::Sequoia, .tree = {3, 2}});
    runs.push_back({.rule = Rule::SpecInfer, .tree = {3, 2}});
    runs.push_back({.rule = Rule::OneHot, .tree = {3, 2}});
    runs.push_back({.rule = Rule::Token, .gamma = 0});
    runs.push_back({.rule = Rule::Token,
                    .sampling = {.temperature = 0.8, .topK = 30, .topP = 0.95, .repetitionPenalty = 1.2}});
    return runs;
}

/// The first decision about a proposal with this verdict; invalid where there is none.
inline TokenRef firstWith(const RunLog& log, Verdict verdict) {
    for (const TokenRef ref : log.decisions()) {
        const Proposal* proposal = log.proposalAt(ref);
        if (proposal && proposal->verdict == verdict) return ref;
    }
    return {};
}

}  // namespace specula::test
