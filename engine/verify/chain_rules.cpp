#include <algorithm>

#include "engine/verify/rules.h"
#include "engine/verify/walk.h"

namespace specula {

template <typename Real>
Judged judgeByToken(const JudgeInput<Real>& input) {
    Judged out = nothingJudged(input);
    const int count = static_cast<int>(input.drafted.size());
    for (int i = 0; i < count; ++i) {
        const TokenId token = tokenOf(input, i);
        const double pTarget = probability(input.targetRow(i - 1), token);
        const double pDraft = probability(input.draftRow(i - 1), token);
        if (coinOf(input, i) * pDraft < pTarget) {
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

namespace {

/// p_1 .. p_n.
template <typename Real>
std::vector<std::optional<double>> jointsOf(const JudgeInput<Real>& input) {
    std::vector<std::optional<double>> joints;
    double joint = 1.0;
    for (int i = 0; i < static_cast<int>(input.drafted.size()); ++i) {
        const TokenId token = tokenOf(input, i);
        const double pTarget = probability(input.targetRow(i - 1), token);
        const double pDraft = probability(input.draftRow(i - 1), token);
        joint = std::min(1.0, joint * pTarget / pDraft);
        joints.emplace_back(joint);
    }
    return joints;
}

/// h of the prefix that ends with node i, which another node follows.
template <typename Real>
double levelOf(const JudgeInput<Real>& input, int i, double joint) {
    const double z = residualInto(input.targetRow(i), input.draftRow(i), tokenOf(input, i + 1),
                                  input.targetScratch, joint);
    const double denominator = z + 1.0 - joint;
    return denominator > 0.0 ? z / denominator : 1.0;
}

/// Nodes of the longest prefix that passes its coin.
template <typename Real>
int longestPassing(const JudgeInput<Real>& input, Judged& out) {
    const int count = static_cast<int>(input.drafted.size());
    const bool firstFailure = input.mutant == Mutant::BlockFirstFailure;
    int longest = 0;
    for (int length = count; length >= 1; --length) {
        const auto at = static_cast<std::size_t>(length - 1);
        const double joint = *out.joints[at];
        const double level = length == count ? joint : levelOf(input, length - 1, joint);
        out.levels[at] = level;
        const bool passes = coinOf(input, length - 1) < level;
        if (passes && !firstFailure) return length;
        if (firstFailure) longest = passes ? std::max(longest, length) : length - 1;
    }
    return longest;
}

}  // namespace

template <typename Real>
Judged judgeByBlock(const JudgeInput<Real>& input) {
    Judged out = nothingJudged(input);
    const int count = static_cast<int>(input.drafted.size());
    out.joints = jointsOf(input);
    out.levels.resize(input.drafted.size());
    const int kept = longestPassing(input, out);
    for (int i = 0; i < kept; ++i) {
        if (accept(input, i, out)) return out;
    }
    if (kept == count) {
        drawExtra(input, input.targetRow(count - 1), 1.0, out);
        return out;
    }
    reject<Real>(kept, out);
    const bool plainResidual = input.mutant == Mutant::BlockPlainResidual;
    const double share = kept == 0 || plainResidual ? 1.0 : *out.joints[static_cast<std::size_t>(kept - 1)];
    drawFromResidual(input, kept, share, out);
    return out;
}

template Judged judgeByToken(const JudgeInput<float>&);
template Judged judgeByToken(const JudgeInput<double>&);
template Judged judgeByBlock(const JudgeInput<float>&);
template Judged judgeByBlock(const JudgeInput<double>&);

}  // namespace specula
