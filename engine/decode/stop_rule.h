#pragma once

#include <array>
#include <optional>
#include <span>
#include <vector>

#include "engine/trace/options.h"
#include "engine/verify/judge.h"

namespace specula {

/// Decides, from the row that the next proposal would be drawn from, whether drafting goes on there
/// (DraftStop). It never sees a drawn token's own probability: dropping a token for that would bias the text.
/// A pure function of the options and of past verdicts, so a run can be repeated. One thread.
///
/// Max: stops where the largest probability is below the threshold (assisted decoding's confidence threshold;
/// as a rule on the row and not on the token it is exact when sampling too). Entropy: stops where the row's
/// entropy is above it.
///
/// Auto: stops where one more token is expected to bring less than it costs. A round that has n nodes, depth
/// steps and is expected to emit E tokens runs at S = E / (depth c + v(n + 1) + o); the next token is drafted
/// iff survival * a / (c + v(n + 2) - v(n + 1)) > S, the best rate so far, where survival is the chance that
/// the path to it is accepted and a the chance that it is then accepted too. a is learnt: the share accepted
/// among past proposals whose row had about the same largest probability (ten bins, older verdicts fading by
/// 1 % each, towards that probability itself while there are few).
class StopRule {
public:
    /// Auto needs options.costs.
    explicit StopRule(const RunOptions& options);

    bool active() const { return m_stop.kind != DraftStop::Kind::Fixed; }

    void beginRound();

    /// Whether nothing is to be drafted after `parent` (-1: the text), whose children would be drawn from
    /// `row`. Notes what it read of the row.
    bool stops(int parent, std::span<const float> row);

    /// A proposal was added after `parent`.
    void added(int parent);

    /// What it read where it last stopped in this round, if it did.
    std::optional<double> stoppedAt() const { return m_stoppedAt; }

    void learn(std::span<const int> parents, const Judged& judged);

private:
    struct Bin {
        double tested = 0.0, accepted = 0.0;  // faded
    };
    struct Node {
        double confidence = 0.0;  // largest probability of the row after it
        double survival = 1.0;    // chance that the path to it is accepted
        int depth = 0;
    };
    static std::size_t binOf(double confidence);
    double acceptance(double confidence) const;
    bool notWorthIt(const Node& node) const;

    DraftStop m_stop;
    Costs m_costs;
    std::array<Bin, 10> m_bins{};
    std::vector<Node> m_nodes;  // [node + 1]
    double m_expected = 1.0;    // tokens that this round emits
    int m_depth = 0;
    std::optional<double> m_stoppedAt;
};

}  // namespace specula
