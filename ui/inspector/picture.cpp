#include "ui/inspector/picture.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/common/number_text.h"
#include "ui/export/export_menu.h"
#include "ui/export/picture_file.h"
#include "ui/export/vector_hatch.h"

namespace specula {

namespace {

constexpr int kUsualWidth = 320;
constexpr int kMinimumWidth = 200;
constexpr double kUsualType = 20;  ///< pixels of a line

/// Edges on device pixels; a bar of any length keeps a visible pixel.
QRectF crisp(const QPainter& painter, const QRectF& rect) {
    const double ratio = painter.device()->devicePixelRatioF();
    const auto snap = [ratio](double v) { return std::round(v * ratio) / ratio; };
    return {QPointF(snap(rect.left()), snap(rect.top())), QPointF(snap(rect.right()), snap(rect.bottom()))};
}

/// Lines and hatches grow with the type, from its usual size on.
double inkScale(const QPainter& painter) {
    return std::max(1.0, QFontMetricsF(painter.font()).height() / kUsualType);
}

/// The theme as it looks on a window surface instead of a text area.
Theme windowTheme(const QWidget& widget) {
    QPalette palette = widget.palette();
    palette.setColor(QPalette::Base, palette.color(QPalette::Window));
    palette.setColor(QPalette::Text, palette.color(QPalette::WindowText));
    return Theme::of(palette);
}

}  // namespace

Picture::Picture(const QString& name, QWidget* parent) : QWidget(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(name);
}

QSize Picture::sizeHint() const {
    return {kUsualWidth, static_cast<int>(std::ceil(heightNeeded()))};
}
QSize Picture::minimumSizeHint() const {
    return {kMinimumWidth, static_cast<int>(std::ceil(heightNeeded()))};
}

void Picture::changed() {
    updateGeometry();
    update();
}

void Picture::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const Theme theme = windowTheme(*this);
    paint(painter, theme);
    if (!hasFocus() || drawingForFile()) return;
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(QPen(theme.accent, 1, Qt::DotLine));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(rect().adjusted(0, 0, -1, -1));
}

void Picture::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    updateGeometry();
}

void Picture::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) updateGeometry();
    update();
}

void Picture::contextMenuEvent(QContextMenuEvent* event) {
    popUpExportMenu(*this, *event);
}

void Picture::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    update();
}
void Picture::focusOutEvent(QFocusEvent* event) {
    QWidget::focusOutEvent(event);
    update();
}

QFont smallerFont(const QFont& font) {
    QFont small = font;
    if (font.pointSizeF() > 0) small.setPointSizeF(std::max(7.0, font.pointSizeF() * 0.88));
    return small;
}

void fillSolid(QPainter& painter, const QRectF& rect, const QColor& color) {
    if (rect.width() > 0 && rect.height() > 0) painter.fillRect(crisp(painter, rect), color);
}

void fillHatched(QPainter& painter, const QRectF& rect, const QColor& color, const Theme& theme) {
    if (rect.width() <= 0 || rect.height() <= 0) return;
    const QRectF area = crisp(painter, rect);
    const double ratio = painter.device()->devicePixelRatioF();
    QBrush hatch = hatchBrush(color, ratio * inkScale(painter));
    hatch.setTransform(QTransform::fromScale(1.0 / ratio, 1.0 / ratio));
    painter.fillRect(area, theme.tint(color, 0.22));
    if (!hatchedAsVectors(painter, area, color)) painter.fillRect(area, hatch);
    if (area.width() < 3.0 / ratio || area.height() < 3.0 / ratio) return;
    painter.setPen(QPen(color, 1.0 / ratio));
    painter.setBrush(Qt::NoBrush);
    const double half = 0.5 / ratio;
    painter.drawRect(area.adjusted(half, half, -half, -half));
}

void coinLine(QPainter& painter, QPointF from, QPointF to, const Theme& theme) {
    const double thick = 2.0 * inkScale(painter);
    painter.setPen(QPen(theme.base, thick + 3.0, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(from, to);
    painter.setPen(QPen(theme.text, thick, Qt::SolidLine, Qt::FlatCap));
    painter.drawLine(from, to);
}

void centredText(QPainter& painter, double x, double baseline, double width, const QString& text,
                 const QColor& color) {
    const double half = QFontMetricsF(painter.font()).horizontalAdvance(text) / 2;
    painter.setPen(color);
    painter.drawText(QPointF(std::clamp(x, half, std::max(half, width - half)) - half, std::round(baseline)),
                     text);
}

QString shortProbability(double probability) {
    if (probability > 0.0 && probability < 0.0001) return QStringLiteral("<0.0001");
    if (probability > 0.9999 && probability < 1.0) return QStringLiteral(">0.9999");
    return probabilityText(probability);
}

void spreadApart(std::vector<double>& ys, double pitch, double top, double bottom) {
    std::vector<std::size_t> order(ys.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return ys[a] < ys[b]; });
    double next = top;
    for (const std::size_t i : order) {
        ys[i] = std::max(ys[i], next);
        next = ys[i] + pitch;
    }
    double limit = bottom;
    for (auto it = order.rbegin(); it != order.rend(); ++it) {
        ys[*it] = std::min(ys[*it], limit);
        limit = ys[*it] - pitch;
    }
}

}  // namespace specula
