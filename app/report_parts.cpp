// Sections of a report about what ran: machine, models, settings, text.

#include "app/report_parts.h"

#include <QDateTime>
#include <QFile>
#include <QFileInfo>
#include <QUrl>

#include "app/formatted.h"
#include "app/markdown.h"
#include "app/run_output.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "ui/common/run_log.h"
#include "ui/common/run_marks.h"
#include "ui/export/run_notes.h"

namespace specula {

namespace {

constexpr double kMebi = 1024.0 * 1024.0;

std::string item(const std::string& name, const std::string& value) {
    return "- " + name + ": " + value + "\n";
}

std::string megabytes(std::int64_t bytes) {
    return formatted("%.1f MB", static_cast<double>(bytes) / 1e6);
}

std::string fileNameOf(const std::string& path) {
    return QFileInfo(QFile::decodeName(path.c_str())).fileName().toStdString();
}

std::string machineWords(const Machine& machine) {
    std::string text = mdEscape(machine.processor.empty() ? "unknown processor" : machine.processor);
    if (machine.cores > 0) text += ", " + std::to_string(machine.cores) + " cores";
    if (machine.memoryBytes > 0)
        text += formatted(", %.1f GiB of memory", static_cast<double>(machine.memoryBytes) / kMebi / 1024.0);
    if (!machine.system.empty()) text += ", " + mdEscape(machine.system);
    return text;
}

std::string filesWords(const std::vector<WeightFile>& files) {
    std::string text;
    for (const WeightFile& file : files) {
        text +=
            item("weights", mdEscape(fileNameOf(file.path)) + ", " + megabytes(file.bytes) + ", SHA-256 " +
                                (file.sha256.empty() ? std::string("not computed") : file.sha256));
    }
    return text;
}

std::vector<std::string> modelRow(const std::string& role, const ModelInfo& model) {
    std::string device(name(model.device));
    return {role,
            mdEscape(model.name),
            mdEscape(model.architecture),
            mdEscape(model.fileFormat),
            std::string(name(model.weights)),
            std::string(name(model.kv)),
            device,
            formatted("%.1f M", static_cast<double>(model.parameters) / 1e6),
            megabytes(model.weightBytes),
            std::to_string(model.layers),
            std::to_string(model.vocabulary)};
}

/// Why a token of the output looks as it does.
std::string_view tagOf(EmitKind kind) {
    switch (kind) {
        case EmitKind::Resampled:
            return "b";
        case EmitKind::Bonus:
            return "ins";
        case EmitKind::Accepted:
        case EmitKind::Plain:
            break;
    }
    return {};
}

void addRound(const RunLog& log, int number, MarkdownText& text) {
    const Round& round = log.rounds()[static_cast<std::size_t>(number)];
    for (int i = 0; i <= static_cast<int>(round.emitted.size()); ++i) {
        for (const TokenRef& ghost : log.ghostsBefore(number, i)) {
            if (log.proposalAt(ghost)->verdict != Verdict::Rejected) continue;
            // On its own: its bytes are no part of the text.
            std::string bytes = log.bytesOf(ghost);
            for (auto at = bytes.find('\n'); at != bytes.npos; at = bytes.find('\n', at))
                bytes.replace(at, 1, "\u21b5");
            MarkdownText struck;
            struck.add(bytes, "del");
            text.insert(struck.take());
        }
        if (i == static_cast<int>(round.emitted.size())) break;
        const Emitted& token = round.emitted[static_cast<std::size_t>(i)];
        text.add(token.bytes, tagOf(token.kind));
    }
}

}  // namespace

std::string markOf(const RunOptions& options, const DraftInfo& draft) {
    const QString words = markWords(runMarks(options, draft.kind));
    return words.isEmpty() ? std::string() : " **" + words.toStdString() + "**";
}

std::string markReasons(const RunOptions& options, const DraftInfo& draft) {
    std::string text;
    for (const RunMark& mark : runMarks(options, draft.kind))
        text += "**" + mark.word.toStdString() + "**: " + mdEscape(mark.why.toStdString()) + "\n\n";
    if (options.mutant != Mutant::None)
        text += "**BROKEN ON PURPOSE**: the rule of this run has the mistake " +
                mdEscape(name(options.mutant)) + "; its text is not the target's.\n\n";
    return text;
}

std::string machineSection(const RunRecord& record) {
    std::string text = "## Machine and program\n\n";
    text += record.machine ? item("machine", machineWords(*record.machine))
                           : item("machine", "not recorded in this session");
    text += item("kernels", record.instructionSet.empty() ? "not recorded in this session"
                                                          : mdEscape(record.instructionSet));
    text += item("threads",
                 record.engine.threads > 0 ? std::to_string(record.engine.threads) : "chosen by the program");
    text +=
        item("program", "Specula " + (record.programVersion.empty() ? std::string("(version not recorded)")
                                                                    : mdEscape(record.programVersion)));
    if (record.startedAt > 0)
        text += item(
            "begun",
            QDateTime::fromSecsSinceEpoch(record.startedAt, Qt::UTC).toString(Qt::ISODate).toStdString());
    return text + "\n";
}

std::string modelsSection(const ModelInfo& target, const DraftInfo& draft,
                          const std::vector<WeightFile>& targetFiles,
                          const std::vector<WeightFile>& draftFiles) {
    std::string text = "## Models\n\n";
    text += mdHeader({"role", "name", "architecture", "file stores", "runs as", "cache", "device",
                      "parameters", "read for a token", "layers", "vocabulary"},
                     7);
    text += mdRow(modelRow("target", target));
    if (draft.model) text += mdRow(modelRow("draft", *draft.model));
    text += "\n";
    text +=
        item("draft", draft.kind == "none" ? std::string("none: plain decoding")
                                           : mdEscape(draftLabel(draft)) + " (" + mdEscape(draft.kind) + ")");
    if (!targetFiles.empty()) text += "- target's files:\n";
    for (const WeightFile& file : targetFiles) text += "  " + filesWords({file});
    if (!draftFiles.empty()) text += "- draft's files:\n";
    for (const WeightFile& file : draftFiles) text += "  " + filesWords({file});
    return text + "\n";
}

std::string settingsSection(const EngineOptions& engine, const RunOptions& options) {
    std::string text = "## Settings\n\n";
    const auto word = [](const QString& words) { return mdEscape(words.toStdString()); };
    text += item("run", word(settingsNotes(options)));
    text +=
        item("weights", std::string(name(engine.weights)) + ", draft's " +
                            std::string(name(engine.draftWeights)) + ", cache " +
                            std::string(name(engine.kv)) + ", device " + std::string(name(engine.device)));
    text += item("recorded", std::string(name(options.detail)));
    for (const std::string& stop : options.stop) text += item("ends at", mdEscape(stop));
    if (options.costs) {
        std::string costs = formatted("c = %.3f, v =", options.costs->c);
        for (const double v : options.costs->v) costs += formatted(" %.2f", v);
        text +=
            item("costs that automatic gamma used", costs + formatted(", o = %.3f", options.costs->overhead));
    }
    return text + "\n";
}

std::string textSection(const RunRecord& record) {
    std::string text = "## Prompt\n\n";
    MarkdownText prompt;
    if (record.promptPieces.empty())
        prompt.add(record.prompt.text);
    else
        for (const std::string& piece : record.promptPieces) prompt.add(piece);
    text += prompt.take() + "\n\n";
    std::string how = std::to_string(record.promptIds.size()) + " tokens";
    if (record.prompt.chat) how += ", in the model's chat template";
    if (!record.prompt.system.empty()) how += ", system message: " + mdEscape(record.prompt.system);
    text += "(" + how + ".)\n\n## Text\n\n";
    RunLog log;
    log.begin({1, record.prompt.text, record.promptIds, record.promptPieces, record.options,
               record.target.vocabulary, record.target.name, record.draft.name, record.draft.kind,
               record.prompt.branch});
    std::vector<Round> rounds = record.rounds;
    for (Round& round : rounds) round.runId = 1;
    log.append(std::move(rounds));
    MarkdownText said;
    for (int round = 0; round < static_cast<int>(log.rounds().size()); ++round) addRound(log, round, said);
    const std::string marked = said.take();
    if (marked.empty()) return text + "Nothing was generated.\n\n";
    text += marked + "\n\n";
    text +=
        "Marks: ordinary type, accepted or plain; <del>struck</del>, drafted and rejected (not part of the "
        "text); <b>bold</b>, resampled in its place; <ins>underlined</ins>, bonus. Discarded drafts are left "
        "out.\n\n";
    return text;
}

std::string picturesOf(const std::vector<ReportPicture>& pictures, const std::string& section,
                       const std::string& folder) {
    std::string text;
    for (const ReportPicture& picture : pictures) {
        if (picture.section != section || folder.empty()) continue;
        const QByteArray at = QUrl::toPercentEncoding(QString::fromStdString(folder));
        text += "![" + mdEscape(picture.title) + "](" + at.toStdString() + "/" + picture.file + ")\n\n";
    }
    return text;
}

}  // namespace specula
