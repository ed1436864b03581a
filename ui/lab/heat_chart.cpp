#include "ui/lab/heat_chart.h"

#include <algorithm>
#include <cmath>

#include "engine/explain/cost_model.h"
#include "ui/charts/findings.h"

namespace specula {

namespace {

constexpr int kAlphas = 61;
constexpr int kCosts = 41;
constexpr double kLeastTop = 0.5;  // of the axis of c
constexpr double kGain = 1.0 + 1e-9;

Costs withC(Costs costs, double c) {
    costs.c = c;
    return costs;
}

}  // namespace

LabHeatChart::LabHeatChart(QWidget* parent)
    : Chart(tr("Acceptance and cost"),
            tr("What acceptance and the cost of a draft step could give, once a draft is measured."),
            parent) {
    m_rect = makeRect(tr("acceptance rate alpha"), tr("c = draft step / target step"));
    QCPAxis* bottom = m_rect->axis(QCPAxis::atBottom);
    QCPAxis* left = m_rect->axis(QCPAxis::atLeft);
    m_map = new QCPColorMap(bottom, left);
    m_map->setInterpolate(true);
    m_map->setTightBoundary(true);
    m_map->setSelectable(QCP::stNone);
    m_scale = new QCPColorScale(this);
    m_scale->setType(QCPAxis::atRight);
    m_scale->setBarWidth(10);
    m_scale->setRangeDrag(false);
    m_scale->setRangeZoom(false);
    m_scale->axis()->setLabel(tr("best speed-up, predicted"));
    body()->addElement(0, 1, m_scale);
    body()->setColumnStretchFactor(1, 0.001);
    m_map->setColorScale(m_scale);
    auto* aligned = new QCPMarginGroup(this);
    m_rect->setMarginGroup(QCP::msBottom | QCP::msTop, aligned);
    m_scale->setMarginGroup(QCP::msBottom | QCP::msTop, aligned);
    const auto graph = [&] {
        QCPGraph* made = addGraph(bottom, left);
        made->setSelectable(QCP::stNone);
        return made;
    };
    m_breakEven = graph();
    m_here = graph();
    m_here->setLineStyle(QCPGraph::lsNone);
    for (QCPItemText** label : {&m_breakEvenLabel, &m_hereLabel}) {
        *label = new QCPItemText(this);
        (*label)->position->setAxes(bottom, left);
        (*label)->position->setAxisRect(m_rect);
        (*label)->position->setType(QCPItemPosition::ptPlotCoords);
        (*label)->setClipAxisRect(m_rect);
        (*label)->setClipToAxisRect(false);
        (*label)->setSelectable(false);
        (*label)->setPadding(QMargins(5, 2, 5, 2));
    }
    bottom->setRange(0.0, 1.0);
}

void LabHeatChart::setPlace(const std::optional<Place>& place) {
    if (place == m_place) return;
    m_place = place;
    markDirty();
}

double LabHeatChart::speedupAt(double alpha, double c) const {
    if (!m_place) return 1.0;
    return bestGamma({alpha}, withC(m_place->costs, c), kLastGamma).speedup;
}

QString LabHeatChart::words(const ChartMark&) const {
    if (!m_place) return {};
    const PredictedGamma best = bestGamma({m_place->alpha}, m_place->costs, kLastGamma);
    return tr("here: acceptance %1, c %2; at best %3, predicted at gamma %4")
        .arg(decimalText(m_place->alpha), decimalText(m_place->costs.c), timesText(best.speedup))
        .arg(best.gamma);
}

ChartTable LabHeatChart::table() const {
    if (!m_place) return {};
    // Cuts through the map: a draft that costs nothing, half, as much as this one, and twice that.
    ChartTable table;
    for (const double share : {0.0, 0.5, 1.0, 2.0}) {
        const double c = share * m_place->costs.c;
        ChartSeries series{tr("best speed-up at c %1, predicted").arg(decimalText(c)),
                           tr("acceptance"),
                           tr("speed-up over plain"),
                           {}};
        for (int i = 0; i <= 20; ++i) series.points.push_back({i / 20.0, {}, speedupAt(i / 20.0, c)});
        table.push_back(std::move(series));
    }
    table.push_back({tr("you are here, predicted"),
                     tr("acceptance"),
                     tr("speed-up over plain"),
                     {{m_place->alpha, {}, speedupAt(m_place->alpha, m_place->costs.c)}}});
    return table;
}

void LabHeatChart::drawMap(double highestC) {
    QCPColorMapData* data = m_map->data();
    data->setSize(kAlphas, kCosts);
    data->setRange(QCPRange(0.0, 1.0), QCPRange(0.0, highestC));
    double most = 1.0;
    for (int i = 0; i < kAlphas; ++i) {
        for (int j = 0; j < kCosts; ++j) {
            double alpha = 0.0, c = 0.0;
            data->cellToCoord(i, j, &alpha, &c);
            const double speedup = speedupAt(alpha, c);
            data->setCell(i, j, speedup);
            most = std::max(most, speedup);
        }
    }
    // The corner where everything is accepted for nothing would take all of the scale.
    m_map->setDataRange(QCPRange(1.0, std::clamp(most, 1.5, 4.0)));
}

void LabHeatChart::drawBreakEven(double highestC) {
    QVector<double> alphas, limits;
    for (int i = 0; i < kAlphas; ++i) {
        const double alpha = i / (kAlphas - 1.0);
        if (speedupAt(alpha, 0.0) <= kGain) continue;
        double low = 0.0, high = 4.0;
        for (int halving = 0; halving < 40; ++halving) {
            const double middle = 0.5 * (low + high);
            (speedupAt(alpha, middle) > kGain ? low : high) = middle;
        }
        alphas << alpha;
        limits << low;
    }
    m_breakEven->setData(alphas, limits, true);
    m_breakEvenLabel->setVisible(!alphas.isEmpty());
    if (alphas.isEmpty()) return;
    // Above the line plain decoding is faster; its name stands there, at the left.
    m_breakEvenLabel->setText(tr("no gain above this line"));
    m_breakEvenLabel->setPositionAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_breakEvenLabel->position->setCoords(0.02, highestC * 0.98);
}

void LabHeatChart::drawHere() {
    m_here->setData({m_place->alpha}, {m_place->costs.c});
    m_hereLabel->setText(tr("you are here"));
    const bool rightward = m_place->alpha < 0.6;
    m_hereLabel->setPositionAlignment(rightward ? Qt::AlignLeft | Qt::AlignVCenter
                                                : Qt::AlignRight | Qt::AlignVCenter);
    m_hereLabel->position->setCoords(m_place->alpha + (rightward ? 0.035 : -0.035), m_place->costs.c);
}

bool LabHeatChart::rebuild() {
    const bool any = m_place.has_value();
    m_scale->setVisible(any);
    m_scale->axis()->setVisible(any);
    for (QCPAbstractItem* item :
         {static_cast<QCPAbstractItem*>(m_hereLabel), static_cast<QCPAbstractItem*>(m_breakEvenLabel)})
        item->setVisible(any);
    if (!any) return false;
    const double highestC = std::max(kLeastTop, std::ceil(m_place->costs.c * 1.3 * 10.0) / 10.0);
    // A draft that costs nothing stands on the line, and its mark is to be seen.
    m_rect->axis(QCPAxis::atLeft)->setRange(-0.06 * highestC, highestC);
    // The map is the same wherever the draft stands in it.
    const bool same = m_drawn && withC(m_drawn->costs, 0.0) == withC(m_place->costs, 0.0) &&
                      m_map->data()->valueRange().upper == highestC;
    if (!same) {
        drawMap(highestC);
        drawBreakEven(highestC);
        m_drawn = m_place;
    }
    m_breakEvenLabel->setVisible(!m_breakEven->data()->isEmpty());
    drawHere();
    const PredictedGamma best = bestGamma({m_place->alpha}, m_place->costs, kLastGamma);
    if (best.gamma == 0)
        setFinding(tr("Acceptance %1 at c %2: no gamma is predicted to gain")
                       .arg(decimalText(m_place->alpha), decimalText(m_place->costs.c)));
    else
        setFinding(
            tr("Acceptance %1 at c %2: at best %3, predicted at gamma %4")
                .arg(decimalText(m_place->alpha), decimalText(m_place->costs.c), timesText(best.speedup))
                .arg(best.gamma));
    setMarks({{m_rect, m_place->alpha, m_place->costs.c, 0}});
    return true;
}

void LabHeatChart::applyTheme(const Theme& theme) {
    QCPColorGradient gradient;
    gradient.clearColorStops();
    gradient.setColorInterpolation(QCPColorGradient::ciRGB);
    gradient.setColorStopAt(0.0, theme.alternate);
    gradient.setColorStopAt(0.5, theme.tint(theme.accepted, 0.45));
    gradient.setColorStopAt(1.0, theme.accepted);
    m_map->setGradient(gradient);
    QFont small = font();
    if (small.pointSizeF() > 0.0) small.setPointSizeF(small.pointSizeF() * 0.9);
    QCPAxis* axis = m_scale->axis();
    axis->setTickLabelFont(small);
    axis->setLabelFont(small);
    axis->setTickLabelColor(theme.secondary);
    axis->setLabelColor(theme.secondary);
    axis->setSubTicks(false);
    axis->ticker()->setTickCount(3);
    for (QCPAxis* each : m_scale->findChildren<QCPAxis*>()) each->setBasePen(QPen(theme.line, 1));
    m_breakEven->setPen(QPen(theme.text, 1.5, Qt::DashLine));
    m_here->setPen(QPen(theme.text, 2));
    m_here->setScatterStyle(
        QCPScatterStyle(QCPScatterStyle::ssCrossCircle, QPen(theme.text, 2), theme.base, 13));
    QColor ground = theme.base;
    ground.setAlphaF(0.8F);
    m_breakEvenLabel->setFont(small);
    m_breakEvenLabel->setColor(theme.secondary);
    m_breakEvenLabel->setBrush(ground);
    small.setWeight(QFont::DemiBold);
    m_hereLabel->setFont(small);
    m_hereLabel->setColor(theme.text);
    m_hereLabel->setBrush(ground);
}

}  // namespace specula
