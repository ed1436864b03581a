#include "engine/trace/rule_setups.h"

#include <algorithm>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"

namespace specula {

namespace {

bool proposesTrees(const DraftInfo& draft) {
    return draft.kind == "feature-head";
}

bool proposesWithCertainty(const DraftInfo& draft) {
    return draft.kind == "ngram";
}

/// Siblings are what the rules of trees differ in.
bool branches(const TreeShape& tree) {
    return std::any_of(tree.children.begin(), tree.children.end(), [](int count) { return count > 1; });
}

TreeShape treeOf(const DraftInfo& draft, const RunOptions& options) {
    if (!options.tree.off()) return options.tree;
    if (branches(draft.bestTree)) return draft.bestTree;
    return {.automatic = false, .children = {3, 2, 1}};
}

}  // namespace

std::vector<RuleSetup> ruleSetups(Rule rule, const DraftInfo& draft, const RunOptions& options) {
    const bool greedy = options.sampling.greedy();
    if (draft.kind == "none" || options.gamma == 0) return {};
    if (rule == Rule::Greedy && !greedy) return {};
    const Rule run = resolvedRule(rule, greedy, false, false);
    const double weight = run == Rule::Ensemble ? options.ensembleWeight : RuleSetup{}.ensembleWeight;
    const int gamma = options.gamma == kGammaAuto ? kOrdinaryGamma : options.gamma;
    std::vector<RuleSetup> setups;
    if (judgesChains(run)) setups.push_back({run, weight, gamma, {}});
    if (judgesTrees(run) && proposesTrees(draft))
        setups.push_back({run, weight, gamma, treeOf(draft, options)});
    return setups;
}

std::vector<RuleSetup> defaultRuleSetups(const DraftInfo& draft, const RunOptions& options) {
    const auto sameAsToken = [](Rule rule) {
        return rule == Rule::Block || rule == Rule::OneHot || rule == Rule::Match;
    };
    std::vector<RuleSetup> all;
    for (const Rule rule : allRules()) {
        if (proposesWithCertainty(draft) && sameAsToken(rule)) continue;
        for (const RuleSetup& setup : ruleSetups(rule, draft, options)) {
            if (std::find(all.begin(), all.end(), setup) == all.end()) all.push_back(setup);
        }
    }
    std::stable_partition(all.begin(), all.end(), [](const RuleSetup& setup) { return setup.tree.off(); });
    return all;
}

}  // namespace specula
