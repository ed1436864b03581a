#include "ui/inspector/bar_rows.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/inspector/picture.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::BarRows)
};

constexpr double kLabelShare = 0.36;  ///< of the width at most

QFont bolder(QFont font) {
    font.setBold(true);
    return font;
}

}  // namespace

BarRows::BarRows(const QFont& font, double left, double width, const std::vector<BarLabel>& labels, int bars)
    : m_labels(labels), m_bars(bars), m_font(font), m_small(smallerFont(font)), m_left(left), m_width(width) {
    const QFontMetricsF normal(m_font), small(m_small), bold(bolder(m_font));
    m_gap = std::max(kPictureGap, std::round(small.height() * 0.4));
    m_edge = std::max(3.0, std::round(small.height() * 0.2));
    double widest = small.horizontalAdvance(Words::tr("drafted, kept"));
    for (const BarLabel& label : m_labels) widest = std::max(widest, bold.horizontalAdvance(label.text));
    m_labelWidth = std::min(std::ceil(widest) + 2, std::floor(width * kLabelShare));
    m_numberWidth = std::ceil(small.horizontalAdvance(QStringLiteral("<0.0000")));
    m_barLeft = left + m_labelWidth + m_gap;
    m_barSpace = std::max(20.0, left + width - m_barLeft - m_gap - m_numberWidth);
    m_barHeight = std::floor(small.height() * 0.8);
    const double lines = std::ceil(normal.height()) + std::ceil(small.height());
    m_pitch = bars > 1 ? std::ceil(std::max(2 * m_barHeight + 1, lines - 4)) + 5 : lines + 3;
    m_top = std::ceil(small.height()) + kPictureGap;
}

double BarRows::height() const {
    return m_top + static_cast<double>(m_labels.size()) * m_pitch;
}

QRectF BarRows::bar(std::size_t row, int which, double share) const {
    const double height = m_bars * m_barHeight + (m_bars - 1);
    const double y = rowTop(row) + std::floor((m_pitch - height) / 2) + which * (m_barHeight + 1);
    return {m_barLeft, y, m_barSpace * share, m_barHeight};
}

int BarRows::rowAt(double y) const {
    const double row = std::floor((y - m_top) / m_pitch);
    return row >= 0 && row < static_cast<double>(m_labels.size()) ? static_cast<int>(row) : -1;
}

void BarRows::paintLabel(QPainter& painter, const Theme& theme, std::size_t row) const {
    const BarLabel& label = m_labels[row];
    const QFontMetricsF normal(m_font), small(m_small);
    QString text = label.text, tag = label.tag;
    const QFont font = tag.isEmpty() ? m_font : bolder(m_font);
    if (label.others && normal.horizontalAdvance(text) > m_labelWidth) {
        // "other 49,143" over "tokens": the number is what matters.
        tag = text.section(QLatin1Char(' '), -1);
        text = text.section(QLatin1Char(' '), 0, -2);
    }
    const double height = normal.height() + (tag.isEmpty() ? 0 : small.height() - 2);
    const double y = rowTop(row) + (m_pitch - height) / 2;
    painter.setFont(font);
    painter.setPen(label.others ? theme.secondary : theme.text);
    painter.drawText(QPointF(m_left, std::round(y + normal.ascent())),
                     QFontMetricsF(font).elidedText(text, Qt::ElideRight, m_labelWidth));
    if (tag.isEmpty()) return;
    painter.setFont(m_small);
    painter.setPen(theme.secondary);
    painter.drawText(QPointF(m_left, std::round(y + normal.height() - 2 + small.ascent())),
                     small.elidedText(tag, Qt::ElideRight, m_labelWidth));
}

void BarRows::paintNumber(QPainter& painter, const Theme& theme, const QRectF& bar,
                          const QString& text) const {
    const QFontMetricsF small(m_small);
    painter.setFont(m_small);
    painter.setPen(theme.secondary);
    painter.drawText(QPointF(m_barLeft + m_barSpace + m_gap,
                             std::round(bar.center().y() + (small.ascent() - small.descent()) / 2)),
                     text);
}

void BarRows::paintKey(QPainter& painter, const Theme& theme, const std::vector<Key>& entries) const {
    const QFontMetricsF small(m_small);
    painter.setFont(m_small);
    const double mark = std::round(small.height() * 0.6);
    double needed = 0;
    for (const Key& entry : entries) needed += small.horizontalAdvance(entry.word) + mark + m_edge + 7;
    double x = std::max(m_left, std::min(m_barLeft - 3, right() - needed));
    for (const Key& entry : entries) {
        fillSolid(painter, QRectF(x, small.height() / 2 - mark / 2, m_edge, mark), entry.color);
        painter.setPen(theme.secondary);
        painter.drawText(QPointF(x + m_edge + 4, small.ascent()), entry.word);
        x += m_edge + 4 + small.horizontalAdvance(entry.word) + mark + 3;
    }
}

}  // namespace specula
