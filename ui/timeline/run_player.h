#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "ui/common/run_log.h"

namespace specula {

/// How fast a run is shown. It holds back what is on screen and nothing else: speeds are in the Rounds.
struct Pace {
    enum class Kind {
        Full,    ///< as the rounds come; a replay takes a few seconds
        Rounds,  ///< `value` rounds a second
        Clock,   ///< as the engine's clock ran (RoundTimes::endMs), `value` times slower
    };
    Kind kind = Kind::Full;
    double value = 0.0;

    bool operator==(const Pace&) const = default;
};

/// Moves the playhead of a run log: the one way by which a run is shown, live or again. GUI thread only.
///
/// A run under way and a stored one play alike, since the rounds that were made and not yet shown wait in the
/// log. Modes: playing at the pace; held, where a person put the playhead; following the end.
class RunPlayer : public QObject {
    Q_OBJECT

public:
    explicit RunPlayer(RunLog& log, QObject* parent = nullptr);

    Pace pace() const { return m_pace; }
    /// For what is played from now on; does not start anything.
    void setPace(Pace pace);

    /// Rounds are being shown, or will be as soon as they come.
    bool isPlaying() const;
    /// One step at a time.
    bool isStepping() const { return m_stepping; }

    /// A new run has begun in the log: it is shown from its first round, at the pace, or one by one where
    /// step() came before.
    void start();
    /// From the playhead on; a run that is shown to its end starts over.
    void play();
    void pause();
    void toggle();
    /// Goes on from the playhead, and with what is still to come, at the pace.
    void resume();
    /// The next run is not shown step by step.
    void forgetSteps();
    /// Shows one more round, or the next one that comes, and holds.
    void step();
    /// Shows the first `rounds` rounds and holds there; at the end, follows it.
    void showTo(int rounds);
    /// Everything, and what comes as it comes.
    void showAll();

signals:
    /// Playing or not, stepping or not.
    void changed();

private:
    enum class Mode { Follow, Play, Hold };

    void setMode(Mode mode, bool stepping = false);
    void onAppended();
    void tick();
    int dueRounds(int shown);
    void takeSteps();
    int rounds() const { return static_cast<int>(m_log.rounds().size()); }

    RunLog& m_log;
    Pace m_pace;
    Mode m_mode = Mode::Follow;
    bool m_stepping = false;
    int m_steps = 0;  ///< asked for and not yet shown
    QTimer m_timer;
    QElapsedTimer m_clock;
    double m_dueMs = 0.0;     ///< on m_clock: when the next round may be shown
    double m_shownMs = 0.0;   ///< on the engine's clock: what has been played
    double m_playedMs = 0.0;  ///< on m_clock: when that was
};

}  // namespace specula

Q_DECLARE_METATYPE(specula::Pace)
