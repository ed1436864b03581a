#include "engine/trace/mutants.h"

#include "engine/trace/names.h"
#include "engine/trace/rules.h"

namespace specula {

std::string_view mutantWords(Mutant mutant) {
    switch (mutant) {
        case Mutant::None:
            break;
        case Mutant::ResampleFromTarget:
            return "After a rejection, draw from the target's whole row instead of what the draft left out";
        case Mutant::UnfilteredTarget:
            return "Apply top-k, top-p and min-p to the draft only, not to the target";
        case Mutant::ArgmaxDraft:
            return "Propose the draft's most probable token, but judge it as if it had been drawn";
        case Mutant::BonusFromDraft:
            return "Draw the bonus token from the draft instead of the target";
        case Mutant::StaleDraftCache:
            return "Leave rejected tokens in the draft's memory";
        case Mutant::OffByOneRow:
            return "Judge each proposal by the target's row one place too early";
        case Mutant::DropUnlikely:
            return "Drop a proposal after it was drawn because it was improbable";
        case Mutant::CoinReused:
            return "Judge a proposal with the same random number that drew it";
        case Mutant::RejectedSiblingStays:
            return "In a tree, test a rejected token's siblings as if it had not been rejected";
        case Mutant::KeepRejected:
            return "Emit the rejected token itself";
        case Mutant::SiblingsMixedUp:
            return "In a tree, draw siblings with replacement and judge them as drawn without, or the "
                   "reverse";
        case Mutant::BlockFirstFailure:
            return "End the block at the first prefix that fails its coin, not after the longest that passes";
        case Mutant::BlockPlainResidual:
            return "After a block ends, replace from the token rule's residual, without the prefix's share";
    }
    return {};
}

bool breaks(Mutant mutant, Rule rule) {
    const bool drawn = rule == Rule::Token || rule == Rule::Block || rule == Rule::SpecInfer ||
                       rule == Rule::Sequoia;  // proposals are drawn, and the rule reads their probability
    const bool siblings = rule == Rule::SpecInfer || rule == Rule::Sequoia;
    if (mutant == Mutant::None || !lossless(rule)) return false;
    switch (mutant) {
        case Mutant::None:
        case Mutant::StaleDraftCache:
            return false;
        case Mutant::KeepRejected:
        case Mutant::OffByOneRow:
            return true;
        case Mutant::ResampleFromTarget:
        case Mutant::UnfilteredTarget:
            return rule != Rule::Greedy;
        case Mutant::BonusFromDraft:
            return rule != Rule::Greedy && rule != Rule::OneHot;  // one-hot proposals have no row
        case Mutant::ArgmaxDraft:
            return drawn || rule == Rule::OneHot;
        case Mutant::DropUnlikely:
        case Mutant::CoinReused:
            return drawn;
        case Mutant::RejectedSiblingStays:
            return siblings || rule == Rule::OneHot;
        case Mutant::SiblingsMixedUp:
            return siblings;
        case Mutant::BlockFirstFailure:
        case Mutant::BlockPlainResidual:
            return rule == Rule::Block;
    }
    return false;
}

std::string mutantProblem(Mutant mutant, std::string_view draftKind, bool greedy, Rule rule) {
    if (mutant == Mutant::None) return {};
    const std::string subject = "the broken rule " + std::string(name(mutant));
    const bool keepsCache = draftKind == "model" || draftKind == "feature-head";
    const bool drawsProposals = draftKind != "ngram" && draftKind != "none";
    const bool trees = draftKind == "feature-head";
    if (!lossless(rule))
        return std::string("--rule ")
            .append(name(rule))
            .append(" is lossy as it is, so there is nothing to break");
    // A one-hot chain shows it too: what is left of the row has no part of the rejected token.
    const bool needsTrees =
        mutant == Mutant::SiblingsMixedUp || (mutant == Mutant::RejectedSiblingStays && rule != Rule::OneHot);
    if (needsTrees && !trees)
        return subject + " needs trees, which only a feature head drafts; found a draft of kind " +
               std::string(draftKind);
    if (mutant == Mutant::StaleDraftCache)
        return keepsCache ? std::string()
                          : subject +
                                " needs a draft with a memory of its own (a model or a feature head), found "
                                "kind " +
                                std::string(draftKind);
    // (Of a one-hot row both residuals are the target's row without the token.)
    const bool needsDrawn = mutant == Mutant::ArgmaxDraft || mutant == Mutant::BonusFromDraft ||
                            mutant == Mutant::DropUnlikely || mutant == Mutant::CoinReused ||
                            mutant == Mutant::BlockPlainResidual;
    if (needsDrawn && !drawsProposals)
        return subject + " needs a draft that draws its proposals (a model or a feature head), found kind " +
               std::string(draftKind);
    const bool seenGreedily = breaks(mutant, Rule::Greedy);
    if (greedy && !seenGreedily)
        return subject + " changes nothing at temperature 0; give a --temperature above 0";
    const bool seen =
        breaks(mutant, rule) || (trees && breaks(mutant, resolvedRule(rule, false, true, false)));
    if (!greedy && !seen) return (subject + " changes nothing under --rule ").append(name(rule));
    return {};
}

}  // namespace specula
