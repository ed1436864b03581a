#pragma once

#include <QAbstractTableModel>

#include <vector>

#include "engine/trace/reports.h"

namespace specula {

/// The checks of an audit, one row each, in the order in which they were decided.
class AuditTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Result, Check, Statistic, PValue, Detail, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void clear();
    void add(const AuditCheck& check);
    const std::vector<AuditCheck>& checks() const { return m_checks; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<AuditCheck> m_checks;
};

}  // namespace specula
