#include "app/session_file.h"

#include <utility>

#include "app/file_io.h"
#include "app/gzip.h"
#include "app/lab_json.h"
#include "app/probe_output.h"
#include "app/race_json.h"
#include "app/rules_output.h"
#include "app/trace_json.h"
#include "app/version.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr const char* kSchema = "specula-session";
constexpr int kVersion = 1;
constexpr std::int64_t kMaxBytes = std::int64_t{2} << 30;
constexpr std::size_t kMaxWeightFiles = 1000;

json piecesToJson(const std::vector<std::string>& pieces) {
    json values = json::array();
    for (const std::string& piece : pieces) values.push_back(bytesToJson(piece));
    return values;
}

json bookmarksToJson(const std::vector<Bookmark>& bookmarks) {
    json values = json::array();
    for (const Bookmark& mark : bookmarks)
        values.push_back(
            {{"round", mark.round}, {"name", bytesToJson(mark.name)}, {"note", bytesToJson(mark.note)}});
    return values;
}

std::vector<Bookmark> bookmarksFrom(const JsonObject& top, std::size_t rounds) {
    std::vector<Bookmark> bookmarks;
    const std::size_t count = top.array("bookmarks", rounds).size();
    for (std::size_t i = 0; i < count; ++i) {
        const JsonObject mark = top.element("bookmarks", i);
        const std::int64_t round = mark.integer("round", 0, static_cast<std::int64_t>(rounds) - 1);
        bookmarks.push_back({static_cast<int>(round), mark.bytes("name"), mark.bytes("note")});
    }
    return bookmarks;
}

json filesToJson(const std::vector<WeightFile>& files) {
    json values = json::array();
    for (const WeightFile& file : files)
        values.push_back({{"path", bytesToJson(file.path)},
                          {"bytes", file.bytes},
                          {"sha256", file.sha256.empty() ? json(nullptr) : json(file.sha256)}});
    return values;
}

std::vector<WeightFile> filesFrom(const JsonObject& top, const char* key) {
    std::vector<WeightFile> files;
    if (!top.has(key)) return files;
    const std::size_t count = top.array(key, kMaxWeightFiles).size();
    for (std::size_t i = 0; i < count; ++i) {
        const JsonObject file = top.element(key, i);
        WeightFile& read = files.emplace_back();
        read.path = file.bytes("path");
        read.bytes = file.integer("bytes", 0, std::int64_t{1} << 53);
        if (file.has("sha256")) read.sha256 = file.bytes("sha256");
        const bool hash = read.sha256.size() == 64 && bytesOfHex(read.sha256);
        if (!read.sha256.empty() && !hash) file.fail("sha256", "64 hexadecimal digits");
    }
    return files;
}

json toJson(const Machine& machine) {
    return {{"processor", bytesToJson(machine.processor)},
            {"cores", machine.cores},
            {"memory_bytes", machine.memoryBytes},
            {"system", bytesToJson(machine.system)}};
}

Machine machineFrom(const JsonObject& json) {
    return {json.bytes("processor"), static_cast<int>(json.integer("cores", 0, 1 << 20)),
            json.integer("memory_bytes", 0, std::int64_t{1} << 53), json.bytes("system")};
}

void checkVersion(const JsonObject& top) {
    if (top.integer("version", 1, std::numeric_limits<std::int32_t>::max()) <= kVersion) return;
    const std::string writer = top.has("app_version") ? " (" + sanitised(top.bytes("app_version")) + ")" : "";
    top.fail("version", std::to_string(kVersion) + ", what this program reads: a later Specula" + writer +
                            " wrote this file");
}

json headOf(const RunRecord& record) {
    json head = {{"schema", kSchema},
                 {"version", kVersion},
                 {"app_version", record.programVersion.empty() ? kAppVersion : record.programVersion},
                 {"instruction_set", record.instructionSet},
                 {"started_at", record.startedAt},
                 {"target", toJson(record.target)},
                 {"draft", toJson(record.draft)},
                 {"target_files", filesToJson(record.targetFiles)},
                 {"draft_files", filesToJson(record.draftFiles)},
                 {"engine", toJson(record.engine)},
                 {"prompt", toJson(record.prompt)},
                 {"prompt_ids", record.promptIds},
                 {"prompt_pieces", piecesToJson(record.promptPieces)},
                 {"settings", toJson(record.options)},
                 {"finish", name(record.finish)},
                 {"text", record.text ? bytesToJson(*record.text) : json(nullptr)},
                 {"load_s", record.loadSeconds},
                 {"prefill_s", record.prefillSeconds},
                 {"probe", record.probe ? probeToJson(*record.probe) : json(nullptr)},
                 {"rules", record.rules ? rulesToJson(*record.rules) : json(nullptr)}};
    if (!record.bookmarks.empty()) head["bookmarks"] = bookmarksToJson(record.bookmarks);
    if (record.machine) head["machine"] = toJson(*record.machine);
    if (record.race) head["race"] = toJson(*record.race);
    if (record.lab) head["lab"] = toJson(*record.lab);
    return head;
}

void compose(const RunRecord& record, StoredRows rows, const SessionComposer::Sink& write) {
    SessionComposer composer(sessionHeadText(record), write);
    for (const Round& round : record.rounds) composer.round(sessionRoundText(round, rows));
    composer.finish();
}

}  // namespace

std::string sessionHeadText(const RunRecord& record) {
    return headOf(record).dump();
}

std::string sessionRoundText(const Round& round, StoredRows rows) {
    json value = toJson(round);
    if (rows == StoredRows::Kept && round.kept) value["full_rows"] = toJson(*round.kept);
    return value.dump();
}

SessionComposer::SessionComposer(const std::string& head, Sink write) : m_write(std::move(write)) {
    m_write(std::string_view(head).substr(0, head.size() - 1));
    m_write(",\"rounds\":[");
}

void SessionComposer::round(std::string_view text) {
    m_write(std::exchange(m_first, false) ? "\n" : ",\n");
    m_write(text);
}

void SessionComposer::finish() {
    m_write("]}\n");
}

std::string sessionText(const RunRecord& record, StoredRows rows) {
    std::string text;
    compose(record, rows, [&text](std::string_view piece) { text += piece; });
    return text;
}

RunRecord sessionFromText(const std::string& text, const std::string& origin) {
    const json document = parseJson(text, origin);
    if (!document.is_object() || document.value("schema", json()) != kSchema)
        throw Error(origin + ": expected a Specula session file (\"schema\": \"" + kSchema +
                    "\"), found another file");
    const JsonObject top(document, origin);
    checkVersion(top);

    RunRecord record;
    if (top.has("app_version")) record.programVersion = top.bytes("app_version");
    if (top.has("instruction_set")) record.instructionSet = top.bytes("instruction_set");
    if (top.has("machine")) record.machine = machineFrom(top.object("machine"));
    if (top.has("started_at")) record.startedAt = top.integer("started_at", 0, std::int64_t{1} << 40);
    record.targetFiles = filesFrom(top, "target_files");
    record.draftFiles = filesFrom(top, "draft_files");
    record.target = modelInfoFrom(top.object("target"));
    record.draft = draftInfoFrom(top.object("draft"));
    record.engine = engineOptionsFrom(top.object("engine"));
    record.prompt = promptFrom(top.object("prompt"));
    record.promptIds = idsFrom(top, "prompt_ids");
    const auto& pieces = top.array("prompt_pieces", record.promptIds.size());
    for (std::size_t i = 0; i < pieces.size(); ++i)
        record.promptPieces.push_back(top.bytesAt(pieces[i], "prompt_pieces[" + std::to_string(i) + "]"));
    if (!record.promptPieces.empty() && record.promptPieces.size() != record.promptIds.size())
        top.fail("prompt_pieces",
                 "one piece for each of the " + std::to_string(record.promptIds.size()) + " prompt ids");
    record.options = runOptionsFrom(top.object("settings"));
    record.finish =
        top.word<Finish>("finish", &finishNamed, "one of running, stop, length, context, cancelled");
    if (top.has("text")) record.text = top.bytes("text");
    record.loadSeconds = top.number("load_s", 0.0, std::numeric_limits<double>::max());
    record.prefillSeconds = top.number("prefill_s", 0.0, std::numeric_limits<double>::max());
    const std::size_t rounds = top.array("rounds", kMaxStoredTokens).size();
    record.rounds.reserve(rounds);
    for (std::size_t i = 0; i < rounds; ++i) {
        const JsonObject json = top.element("rounds", i);
        Round& round = record.rounds.emplace_back(roundFrom(json, static_cast<int>(i)));
        if (json.has("full_rows"))
            round.kept = std::make_shared<const KeptRows>(
                keptRowsFrom(json.object("full_rows"), round.proposals.size()));
    }
    if (top.has("bookmarks")) record.bookmarks = bookmarksFrom(top, rounds);
    if (top.has("probe")) record.probe = probeFromJson(top.object("probe"));
    if (top.has("race")) record.race = std::make_shared<RaceReport>(raceFrom(top.object("race")));
    if (top.has("lab")) record.lab = std::make_shared<LabReport>(labFrom(top.object("lab")));
    if (top.has("rules")) record.rules = rulesFromJson(top.object("rules"));
    return record;
}

void writeSessionFile(const std::string& path,
                      const std::function<void(const SessionComposer::Sink& write)>& make) {
    FileWriter file(path);
    const auto store = [&file](std::string_view piece) { file.write(piece); };
    if (path.ends_with(".gz")) {
        GzipStream packed(store);
        make([&packed](std::string_view piece) { packed.write(piece); });
        packed.finish();
    } else {
        make(store);
    }
    file.commit();
}

void writeSession(const std::string& path, const RunRecord& record, StoredRows rows) {
    writeSessionFile(path, [&](const SessionComposer::Sink& write) { compose(record, rows, write); });
}

RunRecord readSession(const std::string& path) {
    std::string bytes = readFile(path, kMaxBytes);
    if (isGzip(bytes)) bytes = gunzip(bytes, path, {.maxBytes = kMaxBytes});
    return sessionFromText(bytes, path);
}

}  // namespace specula
