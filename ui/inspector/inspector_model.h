#pragma once

#include <QString>

#include <optional>
#include <vector>

#include "ui/common/run_log.h"

namespace specula {

/// One row of the overlap bars: a token, or all the others together. pTarget = common + targetExcess and
/// pDraft = common + draftExcess; for a single token at least one excess is 0, for the others both may be
/// positive.
struct OverlapRow {
    TokenId id = -1;  ///< -1 for the others
    QString label;
    double pTarget = 0.0;
    double pDraft = 0.0;
    double common = 0.0;
    double draftExcess = 0.0;
    double targetExcess = 0.0;
    bool drafted = false;  ///< the token that the draft proposed
    bool emitted = false;  ///< the token that became text
};

/// Both rows at one place. Leviathan et al. 2023 (arXiv 2211.17192), section 2.3: overlap = sum min(pTarget,
/// pDraft) is the chance that a draft token is kept there; both excesses are 1 - overlap.
struct OverlapPicture {
    std::vector<OverlapRow>
        rows;                   ///< by falling pTarget, the others last; the columns sum to the areas below
    bool hasDraft = true;       ///< false: one row only, in pTarget
    bool draftAlone = false;    ///< that row is the draft's
    bool keptByOverlap = true;  ///< the rule keeps a draft with that chance and resamples from the excess
    double overlap = 0.0;
    double draftExcess = 0.0;
    double targetExcess = 0.0;
    double longest = 1.0;  ///< the longest bar, the scale of the picture
};

/// One accept test: kept iff coin < threshold. The column shows the same in probabilities, for rules that
/// judge a token by itself: kept iff coin * pDraft < fill.
struct AcceptPicture {
    double pTarget = 0.0;
    double pDraft = 0.0;
    double fill = 0.0;       ///< threshold * pDraft; for the token rule min(pTarget, pDraft)
    double threshold = 0.0;  ///< the chance to be kept: min(1, pTarget / pDraft), or the rule's own level
    bool mixture = false;    ///< the fill is what the mixture of both rows gives, not the target
    bool column = true;      ///< false: the threshold is that of a chain, not of this token
    bool passed = false;     ///< the coin lies below the threshold
    std::optional<double> coin;
    std::optional<double> coinHeight;  ///< coin * pDraft
    bool accepted = false;
};

/// The sentences about a token, its bars and its test.
struct InspectorPicture {
    QString title;
    QString sentence;
    QString note;        ///< why something is missing, "" if nothing is
    QString stopped;     ///< why the round drafted less, "" if it did not
    QString candidates;  ///< the alternatives for its place in the order of their tests, "" where there is
                         ///< only one
    QString barsTitle;
    std::optional<OverlapPicture> bars;
    std::optional<AcceptPicture> accept;
};

inline constexpr int kInspectorRows = 12;

/// The draft's bars of a picture of both, for what it drew from.
OverlapPicture draftOf(const OverlapPicture& both);

/// The overlap bars of a pair of rows: the `maxRows` likeliest entries, always with the drafted and the
/// emitted token, and one row for the rest that holds exact sums. `vocabulary` 0 = not known.
OverlapPicture overlapPicture(const RowPair& rows, std::optional<TokenId> drafted,
                              std::optional<TokenId> emitted, int vocabulary, int maxRows = kInspectorRows);

/// The test of a judged proposal under a rule that compares a coin with a chance; absent for the others
/// (Greedy, Match, Typical) and where no coin decided.
std::optional<AcceptPicture> acceptPicture(const Proposal& proposal, Rule rule);

/// The picture of a token; an accepted or resampled token's is that of its proposal. Empty for an unknown
/// token.
InspectorPicture inspect(const RunLog& log, TokenRef ref, int maxRows = kInspectorRows);

}  // namespace specula
