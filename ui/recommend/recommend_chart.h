#pragma once

#include <vector>

#include "engine/trace/recommend.h"
#include "ui/charts/chart.h"

namespace specula {

/// Speed-up against the drafted tokens of a round: hollow points on a dashed line are predicted, full ones
/// with error bars measured. Chains of one draft are joined, trees stand alone; drafts differ by the points'
/// form and are named at the lines' ends. Clicking a point says which contender it is.
class RecommendChart : public Chart {
    Q_OBJECT

public:
    explicit RecommendChart(QWidget* parent = nullptr);

    void setReport(const RecommendReport& report);
    const RecommendReport& report() const { return m_report; }

    /// Points as drawn, for the two kinds.
    int predictedPoints() const { return m_predictedPoints; }
    int measuredPoints() const { return m_measuredPoints; }

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    /// What is drawn of one draft.
    struct Lines {
        QCPGraph* chains = nullptr;  ///< predicted, joined
        QCPGraph* trees = nullptr;   ///< predicted, single points
        QCPGraph* measured = nullptr;
        QCPErrorBars* errors = nullptr;
        QCPItemText* name = nullptr;
    };
    QCPGraph* makeGraph(bool joined);
    void makeLines();
    void draw(std::size_t draft, std::vector<ChartMark>& marks);
    void placeName(Lines& lines, std::size_t draft);
    void fitAxes();
    QString sentence() const;

    RecommendReport m_report;
    std::vector<Lines> m_lines;  // [drafts]
    QCPAxisRect* m_rect = nullptr;
    Reference m_plain;
    double m_least = 0.9, m_most = 1.1;
    int m_predictedPoints = 0;
    int m_measuredPoints = 0;
};

}  // namespace specula
