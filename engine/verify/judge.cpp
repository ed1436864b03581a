#include "engine/verify/judge.h"

#include "engine/verify/rules.h"
#include "engine/verify/walk.h"

namespace specula {

namespace {

template <typename Real>
Judged byRule(const JudgeInput<Real>& input) {
    switch (input.rule) {
        case Rule::Token:
            return judgeByToken(input);
        case Rule::Block:
            return judgeByBlock(input);
        case Rule::Greedy:
            return judgeGreedily(input);
        case Rule::Match:
            return judgeByMatch(input);
        case Rule::OneHot:
        case Rule::SpecInfer:
        case Rule::Sequoia:
            return judgeSiblings(input);
        case Rule::Typical:
            return judgeTypically(input);
        case Rule::Ensemble:
            return judgeByEnsemble(input);
    }
    return nothingJudged(input);
}

/// Mutants that take the extra token from the wrong place, whatever the rule.
template <typename Real>
void breakExtra(const JudgeInput<Real>& input, Judged& out) {
    if (input.mutant == Mutant::KeepRejected && out.extraKind == EmitKind::Resampled)
        out.extra = tokenOf(input, out.replaced);
    if (input.rule == Rule::Greedy) return;
    std::span<const Real> row;
    if (input.mutant == Mutant::ResampleFromTarget && out.extraKind == EmitKind::Resampled)
        row = input.targetRow(out.last());
    if (input.mutant == Mutant::BonusFromDraft && out.extraKind == EmitKind::Bonus)
        row = input.draftRow(input.parents[static_cast<std::size_t>(out.last())]);
    if (row.empty()) return;
    out.extra = drawFrom(row, input.extraCoin);
    out.extraP = probability(row, out.extra);
    out.extraCoin = input.extraCoin;
}

}  // namespace

template <typename Real>
Judged judge(const JudgeInput<Real>& input) {
    Judged out = byRule(input);
    if (input.mutant != Mutant::None && !out.ended) breakExtra(input, out);
    return out;
}

template Judged judge(const JudgeInput<float>&);
template Judged judge(const JudgeInput<double>&);

}  // namespace specula
