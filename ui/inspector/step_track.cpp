#include <QFontMetrics>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>

#include "ui/common/palette.h"
#include "ui/inspector/picture.h"
#include "ui/inspector/steps.h"

namespace specula {

namespace {

constexpr int kPadding = 4;

}  // namespace

StepTrack::StepTrack(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setCursor(Qt::PointingHandCursor);
    setAccessibleName(tr("Steps of the decision"));
    setToolTip(tr("Next (N) and Back (B) go through the steps, Play (P) shows them one after the other"));
    setStep(Step::All);
}

void StepTrack::setStep(Step step) {
    m_step = step;
    setAccessibleDescription(stepName(step));
    update();
}

QSize StepTrack::sizeHint() const {
    const QFontMetrics metrics(smallerFont(font()));
    return {320, metrics.height() + 10};
}
QSize StepTrack::minimumSizeHint() const {
    return {200, sizeHint().height()};
}

/// Room in proportion to the words, so that none is cut where all fit.
QRect StepTrack::rectOf(Step step) const {
    const QFontMetrics metrics(smallerFont(font()));
    int total = 0, before = 0;
    for (int i = 0; i < kSteps; ++i) {
        const int wide = metrics.horizontalAdvance(stepName(static_cast<Step>(i))) + kPadding;
        if (i < static_cast<int>(step)) before += wide;
        total += wide;
    }
    const int own = metrics.horizontalAdvance(stepName(step)) + kPadding;
    const int left = width() * before / total;
    return {left, 0, width() * (before + own) / total - left, height()};
}

void StepTrack::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = Theme::of(palette());
    painter.setFont(smallerFont(font()));
    const QFontMetrics metrics(painter.font());
    painter.fillRect(QRect(0, height() - 3, width(), 3), theme.line);
    for (int i = 0; i < kSteps; ++i) {
        const Step step = static_cast<Step>(i);
        const QRect area = rectOf(step);
        const bool here = step == m_step;
        if (here) painter.fillRect(QRect(area.left(), height() - 3, area.width(), 3), theme.accent);
        painter.setPen(here ? theme.text : theme.secondary);
        painter.drawText(area.adjusted(0, 0, 0, -4), Qt::AlignCenter,
                         metrics.elidedText(stepName(step), Qt::ElideRight, area.width()));
    }
    if (!hasFocus()) return;
    painter.setPen(QPen(theme.accent, 1, Qt::DotLine));
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void StepTrack::mousePressEvent(QMouseEvent* event) {
    for (int i = 0; i < kSteps; ++i) {
        const Step step = static_cast<Step>(i);
        if (rectOf(step).contains(event->position().toPoint())) emit stepChosen(step);
    }
}

void StepTrack::keyPressEvent(QKeyEvent* event) {
    const int by = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (by == 0) return QWidget::keyPressEvent(event);
    emit stepChosen(static_cast<Step>(std::clamp(static_cast<int>(m_step) + by, 0, kSteps - 1)));
}

void StepTrack::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) updateGeometry();
    update();
}

}  // namespace specula
