#pragma once

#include "engine/trace/reports.h"
#include "ui/charts/chart.h"
#include "ui/charts/chart_math.h"

namespace specula {

/// Speed-up and acceptance rate against gamma, filled in while a sweep runs: measured points with 95 %
/// intervals, what the cost model predicts (dashed), the line where nothing is gained, and the best gamma.
/// Single prompts are faint dots behind the suite's line. Clicking a point says its gamma.
class SweepChart : public Chart {
    Q_OBJECT

public:
    explicit SweepChart(QWidget* parent = nullptr);

    /// A new sweep over gammas `first` to `last` begins; forgets the earlier one.
    void begin(const QString& suite, int first, int last);
    void setPoint(const SweepPoint& point);
    /// No more points will come.
    void finish();
    bool isRunning() const { return m_running; }

    const SweepData& data() const { return m_data; }

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;

signals:
    void gammaClicked(int gamma);

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    void placeRects();
    void makeRoomForLabel();
    void drawSpeedup(const std::vector<const SweepPoint*>& whole, std::vector<ChartMark>& marks);
    void drawAcceptance(const std::vector<const SweepPoint*>& whole, std::vector<ChartMark>& marks);
    void drawSinglePrompts();

    SweepData m_data;
    QString m_suite;
    bool m_running = false;
    int m_first = 0;
    int m_last = 8;
    bool m_sideBySide = false;

    QCPAxisRect* m_speed = nullptr;
    QCPAxisRect* m_rate = nullptr;
    QCPGraph* m_speedPrompts = nullptr;  ///< faint dots
    QCPGraph* m_ratePrompts = nullptr;
    QCPGraph* m_predicted = nullptr;
    QCPGraph* m_measured = nullptr;
    QCPGraph* m_acceptance = nullptr;
    QCPErrorBars* m_measuredErrors = nullptr;
    QCPErrorBars* m_acceptanceErrors = nullptr;
    QCPGraph* m_best = nullptr;  ///< one point
    QCPItemText* m_bestLabel = nullptr;
    QCPItemText* m_predictedLabel = nullptr;
    Reference m_breakEven;
};

}  // namespace specula
