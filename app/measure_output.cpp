#include "app/measure_output.h"

#include <cstdio>

#include "app/json_fields.h"
#include "app/run_output.h"
#include "app/trace_json.h"
#include "engine/text/utf8.h"

namespace specula {

using nlohmann::json;

namespace {

json speedOf(const Interval& tokensPerSecond) {
    return {{"tokens_per_s", toJson(tokensPerSecond)}};
}

json alphaByPosition(const Totals& totals) {
    json rates = json::array();
    for (std::size_t i = 0; i < totals.judgedAt.size(); ++i) {
        const long judged = totals.judgedAt[i];
        rates.push_back(judged > 0
                            ? json(static_cast<double>(totals.acceptedAt[i]) / static_cast<double>(judged))
                            : json(nullptr));
    }
    return rates;
}

std::string row(const char* label, const std::string& value) {
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "  %-20s", label);
    return buffer + value + "\n";
}

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == text.npos) return text;
    std::string result = "\"";
    for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
    return result + "\"";
}

}  // namespace

std::string csvNumber(const std::optional<double>& value) {
    return value ? json(*value).dump() : std::string();
}

std::string csvLine(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) line += (i ? "," : "") + quoted(cells[i]);
    return line + "\n";
}

std::string intervalText(const Interval& interval, int decimals, const char* unit) {
    return rateText(interval.median, decimals) + unit + " (" + rateText(interval.low, decimals) + "-" +
           rateText(interval.high, decimals) + ")";
}

json compareToJson(const CompareReport& report) {
    json value = totalsToJson(report.totals);
    value["plain"] = speedOf(report.plain);
    value["speculative"] = speedOf(report.speculative);
    value["speedup"] = toJson(report.speedup);
    value["predicted_speedup"] = orNull(report.predictedSpeedup);
    value["alpha"] = orNull(report.totals.acceptanceRate());
    value["alpha_by_position"] = alphaByPosition(report.totals);
    value["c"] = report.costs.c;
    value["v"] = report.costs.v;
    value["overhead"] = report.costs.overhead;
    value["verdict"] = report.verdict;
    value["same_text"] = orNull(report.sameText);
    value["first_difference"] = report.firstDifference.empty() ? json(nullptr) : json(report.firstDifference);
    return value;
}

std::string compareTable(const CompareReport& report) {
    std::string table = row("plain", intervalText(report.plain, 1, " tokens/s"));
    table += row("speculative", intervalText(report.speculative, 1, " tokens/s"));
    table += row("speed-up", intervalText(report.speedup, 2, "x") +
                                 ", n = " + std::to_string(report.speedup.n) + ", " + report.speedup.method);
    table += row("predicted", rateText(report.predictedSpeedup, 2) + "x");
    table += row("verdict", report.verdict);
    table += row("acceptance rate", rateText(report.totals.acceptanceRate(), 3));
    table += row("tokens per round", rateText(report.totals.tokensPerRound(), 2));
    table += row("draft step cost c", rateText(report.costs.c, 3));
    if (report.sameText)
        table += row("same text", *report.sameText ? "yes" : "no: " + report.firstDifference);
    return table;
}

json sweepToJson(const std::vector<SweepPoint>& points) {
    json list = json::array();
    for (const SweepPoint& point : points) {
        list.push_back(
            {{"gamma", point.gamma},
             {"prompt", point.prompt.empty() ? json(nullptr) : json(replaceIllFormed(point.prompt))},
             {"tokens_per_s", toJson(point.tokensPerSecond)},
             {"speedup", point.speedup ? toJson(*point.speedup) : json(nullptr)},
             {"acceptance_rate", orNull(point.totals.acceptanceRate())},
             {"draft_efficiency", orNull(point.totals.draftEfficiency())},
             {"tokens_per_round", orNull(point.totals.tokensPerRound())},
             {"predicted_speedup", orNull(point.predictedSpeedup)}});
    }
    return {{"points", std::move(list)}, {"best_gamma", orNull(bestGamma(points))}};
}

std::optional<int> bestGamma(const std::vector<SweepPoint>& points) {
    std::optional<int> best;
    double bestSpeedup = 1.0;
    for (const SweepPoint& point : points) {
        if (!point.prompt.empty()) continue;
        if (!best) best = 0;
        if (point.gamma > 0 && point.speedup && point.speedup->median > bestSpeedup) {
            best = point.gamma;
            bestSpeedup = point.speedup->median;
        }
    }
    return best;
}

std::string sweepTable(const std::vector<SweepPoint>& points) {
    std::string table =
        "  gamma  tokens/s              speed-up              predicted  acceptance  tokens/round\n";
    for (const SweepPoint& point : points) {
        if (!point.prompt.empty()) continue;
        char line[200];
        std::snprintf(line, sizeof line, "  %5d  %-20s  %-20s  %-9s  %-10s  %s\n", point.gamma,
                      intervalText(point.tokensPerSecond, 1, "").c_str(),
                      point.speedup ? intervalText(*point.speedup, 2, "x").c_str() : "-",
                      rateText(point.predictedSpeedup, 2).c_str(),
                      rateText(point.totals.acceptanceRate(), 3).c_str(),
                      rateText(point.totals.tokensPerRound(), 2).c_str());
        table += line;
    }
    if (const auto best = bestGamma(points)) {
        table += *best == 0 ? std::string("  best: plain decoding (gamma 0)\n")
                            : "  best: gamma " + std::to_string(*best) + "\n";
    }
    return table;
}

std::string sweepCsv(const std::vector<SweepPoint>& points) {
    std::string csv =
        "gamma,prompt,tokens_per_s,tokens_per_s_low,tokens_per_s_high,speedup,speedup_low,speedup_high,"
        "acceptance_rate,draft_efficiency,tokens_per_round,predicted_speedup,rounds,drafted,judged,"
        "accepted\n";
    for (const SweepPoint& point : points) {
        const auto speedup = [&](double Interval::*part) {
            return point.speedup ? csvNumber((*point.speedup).*part) : std::string();
        };
        const Totals& totals = point.totals;
        const std::vector<std::string> cells{std::to_string(point.gamma),
                                             point.prompt,
                                             csvNumber(point.tokensPerSecond.median),
                                             csvNumber(point.tokensPerSecond.low),
                                             csvNumber(point.tokensPerSecond.high),
                                             speedup(&Interval::median),
                                             speedup(&Interval::low),
                                             speedup(&Interval::high),
                                             csvNumber(totals.acceptanceRate()),
                                             csvNumber(totals.draftEfficiency()),
                                             csvNumber(totals.tokensPerRound()),
                                             csvNumber(point.predictedSpeedup),
                                             std::to_string(totals.rounds),
                                             std::to_string(totals.drafted),
                                             std::to_string(totals.judged),
                                             std::to_string(totals.accepted)};
        csv += csvLine(cells);
    }
    return csv;
}

}  // namespace specula
