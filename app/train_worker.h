#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>

#include "app/mailbox.h"
#include "engine/trace/reports.h"

namespace specula {

// What comes back of a training, in order; each ends with exactly one TrainReport, TrainPaused or
// TrainFailed.
struct TrainPaused {};
struct TrainFailed {
    std::string message;
};
using TrainEvent = std::variant<TrainProgress, TrainReport, TrainPaused, TrainFailed>;

/// Trains a draft, blocking; absent when stopped. engineTrainer() gives the real one, tests a fake.
using Trainer =
    std::function<std::optional<TrainReport>(const TrainRequest& request, std::stop_token stop,
                                             const std::function<void(const TrainProgress&)>& progress)>;

/// One training at a time on a thread of its own. Pausing is stopping: the trainer keeps its state in the
/// request's folder and goes on from there when it is started again with the same request.
///
/// Threads: everything here belongs to the owner's thread; results are pulled from mailbox(). Standard
/// library only.
class TrainWorker {
public:
    explicit TrainWorker(Trainer trainer) : m_trainer(std::move(trainer)) {}
    /// Pauses what is under way and waits for it: one training step.
    ~TrainWorker() = default;

    /// Only when the last training has ended, which its last event tells.
    void start(TrainRequest request);
    /// At once; TrainPaused follows.
    void pause() { m_thread.request_stop(); }

    Mailbox<TrainEvent>& mailbox() { return m_mailbox; }

private:
    void train(const TrainRequest& request, const std::stop_token& stop);

    const Trainer m_trainer;
    Mailbox<TrainEvent> m_mailbox;
    std::jthread m_thread;  // last: everything else is there while it runs
};

}  // namespace specula
