#include "engine/decode/auto_plan.h"

#include <algorithm>
#include <cmath>

namespace specula {

namespace {

constexpr double kFade = 0.98;
constexpr double kPriorAcceptance = 0.6;
constexpr double kPriorWeight = 3.0;
constexpr double kPriorOfNextRank = 0.35;  // of the share that the rank before it gets
constexpr int kLeastPatience = 8;
constexpr int kMostPatience = 64;
constexpr std::size_t kMostNodes = 32;
constexpr std::size_t kLookAhead = 6;  // nodes added without gain before a tree is called grown

/// A node that may be added next: the first child of a node, or the next sibling of one.
struct Candidate {
    int parent, depth, rank;
    double reached;  // chance that it is tested
    double value;    // chance that it is accepted
};

/// Parents renumbered breadth first; children keep their order.
std::vector<int> breadthFirst(const std::vector<int>& parents) {
    std::vector<int> order, numberOf(parents.size(), -1);
    const auto addChildren = [&](int parent) {
        for (std::size_t i = 0; i < parents.size(); ++i) {
            if (parents[i] != parent) continue;
            numberOf[i] = static_cast<int>(order.size());
            order.push_back(static_cast<int>(i));
        }
    };
    addChildren(-1);
    for (std::size_t next = 0; next < order.size(); ++next) addChildren(order[next]);
    std::vector<int> plan;
    for (const int node : order) {
        const int parent = parents[static_cast<std::size_t>(node)];
        plan.push_back(parent < 0 ? -1 : numberOf[static_cast<std::size_t>(parent)]);
    }
    return plan;
}

}  // namespace

bool choosesByCosts(const RunOptions& options) {
    const bool shape = options.tree.off() ? options.gamma == kGammaAuto : options.tree.automatic;
    return shape || (options.gamma != 0 && options.draftStop.kind == DraftStop::Kind::Auto);
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
      m_counts(static_cast<std::size_t>(deepest), std::vector<Count>(static_cast<std::size_t>(widest))),
      m_best(best(0.0)) {}

double AutoPlan::acceptanceAt(std::size_t depth, std::size_t rank, double deviations) const {
    double mean = kPriorAcceptance, weight = kPriorWeight;
    for (std::size_t d = 0; d <= depth; ++d) {
        weight = kPriorWeight + m_counts[d][0].tested;
        mean = (mean * kPriorWeight + m_counts[d][0].accepted) / weight;
    }
    for (std::size_t r = 1; r <= rank; ++r) {
        double tested = 0.0, accepted = 0.0;  // of this rank at any depth: deep ones are rarely reached
        for (const std::vector<Count>& level : m_counts) {
            tested += level[r].tested;
            accepted += level[r].accepted;
        }
        weight = kPriorWeight + tested;
        mean = (mean * kPriorOfNextRank * kPriorWeight + accepted) / weight;
    }
    // The standard deviation of a beta distribution with this mean and weight.
    return std::min(1.0, mean + deviations * std::sqrt(mean * (1.0 - mean) / (weight + 1.0)));
}

AutoPlan::Grown AutoPlan::grow(int deepest, const std::vector<std::vector<double>>& acceptance) const {
    Grown tree;
    std::size_t bestNodes = 0;
    std::vector<Candidate> candidates{{-1, 0, 0, 1.0, acceptance[0][0]}};
    int depth = 0;
    double tokens = 1.0;
    while (!candidates.empty() && tree.parents.size() < std::min(kMostNodes, bestNodes + kLookAhead)) {
        const auto top = std::max_element(candidates.begin(), candidates.end(),
                                          [](const auto& a, const auto& b) { return a.value < b.value; });
        const Candidate node = *top;
        candidates.erase(top);
        const int number = static_cast<int>(tree.parents.size());
        tree.parents.push_back(node.parent);
        tokens += node.value;
        depth = std::max(depth, node.depth + 1);
        const auto d = static_cast<std::size_t>(node.depth), r = static_cast<std::size_t>(node.rank);
        if (node.depth + 1 < deepest)
            candidates.push_back({number, node.depth + 1, 0, node.value, node.value * acceptance[d + 1][0]});
        if (node.rank + 1 < m_widest) {
            const double missed = node.reached - node.value;
            candidates.push_back(
                {node.parent, node.depth, node.rank + 1, missed, missed * acceptance[d][r + 1]});
        }
        const double speedup = speedupOf(tokens, depth, number + 1, m_costs);
        if (speedup > tree.speedup) {
            tree.speedup = speedup;
            bestNodes = tree.parents.size();
        }
    }
    tree.parents.resize(bestNodes);
    return tree;
}

AutoPlan::Grown AutoPlan::best(double deviations) const {
    std::vector<std::vector<double>> acceptance(m_counts.size());
    for (std::size_t d = 0; d < m_counts.size(); ++d) {
        for (std::size_t r = 0; r < m_counts[d].size(); ++r)
            acceptance[d].push_back(acceptanceAt(d, r, deviations));
    }
    Grown best;
    for (int deepest = 1; deepest <= m_deepest; ++deepest) {
        Grown tree = grow(deepest, acceptance);
        if (tree.speedup > best.speedup) best = std::move(tree);
    }
    return best;
}

std::vector<int> AutoPlan::choose() const {
    if (!m_best.parents.empty()) return breadthFirst(m_best.parents);
    if (m_deepest > 0 && m_plainRounds + 1 >= m_patience) return {-1};
    return {};
}

void AutoPlan::learn(const Round& round) {
    if (round.gamma == 0) {
        ++m_plainRounds;
        return;
    }
    const bool probe = m_plainRounds > 0;
    m_plainRounds = 0;
    if (!round.proposals.empty()) count(round);
    m_best = best(0.0);
    if (!m_best.parents.empty() || best(1.0).speedup > 1.0)
        m_patience = kLeastPatience;  // it may pay: look again soon
    else if (probe)
        m_patience = std::min(2 * m_patience, kMostPatience);
}

void AutoPlan::count(const Round& round) {
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
