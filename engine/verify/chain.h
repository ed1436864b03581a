#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/trace/round.h"

namespace specula {

/// A chain of drafted tokens to judge, as rows and coins. Row i belongs to the position of drafted[i]; the
/// target has one more, for the bonus token.
template <typename Real>
struct ChainInput {
    std::span<const TokenId> drafted;
    /// Row i of the target, asked for in order and only as far as the verdicts need.
    std::function<std::span<const Real>(int i)> targetRow;
    /// Row i that drafted[i] was drawn from; empty = one-hot.
    std::function<std::span<const Real>(int i)> draftRow;
    std::span<const double> acceptCoins;  ///< one for each drafted token, in [0,1)
    double extraCoin = 0.0;               ///< draws the resampled, bonus or plain token
    std::span<Real> scratch;              ///< [vocabulary] for the residual
    std::function<bool(int i)> endsHere =
        {};  ///< true if drafted[i], once accepted, ends the text (stop token)
};

/// What became of a chain.
struct ChainVerdict {
    std::vector<Verdict> verdicts;  ///< one for each drafted token
    int accepted = 0;
    bool ended = false;  ///< an accepted token ended the text: no extra token
    EmitKind extraKind = EmitKind::Plain;
    TokenId extra = -1;   ///< resampled, bonus or plain token; -1 if ended
    double extraP = 0.0;  ///< its probability in the row it was drawn from
    bool usedExtraCoin = false;
};

/// Speculative sampling: accept drafted token x iff coin * pDraft(x) < pTarget(x), strictly; at the first
/// rejection draw from norm(max(0, pTarget - pDraft)) and discard the rest; if all pass draw a bonus token
/// from the target's last row. The emitted text is distributed exactly as the target's own (Leviathan et al.
/// 2023, algorithm 1 and appendix A.1; Chen et al. 2023, theorem 1). Requires every drafted[i] to have been
/// drawn from draftRow(i).
template <typename Real>
ChainVerdict judgeByToken(const ChainInput<Real>& input);

/// Temperature 0: accept while the drafted token is the target's own choice `best(i)`, then emit that choice.
/// The text equals plain greedy decoding token for token.
ChainVerdict judgeGreedy(std::span<const TokenId> drafted, const std::function<TokenId(int i)>& best,
                         const std::function<bool(int i)>& endsHere = {});

}  // namespace specula
