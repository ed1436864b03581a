#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "app/json_fields.h"
#include "engine/trace/reports.h"

namespace specula {

/// What `audit --json` prints of a report: checks, passed, detectable_tv (null without sampled checks),
/// draws, false_alarm, seconds, statement.
nlohmann::json auditToJson(const AuditReport& report);

/// The same read back; other keys are left alone. Throws Error (see JsonObject).
AuditReport auditFromJson(const JsonObject& json);

/// One line of the table: verdict, name, statistic, p-value, detail.
std::string auditLine(const AuditCheck& check);
std::string auditHeader();
/// What follows the lines: the statement, the false-alarm rate and the time.
std::string auditSummary(const AuditReport& report);

}  // namespace specula
