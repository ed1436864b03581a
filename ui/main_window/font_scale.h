#pragma once

#include <QFontMetricsF>
#include <QWidget>

#include <algorithm>

namespace specula {

/// How much larger the widget's letters are than those that sizes in pixels are meant for, 1 at least.
inline double fontScale(const QWidget& widget) {
    constexpr double kOrdinaryLine = 16.0;
    // A little more is no reason for another layout.
    constexpr double kSlack = 1.25;
    const double scale = QFontMetricsF(widget.font()).height() / kOrdinaryLine;
    return scale < kSlack ? 1.0 : scale;
}

}  // namespace specula
