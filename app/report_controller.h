#pragma once

#include <optional>

#include <QObject>
#include <QString>

#include "app/report.h"

namespace specula {

class MainWindow;
class RunController;

/// Makes reports of what the window shows: asks for a file, or puts the text on the clipboard. GUI thread.
class ReportController : public QObject {
    Q_OBJECT

public:
    /// Both must outlive this.
    ReportController(MainWindow& window, RunController& controller);

public slots:
    /// Writes the report of the shown run and its pictures; the window says what came of it.
    void save(const QString& path);
    /// Its text without pictures, as text/markdown and as plain text.
    void copy();

private:
    ReportExtras extras() const;
    void ask();

    MainWindow& m_window;
    RunController& m_controller;
};

}  // namespace specula
