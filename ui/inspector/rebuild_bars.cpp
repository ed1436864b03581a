#include "ui/inspector/rebuild_bars.h"

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
    Q_DECLARE_TR_FUNCTIONS(specula::RebuildBars)
};

std::vector<BarLabel> labelsOf(const RebuildPicture& picture) {
    std::vector<BarLabel> labels;
    for (const RebuildRow& row : picture.rows)
        labels.push_back({row.label,
                          row.emitted   ? Words::tr("emitted")
                          : row.drafted ? Words::tr("drafted")
                                        : QString(),
                          row.id < 0});
    return labels;
}

}  // namespace

RebuildBars::RebuildBars(QWidget* parent) : Picture(tr("Accepted and resampled mass"), parent) {}

void RebuildBars::setPicture(const RebuildPicture& picture) {
    m_picture = picture;
    setAccessibleDescription(tr("Accepted %1, resampled %2, off the target by %3")
                                 .arg(probabilityText(picture.kept), probabilityText(picture.added),
                                      probabilityText(picture.miss)));
    changed();
}

BarRows RebuildBars::rows() const {
    return {font(), 0, static_cast<double>(width()), labelsOf(m_picture), 1};
}

double RebuildBars::heightNeeded() const {
    if (m_picture.rows.empty()) return 0;
    const BarRows layout = rows();
    return layout.height() + layout.pitch() + kPictureGap;
}

double RebuildBars::longest() const {
    double longest = 1e-9;
    for (const RebuildRow& row : m_picture.rows)
        longest = std::max({longest, row.whole, row.kept + row.added});
    return longest;
}

QRectF RebuildBars::keptBar(std::size_t row) const {
    return rows().bar(row, 0, m_picture.rows[row].kept / longest());
}
QRectF RebuildBars::addedBar(std::size_t row) const {
    QRectF bar = rows().bar(row, 0, m_picture.rows[row].added / longest());
    bar.moveLeft(keptBar(row).right());
    return bar;
}
QRectF RebuildBars::wholeBar(std::size_t row) const {
    return rows().bar(row, 0, m_picture.rows[row].whole / longest());
}

void RebuildBars::paint(QPainter& painter, const Theme& theme) {
    if (m_picture.rows.empty()) return;
    const BarRows layout = rows();
    layout.paintKey(
        painter, theme,
        {{theme.accepted, tr("accepted")}, {theme.resampled, tr("resampled")}, {theme.target, tr("target")}});
    for (std::size_t i = 0; i < m_picture.rows.size(); ++i) {
        const RebuildRow& row = m_picture.rows[i];
        layout.paintLabel(painter, theme, i);
        fillSolid(painter, keptBar(i), theme.accepted);
        fillHatched(painter, addedBar(i), theme.resampled, theme);
        const QRectF whole = wholeBar(i);
        painter.setPen(QPen(theme.target, 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(whole.adjusted(0, -2, 0, 2));
        layout.paintNumber(painter, theme, whole, shortProbability(row.kept + row.added));
    }
    paintSum(painter, layout, theme);
}

void RebuildBars::paintSum(QPainter& painter, const BarRows& layout, const Theme& theme) const {
    const QFontMetricsF small(layout.small());
    const double top = layout.height() + kPictureGap;
    painter.setPen(QPen(theme.line, 1));
    painter.drawLine(QPointF(0, std::floor(top) - 2.5), QPointF(width(), std::floor(top) - 2.5));
    painter.setFont(layout.small());
    painter.setPen(theme.text);
    const double middle = top + layout.pitch() / 2;
    painter.drawText(QPointF(0, std::round(middle + (small.ascent() - small.descent()) / 2)),
                     tr("all together"));
    const double y = std::round(middle - layout.barHeight() / 2);
    const double kept = layout.barSpace() * m_picture.kept, added = layout.barSpace() * m_picture.added;
    const QRectF first(layout.barLeft(), y, kept, layout.barHeight());
    const QRectF second(layout.barLeft() + kept, y, added, layout.barHeight());
    fillSolid(painter, first, theme.accepted);
    fillHatched(painter, second, theme.resampled, theme);
    layout.paintNumber(painter, theme, first, shortProbability(m_picture.kept + m_picture.added));
}

}  // namespace specula
