#include "ui/models/data_header.h"

#include <QPainter>

#include "ui/common/palette.h"

namespace specula {

namespace {

constexpr int kArrow = 8;
constexpr int kSwatch = 9;
constexpr int kGap = 5;
constexpr int kSlack = 4;  ///< what rounding may take from a text

void drawArrow(QPainter& painter, const QRect& box, bool ascending, const QColor& color) {
    const QPointF middle = QRectF(box).center();
    const double half = kArrow / 2.0;
    const double rise = ascending ? half / 2 : -half / 2;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    painter.drawPolygon(
        QPolygonF{middle + QPointF(-half, rise), middle + QPointF(half, rise), middle + QPointF(0, -rise)});
    painter.restore();
}

}  // namespace

DataHeader::DataHeader(QWidget* parent) : QHeaderView(Qt::Horizontal, parent) {
    setHighlightSections(false);
    setStretchLastSection(false);
    setSectionsClickable(true);
    setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
}

QSize DataHeader::sectionSizeFromContents(int logicalIndex) const {
    if (!model()) return {};
    const QString text = model()->headerData(logicalIndex, orientation()).toString();
    int width = fontMetrics().horizontalAdvance(text) + 2 * kCellPadding + kSlack;
    if (model()->headerData(logicalIndex, orientation(), Qt::DecorationRole).isValid())
        width += kSwatch + kGap;
    if (isSortIndicatorShown()) width += kArrow + kGap;
    return {width, fontMetrics().height() + 10};
}

void DataHeader::paintSection(QPainter* painter, const QRect& rect, int logicalIndex) const {
    if (!model() || !rect.isValid()) return;
    const Theme theme = Theme::of(palette());
    painter->save();
    painter->fillRect(rect, theme.alternate);
    painter->fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), theme.line);
    painter->fillRect(QRect(rect.right(), rect.top() + 4, 1, rect.height() - 8), theme.line);
    QRect box = rect.adjusted(kCellPadding, 0, -kCellPadding, -1);
    const auto alignment = static_cast<Qt::Alignment>(
        model()->headerData(logicalIndex, orientation(), Qt::TextAlignmentRole).toInt());
    const bool right = alignment & Qt::AlignRight;
    const QColor swatch =
        model()->headerData(logicalIndex, orientation(), Qt::DecorationRole).value<QColor>();
    const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == logicalIndex;
    QString text = model()->headerData(logicalIndex, orientation()).toString();
    const int extra = (swatch.isValid() ? kSwatch + kGap : 0) + (sorted ? kArrow + kGap : 0);
    text = fontMetrics().elidedText(text, Qt::ElideRight, box.width() - extra);
    const int words = fontMetrics().horizontalAdvance(text);
    // Numbers end above numbers: what else there is goes before them; with words it goes behind.
    int left = right ? box.right() + 1 - words - extra : box.left();
    if (sorted && right) {
        drawArrow(*painter, QRect(left, box.top(), kArrow, box.height()),
                  sortIndicatorOrder() == Qt::AscendingOrder, theme.text);
        left += kArrow + kGap;
    }
    if (swatch.isValid()) {
        painter->fillRect(QRect(left, box.center().y() - kSwatch / 2, kSwatch, kSwatch), swatch);
        left += kSwatch + kGap;
    }
    painter->setPen(sorted ? theme.text : theme.secondary);
    painter->drawText(QRect(left, box.top(), words + 2, box.height()), Qt::AlignLeft | Qt::AlignVCenter,
                      text);
    if (sorted && !right) {
        drawArrow(*painter, QRect(left + words + kGap, box.top(), kArrow, box.height()),
                  sortIndicatorOrder() == Qt::AscendingOrder, theme.text);
    }
    painter->restore();
}

}  // namespace specula
