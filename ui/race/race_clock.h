#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace specula {

/// The one clock that both lanes of a race are replayed on: the engine's, slowed (or sped up) by one factor
/// so that the plain lane takes kPlainSeconds. GUI thread only.
class RaceClock : public QObject {
    Q_OBJECT

public:
    static constexpr double kPlainSeconds = 12.0;

    explicit RaceClock(QObject* parent = nullptr);

    /// Lengths of the lanes on the engine's clock, milliseconds. Stands still at the end.
    void setLanes(double plainMs, double speculativeMs);

    double factor() const { return m_factor; }  ///< seconds here for a second of the engine
    double lengthMs() const { return m_lengthMs; }
    double nowMs() const { return m_nowMs; }  ///< on the engine's clock
    bool isRunning() const { return m_timer.isActive(); }

public slots:
    /// Goes on; from the start when it stands at the end.
    void play();
    void pause();
    void toggle();
    /// From the start, running.
    void restart();
    /// To this moment of the engine's clock, running on if it ran.
    void seek(double ms);

signals:
    void moved(double ms);
    void runningChanged(bool running);

private:
    void tick();
    void stopTimer();

    double m_lengthMs = 0.0;
    double m_factor = 1.0;
    double m_nowMs = 0.0;
    QTimer m_timer;
    QElapsedTimer m_sinceTick;
};

}  // namespace specula
