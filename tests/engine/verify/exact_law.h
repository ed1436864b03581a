#pragma once

#include "engine/verify/judge.h"
#include "tests/engine/verify/drafting.h"

namespace specula::test {

/// A round to enumerate: two models, a plan of what to draft, a rule.
struct Experiment {
    const TinyModel& target;
    const TinyModel& draft;
    std::vector<int> plan;  ///< parents of what is drafted, breadth first
    Rule rule = Rule::Token;
    Drafting drafting = draftingFor(rule);
    Mutant mutant = Mutant::None;
    double ensembleWeight = 0.0;
    TokenId ending = -1;  ///< a token that ends the text
    /// What writes the text after the round, absent: the target. (Later rounds are exact by the same
    /// argument: a rule that is exact for one round after every text is exact for all.)
    const TinyModel* later = nullptr;
    bool drawsEverywhere = false;  ///< children also under nodes that are not accepted, see enumerate()
    /// The rule under test.
    std::function<Judged(const JudgeInput<double>&)> judge = specula::judge<double>;
};

struct Exact {
    Law law;            ///< of the first depth + 1 tokens
    double kept = 0.0;  ///< expected accepted proposals
};

/// The exact distribution of what a round emits, continued to one token more than the plan is deep.
///
/// Everything drawn is summed over; coins are integrated without any formula of the rule: in [0, 1) of one
/// coin after the other the places at which the outcome changes are found by bisection on the rule itself,
/// and each interval between two of them is represented by its middle and counts by its width. While one coin
/// is split those before it lie in their intervals, and those after it are tried both all at 0 and all at 1.
/// That shows every change there is: a rule that goes from node to node looks at a coin whatever the later
/// ones are, and one that keeps the longest passing prefix shows a coin when all longer prefixes fail.
///
/// Rules that go from node to node have children drawn only under nodes that were accepted: what stands
/// elsewhere is not looked at, so the law is the same and there is far less to enumerate.
Exact enumerate(const Experiment& experiment);

/// Expected accepted proposals of a round, without the law.
double expectedKept(const Experiment& experiment);

/// Total variation between what a round emits and the target's own text (cut at `ending`).
double distanceFromTarget(const Experiment& experiment);

}  // namespace specula::test
