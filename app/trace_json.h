#pragma once

#include <nlohmann/json.hpp>

#include "app/json_fields.h"
#include "engine/trace/reports.h"
#include "engine/trace/round.h"

namespace specula {

// The values of engine/trace as JSON, one spelling for session files and for --json. Doubles come back
// exactly. Reading checks every type, range and length and throws Error (see JsonObject).

nlohmann::json toJson(const Sampling& sampling);
nlohmann::json toJson(const Costs& costs);
nlohmann::json toJson(const TreeShape& tree);  ///< "off", "auto" or children by depth
nlohmann::json toJson(const RunOptions& options);
nlohmann::json toJson(const EngineOptions& options);
nlohmann::json toJson(const Prompt& prompt);
nlohmann::json toJson(const ModelInfo& model);
nlohmann::json toJson(const DraftInfo& draft);
nlohmann::json toJson(const Interval& interval);

/// Rows are {"overlap", "residual_mass", "entropy_target", "entropy_draft", "has_draft",
/// "top": [[id, bytes, p_target, p_draft], ...]}.
nlohmann::json toJson(const Round& round);

Sampling samplingFrom(const JsonObject& json);
Costs costsFrom(const JsonObject& json);
TreeShape treeFrom(const JsonObject& json);  ///< under the key "tree"
RunOptions runOptionsFrom(const JsonObject& json);
EngineOptions engineOptionsFrom(const JsonObject& json);
Prompt promptFrom(const JsonObject& json);
ModelInfo modelInfoFrom(const JsonObject& json);
DraftInfo draftInfoFrom(const JsonObject& json);
Interval intervalFrom(const JsonObject& json);

/// `index` must be the round's own; parents and proposal numbers are checked to lie inside the round.
Round roundFrom(const JsonObject& json, int index);

/// Ids under `key`, each not negative.
std::vector<TokenId> idsFrom(const JsonObject& json, const char* key);

inline constexpr std::size_t kMaxStoredTokens = 1'000'000;

}  // namespace specula
