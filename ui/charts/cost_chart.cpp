#include "ui/charts/cost_chart.h"

#include <algorithm>
#include <cmath>

#include "ui/charts/findings.h"

namespace specula {

namespace {

constexpr int kPartTag = 1000;  ///< tags of parts begin here, those of rows are their number
constexpr std::size_t kMostParts = 6;

QCPAxis* bottom(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atBottom);
}
QCPAxis* left(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atLeft);
}

}  // namespace

CostChart::CostChart(QWidget* parent)
    : Chart(tr("Costs of rows"),
            tr("Generate with automatic gamma, or choose Run, Measure costs, to see what several rows cost "
               "here."),
            parent) {
    m_rows = makeRect(tr("rows in one pass"), tr("times one row"));
    m_parts = makeRect(tr("milliseconds of a plain token"), {});
    const auto graph = [this](double scatter) {
        QCPGraph* made = addGraph(bottom(m_rows), left(m_rows));
        made->setSelectable(QCP::stNone);
        if (scatter > 0.0) made->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, scatter));
        return made;
    };
    m_limit = makeReference(m_rows, Qt::Horizontal);
    m_noGain = graph(0);
    m_alone = graph(0);
    m_inRounds = graph(6);
    m_noGainLabel = makeLabel(m_rows, Qt::AlignLeft | Qt::AlignTop);
    m_inRoundsLabel = makeLabel(m_rows, Qt::AlignLeft | Qt::AlignVCenter);
    m_aloneLabel = makeLabel(m_rows, Qt::AlignLeft | Qt::AlignVCenter);
    m_bars = new QCPBars(left(m_parts), bottom(m_parts));
    m_bars->setWidth(0.6);
    m_bars->setAntialiased(false);
    m_bars->setSelectable(QCP::stNone);
    left(m_parts)->setRangeReversed(true);
    left(m_parts)->grid()->setVisible(false);
    for (std::size_t i = 0; i < kMostParts; ++i)
        m_barLabels.push_back(makeLabel(m_parts, Qt::AlignLeft | Qt::AlignVCenter));
}

QCPItemText* CostChart::makeLabel(QCPAxisRect* rect, Qt::Alignment alignment) {
    auto* label = new QCPItemText(this);
    label->position->setAxes(bottom(rect), left(rect));
    label->position->setAxisRect(rect);
    label->position->setType(QCPItemPosition::ptPlotCoords);
    label->setClipToAxisRect(false);
    label->setSelectable(false);
    label->setPositionAlignment(alignment);
    label->setPadding(QMargins(6, 0, 0, 0));
    return label;
}

void CostChart::setReport(const std::optional<ProbeReport>& report) {
    m_report = report;
    markDirty();
}

std::vector<CostChart::Part> CostChart::parts() const {
    if (!m_report || m_report->rows.empty() || !m_report->rows.front().shares) return {};
    const PassShares& shares = *m_report->rows.front().shares;
    return {{tr("linears"), shares.linearsMs},
            {tr("head"), shares.headMs},
            {tr("attention"), shares.attentionMs},
            {tr("other"), shares.otherMs},
            {tr("sampling"), m_report->sampleMs},
            {tr("deciding"), std::max(0.0, m_report->plainDecideMs - m_report->sampleMs)}};
}

void CostChart::placeRects() {
    const bool sideBySide = width() > 2 * height();
    if (sideBySide == m_sideBySide) return;
    m_sideBySide = sideBySide;
    body()->take(m_parts);
    body()->simplify();
    sideBySide ? body()->addElement(0, 1, m_parts) : body()->addElement(1, 0, m_parts);
    if (sideBySide) body()->setColumnStretchFactors({3.0, 2.0});
}

void CostChart::drawNoGain(int last, double top) {
    const double end = std::min(static_cast<double>(last), top);
    m_noGain->setData({1.0, end}, {1.0, end}, true);
    m_noGainLabel->setText(tr("no gain from batching"));
    m_noGainLabel->position->setCoords(end, end);
}

void CostChart::drawRows(std::vector<ChartMark>& marks) {
    QVector<double> keys, values, aloneKeys, alone;
    double most = 1.5;
    const double one = m_report->rows.front().pass.median;
    for (std::size_t i = 0; i < m_report->rows.size(); ++i) {
        const int rows = m_report->rows[i].rows;
        if (one > 0.0) {
            aloneKeys << rows;
            alone << m_report->rows[i].pass.median / one;
            most = std::max(most, alone.back());
        }
        if (i >= m_report->costs.v.size()) continue;
        keys << rows;
        values << m_report->costs.v[i];
        most = std::max(most, values.back());
        marks.push_back({m_rows, static_cast<double>(rows), values.back(), rows});
    }
    m_inRounds->setData(keys, values, true);
    m_alone->setData(aloneKeys, alone, true);
    const double top = most * 1.12;
    left(m_rows)->setRange(0.0, top);
    const int last = m_report->rows.back().rows;
    setWholeTicks(bottom(m_rows), 1, last);
    // The curves' names stand after their last points.
    bottom(m_rows)->setRangeUpper(last + std::max(1.0, 0.22 * last));
    const double line = 15.0 * top / std::max(60, m_rows->height());  // a line of text, in times
    const bool both = !values.isEmpty() && !alone.isEmpty();
    m_inRoundsLabel->setVisible(both);
    m_aloneLabel->setVisible(both);
    if (both) {
        const double gap = values.back() - alone.back();
        const double apart = std::max(0.0, line - std::abs(gap)) / (gap < 0.0 ? -2.0 : 2.0);
        m_inRoundsLabel->setText(tr("in rounds"));
        m_inRoundsLabel->position->setCoords(keys.back(), values.back() + apart);
        m_aloneLabel->setText(tr("alone"));
        m_aloneLabel->position->setCoords(aloneKeys.back(), alone.back() - apart);
    }
    drawNoGain(last, top);
    const double plain = m_report->plain.median;
    const double limit = plain > 0.0 ? m_report->limitMs() / plain : 0.0;
    m_limit.set(limit, tr("memory limit"));
    m_limit.setVisible(limit > 0.0);
}

void CostChart::drawParts(std::vector<ChartMark>& marks) {
    const std::vector<Part> parts = this->parts();
    QVector<double> keys, values;
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    double total = 0.0, most = 0.0;
    for (const Part& part : parts) {
        total += part.ms;
        most = std::max(most, part.ms);
    }
    for (std::size_t i = 0; i < m_barLabels.size(); ++i) {
        m_barLabels[i]->setVisible(i < parts.size());
        if (i >= parts.size()) continue;
        const auto place = static_cast<double>(i);
        keys << place;
        values << parts[i].ms;
        ticker->addTick(place, parts[i].name);
        m_barLabels[i]->setText(shareText(parts[i].ms / std::max(total, 1e-12)));
        m_barLabels[i]->position->setCoords(parts[i].ms, place);
        marks.push_back({m_parts, parts[i].ms, place, kPartTag + static_cast<int>(i)});
    }
    m_bars->setData(keys, values, true);
    left(m_parts)->setTicker(ticker);
    left(m_parts)->setRange(-0.6, std::max(1.0, static_cast<double>(parts.size())) - 0.4);
    bottom(m_parts)->setRange(0.0, std::max(most, 1e-3) * 1.25);
}

bool CostChart::rebuild() {
    placeRects();
    const bool shown = m_report && !m_report->rows.empty();
    std::vector<ChartMark> marks;
    if (shown) {
        drawRows(marks);
        drawParts(marks);
        setFinding(costFinding(*m_report));
    } else {
        m_limit.setVisible(false);
        for (QCPGraph* graph : {m_inRounds, m_alone, m_noGain}) graph->data()->clear();
        m_bars->data()->clear();
        for (QCPItemText* label : m_barLabels) label->setVisible(false);
        for (QCPItemText* label : {m_inRoundsLabel, m_aloneLabel}) label->setVisible(false);
    }
    m_noGainLabel->setVisible(shown);
    setMarks(std::move(marks));
    return shown;
}

QString CostChart::words(const ChartMark& mark) const {
    if (!m_report) return {};
    if (mark.tag >= kPartTag) {
        const std::vector<Part> parts = this->parts();
        const auto at = static_cast<std::size_t>(mark.tag - kPartTag);
        if (at >= parts.size()) return {};
        return tr("%1: %2 ms").arg(parts[at].name, decimalText(parts[at].ms, 3));
    }
    const auto at = static_cast<std::size_t>(mark.tag - 1);
    if (at >= m_report->rows.size() || at >= m_report->costs.v.size()) return {};
    const ProbeRow& row = m_report->rows[at];
    QStringList said{tr("%n rows: %1 of one row", nullptr, row.rows).arg(timesText(m_report->costs.v[at]))};
    if (row.inRound.n > 0) said << tr("%1 ms in rounds").arg(decimalText(row.inRound.median));
    said << tr("%1 ms alone (%2)").arg(decimalText(row.pass.median), rangeText(row.pass.low, row.pass.high));
    return said.join(tr(", "));
}

ChartTable CostChart::table() const {
    if (!m_report || m_report->rows.empty()) return {};
    const QString x = tr("rows in one pass"), times = tr("times one row");
    ChartTable table{{tr("in rounds"), x, times, {}},
                     {tr("alone"), x, times, {}},
                     {tr("memory limit"), x, times, {}},
                     {tr("parts of a plain token"), tr("part"), tr("milliseconds"), {}}};
    const double one = m_report->rows.front().pass.median;
    for (std::size_t i = 0; i < m_report->rows.size(); ++i) {
        const ProbeRow& row = m_report->rows[i];
        const double rows = row.rows;
        if (i < m_report->costs.v.size())
            table[0].points.push_back({rows, {}, m_report->costs.v[i], {}, {}, row.inRound.n});
        // Quartiles, not a 95 % interval: they stay out of columns that promise one.
        if (one > 0.0) table[1].points.push_back({rows, {}, row.pass.median / one, {}, {}, row.pass.n});
    }
    if (m_report->plain.median > 0.0 && m_report->limitMs() > 0.0)
        table[2].points.push_back({{}, {}, m_report->limitMs() / m_report->plain.median});
    for (const Part& part : parts()) table[3].points.push_back({{}, part.name, part.ms});
    return table;
}

void CostChart::applyTheme(const Theme& theme) {
    m_inRounds->setPen(QPen(theme.target, 2));
    QColor faint = theme.target;
    faint.setAlphaF(0.55F);
    m_alone->setPen(QPen(faint, 1.5, Qt::DashLine));
    m_noGain->setPen(QPen(theme.plain, 1, Qt::DotLine));
    m_bars->setBrush(theme.tint(theme.target, theme.dark ? 0.45 : 0.35));
    m_bars->setPen(QPen(theme.target, 1));
    QFont small = font();
    if (small.pointSizeF() > 0.0) small.setPointSizeF(small.pointSizeF() * 0.9);
    const auto ink = [&small](QCPItemText* label, const QColor& color) {
        label->setFont(small);
        label->setColor(color);
    };
    ink(m_inRoundsLabel, theme.readable(theme.target));
    ink(m_aloneLabel, theme.secondary);
    ink(m_noGainLabel, theme.secondary);
    for (QCPItemText* label : m_barLabels) ink(label, theme.text);
    m_limit.setColor(theme.plain, theme.secondary, theme.base);
}

}  // namespace specula
