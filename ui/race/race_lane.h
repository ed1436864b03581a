#pragma once

#include <vector>

#include <QWidget>

#include "engine/trace/race.h"
#include "ui/common/run_log.h"

class QLabel;

namespace specula {

class ElidedLabel;
class MarkLabel;
class TokenView;

/// How far a lane is: a thin bar that fills as tokens are put out.
class RaceTrack : public QWidget {
    Q_OBJECT

public:
    enum class Series { Plain, Target };

    explicit RaceTrack(Series series, QWidget* parent = nullptr);

    void setFraction(double fraction);
    double fraction() const { return m_fraction; }

    QSize sizeHint() const override { return {200, kHeight}; }
    QSize minimumSizeHint() const override { return {40, kHeight}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    static constexpr int kHeight = 6;

    const Series m_series;
    double m_fraction = 0.0;
};

/// One lane of a race: its text up to a moment, how far that is, and the figures so far.
class RaceLaneView : public QWidget {
    Q_OBJECT

public:
    RaceLaneView(RaceTrack::Series series, const QString& title, const QString& emptyText,
                 QWidget* parent = nullptr);

    /// `side` is one of `race`'s own lanes.
    void setRun(const RaceReport& race, const RaceLane& side, const QString& title);
    void clear();

    /// Shows what was there after `ms` of the engine's clock.
    void showAt(double ms);
    double lengthMs() const { return m_ends.empty() ? 0.0 : m_ends.back(); }

    RunLog& log() { return m_log; }
    TokenView& tokens() { return *m_tokens; }
    RaceTrack& track() { return *m_track; }
    QString figures() const;

protected:
    void changeEvent(QEvent* event) override;

private:
    void applyTheme();

    RunLog m_log;
    std::vector<double> m_ends;  ///< of each round, on the engine's clock
    QString m_name;
    ElidedLabel* m_title = nullptr;
    QLabel* m_figures = nullptr;
    MarkLabel* m_marks = nullptr;
    TokenView* m_tokens = nullptr;
    RaceTrack* m_track = nullptr;
};

}  // namespace specula
