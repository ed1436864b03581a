#pragma once

#include <vector>

#include "engine/trace/reports.h"
#include "ui/charts/chart.h"

namespace specula {

/// Rules compared over whole runs: one row a rule, a dot with its 95 % interval for the speed-up, where 1 is
/// plain decoding, and another for the tokens a round. Lossy rules stand in red and say so.
class RulesChart : public Chart {
    Q_OBJECT

public:
    explicit RulesChart(QWidget* parent = nullptr);

    /// Points of one draft and suite. `group` names them in the title where there are others, else "".
    /// `running`: more points are to come.
    void setPoints(const std::vector<RulePoint>& points, const QString& group, bool running);

    /// The rules drawn, by row; what markClicked counts. Plain decoding is a line, not a row.
    const std::vector<RulePoint>& points() const { return m_points; }

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;

    QSize sizeHint() const override { return {520, 240}; }

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    /// One measure of all rules; keys are rows from the top, values what was measured.
    struct Panel {
        QCPAxisRect* rect = nullptr;
        Interval RulePoint::*of = nullptr;
        QCPGraph* exact = nullptr;
        QCPGraph* lossy = nullptr;
        QCPErrorBars* exactErrors = nullptr;
        QCPErrorBars* lossyErrors = nullptr;
        std::vector<QCPItemText*> labels;  ///< LOSSY after each lossy row
    };
    Panel makePanel(const QString& title, Interval RulePoint::*of);
    void placeRects();
    void draw(Panel& panel, double reference, std::vector<ChartMark>& marks);
    void fill(QCPGraph* graph, QCPErrorBars* errors, const Panel& panel, bool lossyRows) const;
    void label(Panel& panel);
    void nameRows();
    QString rowName(const RulePoint& point) const;

    std::vector<RulePoint> m_points;
    QString m_group;
    bool m_running = false;
    bool m_sideBySide = false;
    Panel m_speed;
    Panel m_tokens;
    Reference m_plain;
};

}  // namespace specula
