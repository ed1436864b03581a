#pragma once

#include <vector>

#include "engine/trace/round.h"

namespace specula {

// How the proposals of a round hang together. In a chain each follows the one before; in a tree siblings are
// alternatives for one place, tested in order until one is accepted. Proposals are named by their index into
// Round::proposals.

/// Some place of the round has more than one candidate.
bool isTree(const Round& round);

/// Proposals before it on its path: 0 for the round's first position.
int depthOf(const Round& round, int proposal);

/// The deepest path, in tokens.
int depthOf(const Round& round);

/// The alternatives for its place, itself among them, in the order in which they are tested.
std::vector<int> siblingsOf(const Round& round, int proposal);

/// Where its path leaves the text: the first proposal on it that was not accepted, itself perhaps; -1 if all
/// were.
int cutOf(const Round& round, int proposal);

/// Index into Round::emitted of the token that stands in the text where the path of a proposal that was not
/// accepted leaves it: the accepted sibling, the resampled token, or emitted.size() when the text ended
/// there.
int ghostPlaceOf(const Round& round, int proposal);

/// The token that stands in the text at a proposal's own place, if its path reaches it: itself, the sibling
/// that was accepted in its stead, or the resampled token; null when the path left the text before or the
/// text ended there.
const Emitted* emittedAtPlaceOf(const Round& round, int proposal);

}  // namespace specula
