#pragma once

#include <nlohmann/json.hpp>

#include "app/json_fields.h"
#include "app/run_record.h"
#include "engine/trace/race.h"

namespace specula {

/// A race as a session file keeps it: {"target", "draft", "engine", "prompt", "prompt_ids", "prompt_pieces",
/// "figures": what `compare --json` prints, "plain": {"settings", "finish", "prefill_s", "rounds"},
/// "speculative": {...}}.
nlohmann::json toJson(const RaceReport& race);

/// Reads it back, checked like the rest of a session file. The figures' totals are the speculative lane's.
RaceReport raceFrom(const JsonObject& json);

/// The race's speculative lane as a run.
RunRecord runOf(const RaceReport& race);

}  // namespace specula
