#pragma once

#include <memory>
#include <optional>

#include <QObject>

#include "app/engine_worker.h"

namespace specula {

class MainWindow;

/// The Gamma lab that the window shows: makes the worker's job for it, pauses and resumes it, shows what
/// comes back, and keeps it as a report to be stored. Reads prompt files for it and writes its table. GUI
/// thread only; RunController owns it and runs the job.
class LabController : public QObject {
    Q_OBJECT

public:
    explicit LabController(MainWindow& window);

    /// A lab begins in place of the last one.
    LabJob begin(const LabRequest& request);

    /// What is loaded now.
    void on(const LoadedPair& pair);
    void on(const ProbeReport& costs);
    void on(LabStep& step);
    void on(LabPoint& point);

    /// Shows what a stored run brings along; none leaves the last lab.
    void show(std::shared_ptr<const LabReport> report);
    /// The last lab as far as it was measured, null for none.
    std::shared_ptr<const LabReport> report() const {
        return m_report && !m_report->points.empty() ? m_report : nullptr;
    }

private:
    void pause(bool paused);
    void addFile(const QString& path);
    void writeTable(const QString& path);

    MainWindow& m_window;
    std::shared_ptr<LabReport> m_report;
    std::shared_ptr<PauseGate> m_gate;
    ModelInfo m_target;  // that is loaded
};

}  // namespace specula
