#include "engine/train/head_trainer.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "engine/train/packing.h"
#include "engine/train/soft_loss.h"
#include "engine/train/tensor_file.h"

namespace specula {
namespace {

constexpr int kRollOut = 3;             // drafting steps of the later part
constexpr double kOneStepShare = 0.25;  // of the training: one step only
constexpr double kStepDecay = 0.8;      // weight of each further step
constexpr std::int64_t kBatchPlaces = 2048;
constexpr std::int64_t kRegressionTokens = 150'000;
constexpr std::int64_t kRankedPlaces = 60'000;  // where the target's distributions are summed
constexpr std::int64_t kLookPlaces = 3000;
constexpr double kLookEvery = 0.05;  // of the training
constexpr int kLookSteps = 5;

/// The chance of a rejection enters the loss late: 0 at first, up to 0.5.
double rejectionShare(double progress) {
    return 0.5 * std::clamp((progress - 0.5) / 0.3, 0.0, 1.0);
}

/// Batches of one pass after another; which one a step gets depends on the seed alone.
class BatchOrder {
public:
    BatchOrder(const DraftData& data, std::uint64_t seed) : m_data(data), m_seed(seed) {}

    const std::vector<DataText>& at(std::int64_t step) {
        while (m_batches.empty() || step >= m_first + std::ssize(m_batches)) {
            m_first += std::ssize(m_batches);
            m_batches = m_data.batches(kBatchPlaces, stepSeed(m_seed, m_pass++, 21));
        }
        return m_batches[static_cast<std::size_t>(step - m_first)];
    }

private:
    const DraftData& m_data;
    std::uint64_t m_seed;
    std::int64_t m_first = 0, m_pass = 0;
    std::vector<std::vector<DataText>> m_batches;
};

at::Tensor lastFeatures(const DraftBatch& batch, const at::Tensor& places) {
    const auto last = batch.features.select(2, batch.features.size(2) - 1);
    return last.flatten(0, 1).index_select(0, places);
}

void copyParameters(const NamedTensors& from, const NamedTensors& to) {
    c10::NoGradGuard noGradients;
    for (std::size_t i = 0; i < from.size(); ++i) to[i].second.detach().copy_(from[i].second.detach());
}

/// The parameters that looked best so far, and how good they looked, in a file.
class BestHead {
public:
    explicit BestHead(const std::string& path) : m_path(path) {}

    /// Goes on from what an earlier start left in the file.
    void resume(const NamedTensors& like) {
        if (!std::filesystem::exists(m_path)) return;
        const auto notes = readTensorFile(m_path, emptyLike(like));
        const auto found = notes.find(kNote);
        if (found != notes.end()) m_tokens = std::strtod(found->second.c_str(), nullptr);
    }

    void offer(const NamedTensors& parameters, double tokens) {
        if (tokens < m_tokens) return;
        m_tokens = tokens;
        writeTensorFile(m_path, parameters, {{kNote, std::to_string(tokens)}});
    }

    void restore(const NamedTensors& parameters) const {
        const NamedTensors best = emptyLike(parameters);
        readTensorFile(m_path, best);
        copyParameters(best, parameters);
    }

private:
    static constexpr const char* kNote = "tokens_per_round";

    static NamedTensors emptyLike(const NamedTensors& like) {
        NamedTensors out;
        for (const auto& [name, value] : like) out.emplace_back(name, at::empty_like(value).detach());
        return out;
    }

    std::string m_path;
    double m_tokens = 0.0;
};

double expectedTokens(const std::vector<double>& overlap) {
    double total = 1.0, reach = 1.0;
    for (const double alpha : overlap) total += reach *= alpha;
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
        if (text.temperature < 0.95F || text.length < text.promptLength + steps) continue;
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
    BatchOrder order(data, options.seed);
    BestHead best(options.bestPath);
    if (std::filesystem::exists(options.statePath))
        best.resume(head.parameters());
    else
        head.startFromRegression(data, kRegressionTokens);
    double meanLoss = 0.0, nextLook = 0.0;
    const auto loss = [&](std::int64_t step, double progress) {
        const DraftBatch batch = data.batch(order.at(step));
        const auto pTarget = softRows(target.finalNorm(lastFeatures(batch, batch.places)), head.headRows());
        // pTarget is the target's distribution given that the token is one the head knows: what a draft
        // without the others can aim at.
        const int steps = progress < kOneStepShare ? 1 : kRollOut;
        const auto outs = head.rollOut(batch, steps);
        at::Tensor total = at::zeros({}, at::kFloat);
        double stepWeight = 1.0, value = 0.0;
        for (int s = 0; s < steps; ++s) {
            // Step s + 1 of a draft stands s places after the last true features.
            const auto there = batch.depths.ge(s + 1).nonzero().squeeze(1);
            const auto places = batch.places.index_select(0, there);
            const auto hidden =
                head.finalNorm(outs[static_cast<std::size_t>(s)].flatten(0, 1).index_select(0, places));
            const SoftLoss part =
                softLoss(hidden, head.headRows(),
                         there.numel() == pTarget.size(0) ? pTarget : pTarget.index_select(0, there),
                         stepWeight / static_cast<double>(std::max<std::int64_t>(1, places.numel())),
                         rejectionShare(progress));
            total = total + part.surrogate;
            if (s == 0) value = part.value;
            stepWeight *= kStepDecay;
        }
        meanLoss = meanLoss == 0.0 ? value : 0.97 * meanLoss + 0.03 * value;
        return total;
    };
    const auto report = [&](const LoopResult& done, double progress) {
        LoopResult shown = done;
        shown.loss = meanLoss;
        std::vector<double> overlap;
        if (progress >= nextLook || progress >= 1.0) {
            nextLook = progress + kLookEvery;
            overlap = heldOutOverlap(head, target, data, kLookSteps, kLookPlaces);
            best.offer(head.parameters(), expectedTokens(overlap));
        }
        if (options.onLook) options.onLook(shown, progress, overlap);
    };
    LoopOptions loop;
    loop.name = "head";
    loop.minutes = options.minutes;
    loop.steps = options.steps;
    loop.peakRate = 3e-3;
    loop.warmUp = 20;
    loop.seed = options.seed;
    loop.logEvery = 10;
    loop.statePath = options.statePath;
    loop.quiet = true;
    loop.stop = options.stop;
    OptimizerOptions optimizer;
    optimizer.newtonSchulzSteps = 4;
    optimizer.beta2 = 0.95;
    const LoopResult done = trainLoop(head.parameters(), loss, kBatchPlaces, optimizer, loop, report);
    if (options.stop.stop_requested()) return false;
    report(done, 1.0);
    best.restore(head.parameters());
    return true;
}

}  // namespace specula
