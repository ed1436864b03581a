#include "ui/main_window/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QComboBox>
#include <QDockWidget>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QMimeData>

#include "ui/audit/audit_view.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/run_marks.h"
#include "ui/export/run_notes.h"
#include "ui/inspector/inspector.h"
#include "ui/lab/lab_form.h"
#include "ui/lab/lab_view.h"
#include "ui/learn/lesson_player.h"
#include "ui/main_window/font_scale.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/main_window/progress_line.h"
#include "ui/main_window/status_panel.h"
#include "ui/race/race_view.h"
#include "ui/rules/rules_view.h"
#include "ui/setup/help.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_panel.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/tokens/token_view.h"
#include "ui/welcome/welcome_panel.h"

namespace specula {

namespace {

/// The file or folder dropped that is no model: a session, perhaps.
QString otherFileIn(const QMimeData* data) {
    for (const QUrl& url : data->urls()) {
        if (url.isLocalFile() && QFileInfo(url.toLocalFile()).isFile()) return url.toLocalFile();
    }
    return {};
}

}  // namespace

MainWindow::MainWindow(QWidget* parent) : QMainWindow(parent), m_log(std::make_unique<RunLog>()) {
    setTheme(ThemeChoice::System);
    setWindowTitle(tr("Specula"));
    setAcceptDrops(true);
    m_actions = new MainActions(this);
    buildCentre();
    buildDocks();
    buildStatusBar();
    m_actions->fill(menuBar());
    connectActions();
    connectViews();
    // Below what the three columns need: the inspector gives way when the window is made narrow.
    setMinimumSize(860, 560);
    resize(1366, 768);
    setState(AppState::Idle);
}

MainWindow::~MainWindow() {
    // The views outlive the log by a moment, as children of this window.
    m_log->disconnect();
    m_tokens->setLog(nullptr);
    m_inspector->setLog(nullptr);
    m_charts->setLog(nullptr);
    m_rules->oneRound().setLog(nullptr);
}

// --- what is shown ---------------------------------------------------------------------------------------

void MainWindow::setState(AppState state, const QString& text) {
    const AppState before = m_state;
    m_state = state;
    QString word;
    switch (state) {
        case AppState::Idle:
            word = tr("Ready");
            break;
        case AppState::Loading:
            word = tr("Loading");
            break;
        case AppState::Running:
            word = tr("Running");
            break;
        case AppState::Stopping:
            word = tr("Stopping");
            break;
        case AppState::Measuring:
            word = tr("Measuring");
            break;
    }
    m_status->setState(text.isEmpty() ? word : text);
    if (state == AppState::Idle) {
        if (before == AppState::Measuring || before == AppState::Stopping) m_charts->sweep().finish();
        m_progress->setFraction(-1.0);
    }
    enableByState();
    if (state == AppState::Idle || state == AppState::Running) {
        m_audit->setRunning(false);
        m_race->setRunning(false);
        m_lab->setRunning(false);
        m_rules->wholeRuns().setRunning(false);
    }
}

void MainWindow::enableByState() {
    const bool idle = m_state == AppState::Idle;
    const bool hasRun = m_log->hasRun();
    const Finish finish = m_log->finishReason();
    m_actions->generate->setEnabled(idle || m_state == AppState::Loading);
    m_actions->stop->setEnabled(!idle && m_state != AppState::Stopping);
    m_actions->step->setEnabled(idle || m_state == AppState::Running);
    m_actions->continueRun->setEnabled(idle && hasRun &&
                                       (finish == Finish::Length || finish == Finish::Cancelled));
    m_actions->sweep->setEnabled(idle);
    m_actions->measureCosts->setEnabled(idle);
    m_actions->measurePlain->setEnabled(idle);
    m_actions->compareRules->setEnabled(idle);
    m_audit->setReady(idle);
    m_race->setReady(idle);
    m_lab->setReady(idle);
    m_rules->setReady(idle);
    m_actions->saveSession->setEnabled(hasRun || m_race->report());
    m_actions->saveWithRows->setEnabled(hasRun);
    m_actions->copy->setEnabled(hasRun);
    for (QAction* report : {m_actions->saveReport, m_actions->copyReport})
        report->setEnabled(hasRun || m_race->report());
}

void MainWindow::setModelInfo(const ModelInfo& target, const DraftInfo& draft, const PairReport& pair) {
    const QString name = QString::fromStdString(target.name), runs = runsAs(target);
    m_setup->setTarget(target);
    m_setup->setTargetAbilities(target.hasChatTemplate, target.layers);
    m_setup->form().setBestTree(draft.bestTree);
    m_draft = draft;
    offerRules();
    const QString draftName = QString::fromStdString(draft.name);
    QString line = draftName;
    if (!pair.compatible) line = tr("Does not fit the target");
    for (const PairCheck& check : pair.checks) {
        if (check.passed) continue;
        line = tr("%1: %2").arg(QString::fromStdString(check.question), QString::fromStdString(check.detail));
        break;
    }
    m_setup->setPairState(draft.kind == "none" ? QString() : line, pair.compatible);
    m_audit->setDraftKind(QString::fromStdString(draft.kind));
    m_audit->setPair(tr("Audits %1 (%2) with the draft %3, under the setup's sampling settings.")
                         .arg(name, runs, draftName));
    m_welcome->setReady(target);
    m_race->setPair(target, draft);
    setWindowTitle(draft.kind == "none" ? tr("%1 – Specula").arg(name)
                                        : tr("%1 + %2 – Specula").arg(name, draftName));
}

void MainWindow::clearModelInfo() {
    m_setup->setTarget(std::nullopt);
    m_setup->setPairState({}, true);
    m_audit->setPair({});
    m_race->setPair(std::nullopt, {});
    m_welcome->setReady(std::nullopt);
    setWindowTitle(tr("Specula"));
}

void MainWindow::setModels(const std::vector<KnownModel>& models) {
    m_setup->setModels(models);
    m_lab->form().setDrafts(models);
    emit modelsChanged(models);
}
void MainWindow::setSuites(const std::vector<PromptSuite>& suites) {
    m_setup->setSuites(suites);
    m_lab->form().setSuites(suites);
}
void MainWindow::showError(const QString& text) {
    m_messages->show(MessageBar::Kind::Error, text);
}
void MainWindow::showWarning(const QString& text) {
    m_messages->show(MessageBar::Kind::Warning, text);
}
void MainWindow::showInfo(const QString& text) {
    m_messages->show(MessageBar::Kind::Info, text);
}

void MainWindow::setProgress(double fraction, const QString& text) {
    m_progress->setFraction(fraction);
    m_audit->setProgress(fraction, text);
    m_race->setProgress(fraction, text);
    m_lab->setProgress(fraction, text);
    m_rules->wholeRuns().setProgress(fraction, text);
    if (!text.isEmpty()) m_status->setState(text);
}

void MainWindow::setMemoryUse(qint64 bytes) {
    m_status->setMemoryUse(bytes);
}

void MainWindow::onLogCleared() {
    setPage(MainPage::Generate);
    m_lookedAt = -1;
    offerRules();
    m_status->setTotals({});
    m_charts->showRun();
    enableByState();
}

void MainWindow::onPlayheadMoved() {
    m_status->setTotals(m_log->shownTotals());
    // Only the first rounds change what can be done (save, copy).
    if (!m_actions->copy->isEnabled()) enableByState();
}

void MainWindow::onRunFinished(Finish) {
    enableByState();
}

void MainWindow::inspect(TokenRef token) {
    m_tokens->setCurrent(token);
    m_inspector->showToken(token);
    followRound(token);
    if (m_narrow && token.isValid()) m_inspectorDock->raise();
}

// --- what is asked for -----------------------------------------------------------------------------------

void MainWindow::setMeasuringRefused(const QString& reason) {
    m_unmeasurable = reason;
}

bool MainWindow::refuseMeasuring() {
    if (!m_unmeasurable.isEmpty()) showWarning(m_unmeasurable);
    return !m_unmeasurable.isEmpty();
}

bool MainWindow::refuse() {
    if (!m_problem.isEmpty()) m_messages->dismiss(m_problem);
    const auto problem = m_setup->problem();
    m_problem = problem ? problem->text : QString();
    if (!problem) return false;
    showError(problem->text);
    m_setupDock->show();
    m_setupDock->raise();
    problem->control->setFocus(Qt::OtherFocusReason);
    return true;
}

void MainWindow::startRun() {
    emit runRequested(m_setup->request());
}

void MainWindow::generate() {
    if (refuse()) return;
    m_timeline->player().forgetSteps();
    startRun();
}

void MainWindow::step() {
    const bool more = m_log->playhead() < static_cast<int>(m_log->rounds().size());
    if (m_state == AppState::Idle && !more) {
        if (refuse()) return;
        startRun();
    }
    m_timeline->step();
}

void MainWindow::continueRun() {
    m_timeline->player().resume();
    emit continueRequested(m_setup->request().options.maxTokens);
}

Pace MainWindow::pace() const {
    return m_timeline->player().pace();
}

void MainWindow::setPace(Pace pace) {
    const int index = m_pace->findData(QVariant::fromValue(pace));
    if (index < 0) return;
    m_paceIndex = index;
    m_pace->setCurrentIndex(index);
    m_timeline->player().setPace(pace);
}

void MainWindow::onPaceChosen() {
    setPace(m_pace->currentData().value<Pace>());
    m_timeline->player().resume();
}

void MainWindow::onPlayerChanged() {
    m_pace->setCurrentIndex(m_timeline->player().isStepping() ? -1 : m_paceIndex);
}

void MainWindow::showRun(const RunRequest& request) {
    m_lastRequest = request;
    m_timeline->player().start();
}

void MainWindow::setBranchRefused(const QString& reason) {
    m_timeline->setBranchRefused(reason);
}

/// A missing prompt does not matter where a suite can be chosen instead.
bool MainWindow::refuseSuite() {
    if (refuseMeasuring()) return true;
    const auto problem = m_setup->problem();
    const bool onlyPrompt =
        problem && problem->control == m_setup->promptText() && !m_setup->suites().empty();
    return problem && !onlyPrompt && refuse();
}

void MainWindow::measurePlain() {
    if (refuseMeasuring()) return;
    if (m_log->hasRun() && m_log->header().prompt == m_lastRequest.prompt.text) {
        emit measurePlainRequested(m_lastRequest);
        return;
    }
    if (!refuse()) emit measurePlainRequested(m_setup->request());
}

void MainWindow::measureCosts() {
    const auto problem = m_setup->problem();
    if (refuseMeasuring() || (problem && problem->control != m_setup->promptText() && refuse())) return;
    m_chartsDock->show();
    m_charts->showCosts();
    emit costsRequested(m_setup->request().engine);
}

void MainWindow::startAudit(Mutant mutant) {
    // The prompt is the audit's own.
    const auto problem = m_setup->problem();
    if (problem && problem->control != m_setup->promptText() && refuse()) return;
    const RunRequest chosen = m_setup->request();
    AuditRequest request{chosen.engine, {}, chosen.options, 0};
    request.options.seed = 0;
    request.options.mutant = mutant;
    m_audit->setRunning(true);
    emit auditRequested(request);
}

void MainWindow::askOpenSession() {
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open session"), {}, tr("Specula sessions (*.json *.json.gz *.specula);;All files (*)"));
    if (path.isEmpty()) return;
    m_timeline->player().forgetSteps();
    emit openSessionRequested(path);
}

void MainWindow::askSaveSession() {
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Save session"), tr("run.specula.json"),
                                     tr("Specula sessions (*.json *.json.gz *.specula);;All files (*)"));
    if (!path.isEmpty()) emit saveSessionRequested(path);
}

// --- the window itself -----------------------------------------------------------------------------------

void MainWindow::closeEvent(QCloseEvent* event) {
    closeWelcome();
    setPage(MainPage::Generate);  // the layout that is kept is the run's
    saveSettings();
    QMainWindow::closeEvent(event);
}

void MainWindow::resizeEvent(QResizeEvent* event) {
    QMainWindow::resizeEvent(event);
    placeInspector(width() < kNarrowBelow * fontScale(*this));
    if (!m_laidOut && isVisible()) sizeDocks();
}

void MainWindow::showEvent(QShowEvent* event) {
    QMainWindow::showEvent(event);
    if (!m_laidOut) sizeDocks();
    showDockStates();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (!modelPathIn(event->mimeData()).isEmpty() || !otherFileIn(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    const QString model = modelPathIn(event->mimeData());
    if (!model.isEmpty()) {
        m_setup->chooseTarget(model);
        return;
    }
    const QString file = otherFileIn(event->mimeData());
    if (file.isEmpty()) return;
    m_timeline->player().forgetSteps();
    emit openSessionRequested(file);
}

}  // namespace specula
