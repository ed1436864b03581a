#include "app/lab_controller.h"

#include <QFile>
#include <algorithm>

#include "app/file_io.h"
#include "app/lab_json.h"
#include "app/prompt_suites.h"
#include "ui/lab/lab_view.h"
#include "ui/main_window/main_window.h"

namespace specula {

LabController::LabController(MainWindow& window) : m_window(window) {
    LabView& view = window.lab();
    connect(&view, &LabView::pauseRequested, this, &LabController::pause);
    connect(&view, &LabView::promptFileChosen, this, &LabController::addFile);
    connect(&view, &LabView::tableRequested, this, &LabController::writeTable);
}

LabJob LabController::begin(const LabRequest& request) {
    m_gate = std::make_shared<PauseGate>();
    m_report = std::make_shared<LabReport>();
    m_report->request = request;
    m_report->target = m_target;
    m_window.lab().begin(request);
    return {request, m_gate};
}

void LabController::pause(bool paused) {
    if (!m_gate) return;
    paused ? m_gate->pause() : m_gate->resume();
    m_window.lab().setPaused(paused);
}

void LabController::on(const LoadedPair& pair) {
    m_target = pair.target;
    m_window.lab().setPace(std::nullopt);
}

void LabController::on(const ProbeReport& costs) {
    m_window.lab().setPace(LabPace{costs.plain.median, costs.costs});
}

void LabController::on(LabStep& step) {
    // The pair may have been loaded for this lab.
    if (m_report) m_report->target = m_target;
    m_window.lab().setStep(step);
}

void LabController::on(LabPoint& point) {
    if (!m_report) return;
    // A copy where somebody holds the report: what was handed out does not change.
    if (m_report.use_count() > 1) m_report = std::make_shared<LabReport>(*m_report);
    std::vector<LabPoint>& points = m_report->points;
    const auto same = [&point](const LabPoint& earlier) { return earlier.sameCell(point); };
    const auto at = std::find_if(points.rbegin(), points.rend(), same);
    if (at != points.rend())
        *at = point;
    else
        points.push_back(point);
    m_window.lab().setPoint(point);
}

void LabController::show(std::shared_ptr<const LabReport> report) {
    if (!report) return;
    m_report = std::make_shared<LabReport>(*report);
    m_gate.reset();
    m_window.lab().showReport(*m_report);
}

void LabController::addFile(const QString& path) {
    try {
        Suite suite = resolvePrompts(QFile::encodeName(path).toStdString());
        m_window.lab().addSuite({QString::fromStdString(suite.title), std::move(suite.prompts)});
    } catch (const std::exception& problem) {
        m_window.showError(QString::fromUtf8(problem.what()));
    }
}

void LabController::writeTable(const QString& path) {
    if (!m_report) return;
    try {
        writeFile(QFile::encodeName(path).toStdString(), labCsv(*m_report));
        m_window.showInfo(tr("Saved %1").arg(path));
    } catch (const std::exception& problem) {
        m_window.showError(QString::fromUtf8(problem.what()));
    }
}

}  // namespace specula
