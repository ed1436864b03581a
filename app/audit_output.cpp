#include "app/audit_output.h"

#include <cstdio>

namespace specula {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxChecks = 1000;
constexpr double kMaxNumber = 1e300;

std::string number(const std::optional<double>& value, const char* format) {
    if (!value) return "-";
    char text[40];
    std::snprintf(text, sizeof text, format, *value);
    return text;
}

}  // namespace

json auditToJson(const AuditReport& report) {
    json checks = json::array();
    for (const AuditCheck& check : report.checks)
        checks.push_back({{"name", check.name},
                          {"passed", check.passed},
                          {"statistic", orNull(check.statistic)},
                          {"p_value", orNull(check.pValue)},
                          {"detail", check.detail}});
    return {{"checks", std::move(checks)},
            {"passed", report.passed},
            {"detectable_tv", report.detectableTv > 0.0 ? json(report.detectableTv) : json(nullptr)},
            {"draws", report.draws},
            {"false_alarm", report.falseAlarm},
            {"seconds", report.seconds},
            {"statement", report.statement}};
}

AuditReport auditFromJson(const JsonObject& object) {
    AuditReport report;
    const std::size_t count = object.array("checks", kMaxChecks).size();
    for (std::size_t i = 0; i < count; ++i) {
        const JsonObject check = object.element("checks", i);
        report.checks.push_back({check.bytes("name"), check.boolean("passed"),
                                 check.optionalNumber("statistic", -kMaxNumber, kMaxNumber),
                                 check.optionalNumber("p_value", 0.0, 1.0), check.bytes("detail")});
    }
    report.passed = object.boolean("passed");
    report.detectableTv = object.optionalNumber("detectable_tv", 0.0, 1.0).value_or(0.0);
    report.draws = static_cast<int>(object.integer("draws", 0, 1'000'000'000));
    report.falseAlarm = object.number("false_alarm", 0.0, 1.0);
    report.seconds = object.number("seconds", 0.0, kMaxNumber);
    report.statement = object.bytes("statement");
    return report;
}

std::string auditHeader() {
    return "          check                                              statistic   p-value\n";
}

std::string auditLine(const AuditCheck& check) {
    char line[160];
    std::snprintf(line, sizeof line, "  %-6s  %-49s  %10s  %8s\n", check.passed ? "ok" : "FAILED",
                  check.name.c_str(), number(check.statistic, "%.4g").c_str(),
                  number(check.pValue, "%.2g").c_str());
    return line + std::string("          ") + check.detail + "\n";
}

std::string auditSummary(const AuditReport& report) {
    char line[160];
    std::snprintf(line, sizeof line,
                  "A correct program fails such an audit with probability %.0e at most. %.0f s.\n",
                  report.falseAlarm, report.seconds);
    return (report.passed ? "passed: " : "NOT passed: ") + report.statement + "\n" + line;
}

}  // namespace specula
