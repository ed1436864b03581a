#pragma once

#include <optional>
#include <vector>

#include "ui/common/run_log.h"

namespace specula {

/// The whole rows that one decision was made with. One-hot draft rows are written out.
struct FullRows {
    std::vector<float> target;
    std::vector<float> draft;  ///< empty: nothing was drafted here (bonus, plain)
};

/// One place of the text and all that is known of the decision there. Refers to the log it was made from.
struct Place {
    const Round* round = nullptr;
    const Proposal* proposal = nullptr;  ///< null for bonus and plain tokens
    int index = -1;                      ///< of the proposal
    const Emitted* extra = nullptr;      ///< what was drawn here from residual or target, null for none
    std::optional<TokenId> emitted;      ///< what stands in the text here
    const RowPair* rows = nullptr;       ///< null: not recorded
    std::optional<FullRows> full;        ///< where the round's rows were kept
    double ensembleWeight = 0.0;
    /// Block: what the chain before this place is worth, the factor of the target's row; else 1.
    double share = 1.0;
    /// Sum of max(0, share * pTarget - pDraft) over the vocabulary; absent where it is not known.
    std::optional<double> residualMass;

    Rule rule() const { return round->rule; }
};

/// The place of a token; that of an accepted or resampled one is its proposal's. Absent for an unknown token.
std::optional<Place> placeOf(const RunLog& log, TokenRef ref);

/// Whether a rule draws from what the target gives beyond the draft after a rejection.
bool drawsFromResidual(Rule rule);

/// Whether the round's proposals were proposed as if certain here, not drawn.
bool isOneHot(const Place& place);

}  // namespace specula
