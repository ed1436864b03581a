#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/trace/models.h"

namespace specula {

/// Every usable model as target with every other as draft, through checkPair(). Indices count all entries;
/// those with a problem, and a model with itself, have no cell. A feature head is a draft only, and fits the
/// target that it was trained for (checkHead). Each model is opened once. A model that can no longer be
/// opened fails in all its cells, with the reason; a draft larger than its target gets a warning. `progress`
/// gets a fraction 0..1 and a short text, on this thread. A stop returns what there is, between two models or
/// pairs.
std::vector<PairCell> pairMatrix(
    const std::vector<ModelEntry>& entries, const std::stop_token& stop = {},
    const std::function<void(double fraction, const std::string& what)>& progress = {});

}  // namespace specula
