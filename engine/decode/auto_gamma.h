#pragma once

#include <vector>

#include "engine/trace/options.h"
#include "engine/trace/round.h"

namespace specula {

/// The cost model (design: S = E / (gamma c + v(gamma + 1) + o)); v beyond the measured rows is extended
/// linearly.
double speedupOf(double tokensPerRound, int gamma, const Costs& costs);

/// v for `rows` rows.
double verifyCost(const Costs& costs, int rows);

/// Chooses gamma each round from past verdicts and measured costs: the one with the largest predicted
/// speed-up, E from acceptance by position. A pure function of the Rounds seen and the Costs, so a run can be
/// repeated.
///
/// Acceptance at a position is (prior + accepted) / (prior weight + judged), older rounds fading by 2 % each;
/// a position not reached yet borrows the one before. When plain decoding looks best, every 16th round drafts
/// one token anyway: without it a draft that became good (a list, a repetition) would never be noticed.
class AutoGamma {
public:
    AutoGamma(const Costs& costs, int largest);

    int choose() const;
    void learn(const Round& round);

private:
    double acceptanceAt(std::size_t position) const;

    Costs m_costs;
    int m_largest;
    std::vector<double> m_judged, m_accepted;  // by position, faded
    int m_plainRounds = 0;                     // since something was last drafted
};

}  // namespace specula
