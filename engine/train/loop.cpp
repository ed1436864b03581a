#include "engine/train/loop.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <numbers>

#include "engine/trace/error.h"
#include "engine/train/packing.h"
#include "engine/train/tensor_file.h"

namespace specula {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kDropoutPurpose = 2;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double progressOf(const LoopOptions& options, const LoopResult& done) {
    double progress = 0.0;
    if (options.steps > 0) progress = static_cast<double>(done.steps) / static_cast<double>(options.steps);
    if (options.minutes > 0.0) progress = std::max(progress, done.seconds / (60.0 * options.minutes));
    return std::min(progress, 1.0);
}

// Counters ride along as tensors, so that they come back exactly.
struct Counters {
    at::Tensor steps = at::zeros({1}, at::kLong);
    at::Tensor milliseconds = at::zeros({1}, at::kLong);
};

NamedTensors stateOf(const NamedTensors& parameters, const Optimizer& optimizer, const Counters& counters) {
    NamedTensors state{{"loop.steps", counters.steps}, {"loop.milliseconds", counters.milliseconds}};
    state.insert(state.end(), parameters.begin(), parameters.end());
    const NamedTensors moments = optimizer.state();
    state.insert(state.end(), moments.begin(), moments.end());
    return state;
}

}  // namespace

double learningRate(const LoopOptions& options, std::int64_t step, double progress) {
    const double warm =
        options.warmUp > 0
            ? std::min(1.0, static_cast<double>(step + 1) / static_cast<double>(options.warmUp))
            : 1.0;
    return options.peakRate * warm * (0.02 + 0.98 * 0.5 * (1.0 + std::cos(std::numbers::pi * progress)));
}

LoopResult trainLoop(const NamedTensors& parameters, const LossFunction& loss, std::int64_t tokensPerStep,
                     const OptimizerOptions& optimizerOptions, const LoopOptions& options,
                     const StepFunction& afterLog) {
    if (options.steps <= 0 && options.minutes <= 0.0)
        throw Error("training needs a number of steps or minutes");
    Optimizer optimizer(parameters, optimizerOptions);
    Counters counters;
    const NamedTensors state = stateOf(parameters, optimizer, counters);
    if (!options.statePath.empty() && std::filesystem::exists(options.statePath)) {
        readTensorFile(options.statePath, state);
        if (!options.quiet)
            std::fprintf(stderr, "%s: resumed at step %lld\n", options.name.c_str(),
                         static_cast<long long>(counters.steps.item<std::int64_t>()));
    }
    LoopResult done{counters.steps.item<std::int64_t>(),
                    static_cast<double>(counters.milliseconds.item<std::int64_t>()) * 1e-3, 0.0};
    const auto save = [&] {
        if (options.statePath.empty()) return;
        counters.steps.fill_(done.steps);
        counters.milliseconds.fill_(static_cast<std::int64_t>(done.seconds * 1e3));
        writeTensorFile(options.statePath, state, {});
    };

    const double before = done.seconds;
    const std::int64_t stepsBefore = done.steps;
    auto start = Clock::now();  // moved on by what is not training
    double lastSave = 0.0;
    for (double progress = progressOf(options, done); progress < 1.0 && !options.stop.stop_requested();
         progress = progressOf(options, done)) {
        at::manual_seed(stepSeed(options.seed, done.steps, kDropoutPurpose));
        const at::Tensor value = loss(done.steps, progress);
        value.backward();
        const double rate = learningRate(options, done.steps, progress);
        const double norm = optimizer.step(rate);
        ++done.steps;
        done.seconds = before + secondsSince(start);
        if (done.steps % options.logEvery == 0) {
            done.loss = value.item<double>();
            const double perStep = secondsSince(start) / static_cast<double>(done.steps - stepsBefore);
            const double now = progressOf(options, done);
            if (!options.quiet)
                std::fprintf(
                    stderr,
                    "%s: step %lld loss %.4f norm %.2f rate %.2e %.0f tokens/s, %.1f min, %.1f to go\n",
                    options.name.c_str(), static_cast<long long>(done.steps), done.loss, norm, rate,
                    static_cast<double>(tokensPerStep) / perStep, done.seconds / 60.0,
                    now > 0.0 ? done.seconds / 60.0 * (1.0 - now) / now : 0.0);
            if (afterLog) {
                const auto began = Clock::now();
                afterLog(done, now);
                start += Clock::now() - began;
            }
        }
        if (secondsSince(start) - lastSave > options.saveEvery) {
            save();
            lastSave = secondsSince(start);
        }
    }
    save();
    return done;
}

}  // namespace specula
