#pragma once

#include "engine/verify/judge.h"

namespace specula {

// Every rule of verification, each a pure function of rows and coins. What they share:
//   - proposals are judged from the root down; the accepted ones are a path;
//   - after the path one extra token is emitted: resampled if a proposal was rejected there, a bonus after a
//     path that nothing was drafted beyond, plain where nothing was drafted at all;
//   - a lossless rule emits texts with exactly the target's law, whatever the draft.
// Notation: P target's row, Q draft's row, x drafted token, u its coin; norm() divides by the sum.

/// Rejection sampling (chains). Accept x iff u Q(x) < P(x), strictly; at the first rejection draw from
/// norm(max(0, P - Q)) and discard the rest. Leviathan et al. 2023, algorithm 1 and appendix A.1; Chen et al.
/// 2023, theorem 1. Requires every x to have been drawn from its Q.
template <typename Real>
Judged judgeByToken(const JudgeInput<Real>& input);

/// Block verification (chains). With p_0 = 1 and p_i = min(1, p_{i-1} P(x_i) / Q(x_i)), the first i tokens
/// pass iff u_i < h_i, where h_n = p_n for the whole chain of n and for shorter ones
///     h_i = Z_i / (Z_i + 1 - p_i),   Z_i = sum_x max(0, p_i P(x | x_1..i) - Q(x | x_1..i)).
/// The LONGEST passing prefix is kept, however many shorter ones failed; after a prefix of t < n tokens draw
/// from norm(max(0, p_t P - Q)). Lossless, and never fewer expected tokens than token by token; with n = 1 it
/// is the token rule. Sun et al. 2024, "Block Verification Accelerates Speculative Decoding", algorithm 2.
///
/// Chains that end early by a decision on Q alone are judged as exactly: P(at least i are kept | x_1..i) =
/// p_i holds for a prefix by induction from its own end, as sum_x min(Q, p_i P) = p_i - Z_i.
/// Fills joints (p_i) and levels (h_i), levels only as far down as the longest passing prefix.
template <typename Real>
Judged judgeByBlock(const JudgeInput<Real>& input);

/// Recursive rejection among siblings (trees, and chains as their simplest case): test a node's children in
/// order, each by u Q(x) < P(x); after a rejection P becomes norm(max(0, P - Q)). The first that passes is
/// accepted and its children are tested next; when all fail, the extra token is drawn from what is left of P.
///   Rule::SpecInfer: siblings are drawn independently, Q stays (Miao et al. 2024, algorithm 2, theorem 4.2);
///     a repeated sibling has P(x) = 0 by then and is never accepted;
///   Rule::Sequoia: siblings are drawn without replacement, so after a rejection Q(x) becomes 0 and Q is
///     renormalised (Chen et al. 2024, algorithm 2);
///   Rule::OneHot, and drafts without a row: Q = 1 at x, so x is kept with probability P(x) and then leaves P
///     (as in EAGLE, Li et al. 2024).
/// On a chain it is the token rule, coin for coin.
template <typename Real>
Judged judgeSiblings(const JudgeInput<Real>& input);

/// Sample and match (chains and trees): the target draws its own token with the coin of the node's first
/// child, and a child is accepted iff it is that token; where none is, the drawn token itself is emitted. The
/// text is the target's own draw whatever was proposed, so proposals may come from anywhere. Accepts
/// sum_x P(x) Q(x), never more than rejection sampling. As in llama.cpp and Hugging Face's assisted decoding.
template <typename Real>
Judged judgeByMatch(const JudgeInput<Real>& input);

/// Temperature 0 (chains and trees): accept the child that is the target's own choice input.best(node); where
/// none is, emit that choice. The text equals plain greedy decoding token for token. Stern et al. 2018.
template <typename Real>
Judged judgeGreedily(const JudgeInput<Real>& input);

/// LOSSY (chains and trees). A child is typical iff P(x) > min(0.3, 0.09 exp(-entropy of P)); the longest
/// path of typical tokens is kept, the first of equals, and the extra token is drawn from P. Cai et al. 2024,
/// "Medusa", section 2.3.1, with the published implementation's two constants. Fills levels.
template <typename Real>
Judged judgeTypically(const JudgeInput<Real>& input);

/// LOSSY (chains): the token rule with (1 - W) P + W Q in the target's place, so accept x iff
/// u < min(1, (1 - W) P(x) / Q(x) + W). The residual max(0, (1 - W) (P - Q)) is the token rule's but for a
/// factor. What is kept is distributed as the mixture; the bonus, for which there is no Q, as the target.
/// W = 0 is the token rule, W = 1 keeps everything. Fills levels.
template <typename Real>
Judged judgeByEnsemble(const JudgeInput<Real>& input);

}  // namespace specula
