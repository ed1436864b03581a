#pragma once

#include <algorithm>
#include <random>

#include "tests/engine/verify/exact_law.h"

namespace specula::test {

/// One round of an experiment, drawn: proposals, rows and coins, which its input refers to.
template <typename Real>
struct RandomRound {
    RandomRound(const Experiment& experiment, std::mt19937_64& random);

    /// The same round in another precision.
    template <typename Other>
    explicit RandomRound(const RandomRound<Other>& other);

    JudgeInput<Real> input();

    Rule rule;
    std::vector<TokenId> tokens;
    std::vector<int> parents;
    std::vector<Text> texts;                               ///< [1 + nodes] from node -1 on
    std::vector<std::vector<Real>> targetRows, draftRows;  ///< [1 + nodes]; draft rows empty for one-hot ones
    std::vector<double> coins;
    double extraCoin = 0.0;
    double ensembleWeight = 0.0;
    Mutant mutant = Mutant::None;
    std::vector<Real> targetScratch, draftScratch;

private:
    void addRows(const Experiment& experiment, const Text& text);
};

template <typename Real>
RandomRound<Real>::RandomRound(const Experiment& experiment, std::mt19937_64& random)
    : rule(experiment.rule), ensembleWeight(experiment.ensembleWeight), mutant(experiment.mutant) {
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    addRows(experiment, {});
    std::vector<int> placeOf;  // of each planned node, -2: none
    for (std::size_t planned = 0; planned < experiment.plan.size(); ++planned) {
        const int up = experiment.plan[planned];
        const int parent = up < 0 ? -1 : placeOf[static_cast<std::size_t>(up)];
        const bool hasElder = planned > 0 && experiment.plan[planned - 1] == up;
        placeOf.push_back(-2);
        if (parent == -2 || (hasElder && placeOf[planned - 1] == -2)) continue;
        Text text = texts[static_cast<std::size_t>(parent + 1)];
        std::vector<TokenId> elder;
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (parents[i] == parent) elder.push_back(tokens[i]);
        }
        const auto ways = nextSibling(experiment.drafting, experiment.draft.row(text), elder);
        double left = uniform(random);
        std::size_t at = 0;
        while (at + 1 < ways.size() && left >= ways[at].chance) left -= ways[at++].chance;
        if (ways[at].token < 0) continue;
        placeOf[planned] = static_cast<int>(tokens.size());
        tokens.push_back(ways[at].token);
        parents.push_back(parent);
        coins.push_back(ways[at].coinFrom + uniform(random) * (ways[at].coinTo - ways[at].coinFrom));
        text.push_back(ways[at].token);
        addRows(experiment, text);
    }
    extraCoin = uniform(random);
    targetScratch.resize(targetRows[0].size());
    draftScratch.resize(targetRows[0].size());
}

template <typename Real>
template <typename Other>
RandomRound<Real>::RandomRound(const RandomRound<Other>& other)
    : rule(other.rule),
      tokens(other.tokens),
      parents(other.parents),
      texts(other.texts),
      coins(other.coins),
      extraCoin(other.extraCoin),
      ensembleWeight(other.ensembleWeight),
      mutant(other.mutant),
      targetScratch(other.targetScratch.size()),
      draftScratch(other.draftScratch.size()) {
    const auto converted = [](const std::vector<Other>& row) {
        std::vector<Real> out;
        for (const Other value : row) out.push_back(static_cast<Real>(value));
        return out;
    };
    for (const auto& row : other.targetRows) targetRows.push_back(converted(row));
    for (const auto& row : other.draftRows) draftRows.push_back(converted(row));
}

template <typename Real>
void RandomRound<Real>::addRows(const Experiment& experiment, const Text& text) {
    const Row& target = experiment.target.row(text);
    const Row draft = experiment.drafting.rows ? experiment.draft.row(text) : Row();
    targetRows.emplace_back(target.begin(), target.end());
    draftRows.emplace_back(draft.begin(), draft.end());
    texts.push_back(text);
}

template <typename Real>
JudgeInput<Real> RandomRound<Real>::input() {
    JudgeInput<Real> out;
    out.rule = rule;
    out.drafted = tokens;
    out.parents = parents;
    out.targetRow = [this](int node) {
        return std::span<const Real>(targetRows[static_cast<std::size_t>(node + 1)]);
    };
    out.draftRow = [this](int node) {
        return std::span<const Real>(draftRows[static_cast<std::size_t>(node + 1)]);
    };
    out.acceptCoins = coins;
    out.extraCoin = extraCoin;
    out.targetScratch = targetScratch;
    out.draftScratch = draftScratch;
    out.best = [this](int node) {
        const auto& row = targetRows[static_cast<std::size_t>(node + 1)];
        return static_cast<TokenId>(std::max_element(row.begin(), row.end()) - row.begin());
    };
    out.ensembleWeight = ensembleWeight;
    out.mutant = mutant;
    return out;
}

}  // namespace specula::test
