#pragma once

#include <QAbstractTableModel>
#include <QStringList>

#include <vector>

#include "ui/models/data_table.h"
#include "ui/models/download_types.h"

namespace specula {

/// The files of a repository, each with a check box that says whether to download it. Files that are here
/// already have none to change.
class HubFileTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, Size, State, Columns };
    enum class Choice { Suggested, All, None };

    using QAbstractTableModel::QAbstractTableModel;

    void setFiles(std::vector<HubFile> files);
    void choose(Choice choice);

    /// Names of the files chosen, without those that are here.
    QStringList chosen() const;
    qint64 chosenBytes() const;
    int presentCount() const;
    qint64 presentBytes() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

signals:
    void chosenChanged();

private:
    struct Line {
        HubFile file;
        bool chosen = false;
    };
    std::vector<Line> m_lines;
};

}  // namespace specula
