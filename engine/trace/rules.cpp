#include "engine/trace/rules.h"

#include "engine/trace/names.h"

namespace specula {

bool lossless(Rule rule) {
    return rule != Rule::Typical && rule != Rule::Ensemble;
}

bool lossless(const RunOptions& options) {
    const Rule used = resolvedRule(options.rule, options.sampling.greedy(), !options.tree.off(),
                                   options.gamma == 0 && options.tree.off());
    return lossless(used) && !options.syntheticAcceptance;
}

bool judgesChains(Rule rule) {
    return rule != Rule::SpecInfer && rule != Rule::Sequoia;
}

bool judgesTrees(Rule rule) {
    return rule != Rule::Token && rule != Rule::Block && rule != Rule::Ensemble;
}

bool sharesDrawnChain(Rule rule) {
    return judgesChains(rule) && rule != Rule::Greedy && rule != Rule::OneHot;
}

Rule resolvedRule(Rule rule, bool greedy, bool tree, bool plain) {
    if (greedy) return Rule::Greedy;
    if (plain) return Rule::Token;
    return tree && rule == Rule::Token ? Rule::Sequoia : rule;
}

std::string ruleProblem(Rule rule, bool greedy, bool tree, bool plain) {
    if (rule == Rule::Greedy && !greedy) return "--rule greedy needs --temperature 0";
    if (greedy || plain) return {};
    const std::string option = "--rule " + std::string(name(rule));
    if (tree && rule != Rule::Token && !judgesTrees(rule))
        return option + " judges chains only; use --tree off, or --rule sequoia";
    if (!tree && !judgesChains(rule)) return option + " needs a --tree";
    return {};
}

std::string_view ruleTitle(Rule rule) {
    switch (rule) {
        case Rule::Token:
            return "Token rejection sampling";
        case Rule::Block:
            return "Block verification";
        case Rule::Greedy:
            return "Greedy";
        case Rule::OneHot:
            return "One-hot draft";
        case Rule::Match:
            return "Exact match";
        case Rule::SpecInfer:
            return "Siblings with replacement (SpecInfer)";
        case Rule::Sequoia:
            return "Siblings without replacement (Sequoia)";
        case Rule::Typical:
            return "Typical acceptance";
        case Rule::Ensemble:
            return "Ensemble";
    }
    return {};
}

std::string_view ruleWords(Rule rule) {
    switch (rule) {
        case Rule::Token:
            return "Each token is kept with probability min(1, p/q); the first that fails is replaced from "
                   "what the draft left out.";
        case Rule::Block:
            return "The chain is judged as a whole: a doubtful token may be saved by the ones after it. "
                   "Never "
                   "fewer tokens than token by token.";
        case Rule::Greedy:
            return "A token is kept while it is the target's likeliest one.";
        case Rule::OneHot:
            return "The draft proposes its likeliest token, which is kept with the target's own probability.";
        case Rule::Match:
            return "The target draws its own token; the proposal is kept when it is the same.";
        case Rule::SpecInfer:
            return "Several candidates side by side, each drawn afresh; every rejection leaves a residual "
                   "for "
                   "the next.";
        case Rule::Sequoia:
            return "Several different candidates side by side; every rejection leaves a residual for the "
                   "next.";
        case Rule::Typical:
            return "A token is kept when the target does not find it surprising. The text is not the "
                   "target's.";
        case Rule::Ensemble:
            return "A token is kept as if the target were a mixture of target and draft. The text is the "
                   "mixture's, not the target's.";
    }
    return {};
}

std::string_view ruleSource(Rule rule) {
    switch (rule) {
        case Rule::Token:
            return "Leviathan et al. 2023; Chen et al. 2023";
        case Rule::Block:
            return "Sun et al. 2024";
        case Rule::Greedy:
            return "Stern et al. 2018";
        case Rule::OneHot:
            return "Leviathan et al. 2023, with q = 1; as in EAGLE, Li et al. 2024";
        case Rule::Match:
            return "sample and match, as in llama.cpp and Hugging Face assisted decoding";
        case Rule::SpecInfer:
            return "Miao et al. 2024";
        case Rule::Sequoia:
            return "Chen et al. 2024";
        case Rule::Typical:
            return "Cai et al. 2024 (Medusa)";
        case Rule::Ensemble:
            return "Leviathan et al. 2023, appendix on lenience, with a mixture as the target";
    }
    return {};
}

}  // namespace specula
