#include "ui/drafts/alpha_chart.h"

#include <algorithm>

#include "ui/charts/findings.h"

namespace specula {

namespace {

constexpr double kLabelRoom = 1.14;      ///< of the time axis, for the words at the ends of the curves
constexpr double kLabelDistance = 14.0;  ///< pixels between two of them at least
constexpr double kFainter = 0.16;        ///< a curve against the one before it
constexpr double kFaintest = 0.35;

QCPAxis* bottom(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atBottom);
}
QCPAxis* left(QCPAxisRect* rect) {
    return rect->axis(QCPAxis::atLeft);
}

}  // namespace

AlphaChart::AlphaChart(QWidget* parent)
    : Chart(tr("Held-out overlap while the draft learns"),
            tr("The curve begins when the draft has learned enough to be looked at."), parent) {
    m_rect = makeRect(tr("minutes spent"), tr("held-out overlap"));
    left(m_rect)->setRange(0.0, 1.0);
}

void AlphaChart::setPoints(std::vector<AlphaPoint> points) {
    m_points = std::move(points);
    markDirty();
}

void AlphaChart::makeCurves(std::size_t count) {
    while (m_curves.size() < count) {
        Curve curve;
        curve.graph = addGraph(bottom(m_rect), left(m_rect));
        curve.graph->setSelectable(QCP::stNone);
        curve.label = new QCPItemText(this);
        curve.label->setSelectable(false);
        curve.label->setClipToAxisRect(false);
        curve.label->setPositionAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        curve.label->position->setAxes(bottom(m_rect), left(m_rect));
        curve.label->setFont(font());
        m_curves.push_back(curve);
    }
    for (std::size_t i = 0; i < m_curves.size(); ++i) {
        m_curves[i].graph->setVisible(i < count);
        m_curves[i].label->setVisible(i < count);
    }
    colorCurves();
}

bool AlphaChart::rebuild() {
    std::size_t steps = 0;
    for (const AlphaPoint& point : m_points) steps = std::max(steps, point.alpha.size());
    makeCurves(steps);
    std::vector<ChartMark> marks;
    double most = 0.0;
    for (std::size_t step = 0; step < steps; ++step) {
        QVector<double> keys, values;
        for (std::size_t i = 0; i < m_points.size(); ++i) {
            if (step >= m_points[i].alpha.size()) continue;
            keys << m_points[i].minutes;
            values << m_points[i].alpha[step];
            most = std::max(most, values.back());
            if (step == 0) marks.push_back({m_rect, keys.back(), values.back(), static_cast<int>(i)});
        }
        m_curves[step].graph->setData(keys, values, true);
        m_curves[step].graph->setScatterStyle(
            QCPScatterStyle(m_points.size() < 40 ? QCPScatterStyle::ssDisc : QCPScatterStyle::ssNone, 5));
    }
    if (steps > 0) {
        // A single look stands in a stretch of time, not at the edge of none.
        const double from = std::max(0.0, m_points.front().minutes - (m_points.size() == 1 ? 1.0 : 0.0));
        const double width = std::max(m_points.back().minutes - from, 0.1);
        bottom(m_rect)->setRange(from, from + width * kLabelRoom);
        left(m_rect)->setRange(0.0, std::min(1.0, most * 1.25 + 0.02));
        placeLabels();
    }
    setFinding(alphaFinding(m_points));
    setMarks(std::move(marks));
    return steps > 0;
}

/// Words at the ends of the curves, moved apart where curves end close to each other.
void AlphaChart::placeLabels() {
    const double height = std::max(1, m_rect->height());
    const double apart = kLabelDistance / height * left(m_rect)->range().size();
    const std::vector<double>& last = m_points.back().alpha;
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < m_curves.size(); ++i) {
        m_curves[i].label->setVisible(i < last.size());
        if (i < last.size()) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return last[a] > last[b]; });
    double ceiling = left(m_rect)->range().upper;
    for (const std::size_t i : order) {
        const double at = std::min(last[i], ceiling);
        ceiling = at - apart;
        m_curves[i].label->setText(i == 0 ? tr(" step 1") : QStringLiteral(" %1").arg(i + 1));
        m_curves[i].label->position->setCoords(m_points.back().minutes, at);
    }
}

QString AlphaChart::words(const ChartMark& mark) const {
    const auto at = static_cast<std::size_t>(mark.tag);
    if (at >= m_points.size()) return {};
    const AlphaPoint& point = m_points[at];
    return tr("%1 min: %2").arg(decimalText(point.minutes, 1), alphaText(point.alpha));
}

ChartTable AlphaChart::table() const {
    ChartTable table;
    for (const AlphaPoint& point : m_points) {
        for (std::size_t step = 0; step < point.alpha.size(); ++step) {
            if (step == table.size())
                table.push_back(
                    {tr("step %1").arg(step + 1), tr("minutes spent"), tr("held-out overlap"), {}});
            table[step].points.push_back({point.minutes, {}, point.alpha[step]});
        }
    }
    return table;
}

void AlphaChart::colorCurves() {
    for (std::size_t i = 0; i < m_curves.size(); ++i) {
        const double share = std::max(kFaintest, 1.0 - kFainter * static_cast<double>(i));
        m_curves[i].graph->setPen(QPen(theme().tint(theme().draft, share), 2));
        m_curves[i].label->setColor(i == 0 ? theme().text : theme().secondary);
    }
}

void AlphaChart::applyTheme(const Theme&) {
    colorCurves();
}

}  // namespace specula
