#pragma once

#include <ATen/core/Tensor.h>

namespace specula {

/// Mean cross-entropy of the labels [batch, length] (-100: left out) under logits [batch, length,
/// vocabulary].
at::Tensor nextTokenLoss(const at::Tensor& logits, const at::Tensor& labels);

/// Mean over labelled positions of the soft cross-entropy -sum_x pTarget(x) log pDraft(x), into which the
/// rejection probability 1 - sum_x min(pTarget(x), pDraft(x)) is faded: the closer training is to its end
/// (progress in [0, 1]), the more of the loss is the quantity that acceptance depends on. Shapes as above;
/// pTarget without gradients.
at::Tensor distillLoss(const at::Tensor& draftLogits, const at::Tensor& pTarget, const at::Tensor& labels,
                       double progress);

}  // namespace specula
