// The window's part in finding a gamma.

#include <QAction>

#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/recommend/find_gamma.h"
#include "ui/setup/setup_panel.h"

namespace specula {

void MainWindow::connectRecommend() {
    m_findGamma = new FindGamma(this);
    connect(m_actions->findGamma, &QAction::triggered, this, &MainWindow::askGamma);
    connect(m_findGamma, &FindGamma::againAsked, m_actions->findGamma, &QAction::trigger);
    connect(m_findGamma, &FindGamma::startAsked, this, &MainWindow::recommendRequested);
    connect(m_findGamma, &FindGamma::stopAsked, m_actions->stop, &QAction::trigger);
    connect(m_findGamma, &FindGamma::useAsked, this, &MainWindow::recommendationTaken);
    // It needs, as a sweep does, that nothing else runs.
    connect(m_actions->sweep, &QAction::enabledChanged, m_actions->findGamma, &QAction::setEnabled);
    connect(m_actions->sweep, &QAction::enabledChanged, m_findGamma, &FindGamma::setReady);
}

void MainWindow::askGamma() {
    if (refuseSuite()) return;
    const RunRequest present = m_setup->request();
    m_findGamma->ask(present, m_setup->suites());
    emit draftsRequested(present.engine);
}

}  // namespace specula
