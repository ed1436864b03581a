#pragma once

#include <chrono>

namespace specula {

/// Where the milliseconds of forward passes go; sums over all passes that were given it.
struct ForwardTimes {
    double linearsMs = 0.0;    ///< the layers' matrices, with the rounding of activations
    double headMs = 0.0;       ///< the vocabulary's matrix
    double attentionMs = 0.0;  ///< scores and weighted sums over the cache
    double otherMs = 0.0;      ///< norms, positions, activations, residual stream, embedding

    double totalMs() const { return linearsMs + headMs + attentionMs + otherMs; }
};

/// Sorts a pass's time into ForwardTimes, lap by lap. Without one to write to it never looks at the clock.
class Stopwatch {
public:
    void start(ForwardTimes* times) {
        m_times = times;
        if (m_times != nullptr) m_last = Clock::now();
    }

    /// What has passed since the last lap went into `part`.
    void lap(double ForwardTimes::*part) {
        if (m_times == nullptr) return;
        const Clock::time_point now = Clock::now();
        m_times->*part += std::chrono::duration<double, std::milli>(now - m_last).count();
        m_last = now;
    }

private:
    using Clock = std::chrono::steady_clock;
    ForwardTimes* m_times = nullptr;
    Clock::time_point m_last;
};

}  // namespace specula
