#pragma once

#include <vector>

#include <QDialog>

#include "engine/trace/options.h"
#include "engine/trace/reports.h"
#include "ui/setup/setup_types.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace specula {

class DraftForm;
class DraftProgress;
class NoteBox;

/// "Make a draft": asks what to make, then shows how it comes along and what it is worth. One training at a
/// time; closing the dialog leaves it running. Shows values and asks by signals; whoever owns it answers
/// startRequested with begin(), then setProgress() and one of setPaused(), setReport() or setProblem(). GUI
/// thread only.
class MakeDraft : public QDialog {
    Q_OBJECT

public:
    enum class State {
        Asking,   ///< nothing runs; the form shows
        Running,  ///< a training is under way
        Pausing,  ///< a pause was asked for and the step under way is being finished
        Paused,   ///< its state lies in its folder
        Done,
        Failed,
    };

    explicit MakeDraft(QWidget* parent = nullptr);

    void setModels(const std::vector<KnownModel>& models);
    void setDraftsFolder(const QString& folder);
    /// Asks for this target; leaves a training that is not over alone.
    void setTarget(const QString& path);

    State state() const { return m_state; }
    /// Of the training shown, if there is one.
    const TrainRequest& request() const { return m_request; }

    /// A training has started, or goes on if it is the one that was paused.
    void begin(const TrainRequest& request);
    void setProgress(const TrainProgress& progress);
    void setPaused();
    void setReport(const TrainReport& report);
    /// It ended with this message: refused, or failed.
    void setProblem(const QString& reason);

    DraftForm& form() { return *m_form; }
    DraftProgress& progress() { return *m_progress; }
    NoteBox& problemBox() { return *m_problem; }
    QPushButton* startButton() { return m_start; }
    QPushButton* pauseButton() { return m_pause; }
    QPushButton* useButton() { return m_use; }
    QPushButton* anotherButton() { return m_another; }
    QPushButton* closeButton() { return m_close; }

    QSize sizeHint() const override { return {720, 560}; }

signals:
    /// Start this training, or go on with the paused one.
    void startRequested(const specula::TrainRequest& request);
    void pauseRequested();
    /// The person wants to run the finished draft with its target.
    void useRequested(const QString& target, const QString& draft);

private:
    void start();
    void pauseOrResume();
    void askAgain();
    void setState(State state);
    QString targetName() const;

    State m_state = State::Asking;
    TrainRequest m_request;
    std::vector<KnownModel> m_models;
    QStackedWidget* m_pages = nullptr;
    DraftForm* m_form = nullptr;
    DraftProgress* m_progress = nullptr;
    NoteBox* m_problem = nullptr;
    QLabel* m_hint = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_pause = nullptr;
    QPushButton* m_use = nullptr;
    QPushButton* m_another = nullptr;
    QPushButton* m_close = nullptr;
};

}  // namespace specula
