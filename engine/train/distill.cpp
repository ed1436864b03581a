#include "engine/train/distill.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace specula {

at::Tensor nextTokenLoss(const at::Tensor& logits, const at::Tensor& labels) {
    return at::cross_entropy_loss(logits.flatten(0, 1), labels.flatten());
}

at::Tensor distillLoss(const at::Tensor& draftLogits, const at::Tensor& pTarget, const at::Tensor& labels,
                       double progress) {
    // The rejection probability alone has no gradient where pDraft is far off, so it comes in late, and never
    // alone.
    const double share = 0.8 * std::clamp((progress - 0.3) / 0.4, 0.0, 1.0);
    const auto counted = labels.ge(0).to(at::kFloat);
    const auto logs = at::log_softmax(draftLogits, -1);
    auto value = (1.0 - share) * -(pTarget * logs).sum(-1);
    if (share > 0.0) value = value + share * 4.0 * (1.0 - at::minimum(pTarget, logs.exp()).sum(-1));
    return (value * counted).sum() / counted.sum().clamp_min(1.0);
}

}  // namespace specula
