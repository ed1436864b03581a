#pragma once

#include <QObject>
#include <QString>
#include <QThreadPool>

#include "app/run_record.h"

namespace specula {

class MainWindow;
class RunController;
class SessionKeeper;
class SessionsWindow;

/// Stands between the sessions window and the files: opens, compares and deletes what the history holds,
/// compares any two session files, saves with full rows, and says of a stored run whose models are not on
/// this computer what can be done without them. GUI thread; files are read on threads of its own.
class SessionController : public QObject {
    Q_OBJECT

public:
    /// All must outlive this.
    SessionController(MainWindow& window, RunController& controller, SessionKeeper& keeper);

    /// The window, made when it is first wanted.
    SessionsWindow& sessions();

public slots:
    void showHistory();
    void showComparison();
    /// Reads a session file and puts it on one side of the comparison.
    void compareFile(const QString& path, bool left);
    void compareShown(bool left);
    /// The run on screen with the full rows of its pinned rounds (bookmarked, or looked at); where none has
    /// any, of all that still have them.
    void saveWithRows(const QString& path);

private:
    void compare(const QString& left, const QString& right);
    void askFile(bool left);
    void askSaveWithRows();
    void say(const RunRecord& head);

    MainWindow& m_window;
    RunController& m_controller;
    SessionKeeper& m_keeper;
    SessionsWindow* m_sessions = nullptr;  // child of the main window
    QThreadPool m_pool;                    // last: waits for what is being read
};

/// What to say of a run whose models are not here, "" where they are: "Recorded with ...; ... are not on
/// this computer. ...".
QString missingModelsText(const RunRecord& head);

}  // namespace specula
