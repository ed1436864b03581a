#include "ui/race/race_clock.h"

#include <algorithm>

#include "ui/common/motion.h"

namespace specula {

RaceClock::RaceClock(QObject* parent) : QObject(parent) {
    connect(&m_timer, &QTimer::timeout, this, &RaceClock::tick);
}

void RaceClock::setLanes(double plainMs, double speculativeMs) {
    stopTimer();
    m_lengthMs = std::max(plainMs, speculativeMs);
    m_factor = plainMs > 0.0 ? 1000.0 * kPlainSeconds / plainMs : 1.0;
    seek(m_lengthMs);
}

void RaceClock::play() {
    if (m_lengthMs <= 0.0 || isRunning()) return;
    if (m_nowMs >= m_lengthMs) seek(0.0);
    m_sinceTick.start();
    m_timer.start(frameMs());
    emit runningChanged(true);
}

void RaceClock::pause() {
    if (!isRunning()) return;
    tick();
    stopTimer();
}

void RaceClock::toggle() {
    if (isRunning())
        pause();
    else
        play();
}

void RaceClock::restart() {
    seek(0.0);
    play();
}

void RaceClock::seek(double ms) {
    m_nowMs = std::clamp(ms, 0.0, m_lengthMs);
    if (isRunning()) m_sinceTick.start();
    emit moved(m_nowMs);
}

void RaceClock::tick() {
    m_nowMs = std::min(m_lengthMs, m_nowMs + static_cast<double>(m_sinceTick.restart()) / m_factor);
    emit moved(m_nowMs);
    if (m_nowMs >= m_lengthMs) stopTimer();
}

void RaceClock::stopTimer() {
    if (!isRunning()) return;
    m_timer.stop();
    emit runningChanged(false);
}

}  // namespace specula
