#include "engine/verify/compare_round.h"

#include <algorithm>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "engine/verify/judge.h"
#include "engine/verify/kept_input.h"

namespace specula {

namespace {

/// A kept round, judged again and again.
class Again {
public:
    explicit Again(const Round& round) : m_kept(*round.kept), m_round(round) {}

    Judged judged(Rule rule, double ensembleWeight, std::vector<double> coins) {
        m_round.acceptCoins = std::move(coins);
        return judge(m_round.input(rule, ensembleWeight));
    }

    /// The chance that each token passes by itself, its elders kept.
    std::vector<double> chances(Rule rule, double ensembleWeight) {
        // Coins of 1 fail wherever failing is possible, so a block notes the level of every prefix.
        const std::vector<double> failing(m_round.drafted.size(), 1.0);
        const Judged block = judged(Rule::Block, 0.0, failing);
        std::vector<double> out;
        for (std::size_t i = 0; i < m_round.drafted.size(); ++i) {
            const auto token = static_cast<std::size_t>(m_round.drafted[i]);
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
    KeptInput m_round;
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
