#include "app/train_worker.h"

#include <exception>
#include <new>

namespace specula {

void TrainWorker::start(TrainRequest request) {
    // The last thread has posted its last event and is at its end.
    m_thread = std::jthread(
        [this, request = std::move(request)](const std::stop_token& stop) { train(request, stop); });
}

void TrainWorker::train(const TrainRequest& request, const std::stop_token& stop) {
    try {
        auto report =
            m_trainer(request, stop, [this](const TrainProgress& progress) { m_mailbox.post(progress); });
        if (report)
            m_mailbox.post(std::move(*report));
        else
            m_mailbox.post(TrainPaused{});
    } catch (const std::bad_alloc&) {
        m_mailbox.post(TrainFailed{"There is not enough memory to train this draft."});
    } catch (const std::exception& problem) {
        m_mailbox.post(TrainFailed{problem.what()});
    }
}

}  // namespace specula
