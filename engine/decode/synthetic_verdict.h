#pragma once

#include <functional>

#include "engine/verify/tree.h"

namespace specula {

/// Verdicts of a chosen acceptance rate, for teaching and benchmarks: a drafted token is accepted iff its
/// coin is below `alpha`, whatever the rows say. NOT lossless; the text is neither model's. What real
/// verdicts read and draw is read and drawn all the same, so that a round costs what it costs: the target's
/// row at every tested place, the residual after a rejection, the extra token from what is left.
///
/// `best`, where given, is the target's own choice after a node (temperature 0): the extra token is that, and
/// no row is asked for. Pure but for the callbacks.
TreeVerdict judgeSynthetic(const TreeInput<float>& input, double alpha,
                           const std::function<TokenId(int node)>& best = {});

}  // namespace specula
