#include "engine/measure/audit_setups.h"

#include <array>
#include <cmath>
#include <limits>

#include "engine/measure/target_law.h"
#include "engine/model/model.h"
#include "engine/trace/error.h"
#include "engine/trace/mutants.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "engine/verify/rows.h"

namespace specula {

namespace {

constexpr int kDefaultGamma = 4;
constexpr int kMaxTokens = kGammaMax + 8;  // no round is cut short by the budget
constexpr double kWantedEntropy = 2.5;     // nats: about a dozen likely tokens
constexpr int kLookedInto = 3;             // first tokens whose successors count too

// Openings after which many words are possible but not all.
constexpr std::array kOpenings{
    "Once upon a time, there was a little",     "The old man opened the door and saw",
    "In the morning they went to the",          "She looked at the sky and thought about",
    "The best thing about the village was its", "He took a deep breath and",
};
// The same for a draft that looks up what came before: it finds something to propose at once.
constexpr std::array kRepetitions{
    "red, green, blue, red, green, yellow, red, green,",
    "One day the cat saw a dog. One day the cat saw a bird. One day the cat saw a",
    "He went to the shop. She went to the park. He went to the house. She went to the",
};

std::vector<std::vector<TokenId>> candidates(const Engine& engine, bool repetitive) {
    std::vector<std::vector<TokenId>> out;
    if (engine.tokenizer()) {
        if (repetitive) {
            for (const char* text : kRepetitions) out.push_back(engine.encodePrompt(text));
        } else {
            for (const char* text : kOpenings) out.push_back(engine.encodePrompt(text));
        }
        return out;
    }
    // Without words: ids spread over the vocabulary, each pattern three times over.
    const int vocabulary = engine.target().vocabulary();
    for (int start = 0; start < 6; ++start) {
        std::vector<TokenId> ids;
        for (int i = 0; i < 12; ++i) ids.push_back((5 + 31 * start + 17 * (i % 4)) % vocabulary);
        out.push_back(std::move(ids));
    }
    return out;
}

/// How far the next row, and the mean row after its likeliest tokens, are from what the audit sees best.
double distanceOf(TargetLaw& law) {
    const std::span<const float> first = law.row({});
    double second = 0.0;
    for (const TokenId id : largestOf(first, kLookedInto)) second += entropyOf(law.row({id})) / kLookedInto;
    return std::fabs(entropyOf(first) - kWantedEntropy) + std::fabs(second - kWantedEntropy);
}

std::vector<TokenId> chooseOwnPrompt(const std::shared_ptr<const Engine>& engine, Sampling sampling) {
    if (sampling.greedy()) sampling.temperature = 1.0;
    std::vector<TokenId> best;
    double nearest = std::numeric_limits<double>::infinity();
    for (std::vector<TokenId>& ids : candidates(*engine, engine->draftInfo().kind == "ngram")) {
        if (static_cast<int>(ids.size()) + kMaxTokens >= engine->target().maxSeq()) continue;
        TargetLaw law(engine, ids, sampling);
        const double distance = distanceOf(law);
        if (distance >= nearest) continue;
        nearest = distance;
        best = std::move(ids);
    }
    if (best.empty())
        throw Error("the audit needs a context of at least " + std::to_string(kMaxTokens + 40) +
                    " tokens; use a larger --max-context");
    return best;
}

void refuseWhatCannotBeAudited(const Engine& engine, const RunOptions& options) {
    const std::string& kind = engine.draftInfo().kind;
    if (kind == "none") throw Error("--draft: expected a draft to audit, found none");
    if (options.gamma == 0 && options.tree.off())
        throw Error("--gamma: expected auto or 1 to " + std::to_string(kGammaMax) +
                    " for an audit, found 0 (plain decoding)");
    if (!options.tree.off() && kind != "feature-head")
        throw Error("--tree needs a feature head; a draft of kind " + kind + " proposes chains only");
    const std::string problem = mutantProblem(options.mutant, kind, options.sampling.greedy(), options.rule);
    if (!problem.empty()) throw Error("--mutant: " + problem);
}

TreeShape chosenTree(const Engine& engine, const RunOptions& options) {
    if (engine.draftInfo().kind != "feature-head") return {};
    if (!options.tree.children.empty()) return options.tree;
    const std::vector<int>& best = engine.draftInfo().bestTree.children;
    for (const int children : best) {
        if (children > 1) return {.automatic = false, .children = best};
    }
    return {.automatic = false, .children = {3, 2, 1}};
}

/// Costs for an automatic stop rule: no text's law may depend on them.
Costs nominalCosts() {
    Costs costs{.c = 0.1, .v = {1.0}, .overhead = 0.05};
    while (costs.v.size() < kGammaMax + 1) costs.v.push_back(costs.v.back() + 0.05);
    return costs;
}

/// Options of a sampled check: what the person asked for, in the audit's own length, shape and detail. A rule
/// that cannot judge the shape gives way to token rejection.
RunOptions sampled(RunOptions options, int gamma, const TreeShape& tree) {
    options.gamma = gamma;
    options.tree = tree;
    if (!(tree.off() ? judgesChains(options.rule) : judgesTrees(options.rule))) options.rule = Rule::Token;
    if (options.draftStop.kind != DraftStop::Kind::Auto)
        options.costs.reset();
    else if (!options.costs)
        options.costs = nominalCosts();
    options.maxTokens = kMaxTokens;
    options.stop.clear();
    options.ignoreEos = true;
    options.detail = Detail::Counts;
    return options;
}

RunOptions withSampling(RunOptions options, const Sampling& sampling) {
    options.sampling = sampling;
    options.draftSampling.reset();
    return options;
}

void addSetups(AuditPlan& plan, const RunOptions& asked) {
    const bool trees = !plan.tree.off();
    const TreeShape two{.automatic = false, .children = {2, 2}};
    const RunOptions narrow = withSampling(asked, {.temperature = 1.0, .topK = 4});
    const RunOptions nucleus =
        withSampling(asked, {.temperature = 1.0, .topP = 0.8, .repetitionPenalty = 1.2});
    plan.setups.push_back({"your settings, chain of " + std::to_string(plan.gamma),
                           sampled(asked, plan.gamma, {}), plan.prompt});
    if (trees)
        plan.setups.push_back({"your settings, tree " + treeText(plan.tree),
                               sampled(asked, kDefaultGamma, plan.tree), plan.prompt});
    plan.setups.push_back({"top-k 4, chain of 2", sampled(narrow, 2, {}), plan.ownPrompt});
    if (trees) plan.setups.push_back({"top-k 4, tree 2,2", sampled(narrow, 2, two), plan.ownPrompt});
    plan.setups.push_back({"top-p 0.8, penalty 1.2, chain of 1", sampled(nucleus, 1, {}), plan.ownPrompt});
}

}  // namespace

AuditPlan planAudit(const std::shared_ptr<const Engine>& engine, const AuditRequest& request) {
    const RunOptions& asked = request.options;
    refuseWhatCannotBeAudited(*engine, asked);
    AuditPlan plan;
    plan.gamma = asked.gamma > 0 ? asked.gamma : kDefaultGamma;
    plan.tree = chosenTree(*engine, asked);
    plan.ownPrompt = chooseOwnPrompt(engine, asked.sampling);
    plan.prompt = request.prompt.empty() ? plan.ownPrompt : request.prompt;
    if (!plan.tree.off()) {
        plan.trees = {plan.tree};
        for (const std::vector<int>& children : {std::vector{2, 2}, std::vector{4}, std::vector{1, 3, 2}})
            plan.trees.push_back({.automatic = false, .children = children});
    }
    if (!asked.sampling.greedy()) addSetups(plan, asked);
    return plan;
}

}  // namespace specula
