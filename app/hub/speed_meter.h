#pragma once

#include <QtGlobal>
#include <deque>

namespace specula {

/// Bytes a second over the last five seconds, from a counter that only grows. Times are milliseconds of any
/// steady clock.
class SpeedMeter {
public:
    void add(qint64 atMs, qint64 counter) {
        m_samples.push_back({atMs, counter});
        while (m_samples.size() > 2 && atMs - m_samples[1].atMs >= kWindowMs) m_samples.pop_front();
    }
    void reset() { m_samples.clear(); }

    /// 0 until there are two samples.
    double bytesPerSecond() const {
        if (m_samples.size() < 2) return 0.0;
        const qint64 passed = m_samples.back().atMs - m_samples.front().atMs;
        if (passed <= 0) return 0.0;
        return 1000.0 * static_cast<double>(m_samples.back().counter - m_samples.front().counter) /
               static_cast<double>(passed);
    }

    /// Negative while nothing arrives.
    double secondsFor(qint64 bytes) const {
        const double speed = bytesPerSecond();
        return speed > 0.0 ? static_cast<double>(bytes) / speed : -1.0;
    }

private:
    static constexpr qint64 kWindowMs = 5000;
    struct Sample {
        qint64 atMs;
        qint64 counter;
    };
    std::deque<Sample> m_samples;
};

}  // namespace specula
