#pragma once

#include <QCollator>
#include <QSortFilterProxyModel>
#include <QStringList>
#include <QStyledItemDelegate>
#include <QTableView>

#include <map>

#include "ui/models/symbols.h"

namespace specula {

/// What a table's model may answer besides the usual roles.
enum TableRole {
    SortRole = Qt::UserRole,  ///< a number or a text to sort by
    QuietRole,                ///< bool: shown as not available
    SymbolRole,               ///< int of Symbol: drawn before the text
    MiddleRole,               ///< bool: where it does not fit it is cut in the middle, not at the end
    FirstOwnRole              ///< where a model's own roles start
};

/// The symbol as what SymbolRole answers.
QVariant symbolValue(Symbol symbol);

/// Sorts by SortRole (numbers as numbers; texts without regard to case, "layer 10" after "layer 9"), keeps
/// the rows in which every word of the filter occurs in some column.
class TableFilter : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit TableFilter(QObject* parent = nullptr);

    void setWords(const QString& text);

protected:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

private:
    QStringList m_words;
    QCollator m_collator;
};

/// One row of data: quiet rows grey, symbols before texts, a selection that pales while the keys go
/// elsewhere.
class RowDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

protected:
    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override;
    void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

/// A calm table of rows: whole rows are chosen, columns share the width by rules until the person drags one,
/// what is cut has a tooltip, Ctrl+C copies the chosen rows, Return and double click open one, Space toggles
/// the check boxes of the first column. Its context menu copies and saves it; whoever answers menuRequested()
/// with a menu of its own adds those entries (ui/export/export_menu.h).
class DataTable : public QTableView {
    Q_OBJECT

public:
    explicit DataTable(QWidget* parent = nullptr);

    /// Widths in characters. A column is as wide as its content, up to `most`. One with a share takes its
    /// part of what is left, and where there is too little gives way down to `least`.
    struct ColumnRule {
        int least = 4;
        int most = 24;
        int share = 0;
    };
    void setColumnRule(int column, ColumnRule rule) { m_rules[column] = rule; }
    void setColumnShown(int column, bool shown);
    /// Clicking headers sorts; the third click gives the model's own order back.
    void makeSortable();
    /// Shown instead of rows while there are none.
    void setEmptyText(const QString& sentence);
    const QString& emptyText() const { return m_emptyText; }

    void setModel(QAbstractItemModel* model) override;

    /// Tab-separated text of the chosen rows as they are shown, in that order.
    QString selectedText() const;

signals:
    void opened(const QModelIndex& index);
    void menuRequested(const QPoint& globalPosition);

protected:
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    bool viewportEvent(QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fitColumns();
    void fitRows();
    void fitSoon();
    int widthWanted(int column) const;
    bool toggleChecks();

    std::map<int, ColumnRule> m_rules;
    QString m_emptyText;
    bool m_fitting = false;
    bool m_fitQueued = false;
    bool m_manual = false;
};

}  // namespace specula
