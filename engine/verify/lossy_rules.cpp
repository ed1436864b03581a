#include <algorithm>
#include <cmath>

#include "engine/verify/rules.h"
#include "engine/verify/walk.h"

namespace specula {

namespace {

// Medusa's posterior_threshold and posterior_alpha.
constexpr double kTypicalAtMost = 0.3;
constexpr double kTypicalShare = 0.09;

/// Depth of every node whose whole path is typical, 0 for the others; notes the levels of those tested.
template <typename Real>
std::vector<int> typicalDepths(const JudgeInput<Real>& input, Judged& out) {
    std::vector<int> depths(input.drafted.size(), 0);
    const auto children = childrenOf(input.parents);
    for (int node = -1; node < static_cast<int>(input.drafted.size()); ++node) {
        const int depth = node < 0 ? 0 : depths[static_cast<std::size_t>(node)];
        const std::vector<int>& siblings = children[static_cast<std::size_t>(node + 1)];
        if ((node >= 0 && depth == 0) || siblings.empty()) continue;
        const std::span<const Real> row = input.targetRow(node);
        const double level = std::min(kTypicalAtMost, kTypicalShare * std::exp(-entropyOf(row)));
        for (const int child : siblings) {
            out.levels[static_cast<std::size_t>(child)] = level;
            if (probability(row, tokenOf(input, child)) > level)
                depths[static_cast<std::size_t>(child)] = depth + 1;
        }
    }
    return depths;
}

}  // namespace

template <typename Real>
Judged judgeTypically(const JudgeInput<Real>& input) {
    Judged out = nothingJudged(input);
    out.levels.resize(input.drafted.size());
    const std::vector<int> depths = typicalDepths(input, out);
    std::vector<int> path;
    if (const auto deepest = std::max_element(depths.begin(), depths.end());
        deepest != depths.end() && *deepest > 0) {
        for (int up = static_cast<int>(deepest - depths.begin()); up >= 0;
             up = input.parents[static_cast<std::size_t>(up)])
            path.insert(path.begin(), up);
    }
    const auto children = childrenOf(input.parents);
    for (std::size_t step = 0; step <= path.size(); ++step) {
        for (const int child : children[static_cast<std::size_t>(out.last() + 1)]) {
            if (depths[static_cast<std::size_t>(child)] == 0) reject<Real>(child, out);
        }
        if (step == path.size()) break;
        if (accept(input, path[step], out)) return out;
    }
    drawExtra(input, input.targetRow(out.last()), 1.0, out);
    return out;
}

template <typename Real>
Judged judgeByEnsemble(const JudgeInput<Real>& input) {
    Judged out = nothingJudged(input);
    out.levels.resize(input.drafted.size());
    const int count = static_cast<int>(input.drafted.size());
    const double weight = input.ensembleWeight;
    for (int i = 0; i < count; ++i) {
        const TokenId token = tokenOf(input, i);
        const double ratio =
            probability(input.targetRow(i - 1), token) / probability(input.draftRow(i - 1), token);
        const double level = std::min(1.0, (1.0 - weight) * ratio + weight);
        out.levels[static_cast<std::size_t>(i)] = level;
        if (coinOf(input, i) < level) {
            if (accept(input, i, out)) return out;
            continue;
        }
        reject<Real>(i, out);
        drawFromResidual(input, i, 1.0, out);
        return out;
    }
    drawExtra(input, input.targetRow(count - 1), 1.0, out);
    return out;
}

template Judged judgeTypically(const JudgeInput<float>&);
template Judged judgeTypically(const JudgeInput<double>&);
template Judged judgeByEnsemble(const JudgeInput<float>&);
template Judged judgeByEnsemble(const JudgeInput<double>&);

}  // namespace specula
