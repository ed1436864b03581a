#include "ui/models/pair_grid.h"

#include <QAbstractButton>
#include <QEvent>
#include <QFocusEvent>
#include <QKeyEvent>
#include <QPainter>

#include <algorithm>

#include "ui/export/export_menu.h"
#include "ui/models/data_table.h"
#include "ui/models/symbols.h"

namespace specula {

namespace {

constexpr int kLongest = 30;  ///< characters of a name that are shown across the top
constexpr int kWidest = 34;   ///< and beside the rows

QColor tintOf(Symbol symbol, const Theme& theme) {
    switch (symbol) {
        case Symbol::Yes:
            return theme.tint(theme.accepted, 0.22);
        case Symbol::Caution:
            return theme.tint(theme.resampled, 0.26);
        case Symbol::No:
            return theme.tint(theme.rejected, theme.dark ? 0.22 : 0.13);
        case Symbol::Unknown:
        case Symbol::None:
            break;
    }
    return theme.base;
}

}  // namespace

NameHeader::NameHeader(Qt::Orientation orientation, QWidget* parent) : QHeaderView(orientation, parent) {
    setSectionResizeMode(QHeaderView::Fixed);
    setSectionsClickable(false);
    setHighlightSections(true);
}

int NameHeader::longestName() const {
    int longest = 0;
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const QFontMetrics metrics(bold);
    for (int i = 0; model() && i < count(); ++i) {
        longest =
            std::max(longest, metrics.horizontalAdvance(model()->headerData(i, orientation()).toString()));
    }
    const int most = (orientation() == Qt::Horizontal ? kLongest : kWidest) * metrics.averageCharWidth();
    const int corner = metrics.horizontalAdvance(QStringLiteral("target ↓   draft →"));
    return std::max(std::min(longest, most), orientation() == Qt::Vertical ? corner : 0) + 14;
}

QSize NameHeader::sizeHint() const {
    return orientation() == Qt::Horizontal ? QSize(QHeaderView::sizeHint().width(), longestName())
                                           : QSize(longestName(), QHeaderView::sizeHint().height());
}

QSize NameHeader::sectionSizeFromContents(int) const {
    return orientation() == Qt::Horizontal ? QSize(defaultSectionSize(), longestName())
                                           : QSize(longestName(), defaultSectionSize());
}

void NameHeader::paintSection(QPainter* painter, const QRect& rect, int logicalIndex) const {
    const Theme theme = Theme::of(palette());
    painter->save();
    painter->fillRect(rect, theme.window);
    const auto* view = qobject_cast<const QAbstractItemView*>(parentWidget());
    const QModelIndex current = view ? view->currentIndex() : QModelIndex();
    const bool chosen = current.isValid() &&
                        logicalIndex == (orientation() == Qt::Horizontal ? current.column() : current.row());
    QFont words = font();
    if (chosen) words.setWeight(QFont::DemiBold);
    painter->setFont(words);
    painter->setPen(chosen ? theme.text : theme.secondary);
    QRect box = rect;
    if (orientation() == Qt::Horizontal) {
        painter->translate(rect.left(), rect.bottom() + 1);
        painter->rotate(-90);
        box = QRect(0, 0, rect.height(), rect.width());
    }
    box.adjust(6, 0, -6, 0);
    const QString name = model()->headerData(logicalIndex, orientation()).toString();
    const QString shown = QFontMetrics(words).elidedText(name, Qt::ElideMiddle, box.width());
    const auto side = orientation() == Qt::Horizontal ? Qt::AlignLeft : Qt::AlignRight;
    painter->drawText(box, static_cast<int>(side | Qt::AlignVCenter), shown);
    painter->restore();
}

void PairDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const {
    const Theme theme = Theme::of(option.palette);
    const auto symbol = static_cast<Symbol>(index.data(SymbolRole).toInt());
    const QRect box = option.rect.adjusted(1, 1, -1, -1);
    painter->save();
    painter->fillRect(option.rect, theme.window);
    painter->fillRect(box, tintOf(symbol, theme));
    const QString text = index.data().toString();
    const int side = option.fontMetrics.ascent();
    const int gap = 5;
    const int together = side + (text.isEmpty() ? 0 : gap + option.fontMetrics.horizontalAdvance(text));
    const int left = box.left() + std::max(2, (box.width() - together) / 2);
    drawSymbol(*painter, QRectF(left, box.center().y() - side / 2.0 + 0.5, side, side), symbol,
               symbolColor(symbol, theme));
    painter->setFont(option.font);
    painter->setPen(theme.text);
    painter->drawText(QRect(left + side + gap, box.top(), box.width(), box.height()),
                      Qt::AlignLeft | Qt::AlignVCenter, text);
    if (option.state & QStyle::State_Selected) {
        const bool focused = option.state & QStyle::State_Active;
        painter->setPen(QPen(focused ? theme.accent : theme.secondary, 2));
        painter->drawRect(box);
    }
    painter->restore();
}

PairGrid::PairGrid(QWidget* parent) : QTableView(parent) {
    setHorizontalHeader(new NameHeader(Qt::Horizontal, this));
    setVerticalHeader(new NameHeader(Qt::Vertical, this));
    setItemDelegate(new PairDelegate(this));
    setSelectionMode(SingleSelection);
    setSelectionBehavior(SelectItems);
    setEditTriggers(NoEditTriggers);
    setShowGrid(false);
    setTabKeyNavigation(false);
    setCornerButtonEnabled(false);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setFrameShape(QFrame::NoFrame);
    // The surface between the cells is the window's: the grid is a picture, not a sheet.
    viewport()->setAutoFillBackground(false);
    m_corner = findChild<QAbstractButton*>(QString(), Qt::FindDirectChildrenOnly);
    if (m_corner) m_corner->installEventFilter(this);
    connect(this, &QTableView::doubleClicked, this, &PairGrid::opened);
    fitCells();
}

void PairGrid::setEmptyText(const QString& sentence) {
    m_emptyText = sentence;
    viewport()->update();
}

void PairGrid::fitCells() {
    const QFontMetrics metrics = fontMetrics();
    horizontalHeader()->setDefaultSectionSize(metrics.ascent() + 5 +
                                              metrics.horizontalAdvance(QStringLiteral("100 %")) + 16);
    verticalHeader()->setDefaultSectionSize(metrics.height() + 14);
}

void PairGrid::contextMenuEvent(QContextMenuEvent* event) {
    popUpExportMenu(*this, *event);
}

void PairGrid::changeEvent(QEvent* event) {
    QTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange) fitCells();
}

bool PairGrid::eventFilter(QObject* object, QEvent* event) {
    if (object != m_corner || event->type() != QEvent::Paint) return QTableView::eventFilter(object, event);
    paintCorner();
    return true;
}

void PairGrid::paintCorner() {
    const Theme theme = Theme::of(palette());
    QPainter painter(m_corner);
    const QRect box = m_corner->rect();
    painter.fillRect(box, theme.window);
    if (!model() || model()->rowCount() == 0 || model()->columnCount() == 0) return;
    painter.setPen(theme.secondary);
    painter.drawText(box.adjusted(6, 0, -6, -6), Qt::AlignRight | Qt::AlignBottom, tr("target ↓   draft →"));
}

void PairGrid::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTableView::currentChanged(current, previous);
    horizontalHeader()->viewport()->update();
    verticalHeader()->viewport()->update();
}

void PairGrid::focusInEvent(QFocusEvent* event) {
    QTableView::focusInEvent(event);
    if (event->reason() != Qt::MouseFocusReason && model() && model()->rowCount() > 0 &&
        model()->columnCount() > 0 && !currentIndex().isValid()) {
        setCurrentIndex(model()->index(0, 0));
    }
}

void PairGrid::keyPressEvent(QKeyEvent* event) {
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && currentIndex().isValid()) {
        emit opened(currentIndex());
        return;
    }
    QTableView::keyPressEvent(event);
}

void PairGrid::paintEvent(QPaintEvent* event) {
    QTableView::paintEvent(event);
    if (!model() || m_emptyText.isEmpty()) return;
    if (model()->rowCount() > 0 && model()->columnCount() > 0) return;
    QPainter painter(viewport());
    painter.setPen(Theme::of(palette()).secondary);
    painter.drawText(viewport()->rect().adjusted(16, 12, -16, -12), Qt::AlignCenter | Qt::TextWordWrap,
                     m_emptyText);
}

}  // namespace specula
