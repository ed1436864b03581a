#pragma once

#include <optional>

#include <QString>

#include "engine/trace/recommend.h"

namespace specula {

// The words of a recommendation. Pure functions of the report. Predicted figures always carry the word.

/// "gamma 3", "tree 3,2,1".
QString shapeText(const DraftShape& shape);

/// "gamma 3 with SmolLM2 (feature head)"; plain decoding for none.
QString contenderText(const RecommendReport& report, std::optional<std::size_t> contender);

/// "1.42× (1.36–1.48, n = 24)", "1.42×, predicted".
QString figuresText(const Contender& contender);

/// The answer in large type, two lines: "Use gamma 3 with the head" and "1.42× (1.36–1.48, n = 24)"; or one,
/// "Use plain decoding". While it is looked for, what leads: "So far: ...". Empty before the first
/// prediction.
QString answerText(const RecommendReport& report);

/// Why, a whole sentence; empty before the first prediction.
QString becauseText(const RecommendReport& report);

/// "Runner-up: ..."; empty where there is none.
QString runnerUpText(const RecommendReport& report);

/// What it rests on: target, prompts, temperature, seconds of each phase.
QString conditionsText(const RecommendReport& report);

}  // namespace specula
