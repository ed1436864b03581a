#pragma once

#include <span>
#include <vector>

#include "engine/trace/round.h"

namespace specula {

// Arithmetic on probability rows. A row is [vocabulary] non-negative weights that sum to 1 up to rounding; an
// empty draft row stands for a one-hot one (everything on the drafted token). Pure functions: no state, clock
// or random numbers. Instantiated for float (the engine) and double (exact enumeration in tests): the tested
// code is the code that runs.

/// The token at `coin` in [0,1) of the weights' cumulative sum (inverse transform): the smallest id whose
/// running sum exceeds coin * total. Never a token of weight 0. Requires at least one positive weight.
template <typename Real>
TokenId drawFrom(std::span<const Real> weights, double coin);

/// residual[x] = max(0, share * target[x] - draft[x]), not normalised; returns its sum. An empty draft row is
/// one-hot at `drafted`. (share 1: Leviathan et al. 2023, section 2.3; Chen et al. 2023, equation 4. Less:
/// Sun et al. 2024, algorithm 2.)
template <typename Real>
double residualInto(std::span<const Real> target, std::span<const Real> draft, TokenId drafted,
                    std::span<Real> residual, double share = 1.0);

/// out = row with the token's weight set to 0; returns what is left. `out` may be `row`.
template <typename Real>
double without(std::span<const Real> row, TokenId token, std::span<Real> out);

/// Multiplies every weight.
template <typename Real>
void scale(std::span<Real> row, double factor);

/// Exact sums over the whole vocabulary; an empty draft row is one-hot at `drafted`.
template <typename Real>
RowSums sumsOf(std::span<const Real> target, std::span<const Real> draft, TokenId drafted);

/// Entropy in nats.
template <typename Real>
double entropyOf(std::span<const Real> row);

/// Ids of the entries that are at least `floor`, ascending.
template <typename Real>
std::vector<TokenId> thoseFrom(std::span<const Real> row, Real floor);

/// Ids of the `count` largest entries, largest first, ties by lower id.
template <typename Real>
std::vector<TokenId> largestOf(std::span<const Real> row, int count);

}  // namespace specula
