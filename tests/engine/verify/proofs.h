#pragma once

#include <string>
#include <vector>

#include "tests/engine/verify/exact_law.h"

namespace specula::test {

// What is proved of the rules by enumeration, as data: for the tests, and for the program that prints the
// tables (tests/tools/exact_tables.cpp).

/// A lossless rule with one kind of draft.
struct Proof {
    Rule rule;
    bool tree;
    Drafting drafting;
    std::string draft;  ///< the draft in words
};

/// Every lossless rule with every kind of draft it can judge.
std::vector<Proof> proofs();

inline constexpr int kVocabularies[] = {3, 4, 5, 6};
inline constexpr int kDepths[] = {1, 2, 3, 4};

/// The largest total variation from the target's law over random pairs of models with and without zeros in
/// their rows, with drafts of fixed length and with drafts that stop by a decision on what was drafted so
/// far, with and without a token that ends the text. The larger the enumeration, the fewer of these.
double worstDistance(const Proof& proof, int vocabulary, int depth);

/// Total variation from the target's law under a mutant, the largest over some small random models. With
/// the draft that the rule is meant for, or with one that draws nothing, such as n-gram look-up.
double mutantDistance(Mutant mutant, Rule rule, bool tree, bool drawsNothing = false);

/// Every mutant that changes a law, all but StaleDraftCache.
std::vector<Mutant> lawMutants();

std::vector<Rule> losslessRules();

}  // namespace specula::test
