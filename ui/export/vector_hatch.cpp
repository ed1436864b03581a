#include "ui/export/vector_hatch.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/export/picture_file.h"

namespace specula {

namespace {

constexpr double kPitch = 4.0;  ///< points between lines along an edge

}  // namespace

bool hatchedAsVectors(QPainter& painter, const QRectF& rect, const QColor& color) {
    if (!paintsVectors(painter)) return false;
    painter.save();
    painter.setPen(QPen(color, 1.0, Qt::SolidLine, Qt::FlatCap));
    // Ends are computed: not every vector format clips. Lines stand still however rectangles lie.
    const double first = std::floor((rect.left() + rect.top()) / kPitch) * kPitch;
    for (double sum = first; sum < rect.right() + rect.bottom(); sum += kPitch) {
        const double fromX = std::max(rect.left(), sum - rect.bottom());
        const double toX = std::min(rect.right(), sum - rect.top());
        if (toX > fromX) painter.drawLine(QPointF(fromX, sum - fromX), QPointF(toX, sum - toX));
    }
    painter.restore();
    return true;
}

}  // namespace specula
