#include "engine/decode/auto_gamma.h"

#include <algorithm>

namespace specula {

namespace {

constexpr double kFade = 0.98;
constexpr double kPriorAcceptance = 0.6;
constexpr double kPriorWeight = 3.0;
constexpr int kProbeEvery = 16;

}  // namespace

double verifyCost(const Costs& costs, int rows) {
    const std::size_t size = costs.v.size();
    if (size == 0) return 1.0;
    if (static_cast<std::size_t>(rows) <= size)
        return costs.v[static_cast<std::size_t>(std::max(rows, 1)) - 1];
    const double slope = size > 1 ? (costs.v[size - 1] - costs.v[0]) / static_cast<double>(size - 1) : 0.0;
    return costs.v[size - 1] +
           std::max(0.0, slope) * static_cast<double>(static_cast<std::size_t>(rows) - size);
}

double speedupOf(double tokensPerRound, int gamma, const Costs& costs) {
    return tokensPerRound /
           (gamma * costs.c + verifyCost(costs, gamma + 1) + (gamma > 0 ? costs.overhead : 0.0));
}

AutoGamma::AutoGamma(const Costs& costs, int largest)
    : m_costs(costs),
      m_largest(largest),
      m_judged(static_cast<std::size_t>(largest), 0.0),
      m_accepted(static_cast<std::size_t>(largest), 0.0) {}

double AutoGamma::acceptanceAt(std::size_t position) const {
    double prior = kPriorAcceptance;
    for (std::size_t i = 0; i <= position; ++i)
        prior = (prior * kPriorWeight + m_accepted[i]) / (kPriorWeight + m_judged[i]);
    return prior;
}

int AutoGamma::choose() const {
    int best = 0;
    double bestSpeedup = 1.0, tokens = 1.0, survival = 1.0;
    for (int gamma = 1; gamma <= m_largest; ++gamma) {
        survival *= acceptanceAt(static_cast<std::size_t>(gamma) - 1);
        tokens += survival;
        const double speedup = speedupOf(tokens, gamma, m_costs);
        if (speedup > bestSpeedup) {
            best = gamma;
            bestSpeedup = speedup;
        }
    }
    if (best == 0 && m_largest > 0 && m_plainRounds + 1 >= kProbeEvery) return 1;
    return best;
}

void AutoGamma::learn(const Round& round) {
    m_plainRounds = round.gamma > 0 ? 0 : m_plainRounds + 1;
    if (round.proposals.empty()) return;
    for (double& count : m_judged) count *= kFade;
    for (double& count : m_accepted) count *= kFade;
    for (std::size_t i = 0; i < round.proposals.size() && i < m_judged.size(); ++i) {
        if (round.proposals[i].verdict == Verdict::Discarded) break;
        m_judged[i] += 1.0;
        if (round.proposals[i].verdict == Verdict::Accepted) m_accepted[i] += 1.0;
    }
}

}  // namespace specula
