#include "engine/explain/decision.h"

#include <algorithm>
#include <tuple>

#include "engine/explain/cost_model.h"

namespace specula {

namespace {

constexpr double kWorthIt = 1.02;

double valueOf(const Contender& contender, bool measured) {
    return measured ? contender.speedup.median : contender.predicted;
}

bool pays(const Contender& contender, bool measured) {
    if (!measured) return contender.predicted > 1.0;
    return contender.speedup.n >= 2 && contender.speedup.low > 1.0;
}

/// Of `among` the largest value, the smallest shape of equals; absent where there is none.
std::optional<std::size_t> largest(const std::vector<Contender>& all, const std::vector<std::size_t>& among,
                                   bool measured) {
    const auto better = [&](std::size_t a, std::size_t b) {
        return std::tuple(valueOf(all[a], measured), -all[a].shape.nodes()) <
               std::tuple(valueOf(all[b], measured), -all[b].shape.nodes());
    };
    const auto found = std::max_element(among.begin(), among.end(), better);
    if (found == among.end()) return std::nullopt;
    return *found;
}

RecommendReason reasonFor(const std::vector<Contender>& all, const Decision& decision, std::size_t flat) {
    if (!decision.runnerUp) return RecommendReason::OnlyOne;
    if (flat > 1) return RecommendReason::Flat;
    const Interval& first = all[*decision.winner].speedup;
    const Interval& second = all[*decision.runnerUp].speedup;
    return first.low > second.high ? RecommendReason::Clear : RecommendReason::Close;
}

}  // namespace

PlainCause causeOf(const Contender& contender, const DraftFindings& draft) {
    const int depth = contender.shape.depth(), nodes = contender.shape.nodes();
    const double cost = roundCost(depth, nodes, draft.costs);
    const double tokens = contender.totals.tokensPerRound().value_or(contender.predicted * cost);
    const double withoutDraft = tokens / (cost - depth * draft.costs.c);
    const double withoutRows = tokens / (cost - (verifyCost(draft.costs, nodes + 1) - 1.0));
    if (std::max(withoutDraft, withoutRows) < kWorthIt) return PlainCause::Acceptance;
    return withoutDraft >= withoutRows ? PlainCause::DraftCost : PlainCause::RowCost;
}

Decision decide(const std::vector<Contender>& contenders, const std::vector<DraftFindings>& drafts) {
    Decision decision;
    std::vector<std::size_t> known, paying, flat;
    for (std::size_t i = 0; i < contenders.size(); ++i) {
        if (contenders[i].speedup.n > 0) known.push_back(i);
    }
    const bool measured = !known.empty();
    for (std::size_t i = 0; !measured && i < contenders.size(); ++i) known.push_back(i);
    std::copy_if(known.begin(), known.end(), std::back_inserter(paying),
                 [&](std::size_t i) { return pays(contenders[i], measured); });
    const std::optional<std::size_t> best = largest(contenders, known, measured);
    if (paying.empty()) {
        decision.runnerUp = best;
        decision.reason = measured ? RecommendReason::NoGain : RecommendReason::NotMeasured;
        if (best) decision.cause = causeOf(contenders[*best], drafts[contenders[*best].draft]);
        return decision;
    }
    const double least =
        valueOf(contenders[*largest(contenders, paying, measured)], measured) * (1.0 - kFlat);
    std::copy_if(paying.begin(), paying.end(), std::back_inserter(flat),
                 [&](std::size_t i) { return valueOf(contenders[i], measured) >= least; });
    decision.winner = *std::min_element(flat.begin(), flat.end(), [&](std::size_t a, std::size_t b) {
        return std::tuple(contenders[a].shape.nodes(), -valueOf(contenders[a], measured)) <
               std::tuple(contenders[b].shape.nodes(), -valueOf(contenders[b], measured));
    });
    const Contender& winner = contenders[*decision.winner];
    decision.flatFrom = decision.flatTo = winner.shape.tree.off() ? winner.shape.gamma : 0;
    for (const std::size_t i : flat) {
        const DraftShape& shape = contenders[i].shape;
        if (contenders[i].draft == winner.draft && shape.tree.off() && winner.shape.tree.off())
            decision.flatTo = std::max(decision.flatTo, shape.gamma);
    }
    std::erase(known, *decision.winner);
    decision.runnerUp = largest(contenders, known, measured);
    decision.reason = measured ? reasonFor(contenders, decision, flat.size()) : RecommendReason::NotMeasured;
    return decision;
}

}  // namespace specula
