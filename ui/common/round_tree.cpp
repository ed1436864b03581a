#include "ui/common/round_tree.h"

#include <algorithm>

namespace specula {

namespace {

const Proposal& at(const Round& round, int proposal) {
    return round.proposals[static_cast<std::size_t>(proposal)];
}

int size(const Round& round) {
    return static_cast<int>(round.proposals.size());
}

}  // namespace

bool isTree(const Round& round) {
    for (int i = 0; i < size(round); ++i) {
        if (at(round, i).parent != i - 1) return true;
    }
    return false;
}

int depthOf(const Round& round, int proposal) {
    int depth = 0;
    for (int up = at(round, proposal).parent; up >= 0; up = at(round, up).parent) ++depth;
    return depth;
}

int depthOf(const Round& round) {
    int deepest = 0;
    for (int i = 0; i < size(round); ++i) deepest = std::max(deepest, depthOf(round, i) + 1);
    return deepest;
}

std::vector<int> siblingsOf(const Round& round, int proposal) {
    std::vector<int> siblings;
    for (int i = 0; i < size(round); ++i) {
        if (at(round, i).parent == at(round, proposal).parent) siblings.push_back(i);
    }
    return siblings;
}

int cutOf(const Round& round, int proposal) {
    int cut = -1;
    for (int up = proposal; up >= 0; up = at(round, up).parent) {
        if (at(round, up).verdict != Verdict::Accepted) cut = up;
    }
    return cut;
}

int ghostPlaceOf(const Round& round, int proposal) {
    const int cut = cutOf(round, proposal);
    const int depth = depthOf(round, cut < 0 ? proposal : cut);
    return std::min(depth, static_cast<int>(round.emitted.size()));
}

const Emitted* emittedAtPlaceOf(const Round& round, int proposal) {
    const int cut = cutOf(round, proposal);
    if (cut >= 0 && cut != proposal) return nullptr;
    const auto place = static_cast<std::size_t>(depthOf(round, proposal));
    return place < round.emitted.size() ? &round.emitted[place] : nullptr;
}

}  // namespace specula
