// The charts of the Gamma lab, filled from the chosen row and cell.

#include <QLabel>

#include <algorithm>

#include "ui/charts/run_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/run_marks.h"
#include "ui/diagnose/diagnosis_card.h"
#include "ui/lab/heat_chart.h"
#include "ui/lab/lab_view.h"
#include "ui/lab/suites_chart.h"
#include "ui/lab/time_chart.h"

namespace specula {

namespace {

QString fromBytes(const std::string& text) {
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace

void LabView::refresh() {
    m_finding->setText(labFinding(m_data, m_running));
    if (!m_chosen) {
        // Until somebody chooses, the charts follow the best row.
        double most = 0.0;
        for (std::size_t row = 0; row < m_data.rows().size(); ++row) {
            const auto best = m_data.bestColumn(row);
            if (!best) continue;
            const double speedup = m_data.at(row, *best)->speedup->median;
            if (speedup <= most) continue;
            most = speedup;
            m_row = static_cast<int>(row);
        }
        m_column = -1;
    }
    drawRow();
}

void LabView::drawRow() {
    const auto row = static_cast<std::size_t>(std::max(0, m_row));
    if (row >= m_data.rows().size()) return;
    const LabRow& shown = m_data.rows()[row];
    int first = 0, last = 1;
    for (const LabColumn& column : m_data.columns()) {
        if (column.tree.off() && column.gamma != kGammaAuto) last = std::max(last, column.gamma);
    }
    RunOptions options = m_data.request().options;
    options.rule = shown.rule;
    options.sampling.temperature = shown.temperature;
    m_speed->setMark(markWords(runMarks(options, shown.draft)));
    m_speed->setPoints(m_data.rowText(row).trimmed(), first, last, m_data.sweepOf(row), m_running);
    m_speed->setModel(m_data.modelCurve(row, last));
    const auto best = m_data.bestColumn(row);
    const int column = m_column >= 0 ? m_column : static_cast<int>(best.value_or(0));
    const LabPoint* cell = m_data.at(row, static_cast<std::size_t>(column));
    m_shown->setText(tr("Shown: %1").arg(m_data.rowWords(row)));
    m_acceptance->setTotals(cell ? cell->totals : Totals{}, cell && !cell->setup.judged.tree.off());
    drawTimes(row);
    drawSuites(row);
    drawHeat(row);
    drawDiagnosis(row, cell);
    emit rowChanged();
}

void LabView::drawTimes(std::size_t row) {
    std::vector<LabTimeChart::Column> columns;
    for (std::size_t column = 0; column < m_data.columns().size(); ++column) {
        const LabPoint* point = m_data.at(row, column);
        const auto time = point ? timeOf(point->totals) : std::nullopt;
        if (time) columns.push_back({columnText(m_data.columns()[column]), *time, static_cast<int>(column)});
    }
    m_times->setColumns(columns, timeFinding(m_data, row));
}

void LabView::drawSuites(std::size_t row) {
    const auto best = m_data.bestColumn(row);
    const bool own = m_column > 0;
    std::vector<LabSuitesChart::Entry> entries;
    for (const LabSuite& suite : m_data.request().suites) {
        const auto other = m_data.rowOfSuite(row, suite.name);
        if (!other || (!own && !best)) continue;
        const LabPoint* point =
            m_data.at(*other, own ? static_cast<std::size_t>(m_column) : best.value_or(0));
        if (point && point->speedup)
            entries.push_back({fromBytes(suite.name), *point->speedup, static_cast<int>(*other)});
    }
    const std::size_t with = own ? static_cast<std::size_t>(m_column) : best.value_or(0);
    m_suites->setEntries(entries,
                         with < m_data.columns().size() ? columnWords(m_data.columns()[with]) : QString());
}

void LabView::drawHeat(std::size_t row) {
    const auto alpha = m_data.chainTotals(row).acceptanceRate();
    const std::vector<const LabPoint*> points = m_data.pointsOf(row);
    if (!alpha || points.empty())
        m_heat->setPlace(std::nullopt);
    else
        m_heat->setPlace(LabHeatChart::Place{*alpha, points.back()->costs});
}

/// Why the shown cell is, or is not, faster.
void LabView::drawDiagnosis(std::size_t row, const LabPoint* cell) {
    if (!cell || cell->setup.plain())
        return m_diagnosis->clear(tr("Choose a cell that drafts: here stands why it is, or is not, faster."));
    DiagnosisInput input;
    input.totals = cell->totals;
    input.options = labOptions(m_data.request(), cell->setup);
    input.draft.name = cell->draftName;
    if (!cell->costs.v.empty()) input.costs = cell->costs;
    input.speedup = cell->speedup;
    const std::vector<const LabPoint*> points = m_data.pointsOf(row);
    if (!points.empty() && points.front()->setup.plain()) input.plain = points.front()->tokensPerSecond;
    const auto column = m_data.columnOf(cell->setup);
    for (const LabSuite& suite : m_data.request().suites) {
        const auto other = m_data.rowOfSuite(row, suite.name);
        const LabPoint* point = other && column ? m_data.at(*other, *column) : nullptr;
        if (point && point->speedup) input.suites.push_back({suite.name, point->totals, *point->speedup});
    }
    if (input.suites.size() < 2) input.suites.clear();
    m_diagnosis->setDiagnosis(diagnose(std::move(input)));
}

int LabView::columnOfTag(int tag) const {
    const ShapedPoint* point = m_speed->pointOf(tag);
    if (!point) return -1;
    const LabColumn wanted = point->tree.off() ? LabColumn{point->gamma, {}} : LabColumn{0, point->tree};
    const auto at = std::find(m_data.columns().begin(), m_data.columns().end(), wanted);
    return at == m_data.columns().end() ? -1 : static_cast<int>(at - m_data.columns().begin());
}

}  // namespace specula
