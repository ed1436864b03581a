#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <QApplication>
#include <QDialog>
#include <QStackedWidget>
#include <QTabBar>
#include <QTest>

#include "engine/explain/diagnosis.h"
#include "tests/engine/explain/explained_run.h"
#include "tests/ui/export/full_window.h"
#include "tests/ui/lab/sample_lab.h"
#include "ui/diagnose/diagnosis_card.h"
#include "ui/diagnose/diagnosis_dialog.h"
#include "ui/drafts/make_draft.h"
#include "ui/export/export_dialog.h"
#include "ui/help/help_window.h"
#include "ui/lab/lab_view.h"
#include "ui/learn/learn_view.h"
#include "ui/main_window/main_actions.h"
#include "ui/recommend/find_gamma.h"
#include "ui/rules/rules_dialog.h"
#include "ui/serving/serving_dialog.h"
#include "ui/sessions/sessions_window.h"
#include "ui/timeline/bookmark_dialog.h"

namespace specula::test {

/// A window in which every page has something to show, the lab and the lessons too, and a token is looked at.
inline std::unique_ptr<MainWindow> windowToWalk() {
    auto window = fullWindow();
    window->lab().showReport(sampleLab());
    window->learn().setLessons({{QStringLiteral(":/a.json"),
                                 QStringLiteral("The coin"),
                                 QStringLiteral("Why a draft is kept or not."),
                                 6,
                                 {}},
                                {QStringLiteral(":/b.json"),
                                 QStringLiteral("The residual"),
                                 QStringLiteral("What replaces it."),
                                 8,
                                 {}}});
    window->inspect(TokenRef::emitted(2, 0));
    return window;
}

struct PageKey {
    MainPage page;
    const char* name;
    QAction* MainActions::*action;  ///< null: the first page, which the others' keys go back to
};

inline const std::vector<PageKey>& pageKeys() {
    static const std::vector<PageKey> keys{{MainPage::Generate, "Generate", nullptr},
                                           {MainPage::Race, "Race", &MainActions::showRace},
                                           {MainPage::Lab, "Gamma lab", &MainActions::showLab},
                                           {MainPage::Audit, "Audit", &MainActions::showAudit},
                                           {MainPage::Rules, "Rules", &MainActions::showRules},
                                           {MainPage::Models, "Models", &MainActions::showModels},
                                           {MainPage::Learn, "Learn", &MainActions::showLearn}};
    return keys;
}

inline Diagnosis someDiagnosis() {
    DiagnosisInput input = explainedRun();
    input.costs = Costs{0.4, {1.0, 1.2, 1.5, 1.8, 2.1}, 0.1};
    input.speedup = measured(0.78, 0.83, 0.91);
    input.plain = measured(190, 200, 210);
    input.prefillSeconds = 0.04;
    return diagnose(input);
}

/// A window beside the main window; the test that opens it closes it.
struct SideWindow {
    const char* name;
    std::function<QWidget*(MainWindow&)> open;
};

template <typename Window>
Window* newest() {
    for (QWidget* widget : QApplication::topLevelWidgets())
        if (auto* found = qobject_cast<Window*>(widget); found && found->isVisible()) return found;
    return nullptr;
}

inline const std::vector<SideWindow>& sideWindows() {
    static const std::vector<SideWindow> all{
        {"diagnosis",
         [](MainWindow& window) -> QWidget* {
             window.diagnosis().card().setDiagnosis(someDiagnosis());
             window.actionSet().why->trigger();
             return &window.diagnosis();
         }},
        {"serving",
         [](MainWindow& window) -> QWidget* {
             window.actionSet().serving->trigger();
             return &window.serving();
         }},
        {"find gamma",
         [](MainWindow& window) -> QWidget* {
             window.findGamma().ask(sampleRequest(), {});
             return &window.findGamma();
         }},
        {"export",
         [](MainWindow& window) -> QWidget* {
             window.actionSet().exportAny->trigger();
             return newest<ExportDialog>();
         }},
        {"history and comparison",
         [](MainWindow& window) -> QWidget* {
             auto* sessions = new SessionsWindow(&window);
             sessions->showPage(SessionsWindow::Page::History);
             return sessions;
         }},
        {"help",
         [](MainWindow& window) -> QWidget* {
             window.actionSet().helpContents->trigger();
             return window.helpWindow();
         }},
        {"rules dialog",
         [](MainWindow& window) -> QWidget* {
             auto* dialog = new RulesDialog(sampleRequest(), {}, {}, &window);
             dialog->show();
             return dialog;
         }},
        {"bookmark",
         [](MainWindow& window) -> QWidget* {
             auto* dialog = new BookmarkDialog({}, &window);
             dialog->show();
             return dialog;
         }},
        {"make a draft",
         [](MainWindow& window) -> QWidget* {
             auto* dialog = new MakeDraft(&window);
             dialog->show();
             return dialog;
         }},
        {"keys",
         [](MainWindow& window) -> QWidget* {
             window.actionSet().cheatSheet->trigger();
             return newest<QDialog>();
         }},
    };
    return all;
}

/// A row for every page, its MainPage as "page".
inline void addPageRows() {
    QTest::addColumn<int>("page");
    for (const PageKey& key : pageKeys()) QTest::newRow(key.name) << static_cast<int>(key.page);
}

/// A row for every window beside the main one, its place in sideWindows() as "index".
inline void addWindowRows() {
    QTest::addColumn<int>("index");
    for (std::size_t i = 0; i < sideWindows().size(); ++i)
        QTest::newRow(sideWindows()[i].name) << static_cast<int>(i);
}

/// What happens once control is back in the event loop: layouts, queued drawing.
inline void settle() {
    for (int i = 0; i < 3; ++i) {
        QCoreApplication::sendPostedEvents();
        QCoreApplication::processEvents();
    }
}

/// Does `look` for every page of every tab bar inside `root` that is in sight, named by its tab. The window's
/// own tabs, which are its pages, are not turned.
inline void atEveryTab(QWidget& root, const std::function<void(const QString& tab)>& look) {
    look({});
    for (QTabBar* bar : root.findChildren<QTabBar*>()) {
        if (bar->accessibleName() == QStringLiteral("Page") && qobject_cast<MainWindow*>(bar->window()))
            continue;
        if (!bar->isVisible() || bar->window() != root.window()) continue;
        const int before = bar->currentIndex();
        for (int i = 0; i < bar->count(); ++i) {
            if (i == before || !bar->isTabEnabled(i)) continue;
            bar->setCurrentIndex(i);
            settle();
            look(bar->tabText(i));
        }
        bar->setCurrentIndex(before);
        settle();
    }
}

}  // namespace specula::test
