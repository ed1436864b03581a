#include "ui/sessions/paired_text.h"

#include <algorithm>
#include <cmath>

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include "ui/common/focus_ring.h"
#include "ui/common/number_text.h"
#include "ui/common/palette.h"
#include "ui/common/token_text.h"
#include "ui/export/export_menu.h"

namespace specula {

namespace {

constexpr int kMargin = 16;
constexpr int kGutter = 24;  // between the columns
constexpr double kLineSpacing = 1.6;
constexpr double kTextPoints = 13.0;

QString wordOf(EmitKind kind) {
    switch (kind) {
        case EmitKind::Accepted:
            return PairedText::tr("accepted");
        case EmitKind::Resampled:
            return PairedText::tr("resampled");
        case EmitKind::Bonus:
            return PairedText::tr("bonus");
        case EmitKind::Plain:
            break;
    }
    return PairedText::tr("plain");
}

}  // namespace

PairedText::PairedText(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Both texts, token by token"));
    addFocusRing(this);
    viewport()->setMouseTracking(true);
    QFont large = font();
    large.setPointSizeF(kTextPoints);
    setFont(large);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
}

void PairedText::setTexts(std::vector<Emitted> left, std::vector<Emitted> right,
                          std::optional<std::size_t> divergence) {
    m_divergence = divergence;
    m_hovered.reset();
    m_left = {std::move(left), {}};
    m_right = {std::move(right), {}};
    for (Column* column : {&m_left, &m_right}) {
        std::vector<std::string_view> bytes;
        for (const Emitted& token : column->tokens) bytes.push_back(token.bytes);
        for (ShownPiece& piece : showPieces(bytes, true).pieces) {
            const bool breaks = piece.text.contains(QLatin1Char('\n'));
            column->cells.push_back({piece.text.remove(QLatin1Char('\n')), breaks, 0.0f, 0.0f});
        }
    }
    setAccessibleDescription(divergence ? tr("The texts part at token %1").arg(*divergence + 1)
                                        : tr("The texts are the same"));
    layOut();
    showDivergence();
}

int PairedText::columnWidth() const {
    return std::max(40, (viewport()->width() - 2 * kMargin - kGutter) / 2);
}

int PairedText::columnLeft(Side side) const {
    return side == Side::Left ? kMargin : kMargin + columnWidth() + kGutter;
}

int PairedText::lineHeight() const {
    return static_cast<int>(fontMetrics().height() * kLineSpacing);
}

void PairedText::layOut() {
    const QFontMetricsF metrics(font());
    for (Column* column : {&m_left, &m_right})
        for (Cell& cell : column->cells)
            cell.width = static_cast<float>(metrics.horizontalAdvance(cell.text));
    m_lines.clear();
    const std::size_t count = std::max(m_left.cells.size(), m_right.cells.size());
    const auto room = static_cast<float>(columnWidth());
    float at[2] = {0.0f, 0.0f};
    bool breaks = true;
    for (std::size_t i = 0; i < count; ++i) {
        Cell* cells[2] = {i < m_left.cells.size() ? &m_left.cells[i] : nullptr,
                          i < m_right.cells.size() ? &m_right.cells[i] : nullptr};
        for (int side = 0; side < 2; ++side)
            breaks = breaks || (cells[side] && at[side] > 0.0f && at[side] + cells[side]->width > room);
        if (breaks) {
            m_lines.push_back({i, i});
            at[0] = at[1] = 0.0f;
        }
        breaks = false;
        for (int side = 0; side < 2; ++side) {
            if (!cells[side]) continue;
            cells[side]->x = at[side];
            at[side] += cells[side]->width;
            breaks = breaks || cells[side]->breaks;
        }
        m_lines.back().end = i + 1;
    }
    const int height = static_cast<int>(m_lines.size()) * lineHeight() + 2 * kMargin;
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(lineHeight());
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    viewport()->update();
}

std::optional<std::size_t> PairedText::tokenAt(const QPoint& place) const {
    const int line = (place.y() + verticalScrollBar()->value() - kMargin) / std::max(1, lineHeight());
    if (place.y() + verticalScrollBar()->value() < kMargin || line >= lineCount()) return std::nullopt;
    for (const Side side : {Side::Left, Side::Right}) {
        const auto x = static_cast<float>(place.x() - columnLeft(side));
        const std::vector<Cell>& cells = column(side).cells;
        const Line& tokens = m_lines[static_cast<std::size_t>(line)];
        for (std::size_t i = tokens.first; i < std::min(tokens.end, cells.size()); ++i)
            if (x >= cells[i].x && x < cells[i].x + cells[i].width) return i;
    }
    return std::nullopt;
}

QRectF PairedText::rectOf(Side side, std::size_t token) const {
    const std::vector<Cell>& cells = column(side).cells;
    if (token >= cells.size()) return {};
    const auto after =
        std::upper_bound(m_lines.begin(), m_lines.end(), token,
                         [](std::size_t number, const Line& line) { return number < line.first; });
    const int line = static_cast<int>(after - m_lines.begin()) - 1;
    const int top = kMargin + line * lineHeight() - verticalScrollBar()->value();
    const int height = fontMetrics().height();
    return {columnLeft(side) + double(cells[token].x), top + (lineHeight() - height) / 2.0,
            double(cells[token].width), double(height)};
}

void PairedText::showDivergence() {
    if (!m_divergence) return;
    QRectF where = rectOf(Side::Left, *m_divergence);
    if (where.isEmpty()) where = rectOf(Side::Right, *m_divergence);
    const int top = static_cast<int>(where.top()) + verticalScrollBar()->value();
    verticalScrollBar()->setValue(top - viewport()->height() / 3);
}

void PairedText::paintLine(QPainter& painter, int number) {
    const Theme theme = Theme::of(palette());
    const Line& line = m_lines[static_cast<std::size_t>(number)];
    for (const Side side : {Side::Left, Side::Right}) {
        const Column& texts = column(side);
        for (std::size_t i = line.first; i < std::min(line.end, texts.cells.size()); ++i) {
            const QRectF box = rectOf(side, i);
            const TokenLook look = lookOf(texts.tokens[i].kind, theme);
            const bool apart = m_divergence && i >= *m_divergence;
            if (apart) painter.fillRect(box.adjusted(0, -3, 0, 3), theme.tint(theme.secondary, 0.16));
            if (look.fill.isValid()) painter.fillRect(box, look.fill);
            painter.setPen(look.fill.isValid() ? look.ink : theme.text);
            painter.drawText(QPointF(box.left(), box.top() + fontMetrics().ascent()), texts.cells[i].text);
            if (look.mark == Mark::Underline)
                painter.drawLine(box.bottomLeft() - QPointF(0, 1), box.bottomRight() - QPointF(0, 1));
            if (look.mark == Mark::Plus) {
                // Above the letters, which fill the box.
                const QPointF centre(std::round(box.right() - 4.0) + 0.5, std::round(box.top() - 2.0) + 0.5);
                painter.setPen(theme.text);
                painter.drawLine(centre - QPointF(2, 0), centre + QPointF(2, 0));
                painter.drawLine(centre - QPointF(0, 2), centre + QPointF(0, 2));
            }
        }
        // Frames last, so that a neighbour's fill does not cut them.
        for (const std::optional<std::size_t>& framed : {m_hovered, m_divergence}) {
            if (!framed || *framed < line.first || *framed >= std::min(line.end, texts.cells.size()))
                continue;
            painter.setPen(QPen(framed == m_divergence ? theme.rejected : theme.accent, 2));
            painter.drawRect(rectOf(side, *framed).adjusted(-1, -3, 1, 3));
        }
        if (m_divergence && number == lineCount() - 1 && texts.cells.size() <= *m_divergence) {
            // This text ends where the other goes on.
            const QRectF last = texts.cells.empty() ? QRectF(columnLeft(side), kMargin, 0, lineHeight())
                                                    : rectOf(side, texts.cells.size() - 1);
            painter.setPen(theme.secondary);
            painter.drawText(last.topRight() + QPointF(6, fontMetrics().ascent()), tr("(ends here)"));
        }
    }
}

void PairedText::paintEvent(QPaintEvent* event) {
    const Theme theme = Theme::of(palette());
    QPainter painter(viewport());
    painter.fillRect(event->rect(), theme.base);
    painter.setFont(font());
    painter.fillRect(QRect(columnLeft(Side::Right) - kGutter / 2, 0, 1, viewport()->height()), theme.line);
    const int above = event->rect().top() + verticalScrollBar()->value() - kMargin;
    const int first = std::max(0, above / lineHeight() - 1);
    const int last = std::min(lineCount() - 1, (above + event->rect().height()) / lineHeight() + 1);
    for (int line = first; line <= last; ++line) paintLine(painter, line);
}

void PairedText::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    layOut();
}

void PairedText::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) layOut();
    if (event->type() == QEvent::PaletteChange) viewport()->update();
}

void PairedText::setHovered(std::optional<std::size_t> token) {
    if (token == m_hovered) return;
    m_hovered = token;
    viewport()->update();
}

void PairedText::mouseMoveEvent(QMouseEvent* event) {
    setHovered(tokenAt(event->pos()));
}

void PairedText::leaveEvent(QEvent* event) {
    QAbstractScrollArea::leaveEvent(event);
    setHovered(std::nullopt);
}

void PairedText::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_D) {
        showDivergence();
    } else if (event->key() == Qt::Key_Home || event->key() == Qt::Key_End) {
        verticalScrollBar()->setValue(event->key() == Qt::Key_Home ? 0 : verticalScrollBar()->maximum());
    } else {
        QAbstractScrollArea::keyPressEvent(event);
    }
}

QString PairedText::describeToken(std::size_t token) const {
    QStringList lines{tr("Token %1").arg(token + 1)};
    for (const Side side : {Side::Left, Side::Right}) {
        const QString place = side == Side::Left ? tr("Left") : tr("Right");
        const std::vector<Emitted>& tokens = column(side).tokens;
        if (token >= tokens.size()) {
            lines << tr("%1: none, the text has ended").arg(place);
            continue;
        }
        const Emitted& one = tokens[token];
        lines << tr("%1: %2 (%3), %4, target %5")
                     .arg(place, quotedPiece(one.bytes))
                     .arg(one.id)
                     .arg(wordOf(one.kind), probabilityText(one.pTarget));
    }
    return lines.join(QLatin1Char('\n'));
}

void PairedText::contextMenuEvent(QContextMenuEvent* event) {
    popUpExportMenu(*this, *event);
}

CellTable PairedText::exportCells() const {
    CellTable table{
        {tr("token"), tr("left id"), tr("left text"), tr("right id"), tr("right text"), tr("same")}, {}};
    const std::size_t count = std::max(m_left.tokens.size(), m_right.tokens.size());
    const auto add = [](QVariantList& row, const std::vector<Emitted>& tokens, std::size_t i) {
        if (i < tokens.size())
            row << tokens[i].id << plainText(tokens[i].bytes);
        else
            row << QVariant() << QVariant();
    };
    for (std::size_t i = 0; i < count; ++i) {
        QVariantList row{static_cast<qlonglong>(i + 1)};
        add(row, m_left.tokens, i);
        add(row, m_right.tokens, i);
        const bool same = row[1].isValid() && row[1] == row[3];
        table.rows.push_back(row << (same ? tr("yes") : tr("no")));
    }
    return table;
}

bool PairedText::viewportEvent(QEvent* event) {
    if (event->type() != QEvent::ToolTip) return QAbstractScrollArea::viewportEvent(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto token = tokenAt(help->pos());
    QToolTip::showText(help->globalPos(), token ? describeToken(*token) : QString(), viewport());
    return true;
}

}  // namespace specula
