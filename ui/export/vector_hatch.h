#pragma once

#include <QColor>
#include <QRectF>

class QPainter;

namespace specula {

/// Diagonal lines across a rectangle, as lines: files of vectors know no textures (see hatchBrush). True when
/// `painter` draws vectors and it was done; false on pixels, where the brush does it.
bool hatchedAsVectors(QPainter& painter, const QRectF& rect, const QColor& color);

}  // namespace specula
