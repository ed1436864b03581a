#pragma once

#include <QString>

#include "engine/trace/round.h"

namespace specula {

// What each rule compared (engine/trace/round.h), in plain words with its numbers.

/// How a judged proposal fared under a rule other than Greedy: "Target gives 0.12, draft gave 0.40: kept with
/// 30 % chance; the coin said 0.71, so it was rejected." `left`: siblings before it were rejected, so the
/// rows are what they left. `ensembleWeight` is used by Ensemble only.
QString testSentence(Rule rule, const Proposal& proposal, bool left, double ensembleWeight);

/// The same of a run with synthetic acceptance.
QString syntheticSentence(const Proposal& proposal, double acceptance);

/// Where the token in place of a rejected one is drawn from: "the residual, what the target gives beyond the
/// draft".
QString drawnFrom(Rule rule);

/// Why the round drafted less than it might have; "" where no stop rule ended it.
QString stoppedSentence(const Round& round, const DraftStop& stop);

}  // namespace specula
