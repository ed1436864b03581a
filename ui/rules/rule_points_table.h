#pragma once

#include <QAbstractTableModel>
#include <QColor>

#include <vector>

#include "engine/trace/reports.h"

namespace specula {

/// Whole runs under several rules, one row each, in the order in which they were measured.
class RulePointsTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column {
        RuleName,
        Exactness,
        Shape,
        Draft,
        Suite,
        TokensPerRound,
        Acceptance,
        Speedup,
        Rate,
        ColumnCount
    };

    using QAbstractTableModel::QAbstractTableModel;

    void set(std::vector<RulePoint> points);
    /// Adds the point, or replaces the earlier one of the same setup, draft and suite.
    void add(const RulePoint& point);
    const std::vector<RulePoint>& points() const { return m_points; }
    /// The row of the point of the same setup, draft and suite; -1 without one.
    int rowOf(const RulePoint& point) const;
    void setLossyColor(const QColor& color);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<RulePoint> m_points;
    QColor m_lossy;
};

}  // namespace specula
