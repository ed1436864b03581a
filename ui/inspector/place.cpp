#include "ui/inspector/place.h"

#include <algorithm>
#include <functional>

#include "engine/verify/kept_input.h"
#include "engine/verify/rows.h"
#include "engine/verify/sibling_rows.h"
#include "ui/common/round_tree.h"

namespace specula {

namespace {

std::vector<float> writtenOut(std::span<const float> draft, TokenId drafted, std::size_t vocabulary) {
    if (!draft.empty()) return {draft.begin(), draft.end()};
    std::vector<float> row(vocabulary, 0.0F);
    row[static_cast<std::size_t>(drafted)] = 1.0F;
    return row;
}

FullRows fullRows(std::span<const float> target, std::span<const float> draft, TokenId drafted) {
    return {{target.begin(), target.end()}, writtenOut(draft, drafted, target.size())};
}

/// The rows that a tested candidate met after the rejections before it.
std::optional<FullRows> changedRows(const Round& round, int proposal) {
    KeptInput kept(round);
    Judged judged;
    for (const Proposal& other : round.proposals) judged.verdicts.push_back(other.verdict);
    for (const Emitted& token : round.emitted) {
        if (token.kind == EmitKind::Accepted) judged.path.push_back(token.proposal);
    }
    std::optional<FullRows> found;
    const std::function<void(int, const SiblingRows<float>&)> visit = [&](int node,
                                                                          const SiblingRows<float>& rows) {
        if (node == proposal)
            found = fullRows(rows.target(), rows.draft(), round.proposals[static_cast<std::size_t>(node)].id);
    };
    visitTested(kept.input(round.rule, 0.0), judged, visit);
    return found;
}

std::optional<FullRows> fullRowsOf(const Round& round, int index) {
    if (!round.kept) return std::nullopt;
    const Proposal& proposal = round.proposals[static_cast<std::size_t>(index)];
    if (isTree(round) && rejectionsChangeRows(round.rule)) return changedRows(round, index);
    return fullRows(round.kept->targetRow(proposal.parent), round.kept->draftRow(proposal.parent),
                    proposal.id);
}

/// Sum of max(0, p P - Q), from the chance h = Z / (Z + 1 - p) that the chain up to here passes (rules.h,
/// judgeByBlock).
std::optional<double> massFromLevel(double joint, const std::optional<double>& level) {
    if (!level || joint >= 1.0 || *level >= 1.0) return std::nullopt;
    return *level * (1.0 - joint) / (1.0 - *level);
}

std::optional<double> residualMassOf(const Place& place) {
    if (place.full && !place.full->draft.empty()) {
        std::vector<float> residual(place.full->target.size());
        return residualInto<float>(place.full->target, place.full->draft, 0, residual, place.share);
    }
    if (place.rows && place.share == 1.0) return std::clamp(place.rows->sums.residualMass, 0.0, 1.0);
    if (place.rule() != Rule::Block || place.index == 0) return std::nullopt;
    return massFromLevel(place.share,
                         place.round->proposals[static_cast<std::size_t>(place.index - 1)].level);
}

void fillProposal(Place& place, int index) {
    const Round& round = *place.round;
    place.index = index;
    place.proposal = &round.proposals[static_cast<std::size_t>(index)];
    if (place.proposal->rows) place.rows = &*place.proposal->rows;
    place.full = fullRowsOf(round, index);
    if (round.rule == Rule::Block && index > 0)
        place.share = round.proposals[static_cast<std::size_t>(index - 1)].joint.value_or(1.0);
    place.residualMass = residualMassOf(place);
    if (place.proposal->verdict == Verdict::Accepted) place.emitted = place.proposal->id;
    const Emitted* instead = emittedAtPlaceOf(round, index);
    if (place.proposal->verdict != Verdict::Rejected || !instead) return;
    place.emitted = instead->id;
    if (instead->proposal == index) place.extra = instead;
}

void fillExtra(Place& place, const Emitted& token) {
    const Round& round = *place.round;
    place.extra = &token;
    place.emitted = token.id;
    if (token.rows) place.rows = &*token.rows;
    if (!round.kept) return;
    int last = -1;
    for (const Emitted& before : round.emitted) {
        if (before.kind == EmitKind::Accepted) last = before.proposal;
    }
    const std::span<const float> row = round.kept->targetRow(last);
    place.full = FullRows{{row.begin(), row.end()}, {}};
}

}  // namespace

std::optional<Place> placeOf(const RunLog& log, TokenRef ref) {
    if (!log.contains(ref)) return std::nullopt;
    Place place;
    place.round = &log.rounds()[static_cast<std::size_t>(ref.round)];
    place.ensembleWeight = log.header().options.ensembleWeight;
    const Emitted* token = log.emittedAt(ref);
    if (!token)
        fillProposal(place, ref.index);
    else if (token->proposal >= 0)
        fillProposal(place, token->proposal);
    else
        fillExtra(place, *token);
    return place;
}

bool drawsFromResidual(Rule rule) {
    return rule != Rule::Match && rule != Rule::Typical && rule != Rule::Greedy;
}

bool isOneHot(const Place& place) {
    if (!place.proposal) return false;
    if (place.rule() == Rule::OneHot) return true;
    if (place.round->kept) return place.round->kept->draftRow(place.proposal->parent).empty();
    return place.proposal->pDraft == 1.0 && !place.proposal->draftCoin;
}

}  // namespace specula
