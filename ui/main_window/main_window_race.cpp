// What the window does for the Race page.

#include <QPushButton>

#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/race/race_view.h"
#include "ui/setup/setup_panel.h"
#include "ui/timeline/timeline_panel.h"

namespace specula {

void MainWindow::connectRace() {
    connect(m_actions->showRace, &QAction::triggered, this,
            [this](bool race) { setPage(race ? MainPage::Race : MainPage::Generate); });
    connect(m_actions->timeline.play, &QAction::triggered, this, [this] {
        m_page == MainPage::Race ? m_race->playButton()->click() : m_timeline->player().toggle();
    });
    connect(m_race, &RaceView::raceRequested, this, &MainWindow::startRace);
    connect(m_race, &RaceView::stopRequested, m_actions->stop, &QAction::trigger);
}

void MainWindow::startRace(bool greedy, int repeats) {
    if (refuseMeasuring() || refuse()) return;
    RaceRequest request{m_setup->request(), repeats};
    RunOptions& options = request.run.options;
    if (request.run.engine.draft == "none" || (options.gamma == 0 && options.tree.off())) {
        showWarning(tr("Plain decoding cannot race against itself: choose a draft, and a gamma above 0."));
        return;
    }
    if (greedy) options.sampling.temperature = 0.0;
    if (options.draftSampling && greedy) options.draftSampling->temperature = 0.0;
    m_race->setRunning(true);
    emit raceRequested(request);
}

}  // namespace specula
