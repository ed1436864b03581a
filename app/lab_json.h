#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "app/json_fields.h"
#include "app/run_record.h"
#include "engine/trace/lab.h"

namespace specula {

/// A Gamma lab as a session file keeps it: {"request": {"engine", "drafts", "suites", "settings",
/// "temperatures", "setups", "repeats"}, "target", "points": [...]}. A point has draft, draft_name,
/// temperature, rule, lossless, gamma and tree (as in rules_output.h), suite, prompt (null: the whole suite),
/// the intervals tokens_per_s and speedup, predicted_speedup, the counts and rates of its runs, their times
/// (draft_ms, verify_ms, decide_ms, decode_ms), judged_at and accepted_at by position, costs (null: not
/// measured) and plain_ms.
nlohmann::json toJson(const LabReport& report);

/// The same read back. Throws Error naming what is wrong (see JsonObject), also where a point belongs to no
/// suite, or counts contradict each other.
LabReport labFrom(const JsonObject& json);

/// Every point, with a header line; absent numbers are empty, names with commas or quotes quoted (RFC 4180).
std::string labCsv(const LabReport& report);

/// A lab without a run beside it, for a session file: its pair and settings, and no rounds.
RunRecord runOf(const LabReport& report);

}  // namespace specula
