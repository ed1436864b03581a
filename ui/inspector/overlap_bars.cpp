#include "ui/inspector/overlap_bars.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/common/number_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::OverlapBars)
};

constexpr double kBesideFrom = 62;    ///< em of width from which the areas stand beside the bars
constexpr double kBesideShare = 0.3;  ///< of the width that they take there

std::vector<BarLabel> labelsOf(const OverlapPicture& picture) {
    std::vector<BarLabel> labels;
    for (const OverlapRow& row : picture.rows) {
        QString tag;
        if (row.drafted) tag = row.emitted ? Words::tr("drafted, kept") : Words::tr("drafted");
        if (row.emitted && !row.drafted)
            tag = picture.hasDraft ? Words::tr("drawn instead") : Words::tr("drawn");
        labels.push_back({row.label, tag, row.id < 0});
    }
    return labels;
}

}  // namespace

OverlapBars::OverlapBars(QWidget* parent) : Picture(tr("Overlap bars of target and draft"), parent) {}

void OverlapBars::setPicture(const OverlapPicture& picture) {
    m_picture = picture;
    m_marked = -1;
    setAccessibleDescription(picture.hasDraft ? tr("Overlap %1, draft excess %2, target excess %3")
                                                    .arg(probabilityText(picture.overlap),
                                                         probabilityText(picture.draftExcess),
                                                         probabilityText(picture.targetExcess))
                                              : tr("The likeliest tokens"));
    changed();
}

void OverlapBars::setChoosable(bool choosable) {
    m_choosable = choosable;
    if (choosable)
        setCursor(Qt::PointingHandCursor);
    else
        unsetCursor();
    setToolTip(choosable ? tr("Click a token to see what would have happened had the draft proposed it")
                         : QString());
    if (!choosable) m_marked = -1;
    update();
}

bool OverlapBars::areasBeside() const {
    return m_picture.hasDraft && width() > kBesideFrom * QFontMetricsF(font()).averageCharWidth() * 1.6;
}

BarRows OverlapBars::rows() const {
    const double space = areasBeside() ? std::floor(width() * (1 - kBesideShare)) - 4 * kPictureGap : width();
    return {font(), 0, space, labelsOf(m_picture), m_picture.hasDraft ? 2 : 1};
}

double OverlapBars::areaPitch(const BarRows& rows) const {
    return std::ceil(QFontMetricsF(rows.small()).height()) + rows.barHeight() + kPictureGap;
}

CellTable OverlapBars::exportCells() const {
    CellTable table{{tr("token"), tr("id"), tr("target"), tr("draft"), tr("common"), tr("role")}, {}};
    for (const OverlapRow& row : m_picture.rows) {
        const QString role = row.drafted && row.emitted ? tr("drafted and emitted")
                             : row.drafted              ? tr("drafted")
                             : row.emitted              ? tr("emitted")
                                                        : QString();
        const QVariant draft = m_picture.hasDraft ? QVariant(row.pDraft) : QVariant();
        const QVariant common = m_picture.hasDraft ? QVariant(row.common) : QVariant();
        table.rows.push_back(
            {row.label, row.id < 0 ? QVariant() : QVariant(row.id), row.pTarget, draft, common, role});
    }
    return table;
}

double OverlapBars::heightNeeded() const {
    const BarRows bars = rows();
    if (!m_picture.hasDraft || areasBeside()) return bars.height();
    return bars.height() + kPictureGap + 3 * areaPitch(bars);
}

QRectF OverlapBars::targetBar(std::size_t row) const {
    return rows().bar(row, 0, m_picture.rows[row].pTarget / m_picture.longest);
}

QRectF OverlapBars::draftBar(std::size_t row) const {
    return rows().bar(row, 1, m_picture.rows[row].pDraft / m_picture.longest);
}

void OverlapBars::paint(QPainter& painter, const Theme& theme) {
    const BarRows bars = rows();
    if (!m_picture.hasDraft)
        bars.paintKey(painter, theme,
                      {{m_picture.draftAlone ? theme.draft : theme.target,
                        m_picture.draftAlone ? tr("draft") : tr("target")}});
    else
        bars.paintKey(painter, theme,
                      {{theme.target, tr("target (upper)")}, {theme.draft, tr("draft (lower)")}});
    for (std::size_t row = 0; row < m_picture.rows.size(); ++row) paintRow(painter, bars, theme, row);
    if (m_picture.hasDraft) paintAreas(painter, bars, theme);
}

void OverlapBars::paintRow(QPainter& painter, const BarRows& rows, const Theme& theme,
                           std::size_t index) const {
    const OverlapRow& row = m_picture.rows[index];
    const QRectF target = targetBar(index);
    if (static_cast<int>(index) == m_marked)
        fillSolid(painter, QRectF(0, rows.rowTop(index), rows.right(), rows.pitch()),
                  theme.tint(theme.accent, 0.18));
    rows.paintLabel(painter, theme, index);
    const auto bar = [&](const QRectF& rect, double common, const QColor& excess, const QColor& edge,
                         double p) {
        const double solid = rows.barSpace() * common / m_picture.longest;
        fillSolid(painter, QRectF(rect.left(), rect.top(), solid, rect.height()), theme.accepted);
        fillHatched(painter, QRectF(QPointF(rect.left() + solid, rect.top()), rect.bottomRight()), excess,
                    theme);
        fillSolid(painter, rows.edge(rect), edge);
        rows.paintNumber(painter, theme, rect, shortProbability(p));
    };
    if (m_picture.hasDraft) {
        bar(target, row.common, theme.resampled, theme.target, row.pTarget);
        bar(draftBar(index), row.common, theme.rejected, theme.draft, row.pDraft);
        return;
    }
    const QColor& series = m_picture.draftAlone ? theme.draft : theme.target;
    const bool chosen = m_picture.draftAlone ? row.drafted : row.emitted;
    fillSolid(painter, target, chosen ? series : theme.tint(series, 0.55));
    fillSolid(painter, rows.edge(target), series);
    rows.paintNumber(painter, theme, target, shortProbability(row.pTarget));
}

void OverlapBars::paintAreas(QPainter& painter, const BarRows& rows, const Theme& theme) const {
    struct Area {
        QString text;
        double sum;
    };
    const bool meaning = m_picture.keptByOverlap;
    const Area areas[] = {
        {meaning ? tr("overlap \u03B1: chance to keep") : tr("overlap of both"), m_picture.overlap},
        {meaning ? tr("draft excess: can be rejected") : tr("draft excess"), m_picture.draftExcess},
        {meaning ? tr("target excess: the residual") : tr("target excess"), m_picture.targetExcess},
    };
    const QFontMetricsF small(rows.small());
    const bool beside = areasBeside();
    const double left = beside ? std::floor(width() * (1 - kBesideShare)) : 0;
    double y = beside ? rows.top() : rows.height() + kPictureGap;
    painter.setPen(QPen(theme.line, 1));
    if (!beside) painter.drawLine(QPointF(0, std::floor(y) - 2.5), QPointF(width(), std::floor(y) - 2.5));
    const double numbers = std::ceil(small.horizontalAdvance(QStringLiteral("<0.0000")));
    const double space = width() - left - kPictureGap - numbers;
    for (int i = 0; i < 3; ++i) {
        const Area& area = areas[i];
        painter.setFont(rows.small());
        painter.setPen(theme.text);
        painter.drawText(QPointF(left, std::round(y + small.ascent())),
                         small.elidedText(area.text, Qt::ElideRight, width() - left));
        const QRectF bar(left, std::ceil(y + small.height()), space * area.sum, rows.barHeight());
        fillSolid(painter, QRectF(left, bar.top(), space, bar.height()), theme.grid);
        if (i == 0)
            fillSolid(painter, bar, theme.accepted);
        else
            fillHatched(painter, bar, i == 1 ? theme.rejected : theme.resampled, theme);
        painter.setPen(theme.text);
        painter.drawText(QPointF(left + space + kPictureGap,
                                 std::round(bar.center().y() + (small.ascent() - small.descent()) / 2)),
                         shortProbability(area.sum));
        y += areaPitch(rows) * (beside ? 1.5 : 1.0);
    }
}

void OverlapBars::choose(int row) {
    if (!m_choosable || row < 0) return;
    const OverlapRow& chosen = m_picture.rows[static_cast<std::size_t>(row)];
    if (chosen.id >= 0) emit tokenChosen(chosen.id);
}

void OverlapBars::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && rect().contains(event->position().toPoint()))
        choose(rows().rowAt(event->position().y()));
}

void OverlapBars::keyPressEvent(QKeyEvent* event) {
    const int count = static_cast<int>(m_picture.rows.size());
    if (!m_choosable || count == 0) return Picture::keyPressEvent(event);
    switch (event->key()) {
        case Qt::Key_Down:
            m_marked = std::min(m_marked + 1, count - 1);
            break;
        case Qt::Key_Up:
            m_marked = m_marked < 0 ? count - 1 : std::max(m_marked - 1, 0);
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            choose(m_marked);
            return;
        default:
            return Picture::keyPressEvent(event);
    }
    update();
}

}  // namespace specula
