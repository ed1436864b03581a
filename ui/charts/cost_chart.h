#pragma once

#include <optional>

#include "engine/trace/reports.h"
#include "ui/charts/chart.h"

namespace specula {

/// What a pass of the target over several rows costs, in times of one row: within rounds (what the predicted
/// speed-up is made of) and alone, between the line of no gain (every row as dear as the first) and the
/// memory limit. Beside it where a token of plain decoding spends its time.
class CostChart : public Chart {
    Q_OBJECT

public:
    explicit CostChart(QWidget* parent = nullptr);

    /// Absent: nothing was measured.
    void setReport(const std::optional<ProbeReport>& report);
    const std::optional<ProbeReport>& report() const { return m_report; }

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    /// A part of a token's time.
    struct Part {
        QString name;
        double ms = 0.0;
    };
    std::vector<Part> parts() const;
    void placeRects();
    void drawRows(std::vector<ChartMark>& marks);
    void drawNoGain(int last, double top);
    void drawParts(std::vector<ChartMark>& marks);
    QCPItemText* makeLabel(QCPAxisRect* rect, Qt::Alignment alignment);

    std::optional<ProbeReport> m_report;
    bool m_sideBySide = false;

    QCPAxisRect* m_rows = nullptr;
    QCPAxisRect* m_parts = nullptr;
    QCPGraph* m_inRounds = nullptr;
    QCPGraph* m_alone = nullptr;
    QCPGraph* m_noGain = nullptr;  ///< v = M
    QCPItemText* m_inRoundsLabel = nullptr;
    QCPItemText* m_aloneLabel = nullptr;
    QCPItemText* m_noGainLabel = nullptr;
    Reference m_limit;
    QCPBars* m_bars = nullptr;  ///< keys are places from the top, values milliseconds
    std::vector<QCPItemText*> m_barLabels;
};

}  // namespace specula
