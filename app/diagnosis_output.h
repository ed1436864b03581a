#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "engine/explain/diagnosis.h"
#include "engine/explain/serving.h"

namespace specula {

/// What `diagnose --json` prints, and `compare --json` under "diagnosis". Keys that begin with "predicted"
/// are the cost model's; everything that lacks is null.
nlohmann::json toJson(const Diagnosis& diagnosis);

/// What `serving --json` prints.
nlohmann::json toJson(const ServingAdvice& advice);

/// The two sentences, a line each with an indent, for the end of a table.
std::string diagnosisLines(const Diagnosis& diagnosis);

}  // namespace specula
