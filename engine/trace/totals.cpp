#include "engine/trace/totals.h"

namespace specula {

namespace {

std::optional<double> ratio(double numerator, double denominator) {
    if (denominator <= 0.0) return std::nullopt;
    return numerator / denominator;
}

}  // namespace

void Totals::add(const Round& round) {
    ++rounds;
    drafted += static_cast<long>(round.proposals.size());
    for (const Proposal& proposal : round.proposals) {
        if (proposal.verdict == Verdict::Discarded) {
            ++discarded;
            continue;
        }
        ++judged;
        std::size_t depth = 0;
        for (int up = proposal.parent; up >= 0; up = round.proposals[static_cast<std::size_t>(up)].parent)
            ++depth;
        if (judgedAt.size() <= depth) {
            judgedAt.resize(depth + 1);
            acceptedAt.resize(depth + 1);
        }
        ++judgedAt[depth];
        if (proposal.verdict == Verdict::Accepted) {
            ++accepted;
            ++acceptedAt[depth];
        } else {
            ++rejected;
        }
        if (proposal.rows) {
            overlapSum += proposal.rows->sums.overlap;
            ++overlapCount;
        }
    }
    for (const Emitted& token : round.emitted) {
        if (token.kind == EmitKind::Resampled) ++resampled;
        if (token.kind == EmitKind::Bonus) ++bonus;
        if (token.kind == EmitKind::Plain) ++plain;
    }
    draftMs += round.times.draftMs;
    verifyMs += round.times.verifyMs;
    decideMs += round.times.decideMs;
    decodeMs = round.times.endMs;
}

std::optional<double> Totals::acceptanceRate() const {
    return ratio(static_cast<double>(accepted), static_cast<double>(judged));
}

std::optional<double> Totals::overlapAlpha() const {
    return ratio(overlapSum, static_cast<double>(overlapCount));
}

std::optional<double> Totals::draftEfficiency() const {
    return ratio(static_cast<double>(accepted), static_cast<double>(drafted));
}

std::optional<double> Totals::tokensPerRound() const {
    return ratio(static_cast<double>(emitted()), static_cast<double>(rounds));
}

std::optional<double> Totals::tokensPerSecond() const {
    return ratio(static_cast<double>(emitted()) * 1000.0, decodeMs);
}

}  // namespace specula
