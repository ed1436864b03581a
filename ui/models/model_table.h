#pragma once

#include <QAbstractTableModel>

#include <cstdint>
#include <vector>

#include "engine/trace/models.h"
#include "ui/models/data_table.h"

namespace specula {

/// The models on this machine as rows.
class ModelTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, Architecture, Parameters, Size, Format, Context, Source, Memory, Problem, Columns };
    enum Role { PathRole = FirstOwnRole };

    using QAbstractTableModel::QAbstractTableModel;

    void setModels(std::vector<ModelEntry> models);
    /// Below 0: not known.
    void setMemoryFree(std::int64_t bytes);

    const std::vector<ModelEntry>& models() const { return m_models; }
    std::int64_t memoryFree() const { return m_free; }
    /// The row with that path, -1 without one.
    int rowOf(const QString& path) const;
    /// Entries that cannot be used.
    int unusable() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const ModelEntry& entry, int column) const;
    QVariant sortValue(const ModelEntry& entry, int column) const;
    QString tip(const ModelEntry& entry, int column) const;

    std::vector<ModelEntry> m_models;
    std::int64_t m_free = -1;
};

}  // namespace specula
