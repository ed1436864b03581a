#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/json_fields.h"
#include "engine/trace/reports.h"

namespace specula {

/// What the cost model gives for one acceptance rate, the same at every position.
struct ProbePrediction {
    double acceptance = 0.0;
    std::vector<double> speedups;  ///< of gamma 0, 1, ...
};

/// What `probe --json` prints of the report, and what a session file keeps of it: all of it, with what
/// follows from it for readers. Shares are of a pass of one row; `linears_share` is all matrices,
/// `head_share` the vocabulary's alone.
nlohmann::json probeToJson(const ProbeReport& report);
ProbeReport probeFromJson(const JsonObject& object);

nlohmann::json predictionsToJson(const std::vector<ProbePrediction>& predictions);

/// The report for people, in columns.
std::string probeTable(const ProbeReport& report);
std::string predictionTable(const std::vector<ProbePrediction>& predictions);

}  // namespace specula
