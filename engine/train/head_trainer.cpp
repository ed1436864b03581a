#include "engine/train/head_trainer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <filesystem>

#include "engine/train/soft_loss.h"

namespace specula {
namespace {

constexpr int kRollOut = 3;             // drafting steps of the later part
constexpr double kOneStepShare = 0.25;  // of the training: one step only
constexpr double kStepDecay = 0.8;      // weight of each further step
constexpr std::int64_t kBatchPlaces = 2048;
constexpr std::int64_t kRegressionTokens = 150'000;
constexpr std::int64_t kRankedPlaces = 60'000;  // where the target's distributions are summed
constexpr std::int64_t kLookPlaces = 3000;
constexpr int kLookSteps = 5;

LessonLoss rollOutLoss(const HeadModule& head, const DraftBatch& batch, const at::Tensor& pTarget, int steps,
                       double share) {
    const auto outs = head.rollOut(batch, steps);
    LessonLoss total{at::zeros({}, at::kFloat), 0.0};
    double stepWeight = 1.0;
    for (int s = 0; s < steps; ++s) {
        // Step s + 1 of a draft stands s places after the last true features.
        const auto there = batch.depths.ge(s + 1).nonzero().squeeze(1);
        const auto places = batch.places.index_select(0, there);
        const auto hidden =
            head.finalNorm(outs[static_cast<std::size_t>(s)].flatten(0, 1).index_select(0, places));
        const bool all = there.numel() == pTarget.size(0);
        const double weight = stepWeight / static_cast<double>(std::max<std::int64_t>(1, places.numel()));
        const SoftLoss part =
            softLoss(hidden, head.headRows(), all ? pTarget : pTarget.index_select(0, there), weight, share);
        total.surrogate = total.surrogate + part.surrogate;
        if (s == 0) total.value = part.value;
        stepWeight *= kStepDecay;
    }
    return total;
}

}  // namespace

std::vector<TokenId> frequentIds(const FrozenTarget& target, const DraftData& data, int count) {
    c10::NoGradGuard noGradients;
    const std::int64_t vocabulary = target.config().vocabulary;
    auto weight = at::zeros({vocabulary}, at::kFloat);
    const double every =
        std::max(1.0, static_cast<double>(data.tokens()) / static_cast<double>(kRankedPlaces));
    const auto stride = static_cast<std::int64_t>(every);
    for (const DataText& text : data.training()) {
        const auto ids = data.ids(text);
        weight.add_(at::bincount(at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong), {},
                                 vocabulary));
        const auto features = data.features(text);
        const auto sampled =
            features.select(1, features.size(1) - 1).slice(0, text.promptLength - 1, text.length, stride);
        const auto p = softRows(target.finalNorm(sampled), target.headRows());
        weight.add_(p.to(at::kFloat).sum(0) * every);
    }
    const auto best = std::get<1>(at::topk(weight, std::min<std::int64_t>(count, vocabulary)));
    const auto sorted = std::get<0>(best.sort()).contiguous();
    const auto* first = sorted.const_data_ptr<std::int64_t>();
    return {first, first + sorted.numel()};
}

std::vector<double> heldOutOverlap(const HeadModule& head, const FrozenTarget& target, const DraftData& data,
                                   int steps, std::int64_t places) {
    c10::NoGradGuard noGradients;
    std::vector<double> sums(static_cast<std::size_t>(steps), 0.0);
    std::int64_t seen = 0;
    for (const DataText& text : data.heldOut()) {
        if (seen >= places) break;
        if (!sampledAtOne(text) || text.length < text.promptLength + steps) continue;
        const DraftBatch batch = data.batch({text});
        const auto outs = head.rollOut(batch, steps);
        // Only where a draft of all these steps could have stood since the prompt.
        const auto wanted = batch.places.slice(0, steps - 1);
        if (wanted.numel() == 0) continue;
        const auto p = softRows(target.finalNorm(lastFeatures(batch, wanted)), target.headRows())
                           .index_select(1, head.headIndex())
                           .to(at::kFloat);
        for (std::size_t s = 0; s < outs.size(); ++s) {
            const auto g = outs[s].flatten(0, 1).index_select(0, wanted);
            const auto q = softRows(head.finalNorm(g), head.headRows()).to(at::kFloat);
            sums[s] += at::minimum(p, q).sum().item<double>();
        }
        seen += wanted.numel();
    }
    if (seen == 0) return {};
    for (double& sum : sums) sum /= static_cast<double>(seen);
    return sums;
}

bool teachHead(HeadModule& head, const FrozenTarget& target, const DraftData& data,
               const TeachOptions& options) {
    BatchOrder order(data, kBatchPlaces, options.seed);
    if (!std::filesystem::exists(options.statePath)) head.startFromRegression(data, kRegressionTokens);
    Lesson lesson;
    lesson.name = "head";
    lesson.parameters = head.parameters();
    lesson.placesPerStep = kBatchPlaces;
    lesson.loss = [&](std::int64_t step, double progress) {
        const DraftBatch batch = data.batch(order.at(step));
        // The target's distribution given that the token is one the head knows: all that it can aim at.
        const auto pTarget = softRows(target.finalNorm(lastFeatures(batch, batch.places)), head.headRows());
        return rollOutLoss(head, batch, pTarget, progress < kOneStepShare ? 1 : kRollOut,
                           rejectionShare(progress));
    };
    lesson.look = [&] { return heldOutOverlap(head, target, data, kLookSteps, kLookPlaces); };
    return teach(lesson, options);
}

}  // namespace specula
