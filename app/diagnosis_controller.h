#pragma once

#include <optional>

#include <QObject>
#include <QTimer>

#include "app/run_record.h"

namespace specula {

class MainWindow;
class RunController;

/// Keeps the diagnosis of the shown run, and what would be taken to a server, up to date while either is on
/// screen: looks four times a second whether the playhead, the baseline or the costs have changed. GUI thread
/// only.
class DiagnosisController : public QObject {
    Q_OBJECT

public:
    /// Both must outlive this.
    DiagnosisController(MainWindow& window, RunController& controller, QObject* parent = nullptr);

private:
    /// What the figures on screen were made from.
    struct Stamp {
        std::uint64_t run = 0;
        int rounds = -1;
        std::optional<double> plain, speedup;
        std::optional<Costs> costs;

        bool operator==(const Stamp&) const = default;
    };
    void look(bool anew);
    RunRecord shown() const;
    void show(const RunRecord& record, const Stamp& stamp);

    MainWindow& m_window;
    RunController& m_controller;
    QTimer m_timer;
    Stamp m_stamp;
};

}  // namespace specula
