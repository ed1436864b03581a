#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "engine/trace/recommend.h"

namespace specula {

/// What `recommend --json` prints: winner and runner_up {draft, name, gamma (null for a tree), tree,
/// predicted, measured, speedup (null where not measured), tokens_per_round}, reason (a sentence),
/// reason_code, use_plain, flat_gammas [from, to], contenders [...], drafts [{draft, name, kind,
/// alpha_by_position, c, v, overhead, load_s, predict_s, problem}], target, suite, prompts, settings,
/// budget_s, load_s, predict_s, measure_s, complete. With use_plain the winner is draft none, gamma 0, whose
/// speed-up is 1 by definition (n 0).
nlohmann::json recommendToJson(const RecommendReport& report);

/// "gamma 3 with SmolLM2-135M (feature head)", "plain decoding".
std::string contenderText(const RecommendReport& report, std::optional<std::size_t> contender);

/// Why, without a full stop: "its interval lies above the runner-up's".
std::string reasonText(const RecommendReport& report);

/// "predicted after 9.1 s: gamma 2 with ..., 1.39x predicted".
std::string predictionText(const RecommendReport& report);

/// The contenders, what was only predicted marked, and the answer.
std::string recommendTable(const RecommendReport& report);

/// The options of the other subcommands that run the winner: "--draft ngram --gamma 3".
std::string flagsFor(const RecommendReport& report);

}  // namespace specula
