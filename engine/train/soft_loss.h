#pragma once

#include <ATen/core/Tensor.h>

namespace specula {

/// A loss over rows of logits, without the graph of the logits: `surrogate` has the loss's gradients with
/// respect to what the logits are made of, `value` its value.
struct SoftLoss {
    at::Tensor surrogate;  ///< a scalar to call backward() on
    double value = 0.0;    ///< weighted sum of cross-entropies, nats
    double overlap = 0.0;  ///< weighted sum of sum_x min(pTarget(x), pDraft(x))
};

/// Rows of probabilities softmax(hidden rows^T), [n][vocabulary] bfloat16, made 256 rows at a time.
at::Tensor softRows(const at::Tensor& hidden, const at::Tensor& rows);

/// sum_i weight * [(1 - share) H(pTarget_i, pDraft_i) + share * 4 (1 - sum_x min(pTarget_i(x), pDraft_i(x)))]
/// for pDraft_i = softmax(rows hidden_i): soft cross-entropy, into which the chance of a rejection is mixed
/// (it alone has no gradient where the draft is far off). hidden [n][width], rows [vocabulary][width],
/// pTarget [n][vocabulary], all bfloat16. Gradients reach `hidden`, and `rows` where it wants them. The
/// logits of all rows together would not fit a cache, let alone a graph: they are made, used and dropped in
/// pieces.
SoftLoss softLoss(const at::Tensor& hidden, const at::Tensor& rows, const at::Tensor& pTarget, double weight,
                  double share);

}  // namespace specula
