#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "engine/trace/reports.h"

namespace specula {

/// What `compare --json` prints.
nlohmann::json compareToJson(const CompareReport& report);
std::string compareTable(const CompareReport& report);

/// What `sweep --json` prints; points of the whole suite have prompt null.
nlohmann::json sweepToJson(const std::vector<SweepPoint>& points);
/// One line a gamma, for the whole suite.
std::string sweepTable(const std::vector<SweepPoint>& points);
/// Every point, with a header line; absent numbers are empty.
std::string sweepCsv(const std::vector<SweepPoint>& points);

/// The gamma with the highest median speed-up over the whole suite; plain (0) wins unless another beats it.
/// Absent without such points.
std::optional<int> bestGamma(const std::vector<SweepPoint>& points);

/// One line of a CSV file; cells with commas, quotes or line ends are quoted (RFC 4180).
std::string csvLine(const std::vector<std::string>& cells);
std::string csvNumber(const std::optional<double>& value);  ///< "" where absent

/// "1.42x (1.36-1.48)"
std::string intervalText(const Interval& interval, int decimals, const char* unit);

}  // namespace specula
