#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/trace/models.h"

namespace specula {

// What `models` prints. `available`: bytes of memory that are free, 0 where unknown.

/// One line a model, with a line below those that cannot be used: why.
std::string modelsTable(const std::vector<ModelEntry>& models, std::int64_t available);

/// A grid of targets (lines) and drafts (columns), then for each target the drafts that fit it and what is
/// against the others: the first failed check with its detail.
std::string pairsText(const std::vector<ModelEntry>& models, const std::vector<PairCell>& pairs);

std::string detailsText(const ModelDetails& details, std::int64_t available);

nlohmann::json modelToJson(const ModelEntry& model);
nlohmann::json pairToJson(const std::vector<ModelEntry>& models, const PairCell& pair);
nlohmann::json detailsToJson(const ModelDetails& details);

/// "yes", "no", the formats that fit ("int8x2, int8"), or "?" where nothing is known. Full precision is not
/// counted: nobody needs it to run a model.
std::string fitText(const ModelEntry& model, std::int64_t available);

}  // namespace specula
