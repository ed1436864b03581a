#include "engine/train/small_trainer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>

#include "engine/train/soft_loss.h"
#include "engine/train/teaching.h"

namespace specula {
namespace {

constexpr std::int64_t kBatchPlaces = 1024;  // distributions over the whole vocabulary are large
constexpr std::int64_t kLookPlaces = 2000;
constexpr DecoderOptions kForward{.bfloat16 = true, .dropout = 0.0};

/// Mean overlap over held-out texts sampled at temperature 1: the same at every drafting step.
std::vector<double> overlapOf(const Decoder& draft, const FrozenTarget& target, const DraftData& data) {
    c10::NoGradGuard noGradients;
    const auto rows = draft.embedding().to(at::kBFloat16);
    double sum = 0.0;
    std::int64_t seen = 0;
    for (const DataText& text : data.heldOut()) {
        if (seen >= kLookPlaces) break;
        if (!sampledAtOne(text)) continue;
        const DraftBatch batch = data.batch({text});
        const auto hidden = draft.hidden(batch.ids, kForward).flatten(0, 1).index_select(0, batch.places);
        const auto p = softRows(target.finalNorm(lastFeatures(batch, batch.places)), target.headRows());
        sum += at::minimum(p.to(at::kFloat), softRows(hidden, rows).to(at::kFloat)).sum().item<double>();
        seen += batch.places.numel();
    }
    return seen == 0 ? std::vector<double>{} : std::vector<double>{sum / static_cast<double>(seen)};
}

}  // namespace

DecoderShape smallShapeFor(const ModelConfig& target) {
    const std::int64_t hidden = std::min(256, std::max(64, target.hidden / 2 / 64 * 64));
    return {.vocabulary = target.vocabulary,
            .hidden = hidden,
            .layers = 4,
            .heads = hidden / 64,
            .kvHeads = std::max<std::int64_t>(1, hidden / 128),
            .headDim = 64,
            .ffn = hidden * 11 / 4,
            .context = target.maxContext};
}

bool teachSmall(Decoder& draft, const FrozenTarget& target, const DraftData& data,
                const TeachOptions& options) {
    BatchOrder order(data, kBatchPlaces, options.seed);
    Lesson lesson;
    lesson.name = "small";
    lesson.parameters = draft.parameters();
    lesson.placesPerStep = kBatchPlaces;
    lesson.loss = [&](std::int64_t step, double progress) {
        const DraftBatch batch = data.batch(order.at(step));
        const auto pTarget = softRows(target.finalNorm(lastFeatures(batch, batch.places)), target.headRows());
        const auto hidden = draft.hidden(batch.ids, kForward).flatten(0, 1).index_select(0, batch.places);
        const double weight = 1.0 / static_cast<double>(std::max<std::int64_t>(1, batch.places.numel()));
        const SoftLoss loss =
            softLoss(hidden, draft.embedding().to(at::kBFloat16), pTarget, weight, rejectionShare(progress));
        return LessonLoss{loss.surrogate, loss.value};
    };
    lesson.look = [&] { return overlapOf(draft, target, data); };
    return teach(lesson, options);
}

}  // namespace specula
