#pragma once

#include <QObject>
#include <QThreadPool>
#include <QTimer>
#include <functional>
#include <memory>
#include <stop_token>
#include <thread>
#include <vector>

#include "app/session_history.h"
#include "app/weight_files.h"

namespace specula {

class MainWindow;
class RunController;

/// Stores the run that is being made while it is made, and at its end puts it into the history; offers to
/// restore what was cut off when the program ended before the run did.
///
/// GUI thread; what touches the disk happens on one thread of its own, in order. The GUI copies at most a
/// thousand Rounds at a time. Nothing here ever stops a run: a disk that is full is said once a run.
/// Stored runs that are only shown are not stored again.
class SessionKeeper : public QObject {
    Q_OBJECT

public:
    /// `folder` "" = "history" in the user's data folder. Both must outlive this.
    SessionKeeper(MainWindow& window, RunController& controller, const QString& folder = {});
    /// A run under way is put into the history as far as it came.
    ~SessionKeeper() override;

    QString pathOf(const QString& id) const;

    /// Looks for runs that were cut off, moves them into the history and offers to restore the newest in
    /// the window's message bar.
    void offerRecovery();

    void setInterval(int milliseconds) { m_timer.setInterval(milliseconds); }

public slots:
    void refresh();
    void setKept(const QString& id, bool kept);
    void remove(const QString& id);
    void restore(const QString& id);

signals:
    /// After every change and after refresh(); newest first.
    void historyChanged(const std::vector<specula::StoredRun>& runs);

private:
    struct Disk;

    void onCleared();
    void onRoundsAppended();
    void onFinished();
    void flush();
    void closeRun();
    void storeEnd();
    void computeHashes();
    void later(std::function<void(Disk&)> work);
    void change(std::function<void(SessionHistory&)> work);
    void warn(const QString& text);  // any thread
    void sendList(Disk& disk);
    void offer(const StoredRun& run);

    MainWindow& m_window;
    RunController& m_controller;
    QString m_folder;
    QTimer m_timer;
    QThreadPool m_pool;
    std::shared_ptr<Disk> m_disk;  // of m_pool's thread
    QString m_id;                  // of the run that is stored, "" = none
    std::size_t m_sent = 0;        // Rounds given to the disk
    bool m_ended = false;
    std::jthread m_hashing;
};

}  // namespace specula
