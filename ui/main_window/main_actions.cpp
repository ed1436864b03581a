#include "ui/main_window/main_actions.h"

#include <QActionGroup>
#include <QMenu>
#include <QMenuBar>

namespace specula {

MainActions::MainActions(QWidget* window) : QObject(window), m_window(window) {
    makeFile();
    makeEdit();
    makeView();
    makeLooks();
    makeRun();
    makeTimeline();
    makeHelp();
}

QAction* MainActions::make(const QString& text, const QKeySequence& shortcut, const QString& help) {
    auto* action = new QAction(text, this);
    action->setShortcut(shortcut);
    const QString keys = shortcut.toString(QKeySequence::NativeText);
    action->setToolTip(keys.isEmpty() ? help : tr("%1 (%2)").arg(help, keys));
    action->setWhatsThis(help);
    // The window has the action also where its menu is closed or its bar hidden.
    m_window->addAction(action);
    return action;
}

QAction* MainActions::toggle(const QString& text, const QKeySequence& shortcut, const QString& help,
                             bool on) {
    QAction* action = make(text, shortcut, help);
    action->setCheckable(true);
    action->setChecked(on);
    return action;
}

void MainActions::makeFile() {
    openSession = make(tr("&Open session…"), QKeySequence::Open, tr("Show a stored run; no model is needed"));
    saveSession = make(tr("&Save session…"), QKeySequence::Save,
                       tr("Store the shown run with every probability and coin"));
    saveWithRows = make(tr("Save session with full &rows…"), {},
                        tr("The same with the whole distributions of the rounds that still have them"));
    history = make(tr("&History…"), Qt::CTRL | Qt::Key_H, tr("The runs made before, kept by themselves"));
    compareSessions = make(tr("&Compare sessions…"), Qt::CTRL | Qt::SHIFT | Qt::Key_C,
                           tr("Two runs side by side: where the texts part, and what differs"));
    exportAny = make(tr("&Export…"), Qt::CTRL | Qt::Key_E,
                     tr("Write any picture or table of this page as PNG, SVG, PDF or CSV"));
    savePicture = make(tr("Save &picture of the window…"), Qt::CTRL | Qt::SHIFT | Qt::Key_P,
                       tr("Write a picture of this window"));
    copyPicture =
        make(tr("&Copy picture of the window"), {}, tr("Put a picture of this window on the clipboard"));
    saveReport = make(tr("&Report (Markdown)…"), Qt::CTRL | Qt::SHIFT | Qt::Key_E,
                      tr("Write settings, figures, charts and text of the shown run as one document"));
    copyReport = make(tr("Copy as &Markdown report"), {}, tr("Put the report's text on the clipboard"));
    quit = make(tr("&Quit"), Qt::CTRL | Qt::Key_Q, tr("Close the window"));
    quit->setMenuRole(QAction::QuitRole);
}

void MainActions::makeEdit() {
    copy = make(tr("&Copy text"), QKeySequence::Copy,
                tr("Copy the selected text, or all of it; rejected drafts never"));
    copy->setIconText(tr("Copy"));
    find = make(tr("&Find in the text…"), Qt::CTRL | Qt::Key_F,
                tr("Mark where words stand in the text of the run, and go from one to the next"));
    findNext = make(tr("Find &next"), Qt::Key_F3, tr("The next match in the text"));
    findPrevious = make(tr("Find &previous"), Qt::SHIFT | Qt::Key_F3, tr("The match before in the text"));
}

void MainActions::makeView() {
    showRejected = toggle(tr("Re&jected drafts"), Qt::CTRL | Qt::Key_R,
                          tr("Show what the draft proposed and the target did not keep"), true);
    zoomIn = make(tr("&Zoom in"), {}, tr("Larger text"));
    zoomIn->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Equal)});
    zoomOut = make(tr("Zoom &out"), Qt::CTRL | Qt::Key_Minus, tr("Smaller text"));
    zoomReset = make(tr("Ordin&ary size"), Qt::CTRL | Qt::Key_0, tr("Text at its ordinary size"));
    fullScreen = toggle(tr("&Full screen"), Qt::Key_F11, tr("The window on the whole screen"), false);
    fillPicture = make(tr("Picture on the &whole window"), Qt::SHIFT | Qt::Key_F11,
                       tr("The inspector's picture in large type, for a class; Escape returns"));
    showSetup = toggle(tr("S&etup"), Qt::CTRL | Qt::Key_1, tr("Show or hide the setup"), true);
    showInspector = toggle(tr("&Inspector"), Qt::CTRL | Qt::Key_2, tr("Show or hide the inspector"), true);
    showCharts = toggle(tr("C&harts"), Qt::CTRL | Qt::Key_3, tr("Show or hide the charts"), true);
    showTimeline =
        toggle(tr("&Timeline"), Qt::CTRL | Qt::Key_7, tr("Show or hide the timeline of the run"), true);
    showModels = toggle(tr("&Models"), Qt::CTRL | Qt::Key_4,
                        tr("The models on this computer, which of them pair, and how to get more"), false);
    showAudit = toggle(tr("Au&dit"), Qt::CTRL | Qt::Key_5,
                       tr("Whether speculative decoding gives what plain decoding gives"), false);
    showRace = toggle(tr("&Race"), Qt::CTRL | Qt::Key_8,
                      tr("Plain and speculative decoding side by side on one clock"), false);
    showLab = toggle(tr("&Gamma lab"), Qt::CTRL | Qt::Key_9,
                     tr("Which gamma, rule and draft are fastest on this computer, suite by suite"), false);
    showRules = toggle(tr("R&ules"), Qt::CTRL | Qt::Key_6,
                       tr("The rules of verification compared, on one round and over whole runs"), false);
    showLearn = toggle(tr("&Learn"), Qt::CTRL | Qt::SHIFT | Qt::Key_L,
                       tr("Short lessons that drive this window on stored runs"), false);
    present = toggle(tr("&Presentation"), Qt::Key_F5,
                     tr("Large type and no controls, for a class; the same key goes back"), false);
    nextCard = make(tr("&Next card"), Qt::ALT | Qt::Key_Right, tr("The next card of the lesson"));
    backCard = make(tr("Pre&vious card"), Qt::ALT | Qt::Key_Left, tr("The card before"));
    contextMenu = make(tr("Menu of what has the fo&cus"), Qt::SHIFT | Qt::Key_F10,
                       tr("Copy or save the chart, picture or table that has the focus"));
    nextPart = make(tr("&Keyboard to the next part"), Qt::Key_F6,
                    tr("From the setup to the page, the inspector, the timeline, the charts and on"));
    backPart = make(tr("Keyboard &back a part"), Qt::SHIFT | Qt::Key_F6, tr("The other way round"));
}

void MainActions::makeLooks() {
    systemColors =
        toggle(tr("Of the &system"), {}, tr("Light, dark or of high contrast as the desktop is"), true);
    lightColors = toggle(tr("&Light"), {}, tr("Dark text on light"), false);
    darkColors = toggle(tr("&Dark"), {}, tr("Light text on dark"), false);
    contrastColors =
        toggle(tr("High c&ontrast"), {}, tr("White on black with strong colours and outlines"), false);
    reduceMotion = toggle(tr("Reduce &motion"), {},
                          tr("Nothing moves by itself; what you play goes on in steps"), false);
    m_colors = new QActionGroup(this);
    for (QAction* scheme : {systemColors, lightColors, darkColors, contrastColors})
        m_colors->addAction(scheme);
}

void MainActions::makeRun() {
    generate = make(tr("&Generate"), {}, tr("Start a run with these settings"));
    generate->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)});
    stop = make(tr("&Stop"), Qt::Key_Escape, tr("End what runs"));
    continueRun =
        make(tr("&Continue"), Qt::CTRL | Qt::SHIFT | Qt::Key_Return, tr("Go on where the run ended"));
    continueRun->setIconText(tr("Continue"));
    step = make(tr("Ste&p"), Qt::Key_F10, tr("Show one more round and hold"));
    step->setIconText(tr("Step"));
    sweep = make(tr("Gamma s&weep…"), Qt::CTRL | Qt::Key_G,
                 tr("Measure each gamma on the setup's prompt, in the Gamma lab"));
    sweep->setIconText(tr("Measure…"));
    findGamma = make(tr("&Find my gamma…"), Qt::CTRL | Qt::SHIFT | Qt::Key_F,
                     tr("Which draft, which gamma, is it worth it: the answer in two minutes"));
    compareRules = make(tr("Compare r&ules…"), Qt::CTRL | Qt::SHIFT | Qt::Key_G,
                        tr("Measure each rule of verification against plain decoding"));
    measurePlain = make(tr("&Measure plain"), Qt::CTRL | Qt::Key_M,
                        tr("Measure plain decoding of this prompt, about 1 s"));
    measureCosts = make(tr("Measure c&osts"), {},
                        tr("Measure what rows of the target and steps of the draft cost, about 15 s"));
    measureCosts->setIconText(tr("Measure"));
    why = make(tr("Wh&y is it (not) faster?"), Qt::CTRL | Qt::Key_D,
               tr("What the time of the shown run goes into, and what would change it"));
    why->setIconText(tr("Why?"));
    serving = make(tr("&Take it to a server…"), Qt::CTRL | Qt::SHIFT | Qt::Key_D,
                   tr("The best gamma and the flags for a server, from what was counted here"));
    reseed = make(tr("&New seed"), Qt::CTRL | Qt::SHIFT | Qt::Key_R, tr("Draw another seed"));
    focusPrompt = make(tr("Write p&rompt"), Qt::CTRL | Qt::Key_L, tr("Go to the prompt"));
}

void MainActions::makeTimeline() {
    TimelineActions& t = timeline;
    t.play = make(tr("&Play"), Qt::Key_F9, tr("Play the run from the playhead, or pause"));
    t.live = make(tr("&Live"), Qt::SHIFT | Qt::Key_F9, tr("Show all of the run, and what comes as it comes"));
    t.bookmark = make(tr("&Bookmark this round"), Qt::CTRL | Qt::Key_B,
                      tr("Mark the last round shown, to find it again"));
    t.editBookmark = make(tr("&Edit bookmark…"), Qt::CTRL | Qt::ALT | Qt::Key_B,
                          tr("Name and note of the bookmark at the playhead"));
    t.previousBookmark = make(tr("P&revious bookmark"), Qt::ALT | Qt::Key_PageUp,
                              tr("Show the run up to the bookmark before"));
    t.nextBookmark =
        make(tr("Ne&xt bookmark"), Qt::ALT | Qt::Key_PageDown, tr("Show the run up to the next bookmark"));
    t.branch = make(tr("Branc&h from here"), Qt::CTRL | Qt::SHIFT | Qt::Key_B,
                    tr("Start a new run from the text up to the playhead"));
}

void MainActions::makeHelp() {
    help = make(tr("&Explain this"), Qt::Key_F1, tr("The page of help on what has the focus"));
    helpContents =
        make(tr("&Contents"), Qt::SHIFT | Qt::Key_F1, tr("Every view, rule, draft and stop explained"));
    glossary = make(tr("&Glossary"), {}, tr("The words of speculative decoding, as this program uses them"));
    welcome = make(tr("&Welcome"), {}, tr("A recorded run, one rejection explained, and where to go on"));
    cheatSheet = make(tr("&Keys"), Qt::CTRL | Qt::Key_F1, tr("Every key and what it does"));
    about = make(tr("&About Specula"), {}, tr("What this program is"));
    about->setMenuRole(QAction::AboutRole);
}

QMenu* MainActions::addMenu(QMenuBar* bar, const QString& title, const std::vector<QAction*>& entries) {
    QMenu* menu = bar->addMenu(title);
    addEntries(menu, title, entries);
    return menu;
}

void MainActions::addEntries(QMenu* menu, const QString& title, const std::vector<QAction*>& entries) {
    menu->setToolTipsVisible(true);
    Group group{QString(title).remove(QLatin1Char('&')), {}};
    for (QAction* entry : entries) {
        if (!entry) {
            menu->addSeparator();
            continue;
        }
        menu->addAction(entry);
        group.actions.push_back(entry);
    }
    m_groups.push_back(std::move(group));
}

void MainActions::fill(QMenuBar* bar) {
    QAction* const gap = nullptr;
    QMenu* file = addMenu(bar, tr("&File"),
                          {openSession, saveSession, saveWithRows, gap, history, compareSessions, gap, quit});
    auto* out = new QMenu(tr("&Export"), file);
    addEntries(out, tr("&Export"), {exportAny, gap, savePicture, copyPicture, gap, saveReport, copyReport});
    file->insertMenu(quit, out);
    file->insertSeparator(quit);
    addMenu(bar, tr("&Edit"), {copy, gap, find, findNext, findPrevious});
    QMenu* view = addMenu(bar, tr("&View"),
                          {showRace,  showLab,       showAudit,    showRules,  showModels,  showLearn,    gap,
                           showSetup, showInspector, showTimeline, showCharts, gap,         showRejected, gap,
                           zoomIn,    zoomOut,       zoomReset,    fullScreen, fillPicture, present,      gap,
                           nextCard,  backCard,      gap,          nextPart,   backPart,    contextMenu});
    auto* looks = new QMenu(tr("Look&s"), view);
    addEntries(looks, tr("Look&s"),
               {systemColors, lightColors, darkColors, contrastColors, gap, reduceMotion});
    view->insertMenu(nextPart, looks);
    view->insertSeparator(nextPart);
    addMenu(bar, tr("&Run"),
            {generate, stop, continueRun, step, gap, focusPrompt, reseed, gap, measurePlain, measureCosts,
             findGamma, sweep, compareRules, gap, why, serving});
    const TimelineActions& t = timeline;
    QMenu* along = addMenu(
        bar, tr("&Timeline"),
        {t.play, t.live, gap, t.branch, gap, t.bookmark, t.editBookmark, t.previousBookmark, t.nextBookmark});
    m_bookmarkMenu = along->addMenu(tr("B&ookmarks"));
    m_bookmarkMenu->setToolTipsVisible(true);
    addMenu(bar, tr("&Help"), {welcome, helpContents, glossary, help, gap, cheatSheet, about});
}

}  // namespace specula
