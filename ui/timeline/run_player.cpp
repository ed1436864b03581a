#include "ui/timeline/run_player.h"

#include <algorithm>

#include "ui/common/motion.h"

namespace specula {

namespace {

constexpr int kFullMs = 4000;  ///< that a replay at full speed takes at most

}  // namespace

RunPlayer::RunPlayer(RunLog& log, QObject* parent) : QObject(parent), m_log(log) {
    m_clock.start();
    connect(&m_timer, &QTimer::timeout, this, &RunPlayer::tick);
    connect(&m_log, &RunLog::grown, this, &RunPlayer::onAppended);
    connect(&m_log, &RunLog::cleared, this, [this] {
        if (m_stepping)
            m_log.setPlayhead(0);
        else
            setMode(Mode::Follow);
    });
    connect(&m_log, &RunLog::finished, this, &RunPlayer::changed);
}

void RunPlayer::setPace(Pace pace) {
    m_pace = pace;
}

bool RunPlayer::isPlaying() const {
    if (m_mode == Mode::Hold || !m_log.hasRun()) return false;
    return m_log.playhead() < rounds() || m_log.finishReason() == Finish::Running;
}

void RunPlayer::setMode(Mode mode, bool stepping) {
    m_mode = mode;
    m_stepping = stepping;
    if (!stepping) m_steps = 0;
    if (mode == Mode::Play) {
        const int shown = m_log.playhead();
        m_playedMs = m_dueMs = static_cast<double>(m_clock.elapsed());
        m_shownMs = shown > 0 ? m_log.rounds()[static_cast<std::size_t>(shown - 1)].times.endMs : 0.0;
        m_log.setPlayhead(shown);
        m_timer.start(frameMs());
    } else {
        m_timer.stop();
    }
    if (mode == Mode::Follow) m_log.followEnd();
    emit changed();
}

void RunPlayer::start() {
    m_log.setPlayhead(0);
    if (m_stepping)
        takeSteps();
    else
        resume();
}

void RunPlayer::play() {
    if (!m_log.hasRun()) return;
    const bool over = m_log.finishReason() != Finish::Running;
    if (over && m_log.playhead() == rounds()) m_log.setPlayhead(0);
    setMode(Mode::Play);
    tick();
}

void RunPlayer::pause() {
    m_log.setPlayhead(m_log.playhead());
    setMode(Mode::Hold);
}

void RunPlayer::toggle() {
    if (isPlaying())
        pause();
    else
        play();
}

void RunPlayer::resume() {
    setMode(m_pace.kind == Pace::Kind::Full ? Mode::Follow : Mode::Play);
}

void RunPlayer::forgetSteps() {
    m_stepping = false;
    m_steps = 0;
}

void RunPlayer::step() {
    m_log.setPlayhead(m_log.playhead());
    const int asked = m_stepping ? m_steps : 0;
    setMode(Mode::Hold, true);
    m_steps = asked + 1;
    takeSteps();
}

void RunPlayer::takeSteps() {
    const int count = std::min(m_steps, rounds() - m_log.playhead());
    m_steps -= count;
    if (count > 0) m_log.setPlayhead(m_log.playhead() + count);
}

void RunPlayer::showTo(int wanted) {
    if (wanted >= rounds()) {
        showAll();
        return;
    }
    m_log.setPlayhead(wanted);
    if (m_mode != Mode::Hold || m_stepping) setMode(Mode::Hold);
}

void RunPlayer::showAll() {
    setMode(Mode::Follow);
}

void RunPlayer::onAppended() {
    if (m_mode == Mode::Hold) takeSteps();
    if (m_mode != Mode::Play) return;
    if (!m_timer.isActive()) m_timer.start(frameMs());
    tick();
}

void RunPlayer::tick() {
    const int shown = m_log.playhead();
    const int due = dueRounds(shown);
    if (due != shown) m_log.setPlayhead(due);
    if (due < rounds()) return;
    m_timer.stop();  // until more rounds come
    if (m_pace.kind == Pace::Kind::Full || m_log.finishReason() != Finish::Running) emit changed();
    if (m_pace.kind == Pace::Kind::Full) setMode(Mode::Follow);
}

/// How many rounds should be on screen now.
int RunPlayer::dueRounds(int shown) {
    const auto now = static_cast<double>(m_clock.elapsed());
    int due = shown;
    if (m_pace.kind == Pace::Kind::Full)
        return std::min(rounds(), shown + std::max(1, rounds() * frameMs() / kFullMs));
    if (m_pace.kind == Pace::Kind::Clock) {
        if (shown < rounds()) m_shownMs += (now - m_playedMs) / m_pace.value;
        m_playedMs = now;
        while (due < rounds() && m_log.rounds()[static_cast<std::size_t>(due)].times.endMs <= m_shownMs)
            ++due;
        return due;
    }
    // A schedule rather than a delay after each round, so that the timer's grain does not slow the pace down;
    // but rounds that came late are not made up for in a burst.
    m_dueMs = std::max(m_dueMs, now - 1.5 * frameMs());
    if (shown == 0) m_dueMs = now;
    for (; due < rounds() && m_dueMs <= now; ++due) m_dueMs += 1000.0 / m_pace.value;
    return due;
}

}  // namespace specula
