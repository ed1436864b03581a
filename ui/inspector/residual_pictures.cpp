#include "ui/inspector/residual_pictures.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/common/number_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::ResidualPictures)
};

constexpr double kThreeFrom = 110;  ///< widths of an average character from which three frames fit

std::vector<BarLabel> labelsOf(const ResidualPicture& picture) {
    std::vector<BarLabel> labels;
    for (const ResidualRow& row : picture.rows)
        labels.push_back({row.label,
                          row.drawn     ? Words::tr("drawn")
                          : row.drafted ? Words::tr("drafted")
                                        : QString(),
                          row.id < 0});
    return labels;
}

const char* const kFrameNames[] = {"1. target \u2212 draft", "2. clipped at zero", "3. divided by its sum"};

}  // namespace

ResidualFrames::ResidualFrames(QWidget* parent) : Picture(tr("The residual"), parent) {}

void ResidualFrames::setPicture(const ResidualPicture& picture) {
    m_picture = picture;
    setAccessibleDescription(picture.missing.isEmpty()
                                 ? tr("Its mass is %1").arg(probabilityText(picture.mass))
                                 : picture.missing);
    changed();
}

void ResidualFrames::setFrame(int frame) {
    m_frame = std::clamp(frame, 0, kFrames - 1);
    update();
}

bool ResidualFrames::sideBySide() const {
    return width() > kThreeFrom * QFontMetricsF(font()).averageCharWidth();
}

BarRows ResidualFrames::rows(int frame) const {
    if (!sideBySide()) return {font(), 0, static_cast<double>(width()), labelsOf(m_picture), 1};
    const double pitch = width() / static_cast<double>(kFrames);
    return {font(), std::floor(frame * pitch), std::floor(pitch) - 3 * kPictureGap, labelsOf(m_picture), 1};
}

double ResidualFrames::heightNeeded() const {
    if (m_picture.rows.empty()) return 0;
    return rows(0).height() + std::ceil(QFontMetricsF(smallerFont(font())).height());
}

double ResidualFrames::valueOf(int frame, std::size_t row) const {
    const ResidualRow& r = m_picture.rows[row];
    if (frame == 0) return r.id < 0 ? r.above : r.above - r.below;
    if (frame == 1) return r.above;
    return m_picture.mass > 0 ? r.above / m_picture.mass : 0.0;
}

/// The scale of a frame. The first two share theirs, so that clipping moves no bar.
double ResidualFrames::longest(int frame) const {
    double longest = 1e-9, below = 0.0;
    for (std::size_t i = 0; i < m_picture.rows.size(); ++i) {
        longest = std::max(longest, valueOf(frame < 2 ? 1 : 2, i));
        below = std::max(below, m_picture.rows[i].below);
    }
    return frame < 2 ? longest + below : longest;
}

double ResidualFrames::zero(int frame) const {
    if (frame == 2) return 0.0;
    double below = 0.0;
    for (const ResidualRow& row : m_picture.rows) below = std::max(below, row.below);
    return below / longest(frame);
}

QRectF ResidualFrames::barOf(int frame, std::size_t row) const {
    const BarRows layout = rows(frame);
    const double value = valueOf(frame, row) / longest(frame);
    QRectF bar = layout.bar(row, 0, std::abs(value));
    bar.translate(layout.barSpace() * (zero(frame) + std::min(0.0, value)), 0);
    return bar;
}

void ResidualFrames::paint(QPainter& painter, const Theme& theme) {
    if (m_picture.rows.empty()) return;
    for (int frame = 0; frame < kFrames; ++frame) {
        if (sideBySide() || frame == m_frame) paintFrame(painter, theme, frame);
    }
}

void ResidualFrames::paintFrame(QPainter& painter, const Theme& theme, int frame) const {
    const BarRows layout = rows(frame);
    painter.setFont(layout.small());
    const QFontMetricsF small(layout.small());
    const bool current = frame == m_frame;
    painter.setPen(current ? theme.text : theme.secondary);
    QString name = QString::fromUtf8(kFrameNames[frame]);
    if (frame == 0 && m_picture.share < 1.0)
        name = tr("1. %1 \u00D7 target \u2212 draft").arg(probabilityText(m_picture.share));
    painter.drawText(QPointF(layout.barLeft(), small.ascent()), name);
    const double x = std::round(layout.barLeft() + layout.barSpace() * zero(frame)) + 0.5;
    painter.setPen(QPen(theme.line, 1));
    painter.drawLine(QPointF(x, layout.top()), QPointF(x, layout.height()));
    for (std::size_t i = 0; i < m_picture.rows.size(); ++i) {
        const ResidualRow& row = m_picture.rows[i];
        layout.paintLabel(painter, theme, i);
        const QRectF bar = barOf(frame, i);
        const double value = valueOf(frame, i);
        if (value < 0)
            fillHatched(painter, bar, theme.rejected, theme);
        else if (frame == 2 && row.drawn)
            fillSolid(painter, bar, theme.resampled);
        else
            fillHatched(painter, bar, theme.resampled, theme);
        if (frame == 0 && row.id < 0) {
            QRectF lack = layout.bar(i, 0, row.below / longest(frame));
            lack.moveRight(bar.left());
            fillHatched(painter, lack, theme.rejected, theme);
        }
        const QString number =
            value < 0 ? QStringLiteral("\u2212") + shortProbability(-value) : shortProbability(value);
        layout.paintNumber(painter, theme, bar, number);
    }
    const QString sum = frame == 0   ? tr("both sides weigh the same")
                        : frame == 1 ? tr("sum %1").arg(probabilityText(m_picture.mass))
                                     : tr("sum 1");
    if (frame == 0 && m_picture.share < 1.0) return;
    painter.setFont(layout.small());
    painter.setPen(theme.secondary);
    painter.drawText(QPointF(layout.barLeft(), std::round(layout.height() + small.ascent())), sum);
}

// --- The draw

CumulativeBar::CumulativeBar(QWidget* parent) : CoinPicture(tr("The draw"), parent) {}

void CumulativeBar::setPicture(const DrawPicture& picture, bool ofDraft) {
    m_picture = picture;
    m_ofDraft = ofDraft;
    setAccessibleDescription(picture.coin ? tr("Coin %1").arg(probabilityText(*picture.coin))
                                          : picture.missing);
    changed();
}

double CumulativeBar::heightNeeded() const {
    if (m_picture.segments.empty()) return 0;
    const QFontMetricsF metrics(smallerFont(font()));
    return std::ceil(3 * metrics.height() + 14 + std::max(22.0, metrics.height() * 1.6));
}

QRectF CumulativeBar::barRect() const {
    const QFontMetricsF metrics(smallerFont(font()));
    return {1.0, std::ceil(metrics.height()) + 4.0, width() - 2.0, std::max(22.0, metrics.height() * 1.6)};
}

QRectF CumulativeBar::segmentRect(std::size_t segment) const {
    const DrawSegment& s = m_picture.segments[segment];
    const QRectF bar = barRect();
    return {QPointF(bar.left() + s.from * bar.width(), bar.top()),
            QPointF(bar.left() + s.to * bar.width(), bar.bottom())};
}

double CumulativeBar::coinX() const {
    return m_picture.coin ? barRect().left() + *m_picture.coin * barRect().width() : -1.0;
}

double CumulativeBar::coinAt(QPointF at) const {
    return (at.x() - barRect().left()) / barRect().width();
}

void CumulativeBar::paint(QPainter& painter, const Theme& theme) {
    if (m_picture.segments.empty()) return;
    const QRectF bar = barRect();
    const QColor series = m_ofDraft ? theme.draft : theme.resampled;
    fillSolid(painter, bar, theme.grid);
    painter.setFont(smallerFont(font()));
    const QFontMetricsF metrics(painter.font());
    double free = 0;  // right end of the last name below the bar
    const double below = bar.bottom() + 3 + metrics.ascent();
    for (std::size_t i = 0; i < m_picture.segments.size(); ++i) {
        const DrawSegment& segment = m_picture.segments[i];
        const QRectF area = segmentRect(i).adjusted(0, 0, -0.5, 0);
        fillSolid(painter, area, segment.drawn ? series : theme.tint(series, 0.35));
        const double half = metrics.horizontalAdvance(segment.label) / 2;
        if (segment.drawn || area.center().x() - half < free || 2 * half > area.width() * 1.6) continue;
        centredText(painter, area.center().x(), below, width(), segment.label, theme.secondary);
        free = area.center().x() + half + 6;
    }
    const double x = std::round(coinX());
    coinLine(painter, {x, bar.top() - 3}, {x, bar.bottom() + 3}, theme);
    centredText(painter, x, bar.top() - 5 - metrics.descent(), width(),
                tr("coin %1").arg(probabilityText(*m_picture.coin)), theme.text);
    for (const DrawSegment& segment : m_picture.segments) {
        if (!segment.drawn) continue;
        centredText(painter, bar.left() + bar.width() * (segment.from + segment.to) / 2,
                    below + metrics.height() + 2, width(),
                    tr("falls on %1, from %2 to %3")
                        .arg(segment.label, fixedText(segment.from, 4), fixedText(segment.to, 4)),
                    theme.text);
    }
}

}  // namespace specula
