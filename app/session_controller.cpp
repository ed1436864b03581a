#include "app/session_controller.h"

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <algorithm>

#include "app/run_controller.h"
#include "app/session_comparison.h"
#include "app/session_file.h"
#include "app/session_keeper.h"
#include "app/weight_files.h"
#include "ui/common/run_log.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/sessions/compare_view.h"
#include "ui/sessions/history_view.h"
#include "ui/sessions/sessions_window.h"

namespace specula {

namespace {

QString filter() {
    return SessionController::tr("Specula sessions (*.json *.json.gz *.specula);;All files (*)");
}

bool isThere(const std::string& path) {
    return QFileInfo::exists(QFile::decodeName(path.c_str()));
}

}  // namespace

QString missingModelsText(const RunRecord& head) {
    QStringList missing;
    if (!isThere(head.engine.target)) missing << QString::fromStdString(head.target.name);
    const bool fromFile = head.draft.kind == "model" || head.draft.kind == "feature-head";
    if (fromFile && !isThere(head.engine.draft)) missing << QString::fromStdString(head.draft.name);
    if (missing.isEmpty()) return {};
    return SessionController::tr(
               "Recorded with %1 and the draft %2; not on this computer: %3. Everything recorded can be "
               "watched and inspected; generating, continuing and measuring need the models.")
        .arg(QString::fromStdString(modelLabel(head.target)), QString::fromStdString(draftLabel(head.draft)),
             missing.join(QStringLiteral(", ")));
}

SessionController::SessionController(MainWindow& window, RunController& controller, SessionKeeper& keeper)
    : m_window(window), m_controller(controller), m_keeper(keeper) {
    const MainActions& actions = window.actionSet();
    connect(actions.history, &QAction::triggered, this, &SessionController::showHistory);
    connect(actions.compareSessions, &QAction::triggered, this, &SessionController::showComparison);
    connect(actions.saveWithRows, &QAction::triggered, this, &SessionController::askSaveWithRows);
    connect(&controller, &RunController::storedRunShown, this, &SessionController::say);
}

SessionsWindow& SessionController::sessions() {
    if (m_sessions) return *m_sessions;
    m_sessions = new SessionsWindow(&m_window);
    HistoryView& history = m_sessions->history();
    connect(&m_keeper, &SessionKeeper::historyChanged, &history, &HistoryView::setRuns);
    connect(&history, &HistoryView::keptChanged, &m_keeper, &SessionKeeper::setKept);
    connect(&history, &HistoryView::deleteAsked, &m_keeper, &SessionKeeper::remove);
    connect(&history, &HistoryView::undoAsked, &m_keeper, &SessionKeeper::restore);
    connect(&history, &HistoryView::openAsked, this, [this](const QString& id) {
        m_controller.openSession(m_keeper.pathOf(id));
        m_window.activateWindow();
    });
    connect(&history, &HistoryView::compareAsked, this, &SessionController::compare);
    connect(&m_sessions->compare(), &CompareView::fileAsked, this, &SessionController::askFile);
    const auto follow = [this] { m_sessions->history().setHasShownRun(m_window.runLog().hasRun()); };
    connect(&m_window.runLog(), &RunLog::cleared, m_sessions, follow);
    follow();
    return *m_sessions;
}

void SessionController::showHistory() {
    sessions().showPage(SessionsWindow::Page::History);
    m_keeper.refresh();
}

void SessionController::showComparison() {
    SessionsWindow& window = sessions();
    if (m_window.runLog().hasRun() && !window.compare().comparison()) compareShown(true);
    window.showPage(SessionsWindow::Page::Compare);
}

void SessionController::compare(const QString& left, const QString& right) {
    compareFile(m_keeper.pathOf(left), true);
    if (right.isEmpty())
        compareShown(false);
    else
        compareFile(m_keeper.pathOf(right), false);
    sessions().showPage(SessionsWindow::Page::Compare);
}

void SessionController::compareShown(bool left) {
    ComparedRun run = comparedRun(m_controller.shownRecord(), tr("the run on screen"));
    CompareView& view = sessions().compare();
    left ? view.setLeft(std::move(run)) : view.setRight(std::move(run));
}

void SessionController::compareFile(const QString& path, bool left) {
    m_pool.start([this, path, left] {
        ComparedRun run;
        QString problem;
        try {
            const RunRecord record = readSession(QFile::encodeName(path).toStdString());
            run = comparedRun(record, QFileInfo(path).fileName());
        } catch (const std::exception& error) {
            problem = QString::fromUtf8(error.what());
        }
        QMetaObject::invokeMethod(this, [this, left, problem, run = std::move(run)] {
            CompareView& view = sessions().compare();
            if (!problem.isEmpty())
                m_window.showError(problem);
            else
                left ? view.setLeft(run) : view.setRight(run);
        });
    });
}

void SessionController::askFile(bool left) {
    const QString path = QFileDialog::getOpenFileName(&sessions(), tr("Compare session"), {}, filter());
    if (!path.isEmpty()) compareFile(path, left);
}

void SessionController::askSaveWithRows() {
    const QString path = QFileDialog::getSaveFileName(&m_window, tr("Save session with full rows"),
                                                      tr("run.specula.json.gz"), filter());
    if (!path.isEmpty()) saveWithRows(path);
}

void SessionController::saveWithRows(const QString& path) {
    RunRecord record = m_controller.shownRecord();
    const RunLog& log = m_window.runLog();
    const auto pinned = [&log](const Round& round) { return round.kept && log.isPinned(round.index); };
    if (std::any_of(record.rounds.begin(), record.rounds.end(), pinned))
        for (Round& round : record.rounds)
            if (!pinned(round)) round.kept.reset();
    const auto count = std::count_if(record.rounds.begin(), record.rounds.end(),
                                     [](const Round& round) { return round.kept != nullptr; });
    const bool made = !m_controller.showsStoredRun();
    m_pool.start([this, path, record = std::move(record), count, made]() mutable {
        QString problem;
        try {
            if (made) addKnownWeightFiles(record);
            writeSession(QFile::encodeName(path).toStdString(), record, StoredRows::Kept);
        } catch (const std::exception& error) {
            problem = QString::fromUtf8(error.what());
        }
        QMetaObject::invokeMethod(this, [this, path, count, problem] {
            if (!problem.isEmpty())
                m_window.showError(problem);
            else
                m_window.showInfo(
                    tr("Saved %1 with the full rows of %n rounds", nullptr, static_cast<int>(count))
                        .arg(path));
        });
    });
}

void SessionController::say(const RunRecord& head) {
    const QString text = missingModelsText(head);
    if (!text.isEmpty()) m_window.showWarning(text);
}

}  // namespace specula
