#pragma once

#include <QString>

#include "ui/common/number_text.h"
#include "ui/common/run_log.h"

namespace specula {

/// "Round 7, position 3 of 5: ' man' rejected, ' girl' instead". Rounds and positions count from 1.
QString tokenTitle(const RunLog& log, TokenRef ref);

/// What happened to the token, in plain words with its numbers: "target gives 0.12, draft gave 0.40: kept
/// with 30 % chance; the coin said 0.71, so it was rejected." Says so when probabilities were not recorded.
QString tokenSentence(const RunLog& log, TokenRef ref);

/// Id, bytes, probabilities and coins, one a line.
QString tokenFacts(const RunLog& log, TokenRef ref);

}  // namespace specula
