#include "ui/rules/rules_chart.h"

#include <algorithm>
#include <iterator>

#include "engine/trace/rules.h"
#include "ui/charts/findings.h"
#include "ui/rules/rule_texts.h"

namespace specula {

namespace {

QCPAxis* bottom(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atBottom);
}
QCPAxis* left(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atLeft);
}

}  // namespace

RulesChart::RulesChart(QWidget* parent)
    : Chart(tr("Rules compared"), tr("Press Compare rules to see what each rule gains over plain decoding."),
            parent) {
    m_speed = makePanel(tr("speed-up"), &RulePoint::speedup);
    m_tokens = makePanel(tr("tokens a round"), &RulePoint::tokensPerRound);
    m_plain = makeReference(m_speed.rect, Qt::Vertical);
}

RulesChart::Panel RulesChart::makePanel(const QString& title, Interval RulePoint::*of) {
    Panel panel;
    panel.rect = makeRect(title, {});
    panel.of = of;
    left(panel.rect)->setRangeReversed(true);
    left(panel.rect)->grid()->setVisible(true);
    bottom(panel.rect)->grid()->setVisible(false);
    for (QCPGraph** graph : {&panel.exact, &panel.lossy}) {
        *graph = addGraph(left(panel.rect), bottom(panel.rect));
        (*graph)->setLineStyle(QCPGraph::lsNone);
        (*graph)->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, 8));
        (*graph)->setSelectable(QCP::stNone);
    }
    panel.exactErrors = makeErrorBars(panel.exact);
    panel.lossyErrors = makeErrorBars(panel.lossy);
    return panel;
}

void RulesChart::setPoints(const std::vector<RulePoint>& points, const QString& group, bool running) {
    m_points.clear();
    std::copy_if(points.begin(), points.end(), std::back_inserter(m_points),
                 [](const RulePoint& point) { return !isPlain(point.setup); });
    m_group = group;
    m_running = running;
    markDirty();
}

void RulesChart::placeRects() {
    const bool sideBySide = width() > height();
    if (sideBySide == m_sideBySide) return;
    m_sideBySide = sideBySide;
    body()->take(m_tokens.rect);
    body()->simplify();
    sideBySide ? body()->addElement(0, 1, m_tokens.rect) : body()->addElement(1, 0, m_tokens.rect);
    // Beside the first panel its rows are named already.
    left(m_tokens.rect)->setTickLabels(!sideBySide);
}

QString RulesChart::rowName(const RulePoint& point) const {
    const bool tree = judgesChains(point.setup.rule) && !point.setup.tree.off();
    return tree ? tr("%1, tree").arg(shortRule(point.setup)) : shortRule(point.setup);
}

void RulesChart::nameRows() {
    QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
    for (std::size_t row = 0; row < m_points.size(); ++row)
        ticker->addTick(static_cast<double>(row), rowName(m_points[row]));
    for (const Panel* panel : {&m_speed, &m_tokens}) {
        left(panel->rect)->setTicker(ticker);
        left(panel->rect)->setRange(-0.6, std::max(1.0, static_cast<double>(m_points.size())) - 0.4);
    }
}

void RulesChart::fill(QCPGraph* graph, QCPErrorBars* errors, const Panel& panel, bool lossyRows) const {
    QVector<double> rows, values, below, above;
    for (std::size_t row = 0; row < m_points.size(); ++row) {
        const Interval& shown = m_points[row].*panel.of;
        if (shown.n == 0 || lossless(m_points[row].setup.rule) == lossyRows) continue;
        rows << static_cast<double>(row);
        values << shown.median;
        below << shown.median - shown.low;
        above << shown.high - shown.median;
    }
    graph->setData(rows, values, true);
    errors->setData(below, above);
}

void RulesChart::label(Panel& panel) {
    std::size_t used = 0;
    for (std::size_t row = 0; row < m_points.size(); ++row) {
        const Interval& shown = m_points[row].*panel.of;
        const QString word = lossyWord(m_points[row].setup);
        if (shown.n == 0 || word.isEmpty()) continue;
        if (used == panel.labels.size()) {
            auto* text = new QCPItemText(this);
            text->position->setAxes(bottom(panel.rect), left(panel.rect));
            text->position->setAxisRect(panel.rect);
            text->setClipToAxisRect(false);
            text->setSelectable(false);
            text->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
            text->setPadding(QMargins(8, 0, 0, 0));
            panel.labels.push_back(text);
        }
        panel.labels[used]->setText(word);
        panel.labels[used]->position->setCoords(shown.high, static_cast<double>(row));
        panel.labels[used++]->setVisible(true);
    }
    for (; used < panel.labels.size(); ++used) panel.labels[used]->setVisible(false);
}

void RulesChart::draw(Panel& panel, double reference, std::vector<ChartMark>& marks) {
    fill(panel.exact, panel.exactErrors, panel, false);
    fill(panel.lossy, panel.lossyErrors, panel, true);
    label(panel);
    double least = reference;
    double most = reference;
    for (std::size_t row = 0; row < m_points.size(); ++row) {
        const Interval& shown = m_points[row].*panel.of;
        if (shown.n == 0) continue;
        least = std::min(least, shown.low);
        most = std::max(most, shown.high);
        marks.push_back({panel.rect, shown.median, static_cast<double>(row), static_cast<int>(row)});
    }
    const double span = std::max(most - least, 0.1);
    // To the right stands LOSSY, where it has to.
    bottom(panel.rect)
        ->setRange(least - 0.08 * span, most + (panel.lossy->data()->isEmpty() ? 0.08 : 0.3) * span);
}

bool RulesChart::rebuild() {
    placeRects();
    nameRows();
    std::vector<ChartMark> marks;
    draw(m_speed, 1.0, marks);
    draw(m_tokens, 1.0, marks);
    const bool shown = !m_points.empty() || m_running;
    m_plain.set(1.0, tr("plain"));
    m_plain.setVisible(shown);
    const QString finding =
        m_points.empty() ? tr("Measuring the first rule") : rulesFinding(m_points, m_running);
    setFinding(m_group.isEmpty() ? finding : tr("%1 (%2)").arg(finding, m_group));
    setMarks(std::move(marks));
    applyTheme(theme());  // labels may be new
    return shown;
}

QString RulesChart::words(const ChartMark& mark) const {
    const auto row = static_cast<std::size_t>(mark.tag);
    if (mark.tag < 0 || row >= m_points.size()) return {};
    const RulePoint& point = m_points[row];
    QStringList said{fullRule(point.setup), draftedText(point.setup)};
    if (const QString word = lossyWord(point.setup); !word.isEmpty()) said.prepend(word);
    if (point.speedup.n > 0) said << tr("speed-up %1").arg(intervalText(point.speedup));
    said << tr("%1 tokens a round").arg(intervalText(point.tokensPerRound));
    return said.join(tr(", "));
}

ChartTable RulesChart::table() const {
    const QString x = tr("rule");
    ChartTable table{{tr("speed-up over plain"), x, tr("speed-up"), {}},
                     {tr("tokens a round"), x, tr("tokens a round"), {}}};
    for (const RulePoint& point : m_points) {
        const QString lossy = lossyWord(point.setup);
        const QString name = lossy.isEmpty() ? rowName(point) : tr("%1 (%2)").arg(rowName(point), lossy);
        const auto add = [&name](ChartSeries& series, const Interval& shown) {
            if (shown.n > 0)
                series.points.push_back({{}, name, shown.median, shown.low, shown.high, shown.n});
        };
        add(table[0], point.speedup);
        add(table[1], point.tokensPerRound);
    }
    return table;
}

void RulesChart::applyTheme(const Theme& theme) {
    QFont small = font();
    if (small.pointSizeF() > 0.0) small.setPointSizeF(small.pointSizeF() * 0.85);
    small.setWeight(QFont::DemiBold);
    for (Panel* panel : {&m_speed, &m_tokens}) {
        panel->exact->setPen(QPen(theme.target, 2));
        panel->lossy->setPen(QPen(theme.lossy, 2));
        for (QCPErrorBars* bars : {panel->exactErrors, panel->lossyErrors}) bars->setPen(QPen(theme.text, 1));
        for (QCPItemText* text : panel->labels) {
            text->setFont(small);
            text->setColor(theme.readable(theme.lossy));
        }
    }
    m_plain.setColor(theme.plain, theme.secondary, theme.base);
}

}  // namespace specula
