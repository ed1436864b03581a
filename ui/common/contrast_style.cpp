#include "ui/common/contrast_style.h"

#include <QPainter>
#include <QStyleOption>

namespace specula {

namespace {

void outline(QPainter& painter, const QStyleOption& option, const QRect& rect) {
    const bool focus = option.state & QStyle::State_HasFocus && option.state & QStyle::State_Enabled;
    const QPalette::ColorGroup group =
        option.state & QStyle::State_Enabled ? QPalette::Active : QPalette::Disabled;
    const QColor ink = option.palette.color(group, focus ? QPalette::Highlight : QPalette::WindowText);
    const int width = focus ? 2 : 1;
    for (int i = 0; i < width; ++i) {
        const QRect r = rect.adjusted(i, i, -i, -i);
        painter.fillRect(QRect(r.left(), r.top(), r.width(), 1), ink);
        painter.fillRect(QRect(r.left(), r.bottom(), r.width(), 1), ink);
        painter.fillRect(QRect(r.left(), r.top(), 1, r.height()), ink);
        painter.fillRect(QRect(r.right(), r.top(), 1, r.height()), ink);
    }
}

}  // namespace

ContrastStyle::ContrastStyle() : QProxyStyle(QStringLiteral("fusion")) {}

void ContrastStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                  const QWidget* widget) const {
    QProxyStyle::drawPrimitive(element, option, painter, widget);
    switch (element) {
        case PE_PanelButtonCommand:
        case PE_PanelButtonTool:
        case PE_FrameLineEdit:
        case PE_FrameGroupBox:
        case PE_FrameMenu:
        case PE_Frame:
        case PE_IndicatorCheckBox:
            outline(*painter, *option, option->rect);
            break;
        case PE_IndicatorRadioButton:
            painter->save();
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(option->palette.color(QPalette::WindowText));
            painter->setBrush(Qt::NoBrush);
            painter->drawEllipse(QRectF(option->rect).adjusted(1.5, 1.5, -1.5, -1.5));
            painter->restore();
            break;
        default:
            break;
    }
}

void ContrastStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                                const QWidget* widget) const {
    QProxyStyle::drawControl(element, option, painter, widget);
    if (element == CE_ProgressBarGroove) outline(*painter, *option, option->rect);
    if (element == CE_TabBarTabShape) {
        const auto* tab = qstyleoption_cast<const QStyleOptionTab*>(option);
        const bool chosen = option->state & State_Selected;
        if (tab && chosen) outline(*painter, *option, option->rect);
    }
}

void ContrastStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                       QPainter* painter, const QWidget* widget) const {
    QProxyStyle::drawComplexControl(control, option, painter, widget);
    switch (control) {
        case CC_ComboBox:
        case CC_SpinBox:
            outline(*painter, *option, option->rect);
            break;
        case CC_ScrollBar:
            outline(*painter, *option, proxy()->subControlRect(control, option, SC_ScrollBarSlider, widget));
            break;
        case CC_Slider:
            outline(*painter, *option, proxy()->subControlRect(control, option, SC_SliderHandle, widget));
            break;
        default:
            break;
    }
}

}  // namespace specula
