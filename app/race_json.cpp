#include "app/race_json.h"

#include <algorithm>

#include "app/measure_output.h"
#include "app/trace_json.h"
#include "engine/trace/names.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr double kMaxNumber = std::numeric_limits<double>::max();

json laneToJson(const RaceLane& lane) {
    json rounds = json::array();
    for (const Round& round : lane.rounds) rounds.push_back(toJson(round));
    return {{"settings", toJson(lane.options)},
            {"finish", name(lane.finish)},
            {"prefill_s", lane.prefillSeconds},
            {"rounds", std::move(rounds)}};
}

RaceLane laneFrom(const JsonObject& json) {
    RaceLane lane;
    lane.options = runOptionsFrom(json.object("settings"));
    lane.finish =
        json.word<Finish>("finish", &finishNamed, "one of running, stop, length, context, cancelled");
    lane.prefillSeconds = json.number("prefill_s", 0.0, kMaxNumber);
    const std::size_t rounds = json.array("rounds", kMaxStoredTokens).size();
    lane.rounds.reserve(rounds);
    double before = 0.0;
    for (std::size_t i = 0; i < rounds; ++i) {
        lane.rounds.push_back(roundFrom(json.element("rounds", i), static_cast<int>(i)));
        const double end = lane.rounds.back().times.endMs;
        if (end < before) json.fail("rounds", "rounds in the order of their times");
        before = end;
    }
    return lane;
}

CompareReport figuresFrom(const JsonObject& json) {
    CompareReport figures;
    figures.plain = intervalFrom(json.object("plain").object("tokens_per_s"));
    figures.speculative = intervalFrom(json.object("speculative").object("tokens_per_s"));
    figures.speedup = intervalFrom(json.object("speedup"));
    figures.predictedSpeedup = json.optionalNumber("predicted_speedup", 0.0, kMaxNumber);
    figures.costs = costsFrom(json);
    figures.verdict = json.bytes("verdict");
    if (json.has("same_text")) figures.sameText = json.boolean("same_text");
    if (json.has("first_difference")) figures.firstDifference = json.bytes("first_difference");
    return figures;
}

}  // namespace

json toJson(const RaceReport& race) {
    json pieces = json::array();
    for (const std::string& piece : race.promptPieces) pieces.push_back(bytesToJson(piece));
    return {{"target", toJson(race.target)},
            {"draft", toJson(race.draft)},
            {"engine", toJson(race.engine)},
            {"prompt", toJson(race.prompt)},
            {"prompt_ids", race.promptIds},
            {"prompt_pieces", std::move(pieces)},
            {"figures", compareToJson(race.figures)},
            {"plain", laneToJson(race.plain)},
            {"speculative", laneToJson(race.speculative)}};
}

RaceReport raceFrom(const JsonObject& json) {
    RaceReport race;
    race.target = modelInfoFrom(json.object("target"));
    race.draft = draftInfoFrom(json.object("draft"));
    race.engine = engineOptionsFrom(json.object("engine"));
    race.prompt = promptFrom(json.object("prompt"));
    race.promptIds = idsFrom(json, "prompt_ids");
    const auto& pieces = json.array("prompt_pieces", race.promptIds.size());
    for (std::size_t i = 0; i < pieces.size(); ++i)
        race.promptPieces.push_back(json.bytesAt(pieces[i], "prompt_pieces[" + std::to_string(i) + "]"));
    race.figures = figuresFrom(json.object("figures"));
    race.plain = laneFrom(json.object("plain"));
    race.speculative = laneFrom(json.object("speculative"));
    race.figures.totals = totalsOf(race.speculative.rounds);
    return race;
}

RunRecord runOf(const RaceReport& race) {
    RunRecord record;
    record.engine = race.engine;
    record.target = race.target;
    record.draft = race.draft;
    record.prompt = race.prompt;
    record.promptIds = race.promptIds;
    record.promptPieces = race.promptPieces;
    record.options = race.speculative.options;
    record.finish = race.speculative.finish;
    record.loadSeconds = race.target.loadSeconds;
    record.prefillSeconds = race.speculative.prefillSeconds;
    record.rounds = race.speculative.rounds;
    if (!race.target.hasTokenizer) return record;
    std::string text;
    for (const Round& round : record.rounds) {
        for (const Emitted& token : round.emitted) text += token.bytes;
    }
    for (const std::string& stop : record.options.stop) text = text.substr(0, text.find(stop));
    record.text = std::move(text);
    return record;
}

}  // namespace specula
