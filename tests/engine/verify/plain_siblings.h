#pragma once

#include "engine/verify/judge.h"

namespace specula::test {

/// What a written-out rule gets wrong.
enum class Flaw {
    None,
    TargetRowStays,         ///< no residual after a rejection
    DraftRowStays,          ///< a rejected token stays in the draft's row
    TargetNotRenormalised,  ///< the residual keeps its mass
    DraftNotRenormalised,
    ExtraFromTarget,            ///< the extra token comes from the unreduced row
    ChildOfTheRejectedFollows,  ///< a rejected token's child is emitted in its stead
};

/// The rule of siblings without replacement once more, written out plainly and slowly, with the flaws that
/// people make.
Judged judgePlainly(const JudgeInput<double>& input, Flaw flaw);

}  // namespace specula::test
