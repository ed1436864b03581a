#pragma once

#include <span>
#include <stop_token>

#include "engine/decode/session.h"

namespace specula {

/// c, v and o at the context where two Sessions stand (after their prompts), from a few real rounds of each
/// gamma: what measureCosts does for a short text. The unit is a whole plain round, decided and all, because
/// that is what a speed-up is measured against.
///
///   v(gamma+1)  the target's pass of rounds that draft gamma tokens; between measured gammas, linear
///   c           the slope of drafting over gamma; what does not grow with it (catch-up) goes into o
///   o           that, and deciding
///
/// `plain` decodes plainly; `drafting` drafts chains, at any gamma but 0. Both start again and run some
/// tokens past their prompts; restart() them afterwards. `gammas` above 0, at least one. When stopped, v has
/// one element at most.
Costs measureRoundCosts(Session& plain, Session& drafting, std::span<const int> gammas,
                        std::stop_token stop = {});

}  // namespace specula
