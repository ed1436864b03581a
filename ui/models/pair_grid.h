#pragma once

#include <QHeaderView>
#include <QStyledItemDelegate>
#include <QTableView>

namespace specula {

/// Names along a grid, cut in the middle; across the top they stand upright, reading upwards. The name of the
/// chosen cell is bold.
class NameHeader : public QHeaderView {
    Q_OBJECT

public:
    explicit NameHeader(Qt::Orientation orientation, QWidget* parent = nullptr);

    QSize sizeHint() const override;

protected:
    void paintSection(QPainter* painter, const QRect& rect, int logicalIndex) const override;
    QSize sectionSizeFromContents(int logicalIndex) const override;

private:
    int longestName() const;
};

/// A cell of the pair grid: a symbol on its tint, and beside it the size of the draft.
class PairDelegate : public QStyledItemDelegate {
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
};

/// Targets against drafts. Mouse or arrow keys choose a cell; Return and double click open it.
class PairGrid : public QTableView {
    Q_OBJECT

public:
    explicit PairGrid(QWidget* parent = nullptr);

    void setEmptyText(const QString& sentence);
    const QString& emptyText() const { return m_emptyText; }

signals:
    void opened(const QModelIndex& index);

protected:
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    bool eventFilter(QObject* object, QEvent* event) override;
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void focusInEvent(QFocusEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void fitCells();
    void paintCorner();

    QString m_emptyText;
    QWidget* m_corner = nullptr;  ///< where the two headers meet
};

}  // namespace specula
