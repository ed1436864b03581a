#include "ui/inspector/round_gantt.h"

#include <QCoreApplication>
#include <QFontMetricsF>
#include <QPainter>

#include <algorithm>
#include <cmath>

#include "ui/common/number_text.h"
#include "ui/common/token_text.h"

namespace specula {

namespace {

/// Gives free functions a translation context.
struct Words {
    Q_DECLARE_TR_FUNCTIONS(specula::RoundGantt)
};

QString milliseconds(double ms) {
    return Words::tr("%1 ms").arg(fixedText(ms, ms < 10 ? 2 : 1));
}

/// A round number of milliseconds that gives three to eight marks.
double tickOf(double end) {
    const double rough = end / 5;
    const double power = std::pow(10.0, std::floor(std::log10(rough)));
    for (const double step : {1.0, 2.0, 5.0}) {
        if (rough <= step * power) return step * power;
    }
    return 10 * power;
}

}  // namespace

double GanttPicture::endMs() const {
    return std::max(totalMs(), plainMs.value_or(0.0) * tokens);
}

GanttPicture ganttPicture(const Round& round, int proposal, const std::optional<double>& plainMs) {
    GanttPicture picture;
    for (const Proposal& draft : round.proposals) {
        const QString name =
            draft.bytes.empty() ? QStringLiteral("#%1").arg(draft.id) : showPiece(draft.bytes);
        picture.drafts.push_back({name, draft.verdict});
    }
    picture.current = proposal;
    picture.draftMs = round.proposals.empty() ? 0.0 : round.times.draftMs;
    picture.verifyMs = round.times.verifyMs;
    picture.decideMs = round.times.decideMs;
    picture.tokens = static_cast<int>(round.emitted.size());
    picture.plainMs = plainMs;
    if (picture.totalMs() <= 0.0) picture.missing = Words::tr("This round has no recorded times.");
    return picture;
}

QString ganttFinding(const GanttPicture& picture) {
    if (!picture.missing.isEmpty()) return picture.missing;
    const QString text = Words::tr("%1 %2 in %3")
                             .arg(picture.tokens)
                             .arg(picture.tokens == 1 ? Words::tr("token") : Words::tr("tokens"),
                                  milliseconds(picture.totalMs()));
    if (!picture.plainMs)
        return text +
               Words::tr(". Plain decoding has not been measured for this prompt, so it is not drawn.");
    return text + Words::tr("; plain decoding takes %1 for as many (median measured).")
                      .arg(milliseconds(*picture.plainMs * picture.tokens));
}

RoundGantt::RoundGantt(QWidget* parent) : Picture(tr("The round on the clock"), parent) {}

void RoundGantt::setPicture(const GanttPicture& picture) {
    m_picture = picture;
    setAccessibleDescription(ganttFinding(picture));
    changed();
}

double RoundGantt::left() const {
    return std::ceil(QFontMetricsF(smallerFont(font())).horizontalAdvance(tr("decide"))) + kPictureGap;
}

double RoundGantt::pitch() const {
    return std::ceil(QFontMetricsF(font()).height() * 1.5);
}

CellTable RoundGantt::exportCells() const {
    if (!m_picture.missing.isEmpty()) return {};
    CellTable table{{tr("part"), tr("milliseconds")}, {}};
    table.rows = {{tr("drafting"), m_picture.draftMs},
                  {tr("verifying"), m_picture.verifyMs},
                  {tr("deciding"), m_picture.decideMs}};
    if (m_picture.plainMs)
        table.rows.push_back({tr("plain decoding, one token, measured"), *m_picture.plainMs});
    return table;
}

double RoundGantt::heightNeeded() const {
    if (!m_picture.missing.isEmpty()) return 0;
    const double lanes = m_picture.plainMs ? 4 : 3;
    return lanes * pitch() + std::ceil(QFontMetricsF(smallerFont(font())).height()) + 2 * kPictureGap;
}

QRectF RoundGantt::bar(Lane lane, double fromMs, double toMs) const {
    const double scale = (width() - left() - 2) / std::max(1e-9, m_picture.endMs());
    const double top = static_cast<int>(lane) * pitch() + (lane == Plain ? kPictureGap : 0) + 2;
    return {QPointF(left() + fromMs * scale, top), QPointF(left() + toMs * scale, top + pitch() - 5)};
}

QRectF RoundGantt::draftBar(std::size_t draft) const {
    const double step = m_picture.draftMs / static_cast<double>(m_picture.drafts.size());
    const auto at = static_cast<double>(draft);
    return bar(Drafting, at * step, (at + 1) * step);
}
QRectF RoundGantt::verifyBar() const {
    return bar(Verifying, m_picture.draftMs, m_picture.draftMs + m_picture.verifyMs);
}
QRectF RoundGantt::decideBar() const {
    return bar(Deciding, m_picture.draftMs + m_picture.verifyMs, m_picture.totalMs());
}
QRectF RoundGantt::plainBar(int token) const {
    const double each = m_picture.plainMs.value_or(0.0);
    return bar(Plain, token * each, (token + 1) * each);
}

void RoundGantt::paint(QPainter& painter, const Theme& theme) {
    if (!m_picture.missing.isEmpty()) return;
    paintNames(painter, theme);
    paintAxis(painter, theme);
    paintDrafts(painter, theme);
    painter.setFont(smallerFont(font()));
    const QFontMetricsF metrics(painter.font());
    const auto inside = [&](const QRectF& bar, const QString& text, const QColor& color) {
        if (metrics.horizontalAdvance(text) + 6 > bar.width()) return;
        painter.setPen(color);
        painter.drawText(bar, Qt::AlignCenter, text);
    };
    fillSolid(painter, verifyBar(), theme.target);
    inside(verifyBar(), milliseconds(m_picture.verifyMs), theme.dark ? theme.onFill : theme.base);
    fillSolid(painter, decideBar(), theme.secondary);
    if (!m_picture.plainMs) return;
    painter.setBrush(Qt::NoBrush);
    for (int token = 0; token < m_picture.tokens; ++token) {
        const QRectF area = plainBar(token).adjusted(1, 0, -1, 0);
        painter.setPen(QPen(theme.plain, 1.5, Qt::DashLine));
        painter.drawRect(area);
        inside(area, milliseconds(*m_picture.plainMs), theme.secondary);
    }
}

void RoundGantt::paintNames(QPainter& painter, const Theme& theme) const {
    painter.setFont(smallerFont(font()));
    painter.setPen(theme.secondary);
    const QString names[] = {tr("draft"), tr("verify"), tr("decide"), tr("plain")};
    for (int lane = Drafting; lane <= (m_picture.plainMs ? Plain : Deciding); ++lane) {
        const QRectF area = bar(static_cast<Lane>(lane), 0, 0);
        painter.drawText(QRectF(0, area.top(), left() - kPictureGap, area.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, names[lane]);
    }
}

void RoundGantt::paintDrafts(QPainter& painter, const Theme& theme) const {
    painter.setFont(smallerFont(font()));
    for (std::size_t i = 0; i < m_picture.drafts.size(); ++i) {
        const GanttPicture::Draft& draft = m_picture.drafts[i];
        const QRectF area = draftBar(i).adjusted(0.5, 0, -0.5, 0);
        if (draft.verdict == Verdict::Discarded)
            fillHatched(painter, area, theme.disabled, theme);
        else
            fillSolid(painter, area,
                      draft.verdict == Verdict::Accepted ? theme.tint(theme.accepted, 0.45) : theme.rejected);
        if (static_cast<int>(i) == m_picture.current) {
            painter.setPen(QPen(theme.accent, 2));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(area.adjusted(1, 1, -1, -1));
        }
        painter.setPen(draft.verdict == Verdict::Rejected ? theme.onFill : theme.text);
        if (area.width() > 2.5 * QFontMetricsF(painter.font()).averageCharWidth())
            painter.drawText(area.adjusted(3, 0, -2, 0), Qt::AlignVCenter | Qt::AlignLeft,
                             QFontMetricsF(painter.font())
                                 .elidedText(draft.label.trimmed(), Qt::ElideRight, area.width() - 5));
        if (draft.verdict != Verdict::Rejected) continue;
        painter.setPen(QPen(theme.onFill, 1.5));
        painter.drawLine(area.bottomLeft() + QPointF(2, -2), area.topRight() + QPointF(-2, 2));
    }
}

void RoundGantt::paintAxis(QPainter& painter, const Theme& theme) const {
    painter.setFont(smallerFont(font()));
    const QFontMetricsF metrics(painter.font());
    const QRectF last = bar(m_picture.plainMs ? Plain : Deciding, 0, m_picture.endMs());
    const double y = std::round(last.bottom() + 4) + 0.5;
    const double tick = tickOf(m_picture.endMs());
    for (int i = 0; i * tick <= m_picture.endMs() * 1.0001; ++i) {
        const double x = std::round(bar(Drafting, i * tick, 0).left()) + 0.5;
        painter.setPen(QPen(theme.grid, 1));
        painter.drawLine(QPointF(x, 0), QPointF(x, y));
        const QString text = fixedText(i * tick, tick < 1 ? 1 : 0) + (i == 0 ? tr(" ms") : QString());
        centredText(painter, x, y + 2 + metrics.ascent(), width(), text, theme.secondary);
    }
    painter.setPen(QPen(theme.line, 1));
    painter.drawLine(QPointF(left(), y), QPointF(width(), y));
}

}  // namespace specula
