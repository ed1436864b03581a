#pragma once

#include <QColor>
#include <QPixmap>
#include <QWidget>

#include "ui/common/palette.h"

class QPainter;

namespace specula {

/// The channel beside colour: a tick, an exclamation mark in a triangle, a cross, a dot.
enum class Symbol { None, Yes, Caution, No, Unknown };

QColor symbolColor(Symbol symbol, const Theme& theme);

/// A word for those who do not see the picture: "yes", "caution", "no", "unknown".
QString symbolWord(Symbol symbol);

/// Drawn into the largest centred square of `box`.
void drawSymbol(QPainter& painter, const QRectF& box, Symbol symbol, const QColor& color);

/// A square of `side` points.
QPixmap symbolPixmap(Symbol symbol, const QColor& color, int side, double devicePixelRatio);

/// One symbol, as high as a line of text, in its own colour on the window's surface.
class SymbolLabel : public QWidget {
    Q_OBJECT

public:
    explicit SymbolLabel(Symbol symbol, QWidget* parent = nullptr);

    Symbol symbol() const { return m_symbol; }
    void setSymbol(Symbol symbol);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Symbol m_symbol;
};

}  // namespace specula
