#pragma once

#include <functional>
#include <vector>

#include "engine/verify/tree.h"
#include "tests/engine/verify/exact_law.h"

namespace specula::test {

/// A rule under test: judges a tree by its coins.
using TreeJudge = std::function<TreeVerdict(const TreeInput<double>&)>;

/// The distribution of the next sibling, given the parent's row and the siblings drawn so far; all zeros: no
/// more can be drawn.
using SiblingDraw =
    std::function<std::vector<double>(const std::vector<double>& row, const std::vector<TokenId>& elder)>;

std::vector<double> withoutReplacement(const std::vector<double>& row, const std::vector<TokenId>& elder);

/// How a tree is enumerated.
struct TreeCase {
    const TableModel& target;
    const TableModel& draft;
    std::vector<int> plan;  ///< parents, breadth first
    TreeJudge judge;
    SiblingDraw draw = withoutReplacement;
    bool oneHot = false;  ///< siblings are the draft's best tokens in turn, judged as one-hot
    /// Siblings are drawn only when their parent has been accepted; until then arbitrary tokens stand there.
    /// For a rule that looks at no others, the law is the same and there is far less to enumerate.
    bool lazy = false;
};

/// The exact distribution of the first `length` tokens that a round and then the target emit. Coins are
/// integrated without any formula: the boundaries at which a verdict changes are found by bisection on the
/// rule itself.
Law treeLaw(const TreeCase& tree, int length);

}  // namespace specula::test
