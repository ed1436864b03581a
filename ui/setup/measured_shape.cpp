#include "ui/setup/measured_shape.h"

#include <QStyleOptionButton>
#include <QStylePainter>

#include "ui/setup/help.h"

namespace specula {

MeasuredShapeButton::MeasuredShapeButton(QWidget* parent) : QPushButton(parent) {
    setFlat(true);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    describe(this, tr("Measured shape"), tr("Sets what Find my gamma found for this pair."));
}

void MeasuredShapeButton::show(const MeasuredShape& measured, bool isSet) {
    setText(isSet ? tr("✓ %1").arg(measured.brief) : tr("Use %1").arg(measured.brief));
    describe(this, text(),
             isSet ? tr("Set as Find my gamma found it: %1.").arg(measured.words)
                   : tr("Sets what Find my gamma found for this pair: %1.").arg(measured.words));
    setEnabled(!isSet);
    setVisible(true);
}

QSize MeasuredShapeButton::minimumSizeHint() const {
    return {fontMetrics().averageCharWidth() * 6, fontMetrics().height() + 8};
}

void MeasuredShapeButton::paintEvent(QPaintEvent*) {
    QStylePainter painter(this);
    QStyleOptionButton option;
    initStyleOption(&option);
    const QString words = fontMetrics().elidedText(text(), Qt::ElideRight, width() - 4);
    option.text.clear();
    painter.drawControl(QStyle::CE_PushButton, option);
    // At the left edge, as the labels and controls around it.
    painter.setPen(palette().color(QPalette::Active, isEnabled() ? QPalette::Link : QPalette::WindowText));
    painter.drawText(rect().adjusted(2, 0, -2, 0), Qt::AlignLeft | Qt::AlignVCenter, words);
}

}  // namespace specula
