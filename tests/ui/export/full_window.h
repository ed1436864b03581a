#pragma once

#include "tests/ui/main_window/window_fixture.h"
#include "tests/ui/models/fake_models.h"
#include "tests/ui/race/sample_race.h"
#include "tests/ui/rules/sample_points.h"
#include "ui/audit/audit_view.h"
#include "ui/charts/cost_chart.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/run_log.h"
#include "ui/inspector/inspector.h"
#include "ui/models/models_view.h"
#include "ui/race/race_view.h"
#include "ui/rules/rules_view.h"
#include "ui/rules/run_rules.h"

namespace specula::test {

/// What `specula probe` finds, made up.
inline ProbeReport someCosts() {
    ProbeReport report;
    report.context = 64;
    report.threads = 2;
    report.bandwidthGbs = 35.0;
    report.weightsBytes = 138'000'000;
    for (int rows = 1; rows <= 5; ++rows) {
        ProbeRow row;
        row.rows = rows;
        row.pass = {4.0 + 0.3 * rows, 3.9, 4.5, 20};
        if (rows == 1) row.shares = PassShares{3.0, 0.6, 0.2, 0.2};
        report.rows.push_back(row);
        report.costs.v.push_back(1.0 + 0.09 * (rows - 1));
    }
    report.plain = {4.4, 4.3, 4.6, 20};
    report.sampleMs = 0.05;
    return report;
}

/// A window in which every page has something to show.
inline std::unique_ptr<MainWindow> fullWindow() {
    auto window = loadedWindow();
    window->resize(1366, 768);
    FakeRun run;
    run.keep = true;
    play(window->runLog(), run);
    SweepChart& sweep = window->charts().sweep();
    sweep.begin(QStringLiteral("creative"), 0, 8);
    for (const SweepPoint& point : sweepWithBestAtFour()) sweep.setPoint(point);
    sweep.finish();
    window->charts().setCosts(someCosts());
    window->race().setReport(std::make_shared<RaceReport>(sampleRace()));
    for (const RulePoint& point : samplePoints()) window->rules().wholeRuns().add(point);
    AuditReport audit;
    audit.checks = {{"greedy identity", true, 0.0, std::nullopt, "2 texts"},
                    {"next token", true, 27.5, 0.33, "10,000 draws in 26 bins"}};
    audit.passed = true;
    audit.statement = "No evidence of a difference.";
    window->audit().showReport(audit);
    const auto models = someModels();
    window->models().setModels(models);
    window->models().setPairs(pairsOf(models));
    window->models().setListing(someListing());
    window->models().setDownloads(someDownloads());
    window->show();
    return window;
}

}  // namespace specula::test
