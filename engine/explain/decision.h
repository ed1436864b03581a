#pragma once

#include <vector>

#include "engine/trace/recommend.h"

namespace specula {

/// What to use, from what is known of the contenders. Pure.
///
/// Where something was measured only that counts: of those whose median is within kFlat of the largest, the
/// one that drafts least wins, provided that its interval (two measurements at least) lies above 1; where
/// none does, plain decoding. Where nothing was measured the same is said of the predictions, with
/// RecommendReason::NotMeasured.
Decision decide(const std::vector<Contender>& contenders, const std::vector<DraftFindings>& drafts);

/// What keeps a contender from paying: whichever of the draft's steps and the rows, taken away from the cost
/// of its rounds, would leave the larger gain; the acceptance where neither leaves any. E is the measured one
/// where there is one.
PlainCause causeOf(const Contender& contender, const DraftFindings& draft);

}  // namespace specula
