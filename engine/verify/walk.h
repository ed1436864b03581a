#pragma once

#include <span>
#include <vector>

#include "engine/verify/judge.h"
#include "engine/verify/rows.h"

namespace specula {

// What the rules' implementations share.

/// Children of each node in order; those of the root come first, node i's are at i + 1.
inline std::vector<std::vector<int>> childrenOf(std::span<const int> parents) {
    std::vector<std::vector<int>> children(parents.size() + 1);
    for (std::size_t i = 0; i < parents.size(); ++i)
        children[static_cast<std::size_t>(parents[i] + 1)].push_back(static_cast<int>(i));
    return children;
}

template <typename Real>
Judged nothingJudged(const JudgeInput<Real>& input) {
    Judged out;
    out.verdicts.assign(input.drafted.size(), Verdict::Discarded);
    out.extraKind = input.drafted.empty() ? EmitKind::Plain : EmitKind::Bonus;
    return out;
}

/// Marks a node as accepted; true if the text ends with it.
template <typename Real>
bool accept(const JudgeInput<Real>& input, int node, Judged& out) {
    out.verdicts[static_cast<std::size_t>(node)] = Verdict::Accepted;
    out.path.push_back(node);
    out.replaced = -1;
    out.ended = input.endsHere && input.endsHere(node);
    return out.ended;
}

template <typename Real>
void reject(int node, Judged& out) {
    out.verdicts[static_cast<std::size_t>(node)] = Verdict::Rejected;
    out.replaced = node;
}

template <typename Real>
TokenId tokenOf(const JudgeInput<Real>& input, int node) {
    return input.drafted[static_cast<std::size_t>(node)];
}

template <typename Real>
double coinOf(const JudgeInput<Real>& input, int node) {
    return input.acceptCoins[static_cast<std::size_t>(node)];
}

/// A token's probability; an empty row is one-hot at it.
template <typename Real>
double probability(std::span<const Real> row, TokenId token) {
    return row.empty() ? 1.0 : static_cast<double>(row[static_cast<std::size_t>(token)]);
}

/// Draws the extra token from weights that sum to `mass`.
template <typename Real>
void drawExtra(const JudgeInput<Real>& input, std::span<const Real> weights, double mass, Judged& out) {
    if (out.replaced >= 0) out.extraKind = EmitKind::Resampled;
    out.extra = drawFrom(weights, input.extraCoin);
    out.extraP = probability(weights, out.extra) / mass;
    out.extraCoin = input.extraCoin;
}

/// Draws the extra token from norm(max(0, share * target - draft)) after the rejection of `node`. A rejection
/// has probability 1 - overlap; rounding alone can reject where the residual is empty, then the target's row
/// stands in.
template <typename Real>
void drawFromResidual(const JudgeInput<Real>& input, int node, double share, Judged& out) {
    const int parent = input.parents[static_cast<std::size_t>(node)];
    const std::span<const Real> target = input.targetRow(parent);
    const double mass =
        residualInto(target, input.draftRow(parent), tokenOf(input, node), input.targetScratch, share);
    if (mass > 0.0)
        drawExtra(input, std::span<const Real>(input.targetScratch), mass, out);
    else
        drawExtra(input, target, 1.0, out);
}

}  // namespace specula
