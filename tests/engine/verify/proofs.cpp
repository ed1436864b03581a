#include "tests/engine/verify/proofs.h"

#include <algorithm>
#include <cmath>

#include "engine/trace/rules.h"

namespace specula::test {

namespace {

constexpr std::size_t kEverywhere = 99;  // longer than any text here

/// What is drafted at most: chains, or trees that are narrower the more there is to enumerate.
std::vector<int> planFor(const Proof& proof, int vocabulary, int depth) {
    if (!proof.tree) return planOf(std::vector<int>(static_cast<std::size_t>(depth), 1));
    std::vector<int> children(static_cast<std::size_t>(depth), 1);
    const bool drawn = proof.drafting.siblings != Siblings::Likeliest;
    const int most = proof.rule == Rule::Match ? 7 : 9;  // whose coins have an interval for every token
    const int wide = drawn ? std::max(1, most - vocabulary - depth) : 3;
    for (int level = 0; level < std::min(wide, depth); ++level) children[static_cast<std::size_t>(level)] = 2;
    children[0] = depth < 3 && vocabulary < 6 ? 3 : 2;
    return planOf(children);
}

/// A fixed decision, at one text in three, and never at once.
bool stopsAfter(const Text& text, unsigned seed) {
    unsigned mixed = seed;
    for (const TokenId token : text) mixed = (mixed ^ static_cast<unsigned>(token + 1)) * 2654435761U;
    return !text.empty() && (mixed >> 16) % 3 == 0;
}

double distance(const Proof& proof, int vocabulary, int depth, unsigned model) {
    const double zeros = model % 2 == 1 ? 0.35 : 0.0;
    const bool stops = model / 2 % 2 == 1, ends = model / 4 % 2 == 1;
    const TinyModel target = randomModel(vocabulary, 2 * model + 1, zeros);
    const TinyModel draft = randomModel(vocabulary, 2 * model + 2, zeros), greedy = greedyOf(target);
    Experiment experiment{.target = target, .draft = draft, .plan = planFor(proof, vocabulary, depth)};
    experiment.rule = proof.rule;
    experiment.drafting = proof.drafting;
    if (stops) experiment.drafting.stops = [=](const Text& text) { return stopsAfter(text, model); };
    if (ends) experiment.ending = 1;
    if (proof.rule == Rule::Greedy) experiment.later = &greedy;
    return distanceFromTarget(experiment);
}

}  // namespace

std::vector<Proof> proofs() {
    std::vector<Proof> out;
    for (const Rule rule : losslessRules()) {
        const Drafting own = draftingFor(rule);
        for (const bool tree : {false, true}) {
            if (tree ? !judgesTrees(rule) : !judgesChains(rule)) continue;
            if (own.rows) out.push_back({rule, tree, own, "drawn"});
            out.push_back({rule, tree, oneHotDrafting(), "one-hot"});
        }
    }
    return out;
}

double worstDistance(const Proof& proof, int vocabulary, int depth) {
    const bool large = std::pow(vocabulary, depth) > 256;
    const std::vector<unsigned> models =
        large ? std::vector<unsigned>{0, 3} : std::vector<unsigned>{0, 1, 2, 3, 4, 5, 6, 7};
    double worst = 0.0;
    for (const unsigned model : models) worst = std::max(worst, distance(proof, vocabulary, depth, model));
    return worst;
}

double mutantDistance(Mutant mutant, Rule rule, bool tree, bool drawsNothing) {
    double worst = 0.0;
    for (unsigned seed = 1; seed <= 6; ++seed) {
        const double zeros = seed % 2 == 0 ? 0.3 : 0.0;
        const TinyModel whole = randomModel(3, seed, zeros);
        const TinyModel wholeDraft = mixtureOf(whole, randomModel(3, seed + 50, zeros), 0.7, kEverywhere);
        const bool filters = mutant == Mutant::UnfilteredTarget;
        const TinyModel target = filters ? topTwoOf(whole) : whole;
        const TinyModel draft = filters ? topTwoOf(wholeDraft) : wholeDraft;
        const TinyModel text = rule == Rule::Greedy ? greedyOf(target) : target;
        Experiment experiment{.target = filters ? whole : target,
                              .draft = draft,
                              .plan = planOf(tree ? std::vector<int>{2, 2} : std::vector<int>{1, 1, 1})};
        experiment.rule = rule;
        experiment.drafting = drawsNothing ? oneHotDrafting() : draftingFor(rule, mutant);
        experiment.mutant = mutant;
        experiment.later = &text;
        worst = std::max(worst, distanceFromTarget(experiment));
    }
    return worst;
}

std::vector<Mutant> lawMutants() {
    return {Mutant::ResampleFromTarget, Mutant::UnfilteredTarget,     Mutant::ArgmaxDraft,
            Mutant::BonusFromDraft,     Mutant::OffByOneRow,          Mutant::DropUnlikely,
            Mutant::CoinReused,         Mutant::RejectedSiblingStays, Mutant::KeepRejected,
            Mutant::SiblingsMixedUp,    Mutant::BlockFirstFailure,    Mutant::BlockPlainResidual};
}

std::vector<Rule> losslessRules() {
    std::vector<Rule> out;
    for (int i = 0; i <= static_cast<int>(Rule::Ensemble); ++i) {
        const Rule rule = static_cast<Rule>(i);
        if (lossless(rule)) out.push_back(rule);
    }
    return out;
}

}  // namespace specula::test
