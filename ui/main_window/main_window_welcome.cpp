// The first thirty seconds: the welcome above a recorded run.

#include <QComboBox>
#include <QDockWidget>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>

#include <algorithm>
#include <utility>

#include "ui/common/motion.h"
#include "ui/inspector/inspector.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/models/get_models.h"
#include "ui/models/models_view.h"
#include "ui/race/race_view.h"
#include "ui/setup/prompt_box.h"
#include "ui/setup/setup_panel.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/welcome/welcome_panel.h"

namespace specula {

namespace {

/// Slow enough to see each round, and its rejection, happen.
constexpr Pace kWelcomePace{Pace::Kind::Rounds, 2.0};

}  // namespace

void MainWindow::connectWelcome() {
    connect(m_actions->welcome, &QAction::triggered, this, &MainWindow::welcomeRequested);
    connect(m_welcome, &WelcomePanel::closeAsked, this, &MainWindow::closeWelcome);
    connect(m_welcome, &WelcomePanel::stepAsked, this, &MainWindow::seeOneStep);
    connect(m_welcome, &WelcomePanel::raceAsked, this, [this] {
        setPage(MainPage::Race);
        (m_race->report() ? m_race->playButton() : m_race->raceButton())->setFocus(Qt::OtherFocusReason);
    });
    connect(m_welcome, &WelcomePanel::gammaAsked, m_actions->findGamma, &QAction::trigger);
    // Both need that nothing else runs, as a sweep does.
    connect(m_actions->sweep, &QAction::enabledChanged, m_welcome->gammaButton(), &QWidget::setEnabled);
    connect(m_actions->sweep, &QAction::enabledChanged, m_actions->welcome, &QAction::setEnabled);
    connect(m_welcome, &WelcomePanel::getAsked, this, &MainWindow::offerClassicPair);
    connect(this, &MainWindow::modelsChanged, m_welcome, &WelcomePanel::setModels);
    connect(this, &MainWindow::runRequested, this, &MainWindow::closeWelcome);
    connect(m_log.get(), &RunLog::cleared, this, &MainWindow::closeWelcome);
    connect(m_setup->prompt().text(), &QPlainTextEdit::textChanged, this, &MainWindow::closeWelcome);
}

void MainWindow::showWelcome() {
    setPage(MainPage::Generate);
    m_welcome->setRun(*m_log);
    m_welcome->show();
    // One thing at a time: the charts say nothing yet to someone who has never seen a round.
    m_chartsAside = !m_chartsDock->isHidden();
    m_chartsDock->hide();
    RunPlayer& player = m_timeline->player();
    player.setPace(kWelcomePace);
    if (motionReduced()) {
        player.showAll();  // it stands at its end until Play is pressed
        return;
    }
    player.showTo(0);
    player.play();
}

void MainWindow::closeWelcome() {
    if (m_welcome->isHidden()) return;
    m_welcome->hide();
    if (std::exchange(m_chartsAside, false)) {
        if (m_page == MainPage::Generate)
            m_chartsDock->show();
        else
            m_setAside.push_back(m_chartsDock);
    }
    setPace(m_pace->itemData(m_paceIndex).value<Pace>());
}

void MainWindow::seeOneStep(TokenRef rejection) {
    if (!m_log->contains(rejection)) return;
    m_timeline->player().showTo(std::max(m_log->playhead(), rejection.round + 1));
    m_inspectorDock->show();
    m_inspectorDock->raise();
    inspect(rejection);
    // From its first step, with the keys that go on.
    m_inspector->setStep(Step::Draft);
    m_inspector->focusSteps();
}

void MainWindow::offerClassicPair() {
    setPage(MainPage::Models);
    m_models->setPage(ModelsView::Page::Get);
    m_models->get().repository().setText(QStringLiteral("facebook/opt-1.3b"));
    m_models->get().listButton()->setFocus(Qt::OtherFocusReason);
}

}  // namespace specula
