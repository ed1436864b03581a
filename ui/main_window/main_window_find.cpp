// Finding in the text of the run.

#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/tokens/find_bar.h"

namespace specula {

void MainWindow::connectFind() {
    connect(m_actions->find, &QAction::triggered, m_findBar, &FindBar::open);
    connect(m_actions->findNext, &QAction::triggered, this, [this] { m_findBar->go(1); });
    connect(m_actions->findPrevious, &QAction::triggered, this, [this] { m_findBar->go(-1); });
    // The other pages have no text of the run, and the Models page has a search of its own.
    connect(this, &MainWindow::pageChanged, this, [this](MainPage page) {
        for (QAction* action : {m_actions->find, m_actions->findNext, m_actions->findPrevious})
            action->setEnabled(page == MainPage::Generate);
    });
}

}  // namespace specula
