#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// What became of a drafted token.
enum class Verdict : std::uint8_t {
    Accepted,   ///< judged and emitted
    Rejected,   ///< the first judged token that failed; replaced by a resampled one
    Discarded,  ///< drafted after a rejection or a stop, never judged
};

/// Where an emitted token came from. Every emitted token is exactly one of these.
enum class EmitKind : std::uint8_t {
    Accepted,   ///< a draft token that was kept
    Resampled,  ///< drawn from the residual after a rejection
    Bonus,      ///< drawn from the target after a fully accepted round
    Plain,      ///< drawn from the target in a round without proposals
};

/// Sums over the whole vocabulary of one pair of rows (target and draft at the same position).
struct RowSums {
    double overlap = 0.0;        ///< sum of min(pTarget, pDraft) = chance that a drawn draft token is kept
    double residualMass = 0.0;   ///< sum of max(0, pTarget - pDraft) = 1 - overlap up to rounding
    double entropyTarget = 0.0;  ///< nats
    double entropyDraft = 0.0;   ///< nats
};

/// One entry of the pair of rows, for display.
struct TopEntry {
    TokenId id = 0;
    std::string bytes;  ///< the token's bytes, possibly part of a character
    double pTarget = 0.0;
    double pDraft = 0.0;
};

/// The pair of rows at one position as far as it is kept: exact sums, and the union of the top entries of
/// both rows plus every token that was drawn or emitted there, by falling pTarget.
struct RowPair {
    RowSums sums;
    std::vector<TopEntry> top;
    bool hasDraft = false;  ///< false for a row that no proposal was drawn from (bonus, plain)
};

/// One drafted token and its fate.
struct Proposal {
    int parent =
        -1;  ///< index of the proposal it follows, -1 for the round's first position; in a chain index - 1
    TokenId id = 0;
    std::string bytes;
    double pTarget = 0.0;  ///< probability of this token in the target's row (after the pipeline)
    double pDraft = 0.0;   ///< probability in the row it was drawn from; 1 for a one-hot proposal
    Verdict verdict = Verdict::Discarded;
    std::optional<double>
        coin;  ///< uniform in [0,1): accepted iff coin * pDraft < pTarget; absent if not drawn
    std::optional<double> draftCoin;  ///< uniform that drew this token from the draft's row
    std::optional<RowPair> rows;      ///< at Detail::Full
};

/// One token of the output.
struct Emitted {
    TokenId id = 0;
    std::string bytes;
    EmitKind kind = EmitKind::Plain;
    int proposal =
        -1;  ///< for Accepted: its proposal; for Resampled: the rejected proposal it replaces; else -1
    double pTarget = 0.0;         ///< probability in the target's row
    double pDrawn = 0.0;          ///< probability in the row it was drawn from (the residual for Resampled)
    std::optional<double> coin;   ///< uniform it was drawn with (Resampled, Bonus, Plain)
    std::optional<RowPair> rows;  ///< for Bonus and Plain at Detail::Full; others share their proposal's
};

/// Milliseconds of one round on the engine's monotonic clock.
struct RoundTimes {
    double draftMs = 0.0;   ///< proposing, including the draft's catch-up
    double verifyMs = 0.0;  ///< the target's pass
    double decideMs = 0.0;  ///< rows, verdicts, tracing
    double endMs = 0.0;     ///< end of the round since the run's decoding began
};

/// One round: draft gamma tokens, verify them in one target pass, emit. A plain value: nothing on screen
/// needs more.
struct Round {
    std::uint64_t runId = 0;
    int index = 0;     ///< 0-based within the run
    int position = 0;  ///< tokens in the sequence (prompt and output) before this round
    Rule rule = Rule::Token;
    int gamma = 0;  ///< asked for; proposals.size() may be less (no n-gram match, end of the budget)
    std::vector<Proposal> proposals;
    std::vector<Emitted> emitted;  ///< in order; at least one unless the run was cancelled
    RoundTimes times;
};

/// Why a run ended.
enum class Finish : std::uint8_t { Running, Stop, Length, Context, Cancelled };

}  // namespace specula
