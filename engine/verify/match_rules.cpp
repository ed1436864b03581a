#include "engine/verify/rules.h"
#include "engine/verify/walk.h"

namespace specula {

namespace {

/// From the root down accepts the child that is `wanted(node, children)`. Returns that token where no child
/// is, the last of it, having marked the children as rejected.
template <typename Real, typename Wanted>
TokenId followMatches(const JudgeInput<Real>& input, Wanted wanted, Judged& out) {
    const auto children = childrenOf(input.parents);
    for (;;) {
        const int node = out.last();
        const std::vector<int>& siblings = children[static_cast<std::size_t>(node + 1)];
        const TokenId token = wanted(node, siblings);
        for (const int child : siblings) {
            if (tokenOf(input, child) == token) {
                if (accept(input, child, out)) return -1;
                break;
            }
            reject<Real>(child, out);
        }
        if (out.last() == node) return token;
    }
}

}  // namespace

template <typename Real>
Judged judgeByMatch(const JudgeInput<Real>& input) {
    Judged out = nothingJudged(input);
    const auto drawn = [&](int node, const std::vector<int>& siblings) {
        out.extraCoin = siblings.empty() ? input.extraCoin : coinOf(input, siblings.front());
        return drawFrom(input.targetRow(node), *out.extraCoin);
    };
    out.extra = followMatches(input, drawn, out);
    if (out.ended) {
        out.extraCoin.reset();
        return out;
    }
    if (out.replaced >= 0) out.extraKind = EmitKind::Resampled;
    out.extraP = probability(input.targetRow(out.last()), out.extra);
    return out;
}

template <typename Real>
Judged judgeGreedily(const JudgeInput<Real>& input) {
    Judged out = nothingJudged(input);
    out.extraP = 1.0;
    out.extra = followMatches(
        input, [&](int node, const std::vector<int>&) { return input.best(node); }, out);
    if (!out.ended && out.replaced >= 0) out.extraKind = EmitKind::Resampled;
    return out;
}

template Judged judgeByMatch(const JudgeInput<float>&);
template Judged judgeByMatch(const JudgeInput<double>&);
template Judged judgeGreedily(const JudgeInput<float>&);
template Judged judgeGreedily(const JudgeInput<double>&);

}  // namespace specula
