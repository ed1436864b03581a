#pragma once

#include <vector>

#include "engine/trace/recommend.h"

namespace specula {

// Speed-ups of shapes that were not run, from one long run and measured costs. Pure functions.
//
// A round of a chain of gamma is taken to draft min(gamma, n) tokens where the long run drafted n (gamma
// where n was all that was asked for), and to be accepted by position as there. A node of a tree is worth the
// chance that it is kept: the product over its path of a(depth, rank) times the chance that its elder
// siblings were rejected (Sequoia, Chen et al. 2024, section 3.1); E = 1 + the sum of these.

/// Acceptance [depth][rank] that predictions use: counts, drawn towards the depth before and, for later
/// siblings, to what that rank has at any depth, by the weight of kPriorTests tests, since deep places are
/// rarely reached. Rank 0 reaches as deep as was tested, later ranks are absent where never tested.
std::vector<std::vector<double>> smoothedAcceptance(const DraftAcceptance& acceptance);

inline constexpr double kPriorTests = 3.0;

/// E and the cost of a round, in units of a round of plain decoding.
struct PredictedRound {
    double tokens = 1.0;
    double cost = 1.0;

    double speedup() const { return tokens / cost; }
};
PredictedRound predictRound(const DraftShape& shape, const DraftAcceptance& acceptance, const Costs& costs);

/// Every chain of 1 to kLongestPredicted, where `chains`, and the trees in use, where `trees`, the draft's
/// measured best among them. In no order.
std::vector<DraftShape> predictableShapes(bool chains, bool trees, const TreeShape& best);

inline constexpr int kLongestPredicted = 16;

}  // namespace specula
