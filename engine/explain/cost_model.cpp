#include "engine/explain/cost_model.h"

#include <algorithm>
#include <cstddef>

namespace specula {

double verifyCost(const Costs& costs, int rows) {
    const std::size_t size = costs.v.size();
    if (size == 0) return 1.0;
    if (static_cast<std::size_t>(rows) <= size)
        return costs.v[static_cast<std::size_t>(std::max(rows, 1)) - 1];
    const double slope = size > 1 ? (costs.v[size - 1] - costs.v[0]) / static_cast<double>(size - 1) : 0.0;
    return costs.v[size - 1] +
           std::max(0.0, slope) * static_cast<double>(static_cast<std::size_t>(rows) - size);
}

double roundCost(int depth, int nodes, const Costs& costs) {
    return depth * costs.c + verifyCost(costs, nodes + 1) + (nodes > 0 ? costs.overhead : 0.0);
}

double speedupOf(double tokensPerRound, int depth, int nodes, const Costs& costs) {
    return tokensPerRound / roundCost(depth, nodes, costs);
}

double expectedTokensPerRound(double alpha, int gamma) {
    double tokens = 1.0, survival = 1.0;
    for (int i = 0; i < gamma; ++i) tokens += survival *= alpha;
    return tokens;
}

double expectedTokensPerRound(const std::vector<double>& alphaByPosition, int gamma) {
    double tokens = 1.0, survival = alphaByPosition.empty() ? 0.0 : 1.0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(gamma) && survival > 0.0; ++i)
        tokens += survival *= alphaByPosition[std::min(i, alphaByPosition.size() - 1)];
    return tokens;
}

PredictedGamma bestGamma(const std::vector<double>& alphaByPosition, const Costs& costs, int last) {
    PredictedGamma best;
    for (int gamma = 1; gamma <= last; ++gamma) {
        const double speedup = speedupOf(expectedTokensPerRound(alphaByPosition, gamma), gamma, gamma, costs);
        if (speedup > best.speedup) best = {gamma, speedup};
    }
    return best;
}

std::optional<double> breakevenAlpha(int gamma, const Costs& costs) {
    const double cost = roundCost(gamma, gamma, costs);
    if (expectedTokensPerRound(1.0, gamma) < cost) return std::nullopt;
    double low = 0.0, high = 1.0;
    for (int i = 0; i < 60; ++i) {
        const double middle = 0.5 * (low + high);
        (expectedTokensPerRound(middle, gamma) < cost ? low : high) = middle;
    }
    return high;
}

}  // namespace specula
