#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/json_fields.h"
#include "engine/trace/reports.h"

namespace specula {

/// What `rules --json` prints of a comparison: {"round": [...], "points": [...]}. Entries of both have rule
/// (as on the command line, "plain" for the baseline), lossless, gamma, tree ("off", "auto" or children by
/// depth) and draft. A round has shared, expected_tokens, low, high, draws and, where shared, tokens,
/// verdicts and reach; a point has suite, the intervals tokens_per_round, tokens_per_s and speedup, and the
/// counts and rates of its runs.
nlohmann::json rulesToJson(const RulesReport& report);

/// The same read back, other keys left alone; of the totals only the counts. Throws Error (see JsonObject).
RulesReport rulesFromJson(const JsonObject& json);

/// rule, lossless, gamma and tree of an entry, and the same read back.
nlohmann::json toJson(const RuleSetup& setup);
RuleSetup ruleSetupFrom(const JsonObject& json);

/// The counts that totalsToJson() (run_output.h) writes, read back.
Totals countsFrom(const JsonObject& json);

/// Tables for people, in the order given; a line above for every draft, and suite. Lossy rules have the word
/// LOSSY, with `color` in red.
std::string roundTable(const std::vector<RoundOutcome>& outcomes, bool color);
std::string rulesTable(const std::vector<RulePoint>& points, bool color);

/// Every point, with a header line; absent numbers are empty, names with commas or quotes quoted (RFC 4180).
std::string rulesCsv(const std::vector<RulePoint>& points);

/// "chain of 4", "tree 3,2,1", "" for plain.
std::string shapeText(const RuleSetup& setup);

}  // namespace specula
