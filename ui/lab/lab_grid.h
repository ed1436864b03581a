#pragma once

#include <optional>
#include <utility>

#include <QAbstractTableModel>
#include <QStyledItemDelegate>
#include <QTableView>

#include "ui/lab/lab_data.h"

namespace specula {

/// The lab's cells: suites, temperatures, rules and drafts down, gammas and trees across.
class LabGridModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Role {
        SpeedupRole = Qt::UserRole,  ///< double, absent where nothing was measured
        UnclearRole,                 ///< bool: no significant difference
        RunningRole,                 ///< bool: being measured now
        AbsentRole                   ///< bool: not part of the lab
    };

    /// `data` must outlive this.
    explicit LabGridModel(LabData& data, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

    /// Rows and columns are others.
    void reset();
    /// A cell has another value.
    void touch(const LabPoint& point);
    /// What is being measured; absent: nothing.
    void setStep(const std::optional<LabStep>& step);

private:
    void touch(const std::pair<int, int>& cell);

    LabData& m_data;
    std::pair<int, int> m_running{-1, -1};
};

/// A cell: the speed-up as a number on a ground that says how much faster (green) or slower (vermillion);
/// hatched where the difference is not significant, framed by dashes while it is measured.
class LabCellDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

/// Mouse or arrow keys choose a cell; Return and double click ask for its run.
class LabGrid : public QTableView {
    Q_OBJECT

public:
    explicit LabGrid(QWidget* parent = nullptr);

    /// Column widths and row heights by the font, the names by what they say.
    void fitCells();

signals:
    void chosen(const QModelIndex& index);
    void opened(const QModelIndex& index);

protected:
    void changeEvent(QEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void focusInEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
};

}  // namespace specula
