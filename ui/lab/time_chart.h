#pragma once

#include <vector>

#include "ui/charts/chart.h"
#include "ui/lab/lab_data.h"

namespace specula {

/// Where a token's time goes, in milliseconds: drafting, verifying and the rest on top of each other, plain
/// decoding first and then each gamma and tree.
class LabTimeChart : public Chart {
    Q_OBJECT

public:
    explicit LabTimeChart(QWidget* parent = nullptr);

    /// A column of the chart.
    struct Column {
        QString name;
        TokenTime time;
        int tag = 0;  ///< the lab's column
    };
    void setColumns(const std::vector<Column>& columns, const QString& finding);
    const std::vector<Column>& columns() const { return m_columns; }

    QString words(const ChartMark& mark) const override;
    ChartTable table() const override;
    QSize sizeHint() const override { return {320, 200}; }

protected:
    bool rebuild() override;
    void applyTheme(const Theme& theme) override;

private:
    std::vector<Column> m_columns;
    QString m_said;
    QCPAxisRect* m_rect = nullptr;
    QCPBars* m_draft = nullptr;
    QCPBars* m_verify = nullptr;
    QCPBars* m_rest = nullptr;
    QCPLegend* m_legend = nullptr;
    Reference m_plain;
};

}  // namespace specula
