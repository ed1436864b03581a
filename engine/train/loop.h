#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "engine/train/decoder.h"
#include "engine/train/optimizer.h"

namespace specula {

/// How long to train and how the learning rate runs. At least one of steps and minutes is above 0; with both,
/// whichever is used up first ends the training. With steps alone the result does not depend on the machine's
/// speed.
struct LoopOptions {
    std::string name;            ///< for the log
    std::int64_t steps = 0;      ///< 0: no bound
    double minutes = 0.0;        ///< 0: no bound; time before a resume counts
    double peakRate = 3e-3;      ///< learning rate after the warm-up; a cosine takes it down to 2 % of that
    std::int64_t warmUp = 50;    ///< steps of linear warm-up
    std::uint64_t seed = 1;      ///< of dropout; the batches bring their own
    std::int64_t logEvery = 25;  ///< steps
    double saveEvery = 60.0;     ///< seconds between state files
    std::string statePath;       ///< "": keep none; an existing one is resumed from
    bool quiet = false;          ///< no lines on standard error
    std::stop_token stop = {};   ///< saves the state and returns
};

/// Loss of one step: a scalar with gradients. `progress` is in [0, 1].
using LossFunction = std::function<at::Tensor(std::int64_t step, double progress)>;

/// What a loop has done, over all resumes.
struct LoopResult {
    std::int64_t steps = 0;
    double seconds = 0.0;
    double loss = 0.0;  ///< of the last logged step
};

/// Called after each logged step, e.g. to evaluate; its own time does not count.
using StepFunction = std::function<void(const LoopResult& done, double progress)>;

/// Minimises `loss` over the parameters and logs a line to standard error every few steps. The state
/// (parameters, moments, counters) is written atomically, and resuming from it goes on exactly as if nothing
/// had happened. tokensPerStep is for the log only; afterLog may be empty.
LoopResult trainLoop(const NamedTensors& parameters, const LossFunction& loss, std::int64_t tokensPerStep,
                     const OptimizerOptions& optimizerOptions, const LoopOptions& options,
                     const StepFunction& afterLog = {});

/// Learning rate at a step; the shape that LoopOptions describes.
double learningRate(const LoopOptions& options, std::int64_t step, double progress);

}  // namespace specula
