#include "ui/timeline/timeline_painter.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/export/vector_hatch.h"

namespace specula {

namespace {

constexpr double kEmittedShare = 0.7;  ///< of the height
constexpr double kTallestToken = 12.0;
constexpr double kNarrow = 2.0;    ///< below this a column shows several rounds
constexpr double kGapFrom = 4.0;   ///< cells at least this wide stand apart
constexpr double kPlusFrom = 8.0;  ///< and these have room for a plus
constexpr int kLeastScale = 3;     ///< tokens; so that a run of ones is not drawn as tall as the strip

}  // namespace

TimelinePainter::TimelinePainter(QPainter* painter, const Theme& theme, const QRectF& area, double dpr,
                                 const TimelineCells& cells)
    : m_painter(painter), m_theme(theme), m_cells(cells), m_left(area.left()), m_pixel(1.0 / dpr) {
    const double above = std::floor(area.height() * kEmittedShare);
    m_baseline = area.top() + above;
    m_up = std::min(kTallestToken, above / std::max(cells.mostEmitted(), kLeastScale));
    m_down = std::min(m_up, (area.height() - above - 1) / std::max(cells.mostWasted(), kLeastScale));
}

void TimelinePainter::paint(const TimelineScale& scale) {
    m_painter->setPen(Qt::NoPen);
    const double width = scale.cellWidth();
    const auto snapped = [this](double x) { return std::round(x / m_pixel) * m_pixel; };
    if (width >= kNarrow) {
        const double gap = width >= kGapFrom ? 1.0 : 0.0;
        for (int i = 0; i < scale.rounds; ++i) {
            paintCell(m_cells.at(i), m_left + snapped(scale.leftOf(i)),
                      m_left + snapped(scale.leftOf(i + 1)) - gap, width >= kGapFrom);
        }
    } else if (scale.rounds > 0) {
        const int columns = static_cast<int>(scale.width / m_pixel);
        for (int column = 0; column < columns; ++column) {
            const int first = scale.roundAt(column * m_pixel);
            const int last = std::max(first + 1, scale.roundAt((column + 1) * m_pixel));
            const double left = m_left + column * m_pixel;
            paintCell(m_cells.mean(first, last), left, left + m_pixel, false);
        }
    }
    m_painter->fillRect(QRectF(m_left, m_baseline, scale.leftOf(scale.rounds), m_pixel), m_theme.secondary);
}

/// A block above (height > 0) or below the line, next to what stands there already.
void TimelinePainter::block(double left, double right, double& y, double height, const QBrush& brush) {
    if (height == 0.0) return;
    m_painter->fillRect(QRectF(QPointF(left, y - height), QPointF(right, y)).normalized(), brush);
    y -= height;
}

void TimelinePainter::paintCell(const TimelineCell& cell, double left, double right, bool marks) {
    double up = m_baseline;
    block(left, right, up, cell.accepted * m_up, m_theme.tint(m_theme.accepted, m_theme.dark ? 0.55 : 0.45));
    block(left, right, up, cell.plain * m_up, m_theme.tint(m_theme.plain, 0.5));
    const double resampledAt = up;
    block(left, right, up, cell.resampled * m_up, m_theme.resampled);
    const double bonusAt = up;
    block(left, right, up, cell.bonus * m_up, m_theme.bonus);
    double down = m_baseline + m_pixel;
    block(left, right, down, -cell.rejected * m_down, m_theme.rejected);
    block(left, right, down, -cell.discarded * m_down, m_theme.tint(m_theme.secondary, 0.25));
    if (!marks) return;
    if (cell.discarded > 0) {
        const double height = cell.discarded * m_down;
        const QRectF area(left, down - height, right - left, height);
        if (!hatchedAsVectors(*m_painter, area, m_theme.secondary))
            m_painter->fillRect(area, hatchBrush(m_theme.secondary, 1.0 / m_pixel));
    }
    if (cell.resampled > 0)
        m_painter->fillRect(QRectF(left, resampledAt - 1.5, right - left, 1.0), m_theme.onFill);
    if (cell.bonus > 0 && right - left + 1.0 >= kPlusFrom && m_up >= 5.0) {
        const QPointF centre(std::round((left + right) / 2.0), std::round(bonusAt - cell.bonus * m_up / 2.0));
        m_painter->fillRect(QRectF(centre.x() - 2, centre.y(), 5, 1), m_theme.onFill);
        m_painter->fillRect(QRectF(centre.x(), centre.y() - 2, 1, 5), m_theme.onFill);
    }
}

}  // namespace specula
