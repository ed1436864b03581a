#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <QStringList>

#include <vector>

#include "engine/trace/models.h"
#include "ui/models/data_table.h"

namespace specula {

/// Every usable model as a target (rows) against every usable model as a draft (columns), ordered so that
/// models of one tokenizer stand together, the largest first: pairs that work then form blocks.
class PairTable : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    /// Of a header: the model is a feature head, which has no row.
    static constexpr int DraftOnlyRole = Qt::UserRole + 77;

    /// `cells` index `models`; those that point outside are left out.
    void set(const std::vector<ModelEntry>& models, std::vector<PairCell> cells);

    /// The models in the order of rows and columns.
    const std::vector<ModelEntry>& models() const { return m_models; }
    /// Null where the pair has not been compared.
    const PairCell* cell(int row, int column) const;
    int rowOf(const QString& path) const;
    /// Compared pairs that work.
    int compatible() const;
    int compared() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<ModelEntry> m_models;
    std::vector<PairCell> m_cells;
    std::vector<int> m_places;  ///< for row * models + column the cell's index, -1 without one
};

/// Keeps the targets and the drafts whose names contain all words of their filter.
class PairFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    using QSortFilterProxyModel::QSortFilterProxyModel;

    void setTargetWords(const QString& text);
    void setDraftWords(const QString& text);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool filterAcceptsColumn(int column, const QModelIndex& parent) const override;

private:
    QStringList m_targets;
    QStringList m_drafts;
};

/// What a pair's cell shows: No, Caution (works, with warnings), Yes or, without a cell, Unknown.
Symbol symbolOf(const PairCell* cell);

/// The draft's size as a share of the target's: "8 %", "0.4 %", "2.1×".
QString ratioText(double ratio);

/// One line a check, with its detail, then the warnings. Never empty.
QString checklistText(const PairCell* cell);

}  // namespace specula
