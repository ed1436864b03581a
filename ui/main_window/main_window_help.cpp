// The window's help: pages, keys, and what this program is.

#include <QApplication>
#include <QMessageBox>

#include "ui/charts/live_charts.h"
#include "ui/help/help_pages.h"
#include "ui/help/help_window.h"
#include "ui/main_window/cheat_sheet.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/setup/setup_panel.h"
#include "ui/timeline/timeline_panel.h"

namespace specula {

namespace {

const char* helpPageOf(MainPage page) {
    switch (page) {
        case MainPage::Generate:
            return kHelpGenerate;
        case MainPage::Race:
            return kHelpRace;
        case MainPage::Audit:
            return kHelpAudit;
        case MainPage::Rules:
            return kHelpRules;
        case MainPage::Lab:
            return kHelpLab;
        case MainPage::Models:
            return kHelpModels;
        case MainPage::Learn:
            return kHelpLearn;
    }
    return kHelpIndex;
}

}  // namespace

void MainWindow::connectHelp() {
    setHelpPage(m_timeline, QLatin1String(kHelpTimeline));
    setHelpPage(m_charts, QLatin1String(kHelpCharts));
    m_actions->help->setShortcutContext(Qt::ApplicationShortcut);  // in windows beside this one too
    setHelpPage(this, QLatin1String(helpPageOf(m_page)));
    connect(this, &MainWindow::pageChanged, this,
            [this](MainPage page) { setHelpPage(this, QLatin1String(helpPageOf(page))); });
    connect(m_actions->help, &QAction::triggered, this, [this] {
        const QWidget* active = QApplication::activeWindow();
        const QWidget* focus = QApplication::focusWidget();
        if (active && (!focus || focus->window() != active)) focus = active;
        showHelp(helpPageFor(focus ? focus : this));
    });
    connect(m_actions->helpContents, &QAction::triggered, this,
            [this] { showHelp(QLatin1String(kHelpIndex)); });
    connect(m_actions->glossary, &QAction::triggered, this,
            [this] { showHelp(QLatin1String(kHelpGlossary)); });
    connect(m_setup, &SetupPanel::helpAsked, this, &MainWindow::showHelp);
    connect(m_actions->cheatSheet, &QAction::triggered, this, &MainWindow::showCheatSheet);
    connect(m_actions->about, &QAction::triggered, this, &MainWindow::showAbout);
}

void MainWindow::showHelp(const QString& page) {
    if (!m_help) m_help = new HelpWindow(this);
    m_help->showPage(page);
}

void MainWindow::showCheatSheet() {
    auto* sheet = new CheatSheet(keyGroups(*m_actions), this);
    sheet->setAttribute(Qt::WA_DeleteOnClose);
    sheet->open();
}

void MainWindow::showAbout() {
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("About Specula"),
                                tr("Specula %1").arg(QCoreApplication::applicationVersion()),
                                QMessageBox::Close, this);
    box->setInformativeText(
        tr("Watch speculative decoding happen on real language models, check that it loses nothing, "
           "and find out whether it is faster on this machine.\n\nGPL-3.0-or-later"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

}  // namespace specula
