#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stop_token>

namespace specula {

/// Where long work can be made to wait: the worker passes it between runs, anybody else closes and opens it.
/// Standard library only; every member may be called from any thread.
class PauseGate {
public:
    using Clock = std::chrono::steady_clock;

    void pause() {
        const std::lock_guard lock(m_mutex);
        m_paused = true;
    }

    void resume() {
        {
            const std::lock_guard lock(m_mutex);
            m_paused = false;
        }
        m_opened.notify_all();
    }

    bool isPaused() const {
        const std::lock_guard lock(m_mutex);
        return m_paused;
    }

    /// Somebody stands before the closed gate: nothing is being run.
    bool isHolding() const {
        const std::lock_guard lock(m_mutex);
        return m_waiting > 0;
    }

    /// Returns at once where the gate is open, else when it is opened or a stop is asked for. Says how long
    /// that took, so that the time is not counted as work.
    std::chrono::duration<double> pass(const std::stop_token& stop) {
        std::unique_lock lock(m_mutex);
        if (!m_paused) return {};
        const Clock::time_point began = Clock::now();
        ++m_waiting;
        m_opened.wait(lock, stop, [this] { return !m_paused; });
        --m_waiting;
        return Clock::now() - began;
    }

private:
    mutable std::mutex m_mutex;
    std::condition_variable_any m_opened;
    bool m_paused = false;
    int m_waiting = 0;
};

}  // namespace specula
