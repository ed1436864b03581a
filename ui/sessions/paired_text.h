#pragma once

#include <QAbstractScrollArea>

#include <optional>
#include <string>
#include <vector>

#include "engine/trace/round.h"
#include "ui/export/exportable.h"

namespace specula {

/// Two texts in two columns, broken into lines together: what stands on one line on the left and on the right
/// are the same tokens by number. The first that differs is framed on both sides, and what follows it stands
/// on a darker ground. Pointing at a token frames the one with its number on the other side.
///
/// Layout is linear in the tokens and happens when texts, font or width change; painting touches only the
/// lines in sight.
class PairedText : public QAbstractScrollArea, public Exportable {
    Q_OBJECT

public:
    explicit PairedText(QWidget* parent = nullptr);

    void setTexts(std::vector<Emitted> left, std::vector<Emitted> right,
                  std::optional<std::size_t> divergence);
    void showDivergence();

    enum class Side { Left, Right };
    /// Number of the token at a place of the viewport.
    std::optional<std::size_t> tokenAt(const QPoint& place) const;
    /// Where a token stands in the viewport; empty when that side is shorter.
    QRectF rectOf(Side side, std::size_t token) const;
    /// Tokens by number, left and right, and whether they are the same.
    CellTable exportCells() const override;
    int lineCount() const { return static_cast<int>(m_lines.size()); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    struct Cell {
        QString text;  // without line breaks
        bool breaks = false;
        float x = 0.0f;  // from the column's left edge
        float width = 0.0f;
    };
    struct Column {
        std::vector<Emitted> tokens;
        std::vector<Cell> cells;
    };
    struct Line {
        std::size_t first = 0, end = 0;  // tokens
    };

    void layOut();
    void paintLine(QPainter& painter, int number);
    void setHovered(std::optional<std::size_t> token);
    QString describeToken(std::size_t token) const;
    int columnLeft(Side side) const;
    int columnWidth() const;
    int lineHeight() const;
    const Column& column(Side side) const { return side == Side::Left ? m_left : m_right; }

    Column m_left, m_right;
    std::vector<Line> m_lines;
    std::optional<std::size_t> m_divergence;
    std::optional<std::size_t> m_hovered;
};

}  // namespace specula
