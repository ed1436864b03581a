#pragma once

#include "engine/trace/reports.h"
#include "ui/charts/chart.h"
#include "ui/charts/chart_math.h"

namespace specula {

/// Speed-up and acceptance rate against gamma, filled in while a sweep runs: measured points with 95 %
/// intervals, what the cost model predicts (dashed), the line where nothing is gained, and the best gamma.
/// Single prompts are faint dots behind the suite's line. Trees stand behind the last gamma, each by itself.
/// Clicking a point says its gamma.
class SweepChart : public Chart {
    Q_OBJECT

public:
    explicit SweepChart(QWidget* parent = nullptr);

    /// A new sweep over gammas `first` to `last` begins; forgets the earlier one.
    void begin(const QString& suite, int first, int last);
    void setPoint(const ShapedPoint& point);
    /// All of it at once, in place of what was there.
    void setPoints(const QString& suite, int first, int last, const std::vector<ShapedPoint>& points,
                   bool running);
    /// What the cost model predicts for gamma 0, 1, ...: the dashed curve, in place of the points' own
    /// predictions; empty takes it away.
    void setModel(const std::vector<double>& byGamma);
    /// Speed-up alone where false.
    void setAcceptanceShown(bool shown);
    /// No more points will come.
    void finish();
    bool isRunning() const { return m_running; }

    const SweepData& data() const { return m_data; }

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;
    /// What a mark's tag stands for; null when it has gone.
    const ShapedPoint* pointOf(int tag) const;

signals:
    /// A chain's point was clicked.
    void gammaClicked(int gamma);

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    /// What marks say of the point at `place` in SweepData::whole(): a chain's gamma, else kTreeTag + its
    /// place among the trees.
    static constexpr int kTreeTag = 1000;
    struct Placed {
        const ShapedPoint* point = nullptr;
        double key = 0.0;
        int tag = 0;
    };
    std::vector<Placed> placed() const;
    void placeRects();
    void drawModel(const std::vector<Placed>& whole);
    void setTicks();
    void makeRoomForLabel();
    void drawSpeedup(const std::vector<Placed>& whole, std::vector<ChartMark>& marks);
    void drawAcceptance(const std::vector<Placed>& whole, std::vector<ChartMark>& marks);
    void drawSinglePrompts();

    SweepData m_data;
    QString m_suite;
    bool m_running = false;
    int m_first = 0;
    int m_last = 8;
    bool m_sideBySide = false;
    bool m_acceptanceShown = true;
    std::vector<double> m_model;

    QCPAxisRect* m_speed = nullptr;
    QCPAxisRect* m_rate = nullptr;
    QCPGraph* m_speedPrompts = nullptr;  ///< faint dots
    QCPGraph* m_ratePrompts = nullptr;
    QCPGraph* m_predicted = nullptr;
    QCPGraph* m_measured = nullptr;
    QCPGraph* m_trees = nullptr;  ///< points without a line
    QCPErrorBars* m_treeErrors = nullptr;
    QCPGraph* m_acceptance = nullptr;
    QCPErrorBars* m_measuredErrors = nullptr;
    QCPErrorBars* m_acceptanceErrors = nullptr;
    QCPGraph* m_best = nullptr;  ///< one point
    QCPItemText* m_bestLabel = nullptr;
    QCPItemText* m_predictedLabel = nullptr;
    Reference m_breakEven;
};

}  // namespace specula
