#include "ui/main_window/progress_line.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/common/palette.h"

namespace specula {

namespace {
constexpr int kSteps = 1000;
}

ProgressLine::ProgressLine(QWidget* parent) : QProgressBar(parent) {
    setRange(0, kSteps);
    setTextVisible(false);
    setFixedHeight(3);
    setAccessibleName(tr("Progress"));
}

void ProgressLine::setFraction(double fraction) {
    m_active = fraction >= 0.0;
    setValue(m_active ? static_cast<int>(std::lround(std::min(1.0, fraction) * kSteps)) : 0);
    update();
}

void ProgressLine::paintEvent(QPaintEvent*) {
    const Theme theme = Theme::of(palette());
    QPainter painter(this);
    painter.fillRect(rect(), theme.base);
    if (!m_active) return;
    painter.fillRect(rect(), theme.grid);
    const int reached = static_cast<int>(std::lround(width() * static_cast<double>(value()) / kSteps));
    painter.fillRect(QRect(0, 0, reached, height()), theme.accent);
}

}  // namespace specula
