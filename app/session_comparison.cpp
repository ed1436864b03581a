#include "app/session_comparison.h"

#include <algorithm>

#include "app/json_fields.h"
#include "app/run_output.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"

namespace specula {

using nlohmann::json;

namespace {

QString speculationOf(const RunRecord& record) {
    const RunOptions& options = record.options;
    const std::string plan = !options.tree.off()           ? "tree " + treeText(options.tree)
                             : options.gamma == kGammaAuto ? std::string("gamma auto")
                                                           : "gamma " + std::to_string(options.gamma);
    std::string text = plan + ", rule " + ruleText(options.rule, options.ensembleWeight);
    if (options.draftStop.kind != DraftStop::Kind::Fixed)
        text += ", stop " + draftStopText(options.draftStop);
    return QString::fromStdString(text);
}

QString samplingOf(const Sampling& sampling) {
    std::string text = sampling.greedy() ? "greedy" : "temperature " + rateText(sampling.temperature, 2);
    if (sampling.topK > 0) text += ", top-k " + std::to_string(sampling.topK);
    if (sampling.topP < 1.0) text += ", top-p " + rateText(sampling.topP, 2);
    if (sampling.minP > 0.0) text += ", min-p " + rateText(sampling.minP, 2);
    if (sampling.repetitionPenalty != 1.0) text += ", penalty " + rateText(sampling.repetitionPenalty, 2);
    return QString::fromStdString(text);
}

/// Characters as a terminal counts them, near enough: none of the texts has combining marks of its own.
std::string padded(const QString& text, int width) {
    return text.leftJustified(width).toStdString();
}

}  // namespace

ComparedRun comparedRun(const RunRecord& record, const QString& name) {
    ComparedRun run;
    run.name = name;
    run.target = QString::fromStdString(modelLabel(record.target));
    run.draft = QString::fromStdString(draftLabel(record.draft));
    run.prompt = record.prompt.text;
    run.promptIds = record.promptIds;
    run.chat = record.prompt.chat;
    run.options = record.options;
    run.settings = speculationOf(record);
    run.sampling = samplingOf(record.options.sampling);
    run.instructionSet = QString::fromStdString(record.instructionSet);
    run.version = QString::fromStdString(record.programVersion);
    for (const Round& round : record.rounds)
        run.tokens.insert(run.tokens.end(), round.emitted.begin(), round.emitted.end());
    for (Emitted& token : run.tokens) token.rows.reset();
    run.totals = totalsOf(record.rounds);
    if (record.probe)
        run.costs = record.probe->costs;
    else
        run.costs = record.options.costs;
    return run;
}

std::string comparisonTable(const RunComparison& comparison, const ComparedRun& left,
                            const ComparedRun& right) {
    int first = 0, second = static_cast<int>(left.name.size());
    for (const ComparedRow& row : comparison.rows) {
        first = std::max(first, static_cast<int>(row.what.size()));
        second = std::max(second, static_cast<int>(row.left.size()));
    }
    const auto line = [&](const QString& what, const QString& a, const QString& b, char mark) {
        return std::string(1, mark) + " " + padded(what, first + 2) + padded(a, second + 2) +
               b.toStdString() + "\n";
    };
    std::string table = line({}, left.name, right.name, ' ');
    for (const ComparedRow& row : comparison.rows)
        table += line(row.what, row.left, row.right, row.setting && row.differs ? '*' : ' ');
    return table + "\n" + comparison.sentence.toStdString() + "\n" + comparison.note.toStdString() +
           "\n(* settings that differ)\n";
}

json comparisonToJson(const RunComparison& comparison) {
    json rows = json::array();
    for (const ComparedRow& row : comparison.rows)
        rows.push_back({{"what", row.what.toStdString()},
                        {"session", row.left.toStdString()},
                        {"against", row.right.toStdString()},
                        {"setting", row.setting},
                        {"differs", row.differs}});
    return {{"first_difference", orNull(comparison.divergence)},
            {"sentence", comparison.sentence.toStdString()},
            {"note", comparison.note.toStdString()},
            {"rows", std::move(rows)}};
}

}  // namespace specula
