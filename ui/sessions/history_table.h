#pragma once

#include <QAbstractTableModel>

#include <vector>

#include "ui/sessions/stored_run.h"

namespace specula {

/// The runs of the history, newest first; the first column's check box keeps a run.
class HistoryTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Keep, When, Prompt, Target, Draft, Settings, Tokens, Speed, Alpha, Size, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setRuns(std::vector<StoredRun> runs);
    const std::vector<StoredRun>& runs() const { return m_runs; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    void keptChanged(const QString& id, bool kept);

private:
    std::vector<StoredRun> m_runs;
};

}  // namespace specula
