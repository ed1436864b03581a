#pragma once

#include <QRectF>

#include "ui/common/palette.h"
#include "ui/timeline/timeline_cells.h"

class QPainter;

namespace specula {

/// Paints cells: above a line what a round emitted, below it what was drafted for nothing. Kinds differ by
/// colour and by a mark: a resampled block is underlined, a bonus has a plus where there is room, discarded
/// drafts are hatched; rejected ones are the only solid blocks below the line.
class TimelinePainter {
public:
    /// `area`: all rows of the strip that cells may use; `dpr`: device pixels a point.
    TimelinePainter(QPainter* painter, const Theme& theme, const QRectF& area, double dpr,
                    const TimelineCells& cells);

    /// All cells, from the left of the area. Where they are narrower than two points each column of device
    /// pixels shows the mean of its rounds.
    void paint(const TimelineScale& scale);

    double baseline() const { return m_baseline; }

private:
    void paintCell(const TimelineCell& cell, double left, double right, bool marks);
    void block(double left, double right, double& y, double height, const QBrush& brush);

    QPainter* m_painter;
    Theme m_theme;
    const TimelineCells& m_cells;
    double m_left = 0;
    double m_pixel = 1;  ///< one device pixel in points
    double m_baseline = 0;
    double m_up = 0;    ///< points a token above the line
    double m_down = 0;  ///< and below it
};

}  // namespace specula
