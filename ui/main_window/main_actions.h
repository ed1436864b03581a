#pragma once

#include <vector>

#include <QAction>
#include <QObject>

#include "ui/timeline/timeline_panel.h"

class QActionGroup;
class QMenu;
class QMenuBar;
class QWidget;

namespace specula {

/// Every action of the window with its words, shortcut and help. The one place that gives out shortcuts, so
/// that menus, tool bar, buttons and the cheat sheet agree. Owns no behaviour: the window connects the
/// actions.
class MainActions : public QObject {
    Q_OBJECT

public:
    explicit MainActions(QWidget* window);

    QAction* openSession = nullptr;
    QAction* saveSession = nullptr;
    QAction* saveWithRows = nullptr;
    QAction* history = nullptr;
    QAction* compareSessions = nullptr;
    QAction* exportAny = nullptr;
    QAction* savePicture = nullptr;
    QAction* copyPicture = nullptr;
    QAction* saveReport = nullptr;
    QAction* copyReport = nullptr;
    QAction* contextMenu = nullptr;
    QAction* nextPart = nullptr;
    QAction* backPart = nullptr;
    QAction* quit = nullptr;
    QAction* copy = nullptr;
    QAction* find = nullptr;
    QAction* findNext = nullptr;
    QAction* findPrevious = nullptr;
    QAction* showRejected = nullptr;
    QAction* zoomIn = nullptr;
    QAction* zoomOut = nullptr;
    QAction* zoomReset = nullptr;
    QAction* fullScreen = nullptr;
    QAction* systemColors = nullptr;
    QAction* lightColors = nullptr;
    QAction* darkColors = nullptr;
    QAction* contrastColors = nullptr;
    QAction* reduceMotion = nullptr;
    QAction* showSetup = nullptr;
    QAction* showInspector = nullptr;
    QAction* fillPicture = nullptr;
    QAction* showCharts = nullptr;
    QAction* showTimeline = nullptr;
    QAction* showModels = nullptr;
    QAction* showAudit = nullptr;
    QAction* showRace = nullptr;
    QAction* showLab = nullptr;
    QAction* showLearn = nullptr;
    QAction* present = nullptr;
    QAction* nextCard = nullptr;
    QAction* backCard = nullptr;
    QAction* showRules = nullptr;
    QAction* focusPrompt = nullptr;
    QAction* generate = nullptr;
    QAction* stop = nullptr;
    QAction* continueRun = nullptr;
    QAction* step = nullptr;
    TimelineActions timeline;
    QAction* sweep = nullptr;
    QAction* findGamma = nullptr;
    QAction* compareRules = nullptr;
    QAction* measurePlain = nullptr;
    QAction* measureCosts = nullptr;
    QAction* why = nullptr;
    QAction* serving = nullptr;
    QAction* reseed = nullptr;
    QAction* help = nullptr;
    QAction* helpContents = nullptr;
    QAction* glossary = nullptr;
    QAction* welcome = nullptr;
    QAction* cheatSheet = nullptr;
    QAction* about = nullptr;

    /// Fills a menu bar; the menus' own order is the cheat sheet's.
    void fill(QMenuBar* bar);
    /// Empty until something lists the bookmarks there.
    QMenu* bookmarkMenu() const { return m_bookmarkMenu; }

    /// A menu's title and its actions, separators left out.
    struct Group {
        QString title;
        std::vector<QAction*> actions;
    };
    const std::vector<Group>& groups() const { return m_groups; }

private:
    QAction* make(const QString& text, const QKeySequence& shortcut, const QString& help);
    QAction* toggle(const QString& text, const QKeySequence& shortcut, const QString& help, bool on);
    void makeFile();
    void makeEdit();
    void makeView();
    void makeLooks();
    void makeRun();
    void makeTimeline();
    void makeHelp();
    /// Adds the entries to a menu, and to the cheat sheet under its title.
    void addEntries(QMenu* menu, const QString& title, const std::vector<QAction*>& entries);
    QMenu* addMenu(QMenuBar* bar, const QString& title, const std::vector<QAction*>& entries);

    QWidget* m_window = nullptr;
    QActionGroup* m_colors = nullptr;
    QMenu* m_bookmarkMenu = nullptr;
    std::vector<Group> m_groups;
};

}  // namespace specula
