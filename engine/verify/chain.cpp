#include "engine/verify/chain.h"

#include "engine/verify/rows.h"

namespace specula {

namespace {

/// Marks drafted token i as accepted; true if the text ends with it.
bool accept(ChainVerdict& out, int i, const std::function<bool(int)>& endsHere) {
    out.verdicts[static_cast<std::size_t>(i)] = Verdict::Accepted;
    ++out.accepted;
    out.ended = endsHere && endsHere(i);
    return out.ended;
}

EmitKind kindAfter(std::size_t drafted) {
    return drafted == 0 ? EmitKind::Plain : EmitKind::Bonus;
}

}  // namespace

template <typename Real>
ChainVerdict judgeByToken(const ChainInput<Real>& input) {
    ChainVerdict out;
    out.verdicts.assign(input.drafted.size(), Verdict::Discarded);
    const int count = static_cast<int>(input.drafted.size());
    for (int i = 0; i < count; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const auto token = static_cast<std::size_t>(input.drafted[at]);
        const std::span<const Real> target = input.targetRow(i);
        const std::span<const Real> draft = input.draftRow(i);
        const double pDraft = draft.empty() ? 1.0 : static_cast<double>(draft[token]);
        if (input.acceptCoins[at] * pDraft < static_cast<double>(target[token])) {
            if (accept(out, i, input.endsHere)) return out;
            continue;
        }
        out.verdicts[at] = Verdict::Rejected;
        out.extraKind = EmitKind::Resampled;
        out.usedExtraCoin = true;
        const double mass = residualInto(target, draft, input.drafted[at], input.scratch);
        // A rejection has probability 1 - overlap; rounding alone can reject where the residual is empty.
        const std::span<const Real> row = mass > 0.0 ? std::span<const Real>(input.scratch) : target;
        out.extra = drawFrom(row, input.extraCoin);
        out.extraP =
            static_cast<double>(row[static_cast<std::size_t>(out.extra)]) / (mass > 0.0 ? mass : 1.0);
        return out;
    }
    const std::span<const Real> target = input.targetRow(count);
    out.extraKind = kindAfter(input.drafted.size());
    out.usedExtraCoin = true;
    out.extra = drawFrom(target, input.extraCoin);
    out.extraP = static_cast<double>(target[static_cast<std::size_t>(out.extra)]);
    return out;
}

template ChainVerdict judgeByToken(const ChainInput<float>&);
template ChainVerdict judgeByToken(const ChainInput<double>&);

ChainVerdict judgeGreedy(std::span<const TokenId> drafted, const std::function<TokenId(int)>& best,
                         const std::function<bool(int)>& endsHere) {
    ChainVerdict out;
    out.verdicts.assign(drafted.size(), Verdict::Discarded);
    out.extraP = 1.0;
    for (std::size_t i = 0; i < drafted.size(); ++i) {
        const TokenId wanted = best(static_cast<int>(i));
        if (wanted == drafted[i]) {
            if (accept(out, static_cast<int>(i), endsHere)) return out;
            continue;
        }
        out.verdicts[i] = Verdict::Rejected;
        out.extraKind = EmitKind::Resampled;
        out.extra = wanted;
        return out;
    }
    out.extraKind = kindAfter(drafted.size());
    out.extra = best(static_cast<int>(drafted.size()));
    return out;
}

}  // namespace specula
