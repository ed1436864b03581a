#include "ui/charts/live_charts.h"

#include <QHBoxLayout>
#include <QTabBar>

#include "ui/charts/cost_chart.h"
#include "ui/charts/run_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/round_tree.h"
#include "ui/common/run_log.h"
#include "ui/common/run_marks.h"

namespace specula {

LiveCharts::LiveCharts(QWidget* parent) : QTabWidget(parent) {
    setDocumentMode(true);
    setAccessibleName(tr("Charts"));
    auto* run = new QWidget;
    auto* row = new QHBoxLayout(run);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    m_acceptance = new AcceptanceChart;
    m_rate = new RateChart;
    m_emission = new EmissionChart;
    row->addWidget(m_acceptance, 1);
    row->addWidget(m_rate, 1);
    row->addWidget(m_emission, 1);
    m_sweep = new SweepChart;
    addTab(run, tr("This run"));
    m_costs = new CostChart;
    addTab(m_sweep, tr("Gamma sweep"));
    addTab(m_costs, tr("Costs"));
    setTabToolTip(0, tr("Acceptance, speed and tokens a round of the run shown above"));
    setTabToolTip(1, tr("Speed-up and acceptance for each gamma, measured against plain decoding"));
    setTabToolTip(2, tr("What a pass over several rows costs, and where a token's time goes"));
}

void LiveCharts::setCosts(const std::optional<ProbeReport>& costs) {
    m_costs->setReport(costs);
}

void LiveCharts::setLog(RunLog* log) {
    if (m_log) m_log->disconnect(this);
    m_log = log;
    onCleared();
    if (!log) return;
    connect(log, &RunLog::cleared, this, &LiveCharts::onCleared);
    connect(log, &RunLog::playheadMoved, this, &LiveCharts::showRounds);
    showRounds(log->playhead());
}

void LiveCharts::setPlain(const std::optional<Interval>& tokensPerSecond) {
    m_rate->setPlain(tokensPerSecond);
}

void LiveCharts::showRun() {
    setCurrentIndex(0);
}

void LiveCharts::showSweep() {
    setCurrentIndex(1);
}

void LiveCharts::showCosts() {
    setCurrentIndex(2);
}

void LiveCharts::onCleared() {
    m_trees = false;
    m_charted = 0;
    m_acceptance->setTotals({});
    m_rate->clear();
    m_emission->clear();
    QString mark;
    if (m_log && m_log->hasRun())
        mark = markWords(runMarks(m_log->header().options, m_log->header().draftKind));
    for (Chart* chart :
         {static_cast<Chart*>(m_acceptance), static_cast<Chart*>(m_rate), static_cast<Chart*>(m_emission)})
        chart->setMark(mark);
}

/// The charts as they stood after this many rounds.
void LiveCharts::showRounds(int rounds) {
    if (rounds < m_charted) {
        m_rate->clear();
        m_emission->clear();
        m_trees = false;
        m_charted = 0;
    }
    for (; m_charted < rounds; ++m_charted) {
        const Round& round = m_log->rounds()[static_cast<std::size_t>(m_charted)];
        m_rate->addRound(round);
        m_emission->addRound(round);
        m_trees = m_trees || isTree(round);
    }
    m_acceptance->setTotals(m_log->shownTotals(), m_trees);
}

}  // namespace specula
