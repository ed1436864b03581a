#pragma once

#include <QAbstractTableModel>

#include "ui/sessions/compared_run.h"

namespace specula {

/// The quantities of two runs; settings that differ are marked by a sign, by weight and by colour.
class ComparisonTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Differs, What, Left, Right, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setRows(std::vector<ComparedRow> rows);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<ComparedRow> m_rows;
};

}  // namespace specula
