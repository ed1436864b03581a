// What the window does for the Gamma lab.

#include <QPlainTextEdit>
#include <QPushButton>

#include "ui/charts/live_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/export/run_notes.h"
#include "ui/lab/lab_form.h"
#include "ui/lab/lab_view.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/setup/prompt_box.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_panel.h"

namespace specula {

void MainWindow::connectLab() {
    connect(m_actions->showLab, &QAction::triggered, this,
            [this](bool lab) { setPage(lab ? MainPage::Lab : MainPage::Generate); });
    connect(m_actions->sweep, &QAction::triggered, this, &MainWindow::askSweep);
    connect(m_lab, &LabView::startRequested, this, &MainWindow::startLab);
    connect(m_lab, &LabView::stopRequested, m_actions->stop, &QAction::trigger);
    connect(m_lab, &LabView::runRequested, this, &MainWindow::loadLabRun);
    connect(m_lab, &LabView::rowChanged, this, &MainWindow::followLab);
    connect(this, &MainWindow::pageChanged, this, [this](MainPage page) {
        if (page == MainPage::Lab) presentLab();
    });
    // The setup stands beside the page and may change while it is shown.
    connect(m_setup, &SetupPanel::engineChosen, this, [this] {
        if (m_page == MainPage::Lab) presentLab();
    });
    connect(m_setup->prompt().text(), &QPlainTextEdit::textChanged, this, [this] {
        if (m_page == MainPage::Lab) presentLab();
    });
    presentLab();
}

void MainWindow::presentLab() {
    m_lab->form().setPresent(m_setup->request(), m_setup->form().treeOffered());
}

/// One row of the lab is what a sweep is.
void MainWindow::askSweep() {
    setPage(MainPage::Lab);
    presentLab();
    m_lab->form().presetOneRow();
    m_lab->startButton()->setFocus(Qt::OtherFocusReason);
}

void MainWindow::startLab() {
    const auto problem = m_setup->problem();
    const bool prompt = problem && problem->control == m_setup->promptText();
    if (refuseMeasuring() || (problem && !prompt && refuse())) return;
    presentLab();
    const QString lacking = m_lab->form().problem();
    if (!lacking.isEmpty()) return showWarning(lacking);
    const LabRequest request = m_lab->form().request();
    setSweepNotes(tr("%1\n%2\nSettings: %3")
                      .arg(markNotes(request.options, request.engine.draft), windowTitle(),
                           settingsNotes(request.options))
                      .trimmed());
    emit labRequested(request);
}

void MainWindow::loadLabRun(const RunRequest& request) {
    if (m_state != AppState::Idle) return;
    m_setup->setRequest(request);
    m_timeline->player().forgetSteps();
    emit runRequested(request);
}

/// The chart of gammas below the text shows the lab's row.
void MainWindow::followLab() {
    const LabData& data = m_lab->data();
    const auto row = static_cast<std::size_t>(std::max(0, m_lab->row()));
    if (row >= data.rows().size()) return;
    int last = 1;
    for (const LabColumn& column : data.columns()) last = std::max(last, column.gamma);
    SweepChart& chart = m_charts->sweep();
    chart.setMark(m_lab->speed().mark());
    chart.setPoints(data.rowText(row).trimmed(), 0, last, data.sweepOf(row), m_lab->isRunning());
    chart.setModel(data.modelCurve(row, last));
}

}  // namespace specula
