#pragma once

#include <QAbstractTableModel>

#include <vector>

#include "engine/trace/models.h"
#include "ui/models/data_table.h"

namespace specula {

/// Names and what they are set to: of config.json, of a GGUF's keys, of a tokenizer.
class NamedTextTable : public QAbstractTableModel {
    Q_OBJECT

public:
    using QAbstractTableModel::QAbstractTableModel;

    void setLines(std::vector<NamedText> lines);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<NamedText> m_lines;
};

/// The tensors of a model's files.
class TensorTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Name, Type, Shape, Bytes, Columns };

    using QAbstractTableModel::QAbstractTableModel;

    void setTensors(std::vector<TensorLine> tensors);
    std::int64_t bytes() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<TensorLine> m_tensors;
};

/// What a model takes in memory, a row for each number format, with a bar against what is free.
class MemoryTable : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Format, Weights, Cache, Scratch, Total, Bar, Columns };

    using QAbstractTableModel::QAbstractTableModel;

    void setNeeds(std::vector<MemoryNeed> needs);
    void setMemoryFree(std::int64_t bytes);
    /// Colours of the swatches in the headers, which say what the parts of a bar are.
    void setTheme(const Theme& theme);

    const std::vector<MemoryNeed>& needs() const { return m_needs; }
    std::int64_t memoryFree() const { return m_free; }
    /// Bytes that the full width of a bar stands for.
    std::int64_t scale() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    bool fits(const MemoryNeed& need) const { return m_free < 0 || need.total() <= m_free; }

    std::vector<MemoryNeed> m_needs;
    std::int64_t m_free = -1;
    Theme m_theme;
};

/// Draws the bar of a MemoryTable: weights, cache and scratch one after the other, hatched beyond the line of
/// what is free.
class MemoryBarDelegate : public RowDelegate {
    Q_OBJECT

public:
    explicit MemoryBarDelegate(const MemoryTable& table, QObject* parent = nullptr)
        : RowDelegate(parent), m_table(table) {}

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

private:
    const MemoryTable& m_table;
};

}  // namespace specula
