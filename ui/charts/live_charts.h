#pragma once

#include <optional>

#include <QPointer>
#include <QTabWidget>

#include "engine/trace/reports.h"

namespace specula {

class AcceptanceChart;
class CostChart;
class EmissionChart;
class RateChart;
class RunLog;
class SweepChart;

/// The charts below the text: acceptance, speed and tokens a round of the shown run side by side on one page,
/// the gamma sweep on another, what rows cost on a third. Follows a RunLog up to
/// its playhead.
class LiveCharts : public QTabWidget {
    Q_OBJECT

public:
    explicit LiveCharts(QWidget* parent = nullptr);

    /// The run to follow; not owned, may be null.
    void setLog(RunLog* log);
    void setPlain(const std::optional<Interval>& tokensPerSecond);

    /// What was measured of the pair of the shown run; absent: nothing.
    void setCosts(const std::optional<ProbeReport>& costs);

    AcceptanceChart& acceptance() { return *m_acceptance; }
    RateChart& rate() { return *m_rate; }
    EmissionChart& emission() { return *m_emission; }
    SweepChart& sweep() { return *m_sweep; }
    CostChart& costs() { return *m_costs; }

    void showRun();
    void showSweep();
    void showCosts();

    QSize sizeHint() const override { return {900, 200}; }

private:
    void onCleared();
    void showRounds(int rounds);

    QPointer<RunLog> m_log;
    int m_charted = 0;     ///< rounds that the charts hold
    bool m_trees = false;  ///< a round of the run has several candidates for one place
    AcceptanceChart* m_acceptance = nullptr;
    RateChart* m_rate = nullptr;
    EmissionChart* m_emission = nullptr;
    SweepChart* m_sweep = nullptr;
    CostChart* m_costs = nullptr;
};

}  // namespace specula
