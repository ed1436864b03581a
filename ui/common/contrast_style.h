#pragma once

#include <QProxyStyle>

namespace specula {

/// Fusion for black and white: it draws frames in a shade of the window's colour, which black has not, so
/// every control gets an outline in the colour of the text, twice as wide with the focus.
class ContrastStyle : public QProxyStyle {
    Q_OBJECT

public:
    ContrastStyle();

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget = nullptr) const override;
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget = nullptr) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                            const QWidget* widget = nullptr) const override;
};

}  // namespace specula
