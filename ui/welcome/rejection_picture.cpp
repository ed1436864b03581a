#include "ui/welcome/rejection_picture.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>

#include "ui/common/palette.h"
#include "ui/common/token_text.h"
#include "ui/export/export_menu.h"
#include "ui/welcome/welcome_text.h"

namespace specula {

namespace {

constexpr double kLarge = 2.0;  ///< times the window's own size
constexpr double kPadding = 8.0;
constexpr double kGap = 12.0;
constexpr double kCorner = 4.0;
constexpr int kLongestBefore = 40;
const QString kArrow = QStringLiteral("\u2192");

QString word(const RunLog& log, TokenRef ref) {
    return showPiece(log.bytesOf(ref)).trimmed();
}

}  // namespace

RejectionPicture::RejectionPicture(QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void RejectionPicture::show(const RunLog& log, TokenRef rejected) {
    const TokenRef instead = replacementOf(log, rejected);
    const bool there = instead.isValid();
    m_before = there ? textBefore(log, rejected, kLongestBefore) : QString();
    m_rejected = there ? word(log, rejected) : QString();
    m_instead = there ? word(log, instead) : QString();
    setAccessibleName(
        there ? tr("\u201c%1\u201d: the draft proposed %2, which was rejected; %3 was drawn instead")
                    .arg(m_before, m_rejected, m_instead)
              : QString());
    update();
}

QFont RejectionPicture::largeFont() const {
    QFont large = font();
    if (large.pointSizeF() > 0.0) large.setPointSizeF(kLarge * large.pointSizeF());
    return large;
}

QSize RejectionPicture::sizeHint() const {
    const double line = QFontMetricsF(largeFont()).height();
    return {480, static_cast<int>(line + 2.0 * kPadding)};
}

QSize RejectionPicture::minimumSizeHint() const {
    return {160, sizeHint().height()};
}

void RejectionPicture::paintEvent(QPaintEvent*) {
    if (m_instead.isEmpty()) return;
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(largeFont());
    const QFontMetricsF metrics(painter.font());
    const double arrow = metrics.horizontalAdvance(kArrow);
    const auto chipWidth = [&](const QString& text) {
        return metrics.horizontalAdvance(text) + 2.0 * kPadding;
    };
    const double chips = chipWidth(m_rejected) + chipWidth(m_instead) + arrow + 3.0 * kGap;
    const QString before = metrics.elidedText(m_before, Qt::ElideLeft, std::max(0.0, width() - chips));
    double x = 0.0;
    const auto put = [&](const QString& text, const QColor& ink, const QColor& fill) {
        const double padding = fill.isValid() ? kPadding : 0.0;
        const QRectF box(x, 0.0, metrics.horizontalAdvance(text) + 2.0 * padding, height());
        if (fill.isValid()) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(fill);
            painter.drawRoundedRect(box.adjusted(0.0, 2.0, 0.0, -2.0), kCorner, kCorner);
        }
        painter.setPen(ink);
        painter.drawText(box.adjusted(padding, 0.0, 0.0, 0.0), Qt::AlignLeft | Qt::AlignVCenter, text);
        x = box.right() + kGap;
        return box.adjusted(padding, 0.0, -padding, 0.0);
    };
    put(before, theme.text, {});
    const TokenLook rejected = lookOf(Verdict::Rejected, theme);
    const QRectF struck = put(m_rejected, rejected.ink, rejected.fill);
    painter.setPen(QPen(rejected.ink, 2.0));
    painter.drawLine(QPointF(struck.left(), struck.center().y()),
                     QPointF(struck.right(), struck.center().y()));
    put(kArrow, theme.secondary, {});
    const TokenLook resampled = lookOf(EmitKind::Resampled, theme);
    const QRectF drawn = put(m_instead, resampled.ink, resampled.fill);
    const double under = drawn.center().y() + 0.5 * metrics.height() - 1.0;
    painter.setPen(QPen(resampled.ink, 2.0));
    painter.drawLine(QPointF(drawn.left(), under), QPointF(drawn.right(), under));
}

void RejectionPicture::contextMenuEvent(QContextMenuEvent* event) {
    popUpExportMenu(*this, *event);
}

void RejectionPicture::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) updateGeometry();
    if (event->type() == QEvent::PaletteChange) update();
}

}  // namespace specula
