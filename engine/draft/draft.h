#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/trace/reports.h"

namespace specula {

/// What a draft is asked for in one round.
struct DraftRequest {
    std::span<const TokenId>
        context;    ///< prompt and output so far, at least one token; extends the last call's, or
                    ///< differs from it only after the tokens that call was given
    int gamma = 0;  ///< most tokens wanted
    std::stop_token stop;
    /// Turns the draft's logits [vocabulary] for place `slot` of the proposal into the row q, keeps it, and
    /// draws from it. Every token a draft proposes from logits comes from here: q is the row actually drawn
    /// from.
    std::function<TokenId(int slot, std::span<const float> logits)> draw;
    /// True for a token that would end the text; nothing is drafted after it.
    std::function<bool(TokenId)> endsText;
};

/// Drafted tokens. A chain: each follows the one before.
struct Proposed {
    std::vector<TokenId> tokens;
    bool oneHot = false;  ///< not drawn: each has probability 1 in its row
};

/// A source of proposals with its own mutable timeline. One thread; lives as long as its Session.
class Draft {
public:
    virtual ~Draft() = default;

    /// At most request.gamma tokens; fewer (even none) when it has no more to offer or was stopped.
    virtual Proposed propose(const DraftRequest& request) = 0;
};

}  // namespace specula
