#pragma once

#include <QFont>
#include <QRectF>
#include <QString>

#include <vector>

#include "ui/common/palette.h"

class QPainter;

namespace specula {

/// The name of a row of bars.
struct BarLabel {
    QString text;
    QString tag;          ///< what became of the token, below its name: "drafted"; "" for none
    bool others = false;  ///< all other tokens together
};

/// Where things stand in a picture with one row a token: its name at the left, one or two bars from a common
/// zero, numbers at the right. `left` and `width` say which part of the widget it takes.
class BarRows {
public:
    BarRows(const QFont& font, double left, double width, const std::vector<BarLabel>& labels, int bars);

    double height() const;                ///< of all rows and what stands above them
    double top() const { return m_top; }  ///< where the first row begins
    double bottom() const { return height(); }
    double barLeft() const { return m_barLeft; }
    double barSpace() const { return m_barSpace; }  ///< pixels of the longest possible bar
    double barHeight() const { return m_barHeight; }
    double right() const { return m_left + m_width; }
    double rowTop(std::size_t row) const { return m_top + static_cast<double>(row) * m_pitch; }
    double pitch() const { return m_pitch; }
    const QFont& small() const { return m_small; }

    /// A bar that takes `share` of the space, 0..1.
    QRectF bar(std::size_t row, int which, double share) const;

    /// The mark left of a bar that says whose it is.
    QRectF edge(const QRectF& bar) const { return {bar.left() - m_edge, bar.top(), m_edge, bar.height()}; }

    /// The row at a height, -1 outside.
    int rowAt(double y) const;

    void paintLabel(QPainter& painter, const Theme& theme, std::size_t row) const;
    void paintNumber(QPainter& painter, const Theme& theme, const QRectF& bar, const QString& text) const;

    /// Entries of a key above the rows, each a colour and a word.
    struct Key {
        QColor color;
        QString word;
    };
    void paintKey(QPainter& painter, const Theme& theme, const std::vector<Key>& entries) const;

private:
    std::vector<BarLabel> m_labels;
    int m_bars;
    QFont m_font, m_small;
    double m_left, m_width, m_gap, m_edge;
    double m_labelWidth, m_barLeft, m_barSpace, m_numberWidth, m_barHeight, m_pitch, m_top;
};

}  // namespace specula
