#include "engine/decode/stop_rule.h"

#include <algorithm>

#include "engine/decode/auto_plan.h"
#include "engine/verify/rows.h"

namespace specula {

namespace {

constexpr double kFade = 0.99;
constexpr double kPriorWeight = 4.0;

}  // namespace

StopRule::StopRule(const RunOptions& options)
    : m_stop(options.draftStop), m_costs(options.costs.value_or(Costs{})) {
    beginRound();
}

void StopRule::beginRound() {
    m_nodes.assign(1, {});
    m_expected = 1.0;
    m_depth = 0;
    m_stoppedAt.reset();
}

bool StopRule::stops(int parent, std::span<const float> row) {
    Node& node = m_nodes[static_cast<std::size_t>(parent + 1)];
    node.confidence = static_cast<double>(*std::max_element(row.begin(), row.end()));
    const double read = m_stop.kind == DraftStop::Kind::Entropy ? entropyOf(row) : node.confidence;
    bool stop = false;
    if (m_stop.kind == DraftStop::Kind::Max) stop = read < m_stop.threshold;
    if (m_stop.kind == DraftStop::Kind::Entropy) stop = read > m_stop.threshold;
    if (m_stop.kind == DraftStop::Kind::Auto) stop = notWorthIt(node);
    if (stop) m_stoppedAt = read;
    return stop;
}

void StopRule::added(int parent) {
    const Node& above = m_nodes[static_cast<std::size_t>(parent + 1)];
    const Node node{0.0, above.survival * acceptance(above.confidence), above.depth + 1};
    m_expected += node.survival;
    m_depth = std::max(m_depth, node.depth);
    m_nodes.push_back(node);
}

void StopRule::learn(std::span<const int> parents, const Judged& judged) {
    if (m_stop.kind != DraftStop::Kind::Auto) return;
    for (std::size_t i = 0; i < parents.size(); ++i) {
        if (judged.verdicts[i] == Verdict::Discarded) continue;
        Bin& bin = m_bins[binOf(m_nodes[static_cast<std::size_t>(parents[i] + 1)].confidence)];
        bin.tested = bin.tested * kFade + 1.0;
        bin.accepted = bin.accepted * kFade + (judged.verdicts[i] == Verdict::Accepted ? 1.0 : 0.0);
    }
}

std::size_t StopRule::binOf(double confidence) {
    return std::min<std::size_t>(9, static_cast<std::size_t>(std::max(0.0, confidence) * 10.0));
}

double StopRule::acceptance(double confidence) const {
    const Bin& bin = m_bins[binOf(confidence)];
    return (bin.accepted + kPriorWeight * confidence) / (bin.tested + kPriorWeight);
}

bool StopRule::notWorthIt(const Node& node) const {
    const int nodes = static_cast<int>(m_nodes.size()) - 1;
    const double gain = node.survival * acceptance(node.confidence);
    const double step = node.depth + 1 > m_depth ? m_costs.c : 0.0;
    const double cost = step + verifyCost(m_costs, nodes + 2) - verifyCost(m_costs, nodes + 1);
    return gain <= std::max(1.0, speedupOf(m_expected, m_depth, nodes, m_costs)) * cost;
}

}  // namespace specula
