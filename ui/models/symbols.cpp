#include "ui/models/symbols.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace specula {

QColor symbolColor(Symbol symbol, const Theme& theme) {
    switch (symbol) {
        case Symbol::Yes:
            return theme.readable(theme.accepted);
        case Symbol::Caution:
            return theme.readable(theme.resampled);
        case Symbol::No:
            return theme.readable(theme.rejected);
        case Symbol::Unknown:
        case Symbol::None:
            break;
    }
    return theme.secondary;
}

QString symbolWord(Symbol symbol) {
    switch (symbol) {
        case Symbol::Yes:
            return SymbolLabel::tr("yes");
        case Symbol::Caution:
            return SymbolLabel::tr("caution");
        case Symbol::No:
            return SymbolLabel::tr("no");
        case Symbol::Unknown:
            return SymbolLabel::tr("unknown");
        case Symbol::None:
            break;
    }
    return {};
}

void drawSymbol(QPainter& painter, const QRectF& box, Symbol symbol, const QColor& color) {
    const double side = std::min(box.width(), box.height());
    const QRectF square(box.center().x() - side / 2, box.center().y() - side / 2, side, side);
    const auto at = [&square, side](double x, double y) {
        return QPointF(square.left() + x * side, square.top() + y * side);
    };
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(color, std::max(1.4, side * 0.13), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    switch (symbol) {
        case Symbol::Yes:
            painter.drawPolyline(QPolygonF{at(0.14, 0.54), at(0.40, 0.80), at(0.86, 0.24)});
            break;
        case Symbol::No:
            painter.drawLine(at(0.20, 0.20), at(0.80, 0.80));
            painter.drawLine(at(0.80, 0.20), at(0.20, 0.80));
            break;
        case Symbol::Caution: {
            painter.setPen(
                QPen(color, std::max(1.2, side * 0.09), Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
            painter.drawPolygon(QPolygonF{at(0.50, 0.10), at(0.94, 0.88), at(0.06, 0.88)});
            painter.drawLine(at(0.50, 0.38), at(0.50, 0.60));
            painter.setBrush(color);
            painter.setPen(Qt::NoPen);
            painter.drawEllipse(at(0.50, 0.74), side * 0.055, side * 0.055);
            break;
        }
        case Symbol::Unknown:
            painter.setBrush(color);
            painter.setPen(Qt::NoPen);
            painter.drawEllipse(at(0.5, 0.5), side * 0.11, side * 0.11);
            break;
        case Symbol::None:
            break;
    }
    painter.restore();
}

QPixmap symbolPixmap(Symbol symbol, const QColor& color, int side, double devicePixelRatio) {
    const auto pixels = static_cast<int>(std::ceil(side * devicePixelRatio));
    QPixmap picture(pixels, pixels);
    picture.setDevicePixelRatio(devicePixelRatio);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    drawSymbol(painter, QRectF(0, 0, side, side), symbol, color);
    return picture;
}

SymbolLabel::SymbolLabel(Symbol symbol, QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    setSymbol(symbol);
}

void SymbolLabel::setSymbol(Symbol symbol) {
    m_symbol = symbol;
    setAccessibleName(symbolWord(symbol));
    update();
}

QSize SymbolLabel::sizeHint() const {
    const int side = fontMetrics().height();
    return {side, side};
}

void SymbolLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const double side = fontMetrics().ascent();
    const QRectF box(QPointF((width() - side) / 2.0, (height() - side) / 2.0), QSizeF(side, side));
    drawSymbol(painter, box, m_symbol, symbolColor(m_symbol, Theme::of(palette())));
}

}  // namespace specula
