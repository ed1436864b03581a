#include "ui/inspector/accept_pictures.h"

#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/common/number_text.h"

namespace specula {

namespace {

constexpr double kStep = 0.01;
constexpr double kFineStep = 0.001;
constexpr double kColumnLines = 7.5;  ///< height of the column in lines of its font
constexpr double kColumnEm = 5.5;     ///< width of its bar

}  // namespace

// --- A coin that can be moved

void CoinPicture::setMovable(bool movable) {
    m_movable = movable;
    setToolTip(movable ? tr("Drag the coin, or move it with the arrow keys") : QString());
}

void CoinPicture::move(double coin) {
    emit coinMoved(std::clamp(coin, 0.0, std::nextafter(1.0, 0.0)));
}

void CoinPicture::mousePressEvent(QMouseEvent* event) {
    if (m_movable && coin() && event->button() == Qt::LeftButton) move(coinAt(event->position()));
}

void CoinPicture::mouseMoveEvent(QMouseEvent* event) {
    if (m_movable && coin() && (event->buttons() & Qt::LeftButton)) move(coinAt(event->position()));
}

void CoinPicture::keyPressEvent(QKeyEvent* event) {
    if (!m_movable || !coin()) return Picture::keyPressEvent(event);
    const double step = (event->modifiers() & Qt::ShiftModifier) ? kFineStep : kStep;
    switch (event->key()) {
        case Qt::Key_Left:
        case Qt::Key_Down:
            return move(*coin() - step);
        case Qt::Key_Right:
        case Qt::Key_Up:
            return move(*coin() + step);
        case Qt::Key_Home:
            return move(0.0);
        case Qt::Key_End:
            return move(1.0);
        default:
            Picture::keyPressEvent(event);
    }
}

// --- Accept column

AcceptColumn::AcceptColumn(QWidget* parent) : CoinPicture(tr("Accept column"), parent) {}

void AcceptColumn::setPicture(const AcceptPicture& picture) {
    m_picture = picture;
    setAccessibleDescription(
        tr("Draft %1, filled to %2%3")
            .arg(probabilityText(picture.pDraft), probabilityText(picture.fill),
                 picture.coinHeight ? tr(", coin at ") + probabilityText(*picture.coinHeight) : QString()));
    changed();
}

double AcceptColumn::heightNeeded() const {
    return std::max(120.0, kColumnLines * QFontMetricsF(font()).height());
}

QRectF AcceptColumn::barRect() const {
    return {0.0, 8.0, std::max(44.0, kColumnEm * QFontMetricsF(font()).averageCharWidth()), height() - 16.0};
}

double AcceptColumn::yOf(double probability) const {
    const QRectF bar = barRect();
    const double share = m_picture.pDraft > 0 ? std::min(1.0, probability / m_picture.pDraft) : 0.0;
    return bar.bottom() - share * bar.height();
}

QRectF AcceptColumn::fillRect() const {
    const QRectF bar = barRect();
    return {QPointF(bar.left(), yOf(m_picture.fill)), bar.bottomRight()};
}

double AcceptColumn::coinY() const {
    return m_picture.coinHeight ? yOf(*m_picture.coinHeight) : -1.0;
}

double AcceptColumn::coinAt(QPointF at) const {
    return (barRect().bottom() - at.y()) / barRect().height();
}

void AcceptColumn::paint(QPainter& painter, const Theme& theme) {
    const QRectF bar = barRect();
    fillHatched(painter, bar, theme.rejected, theme);
    fillSolid(painter, fillRect(), theme.accepted);
    if (m_picture.coinHeight) {
        const double y = std::round(coinY());
        coinLine(painter, {bar.left(), y}, {bar.right() + 8, y}, theme);
    }
    paintLabels(painter, theme);
}

void AcceptColumn::paintLabels(QPainter& painter, const Theme& theme) const {
    struct Label {
        QString text;
        double y;
        QColor color;
    };
    const QRectF bar = barRect();
    std::vector<Label> labels{
        {tr("draft gave %1").arg(probabilityText(m_picture.pDraft)), bar.top(), theme.secondary}};
    const bool above = m_picture.pTarget > m_picture.pDraft;
    const QString gives = m_picture.mixture ? tr("mixture gives %1").arg(probabilityText(m_picture.fill))
                                            : tr("target gives %1").arg(probabilityText(m_picture.pTarget));
    labels.push_back({gives + (above ? tr(", above the bar") : QString()),
                      fillRect().top() + (above ? 1.0 : 0.0), theme.secondary});
    if (m_picture.coinHeight) {
        labels.push_back({tr("coin %1 \u00D7 %2 = %3")
                              .arg(probabilityText(*m_picture.coin), probabilityText(m_picture.pDraft),
                                   probabilityText(*m_picture.coinHeight)),
                          coinY(), theme.text});
    }
    painter.setFont(smallerFont(font()));
    const QFontMetricsF metrics(painter.font());
    std::vector<double> ys;
    for (const Label& label : labels) ys.push_back(label.y);
    spreadApart(ys, metrics.height() + 1, metrics.height() / 2, height() - metrics.height() / 2);
    const double x = bar.right() + 24;
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        painter.setPen(QPen(theme.line, 1));
        painter.drawLine(QPointF(bar.right() + (i == 2 ? 9 : 2), labels[i].y), QPointF(x - 4, ys[i]));
        painter.setPen(labels[i].color);
        painter.drawText(QPointF(x, std::round(ys[i] + (metrics.ascent() - metrics.descent()) / 2)),
                         metrics.elidedText(labels[i].text, Qt::ElideRight, width() - x));
    }
}

// --- Unit strip

UnitStrip::UnitStrip(QWidget* parent) : CoinPicture(tr("Unit strip"), parent) {}

void UnitStrip::setPicture(const AcceptPicture& picture) {
    m_picture = picture;
    setAccessibleDescription(
        tr("Kept below %1%2")
            .arg(probabilityText(picture.threshold),
                 picture.coin ? tr(", coin ") + probabilityText(*picture.coin) : QString()));
    changed();
}

double UnitStrip::heightNeeded() const {
    const QFontMetricsF metrics(smallerFont(font()));
    return std::ceil(2 * metrics.height() + 10 + std::max(20.0, metrics.height() * 1.2));
}

QRectF UnitStrip::stripRect() const {
    const QFontMetricsF metrics(smallerFont(font()));
    return {1.0, std::ceil(metrics.height()) + 4.0, width() - 2.0, std::max(20.0, metrics.height() * 1.2)};
}

double UnitStrip::thresholdX() const {
    return stripRect().left() + m_picture.threshold * stripRect().width();
}

double UnitStrip::coinX() const {
    return m_picture.coin ? stripRect().left() + *m_picture.coin * stripRect().width() : -1.0;
}

double UnitStrip::coinAt(QPointF at) const {
    return (at.x() - stripRect().left()) / stripRect().width();
}

void UnitStrip::paint(QPainter& painter, const Theme& theme) {
    const QRectF strip = stripRect();
    const double threshold = thresholdX();
    fillSolid(painter, QRectF(strip.left(), strip.top(), threshold - strip.left(), strip.height()),
              theme.accepted);
    fillHatched(painter, QRectF(QPointF(threshold, strip.top()), strip.bottomRight()), theme.rejected, theme);
    painter.setFont(smallerFont(font()));
    const QFontMetricsF metrics(painter.font());
    const double below = strip.bottom() + 3 + metrics.ascent();
    if (m_picture.coin) {
        const double x = std::round(coinX());
        coinLine(painter, {x, strip.top() - 3}, {x, strip.bottom() + 3}, theme);
        centredText(painter, x, strip.top() - 5 - metrics.descent(), width(),
                    tr("coin %1").arg(probabilityText(*m_picture.coin)), theme.text);
    }
    const QString limit = m_picture.threshold < 1.0
                              ? tr("kept below %1").arg(probabilityText(m_picture.threshold))
                              : tr("always kept");
    centredText(painter, threshold, below, width(), limit, theme.secondary);
    const double half = metrics.horizontalAdvance(limit) / 2;
    const double from = std::clamp(threshold, half, std::max(half, width() - half)) - half;
    if (from > 16) centredText(painter, 0, below, width(), QStringLiteral("0"), theme.secondary);
    if (from + 2 * half < width() - 16)
        centredText(painter, width(), below, width(), QStringLiteral("1"), theme.secondary);
}

}  // namespace specula
