#include "app/report.h"

#include "app/markdown.h"
#include "app/measure_output.h"
#include "app/report_parts.h"

namespace specula {

namespace {

std::string titleOf(const char* what, const ModelInfo& target, const DraftInfo& draft,
                    const std::string& mark) {
    const std::string with = draft.kind == "none" ? " alone" : " with " + mdEscape(draft.name);
    return "#" + mark + " " + what + ": " + mdEscape(target.name) + with + "\n\n";
}

/// What the pictures say, for those who do not see them.
std::string findings(const std::vector<ReportPicture>& pictures) {
    std::string text;
    for (const ReportPicture& picture : pictures)
        if (picture.section != kSectionText) text += "- " + mdEscape(picture.title) + "\n";
    return text.empty() ? text : text + "\n";
}

std::string runMethod(const RunRecord& record, const ReportExtras& extras) {
    std::string text =
        "## How it was measured\n\nTimes are read from the engine's own monotonic clock; reading the prompt "
        "and "
        "loading are apart from decoding. The figures of this run rest on one run: they have no interval, "
        "and "
        "another seed gives others.";
    if (extras.baseline && extras.baseline->speedup.n > 0)
        text += " The speed-up is the median of " + std::to_string(extras.baseline->speedup.n) +
                " ratios of this run's settings and plain decoding, which alternated on the same prompt and "
                "seeds (" +
                mdEscape(extras.baseline->speedup.method) + "), with its 95 % interval.";
    else
        text += " No speed-up is stated, for plain decoding was not measured beside it.";
    if (record.race || record.rules || !extras.sweep.empty())
        text +=
            " Races, sweeps and comparisons of rules alternate each setting with plain decoding of the same "
            "prompts, settings and seeds; a difference is claimed only where the 95 % interval leaves out "
            "none.";
    text += " Charts of shares show Wilson 95 % intervals. Predicted figures are marked as predicted.";
    return text + "\n\n";
}

}  // namespace

std::string runReport(const RunRecord& record, const ReportExtras& extras,
                      const std::vector<ReportPicture>& pictures, const std::string& folder) {
    const std::string mark = markOf(record.options, record.draft);
    std::string text = titleOf("Specula report", record.target, record.draft, mark);
    text += markReasons(record.options, record.draft);
    text += findings(pictures);
    text += modelsSection(record.target, record.draft, record.targetFiles, record.draftFiles);
    text += machineSection(record) + settingsSection(record.engine, record.options);
    text += figuresSection(record, extras) + picturesOf(pictures, kSectionRun, folder);
    text += textSection(record) + picturesOf(pictures, kSectionText, folder);
    if (record.race) text += raceSection(*record.race);
    text += sweepSection(extras.sweep, mark) + picturesOf(pictures, kSectionSweep, folder);
    if (record.rules) text += rulesSection(*record.rules) + picturesOf(pictures, kSectionRules, folder);
    if (record.probe) text += costsSection(*record.probe) + picturesOf(pictures, kSectionCosts, folder);
    return text + runMethod(record, extras);
}

std::string sweepReport(const SweepRecord& sweep, const std::vector<ReportPicture>& pictures,
                        const std::string& folder) {
    const std::string mark = markOf(sweep.options, sweep.draft);
    std::string text = titleOf("Gamma sweep", sweep.target, sweep.draft, mark);
    text += markReasons(sweep.options, sweep.draft);
    text += findings(pictures);
    text += modelsSection(sweep.target, sweep.draft, {}, {});
    RunRecord made;
    stamp(made, sweep.instructionSet);
    made.engine = sweep.engine;
    text += machineSection(made) + settingsSection(sweep.engine, sweep.options);
    text += "## Prompts\n\n";
    if (!sweep.suite.empty()) text += "Suite " + mdEscape(sweep.suite) + ".\n\n";
    for (const std::string& prompt : sweep.prompts) text += "- " + mdEscape(prompt) + "\n";
    text += "\n" + sweepSection(sweep.points, mark) + picturesOf(pictures, kSectionSweep, folder);
    if (const auto best = bestGamma(sweep.points))
        text += *best == 0 ? std::string("Highest median: plain decoding (gamma 0).\n\n")
                           : "Highest median speed-up: gamma " + std::to_string(*best) + ".\n\n";
    text +=
        "## How it was measured\n\nEvery gamma alternated with plain decoding (gamma 0) of the same prompts, "
        "settings and seeds; a warm-up was dropped; reading the prompt is apart.";
    for (const SweepPoint& point : sweep.points) {
        if (!point.speedup || point.speedup->method.empty()) continue;
        text += " Intervals: " + mdEscape(point.speedup->method) + ", 95 %.";
        break;
    }
    text +=
        " A difference is claimed only where the interval leaves out 1. Predicted speed-ups are computed "
        "from "
        "measured costs and this sweep's acceptance, and marked as predicted.\n";
    return text;
}

}  // namespace specula
