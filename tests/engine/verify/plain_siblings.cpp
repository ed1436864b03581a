#include "tests/engine/verify/plain_siblings.h"

#include <algorithm>
#include <numeric>

#include "engine/verify/rows.h"

namespace specula::test {

namespace {

using Row = std::vector<double>;

void divide(Row& row, double by) {
    for (double& value : row) value /= by;
}

/// What a rejection of x leaves of both rows.
void reject(Row& target, Row& draft, std::size_t x, bool oneHot, Flaw flaw) {
    Row residual(target.size());
    for (std::size_t i = 0; i < target.size(); ++i) residual[i] = std::max(0.0, target[i] - draft[i]);
    const double mass = std::accumulate(residual.begin(), residual.end(), 0.0);
    if (flaw != Flaw::TargetRowStays && mass > 0.0) {
        target = residual;
        if (flaw != Flaw::TargetNotRenormalised) divide(target, mass);
    }
    if (oneHot || flaw == Flaw::DraftRowStays) return;
    draft[x] = 0.0;
    const double rest = std::accumulate(draft.begin(), draft.end(), 0.0);
    if (rest > 0.0 && flaw != Flaw::DraftNotRenormalised) divide(draft, rest);
}

}  // namespace

Judged judgePlainly(const JudgeInput<double>& input, Flaw flaw) {
    Judged out;
    out.verdicts.assign(input.drafted.size(), Verdict::Discarded);
    out.extraKind = input.drafted.empty() ? EmitKind::Plain : EmitKind::Bonus;
    for (int node = -1;;) {
        const auto targetSpan = input.targetRow(node), draftSpan = input.draftRow(node);
        const Row whole(targetSpan.begin(), targetSpan.end());
        Row target = whole, draft(draftSpan.begin(), draftSpan.end());
        int accepted = -1, rejected = -1;
        for (std::size_t i = 0; i < input.drafted.size() && accepted < 0; ++i) {
            if (input.parents[i] != node) continue;
            const auto x = static_cast<std::size_t>(input.drafted[i]);
            if (draftSpan.empty()) {
                draft.assign(target.size(), 0.0);
                draft[x] = 1.0;
            }
            const bool passes = input.acceptCoins[i] * draft[x] < target[x];
            out.verdicts[i] = passes ? Verdict::Accepted : Verdict::Rejected;
            (passes ? accepted : rejected) = static_cast<int>(i);
            if (!passes) reject(target, draft, x, draftSpan.empty(), flaw);
        }
        if (accepted >= 0) {
            out.path.push_back(node = accepted);
            continue;
        }
        out.replaced = rejected;
        if (rejected >= 0) out.extraKind = EmitKind::Resampled;
        const Row& row = flaw == Flaw::ExtraFromTarget ? whole : target;
        out.extra = drawFrom(std::span<const double>(row), input.extraCoin);
        out.extraP = row[static_cast<std::size_t>(out.extra)];
        const auto child = std::find(input.parents.begin(), input.parents.end(), rejected);
        if (flaw == Flaw::ChildOfTheRejectedFollows && rejected >= 0 && child != input.parents.end())
            out.extra = input.drafted[static_cast<std::size_t>(child - input.parents.begin())];
        return out;
    }
}

}  // namespace specula::test
