#include "ui/charts/sweep_chart.h"

#include <algorithm>

#include "engine/trace/names.h"
#include "ui/charts/findings.h"

namespace specula {

namespace {

QCPAxis* bottom(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atBottom);
}
QCPAxis* left(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atLeft);
}

}  // namespace

SweepChart::SweepChart(QWidget* parent)
    : Chart(tr("Gamma sweep"), tr("Run a gamma sweep to see which gamma is fastest here."), parent) {
    m_speed = makeRect(tr("gamma"), tr("speed-up"));
    m_rate = makeRect(tr("gamma"), tr("acceptance"));
    left(m_rate)->setRange(0.0, 1.05);

    const auto graph = [this](QCPAxisRect* rect, double scatter) {
        QCPGraph* made = addGraph(bottom(rect), left(rect));
        made->setSelectable(QCP::stNone);
        if (scatter > 0.0) made->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, scatter));
        return made;
    };
    m_breakEven = makeReference(m_speed, Qt::Horizontal);
    m_speedPrompts = graph(m_speed, 4);
    m_ratePrompts = graph(m_rate, 4);
    for (QCPGraph* dots : {m_speedPrompts, m_ratePrompts}) dots->setLineStyle(QCPGraph::lsNone);
    m_predicted = graph(m_speed, 0);
    m_measured = graph(m_speed, 6);
    m_trees = graph(m_speed, 0);
    m_trees->setLineStyle(QCPGraph::lsNone);
    m_treeErrors = makeErrorBars(m_trees);
    m_acceptance = graph(m_rate, 6);
    m_measuredErrors = makeErrorBars(m_measured);
    m_acceptanceErrors = makeErrorBars(m_acceptance);
    m_best = graph(m_speed, 12);
    m_best->setLineStyle(QCPGraph::lsNone);

    for (QCPItemText** label : {&m_bestLabel, &m_predictedLabel}) {
        *label = new QCPItemText(this);
        (*label)->position->setAxes(bottom(m_speed), left(m_speed));
        (*label)->position->setAxisRect(m_speed);
        (*label)->position->setType(QCPItemPosition::ptPlotCoords);
        (*label)->setClipAxisRect(m_speed);
        (*label)->setClipToAxisRect(false);
        (*label)->setSelectable(false);
    }
    m_bestLabel->setPositionAlignment(Qt::AlignHCenter | Qt::AlignBottom);
    m_bestLabel->setPadding(QMargins(4, 2, 4, 2));
    m_predictedLabel->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_predictedLabel->setPadding(QMargins(8, 0, 0, 0));
    // One above the other, both left axes stand on one line.
    auto* aligned = new QCPMarginGroup(this);
    for (QCPAxisRect* rect : {m_speed, m_rate}) rect->setMarginGroup(QCP::msLeft, aligned);
    connect(this, &Chart::markClicked, this, [this](int tag) {
        if (tag < kTreeTag) emit gammaClicked(tag);
    });
}

void SweepChart::begin(const QString& suite, int first, int last) {
    m_data.clear();
    m_suite = suite;
    m_first = first;
    m_last = std::max(first, last);
    m_running = true;
    markDirty();
}

void SweepChart::setPoint(const ShapedPoint& point) {
    m_data.set(point);
    if (point.tree.off()) {
        m_first = std::min(m_first, point.gamma);
        m_last = std::max(m_last, point.gamma);
    }
    markDirty();
}

void SweepChart::setPoints(const QString& suite, int first, int last, const std::vector<ShapedPoint>& points,
                           bool running) {
    begin(suite, first, last);
    for (const ShapedPoint& point : points) setPoint(point);
    m_running = running;
}

void SweepChart::setModel(const std::vector<double>& byGamma) {
    m_model = byGamma;
    markDirty();
}

void SweepChart::setAcceptanceShown(bool shown) {
    if (shown == m_acceptanceShown) return;
    m_acceptanceShown = shown;
    if (shown) {
        body()->addElement(1, 0, m_rate);
        m_sideBySide = false;
    } else {
        body()->take(m_rate);
        body()->simplify();
    }
    m_rate->setVisible(shown);
    for (QCPAxis* axis : m_rate->axes()) axis->setVisible(shown);
    markDirty();
}

std::vector<SweepChart::Placed> SweepChart::placed() const {
    std::vector<Placed> all;
    int trees = 0;
    for (const ShapedPoint* point : m_data.whole()) {
        if (point->tree.off()) {
            all.push_back({point, static_cast<double>(point->gamma), point->gamma});
        } else {
            all.push_back({point, static_cast<double>(m_last + 1 + trees), kTreeTag + trees});
            ++trees;
        }
    }
    return all;
}

const ShapedPoint* SweepChart::pointOf(int tag) const {
    for (const Placed& place : placed()) {
        if (place.tag == tag) return place.point;
    }
    return nullptr;
}

void SweepChart::finish() {
    m_running = false;
    markDirty();
}

void SweepChart::placeRects() {
    const bool sideBySide = width() > 2 * height();
    if (sideBySide == m_sideBySide || !m_acceptanceShown) return;
    m_sideBySide = sideBySide;
    body()->take(m_rate);
    body()->simplify();
    sideBySide ? body()->addElement(0, 1, m_rate) : body()->addElement(1, 0, m_rate);
}

QString SweepChart::words(const ChartMark& mark) const {
    const ShapedPoint* found = pointOf(mark.tag);
    if (!found) return {};
    const ShapedPoint& point = *found;
    QStringList said{shapeWords(point)};
    if (point.speedup) {
        said << tr("%1 (%2)").arg(timesText(point.speedup->median),
                                  rangeText(point.speedup->low, point.speedup->high));
    }
    if (point.predictedSpeedup) said << tr("predicted %1").arg(timesText(*point.predictedSpeedup));
    said << tr("%1 tokens a second").arg(rateText(point.tokensPerSecond.median));
    if (const auto alpha = point.totals.acceptanceRate())
        said << tr("acceptance %1").arg(decimalText(*alpha));
    return said.join(tr(", "));
}

ChartTable SweepChart::table() const {
    const QString x = tr("gamma"), gain = tr("speed-up over plain");
    ChartTable table{{tr("measured"), x, gain, {}},
                     {tr("predicted"), x, gain, {}},
                     {tr("tokens a second"), x, tr("tokens a second"), {}},
                     {tr("acceptance"), x, tr("acceptance"), {}}};
    for (const ShapedPoint* point : m_data.whole()) {
        if (!point->tree.off()) continue;
        const double gamma = point->gamma;
        const Interval& rate = point->tokensPerSecond;
        if (point->speedup)
            table[0].points.push_back({gamma,
                                       {},
                                       point->speedup->median,
                                       point->speedup->low,
                                       point->speedup->high,
                                       point->speedup->n});
        if (point->predictedSpeedup) table[1].points.push_back({gamma, {}, *point->predictedSpeedup});
        table[2].points.push_back({gamma, {}, rate.median, rate.low, rate.high, rate.n});
        if (const auto share = wilson(point->totals.accepted, point->totals.judged))
            table[3].points.push_back({gamma, {}, share->value, share->low, share->high, share->count});
    }
    for (const ShapedPoint* point : m_data.whole()) {
        if (point->tree.off() || !point->speedup) continue;
        const Interval& tree = *point->speedup;
        table.push_back(
            {tr("measured, tree %1").arg(QString::fromStdString(treeText(point->tree))),
             tr("depth"),
             gain,
             {{static_cast<double>(point->gamma), {}, tree.median, tree.low, tree.high, tree.n}}});
    }
    for (const ShapedPoint& point : m_data.points()) {
        if (point.prompt.empty() || !point.speedup || !point.tree.off()) continue;
        const QString name = tr("measured, prompt %1").arg(QString::fromStdString(point.prompt));
        auto series = std::find_if(table.begin(), table.end(),
                                   [&name](const ChartSeries& one) { return one.name == name; });
        if (series == table.end()) series = table.insert(table.end(), {name, x, gain, {}});
        series->points.push_back({static_cast<double>(point.gamma),
                                  {},
                                  point.speedup->median,
                                  point.speedup->low,
                                  point.speedup->high,
                                  point.speedup->n});
    }
    return table;
}

void SweepChart::drawModel(const std::vector<Placed>& whole) {
    QVector<double> keys, values;
    if (!m_model.empty()) {
        for (std::size_t gamma = 0; gamma < m_model.size(); ++gamma) {
            keys << static_cast<double>(gamma);
            values << m_model[gamma];
        }
    } else {
        for (const Placed& place : whole) {
            if (!place.point->predictedSpeedup || !place.point->tree.off()) continue;
            keys << place.key;
            values << *place.point->predictedSpeedup;
        }
    }
    m_predicted->setData(keys, values, true);
    m_predictedLabel->setVisible(values.size() > 1);
    if (values.size() < 2) return;
    m_predictedLabel->setText(tr("predicted"));
    // Where trees stand behind the last gamma the name stands before the curve's end instead of after it.
    const bool behind = !whole.empty() && whole.back().key > keys.back();
    m_predictedLabel->setPositionAlignment(behind ? Qt::AlignRight | Qt::AlignTop
                                                  : Qt::AlignLeft | Qt::AlignVCenter);
    m_predictedLabel->position->setCoords(keys.back(), values.back());
}

void SweepChart::drawSpeedup(const std::vector<Placed>& whole, std::vector<ChartMark>& marks) {
    struct Line {
        QVector<double> keys, values, below, above;
    } chains, trees;
    double least = 0.9;
    double most = 1.1;
    const auto reach = [&least, &most](double low, double high) {
        least = std::min(least, low);
        most = std::max(most, high);
    };
    drawModel(whole);
    for (const QCPGraphData& at : *m_predicted->data()) reach(at.value, at.value);
    for (const Placed& place : whole) {
        const ShapedPoint& point = *place.point;
        // Gamma 0 is plain decoding, the measure of all others: 1 by definition.
        if (!point.speedup && point.gamma != 0) continue;
        const Interval speedup = point.speedup.value_or(Interval{1.0, 1.0, 1.0, 0, {}});
        Line& line = point.tree.off() ? chains : trees;
        line.keys << place.key;
        line.values << speedup.median;
        line.below << speedup.median - speedup.low;
        line.above << speedup.high - speedup.median;
        reach(speedup.low, speedup.high);
        marks.push_back({m_speed, place.key, speedup.median, place.tag});
    }
    m_measured->setData(chains.keys, chains.values, true);
    m_measuredErrors->setData(chains.below, chains.above);
    m_trees->setData(trees.keys, trees.values, true);
    m_treeErrors->setData(trees.below, trees.above);
    for (const ShapedPoint& point : m_data.points()) {
        if (point.speedup && !point.prompt.empty()) reach(point.speedup->median, point.speedup->median);
    }
    const double room = (most - least) * 0.18;
    left(m_speed)->setRange(std::max(0.0, least - room * 0.5), most + room);

    const ShapedPoint* best = bestPoint(m_data.whole());
    m_best->data()->clear();
    m_bestLabel->setVisible(best != nullptr);
    for (const Placed& place : whole) {
        if (place.point != best) continue;
        m_best->addData(place.key, best->speedup->median);
        m_bestLabel->setText(timesText(best->speedup->median));
        m_bestLabel->position->setCoords(place.key, best->speedup->high);
    }
}

void SweepChart::drawAcceptance(const std::vector<Placed>& whole, std::vector<ChartMark>& marks) {
    QVector<double> keys, values, below, above;
    for (const Placed& place : whole) {
        if (!m_acceptanceShown) break;
        const auto share = wilson(place.point->totals.accepted, place.point->totals.judged);
        if (!share) continue;
        keys << place.key;
        values << share->value;
        below << share->value - share->low;
        above << share->high - share->value;
        marks.push_back({m_rate, place.key, share->value, place.tag});
    }
    m_acceptance->setData(keys, values, true);
    m_acceptanceErrors->setData(below, above);
}

/// Gammas, and behind them the trees by name.
void SweepChart::setTicks() {
    int trees = 0;
    for (const Placed& place : placed()) trees += place.tag >= kTreeTag ? 1 : 0;
    for (QCPAxisRect* rect : {m_speed, m_rate}) {
        setWholeTicks(bottom(rect), m_first, m_last + trees);
        if (trees == 0) continue;
        auto ticker = qSharedPointerCast<QCPAxisTickerText>(bottom(rect)->ticker());
        for (const Placed& place : placed()) {
            if (place.tag >= kTreeTag)
                ticker->addTick(place.key,
                                shapeWords(*place.point).replace(QLatin1Char(' '), QLatin1Char('\n')));
        }
    }
}

void SweepChart::drawSinglePrompts() {
    QVector<double> speedKeys, speeds, rateKeys, rates;
    for (const ShapedPoint& point : m_data.points()) {
        if (point.prompt.empty() || !point.tree.off()) continue;
        if (point.speedup) {
            speedKeys << point.gamma;
            speeds << point.speedup->median;
        }
        if (const auto alpha = point.totals.acceptanceRate()) {
            rateKeys << point.gamma;
            rates << *alpha;
        }
    }
    m_speedPrompts->setData(speedKeys, speeds, true);
    m_ratePrompts->setData(rateKeys, rates, true);
}

void SweepChart::makeRoomForLabel() {
    // The curve's name stands after its last point, in plot units that depend on the width.
    const QCPRange range = bottom(m_speed)->range();
    const double label = QFontMetricsF(m_predictedLabel->font()).horizontalAdvance(tr("predicted")) + 12.0;
    const double columns = m_sideBySide ? 2.0 : 1.0;
    const double plot = std::max(2.0 * label, width() / columns - 80.0);
    const double room = label / (plot - label) * (range.size() - 0.5);
    // Behind a tree the name may stand over the plot.
    if (range.upper < m_last + 1.0) bottom(m_speed)->setRangeUpper(m_last + std::max(0.5, room));
}

bool SweepChart::rebuild() {
    placeRects();
    const std::vector<Placed> whole = placed();
    std::vector<ChartMark> marks;
    drawSpeedup(whole, marks);
    drawAcceptance(whole, marks);
    drawSinglePrompts();
    setTicks();
    makeRoomForLabel();
    m_breakEven.set(1.0, tr("plain"));
    const bool shown = !m_data.empty() || m_running;
    m_breakEven.setVisible(shown);
    if (!shown) {
        m_bestLabel->setVisible(false);
        m_predictedLabel->setVisible(false);
    }
    QString finding = m_data.empty() ? tr("Measuring plain decoding first") : sweepFinding(m_data, m_running);
    if (!m_suite.isEmpty()) finding = tr("%1 · %2").arg(finding, m_suite);
    setFinding(finding);
    setMarks(std::move(marks));
    return shown;
}

void SweepChart::applyTheme(const Theme& theme) {
    m_measured->setPen(QPen(theme.target, 2));
    m_acceptance->setPen(QPen(theme.accepted, 2));
    m_predicted->setPen(QPen(theme.draft, 1.5, Qt::DashLine));
    m_trees->setPen(QPen(theme.target, 2));
    m_trees->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssDiamond, QPen(theme.target, 1.5), Qt::NoBrush, 9));
    for (QCPErrorBars* bars : {m_measuredErrors, m_acceptanceErrors, m_treeErrors})
        bars->setPen(QPen(theme.text, 1));
    QColor faintSpeed = theme.target;
    QColor faintRate = theme.accepted;
    for (QColor* color : {&faintSpeed, &faintRate}) color->setAlphaF(0.35F);
    m_speedPrompts->setPen(QPen(faintSpeed));
    m_ratePrompts->setPen(QPen(faintRate));
    m_best->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCircle, QPen(theme.text, 1.5), Qt::NoBrush, 12));
    QFont small = font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    m_predictedLabel->setFont(small);
    m_predictedLabel->setColor(theme.readable(theme.draft));
    small.setWeight(QFont::DemiBold);
    m_bestLabel->setFont(small);
    m_bestLabel->setColor(theme.text);
    m_breakEven.setColor(theme.plain, theme.secondary, theme.base);
}

}  // namespace specula
