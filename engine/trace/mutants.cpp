#include "engine/trace/mutants.h"

#include "engine/trace/names.h"

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
    }
    return {};
}

std::string mutantProblem(Mutant mutant, std::string_view draftKind, bool greedy) {
    if (mutant == Mutant::None) return {};
    const std::string subject = "the broken rule " + std::string(name(mutant));
    const bool keepsCache = draftKind == "model" || draftKind == "feature-head";
    const bool drawsProposals = keepsCache || draftKind == "early-exit";
    if (mutant == Mutant::RejectedSiblingStays && draftKind != "feature-head")
        return subject + " needs trees, which only a feature head drafts; found a draft of kind " +
               std::string(draftKind);
    if (mutant == Mutant::StaleDraftCache && !keepsCache)
        return subject + " needs a draft with a memory of its own (a model or a feature head), found kind " +
               std::string(draftKind);
    const bool needsDrawn = mutant == Mutant::ArgmaxDraft || mutant == Mutant::BonusFromDraft ||
                            mutant == Mutant::DropUnlikely || mutant == Mutant::CoinReused;
    if (needsDrawn && !drawsProposals)
        return subject + " needs a draft that draws its proposals (a model or a feature head), found kind " +
               std::string(draftKind);
    const bool seenGreedily = mutant == Mutant::OffByOneRow || mutant == Mutant::StaleDraftCache;
    if (greedy && !seenGreedily)
        return subject + " changes nothing at temperature 0; give a --temperature above 0";
    return {};
}

}  // namespace specula
