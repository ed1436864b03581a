#include "ui/charts/run_charts.h"

#include <algorithm>

#include "ui/charts/findings.h"

namespace specula {

namespace {

constexpr std::size_t kStretches = 200;  ///< of the rate's curve; more can hardly be told apart
constexpr double kCountSpacing = 46.0;   ///< pixels a position needs to carry its count below the axis

QCPAxis* bottom(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atBottom);
}
QCPAxis* left(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atLeft);
}

}  // namespace

// --- acceptance ------------------------------------------------------------------------------------------

AcceptanceChart::AcceptanceChart(QWidget* parent)
    : Chart(tr("Acceptance by draft position"),
            tr("Generate with a draft to see how acceptance falls with position."), parent) {
    m_rect = makeRect(tr("draft position"), tr("acceptance"));
    m_bars = new QCPBars(bottom(m_rect), left(m_rect));
    m_bars->setWidth(0.6);
    m_bars->setAntialiased(false);
    m_bars->setSelectable(QCP::stNone);
    m_errors = makeErrorBars(m_bars);
    left(m_rect)->setRange(0.0, 1.04);
}

void AcceptanceChart::setTotals(const Totals& totals, bool trees) {
    m_trees = trees;
    m_shares = acceptanceByPosition(totals);
    markDirty();
}

bool AcceptanceChart::rebuild() {
    const int positions = static_cast<int>(m_shares.size());
    QVector<double> keys, values, below, above;
    std::vector<ChartMark> marks;
    for (int i = 0; i < positions; ++i) {
        const Share& share = m_shares[static_cast<std::size_t>(i)];
        keys << i + 1;
        values << share.value;
        below << share.value - share.low;
        above << share.high - share.value;
        marks.push_back({m_rect, static_cast<double>(i + 1), share.value, i + 1});
    }
    m_bars->setData(keys, values, true);
    m_errors->setData(below, above);
    setWholeTicks(bottom(m_rect), 1, std::max(positions, 1));

    const bool roomForCounts = positions > 0 && (width() - 70.0) / positions >= kCountSpacing;
    if (roomForCounts) {
        QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
        for (int i = 0; i < positions; ++i) {
            ticker->addTick(i + 1, tr("%1\nn = %2")
                                       .arg(QString::number(i + 1),
                                            QLocale().toString(m_shares[static_cast<std::size_t>(i)].count)));
        }
        bottom(m_rect)->setTicker(ticker);
        bottom(m_rect)->setLabel(m_trees ? tr("depth in the tree, n tested")
                                         : tr("draft position, n judged"));
    } else {
        const long judged = positions > 0 ? m_shares.front().count : 0;
        const QString text =
            m_trees ? tr("depth in the tree (%1 tested at 1)") : tr("draft position (%1 judged at 1)");
        bottom(m_rect)->setLabel(text.arg(QLocale().toString(judged)));
    }
    setFinding(acceptanceFinding(m_shares, m_trees));
    setMarks(std::move(marks));
    return positions > 0;
}

QString AcceptanceChart::words(const ChartMark& mark) const {
    const auto at = static_cast<std::size_t>(mark.tag - 1);
    if (at >= m_shares.size()) return {};
    const Share& share = m_shares[at];
    const auto count = static_cast<int>(share.count);
    return (m_trees ? tr("depth %1: %2 (%3) of %n tested", nullptr, count)
                    : tr("position %1: %2 (%3) of %n judged", nullptr, count))
        .arg(QString::number(mark.tag), decimalText(share.value), rangeText(share.low, share.high));
}

ChartTable AcceptanceChart::table() const {
    ChartSeries series{
        tr("acceptance"), m_trees ? tr("depth in the tree") : tr("draft position"), tr("acceptance"), {}};
    for (std::size_t i = 0; i < m_shares.size(); ++i) {
        const Share& share = m_shares[i];
        series.points.push_back(
            {static_cast<double>(i + 1), {}, share.value, share.low, share.high, share.count});
    }
    return {std::move(series)};
}

void AcceptanceChart::applyTheme(const Theme& theme) {
    m_bars->setBrush(theme.tint(theme.accepted, theme.dark ? 0.45 : 0.35));
    m_bars->setPen(QPen(theme.accepted, 1));
    m_errors->setPen(QPen(theme.text, 1));
}

// --- tokens a second -------------------------------------------------------------------------------------

RateChart::RateChart(QWidget* parent)
    : Chart(tr("Tokens a second"), tr("Generate to see the speed, on the engine's own clock."), parent) {
    m_rect = makeRect(tr("decoding time, s"), tr("tokens / s"));
    m_band = new QCPItemRect(this);
    m_band->setClipAxisRect(m_rect);
    m_band->setPen(Qt::NoPen);
    m_band->setSelectable(false);
    for (QCPItemPosition* position : m_band->positions()) {
        position->setAxes(bottom(m_rect), left(m_rect));
        position->setAxisRect(m_rect);
        position->setTypeX(QCPItemPosition::ptAxisRectRatio);
        position->setTypeY(QCPItemPosition::ptPlotCoords);
    }
    m_graph = addGraph(bottom(m_rect), left(m_rect));
    m_graph->setSelectable(QCP::stNone);
    setPlottingHint(QCP::phFastPolylines, true);
    m_baseline = makeReference(m_rect, Qt::Horizontal);
}

void RateChart::clear() {
    m_series.clear();
    markDirty();
}

void RateChart::addRound(const Round& round) {
    m_series.add(round);
    markDirty();
}

void RateChart::setPlain(const std::optional<Interval>& tokensPerSecond) {
    m_plain = tokensPerSecond;
    markDirty();
}

bool RateChart::rebuild() {
    const auto& points = m_series.points();
    QVector<double> keys, values;
    std::vector<ChartMark> marks;
    double most = m_plain ? m_plain->high : 0.0;
    for (const std::size_t i : outlineOf(points, kStretches)) {
        const RatePoint& point = points[i];
        keys << point.seconds;
        values << point.tokensPerSecond;
        most = std::max(most, point.tokensPerSecond);
        marks.push_back({m_rect, point.seconds, point.tokensPerSecond, static_cast<int>(i)});
    }
    m_graph->setData(keys, values, true);
    const bool one = points.size() == 1;
    m_graph->setScatterStyle(QCPScatterStyle(one ? QCPScatterStyle::ssDisc : QCPScatterStyle::ssNone, 6));
    if (!points.empty()) {
        const double from = one ? 0.0 : points.front().seconds;
        bottom(m_rect)->setRange(from, points.back().seconds * (one ? 2.0 : 1.0));
        left(m_rect)->setRange(0.0, most * 1.15);
    }
    m_band->setVisible(m_plain.has_value() && !points.empty());
    m_baseline.setVisible(m_plain.has_value() && !points.empty());
    if (m_plain) {
        m_band->topLeft->setCoords(0.0, m_plain->high);
        m_band->bottomRight->setCoords(1.0, m_plain->low);
        m_baseline.set(m_plain->median, tr("plain %1").arg(rateText(m_plain->median)));
    }
    setFinding(rateFinding(m_series.overall(), m_plain));
    setMarks(std::move(marks));
    return !points.empty();
}

QString RateChart::words(const ChartMark& mark) const {
    const auto at = static_cast<std::size_t>(mark.tag);
    if (at >= m_series.points().size()) return {};
    const RatePoint& point = m_series.points()[at];
    return tr("round %1, %2 s: %3 tokens a second")
        .arg(QString::number(point.round + 1), decimalText(point.seconds), rateText(point.tokensPerSecond));
}

ChartTable RateChart::table() const {
    const QString x = tr("decoding time, s"), y = tr("tokens a second");
    ChartTable table{{tr("this run, over its last rounds"), x, y, {}},
                     {tr("this run, all of it"), x, y, {}},
                     {tr("plain decoding, measured"), x, y, {}}};
    for (const RatePoint& point : m_series.points())
        table[0].points.push_back({point.seconds, {}, point.tokensPerSecond});
    if (const auto overall = m_series.overall()) table[1].points.push_back({{}, {}, *overall});
    if (m_plain)
        table[2].points.push_back({{}, {}, m_plain->median, m_plain->low, m_plain->high, m_plain->n});
    return table;
}

void RateChart::applyTheme(const Theme& theme) {
    m_graph->setPen(QPen(theme.target, 2));
    QColor band = theme.plain;
    band.setAlphaF(0.15F);
    m_band->setBrush(band);
    m_baseline.setColor(theme.plain, theme.secondary, theme.base);
}

// --- tokens a round --------------------------------------------------------------------------------------

EmissionChart::EmissionChart(QWidget* parent)
    : Chart(tr("Tokens a round"), tr("Generate to see how many tokens each pass of the target brings."),
            parent) {
    m_rect = makeRect(tr("tokens emitted in a round"), tr("rounds"));
    m_bars = new QCPBars(bottom(m_rect), left(m_rect));
    m_bars->setWidth(0.6);
    m_bars->setAntialiased(false);
    m_bars->setSelectable(QCP::stNone);
    m_mean = makeReference(m_rect, Qt::Vertical);
}

void EmissionChart::clear() {
    m_counts.clear();
    markDirty();
}

void EmissionChart::addRound(const Round& round) {
    m_counts.add(round);
    markDirty();
}

bool EmissionChart::rebuild() {
    const auto& counts = m_counts.counts();
    QVector<double> keys, values;
    std::vector<ChartMark> marks;
    long most = 0;
    for (std::size_t n = 1; n < counts.size(); ++n) {
        keys << static_cast<double>(n);
        values << static_cast<double>(counts[n]);
        most = std::max(most, counts[n]);
        marks.push_back(
            {m_rect, static_cast<double>(n), static_cast<double>(counts[n]), static_cast<int>(n)});
    }
    m_bars->setData(keys, values, true);
    setWholeTicks(bottom(m_rect), 1, std::max<int>(2, static_cast<int>(counts.size()) - 1));
    left(m_rect)->setRange(0.0, std::max(1.0, static_cast<double>(most) * 1.12));
    const auto mean = m_counts.mean();
    m_mean.setVisible(mean.has_value() && most > 0);
    if (mean) m_mean.set(*mean, tr("mean %1").arg(decimalText(*mean, 1)));
    setFinding(emissionFinding(m_counts));
    setMarks(std::move(marks));
    return most > 0;
}

QString EmissionChart::words(const ChartMark& mark) const {
    const auto at = static_cast<std::size_t>(mark.tag);
    if (at >= m_counts.counts().size()) return {};
    const long rounds = m_counts.counts()[at];
    const double share = static_cast<double>(rounds) / static_cast<double>(m_counts.rounds());
    return tr("%n token(s) in %1 of %2 rounds (%3)", nullptr, mark.tag)
        .arg(QLocale().toString(rounds), QLocale().toString(m_counts.rounds()), shareText(share));
}

ChartTable EmissionChart::table() const {
    ChartSeries series{tr("rounds"), tr("tokens emitted in a round"), tr("rounds"), {}};
    for (std::size_t n = 1; n < m_counts.counts().size(); ++n)
        series.points.push_back({static_cast<double>(n), {}, static_cast<double>(m_counts.counts()[n])});
    return {std::move(series)};
}

void EmissionChart::applyTheme(const Theme& theme) {
    m_bars->setBrush(theme.tint(theme.target, theme.dark ? 0.45 : 0.35));
    m_bars->setPen(QPen(theme.target, 1));
    m_mean.setColor(theme.text, theme.text, theme.base);
}

}  // namespace specula
