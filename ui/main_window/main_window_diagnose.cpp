// The window's part in saying why a run is, or is not, faster, and in taking it to a server.

#include <QAction>

#include "ui/charts/live_charts.h"
#include "ui/diagnose/diagnosis_card.h"
#include "ui/diagnose/diagnosis_dialog.h"
#include "ui/inspector/inspector.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/status_panel.h"
#include "ui/serving/serving_dialog.h"

namespace specula {

void MainWindow::connectDiagnosis() {
    m_status->setWhyAction(m_actions->why);
    connect(m_actions->why, &QAction::triggered, this, [this] {
        DiagnosisDialog& dialog = diagnosis();
        dialog.show();
        dialog.raise();
        dialog.activateWindow();
    });
    connect(m_actions->serving, &QAction::triggered, this, [this] {
        ServingDialog& dialog = serving();
        emit servingShown();
        dialog.show();
        dialog.raise();
        dialog.activateWindow();
    });
}

DiagnosisDialog& MainWindow::diagnosis() {
    if (m_diagnosis) return *m_diagnosis;
    m_diagnosis = new DiagnosisDialog(this);
    m_diagnosis->setActions(m_actions->measurePlain, m_actions->measureCosts);
    connect(m_diagnosis, &DiagnosisDialog::shown, this, &MainWindow::diagnosisShown);
    connect(&m_diagnosis->card(), &DiagnosisCard::serverRequested, m_actions->serving, &QAction::trigger);
    return *m_diagnosis;
}

bool MainWindow::diagnosisVisible() const {
    return m_diagnosis && m_diagnosis->isVisible();
}

bool MainWindow::servingVisible() const {
    return m_serving && m_serving->isVisible();
}

void MainWindow::setPlainBaseline(const std::optional<Interval>& tokensPerSecond,
                                  const std::optional<Interval>& speedup) {
    m_plain = tokensPerSecond;
    m_speedup = speedup;
    m_status->setBaseline(tokensPerSecond, speedup);
    m_charts->setPlain(tokensPerSecond);
    m_inspector->setPlainTime(tokensPerSecond ? std::optional(1000.0 / tokensPerSecond->median)
                                              : std::nullopt);
    emit baselineChanged();
}

ServingDialog& MainWindow::serving() {
    if (!m_serving) m_serving = new ServingDialog(this);
    return *m_serving;
}

}  // namespace specula
