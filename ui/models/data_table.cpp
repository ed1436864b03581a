#include "ui/models/data_table.h"

#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFocusEvent>
#include <QHeaderView>
#include <QHelpEvent>
#include <QMetaMethod>
#include <QPainter>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QTimer>
#include <QToolTip>

#include <algorithm>
#include <cmath>

#include "ui/export/export_menu.h"
#include "ui/models/data_header.h"
#include "ui/models/model_text.h"

namespace specula {

namespace {

constexpr int kRowsMeasured = 200;  ///< rows looked at for a column's width
constexpr int kStyleMargin = 2;     ///< about what a style leaves beside a cell's text by itself

/// The C locale's collator knows neither case nor numbers.
QLocale sortingLocale() {
    const QLocale locale;
    return locale.language() == QLocale::C ? QLocale(QLocale::English) : locale;
}

}  // namespace

QVariant symbolValue(Symbol symbol) {
    return static_cast<int>(symbol);
}

TableFilter::TableFilter(QObject* parent) : QSortFilterProxyModel(parent), m_collator(sortingLocale()) {
    m_collator.setNumericMode(true);
    m_collator.setCaseSensitivity(Qt::CaseInsensitive);
    setSortRole(SortRole);
}

void TableFilter::setWords(const QString& text) {
    m_words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    invalidateFilter();
}

bool TableFilter::filterAcceptsRow(int row, const QModelIndex& parent) const {
    if (m_words.isEmpty()) return true;
    QString all;
    for (int column = 0; column < sourceModel()->columnCount(parent); ++column) {
        all += sourceModel()->index(row, column, parent).data().toString() + QLatin1Char('\n');
    }
    return std::all_of(m_words.begin(), m_words.end(),
                       [&](const QString& word) { return all.contains(word, Qt::CaseInsensitive); });
}

bool TableFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
    const QVariant a = left.data(sortRole());
    const QVariant b = right.data(sortRole());
    if (a.typeId() != QMetaType::QString) return a.toDouble() < b.toDouble();
    return m_collator.compare(a.toString(), b.toString()) < 0;
}

void RowDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const {
    QStyledItemDelegate::initStyleOption(option, index);
    const Theme theme = Theme::of(option->palette);
    // The whole row shows where the keys go; a frame around one cell would say that the cell matters.
    option->state &= ~QStyle::State_HasFocus;
    option->palette.setColor(QPalette::Inactive, QPalette::Highlight,
                             theme.tint(theme.accent, theme.dark ? 0.34 : 0.18));
    option->palette.setColor(QPalette::Inactive, QPalette::HighlightedText, theme.text);
    if (index.data(MiddleRole).toBool()) option->textElideMode = Qt::ElideMiddle;
    if (index.data(QuietRole).toBool()) {
        option->palette.setColor(QPalette::Text, theme.secondary);
        option->palette.setColor(QPalette::Inactive, QPalette::HighlightedText, theme.secondary);
    }
    const auto symbol = static_cast<Symbol>(index.data(SymbolRole).toInt());
    if (symbol == Symbol::None) return;
    const bool onAccent = (option->state & QStyle::State_Selected) && (option->state & QStyle::State_Active);
    const QColor color = onAccent ? option->palette.color(QPalette::Active, QPalette::HighlightedText)
                                  : symbolColor(symbol, theme);
    const int side = option->fontMetrics.ascent();
    const double ratio = option->widget ? option->widget->devicePixelRatioF() : 1.0;
    option->features |= QStyleOptionViewItem::HasDecoration;
    option->decorationSize = {side, side};
    option->icon = QIcon(symbolPixmap(symbol, color, side, ratio));
}

void RowDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                        const QModelIndex& index) const {
    QStyleOptionViewItem full(option);
    initStyleOption(&full, index);
    const QStyle* style = full.widget ? full.widget->style() : QApplication::style();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &full, painter, full.widget);
    full.rect.adjust(kCellPadding - kStyleMargin, 0, kStyleMargin - kCellPadding, 0);
    style->drawControl(QStyle::CE_ItemViewItem, &full, painter, full.widget);
}

QSize RowDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    return QStyledItemDelegate::sizeHint(option, index) + QSize(2 * (kCellPadding - kStyleMargin), 0);
}

bool RowDelegate::editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                              const QModelIndex& index) {
    // A check box answers where it is drawn.
    QStyleOptionViewItem inner(option);
    inner.rect.adjust(kCellPadding - kStyleMargin, 0, kStyleMargin - kCellPadding, 0);
    return QStyledItemDelegate::editorEvent(event, model, inner, index);
}

DataTable::DataTable(QWidget* parent) : QTableView(parent) {
    setHorizontalHeader(new DataHeader(this));
    setItemDelegate(new RowDelegate(this));
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setWordWrap(false);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setHorizontalScrollMode(ScrollPerPixel);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    horizontalHeader()->setResizeContentsPrecision(kRowsMeasured);
    horizontalHeader()->setMinimumSectionSize(24);
    connect(horizontalHeader(), &QHeaderView::sectionResized, this, [this] {
        if (!m_fitting) m_manual = true;
    });
    connect(this, &QTableView::doubleClicked, this, &DataTable::opened);
    fitRows();
}

void DataTable::setModel(QAbstractItemModel* model) {
    const QScopedValueRollback<bool> fitting(m_fitting, true);
    QTableView::setModel(model);
    connect(model, &QAbstractItemModel::modelReset, this, &DataTable::fitSoon);
    connect(model, &QAbstractItemModel::rowsInserted, this, &DataTable::fitSoon);
    connect(model, &QAbstractItemModel::rowsRemoved, this, &DataTable::fitSoon);
    connect(model, &QAbstractItemModel::dataChanged, this, &DataTable::fitSoon);
    fitSoon();
}

void DataTable::setColumnShown(int column, bool shown) {
    if (isColumnHidden(column) != shown) return;
    const QScopedValueRollback<bool> fitting(m_fitting, true);
    setColumnHidden(column, !shown);
    fitSoon();
}

void DataTable::makeSortable() {
    horizontalHeader()->setSortIndicatorClearable(true);
    horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
    setSortingEnabled(true);
}

void DataTable::setEmptyText(const QString& sentence) {
    m_emptyText = sentence;
    viewport()->update();
}

QString DataTable::selectedText() const {
    QModelIndexList rows = selectionModel() ? selectionModel()->selectedRows() : QModelIndexList();
    std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.row() < b.row(); });
    QStringList lines;
    for (const QModelIndex& row : rows) {
        QStringList cells;
        for (int column = 0; column < model()->columnCount(); ++column) {
            if (!isColumnHidden(column)) cells << row.siblingAtColumn(column).data().toString();
        }
        lines << cells.join(QLatin1Char('\t'));
    }
    return lines.join(QLatin1Char('\n'));
}

QModelIndex DataTable::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) {
    // Whole rows are chosen, so Home and End go to the first and last of them.
    if (model() && (action == MoveHome || action == MoveEnd)) {
        const int row = action == MoveHome ? 0 : model()->rowCount() - 1;
        return model()->index(row, std::max(0, currentIndex().column()));
    }
    if (action == MoveLeft || action == MoveRight) {
        QScrollBar* bar = horizontalScrollBar();
        bar->setValue(bar->value() + (action == MoveLeft ? -1 : 1) * 4 * fontMetrics().averageCharWidth());
        return currentIndex();
    }
    return QTableView::moveCursor(action, modifiers);
}

bool DataTable::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QTableView::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QModelIndex index = indexAt(help->pos());
    QString tip = index.data(Qt::ToolTipRole).toString();
    if (tip.isEmpty() && index.isValid() && sizeHintForIndex(index).width() > visualRect(index).width()) {
        tip = plainTip(index.data().toString());
    }
    if (tip.isEmpty()) {
        QToolTip::hideText();
    } else {
        QToolTip::showText(help->globalPos(), tip, viewport(), visualRect(index));
    }
    return true;
}

void DataTable::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        fitRows();
        fitSoon();
    }
}

void DataTable::contextMenuEvent(QContextMenuEvent* event) {
    QPoint at = event->pos();
    const bool own = isSignalConnected(QMetaMethod::fromSignal(&DataTable::menuRequested));
    if (event->reason() == QContextMenuEvent::Mouse) {
        const QModelIndex index = indexAt(at);
        if (!index.isValid() || !own) return popUpExportMenu(*this, *event);
        setCurrentIndex(index);
    } else {
        if (!currentIndex().isValid() || !own) return popUpExportMenu(*this, *event);
        scrollTo(currentIndex());
        at = visualRect(currentIndex()).bottomLeft() + QPoint(16, 0);
        at.setX(std::clamp(at.x(), 16, std::max(16, viewport()->width() - 16)));
    }
    emit menuRequested(viewport()->mapToGlobal(at));
}

void DataTable::focusInEvent(QFocusEvent* event) {
    QTableView::focusInEvent(event);
    const bool byKeys = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason ||
                        event->reason() == Qt::ShortcutFocusReason;
    if (byKeys && model() && model()->rowCount() > 0 && !currentIndex().isValid()) {
        setCurrentIndex(model()->index(0, 0));
    }
}

void DataTable::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        if (const QString text = selectedText(); !text.isEmpty()) QApplication::clipboard()->setText(text);
        return;
    }
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
        emit opened(currentIndex());
        return;
    }
    if (event->key() == Qt::Key_Space && toggleChecks()) return;
    QTableView::keyPressEvent(event);
}

bool DataTable::toggleChecks() {
    const QModelIndex current = currentIndex().siblingAtColumn(0);
    if (!current.isValid() || !(current.flags() & Qt::ItemIsUserCheckable)) return false;
    const bool on = current.data(Qt::CheckStateRole).toInt() == Qt::Checked;
    for (const QModelIndex& row : selectionModel()->selectedRows()) {
        if (row.flags() & Qt::ItemIsUserCheckable) {
            model()->setData(row, on ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
        }
    }
    return true;
}

void DataTable::paintEvent(QPaintEvent* event) {
    QTableView::paintEvent(event);
    const Theme theme = Theme::of(palette());
    QPainter painter(viewport());
    if (model() && model()->rowCount() == 0 && !m_emptyText.isEmpty()) {
        painter.setPen(theme.secondary);
        painter.drawText(viewport()->rect().adjusted(16, 12, -16, -12), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
    }
    // Without a chosen row nothing else would show where the keys go.
    if (hasFocus() && selectionModel() && !selectionModel()->hasSelection()) {
        painter.setPen(theme.accent);
        painter.drawRect(viewport()->rect().adjusted(0, 0, -1, -1));
    }
}

void DataTable::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    fitColumns();
}

void DataTable::fitRows() {
    verticalHeader()->setMinimumSectionSize(fontMetrics().height());
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 10);
}

void DataTable::fitSoon() {
    if (m_fitQueued) return;
    m_fitQueued = true;
    QTimer::singleShot(0, this, [this] {
        m_fitQueued = false;
        fitColumns();
    });
}

int DataTable::widthWanted(int column) const {
    const auto rule = m_rules.find(column);
    const int wanted = std::max(sizeHintForColumn(column), horizontalHeader()->sectionSizeHint(column));
    if (rule == m_rules.end()) return wanted;
    return std::min(wanted, rule->second.most * fontMetrics().averageCharWidth());
}

void DataTable::fitColumns() {
    if (!model() || m_manual || viewport()->width() < 1) return;
    const QScopedValueRollback<bool> fitting(m_fitting, true);
    const int character = fontMetrics().averageCharWidth();
    std::map<int, int> widths;
    int left = viewport()->width();
    int shares = 0;
    int slack = 0;
    for (int column = 0; column < model()->columnCount(); ++column) {
        if (isColumnHidden(column)) continue;
        widths[column] = widthWanted(column);
        left -= widths[column];
        if (m_rules[column].share == 0) continue;
        shares += m_rules[column].share;
        slack += std::max(0, widths[column] - m_rules[column].least * character);
    }
    // Columns with a share pay for what is missing in proportion to what they can spare.
    const double part = left < 0 && slack > 0 ? std::min(1.0, -left / static_cast<double>(slack)) : 0.0;
    for (auto& [column, width] : widths) {
        const ColumnRule& rule = m_rules[column];
        if (rule.share == 0) continue;
        if (left >= 0) {
            const int given = left * rule.share / shares;
            width += given;
            left -= given;
            shares -= rule.share;
        } else {
            width -= static_cast<int>(std::ceil(part * std::max(0, width - rule.least * character)));
        }
    }
    // What rounding left over goes to the first column that takes part.
    int sum = 0;
    for (const auto& [column, width] : widths) sum += width;
    for (auto& [column, width] : widths) {
        if (m_rules[column].share == 0) continue;
        width += std::max(0, viewport()->width() - sum);
        break;
    }
    for (const auto& [column, width] : widths) setColumnWidth(column, width);
}

}  // namespace specula
