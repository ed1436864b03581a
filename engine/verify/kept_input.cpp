#include "engine/verify/kept_input.h"

#include "engine/verify/rows.h"

namespace specula {

KeptInput::KeptInput(const Round& round)
    : acceptCoins(round.kept->acceptCoins), extraCoin(round.kept->extraCoin), m_kept(round.kept) {
    for (const Proposal& proposal : round.proposals) {
        drafted.push_back(proposal.id);
        parents.push_back(proposal.parent);
    }
    m_scratch.resize(2 * static_cast<std::size_t>(m_kept->vocabulary));
}

JudgeInput<float> KeptInput::input(Rule rule, double ensembleWeight) {
    const std::span<float> scratch(m_scratch);
    JudgeInput<float> input;
    input.rule = rule;
    input.drafted = drafted;
    input.parents = parents;
    input.targetRow = [this](int node) { return m_kept->targetRow(node); };
    input.draftRow = [this](int node) { return m_kept->draftRow(node); };
    input.acceptCoins = acceptCoins;
    input.extraCoin = extraCoin;
    input.targetScratch = scratch.first(scratch.size() / 2);
    input.draftScratch = scratch.last(scratch.size() / 2);
    input.best = [this](int node) { return largestOf(m_kept->targetRow(node), 1).front(); };
    input.ensembleWeight = ensembleWeight;
    return input;
}

}  // namespace specula
