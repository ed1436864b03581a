#include "app/session_file.h"

#include "app/file_io.h"
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
constexpr std::int64_t kMaxBytes = std::int64_t{512} << 20;

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

}  // namespace

std::string sessionText(const RunRecord& record) {
    json rounds = json::array();
    for (const Round& round : record.rounds) rounds.push_back(toJson(round));
    json document = {{"schema", kSchema},
                     {"version", kVersion},
                     {"app_version", kAppVersion},
                     {"target", toJson(record.target)},
                     {"draft", toJson(record.draft)},
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
                     {"rules", record.rules ? rulesToJson(*record.rules) : json(nullptr)},
                     {"rounds", std::move(rounds)}};
    if (!record.bookmarks.empty()) document["bookmarks"] = bookmarksToJson(record.bookmarks);
    if (record.race) document["race"] = toJson(*record.race);
    return document.dump() + "\n";
}

RunRecord sessionFromText(const std::string& text, const std::string& origin) {
    const json document = parseJson(text, origin);
    if (!document.is_object() || document.value("schema", json()) != kSchema)
        throw Error(origin + ": expected a Specula session file (\"schema\": \"" + kSchema +
                    "\"), found another file");
    const JsonObject top(document, origin);
    top.integer("version", 1, kVersion);

    RunRecord record;
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
    for (std::size_t i = 0; i < rounds; ++i)
        record.rounds.push_back(roundFrom(top.element("rounds", i), static_cast<int>(i)));
    if (top.has("bookmarks")) record.bookmarks = bookmarksFrom(top, rounds);
    if (top.has("probe")) record.probe = probeFromJson(top.object("probe"));
    if (top.has("race")) record.race = std::make_shared<RaceReport>(raceFrom(top.object("race")));
    if (top.has("rules")) record.rules = rulesFromJson(top.object("rules"));
    return record;
}

void writeSession(const std::string& path, const RunRecord& record) {
    writeFile(path, sessionText(record));
}

RunRecord readSession(const std::string& path) {
    return sessionFromText(readFile(path, kMaxBytes), path);
}

}  // namespace specula
