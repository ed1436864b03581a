#include "ui/main_window/main_actions.h"

#include <QActionGroup>
#include <QMenu>
#include <QMenuBar>

namespace specula {

MainActions::MainActions(QWidget* window) : QObject(window), m_window(window) {
    makeFile();
    makeView();
    makeRun();
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
    savePicture = make(tr("Save &picture…"), Qt::CTRL | Qt::Key_E, tr("Write a picture of this window"));
    quit = make(tr("&Quit"), Qt::CTRL | Qt::Key_Q, tr("Close the window"));
    quit->setMenuRole(QAction::QuitRole);
}

void MainActions::makeView() {
    copy = make(tr("&Copy text"), QKeySequence::Copy,
                tr("Copy the selected text, or all of it; rejected drafts never"));
    copy->setIconText(tr("Copy"));
    showRejected = toggle(tr("&Rejected drafts"), Qt::CTRL | Qt::Key_R,
                          tr("Show what the draft proposed and the target did not keep"), true);
    zoomIn = make(tr("Zoom &in"), {}, tr("Larger text"));
    zoomIn->setShortcuts({QKeySequence(Qt::CTRL | Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Equal)});
    zoomOut = make(tr("Zoom &out"), Qt::CTRL | Qt::Key_Minus, tr("Smaller text"));
    zoomReset = make(tr("Ordinary &size"), Qt::CTRL | Qt::Key_0, tr("Text at its ordinary size"));
    fullScreen = toggle(tr("&Full screen"), Qt::Key_F11, tr("The window on the whole screen"), false);
    showSetup = toggle(tr("S&etup"), Qt::CTRL | Qt::Key_1, tr("Show or hide the setup"), true);
    showInspector = toggle(tr("&Inspector"), Qt::CTRL | Qt::Key_2, tr("Show or hide the inspector"), true);
    showCharts = toggle(tr("C&harts"), Qt::CTRL | Qt::Key_3, tr("Show or hide the charts"), true);
    showModels = toggle(tr("&Models"), Qt::CTRL | Qt::Key_4,
                        tr("The models on this computer, which of them pair, and how to get more"), false);
    showAudit = toggle(tr("Au&dit"), Qt::CTRL | Qt::Key_5,
                       tr("Whether speculative decoding gives what plain decoding gives"), false);
    systemColors = toggle(tr("Colours of the s&ystem"), {}, tr("Light or dark as the desktop is"), true);
    lightColors = toggle(tr("&Light"), {}, tr("Dark text on light"), false);
    darkColors = toggle(tr("&Dark"), {}, tr("Light text on dark"), false);
    m_colors = new QActionGroup(this);
    for (QAction* scheme : {systemColors, lightColors, darkColors}) m_colors->addAction(scheme);
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
    sweep = make(tr("Gamma s&weep…"), Qt::CTRL | Qt::Key_G, tr("Measure each gamma against plain decoding"));
    sweep->setIconText(tr("Measure…"));
    measurePlain = make(tr("&Measure plain"), Qt::CTRL | Qt::Key_M,
                        tr("Measure plain decoding of this prompt, about 1 s"));
    measureCosts = make(tr("Measure c&osts"), {},
                        tr("Measure what rows of the target and steps of the draft cost, about 15 s"));
    measureCosts->setIconText(tr("Measure"));
    reseed = make(tr("&New seed"), Qt::CTRL | Qt::SHIFT | Qt::Key_R, tr("Draw another seed"));
    focusPrompt = make(tr("Write &prompt"), Qt::CTRL | Qt::Key_L, tr("Go to the prompt"));
}

void MainActions::makeHelp() {
    help = make(tr("&Explain this"), Qt::Key_F1, tr("The page of help on what has the focus"));
    helpContents = make(tr("&Contents"), {}, tr("Every rule, draft and stop explained"));
    cheatSheet = make(tr("&Keys"), Qt::CTRL | Qt::Key_F1, tr("Every key and what it does"));
    about = make(tr("&About Specula"), {}, tr("What this program is"));
    about->setMenuRole(QAction::AboutRole);
}

void MainActions::addMenu(QMenuBar* bar, const QString& title, const std::vector<QAction*>& entries) {
    QMenu* menu = bar->addMenu(title);
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
    addMenu(
        bar, tr("&File"),
        {openSession, saveSession, saveWithRows, gap, history, compareSessions, gap, savePicture, gap, quit});
    addMenu(bar, tr("&View"),
            {showAudit, showModels, gap, showSetup, showInspector, showCharts, gap, showRejected, copy, gap,
             zoomIn, zoomOut, zoomReset, fullScreen, gap, systemColors, lightColors, darkColors});
    addMenu(bar, tr("&Run"),
            {generate, stop, continueRun, step, gap, focusPrompt, reseed, gap, measurePlain, measureCosts,
             sweep});
    addMenu(bar, tr("&Help"), {helpContents, help, gap, cheatSheet, about});
}

}  // namespace specula
