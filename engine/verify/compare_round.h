#pragma once

#include <vector>

#include "engine/trace/reports.h"
#include "engine/trace/round.h"

namespace specula {

/// Whether one round can be judged again under other rules: it has a drawn chain and its full rows.
bool comparable(const Round& round);

/// The round's chain under each rule that judges drawn chains (sharesDrawnChain), on its own rows, proposals
/// and coins. Exact: what is expected is integrated over all coins, given the drafted tokens. With a_i the
/// chance that token i passes on its own, the chance that place i is kept is a_1 .. a_i for token, match and
/// ensemble; 1 - (1 - h_i) .. (1 - h_n) for block; 0 or 1 for typical. Requires comparable(round).
std::vector<RoundOutcome> compareChainRules(const Round& round, double ensembleWeight);

}  // namespace specula
