#pragma once

#include <algorithm>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/trace/reports.h"

namespace specula {

/// What a draft is asked for in one round.
struct DraftRequest {
    std::span<const TokenId> context;  ///< prompt and output so far, at least one token; extends the last
                                       ///< call's, or differs from it only after some point
    /// Parents of the proposals wanted, breadth first: -1 (the context's end) or an earlier index. A chain is
    /// -1, 0, 1, ...; a draft that knows only chains takes the length as the most tokens wanted.
    std::span<const int> plan;
    std::stop_token stop;
    bool keepRejected = false;  ///< Mutant::StaleDraftCache: take what the cache holds for the context

    int gamma() const { return static_cast<int>(plan.size()); }

    /// How many of the tokens that a draft's cache holds it can keep: those that the context shares, but not
    /// the context's last one, which must be run for its logits.
    std::size_t sharedWith(std::span<const TokenId> fed) const {
        const auto held = fed.first(std::min(fed.size(), context.size() - 1));
        if (keepRejected) return held.size();
        return static_cast<std::size_t>(std::mismatch(held.begin(), held.end(), context.begin()).first -
                                        held.begin());
    }
};

/// The logit of a token that a draft cannot propose: far enough below any other that its probability is
/// exactly 0, and finite, so that penalties and comparisons stay numbers.
inline constexpr float kNeverLogit = -1e30F;

/// Where a draft puts the proposals of one round. Nodes are numbered in the order in which they are added; -1
/// is the context's end.
class Proposals {
public:
    virtual ~Proposals() = default;

    struct Added {
        int first = 0;  ///< number of the first node added
        std::vector<TokenId> tokens;
    };

    /// Turns the draft's logits [vocabulary] for the token after `parent` into the row q, keeps it, and draws
    /// up to `count` different children from it, without replacement. Every token a draft proposes from
    /// logits comes from here: q is the row actually drawn from. Fewer when q has no more to give.
    virtual Added draw(int parent, std::span<const float> logits, int count) = 0;

    /// Draws one token of known worth. `logits` [vocabulary] are the target's own after `parent`, p the row
    /// that its pipeline makes of them, and q = (1 - w) p + w onehot(s) with w = (1 - alpha) / (1 - p(s)).
    /// Then min(p, q) is (1 - w) p everywhere but at s, where it is p(s), so that
    ///     sum min(p, q) = (1 - w)(1 - p(s)) + p(s) = 1 - w (1 - p(s)) = alpha
    /// exactly, for any s with p(s) <= alpha (that w <= 1), and w = 1 gives p(s) otherwise. s is the second
    /// likeliest token; if it is above alpha the likeliest that is not; if all are, the least likely (alpha
    /// below 1 / vocabulary). A row with all on one token gives that token alpha. `alpha`: 0..1. Under a rule
    /// for one-hot proposals the drawn token is judged as if there had been no row.
    virtual Added drawBlended(int parent, std::span<const float> logits, double alpha) = 0;

    /// Adds a token that was not drawn: its row is one-hot.
    virtual int add(int parent, TokenId token) = 0;

    /// True for a token that would end the text; nothing is drafted after it.
    virtual bool ends(TokenId token) const = 0;
};

/// The target's residual stream at some positions of the context, as a draft that asked for taps gets it.
struct Features {
    int position = 0;               ///< of the first row in the text
    std::span<const int> rows;      ///< which rows of `values` these are, in the text's order
    const float* values = nullptr;  ///< [taps][pass rows][hidden]
    int passRows = 0;
};

/// A source of proposals with its own mutable timeline. One thread; lives as long as its Session.
class Draft {
public:
    virtual ~Draft() = default;

    /// Layers of the target after which it wants to see the residual stream; none for most.
    virtual std::span<const int> taps() const { return {}; }

    /// The target's features of tokens that are now part of the text: all of them in order, once, before the
    /// propose() whose context holds a token after them. A later call may go back and replace some.
    virtual void observe(std::span<const TokenId> context, const Features& features) {
        static_cast<void>(context);
        static_cast<void>(features);
    }

    /// Adds at most request.gamma() proposals; fewer (even none) when it has no more to offer or was stopped.
    virtual void propose(const DraftRequest& request, Proposals& proposals) = 0;
};

}  // namespace specula
