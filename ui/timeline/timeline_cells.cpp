#include "ui/timeline/timeline_cells.h"

#include <algorithm>
#include <cmath>

namespace specula {

void TimelineCells::clear() {
    *this = {};
}

void TimelineCells::add(const Round& round) {
    Counts counts;
    for (const Emitted& token : round.emitted) {
        switch (token.kind) {
            case EmitKind::Accepted:
                ++counts.accepted;
                break;
            case EmitKind::Resampled:
                ++counts.resampled;
                break;
            case EmitKind::Bonus:
                ++counts.bonus;
                break;
            case EmitKind::Plain:
                ++counts.plain;
                break;
        }
    }
    for (const Proposal& proposal : round.proposals) {
        if (proposal.verdict == Verdict::Rejected) ++counts.rejected;
        if (proposal.verdict == Verdict::Discarded) ++counts.discarded;
    }
    m_cells.push_back(counts);
    m_mostEmitted = std::max(m_mostEmitted, static_cast<int>(round.emitted.size()));
    m_mostWasted = std::max(m_mostWasted, counts.rejected + counts.discarded);
}

TimelineCell TimelineCells::at(int round) const {
    return mean(round, round + 1);
}

TimelineCell TimelineCells::mean(int first, int last) const {
    TimelineCell sum;
    for (int i = first; i < last; ++i) {
        const Counts& counts = m_cells[static_cast<std::size_t>(i)];
        sum.accepted += counts.accepted;
        sum.resampled += counts.resampled;
        sum.bonus += counts.bonus;
        sum.plain += counts.plain;
        sum.rejected += counts.rejected;
        sum.discarded += counts.discarded;
    }
    const double share = 1.0 / (last - first);
    return {sum.accepted * share, sum.resampled * share, sum.bonus * share,
            sum.plain * share,    sum.rejected * share,  sum.discarded * share};
}

double TimelineScale::cellWidth() const {
    return rounds == 0 ? 0.0 : std::min(kWidest, width / rounds);
}

int TimelineScale::roundAt(double x) const {
    if (rounds == 0) return -1;
    return std::clamp(static_cast<int>(std::floor(x / cellWidth())), 0, rounds - 1);
}

}  // namespace specula
