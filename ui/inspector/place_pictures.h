#pragma once

#include <QString>

#include "ui/inspector/inspector_model.h"
#include "ui/inspector/place.h"

namespace specula {

// What the pictures of one decision show, computed from its Place. Sums are over the whole vocabulary: from
// the kept rows, else from the recorded sums; what neither gives is said to be missing, never estimated.

/// A token of the residual. For a single token `above` or `below` is 0, for the others both may be positive.
struct ResidualRow {
    TokenId id = -1;  ///< -1 for the others
    QString label;
    double above = 0.0;  ///< max(0, share * pTarget - pDraft)
    double below = 0.0;  ///< max(0, pDraft - share * pTarget)
    bool drafted = false;
    bool drawn = false;
};

/// The row that a rejected token's replacement is drawn from: subtract, clip at zero, divide by the sum.
struct ResidualPicture {
    std::vector<ResidualRow> rows;
    double mass = 0.0;   ///< sum of `above`
    double share = 1.0;  ///< what the target's row is multiplied by
    QString missing;     ///< why there are no rows, "" where there are
};

/// What stands at this place, taken apart: `kept` by the accept test, `added` by the draw that follows a
/// rejection; together they should be `whole`, the target.
struct RebuildRow {
    TokenId id = -1;
    QString label;
    double kept = 0.0;
    double added = 0.0;
    double whole = 0.0;
    bool drafted = false;
    bool emitted = false;
};

struct RebuildPicture {
    std::vector<RebuildRow> rows;
    double kept = 0.0;  ///< sums
    double added = 0.0;
    double whole = 1.0;    ///< 1, or under the block rule what the chain before this place is worth
    double miss = 0.0;     ///< total variation between kept + added and whole, over `whole`
    bool atLeast = false;  ///< `miss` is a lower bound: the others' rows are not known one by one
    bool broken = false;
    bool canBreak = false;  ///< the rule has a draw that could be broken
    bool lossy = false;     ///< the rule itself misses the target
    QString missing;
};

/// A token's part of a cumulative bar.
struct DrawSegment {
    TokenId id = -1;
    QString label;
    double from = 0.0, to = 0.0;  ///< of [0, 1)
    bool drawn = false;
};

/// A draw by inverse transform: all tokens side by side on [0, 1) in the order of their ids, each as wide as
/// its probability; the coin falls on one. Only shown tokens have a segment, the gaps are the others'.
struct DrawPicture {
    QString title;
    std::vector<DrawSegment> segments;
    std::optional<double> coin;
    QString missing;
};

/// Under rules that draw from a residual; `bars` says which tokens have a row of their own.
std::optional<ResidualPicture> residualPicture(const Place& place, const OverlapPicture& bars);

/// For judged proposals. `broken`: after a rejection the target's whole row is drawn from instead.
std::optional<RebuildPicture> rebuildPicture(const Place& place, const OverlapPicture& bars, bool broken);

/// How the draft drew this token; absent for bonus and plain tokens.
std::optional<DrawPicture> draftDraw(const Place& place, const OverlapPicture& bars);

/// How the token that stands here was drawn; absent where it is an accepted draft.
std::optional<DrawPicture> extraDraw(const Place& place, const OverlapPicture& bars);

}  // namespace specula
