#include "engine/train/teaching.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <cstdlib>
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

/// The parameters that looked best so far, and how good they looked, in a file.
class BestParameters {
public:
    explicit BestParameters(const std::string& path) : m_path(path) {}

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
        c10::NoGradGuard noGradients;
        const NamedTensors best = emptyLike(parameters);
        readTensorFile(m_path, best);
        for (std::size_t i = 0; i < best.size(); ++i) parameters[i].second.detach().copy_(best[i].second);
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
    BestParameters best(options.bestPath);
    if (std::filesystem::exists(options.statePath)) best.resume(lesson.parameters);
    double meanLoss = 0.0, nextLook = 0.0;
    const auto report = [&](const LoopResult& done, double progress) {
        LoopResult shown = done;
        shown.loss = meanLoss;
        std::vector<double> overlap;
        if (progress >= nextLook || progress >= 1.0) {
            nextLook = progress + kLookEvery;
            overlap = lesson.look();
            best.offer(lesson.parameters, expectedTokens(overlap));
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
    loop.steps = options.steps;
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
    best.restore(lesson.parameters);
    return true;
}

}  // namespace specula
