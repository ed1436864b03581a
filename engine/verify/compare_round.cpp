#include "engine/verify/compare_round.h"

#include <algorithm>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "engine/verify/judge.h"

namespace specula {

namespace {

/// A kept round as the rules read it.
class Again {
public:
    explicit Again(const Round& round) : m_kept(*round.kept) {
        for (const Proposal& proposal : round.proposals) {
            m_tokens.push_back(proposal.id);
            m_parents.push_back(proposal.parent);
        }
        m_scratch.resize(2 * static_cast<std::size_t>(m_kept.vocabulary));
    }

    Judged judged(Rule rule, double ensembleWeight, std::span<const double> coins) {
        const std::span<float> scratch(m_scratch);
        JudgeInput<float> input;
        input.rule = rule;
        input.drafted = m_tokens;
        input.parents = m_parents;
        input.targetRow = [this](int node) { return m_kept.targetRow(node); };
        input.draftRow = [this](int node) { return m_kept.draftRow(node); };
        input.acceptCoins = coins;
        input.extraCoin = m_kept.extraCoin;
        input.targetScratch = scratch.first(scratch.size() / 2);
        input.draftScratch = scratch.last(scratch.size() / 2);
        input.ensembleWeight = ensembleWeight;
        return judge(input);
    }

    /// The chance that each token passes by itself, its elders kept.
    std::vector<double> chances(Rule rule, double ensembleWeight) {
        // Coins of 1 fail wherever failing is possible, so a block notes the level of every prefix.
        const std::vector<double> failing(m_tokens.size(), 1.0);
        const Judged block = judged(Rule::Block, 0.0, failing);
        std::vector<double> out;
        for (std::size_t i = 0; i < m_tokens.size(); ++i) {
            const auto token = static_cast<std::size_t>(m_tokens[i]);
            const int parent = static_cast<int>(i) - 1;
            const double pTarget = static_cast<double>(m_kept.targetRow(parent)[token]);
            const double pDraft = static_cast<double>(m_kept.draftRow(parent)[token]);
            if (rule == Rule::Token) out.push_back(std::min(1.0, pTarget / pDraft));
            if (rule == Rule::Match) out.push_back(pTarget);
            if (rule == Rule::Ensemble)
                out.push_back(std::min(1.0, (1.0 - ensembleWeight) * pTarget / pDraft + ensembleWeight));
            if (rule == Rule::Block) out.push_back(block.levels[i].value_or(0.0));
        }
        if (rule == Rule::Typical) {
            const Judged typical = judged(rule, 0.0, failing);
            for (const Verdict verdict : typical.verdicts)
                out.push_back(verdict == Verdict::Accepted ? 1.0 : 0.0);
        }
        return out;
    }

private:
    const KeptRows& m_kept;
    std::vector<TokenId> m_tokens;
    std::vector<int> m_parents;
    std::vector<float> m_scratch;
};

std::vector<double> reachOf(Rule rule, const std::vector<double>& chances) {
    std::vector<double> reach(chances.size());
    double product = 1.0;
    if (rule == Rule::Block) {
        for (std::size_t i = chances.size(); i-- > 0;) reach[i] = 1.0 - (product *= 1.0 - chances[i]);
    } else {
        for (std::size_t i = 0; i < chances.size(); ++i) reach[i] = product *= chances[i];
    }
    return reach;
}

}  // namespace

bool comparable(const Round& round) {
    if (!round.kept || round.proposals.empty() || !judgesChains(round.rule)) return false;
    for (std::size_t i = 0; i < round.proposals.size(); ++i) {
        const int parent = round.proposals[i].parent;
        if (parent != static_cast<int>(i) - 1 || round.kept->draftRow(parent).empty()) return false;
    }
    return round.rule != Rule::Greedy;
}

std::vector<RoundOutcome> compareChainRules(const Round& round, double ensembleWeight) {
    Again again(round);
    std::vector<RoundOutcome> out;
    for (const Rule rule : allRules()) {
        if (!sharesDrawnChain(rule)) continue;
        const Judged judged = again.judged(rule, ensembleWeight, round.kept->acceptCoins);
        RoundOutcome outcome;
        outcome.setup = {rule, ensembleWeight, static_cast<int>(round.proposals.size()), {}};
        outcome.shared = true;
        outcome.tokens = static_cast<int>(judged.path.size()) + 1;
        outcome.verdicts = judged.verdicts;
        outcome.reach = reachOf(rule, again.chances(rule, ensembleWeight));
        for (const double chance : outcome.reach) outcome.expectedTokens += chance;
        outcome.low = outcome.high = outcome.expectedTokens;
        out.push_back(std::move(outcome));
    }
    return out;
}

}  // namespace specula
