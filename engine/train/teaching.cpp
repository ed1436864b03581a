#include "engine/train/teaching.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <filesystem>

#include "engine/train/packing.h"
#include "engine/train/tensor_file.h"

namespace specula {
namespace {

constexpr double kLookEvery = 0.05;  // of the training
constexpr double kLossMemory = 0.97;

double expectedTokens(const std::vector<double>& overlap) {
    double total = 1.0, reach = 1.0;
    for (const double alpha : overlap) total += reach *= alpha;
    return total;
}

void takeBest(const NamedTensors& parameters, const std::string& path) {
    c10::NoGradGuard noGradients;
    if (std::filesystem::exists(path)) readTensorFile(path, parameters);
}

}  // namespace

double rejectionShare(double progress) {
    return 0.5 * std::clamp((progress - 0.5) / 0.3, 0.0, 1.0);
}

const std::vector<DataText>& BatchOrder::at(std::int64_t step) {
    while (m_batches.empty() || step >= m_first + std::ssize(m_batches)) {
        m_first += std::ssize(m_batches);
        m_batches = m_data.batches(m_places, stepSeed(m_seed, m_pass++, 21));
    }
    return m_batches[static_cast<std::size_t>(step - m_first)];
}

at::Tensor lastFeatures(const DraftBatch& batch, const at::Tensor& places) {
    const auto last = batch.features.select(2, batch.features.size(2) - 1);
    return last.flatten(0, 1).index_select(0, places);
}

bool sampledAtOne(const DataText& text) {
    return text.temperature > 0.95F && text.temperature < 1.05F;
}

bool teach(const Lesson& lesson, const TeachOptions& options) {
    double meanLoss = 0.0, bestTokens = 0.0, nextLook = 0.0;
    const auto report = [&](const LoopResult& done, double progress) {
        LoopResult shown = done;
        shown.loss = meanLoss;
        std::vector<double> overlap;
        if (progress >= nextLook || progress >= 1.0) {
            nextLook = progress + kLookEvery;
            overlap = lesson.look();
            if (expectedTokens(overlap) >= bestTokens) {
                bestTokens = expectedTokens(overlap);
                writeTensorFile(options.bestPath, lesson.parameters, {});
            }
        }
        if (options.onLook) options.onLook(shown, progress, overlap);
    };
    const auto loss = [&](std::int64_t step, double progress) {
        LessonLoss now = lesson.loss(step, progress);
        meanLoss = meanLoss == 0.0 ? now.value : kLossMemory * meanLoss + (1.0 - kLossMemory) * now.value;
        return now.surrogate;
    };
    LoopOptions loop;
    loop.name = lesson.name;
    loop.minutes = options.minutes;
    loop.warmUp = 20;
    loop.seed = options.seed;
    loop.logEvery = 10;
    loop.statePath = options.statePath;
    loop.quiet = true;
    loop.stop = options.stop;
    OptimizerOptions optimizer;
    optimizer.newtonSchulzSteps = 4;
    optimizer.beta2 = 0.95;
    const LoopResult done = trainLoop(lesson.parameters, loss, lesson.placesPerStep, optimizer, loop, report);
    if (options.stop.stop_requested()) return false;
    report(done, 1.0);
    takeBest(lesson.parameters, options.bestPath);
    return true;
}

}  // namespace specula
