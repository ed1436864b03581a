#pragma once

#include <functional>
#include <vector>

#include "tests/engine/verify/tiny_model.h"

namespace specula::test {

/// How the tokens after one place come to be.
enum class Siblings {
    Different,    ///< drawn without replacement; a single one is drawn from the row itself
    Independent,  ///< each drawn from the row itself, so that one may come twice
    Likeliest,    ///< nothing is drawn: the likeliest tokens in turn
};

/// How a round's proposals come to be, mistakes included.
struct Drafting {
    Siblings siblings = Siblings::Different;
    bool rows = true;  ///< whether the rule sees the rows; else every proposal is one-hot to it
    Mutant mutant = Mutant::None;
    /// Whether nothing is drafted after a text: any fixed decision that looks at no token drawn there.
    std::function<bool(const Text&)> stops = {};
};

/// What engine/decode/round_proposals.cpp does for a rule: how it draws, and what its mutants do wrong.
Drafting draftingFor(Rule rule, Mutant mutant = Mutant::None);

/// Proposals of a draft without rows, such as n-gram look-up, under any rule.
Drafting oneHotDrafting();

/// One way in which the next sibling may come.
struct Drawn {
    TokenId token = -1;  ///< -1: neither it nor any after it
    double chance = 0.0;
    double coinFrom = 0.0, coinTo = 1.0;  ///< where the coin lies that will judge it
};

/// All ways in which the next sibling after `elder` may come, given the row after their parent.
std::vector<Drawn> nextSibling(const Drafting& drafting, const Row& row, const std::vector<TokenId>& elder);

}  // namespace specula::test
