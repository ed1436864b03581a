#pragma once

#include <QObject>
#include <QTimer>

#include <optional>

#include "app/train_worker.h"
#include "ui/drafts/make_draft.h"
#include "ui/main_window/main_window.h"

class QPushButton;

namespace specula {

/// Stands between "Make a draft" and the training: opens the dialog where the window asks for it, owns the
/// worker, pulls from its mailbox on a timer, and keeps a word on it in the status line while the dialog is
/// closed. While a draft learns the window refuses to measure speeds.
///
/// A training that is not over when the program ends is paused, and offered again at the next start. GUI
/// thread only.
class TrainController : public QObject {
    Q_OBJECT

public:
    /// Connects to the window, which must outlive this.
    TrainController(MainWindow& window, Trainer trainer, QObject* parent = nullptr);
    ~TrainController() override;

    MakeDraft& dialog() { return *m_dialog; }
    QPushButton* statusButton() { return m_button; }
    bool training() const { return m_training; }

    /// Opens the dialog for this target, or on the training that is under way.
    void open(const QString& target);

signals:
    /// A draft was made and lies in this folder.
    void made(const QString& folder);

private:
    void start(const TrainRequest& request);
    void pause();
    void use(const QString& target, const QString& draft);
    void tick();
    void on(const TrainProgress& progress);
    void on(const TrainReport& report);
    void on(const TrainPaused& paused);
    void on(const TrainFailed& failed);
    void ended();
    void showButton(const QString& text);
    void remember() const;
    void forget() const;
    void offerUnfinished();

    MainWindow& m_window;
    MakeDraft* m_dialog;
    QPushButton* m_button;
    QTimer m_timer;
    bool m_training = false;
    TrainWorker m_worker;
};

}  // namespace specula
