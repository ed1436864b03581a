#pragma once

#include <functional>
#include <string>

#include "engine/verify/judge.h"

namespace specula {

/// What a Round keeps of a judged round.
struct RecordOptions {
    bool probabilities = true;  ///< those of the tokens
    int topEntries = 12;        ///< of each row, 0 = no rows
    std::function<std::string(TokenId)> bytes = [](TokenId) { return std::string(); };
};

/// Fills a round's proposals and emitted tokens from what judge() was given and what it said: verdicts, coins
/// and a rule's own numbers; probabilities in the rows that each proposal was tested with; the exact sums and
/// top entries of those rows. Asks for the target's row after the last accepted token only where an extra
/// token was emitted. In a chain the discarded proposals are shown with the rows they would have been tested
/// with; in a tree those are not known, and they keep the target's own probability.
void recordRound(const JudgeInput<float>& input, const Judged& judged, const RecordOptions& options,
                 Round& round);

}  // namespace specula
