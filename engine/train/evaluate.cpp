#include "engine/train/evaluate.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "engine/train/packing.h"

namespace specula {
namespace {

constexpr std::size_t kRows = 8;

// Mean of a per-position value [rows, length] where there is a label.
double meanOverPositions(const std::vector<std::vector<TokenId>>& sequences, std::int64_t longest,
                         std::int64_t skip, const std::function<at::Tensor(const Batch&)>& valueOf) {
    c10::NoGradGuard noGradients;
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t first = 0; first < sequences.size(); first += kRows) {
        const std::size_t last = std::min(first + kRows, sequences.size());
        const Batch batch = padded({sequences.begin() + static_cast<std::ptrdiff_t>(first),
                                    sequences.begin() + static_cast<std::ptrdiff_t>(last)},
                                   longest);
        auto counted = batch.labels.ge(0).to(at::kDouble);
        counted.narrow(1, 0, std::min(skip, counted.size(1))).zero_();
        sum += (valueOf(batch).to(at::kDouble) * counted).sum().item<double>();
        count += counted.sum().item<double>();
    }
    return count > 0.0 ? sum / count : 0.0;
}

}  // namespace

double perplexity(const Decoder& decoder, const std::vector<std::vector<TokenId>>& sequences) {
    const auto value = [&](const Batch& batch) {
        const auto logs = at::log_softmax(decoder.forward(batch.ids, {}), -1);
        return -logs.gather(2, batch.labels.clamp_min(0).unsqueeze(2)).squeeze(2);
    };
    return std::exp(meanOverPositions(sequences, decoder.shape().context, 0, value));
}

double meanOverlap(const Decoder& target, const Decoder& draft,
                   const std::vector<std::vector<TokenId>>& sequences, std::int64_t skip) {
    const auto value = [&](const Batch& batch) {
        const auto pTarget = at::softmax(target.forward(batch.ids, {}), -1);
        const auto pDraft = at::softmax(draft.forward(batch.ids, {}), -1);
        return at::minimum(pTarget, pDraft).sum(-1);
    };
    return meanOverPositions(sequences, std::min(target.shape().context, draft.shape().context), skip, value);
}

}  // namespace specula
