#pragma once

#include <nlohmann/json.hpp>

#include "app/run_record.h"
#include "ui/sessions/compared_run.h"

namespace specula {

/// What two runs are compared by, of one stored run. `name` is for people.
ComparedRun comparedRun(const RunRecord& record, const QString& name);

/// The table that `replay --against` prints.
std::string comparisonTable(const RunComparison& comparison, const ComparedRun& left,
                            const ComparedRun& right);
/// {"first_difference": index or null, "sentence", "note", "rows": [{"what", "session", "against",
/// "setting", "differs"}]}
nlohmann::json comparisonToJson(const RunComparison& comparison);

}  // namespace specula
