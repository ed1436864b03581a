// compare and sweep: plain against speculative decoding, measured.
#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/diagnosis_input.h"
#include "app/diagnosis_output.h"
#include "app/engine_backend.h"
#include "app/file_io.h"
#include "app/measure_output.h"
#include "app/prompt_suites.h"
#include "app/race_json.h"
#include "app/report_files.h"
#include "app/report_pictures.h"
#include "app/run_output.h"
#include "app/session_file.h"
#include "app/trace_json.h"
#include "engine/measure/race.h"
#include "engine/text/utf8.h"
#include "engine/trace/error.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/run_marks.h"
#include "ui/export/picture_file.h"
#include "ui/export/run_notes.h"

namespace specula {

namespace {

constexpr const char* kDefaultSuite = "suite:creative";

/// What both subcommands need before measuring.
struct Setup {
    explicit Setup(const CommandLine& line) : run(line.run) {
        resolveModels(run);
        if (!run.promptIds) {
            if (run.promptText || run.promptFile)
                suite.prompts.push_back(promptOf(run));
            else
                suite = resolvePrompts(line.prompts.value_or(kDefaultSuite));
        }
        if (line.tracePath && suite.prompts.size() > 1)
            throw Error("--trace: expected one prompt with it, found " +
                        std::to_string(suite.prompts.size()));
        pair = loadPair(backend, run.engine, interrupt.token());
        if (run.promptIds)
            prompts.push_back({"", *run.promptIds});
        else
            prompts = backend.encode(suite.prompts);
        for (std::size_t i = 0; i < prompts.size(); ++i) {
            // An unnamed prompt would be taken for the whole suite.
            if (prompts[i].name.empty()) prompts[i].name = "prompt " + std::to_string(i + 1);
        }
        run.options = backend.withCosts(run.options, interrupt.token(), true);
    }

    nlohmann::json describe() const {
        nlohmann::json settings = toJson(run.options);
        settings.update(toJson(run.engine));
        nlohmann::json names = nlohmann::json::array();
        for (const MeasuredPrompt& prompt : prompts) names.push_back(replaceIllFormed(prompt.name));
        return {{"settings", std::move(settings)},
                {"prompts", std::move(names)},
                {"target", toJson(pair.target)},
                {"draft", toJson(pair.draft)}};
    }

    /// A line above a table, "" where there is nothing to say.
    std::string warnings() const {
        const std::string text = warningsOf(run.options, pair.draft);
        return text.empty() ? text : "  " + text + "\n";
    }

    RunArguments run;
    InterruptGuard interrupt;
    EngineBackend backend;
    LoadedPair pair;
    Suite suite;
    std::vector<MeasuredPrompt> prompts;
};

SweepRecord recordOf(const Setup& setup, const std::vector<SweepPoint>& points) {
    SweepRecord sweep{setup.pair.target,
                      setup.pair.draft,
                      setup.run.engine,
                      setup.run.options,
                      setup.suite.name,
                      {},
                      points,
                      setup.pair.instructionSet};
    for (const MeasuredPrompt& prompt : setup.prompts) sweep.prompts.push_back(prompt.name);
    return sweep;
}

/// The chart as the window draws it.
std::string plotOf(const SweepRecord& sweep, PictureFormat format) {
    SweepChart chart;
    chart.resize(1100, 460);
    fillSweepChart(chart, sweep.points, sweep.suite);
    chart.setMark(markWords(runMarks(sweep.options, sweep.draft.kind)));
    ExportNotes notes = exportNotesOf(chart);
    notes.description = settingsNotes(sweep.options);
    return pictureBytes(chart, format, 2.0, notes).toStdString();
}

void writeSweepFiles(const CommandLine& line, const Setup& setup, const std::vector<SweepPoint>& points) {
    if (line.csvPath) writeFile(*line.csvPath, sweepCsv(points));
    if (points.empty()) return;
    const SweepRecord sweep = recordOf(setup, points);
    if (line.plotPath) {
        const auto format = pictureFormatOf(QString::fromStdString(*line.plotPath));
        writeFile(*line.plotPath, plotOf(sweep, format.value_or(PictureFormat::Png)));
    }
    if (!line.reportPath) return;
    const auto pictures = sweepPictures(sweep);
    writeReport(*line.reportPath, pictures,
                [&](const std::string& folder) { return sweepReport(sweep, pictures, folder); });
}

/// The comparison, and with --trace its typical pair of runs as a session file.
CompareReport measure(const CommandLine& line, Setup& setup) {
    const CompareOptions options{setup.run.options, line.repeats, {}};
    ExpectedTime eta;
    const auto progress = [&eta](double fraction, double seconds) { eta(fraction, seconds); };
    if (!line.tracePath) {
        const CompareReport report =
            compare(setup.backend.engine(), setup.prompts, options, setup.interrupt.token(), progress);
        eta.clear();
        return report;
    }
    RaceReport report =
        race(setup.backend.engine(), setup.prompts.front().ids, options, setup.interrupt.token(), progress);
    eta.clear();
    report.engine = setup.run.engine;
    if (!setup.suite.prompts.empty()) report.prompt = setup.suite.prompts.front();
    RunRecord record = runOf(report);
    record.race = std::make_shared<RaceReport>(std::move(report));
    if (!setup.interrupt.interrupted()) writeSession(*line.tracePath, record);
    return record.race->figures;
}

}  // namespace

int runCompare(const CommandLine& line) {
    if (line.tracePath) checkDestination(*line.tracePath);
    Setup setup(line);
    if (setup.interrupt.interrupted()) return kInterrupted;
    const CompareReport report = measure(line, setup);
    const Diagnosis diagnosis = diagnose(diagnosisInput(report, setup.run.options, setup.pair.draft));
    if (line.json) {
        nlohmann::json document = compareToJson(report);
        document.update(setup.describe());
        document["diagnosis"] = toJson(diagnosis);
        printLine(document);
    } else {
        print(setup.warnings() + compareTable(report) + diagnosisLines(diagnosis));
    }
    if (setup.interrupt.interrupted()) return kInterrupted;
    if (line.requireSame && !report.sameText.value_or(false)) {
        note("--require-same: the texts differ: " + report.firstDifference);
        return kCheckFailed;
    }
    return kDone;
}

int runSweep(const CommandLine& line) {
    if (line.csvPath) checkDestination(*line.csvPath);
    for (const auto& path : {line.plotPath, line.reportPath})
        if (path) checkDestination(*path);
    Setup setup(line);
    if (setup.interrupt.interrupted()) return kInterrupted;
    SweepOptions options{setup.run.options, line.gammas, line.repeats};
    options.run.tree = {};  // gamma is the length of a chain
    ExpectedTime eta;
    std::vector<SweepPoint> points = sweep(
        setup.backend.engine(), setup.prompts, options, setup.interrupt.token(), [](const SweepPoint&) {},
        [&eta](double fraction, double seconds) { eta(fraction, seconds); });
    eta.clear();
    if (line.json) {
        nlohmann::json document = sweepToJson(points);
        document.update(setup.describe());
        printLine(document);
    } else {
        print(setup.warnings() + sweepTable(points));
    }
    writeSweepFiles(line, setup, points);
    return setup.interrupt.interrupted() ? kInterrupted : kDone;
}

}  // namespace specula
