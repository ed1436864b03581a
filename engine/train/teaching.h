#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/train/draft_data.h"
#include "engine/train/loop.h"

namespace specula {

/// How a draft is taught, whatever its kind.
struct TeachOptions {
    double minutes = 20.0;   ///< 0: no bound
    std::int64_t steps = 0;  ///< 0: no bound; alone, the result does not depend on the machine's speed
    std::uint64_t seed = 1;
    std::string statePath;  ///< where the loop can go on from
    std::string bestPath;   ///< parameters that looked best on held-out texts
    std::stop_token stop;
    /// Told now and then: how far, and the mean overlap by drafting step on held-out texts (temperature 1;
    /// empty between looks).
    std::function<void(const LoopResult& done, double progress, const std::vector<double>& overlap)> onLook;
};

struct LessonLoss {
    at::Tensor surrogate;  ///< to call backward() on
    double value = 0.0;    ///< nats a token
};

/// What is taught: parameters, the loss of a step and a look at held-out texts.
struct Lesson {
    std::string name;
    NamedTensors parameters;
    std::int64_t placesPerStep = 0;
    std::function<LessonLoss(std::int64_t step, double progress)> loss;
    std::function<std::vector<double>()> look;  ///< overlap by drafting step
};

/// Runs the lesson, looks now and then, and leaves the parameters that looked best. `false` when stopped.
bool teach(const Lesson& lesson, const TeachOptions& options);

/// The chance of a rejection enters the loss late: 0 at first, half of it at the end.
double rejectionShare(double progress);

/// Batches of one pass over the texts after another; which one a step gets depends on the seed alone.
class BatchOrder {
public:
    BatchOrder(const DraftData& data, std::int64_t places, std::uint64_t seed)
        : m_data(data), m_places(places), m_seed(seed) {}

    /// Steps may only rise.
    const std::vector<DataText>& at(std::int64_t step);

private:
    const DraftData& m_data;
    std::int64_t m_places;
    std::uint64_t m_seed;
    std::int64_t m_first = 0, m_pass = 0;
    std::vector<std::vector<DataText>> m_batches;
};

/// The target's last hidden states at some places of a batch, [places][hidden].
at::Tensor lastFeatures(const DraftBatch& batch, const at::Tensor& places);

/// True for texts that were sampled at temperature 1.
bool sampledAtOne(const DataText& text);

}  // namespace specula
