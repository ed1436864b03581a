#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
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
    /// What the rule compared, where that is not pTarget with coin * pDraft. Block: the chance that the chain
    /// up to here passes, coin < level. Ensemble: the same of this token. Typical: the least pTarget.
    std::optional<double> level;
    /// Block: min(1, product of pTarget / pDraft so far), the chance that the chain up to here is kept.
    std::optional<double> joint;
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

/// The full rows of one round: what a what-if needs. Node -1 is the text before the round, node i proposal i;
/// the target's row of a node belongs to the token after it.
struct KeptRows {
    int vocabulary = 0;
    std::vector<float> targetLogits;  ///< [1 + nodes][vocabulary] before the sampling pipeline
    std::vector<float> target;        ///< [1 + nodes][vocabulary] after it
    std::vector<int> draftRowOf;      ///< [1 + nodes] row in `draft` that the node's children were drawn
                                      ///< from; -1: none, or they are one-hot
    std::vector<float> draftLogits;   ///< [rows][vocabulary]; for drafts without the whole vocabulary, absent
                                      ///< tokens have -infinity
    std::vector<float> draft;         ///< [rows][vocabulary] what was drawn from
    std::vector<double> acceptCoins;  ///< [nodes] also of those that were not judged
    double extraCoin = 0.0;           ///< draws the extra token

    std::span<const float> targetRow(int node) const {
        return {target.data() + offset(node + 1), static_cast<std::size_t>(vocabulary)};
    }
    /// Empty: the children are one-hot.
    std::span<const float> draftRow(int node) const {
        const int row = draftRowOf[static_cast<std::size_t>(node + 1)];
        if (row < 0) return {};
        return {draft.data() + offset(row), static_cast<std::size_t>(vocabulary)};
    }
    std::size_t bytes() const {
        return sizeof(float) * (targetLogits.size() + target.size() + draftLogits.size() + draft.size());
    }

private:
    std::size_t offset(int row) const {
        return static_cast<std::size_t>(row) * static_cast<std::size_t>(vocabulary);
    }
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
    std::vector<Emitted> emitted;          ///< in order; at least one unless the run was cancelled
    std::optional<double> draftStopped;    ///< what the stop rule read where it ended the draft
    std::shared_ptr<const KeptRows> kept;  ///< null: not kept, or no longer
    RoundTimes times;
};

/// Why a run ended.
enum class Finish : std::uint8_t { Running, Stop, Length, Context, Cancelled };

}  // namespace specula
