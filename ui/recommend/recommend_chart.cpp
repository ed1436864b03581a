#include "ui/recommend/recommend_chart.h"

#include <algorithm>
#include <array>
#include <map>

#include "engine/explain/shape_prediction.h"
#include "ui/charts/findings.h"
#include "ui/recommend/recommend_text.h"

namespace specula {

namespace {

constexpr double kPoint = 8.0;
constexpr std::array kForms{QCPScatterStyle::ssCircle, QCPScatterStyle::ssSquare, QCPScatterStyle::ssTriangle,
                            QCPScatterStyle::ssDiamond, QCPScatterStyle::ssTriangleInverted};

// The same forms as characters, and lines of their own: drafts are told apart without colour.
constexpr std::array<char16_t, kForms.size()> kFormLetters{u'○', u'□', u'△', u'◇', u'▽'};
constexpr std::array kDashes{Qt::DashLine, Qt::DotLine, Qt::DashDotLine, Qt::DashDotDotLine, Qt::SolidLine};

QCPScatterStyle::ScatterShape formOf(std::size_t draft) {
    return kForms[draft % kForms.size()];
}

QCPAxis* bottom(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atBottom);
}
QCPAxis* left(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atLeft);
}

}  // namespace

RecommendChart::RecommendChart(QWidget* parent)
    : Chart(tr("Contenders"), tr("The first predictions come in some ten seconds."), parent) {
    m_rect = makeRect(tr("drafted tokens a round (hollow: predicted, full: measured; off the lines: trees)"),
                      tr("speed-up"));
    m_plain = makeReference(m_rect, Qt::Horizontal);
}

void RecommendChart::setReport(const RecommendReport& report) {
    m_report = report;
    markDirty();
}

QCPGraph* RecommendChart::makeGraph(bool joined) {
    QCPGraph* graph = addGraph(bottom(m_rect), left(m_rect));
    graph->setSelectable(QCP::stNone);
    graph->setLineStyle(joined ? QCPGraph::lsLine : QCPGraph::lsNone);
    return graph;
}

void RecommendChart::makeLines() {
    while (m_lines.size() < m_report.drafts.size()) {
        Lines lines;
        lines.chains = makeGraph(true);
        lines.trees = makeGraph(false);
        lines.measured = makeGraph(false);
        lines.errors = makeErrorBars(lines.measured);
        lines.name = new QCPItemText(this);
        lines.name->position->setType(QCPItemPosition::ptAxisRectRatio);
        lines.name->position->setAxisRect(m_rect);
        lines.name->setPositionAlignment(Qt::AlignRight | Qt::AlignTop);
        lines.name->setClipToAxisRect(false);
        lines.name->setSelectable(false);
        m_lines.push_back(lines);
    }
}

void RecommendChart::draw(std::size_t draft, std::vector<ChartMark>& marks) {
    std::map<int, double> chains;
    QVector<double> treeKeys, trees, keys, values, below, above;
    for (std::size_t i = 0; i < m_report.contenders.size(); ++i) {
        const Contender& contender = m_report.contenders[i];
        if (contender.draft != draft) continue;
        const int nodes = contender.shape.nodes();
        if (contender.shape.tree.off())
            chains[nodes] = contender.predicted;
        else
            treeKeys << nodes, trees << contender.predicted;
        m_least = std::min(m_least, contender.predicted);
        m_most = std::max(m_most, contender.predicted);
        ++m_predictedPoints;
        const Interval& speedup = contender.speedup;
        const bool measured = speedup.n > 0;
        marks.push_back({m_rect, static_cast<double>(nodes), measured ? speedup.median : contender.predicted,
                         static_cast<int>(i)});
        if (!measured) continue;
        ++m_measuredPoints;
        keys << nodes;
        values << speedup.median;
        below << speedup.median - speedup.low;
        above << speedup.high - speedup.median;
        m_least = std::min(m_least, speedup.low);
        m_most = std::max(m_most, speedup.high);
    }
    Lines& lines = m_lines[draft];
    lines.chains->data()->clear();
    for (const auto& [gamma, predicted] : chains) lines.chains->addData(gamma, predicted);
    lines.trees->setData(treeKeys, trees);
    // The error bars go with the points by their order, so these are not sorted apart from them.
    std::vector<int> order(static_cast<std::size_t>(keys.size()));
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int>(i);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) { return keys[a] < keys[b]; });
    lines.measured->data()->clear();
    QVector<double> sortedBelow, sortedAbove;
    for (const int i : order) {
        lines.measured->addData(keys[i], values[i]);
        sortedBelow << below[i];
        sortedAbove << above[i];
    }
    lines.errors->setData(sortedBelow, sortedAbove);
    placeName(lines, draft);
}

void RecommendChart::placeName(Lines& lines, std::size_t draft) {
    const bool shown = !lines.chains->data()->isEmpty();
    lines.name->setVisible(shown);
    if (!shown) return;
    const QString name = QString::fromStdString(m_report.drafts[draft].info.name);
    lines.name->setText(tr("%1 %2, predicted").arg(QChar(kFormLetters[draft % kForms.size()])).arg(name));
    // In the corner that speed-ups leave empty as gamma grows, a line each; the first is left to "plain".
    const double height = std::max(1, m_rect->height());
    const int line = QFontMetrics(lines.name->font()).lineSpacing();
    lines.name->position->setCoords(1.0, (static_cast<double>(draft) + 1.0) * line / height);
}

void RecommendChart::fitAxes() {
    setWholeTicks(bottom(m_rect), 0, kLongestPredicted);
    bottom(m_rect)->setRange(0.0, kLongestPredicted + 0.7);
    const double room = 0.12 * (m_most - m_least);
    left(m_rect)->setRange(std::max(0.0, m_least - 2.0 * room), m_most + room);  // a name may stand below
}

QString RecommendChart::sentence() const {
    if (m_report.contenders.empty()) return tr("Measuring costs, then one run of long rounds");
    if (m_measuredPoints == 0)
        return tr("Best prediction: %1, %2")
            .arg(contenderText(m_report, 0), timesText(m_report.contenders.front().predicted));
    const Decision& decision = m_report.decision;
    if (!decision.winner)
        return m_report.done ? tr("No gain: plain decoding is fastest here, or as fast")
                             : tr("No gain so far");
    const Contender& winner = m_report.contenders[*decision.winner];
    return (m_report.done ? tr("Best: %1, %2") : tr("Best so far: %1, %2"))
        .arg(contenderText(m_report, decision.winner), figuresText(winner));
}

bool RecommendChart::rebuild() {
    makeLines();
    m_least = 0.9;
    m_most = 1.1;
    m_predictedPoints = m_measuredPoints = 0;
    std::vector<ChartMark> marks;
    for (std::size_t draft = 0; draft < m_report.drafts.size(); ++draft) draw(draft, marks);
    for (std::size_t draft = m_report.drafts.size(); draft < m_lines.size(); ++draft) {
        Lines& lines = m_lines[draft];
        for (QCPGraph* graph : {lines.chains, lines.trees, lines.measured}) graph->data()->clear();
        lines.errors->setData(QVector<double>(), QVector<double>());
        lines.name->setVisible(false);
    }
    fitAxes();
    m_plain.set(1.0, tr("plain"));
    m_plain.setVisible(!marks.empty());
    setFinding(sentence());
    const bool any = !marks.empty();
    setMarks(std::move(marks));
    applyTheme(theme());  // lines may be new
    return any;
}

QString RecommendChart::words(const ChartMark& mark) const {
    const auto i = static_cast<std::size_t>(mark.tag);
    if (mark.tag < 0 || i >= m_report.contenders.size()) return {};
    const Contender& contender = m_report.contenders[i];
    QStringList said{contenderText(m_report, i), tr("predicted %1").arg(timesText(contender.predicted))};
    if (contender.speedup.n > 0) said << tr("measured %1").arg(figuresText(contender));
    return said.join(tr(", "));
}

ChartTable RecommendChart::table() const {
    const QString x = tr("drafted tokens a round"), gain = tr("speed-up over plain");
    ChartTable table;
    for (std::size_t draft = 0; draft < m_report.drafts.size(); ++draft) {
        const QString name = QString::fromStdString(m_report.drafts[draft].info.name);
        ChartSeries predicted{tr("%1, predicted").arg(name), x, gain, {}};
        ChartSeries measured{tr("%1, measured").arg(name), x, gain, {}};
        for (const Contender& contender : m_report.contenders) {
            if (contender.draft != draft) continue;
            const double nodes = contender.shape.nodes();
            predicted.points.push_back({nodes, {}, contender.predicted});
            const Interval& speedup = contender.speedup;
            if (speedup.n > 0)
                measured.points.push_back({nodes, {}, speedup.median, speedup.low, speedup.high, speedup.n});
        }
        table.push_back(std::move(predicted));
        table.push_back(std::move(measured));
    }
    return table;
}

void RecommendChart::applyTheme(const Theme& theme) {
    QFont small = font();
    if (small.pointSizeF() > 0.0) small.setPointSizeF(small.pointSizeF() * 0.85);
    for (std::size_t draft = 0; draft < m_lines.size(); ++draft) {
        Lines& lines = m_lines[draft];
        const QPen hollow(theme.draft, 1.5);
        lines.chains->setPen(QPen(theme.draft, 1.5, kDashes[draft % kDashes.size()]));
        for (QCPGraph* graph : {lines.chains, lines.trees})
            graph->setScatterStyle(QCPScatterStyle(formOf(draft), hollow, QBrush(theme.base), kPoint));
        lines.measured->setScatterStyle(
            QCPScatterStyle(formOf(draft), QPen(theme.target, 1.5), QBrush(theme.target), kPoint));
        lines.errors->setPen(QPen(theme.text, 1));
        lines.name->setFont(small);
        lines.name->setColor(theme.readable(theme.draft));
        lines.name->setBrush(theme.base);
    }
    m_plain.setColor(theme.plain, theme.secondary, theme.base);
}

}  // namespace specula
