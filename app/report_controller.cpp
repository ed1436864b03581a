#include "app/report_controller.h"

#include <QApplication>
#include <QClipboard>
#include <QFile>
#include <QFileDialog>
#include <QMimeData>

#include <algorithm>

#include "app/report_files.h"
#include "app/report_pictures.h"
#include "app/run_controller.h"
#include "app/weight_files.h"
#include "ui/lab/lab_view.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"

namespace specula {

ReportController::ReportController(MainWindow& window, RunController& controller)
    : m_window(window), m_controller(controller) {
    connect(window.actionSet().saveReport, &QAction::triggered, this, &ReportController::ask);
    connect(window.actionSet().copyReport, &QAction::triggered, this, &ReportController::copy);
}

ReportExtras ReportController::extras() const {
    ReportExtras extras;
    extras.baseline = m_controller.shownBaseline();
    // The row of the Gamma lab that its charts show, where it is of the same pair.
    const LabData& lab = m_window.lab().data();
    const auto row = static_cast<std::size_t>(std::max(0, m_window.lab().row()));
    if (row >= lab.rows().size()) return extras;
    EngineOptions engine = lab.request().engine;
    engine.draft = lab.rows()[row].draft;
    if (!(engine == m_controller.shownHead().engine)) return extras;
    extras.sweepSuite = lab.rowText(row).toStdString();
    for (const ShapedPoint& point : lab.sweepOf(row)) {
        if (point.tree.off()) extras.sweep.push_back(point);
    }
    return extras;
}

void ReportController::ask() {
    auto* dialog = new QFileDialog(&m_window, tr("Save report"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setObjectName(QStringLiteral("reportFileDialog"));
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilter(tr("Markdown (*.md)"));
    dialog->setDefaultSuffix(QStringLiteral("md"));
    dialog->selectFile(QStringLiteral("report.md"));
    connect(dialog, &QFileDialog::fileSelected, this, &ReportController::save);
    dialog->open();
}

void ReportController::save(const QString& path) {
    RunRecord record = m_controller.shownRecord();
    if (!m_controller.showsStoredRun()) addKnownWeightFiles(record);
    const ReportExtras extras = this->extras();
    try {
        const auto pictures = runPictures(record, extras);
        writeReport(QFile::encodeName(path).toStdString(), pictures,
                    [&](const std::string& folder) { return runReport(record, extras, pictures, folder); });
        m_window.showInfo(
            tr("Saved %1 with %n pictures", nullptr, static_cast<int>(pictures.size())).arg(path));
    } catch (const std::exception& error) {
        m_window.showError(QString::fromUtf8(error.what()));
    }
}

void ReportController::copy() {
    RunRecord record = m_controller.shownRecord();
    if (!m_controller.showsStoredRun()) addKnownWeightFiles(record);
    const ReportExtras extras = this->extras();
    const QString text = QString::fromStdString(runReport(record, extras, runPictures(record, extras), ""));
    auto* data = new QMimeData;
    data->setText(text);
    data->setData(QStringLiteral("text/markdown"), text.toUtf8());
    QApplication::clipboard()->setMimeData(data);
    m_window.showInfo(tr("The report is on the clipboard, without its pictures."));
}

}  // namespace specula
