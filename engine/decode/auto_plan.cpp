#include "engine/decode/auto_plan.h"

#include <algorithm>

namespace specula {

namespace {

constexpr double kFade = 0.98;
constexpr double kPriorAcceptance = 0.6;
constexpr double kPriorWeight = 3.0;
constexpr double kPriorOfNextRank = 0.35;  // of the share that the rank before it gets
constexpr int kProbeEvery = 16;
constexpr int kMostNodes = 32;

struct Grown {
    std::vector<int> parents, depths, ranks;
    std::vector<double> values;
    double tokens = 1.0;
};

/// A node that may be added next: the first child of a node, or the next sibling of one.
struct Candidate {
    int parent, depth, rank;
    double reached;  // chance that it is tested
    double value;    // chance that it is accepted
};

/// Parents renumbered breadth first; children keep their order.
std::vector<int> breadthFirst(const Grown& tree, std::size_t nodes) {
    std::vector<int> order, numberOf(nodes, -1);
    const auto addChildren = [&](int parent) {
        for (std::size_t i = 0; i < nodes; ++i) {
            if (tree.parents[i] != parent) continue;
            numberOf[i] = static_cast<int>(order.size());
            order.push_back(static_cast<int>(i));
        }
    };
    addChildren(-1);
    for (std::size_t next = 0; next < order.size(); ++next) addChildren(order[next]);
    std::vector<int> plan;
    for (const int node : order) {
        const int parent = tree.parents[static_cast<std::size_t>(node)];
        plan.push_back(parent < 0 ? -1 : numberOf[static_cast<std::size_t>(parent)]);
    }
    return plan;
}

}  // namespace

double verifyCost(const Costs& costs, int rows) {
    const std::size_t size = costs.v.size();
    if (size == 0) return 1.0;
    if (static_cast<std::size_t>(rows) <= size)
        return costs.v[static_cast<std::size_t>(std::max(rows, 1)) - 1];
    const double slope = size > 1 ? (costs.v[size - 1] - costs.v[0]) / static_cast<double>(size - 1) : 0.0;
    return costs.v[size - 1] +
           std::max(0.0, slope) * static_cast<double>(static_cast<std::size_t>(rows) - size);
}

double speedupOf(double tokensPerRound, int depth, int nodes, const Costs& costs) {
    return tokensPerRound /
           (depth * costs.c + verifyCost(costs, nodes + 1) + (nodes > 0 ? costs.overhead : 0.0));
}

std::vector<int> planOf(const std::vector<int>& children) {
    std::vector<int> plan, level{-1};
    for (const int count : children) {
        std::vector<int> next;
        for (const int parent : level) {
            for (int i = 0; i < count && static_cast<int>(plan.size()) < kTreeNodesMax; ++i) {
                next.push_back(static_cast<int>(plan.size()));
                plan.push_back(parent);
            }
        }
        level = std::move(next);
    }
    return plan;
}

int depthOf(const std::vector<int>& plan) {
    std::vector<int> depths;
    for (const int parent : plan)
        depths.push_back(parent < 0 ? 1 : depths[static_cast<std::size_t>(parent)] + 1);
    return depths.empty() ? 0 : *std::max_element(depths.begin(), depths.end());
}

AutoPlan::AutoPlan(const Costs& costs, int deepest, int widest)
    : m_costs(costs),
      m_deepest(deepest),
      m_widest(widest),
      m_counts(static_cast<std::size_t>(deepest),
               std::vector<Count>(static_cast<std::size_t>(widest))) {}

double AutoPlan::acceptanceAt(std::size_t depth, std::size_t rank) const {
    double prior = kPriorAcceptance;
    for (std::size_t d = 0; d <= depth; ++d)
        prior = (prior * kPriorWeight + m_counts[d][0].accepted) / (kPriorWeight + m_counts[d][0].tested);
    for (std::size_t r = 1; r <= rank; ++r) {
        double tested = 0.0, accepted = 0.0;  // of this rank at any depth: deep ones are rarely reached
        for (const std::vector<Count>& level : m_counts) {
            tested += level[r].tested;
            accepted += level[r].accepted;
        }
        prior = (prior * kPriorOfNextRank * kPriorWeight + accepted) / (kPriorWeight + tested);
    }
    return prior;
}

std::vector<int> AutoPlan::choose() const {
    std::vector<int> best;
    double bestSpeedup = 1.0;
    for (int deepest = 1; deepest <= m_deepest; ++deepest) {
        Grown tree;
        std::vector<Candidate> candidates{{-1, 0, 0, 1.0, acceptanceAt(0, 0)}};
        int depth = 0;
        while (!candidates.empty() && tree.parents.size() < kMostNodes) {
            const auto top = std::max_element(candidates.begin(), candidates.end(),
                                              [](const auto& a, const auto& b) { return a.value < b.value; });
            const Candidate node = *top;
            candidates.erase(top);
            const int number = static_cast<int>(tree.parents.size());
            tree.parents.push_back(node.parent);
            tree.tokens += node.value;
            depth = std::max(depth, node.depth + 1);
            if (node.depth + 1 < deepest) {
                const double a = acceptanceAt(static_cast<std::size_t>(node.depth) + 1, 0);
                candidates.push_back({number, node.depth + 1, 0, node.value, node.value * a});
            }
            if (node.rank + 1 < m_widest) {
                const double missed = node.reached - node.value;
                const double a = acceptanceAt(static_cast<std::size_t>(node.depth),
                                              static_cast<std::size_t>(node.rank) + 1);
                candidates.push_back({node.parent, node.depth, node.rank + 1, missed, missed * a});
            }
            const double speedup = speedupOf(tree.tokens, depth, number + 1, m_costs);
            if (speedup > bestSpeedup) {
                best = breadthFirst(tree, tree.parents.size());
                bestSpeedup = speedup;
            }
        }
    }
    if (best.empty() && m_deepest > 0 && m_plainRounds + 1 >= kProbeEvery) return {-1};
    return best;
}

void AutoPlan::learn(const Round& round) {
    m_plainRounds = round.gamma > 0 ? 0 : m_plainRounds + 1;
    if (round.proposals.empty()) return;
    for (std::vector<Count>& level : m_counts) {
        for (Count& count : level) {
            count.tested *= kFade;
            count.accepted *= kFade;
        }
    }
    std::vector<std::size_t> depths;
    std::vector<std::size_t> children(round.proposals.size() + 1, 0);
    for (const Proposal& proposal : round.proposals) {
        const auto parent = static_cast<std::size_t>(proposal.parent + 1);
        const std::size_t depth = parent == 0 ? 0 : depths[parent - 1] + 1;
        const std::size_t rank = children[parent]++;
        depths.push_back(depth);
        if (proposal.verdict == Verdict::Discarded || depth >= m_counts.size() ||
            rank >= m_counts[depth].size())
            continue;
        m_counts[depth][rank].tested += 1.0;
        if (proposal.verdict == Verdict::Accepted) m_counts[depth][rank].accepted += 1.0;
    }
}

}  // namespace specula
