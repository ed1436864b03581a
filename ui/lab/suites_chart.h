#pragma once

#include <vector>

#include "engine/trace/reports.h"
#include "ui/charts/chart.h"

namespace specula {

/// Speed-up of the suites side by side under one setup, with 95 % intervals and the line of plain decoding.
class LabSuitesChart : public Chart {
    Q_OBJECT

public:
    explicit LabSuitesChart(QWidget* parent = nullptr);

    struct Entry {
        QString suite;
        Interval speedup;
        int row = 0;  ///< of the lab
    };
    /// `how`: what all of them ran with, for the axis ("speed-up with gamma 3").
    void setEntries(const std::vector<Entry>& entries, const QString& how);
    const std::vector<Entry>& entries() const { return m_entries; }

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;
    QSize sizeHint() const override { return {320, 160}; }

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    std::vector<Entry> m_entries;
    QString m_how;
    QCPAxisRect* m_rect = nullptr;
    QCPGraph* m_points = nullptr;
    QCPErrorBars* m_errors = nullptr;
    Reference m_plain;
};

}  // namespace specula
