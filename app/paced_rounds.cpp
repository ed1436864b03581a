#include "app/paced_rounds.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace specula {

namespace {

std::size_t rowsOf(const Round& round) {
    return round.kept ? round.kept->bytes() : 0;
}

}  // namespace

void PacedRounds::add(Round round, std::size_t shownRows, std::size_t mostRows) {
    if (shownRows + m_rowBytes + rowsOf(round) > mostRows) round.kept.reset();
    m_rowBytes += rowsOf(round);
    m_rounds.push_back(std::move(round));
}

void PacedRounds::setPace(double roundsPerSecond) {
    m_pace = std::max(0.0, roundsPerSecond);
    m_dueMs = 0.0;
    endHold();
}

void PacedRounds::step() {
    m_hold = true;
    ++m_steps;
}

void PacedRounds::endHold() {
    m_hold = false;
    m_steps = 0;
}

std::vector<Round> PacedRounds::due(bool first) {
    if (m_rounds.empty()) return {};
    if (m_hold) {
        const std::size_t count = std::min(m_steps, m_rounds.size());
        m_steps -= count;
        return take(count);
    }
    if (m_pace <= 0.0) return all();
    // A schedule rather than a delay after each round, so that the timer's grain does not slow the pace down;
    // but rounds that came late are not made up for in a burst.
    const double interval = 1000.0 / m_pace;
    const auto now = static_cast<double>(m_clock.elapsed());
    if (first) m_dueMs = now;
    m_dueMs = std::max(m_dueMs, now - std::max(interval, 1.5 * kFrameMs));
    std::size_t count = 0;
    for (; count < m_rounds.size() && m_dueMs <= now; ++count) m_dueMs += interval;
    return take(count);
}

std::vector<Round> PacedRounds::all() {
    return take(m_rounds.size());
}

std::vector<Round> PacedRounds::take(std::size_t count) {
    const auto end = m_rounds.begin() + static_cast<std::ptrdiff_t>(count);
    std::vector<Round> rounds(std::make_move_iterator(m_rounds.begin()), std::make_move_iterator(end));
    m_rounds.erase(m_rounds.begin(), end);
    for (const Round& round : rounds) m_rowBytes -= rowsOf(round);
    return rounds;
}

}  // namespace specula
