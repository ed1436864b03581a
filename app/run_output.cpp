#include "app/run_output.h"

#include <cstdio>

#include "app/trace_json.h"
#include "engine/text/utf8.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr const char* kReset = "\x1b[0m";
constexpr const char* kDim = "\x1b[2m";
constexpr const char* kAccepted = "\x1b[38;5;35m";
constexpr const char* kRejected = "\x1b[9;38;5;166m";
constexpr const char* kResampled = "\x1b[4;38;5;172m";
constexpr const char* kWarning = "\x1b[1;31m";
constexpr const char* kBonus = "\x1b[1;38;5;74m";

const char* styleOf(EmitKind kind) {
    switch (kind) {
        case EmitKind::Accepted:
            return kAccepted;
        case EmitKind::Resampled:
            return kResampled;
        case EmitKind::Bonus:
            return kBonus;
        case EmitKind::Plain:
            break;
    }
    return "";
}

// Control characters must not reach a terminal: a model's output could otherwise move its cursor.
std::string printable(const std::string& bytes) {
    std::string text;
    for (const char c : replaceIllFormed(bytes)) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
        if (control && c != '\n' && c != '\t') continue;
        text += c;
    }
    return text;
}

std::string line(const char* label, const std::string& value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "  %-18s", label);
    return buffer + value + "\n";
}

}  // namespace

std::string warningsOf(const RunOptions& options, const DraftInfo& draft) {
    std::string text;
    const auto add = [&text](const std::string& words) { text += (text.empty() ? "" : "; ") + words; };
    RunOptions judged = options;
    judged.syntheticAcceptance.reset();
    if (!lossless(judged))
        add("LOSSY: " + ruleText(options.rule, options.ensembleWeight) + ", the text is not the target's");
    if (options.syntheticAcceptance)
        add("SYNTHETIC acceptance " + rateText(options.syntheticAcceptance, 2) + ", not lossless");
    if (draft.synthetic()) add(kSyntheticNote);
    return text;
}

std::string settingsLine(const RunRecord& record) {
    const RunOptions& options = record.options;
    std::string text = options.gamma == kGammaAuto ? "gamma auto" : "gamma " + std::to_string(options.gamma);
    if (!options.tree.off()) text = "tree " + treeText(options.tree);
    text +=
        options.sampling.greedy() ? ", greedy" : ", temperature " + rateText(options.sampling.temperature, 2);
    if (options.rule != Rule::Token && options.rule != Rule::Greedy)
        text += ", rule " + ruleText(options.rule, options.ensembleWeight);
    if (options.draftStop.kind != DraftStop::Kind::Fixed)
        text += ", draft stop " + draftStopText(options.draftStop);
    return text + ", seed " + std::to_string(options.seed);
}

std::string rateText(const std::optional<double>& value, int decimals) {
    if (!value) return "-";
    char buffer[400];  // the longest double without an exponent has 309 digits
    std::snprintf(buffer, sizeof buffer, "%.*f", decimals, *value);
    return buffer;
}

json totalsToJson(const Totals& totals) {
    return {{"rounds", totals.rounds},
            {"drafted", totals.drafted},
            {"judged", totals.judged},
            {"accepted", totals.accepted},
            {"rejected", totals.rejected},
            {"discarded", totals.discarded},
            {"resampled", totals.resampled},
            {"bonus", totals.bonus},
            {"plain", totals.plain},
            {"acceptance_rate", orNull(totals.acceptanceRate())},
            {"overlap_alpha", orNull(totals.overlapAlpha())},
            {"draft_efficiency", orNull(totals.draftEfficiency())},
            {"tokens_per_round", orNull(totals.tokensPerRound())}};
}

json runToJson(const RunRecord& record) {
    const Totals totals = totalsOf(record.rounds);
    json value = totalsToJson(totals);
    value["prompt_ids"] = record.promptIds;
    value["ids"] = outputIds(record.rounds);
    value["text"] = record.text ? json(replaceIllFormed(*record.text)) : json(nullptr);
    value["finish"] = name(record.finish);
    value["mode"] = modeOf(record);
    value["load_s"] = record.loadSeconds;
    value["prefill_s"] = record.prefillSeconds;
    value["decode_s"] = totals.decodeMs / 1000.0;
    value["tokens_per_s"] = totals.emitted() > 0 ? orNull(totals.tokensPerSecond()) : json(nullptr);
    value["target"] = toJson(record.target);
    value["draft"] = toJson(record.draft);
    value["settings"] = toJson(record.options);
    value["settings"].update(toJson(record.engine));
    value["settings"]["chat"] = record.prompt.chat;
    value["settings"]["system"] = bytesToJson(record.prompt.system);
    return value;
}

std::string dumpLine(const json& document) {
    return document.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
}

std::string summaryTable(const RunRecord& record) {
    const Totals totals = totalsOf(record.rounds);
    std::string table = line("target", replaceIllFormed(modelLabel(record.target)));
    table += line("draft", replaceIllFormed(draftLabel(record.draft)));
    table += line("settings", settingsLine(record));
    if (const std::string warnings = warningsOf(record.options, record.draft); !warnings.empty())
        table += line("WARNING", warnings);
    table += line("tokens", std::to_string(totals.emitted()) + " in " + std::to_string(totals.rounds) +
                                " rounds, finish: " + std::string(name(record.finish)));
    if (totals.drafted > 0) {
        table += line("drafted", std::to_string(totals.drafted) + " (" + std::to_string(totals.accepted) +
                                     " accepted, " + std::to_string(totals.rejected) + " rejected, " +
                                     std::to_string(totals.discarded) + " discarded)");
    }
    table += line("from the target", std::to_string(totals.resampled) + " resampled, " +
                                         std::to_string(totals.bonus) + " bonus, " +
                                         std::to_string(totals.plain) + " plain");
    table += line("acceptance rate", rateText(totals.acceptanceRate(), 3));
    table += line("draft efficiency", rateText(totals.draftEfficiency(), 3));
    table += line("tokens per round", rateText(totals.tokensPerRound(), 2));
    const std::optional<double> speed = totals.emitted() > 0 ? totals.tokensPerSecond() : std::nullopt;
    table += line("tokens/s", rateText(speed, 1) + " (load " + rateText(record.loadSeconds, 2) +
                                  " s, prompt " + rateText(record.prefillSeconds, 2) + " s, decode " +
                                  rateText(totals.decodeMs / 1000.0, 2) + " s)");
    return table;
}

std::string TerminalPainter::piece(const std::string& bytes, const char* style) {
    m_pending += bytes;
    const std::size_t keep = unfinishedTail(m_pending);
    const std::string whole = printable(m_pending.substr(0, m_pending.size() - keep));
    m_pending.erase(0, m_pending.size() - keep);
    if (whole.empty()) return "";
    return *style ? style + whole + kReset : whole;
}

std::string TerminalPainter::prompt(const RunRecord& record) {
    if (record.promptPieces.empty()) return kDim + printable(record.prompt.text) + kReset;
    std::string bytes;
    for (const std::string& text : record.promptPieces) bytes += text;
    return kDim + printable(bytes) + kReset;
}

std::string TerminalPainter::round(const Round& round) {
    std::string out;
    for (const Emitted& token : round.emitted) {
        if (token.kind == EmitKind::Resampled && token.proposal >= 0) {
            const Proposal& rejected = round.proposals[static_cast<std::size_t>(token.proposal)];
            const std::string struck = printable(rejected.bytes);
            if (!struck.empty()) out += kRejected + struck + kReset;
        }
        out += piece(token.bytes, styleOf(token.kind));
    }
    return out;
}

std::string TerminalPainter::end() {
    const std::string rest = printable(m_pending);
    m_pending.clear();
    return rest + kReset;
}

std::string TerminalPainter::legend(const RunRecord& record) {
    const std::string warnings = warningsOf(record.options, record.draft);
    return std::string(kAccepted) + "accepted" + kReset + "  " + kRejected + "rejected" + kReset + "  " +
           kResampled + "resampled" + kReset + "  " + kBonus + "bonus" + kReset + "  plain" +
           (warnings.empty() ? "" : "\n" + (kWarning + warnings) + kReset);
}

}  // namespace specula
