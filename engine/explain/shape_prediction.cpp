#include "engine/explain/shape_prediction.h"

#include <algorithm>
#include <cstddef>

#include "engine/explain/cost_model.h"

namespace specula {

namespace {

using Rates = std::vector<std::vector<double>>;

/// Wide, narrow, deep and flat: what `--tree auto` mostly draws, and the shapes that the window offers.
const std::vector<std::vector<int>> kTrees{{2},       {3},       {2, 1},       {3, 1},    {2, 2},
                                           {2, 1, 1}, {2, 2, 1}, {2, 1, 1, 1}, {3, 2, 1}, {4, 2, 1, 1}};

double rateAt(const Rates& rates, std::size_t depth, std::size_t rank) {
    if (rates.empty()) return 0.0;
    const std::vector<double>& level = rates[std::min(depth, rates.size() - 1)];
    if (rank < level.size()) return level[rank];
    return rank == 0 || rates[0].size() <= rank ? 0.0 : rates[0][rank];
}

/// The sum of what the nodes below one that is kept with chance `kept` are worth.
double worthBelow(const std::vector<int>& children, const Rates& rates, std::size_t depth, double kept) {
    if (depth == children.size()) return 0.0;
    double sum = 0.0, reached = kept;
    for (int rank = 0; rank < children[depth]; ++rank) {
        const double value = reached * rateAt(rates, depth, static_cast<std::size_t>(rank));
        sum += value + worthBelow(children, rates, depth + 1, value);
        reached -= value;
    }
    return sum;
}

std::vector<double> chainRates(const Rates& rates) {
    std::vector<double> chain;
    for (const std::vector<double>& level : rates) chain.push_back(level[0]);
    return chain;
}

}  // namespace

std::vector<std::vector<double>> smoothedAcceptance(const DraftAcceptance& acceptance) {
    const auto& tested = acceptance.tested;
    const auto& accepted = acceptance.accepted;
    std::size_t ranks = 0;
    for (const auto& level : tested) ranks = std::max(ranks, level.size());
    std::vector<double> pooled;  // of each later rank, at any depth
    for (std::size_t rank = 0; rank < ranks; ++rank) {
        double n = 0.0, kept = 0.0;
        for (std::size_t d = 0; d < tested.size(); ++d) {
            if (rank >= tested[d].size()) continue;
            n += static_cast<double>(tested[d][rank]);
            kept += static_cast<double>(accepted[d][rank]);
        }
        if (n == 0.0) break;
        pooled.push_back(kept / n);
    }
    Rates rates;
    for (std::size_t d = 0; d < tested.size() && !tested[d].empty() && tested[d][0] > 0; ++d) {
        std::vector<double> level;
        for (std::size_t rank = 0; rank < pooled.size(); ++rank) {
            const bool seen = rank < tested[d].size();
            const double n = seen ? static_cast<double>(tested[d][rank]) : 0.0;
            const double kept = seen ? static_cast<double>(accepted[d][rank]) : 0.0;
            if (rank == 0 && d == 0)
                level.push_back(kept / n);
            else
                level.push_back((kept + kPriorTests * (rank == 0 ? rates[d - 1][0] : pooled[rank])) /
                                (n + kPriorTests));
        }
        rates.push_back(std::move(level));
    }
    return rates;
}

PredictedRound predictRound(const DraftShape& shape, const DraftAcceptance& acceptance, const Costs& costs) {
    const Rates rates = smoothedAcceptance(acceptance);
    if (!shape.tree.off())
        return {1.0 + worthBelow(shape.tree.children, rates, 0, 1.0),
                roundCost(shape.depth(), shape.nodes(), costs)};
    const std::vector<double> chain = chainRates(rates);
    PredictedRound sum{0.0, 0.0};
    long rounds = 0;
    for (std::size_t n = 0; n < acceptance.lengths.size(); ++n) {
        // A round that drafted all that was asked for would have gone on.
        const bool full = static_cast<int>(n) >= acceptance.asked;
        const int drafted = full ? shape.gamma : std::min(shape.gamma, static_cast<int>(n));
        const auto weight = static_cast<double>(acceptance.lengths[n]);
        sum.tokens += weight * expectedTokensPerRound(chain, drafted);
        sum.cost += weight * roundCost(drafted, drafted, costs);
        rounds += acceptance.lengths[n];
    }
    if (rounds == 0) return {};
    return {sum.tokens / static_cast<double>(rounds), sum.cost / static_cast<double>(rounds)};
}

std::vector<DraftShape> predictableShapes(bool chains, bool trees, const TreeShape& best) {
    std::vector<DraftShape> shapes;
    for (int gamma = 1; chains && gamma <= kLongestPredicted; ++gamma) shapes.push_back({gamma, {}});
    if (!trees) return shapes;
    for (const std::vector<int>& children : kTrees) shapes.push_back({0, {false, children}});
    const bool branches =
        std::any_of(best.children.begin(), best.children.end(), [](int children) { return children > 1; });
    const DraftShape measured{0, {false, best.children}};
    if (branches && std::find(shapes.begin(), shapes.end(), measured) == shapes.end())
        shapes.push_back(measured);
    return shapes;
}

}  // namespace specula
