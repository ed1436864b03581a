#pragma once

#include <optional>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

// The cost model: what a round costs in units of plain decoding's rounds, and the speed-up that follows,
//     S = E / (depth c + v(nodes + 1) + o),
// E tokens emitted a round, c a draft step, v(m) the target's pass over m rows, o everything else (Costs in
// trace/options.h). After Leviathan et al. 2023, theorem 3.8, whose v is 1 for any number of rows and o 0.

/// v for `rows` rows; beyond the measured ones extended linearly.
double verifyCost(const Costs& costs, int rows);

/// What a round costs: `depth` steps of the draft, gamma in a chain, for `nodes` proposals. Without proposals
/// it is a round of plain decoding, 1.
double roundCost(int depth, int nodes, const Costs& costs);

/// S of rounds that emit `tokensPerRound`.
double speedupOf(double tokensPerRound, int depth, int nodes, const Costs& costs);

/// E for independent acceptance: (1 - alpha^(gamma+1)) / (1 - alpha), Leviathan et al. 2023, eq. 1.
double expectedTokensPerRound(double alpha, int gamma);

/// E of a chain from its acceptance by position, each given that the earlier ones were accepted; positions
/// that were never judged are taken to be as the last that was. 1 where there are none.
double expectedTokensPerRound(const std::vector<double>& alphaByPosition, int gamma);

/// A gamma and the speed-up predicted for it.
struct PredictedGamma {
    int gamma = 0;  ///< 0: plain decoding
    double speedup = 1.0;
};

/// The gamma from 0 to `last` with the largest predicted speed-up; the smallest of equals.
PredictedGamma bestGamma(const std::vector<double>& alphaByPosition, const Costs& costs, int last);

/// The independent acceptance at which a chain of `gamma` is as fast as plain decoding; absent where not even
/// full acceptance makes it so.
std::optional<double> breakevenAlpha(int gamma, const Costs& costs);

}  // namespace specula
