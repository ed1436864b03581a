#pragma once

#include <cstdint>
#include <span>

#include "engine/verify/judge.h"

namespace specula {

/// Verdicts of a chosen acceptance rate, for teaching and benchmarks: a drafted token is accepted iff its
/// coin is below `alpha`, whatever the rows say. NOT lossless; the text is neither model's. What real
/// verdicts read and draw is read and drawn all the same, so that a round costs what it costs: the target's
/// row at every tested place, the residual after a rejection, the extra token from what is left.
///
/// Under Rule::Greedy the extra token is the target's own choice and no row is asked for. Pure but for the
/// callbacks.
Judged judgeSynthetic(const JudgeInput<float>& input, double alpha);

/// Accept coins of a chain for judgeSynthetic. One number u a round says how far the chain goes: place i
/// (from 0) is accepted iff u < alpha^(i+1), which is the law of independent coins; its coin is u / alpha^i.
/// Over rounds u is spread evenly (multiples of the golden ratio, Weyl 1916) instead of drawn, so that a few
/// dozen rounds already have about the expected tokens a round.
void spreadCoins(std::span<double> coins, double alpha, std::uint64_t seed, int round);

}  // namespace specula
