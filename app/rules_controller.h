#pragma once

#include <optional>
#include <vector>

#include <QString>

#include "app/engine_worker.h"
#include "app/run_record.h"

namespace specula {

class MainWindow;

/// The comparison of rules that the window shows: makes the worker's jobs for it, shows what comes back, and
/// remembers what it was measured on. GUI thread only; RunController owns it and runs the jobs.
class RulesController {
public:
    explicit RulesController(MainWindow& window) : m_window(window) {}

    /// A comparison of whole runs begins in place of the last one.
    RulesJob compare(const RulesRequest& request);
    /// Rounds to draw at a round of the shown run, whose record this is (its rounds are not looked at).
    RoundJob draw(int round, const std::vector<RuleSetup>& setups, const RunRecord& shown);

    void on(RulePoint& point);
    void on(RoundsDrawn& drawn);

    /// Shows what a stored run brings along; one that brings nothing leaves the last comparison.
    void show(const RunRecord& record);
    /// The last comparison if it belongs to this pair.
    std::optional<RulesReport> reportOf(const EngineOptions& engine) const;

private:
    MainWindow& m_window;
    EngineOptions m_engine;  // of m_report
    RulesReport m_report;
    int m_round = -1;  // that is being drawn
};

/// "Stories, SmolLM2 + head": what the points of a report were measured on, as far as they all agree.
QString rulesSubject(const std::vector<RulePoint>& points);

}  // namespace specula
