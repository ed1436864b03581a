#include "ui/tokens/token_painter.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

#include "ui/export/vector_hatch.h"

namespace specula {

namespace {

/// The rectangle with its edges on device pixels, so that fills have no soft edges at any scale.
QRectF snapped(const QRectF& rect, double ratio) {
    const auto snap = [ratio](double v) { return std::round(v * ratio) / ratio; };
    return QRectF(QPointF(snap(rect.left()), snap(rect.top())),
                  QPointF(snap(rect.right()), snap(rect.bottom())));
}

}  // namespace

TokenPainter::TokenPainter(QPainter* painter, const Theme& theme, const LayoutStyle& style)
    : m_painter(painter), m_theme(&theme), m_style(&style) {}

TokenLook TokenPainter::look(TokenRole role) const {
    switch (role) {
        case TokenRole::Prompt:
            return {QColor(), m_theme->secondary, Mark::None};
        case TokenRole::Accepted:
            return lookOf(EmitKind::Accepted, *m_theme);
        case TokenRole::Resampled:
            return lookOf(EmitKind::Resampled, *m_theme);
        case TokenRole::Bonus:
            return lookOf(EmitKind::Bonus, *m_theme);
        case TokenRole::Plain:
            return lookOf(EmitKind::Plain, *m_theme);
        case TokenRole::Rejected:
            return lookOf(Verdict::Rejected, *m_theme);
        case TokenRole::Folded:
            return {m_theme->rejected, m_theme->onFill, Mark::None};
        case TokenRole::Discarded:
            break;
    }
    return lookOf(Verdict::Discarded, *m_theme);
}

void TokenPainter::paint(const LayoutItem& item, const Fragment& fragment) {
    if (fragment.folded && fragment.text.isEmpty()) return;
    const TokenLook l = look(item.role);
    m_painter->save();
    m_painter->setRenderHint(QPainter::Antialiasing);
    paintFill(item, fragment, l);
    paintText(item, fragment, l.ink);
    paintMark(fragment, l);
    m_painter->restore();
}

void TokenPainter::paintFill(const LayoutItem& item, const Fragment& fragment, const TokenLook& look) {
    const double ratio = m_painter->device()->devicePixelRatioF();
    // Half a gap on the right keeps neighbouring tokens apart without widening the text.
    const QRectF rect = snapped(fragment.rect.adjusted(0, 0, fragment.last ? -1 : 0, 0), ratio);
    const double radius = isGhost(item.role) ? 2.0 : 3.0;
    m_painter->setPen(Qt::NoPen);
    if (look.fill.isValid()) {
        m_painter->setBrush(look.fill);
        m_painter->drawRoundedRect(rect, radius, radius);
    }
    if (look.mark == Mark::Hatch) {
        QColor lines = m_theme->secondary;
        lines.setAlphaF(0.34F);
        if (!hatchedAsVectors(*m_painter, rect, lines)) {
            m_painter->setBrush(hatchBrush(lines, ratio));
            m_painter->drawRoundedRect(rect, radius, radius);
        }
    }
    if (item.pending) {
        QPen pen(m_theme->secondary, 1.0, Qt::DashLine);
        m_painter->setPen(pen);
        m_painter->setBrush(Qt::NoBrush);
        m_painter->drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    }
}

void TokenPainter::paintText(const LayoutItem& item, const Fragment& fragment, const QColor& ink) {
    if (fragment.text.isEmpty()) return;
    const QFont& font = m_style->fontOf(item.role);
    const QFontMetricsF metrics(font);
    const double left = fragment.rect.left() + (isGhost(item.role) ? m_style->chipPadding : 0.0);
    const double top = fragment.rect.top() + (fragment.rect.height() - metrics.height()) / 2.0;
    m_painter->setFont(font);
    m_painter->setPen(ink);
    m_painter->drawText(QPointF(left, std::round(top + metrics.ascent())), fragment.text);
}

void TokenPainter::paintMark(const Fragment& fragment, const TokenLook& look) {
    const QRectF& rect = fragment.rect;
    if (fragment.folded) return;
    if (look.mark == Mark::StrikeThrough || look.mark == Mark::Hatch) {
        // Discarded chips are struck too: they never became text. The line is thinner there.
        const double thickness = look.mark == Mark::StrikeThrough ? 1.5 : 1.0;
        const double y = std::round(rect.center().y()) + 0.5;
        m_painter->setPen(QPen(look.ink, thickness));
        m_painter->drawLine(QPointF(rect.left() + 1.5, y), QPointF(rect.right() - 2.5, y));
    } else if (look.mark == Mark::Underline) {
        m_painter->setPen(Qt::NoPen);
        m_painter->setBrush(look.ink);
        m_painter->setRenderHint(QPainter::Antialiasing, false);
        const bool space = fragment.text.startsWith(QLatin1Char(' '));
        const double lead = space ? QFontMetricsF(m_style->text).horizontalAdvance(QLatin1Char(' ')) : 1.0;
        const double left = std::min(rect.left() + lead, rect.right() - 4.0);
        const double thickness = rect.height() >= 18 ? 2 : 1;
        m_painter->drawRect(
            QRectF(left, std::round(rect.bottom()) - 2 - thickness, rect.right() - 3 - left, thickness));
    } else if (look.mark == Mark::Plus && fragment.last) {
        const double arm = std::max(2.0, std::round(m_style->plus * 0.36));
        const QPointF centre(std::round(rect.right() - arm - 2.5) + 0.5,
                             std::round(rect.top() + arm + 2.0) + 0.5);
        m_painter->setRenderHint(QPainter::Antialiasing, false);
        m_painter->setPen(QPen(look.ink, 1.0));
        m_painter->drawLine(QPointF(centre.x() - arm, centre.y()), QPointF(centre.x() + arm, centre.y()));
        m_painter->drawLine(QPointF(centre.x(), centre.y() - arm), QPointF(centre.x(), centre.y() + arm));
    }
}

void TokenPainter::paintSelection(const QRectF& rect) {
    QColor wash = m_theme->accent;
    wash.setAlphaF(0.35F);
    m_painter->fillRect(rect, wash);
}

void TokenPainter::paintMatch(const QRectF& rect, bool present) {
    const QRectF place = snapped(rect, m_painter->device()->devicePixelRatioF());
    m_painter->save();
    m_painter->setRenderHint(QPainter::Antialiasing, false);
    m_painter->fillRect(QRectF(place.left(), place.bottom() + 1, place.width(), 2), m_theme->text);
    if (present) {
        QColor wash = m_theme->accent;
        wash.setAlphaF(m_theme->highContrast ? 0.0F : 0.22F);
        m_painter->fillRect(place, wash);
        const QRectF frame = place.adjusted(-2, -1, 2, 3);
        for (const QRectF& side : {QRectF(frame.left(), frame.top(), frame.width(), 2),
                                   QRectF(frame.left(), frame.bottom() - 2, frame.width(), 2),
                                   QRectF(frame.left(), frame.top(), 2, frame.height()),
                                   QRectF(frame.right() - 2, frame.top(), 2, frame.height())})
            m_painter->fillRect(side, m_theme->text);
    }
    m_painter->restore();
}

void TokenPainter::paintCursor(const QRectF& rect, bool focus) {
    m_painter->save();
    m_painter->setRenderHint(QPainter::Antialiasing);
    m_painter->setBrush(Qt::NoBrush);
    const QRectF ring = snapped(rect, m_painter->device()->devicePixelRatioF());
    // A light line outside the accent keeps the ring visible on every fill.
    m_painter->setPen(QPen(m_theme->base, 1.0));
    m_painter->drawRoundedRect(ring.adjusted(-2.5, -2.5, 1.5, 2.5), 4, 4);
    QColor accent = m_theme->accent;
    if (!focus) accent = m_theme->secondary;
    m_painter->setPen(QPen(accent, focus ? 2.0 : 1.0));
    m_painter->drawRoundedRect(ring.adjusted(-1.0, -1.0, 0.0, 1.0), 3, 3);
    m_painter->restore();
}

}  // namespace specula
