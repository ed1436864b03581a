#pragma once

#include <QAbstractTableModel>

#include <optional>
#include <vector>

#include "ui/models/data_table.h"
#include "ui/models/download_types.h"

namespace specula {

/// The download queue as rows.
class DownloadTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Repository, State, Progress, File, Amount, Speed, TimeLeft, Columns };
    enum Role { ShareRole = FirstOwnRole, StateRole };

    using QAbstractTableModel::QAbstractTableModel;

    /// Rows that stay keep their place, so what is chosen stays chosen while numbers move.
    void setRows(std::vector<DownloadRow> rows);

    const std::vector<DownloadRow>& rows() const { return m_rows; }
    /// Null without one.
    const DownloadRow* row(int index) const;
    /// -1 without one.
    int indexOf(int id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const DownloadRow& row, int column) const;

    std::vector<DownloadRow> m_rows;
};

/// Draws a row's progress: a thin bar and its percent, in the colour of its state.
class ProgressDelegate : public RowDelegate {
    Q_OBJECT

public:
    using RowDelegate::RowDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

QString downloadStateText(DownloadState state);

}  // namespace specula
