#pragma once

#include <vector>

#include "engine/explain/cost_model.h"
#include "engine/trace/options.h"
#include "engine/trace/round.h"

namespace specula {

/// Whether such a run chooses what it drafts by costs, which must then be given.
bool choosesByCosts(const RunOptions& options);

/// Parents, breadth first, of a tree in which every node at depth d has children[d] children; a chain of
/// gamma is gamma ones. At most kTreeNodesMax nodes.
std::vector<int> planOf(const std::vector<int>& children);

/// Levels of a plan: the draft's steps.
int depthOf(const std::vector<int>& plan);

/// Chooses each round what to draft from past verdicts and measured costs: the chain or tree with the largest
/// predicted speed-up, or nothing. A pure function of the Rounds seen and the Costs, so a run can be
/// repeated.
///
/// A node is worth the chance that it is accepted: the product over its path of a(depth, rank) times the
/// chance that its elder siblings were rejected, a(depth, rank) = P(accepted | tested). The best tree of n
/// nodes and bounded depth takes the most valuable ones (Sequoia, Chen et al. 2024, section 3.1, grown
/// greedily), and E = 1 + the sum of their values.
///
/// a is estimated from verdicts, older rounds fading by 2 % each, towards a prior that borrows from the depth
/// before and the rank before; its uncertainty is that of a beta distribution of as many tests. While plain
/// decoding looks best, one token is drafted now and then all the same: without it a draft that became good
/// (a list, a repetition) would never be noticed. Every 8th round while a standard deviation more would pay,
/// and ever more rarely, down to every 64th, while not even that would.
class AutoPlan {
public:
    /// At most `deepest` levels and `widest` children a node; widest 1: chains only.
    AutoPlan(const Costs& costs, int deepest, int widest);

    std::vector<int> choose() const;
    void learn(const Round& round);

private:
    struct Count {
        double tested = 0.0, accepted = 0.0;  // faded
    };
    struct Grown {
        std::vector<int> parents;  // in the order in which nodes were added
        double speedup = 1.0;      // predicted; plain decoding has 1
    };
    double acceptanceAt(std::size_t depth, std::size_t rank, double deviations) const;
    Grown grow(int deepest, const std::vector<std::vector<double>>& acceptance) const;  // [depth][rank]
    Grown best(double deviations) const;
    void count(const Round& round);

    Costs m_costs;
    int m_deepest, m_widest;
    std::vector<std::vector<Count>> m_counts;  // [depth][rank]
    Grown m_best;                              // of what is known now
    int m_plainRounds = 0;                     // since something was last drafted
    int m_patience = 8;                        // plain rounds, that one included, before the next try
};

}  // namespace specula
