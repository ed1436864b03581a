// How the window is put together. What it does is in main_window.cpp.

#include "ui/main_window/main_window.h"

#include <QApplication>
#include <QComboBox>
#include <QDockWidget>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenuBar>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

#include "ui/audit/audit_view.h"
#include "ui/charts/cost_chart.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/run_marks.h"
#include "ui/inspector/inspector.h"
#include "ui/lab/lab_view.h"
#include "ui/learn/learn_view.h"
#include "ui/learn/lesson_panel.h"
#include "ui/main_window/font_scale.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/main_window/parts.h"
#include "ui/main_window/progress_line.h"
#include "ui/main_window/status_panel.h"
#include "ui/models/models_view.h"
#include "ui/race/race_view.h"
#include "ui/rules/rules_view.h"
#include "ui/setup/help.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_panel.h"
#include "ui/timeline/branch_line.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/tokens/find_bar.h"
#include "ui/tokens/legend.h"
#include "ui/tokens/token_view.h"
#include "ui/welcome/welcome_panel.h"

namespace specula {

namespace {

constexpr int kNarrowColumn = 288;  ///< pixels for setup and inspector where they share a column

QToolButton* buttonFor(QAction* action) {
    auto* button = new QToolButton;
    button->setDefaultAction(action);
    button->setAutoRaise(true);
    button->setToolButtonStyle(Qt::ToolButtonTextOnly);
    button->setAccessibleName(action->iconText());
    return button;
}

QDockWidget* dockWith(const QString& title, const char* name, QWidget* content) {
    auto* dock = new QDockWidget(title);
    // saveState knows docks by these names.
    dock->setObjectName(QLatin1String(name));
    dock->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable |
                      QDockWidget::DockWidgetFloatable);
    dock->setWidget(content);
    return dock;
}

/// Closed by the person or by restored settings; a window that was never shown hides its docks too, but not
/// for good.
bool isClosed(const QDockWidget* dock) {
    return dock->testAttribute(Qt::WA_WState_ExplicitShowHide) && dock->isHidden();
}

/// The dock and the action that shows it agree, whichever is used.
void tie(QAction* action, QDockWidget* dock) {
    QAction* own = dock->toggleViewAction();
    QObject::connect(action, &QAction::triggered, own, &QAction::trigger);
    QObject::connect(own, &QAction::toggled, action, &QAction::setChecked);
}

}  // namespace

QWidget* MainWindow::makeToolBar() {
    auto* bar = new QWidget;
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(12, 4, 12, 4);
    row->setSpacing(8);
    m_pace = new QComboBox;
    const auto offer = [this](const QString& words, Pace::Kind kind, double value) {
        m_pace->addItem(words, QVariant::fromValue(Pace{kind, value}));
    };
    for (const int rounds : {1, 3, 10}) offer(tr("%1 a second").arg(rounds), Pace::Kind::Rounds, rounds);
    offer(tr("Full speed"), Pace::Kind::Full, 0.0);
    for (const int slower : {20, 5}) offer(tr("Real time / %1").arg(slower), Pace::Kind::Clock, slower);
    offer(tr("Real time"), Pace::Kind::Clock, 1.0);
    m_pace->setPlaceholderText(tr("One step at a time"));
    m_paceIndex = 1;
    m_pace->setCurrentIndex(m_paceIndex);
    describe(
        m_pace, tr("Pace"),
        tr("How fast rounds are shown, by the round or by the engine's clock; the speeds given are always "
           "those of the engine."));
    row->addWidget(buttonFor(m_actions->showRejected));
    row->addStretch(1);
    row->addWidget(labelFor(m_pace, tr("Pace")));
    row->addWidget(m_pace);
    row->addWidget(buttonFor(m_actions->step));
    row->addSpacing(8);
    row->addWidget(buttonFor(m_actions->continueRun));
    row->addWidget(buttonFor(m_actions->copy));
    return bar;
}

QWidget* MainWindow::makeRunPage() {
    m_tokens = new TokenView;
    m_tokens->setFrameShape(QFrame::NoFrame);
    m_tokens->setEmptyText(
        tr("Press Generate to watch a draft propose and the target decide, token by token."));
    m_tokens->setLog(m_log.get());
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* marks = new MarkLabel(MarkLabel::Style::Sentences);
    marks->setObjectName(QStringLiteral("runMarks"));
    marks->setContentsMargins(12, 0, 12, 4);
    marks->follow(m_log.get());
    m_welcome = new WelcomePanel;
    m_welcome->hide();
    column->addWidget(m_welcome);
    column->addWidget(m_lessonPanel);
    m_toolBar = makeToolBar();
    column->addWidget(m_toolBar);
    column->addWidget(marks);
    auto* branch = new BranchLine(*m_log);
    branch->setContentsMargins(12, 0, 12, 4);
    column->addWidget(branch);
    column->addWidget(m_tokens, 1);
    m_findBar = new FindBar(*m_tokens);
    column->addWidget(m_findBar);
    auto* below = new QHBoxLayout;
    below->setContentsMargins(12, 4, 12, 4);
    below->addWidget(new Legend);
    column->addLayout(below);
    return page;
}

void MainWindow::buildCentre() {
    m_messages = new MessageBar;
    m_progress = new ProgressLine;
    m_models = new ModelsView;
    m_audit = new AuditView;
    m_race = new RaceView;
    m_lab = new LabView;
    m_rules = new RulesView;
    m_rules->oneRound().setLog(m_log.get());
    makeLearn();
    m_pageBar = new QTabBar;
    m_pageBar->setDocumentMode(true);
    m_pageBar->setExpanding(false);
    m_pageBar->setDrawBase(true);
    m_pageBar->setAccessibleName(tr("Page"));
    m_pages = new QStackedWidget;
    const auto addPage = [this](QWidget* page, const QString& title, const QString& help) {
        m_pageBar->setTabToolTip(m_pageBar->addTab(title), help);
        m_pages->addWidget(page);
    };
    // In the order of MainPage.
    addPage(makeRunPage(), tr("Generate"), tr("The text of the run, token by token"));
    addPage(m_race, tr("Race"), m_actions->showRace->toolTip());
    addPage(m_lab, tr("Gamma lab"), m_actions->showLab->toolTip());
    addPage(m_audit, tr("Audit"), m_actions->showAudit->toolTip());
    addPage(m_rules, tr("Rules"), m_actions->showRules->toolTip());
    addPage(m_models, tr("Models"), m_actions->showModels->toolTip());
    addPage(m_learn, tr("Learn"), m_actions->showLearn->toolTip());
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_progress);
    column->addWidget(m_messages);
    column->addWidget(m_pageBar);
    column->addWidget(m_pages, 1);
    setCentralWidget(centre);
}

void MainWindow::buildDocks() {
    m_setup = new SetupPanel;
    m_setup->setActions(m_actions->generate, m_actions->stop);
    m_inspector = new Inspector;
    m_inspector->setEmptyText(tr("Choose a token to see why it was kept or replaced."));
    m_inspector->setLog(m_log.get());
    m_charts = new LiveCharts;
    m_charts->setLog(m_log.get());
    auto* measure = buttonFor(m_actions->sweep);
    m_charts->setCornerWidget(measure);
    connect(m_charts, &QTabWidget::currentChanged, this, [this, measure] {
        const bool costs = m_charts->currentWidget() == &m_charts->costs();
        measure->removeAction(measure->defaultAction());  // a button of two actions would show a menu
        measure->setDefaultAction(costs ? m_actions->measureCosts : m_actions->sweep);
    });

    m_timeline = new TimelinePanel(*m_log);
    m_timeline->setActions(m_actions->timeline);
    setPace(m_pace->currentData().value<Pace>());

    m_setupDock = dockWith(tr("Setup"), "setup", m_setup);
    m_inspectorDock = dockWith(tr("Inspector"), "inspector", m_inspector);
    m_chartsDock = dockWith(tr("Charts"), "charts", m_charts);
    // Its tabs are title enough; the height is worth more to the charts.
    m_chartsDock->setTitleBarWidget(new QWidget);
    m_timelineDock = dockWith(tr("Timeline"), "timeline", m_timeline);
    m_timelineDock->setTitleBarWidget(new QWidget);
    setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    setDockOptions(AnimatedDocks | AllowTabbedDocks);
    addDockWidget(Qt::LeftDockWidgetArea, m_setupDock);
    addDockWidget(Qt::RightDockWidgetArea, m_inspectorDock);
    addDockWidget(Qt::BottomDockWidgetArea, m_timelineDock);
    addDockWidget(Qt::BottomDockWidgetArea, m_chartsDock, Qt::Vertical);
    tie(m_actions->showSetup, m_setupDock);
    tie(m_actions->showInspector, m_inspectorDock);
    tie(m_actions->showCharts, m_chartsDock);
    tie(m_actions->showTimeline, m_timelineDock);
}

void MainWindow::buildStatusBar() {
    m_status = new StatusPanel;
    m_status->marks()->follow(m_log.get());
    m_status->setMeasureAction(m_actions->measurePlain);
    statusBar()->setSizeGripEnabled(false);
    statusBar()->setContentsMargins(0, 0, 0, 0);
    statusBar()->addWidget(m_status, 1);
}

void MainWindow::sizeDocks() {
    m_laidOut = true;
    const double scale = fontScale(*this);
    const auto share = [scale](int of, double part, int least, int most) {
        const int atLeast = std::min(static_cast<int>(least * scale), of * 2 / 5);
        return std::clamp(static_cast<int>(of * part), atLeast, static_cast<int>(most * scale));
    };
    if (!m_narrow) {
        resizeDocks({m_setupDock, m_inspectorDock},
                    {share(width(), 0.19, 260, 420), share(width(), 0.25, 340, 720)}, Qt::Horizontal);
    } else {
        resizeDocks({m_setupDock}, {static_cast<int>(std::min(kNarrowColumn * scale, 0.5 * width()))},
                    Qt::Horizontal);
    }
    resizeDocks({m_timelineDock, m_chartsDock},
                {share(height(), 0.05, 64, 112), share(height(), 0.26, 180, 560)}, Qt::Vertical);
}

void MainWindow::showDockStates() {
    m_actions->showSetup->setChecked(!isClosed(m_setupDock));
    m_actions->showInspector->setChecked(!isClosed(m_inspectorDock));
    m_actions->showCharts->setChecked(!isClosed(m_chartsDock));
    m_actions->showTimeline->setChecked(!isClosed(m_timelineDock));
}

void MainWindow::placeInspector(bool narrow) {
    if (narrow == m_narrow) return;
    m_narrow = narrow;
    const bool hidden = isClosed(m_inspectorDock);
    if (narrow) {
        tabifyDockWidget(m_setupDock, m_inspectorDock);
        m_setupDock->raise();
    } else {
        removeDockWidget(m_inspectorDock);
        addDockWidget(Qt::RightDockWidgetArea, m_inspectorDock);
        m_inspectorDock->show();
    }
    if (hidden) m_inspectorDock->hide();
    sizeDocks();
}

void MainWindow::setPage(MainPage page) {
    if (page == m_page) return;
    m_page = page;
    m_pages->setCurrentIndex(static_cast<int>(page));
    m_pageBar->setCurrentIndex(static_cast<int>(page));
    m_actions->showModels->setChecked(page == MainPage::Models);
    m_actions->showAudit->setChecked(page == MainPage::Audit);
    m_actions->showRace->setChecked(page == MainPage::Race);
    m_actions->showLab->setChecked(page == MainPage::Lab);
    m_actions->showRules->setChecked(page == MainPage::Rules);
    m_actions->showLearn->setChecked(page == MainPage::Learn);
    if (page == MainPage::Generate)
        showRunDocks();
    else
        hideRunDocks();
    emit pageChanged(page);
}

void MainWindow::hideRunDocks() {
    for (QDockWidget* dock : {m_inspectorDock, m_timelineDock, m_chartsDock}) {
        if (isClosed(dock)) continue;
        m_setAside.push_back(dock);
        dock->hide();
    }
}

void MainWindow::showRunDocks() {
    for (QDockWidget* dock : std::exchange(m_setAside, {})) dock->show();
    if (m_narrow) m_setupDock->raise();
}

void MainWindow::connectActions() {
    const MainActions& a = *m_actions;
    connect(a.openSession, &QAction::triggered, this, &MainWindow::askOpenSession);
    connect(a.saveSession, &QAction::triggered, this, &MainWindow::askSaveSession);
    connectExport();
    connect(a.quit, &QAction::triggered, this, &MainWindow::close);
    connect(a.copy, &QAction::triggered, m_tokens, &TokenView::copy);
    connect(a.showRejected, &QAction::toggled, m_tokens, &TokenView::setGhostsVisible);
    connect(a.zoomIn, &QAction::triggered, m_tokens, &TokenView::zoomIn);
    connect(a.zoomOut, &QAction::triggered, m_tokens, &TokenView::zoomOut);
    connect(a.zoomReset, &QAction::triggered, m_tokens, &TokenView::resetZoom);
    connect(a.fullScreen, &QAction::toggled, this,
            [this](bool full) { setWindowState(windowState().setFlag(Qt::WindowFullScreen, full)); });
    for (const auto& [action, forward] : {std::pair{a.nextPart, true}, std::pair{a.backPart, false}}) {
        connect(action, &QAction::triggered, this, [this, forward = forward] {
            focusNextPart(
                {m_setupDock, m_pageBar, m_pages, m_inspectorDock, m_timelineDock, m_chartsDock, m_status},
                forward);
        });
    }
    connect(a.fillPicture, &QAction::triggered, m_inspector, &Inspector::fill);
    connectLooks();
    connectFind();
    connect(a.showModels, &QAction::triggered, this,
            [this](bool models) { setPage(models ? MainPage::Models : MainPage::Generate); });
    connect(a.showAudit, &QAction::triggered, this,
            [this](bool audit) { setPage(audit ? MainPage::Audit : MainPage::Generate); });
    connect(a.showRules, &QAction::triggered, this,
            [this](bool rules) { setPage(rules ? MainPage::Rules : MainPage::Generate); });
    connect(a.generate, &QAction::triggered, this, &MainWindow::generate);
    connect(a.stop, &QAction::triggered, this, [this] {
        m_timeline->player().showAll();  // after Stop nobody waits for the pace
        emit stopRequested();
    });
    connect(a.continueRun, &QAction::triggered, this, &MainWindow::continueRun);
    connect(a.step, &QAction::triggered, this, &MainWindow::step);
    m_timeline->setBookmarkMenu(a.bookmarkMenu());
    connect(a.measureCosts, &QAction::triggered, this, &MainWindow::measureCosts);
    connect(a.measurePlain, &QAction::triggered, this, &MainWindow::measurePlain);
    connect(a.reseed, &QAction::triggered, &m_setup->form(), &RunForm::reseed);
    connect(a.focusPrompt, &QAction::triggered, this, [this] {
        m_setupDock->show();
        m_setupDock->raise();
        m_setup->focusPrompt();
    });
}

void MainWindow::connectViews() {
    connect(m_log.get(), &RunLog::cleared, this, &MainWindow::onLogCleared);
    connect(m_log.get(), &RunLog::playheadMoved, this, &MainWindow::onPlayheadMoved);
    connect(m_log.get(), &RunLog::finished, this, &MainWindow::onRunFinished);
    connect(m_tokens, &TokenView::tokenActivated, this, &MainWindow::inspect);
    connect(m_tokens, &TokenView::ghostsVisibleChanged, m_actions->showRejected, &QAction::setChecked);
    connect(m_inspector, &Inspector::currentChanged, m_tokens, &TokenView::setCurrent);
    connect(m_setup, &SetupPanel::engineChosen, this, &MainWindow::loadRequested);
    connect(m_pageBar, &QTabBar::currentChanged, this,
            [this](int index) { setPage(static_cast<MainPage>(index)); });
    keepFocusInSight(this);
    connectHelp();
    connectWelcome();
    connectRace();
    connectLab();
    connectRules();
    connectDiagnosis();
    connectLearn();
    connectRecommend();
    connect(m_audit, &AuditView::auditRequested, this, &MainWindow::startAudit);
    connect(m_audit, &AuditView::stopRequested, m_actions->stop, &QAction::trigger);
    connect(m_models, &ModelsView::useAsTarget, m_setup, &SetupPanel::chooseTarget);
    connect(m_models, &ModelsView::useAsDraft, m_setup, &SetupPanel::chooseDraft);
    connect(m_models, &ModelsView::usePair, m_setup, &SetupPanel::choosePair);
    connect(m_pace, &QComboBox::activated, this, &MainWindow::onPaceChosen);
    connect(&m_timeline->player(), &RunPlayer::changed, this, &MainWindow::onPlayerChanged);
    connect(m_timeline, &TimelinePanel::roundShown, this,
            [this](int round) { inspect(m_log->tellingToken(round)); });
    connect(m_timeline, &TimelinePanel::branchAsked, this, &MainWindow::branchRequested);
    connect(m_tokens, &TokenView::menuAboutToOpen, this, [this](QMenu* menu, TokenRef token) {
        if (!token.isValid()) return;
        menu->addSeparator();
        m_timeline->addRoundEntries(menu, token.round);
    });
    connect(&m_charts->sweep(), &SweepChart::gammaClicked, this, [this](int gamma) {
        m_setup->setGamma(gamma);
        showInfo(tr("Gamma is now %1.").arg(gamma));
    });
}

}  // namespace specula
