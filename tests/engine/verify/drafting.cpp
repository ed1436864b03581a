#include "tests/engine/verify/drafting.h"

#include <algorithm>
#include <numeric>

#include "engine/verify/rows.h"

namespace specula::test {

namespace {

constexpr double kUnlikely = 0.3;  // Mutant::DropUnlikely in engine/decode/round_proposals.cpp

std::vector<Drawn> drawnFrom(const Row& weights, double total, Mutant mutant) {
    std::vector<Drawn> ways;
    Drawn dropped;
    double before = 0.0;
    for (std::size_t token = 0; token < weights.size(); ++token) {
        if (weights[token] <= 0.0) continue;
        Drawn way{static_cast<TokenId>(token), weights[token] / total};
        if (mutant == Mutant::CoinReused) {
            way.coinFrom = before / total;
            way.coinTo = std::min(1.0, (before + weights[token]) / total);
        }
        before += weights[token];
        if (mutant == Mutant::DropUnlikely && weights[token] < kUnlikely)
            dropped.chance += way.chance;
        else
            ways.push_back(way);
    }
    if (dropped.chance > 0.0) ways.push_back(dropped);
    return ways;
}

}  // namespace

Drafting draftingFor(Rule rule, Mutant mutant) {
    Drafting out;
    out.mutant = mutant;
    const bool mixedUp = mutant == Mutant::SiblingsMixedUp;
    if (rule == Rule::OneHot || rule == Rule::Greedy)
        out.siblings = Siblings::Likeliest;
    else if ((rule == Rule::SpecInfer) != mixedUp)
        out.siblings = Siblings::Independent;
    out.rows = out.siblings != Siblings::Likeliest || (rule == Rule::OneHot && mutant == Mutant::ArgmaxDraft);
    return out;
}

Drafting oneHotDrafting() {
    return {Siblings::Likeliest, false, Mutant::None, {}};
}

std::vector<Drawn> nextSibling(const Drafting& drafting, const Row& row, const std::vector<TokenId>& elder) {
    const auto nothing = [] { return std::vector<Drawn>{{-1, 1.0}}; };
    const bool argmax = drafting.mutant == Mutant::ArgmaxDraft && drafting.rows;
    if (drafting.siblings == Siblings::Likeliest && !argmax) {
        const auto order = largestOf(std::span<const double>(row), static_cast<int>(row.size()));
        if (elder.size() >= order.size()) return nothing();
        return {{order[elder.size()], 1.0}};
    }
    Row rest = row;
    if (drafting.siblings == Siblings::Different) {
        for (const TokenId token : elder) rest[static_cast<std::size_t>(token)] = 0.0;
    }
    const double total = std::accumulate(rest.begin(), rest.end(), 0.0);
    if (!(total > 0.0)) return nothing();
    if (argmax)
        return {{static_cast<TokenId>(std::max_element(rest.begin(), rest.end()) - rest.begin()), 1.0}};
    return drawnFrom(rest, total, drafting.mutant);
}

}  // namespace specula::test
