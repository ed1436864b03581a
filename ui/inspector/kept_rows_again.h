#pragma once

#include "ui/common/run_log.h"

namespace specula {

/// A round with some of its proposals taken out.
struct KeptRound {
    Round round;
    std::vector<int> placeOf;  ///< where each former proposal is now, -1 for those taken out
};

/// Only those proposals, with their rows and coins. What stays must not hang on what goes. The round's
/// emitted tokens are left as they were. Requires round.kept.
KeptRound onlyThese(const Round& round, const std::vector<bool>& stays);

/// The rows of a round, number `number` of the log, at another temperature: from the kept logits through the
/// sampling pipeline of the run. Temperature 0: one-hot rows, and proposals as if certain. A round of a
/// greedy run keeps its proposals as if certain: they were not drawn. Throws Error where the text before the
/// round is not known and the run has a repetition penalty.
std::shared_ptr<const KeptRows> atTemperature(const RunLog& log, int number, const Round& round,
                                              double temperature);

/// The token that the proposal's draw coin takes from its row; -1 where that is not known (proposed as if
/// certain, or drawn after siblings without replacement).
TokenId drawnAgain(const Round& round, int proposal);

}  // namespace specula
