#pragma once

#include <QObject>
#include <QString>

#include "app/run_record.h"

namespace specula {

class MainWindow;
class RunController;

/// Brings lessons to the window: lists those that come with the program, reads the one that is asked for with
/// its run, and writes worksheets. What cannot be read is said in one sentence, and nothing changes. GUI
/// thread only.
class LearnController : public QObject {
    Q_OBJECT

public:
    /// Both must outlive this.
    LearnController(MainWindow& window, RunController& runs, QObject* parent = nullptr);

    void begin(const QString& path);
    /// Whole or not at all.
    void writeWorksheet(const QString& path, const QString& file, bool withAnswers);

private:
    void list();
    void showRun();

    MainWindow& m_window;
    RunController& m_runs;
    RunRecord m_run;  // of the lesson that is told
};

}  // namespace specula
