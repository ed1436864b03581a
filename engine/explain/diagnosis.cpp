#include "engine/explain/diagnosis.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/explain/diagnosis_answers.h"

namespace specula {

namespace {

constexpr double kMoreAcceptance = 0.1;
constexpr double kHalfMore = 1.5;
constexpr double kWorthSaying = 1.005;  // a change that gains less is none

double perRound(long count, const Totals& totals) {
    return totals.rounds > 0 ? static_cast<double>(count) / static_cast<double>(totals.rounds) : 0.0;
}

bool draftsTrees(const RunOptions& options) {
    return !options.tree.off();
}

/// Every round that drafts nothing emits one plain token, and no other does.
long draftingRounds(const Totals& totals) {
    return totals.rounds - totals.plain;
}

/// Steps a round where the rounds themselves are not known: a chain has one for each token, a tree at least
/// as many as it has levels.
double stepsOf(const Diagnosis& d) {
    if (d.input.draftSteps) return *d.input.draftSteps;
    if (d.chains) return d.nodes;
    const TreeShape& tree = d.input.options.tree;
    const std::size_t levels = tree.automatic ? d.input.totals.judgedAt.size() : tree.children.size();
    return std::min(d.nodes, d.drafting * static_cast<double>(levels));
}

/// v between two whole numbers of rows.
double verifyCostAt(const Costs& costs, double rows) {
    const double below = std::floor(rows);
    const int low = static_cast<int>(below);
    return verifyCost(costs, low) + (rows - below) * (verifyCost(costs, low + 1) - verifyCost(costs, low));
}

/// Of chains P(accepted | judged). Of trees the chance that some node of a level is kept once the level above
/// was: a sibling's own chance is another thing.
std::vector<double> alphaOf(const Totals& totals, bool chains) {
    std::vector<double> alpha;
    long reached = draftingRounds(totals);
    for (std::size_t i = 0; i < totals.acceptedAt.size(); ++i) {
        const long tests = chains ? totals.judgedAt[i] : reached;
        if (tests <= 0) break;
        alpha.push_back(
            std::min(1.0, static_cast<double>(totals.acceptedAt[i]) / static_cast<double>(tests)));
        reached = totals.acceptedAt[i];
    }
    return alpha;
}

std::vector<double> survivalOf(const std::vector<double>& alpha) {
    std::vector<double> survival;
    double chance = 1.0;
    for (const double a : alpha) survival.push_back(chance *= a);
    return survival;
}

SpeedOutcome outcomeOf(const std::optional<Interval>& speedup) {
    if (!speedup || speedup->n == 0) return SpeedOutcome::NotMeasured;
    if (speedup->n >= 2 && speedup->low > 1.0) return SpeedOutcome::Faster;
    if (speedup->n >= 2 && speedup->high < 1.0) return SpeedOutcome::Slower;
    return SpeedOutcome::Unclear;
}

/// The acceptance, the same at every position, at which `depth` levels emit `tokens` a round.
std::optional<double> acceptanceFor(double tokens, double depth) {
    if (1.0 + depth < tokens) return std::nullopt;
    double low = 0.0, high = 1.0;
    for (int i = 0; i < 60; ++i) {
        const double middle = 0.5 * (low + high);
        (expectedTokens({middle}, depth) < tokens ? low : high) = middle;
    }
    return high;
}

struct Parts {
    double draft = 0.0, rows = 0.0, overhead = 0.0;
};

Parts partsOf(const Diagnosis& d, const Costs& costs) {
    Parts parts;
    parts.draft = d.depth * costs.c;
    parts.overhead = d.drafting * costs.overhead;
    parts.rows = d.roundCost - 1.0 - parts.draft - parts.overhead;
    return parts;
}

double roundCostOf(const Diagnosis& d, const Costs& costs) {
    if (d.input.roundCost) return *d.input.roundCost;
    const double rows = 1.0 + d.nodes / d.drafting;
    return 1.0 - d.drafting + d.drafting * (verifyCostAt(costs, rows) + costs.overhead) + d.depth * costs.c;
}

std::vector<TermCost> termsOf(const Diagnosis& d, const Parts& parts) {
    const double tokens = d.tokensPerRound;
    const double token = d.roundCost / tokens;
    std::optional<double> plainMs;
    if (d.input.plain && d.input.plain->median > 0.0) plainMs = 1000.0 / d.input.plain->median;
    const auto term = [&](CostTerm which, double rounds, double saving) {
        TermCost cost{which, rounds, saving, std::nullopt, 1.0 / std::max(token - saving, 1e-9)};
        if (plainMs) cost.ms = saving * *plainMs;
        return cost;
    };
    const double all = 1.0 + d.depth;
    const double wasted = std::max(0.0, token - d.roundCost / all);
    std::vector<TermCost> terms{term(CostTerm::Draft, parts.draft, parts.draft / tokens),
                                term(CostTerm::Rows, parts.rows, parts.rows / tokens),
                                term(CostTerm::Overhead, parts.overhead, parts.overhead / tokens),
                                term(CostTerm::Acceptance, wasted * tokens, wasted)};
    std::stable_sort(terms.begin(), terms.end(),
                     [](const TermCost& a, const TermCost& b) { return a.saving > b.saving; });
    return terms;
}

/// The gammas around the best that the model cannot tell from it.
void findFlat(Diagnosis& d, const Costs& costs) {
    const auto speed = [&](int gamma) {
        return speedupOf(expectedTokensPerRound(d.alphaByPosition, gamma), gamma, gamma, costs);
    };
    d.flatFirst = d.flatLast = d.best->gamma;
    const double least = (1.0 - kFlat) * d.best->speedup;
    while (d.flatFirst > 0 && speed(d.flatFirst - 1) >= least) --d.flatFirst;
    while (d.flatLast < kLastGamma && speed(d.flatLast + 1) >= least) ++d.flatLast;
}

std::vector<Remedy> changesOf(const Diagnosis& d, const Parts& parts) {
    const double tokens = d.tokensPerRound, cost = d.roundCost;
    using Kind = Remedy::Kind;
    std::vector<Remedy> changes;
    if (parts.draft > 0.0) changes.push_back({Kind::HalfDraft, 0, tokens / (cost - 0.5 * parts.draft)});
    std::vector<double> better = d.alphaByPosition;
    for (double& alpha : better) alpha = std::min(1.0, alpha + kMoreAcceptance);
    // As many times E as the model gives: what a run's ends cut off stays cut off.
    const double more = expectedTokens(better, d.depth) / expectedTokens(d.alphaByPosition, d.depth);
    changes.push_back({Kind::MoreAcceptance, 0, tokens * more / cost});
    if (d.best) changes.push_back({Kind::BestGamma, d.best->gamma, d.best->speedup});
    if (parts.rows > 0.0) changes.push_back({Kind::FlatRows, 0, tokens / (cost - parts.rows)});
    if (parts.overhead > 0.0) changes.push_back({Kind::NoOverhead, 0, tokens / (cost - parts.overhead)});
    std::erase_if(changes,
                  [&](const Remedy& change) { return change.speedup <= d.predicted * kWorthSaying; });
    std::stable_sort(changes.begin(), changes.end(),
                     [](const Remedy& a, const Remedy& b) { return a.speedup > b.speedup; });
    return changes;
}

Lack lackOf(const DiagnosisInput& input) {
    if (input.totals.emitted() <= 0 || input.totals.rounds <= 0) return Lack::Tokens;
    if (input.totals.drafted <= 0 || draftingRounds(input.totals) <= 0) return Lack::Drafts;
    if (!input.costs || input.costs->v.empty()) return Lack::Costs;
    return Lack::None;
}

}  // namespace

int draftSteps(const Round& round) {
    std::vector<int> depths;
    int deepest = 0;
    for (const Proposal& proposal : round.proposals) {
        const int above = proposal.parent < 0 ? 0 : depths[static_cast<std::size_t>(proposal.parent)];
        depths.push_back(above + 1);
        deepest = std::max(deepest, above + 1);
    }
    return deepest;
}

double expectedTokens(const std::vector<double>& alphaByPosition, double depth) {
    const double below = std::floor(depth);
    const int low = static_cast<int>(below);
    const double tokens = expectedTokensPerRound(alphaByPosition, low);
    if (depth == below) return tokens;
    return tokens + (depth - below) * (expectedTokensPerRound(alphaByPosition, low + 1) - tokens);
}

Diagnosis diagnose(DiagnosisInput input) {
    Diagnosis d;
    d.input = std::move(input);
    const Totals& totals = d.input.totals;
    d.lack = lackOf(d.input);
    d.outcome = outcomeOf(d.input.speedup);
    if (d.lack == Lack::Tokens) return d;
    d.chains = !draftsTrees(d.input.options);
    d.tokensPerRound = totals.tokensPerRound().value_or(1.0);
    d.nodes = perRound(totals.drafted, totals);
    d.drafting = perRound(draftingRounds(totals), totals);
    d.depth = stepsOf(d);
    d.alpha = totals.acceptanceRate();
    d.alphaByPosition = alphaOf(totals, d.chains);
    d.survival = survivalOf(d.alphaByPosition);
    if (d.lack == Lack::None) {
        const Costs& costs = *d.input.costs;
        d.roundCost = roundCostOf(d, costs);
        d.predicted = d.tokensPerRound / d.roundCost;
        if (d.outcome != SpeedOutcome::NotMeasured) d.residual = d.input.speedup->median / d.predicted;
        d.verifyCost = verifyCostAt(costs, 1.0 + d.nodes / d.drafting);
        const Parts parts = partsOf(d, costs);
        d.terms = termsOf(d, parts);
        d.breakeven = acceptanceFor(d.roundCost, d.depth);
        d.alphaForHalfMore = acceptanceFor(kHalfMore * d.roundCost, d.depth);
        if (d.chains && !d.alphaByPosition.empty()) {
            d.best = bestGamma(d.alphaByPosition, costs, kLastGamma);
            findFlat(d, costs);
        }
        d.changes = changesOf(d, parts);
    }
    d.answers = answersOf(d);
    return d;
}

}  // namespace specula
