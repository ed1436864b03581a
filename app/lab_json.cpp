#include "app/lab_json.h"

#include <algorithm>

#include "app/measure_output.h"
#include "app/rules_output.h"
#include "app/run_output.h"
#include "app/trace_json.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr std::size_t kMaxDrafts = 1000;
constexpr std::size_t kMaxSuites = 1000;
constexpr std::size_t kMaxPrompts = 100'000;
constexpr std::size_t kMaxSetups = 10'000;
constexpr std::size_t kMaxPoints = 1'000'000;
constexpr double kMaxTemperature = 100.0;
constexpr double kMaxMs = 1e12;
constexpr double kMaxSpeedup = 1e9;
constexpr int kMaxRepeats = 1'000'000;

json toJson(const LabRequest& request) {
    json drafts = json::array(), suites = json::array(), setups = json::array();
    for (const LabDraft& draft : request.drafts)
        drafts.push_back({{"spec", bytesToJson(draft.spec)}, {"trees", draft.trees}});
    for (const LabSuite& suite : request.suites) {
        json prompts = json::array();
        for (const Prompt& prompt : suite.prompts) prompts.push_back(toJson(prompt));
        suites.push_back({{"name", bytesToJson(suite.name)}, {"prompts", std::move(prompts)}});
    }
    for (const RuleSetup& setup : request.setups) setups.push_back(toJson(setup));
    return {{"engine", toJson(request.engine)},
            {"drafts", std::move(drafts)},
            {"suites", std::move(suites)},
            {"settings", toJson(request.options)},
            {"temperatures", request.temperatures},
            {"setups", std::move(setups)},
            {"repeats", request.repeats}};
}

LabRequest requestFrom(const JsonObject& object) {
    LabRequest request;
    request.engine = engineOptionsFrom(object.object("engine"));
    const std::size_t drafts = object.array("drafts", kMaxDrafts).size();
    for (std::size_t i = 0; i < drafts; ++i) {
        const JsonObject draft = object.element("drafts", i);
        request.drafts.push_back({draft.bytes("spec"), draft.boolean("trees")});
    }
    const std::size_t suites = object.array("suites", kMaxSuites).size();
    for (std::size_t i = 0; i < suites; ++i) {
        const JsonObject suite = object.element("suites", i);
        LabSuite& read = request.suites.emplace_back();
        read.name = suite.bytes("name");
        const std::size_t prompts = suite.array("prompts", kMaxPrompts).size();
        for (std::size_t p = 0; p < prompts; ++p)
            read.prompts.push_back(promptFrom(suite.element("prompts", p)));
    }
    request.options = runOptionsFrom(object.object("settings"));
    const json& temperatures = object.array("temperatures", kMaxSetups);
    for (std::size_t i = 0; i < temperatures.size(); ++i)
        request.temperatures.push_back(object.numberAt(
            temperatures[i], "temperatures[" + std::to_string(i) + "]", 0.0, kMaxTemperature));
    const std::size_t setups = object.array("setups", kMaxSetups).size();
    for (std::size_t i = 0; i < setups; ++i)
        request.setups.push_back(ruleSetupFrom(object.element("setups", i)));
    request.repeats = static_cast<int>(object.integer("repeats", 1, kMaxRepeats));
    return request;
}

json toJson(const LabPoint& point) {
    const Totals& totals = point.totals;
    json value = totalsToJson(totals);
    value.update(toJson(point.setup.judged));
    value["draft"] = bytesToJson(point.setup.draft);
    value["draft_name"] = bytesToJson(point.draftName);
    value["temperature"] = point.setup.temperature;
    value["suite"] = bytesToJson(point.suite);
    value["prompt"] = point.prompt.empty() ? json(nullptr) : bytesToJson(point.prompt);
    value["tokens_per_s"] = toJson(point.tokensPerSecond);
    value["speedup"] = point.speedup ? toJson(*point.speedup) : json(nullptr);
    value["predicted_speedup"] = orNull(point.predictedSpeedup);
    value["draft_ms"] = totals.draftMs;
    value["verify_ms"] = totals.verifyMs;
    value["decide_ms"] = totals.decideMs;
    value["decode_ms"] = totals.decodeMs;
    value["judged_at"] = totals.judgedAt;
    value["accepted_at"] = totals.acceptedAt;
    value["costs"] = point.costs.v.empty() ? json(nullptr) : toJson(point.costs);
    value["plain_ms"] = point.plainMs;
    return value;
}

std::vector<long> positionsFrom(const JsonObject& object, const char* key, const std::vector<long>& most) {
    const json& values = object.array(key, kTreeNodesMax);
    std::vector<long> read;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::int64_t high = i < most.size() ? most[i] : std::int64_t{1} << 53;
        read.push_back(static_cast<long>(
            object.integerAt(values[i], std::string(key) + "[" + std::to_string(i) + "]", 0, high)));
    }
    return read;
}

Totals totalsFrom(const JsonObject& object) {
    Totals totals = countsFrom(object);
    if (totals.accepted + totals.rejected != totals.judged)
        object.fail("judged", "the sum of accepted and rejected");
    totals.draftMs = object.number("draft_ms", 0.0, kMaxMs);
    totals.verifyMs = object.number("verify_ms", 0.0, kMaxMs);
    totals.decideMs = object.number("decide_ms", 0.0, kMaxMs);
    totals.decodeMs = object.number("decode_ms", 0.0, kMaxMs);
    totals.judgedAt = positionsFrom(object, "judged_at", {});
    totals.acceptedAt = positionsFrom(object, "accepted_at", totals.judgedAt);
    if (totals.acceptedAt.size() != totals.judgedAt.size())
        object.fail("accepted_at", "as many positions as judged_at");
    return totals;
}

LabPoint pointFrom(const JsonObject& object, const LabRequest& request) {
    LabPoint point;
    point.setup.judged = ruleSetupFrom(object);
    point.setup.draft = object.bytes("draft");
    point.setup.temperature = object.number("temperature", 0.0, kMaxTemperature);
    // The file calls every plain run "plain"; which rule stands there says nothing.
    if (point.setup.plain() && point.setup.temperature == 0.0) point.setup.judged.rule = Rule::Greedy;
    point.draftName = object.bytes("draft_name");
    point.suite = object.bytes("suite");
    if (object.has("prompt")) point.prompt = object.bytes("prompt");
    const auto named = [&point](const LabSuite& suite) { return suite.name == point.suite; };
    if (std::none_of(request.suites.begin(), request.suites.end(), named))
        object.fail("suite", "the name of one of the request's suites");
    point.tokensPerSecond = intervalFrom(object.object("tokens_per_s"));
    if (object.has("speedup")) point.speedup = intervalFrom(object.object("speedup"));
    point.predictedSpeedup = object.optionalNumber("predicted_speedup", 0.0, kMaxSpeedup);
    point.totals = totalsFrom(object);
    if (object.has("costs")) point.costs = costsFrom(object.object("costs"));
    point.plainMs = object.number("plain_ms", 0.0, kMaxMs);
    return point;
}

}  // namespace

json toJson(const LabReport& report) {
    json points = json::array();
    for (const LabPoint& point : report.points) points.push_back(toJson(point));
    return {{"request", toJson(report.request)},
            {"target", toJson(report.target)},
            {"points", std::move(points)}};
}

LabReport labFrom(const JsonObject& object) {
    LabReport report;
    report.request = requestFrom(object.object("request"));
    report.target = modelInfoFrom(object.object("target"));
    const std::size_t points = object.array("points", kMaxPoints).size();
    for (std::size_t i = 0; i < points; ++i)
        report.points.push_back(pointFrom(object.element("points", i), report.request));
    return report;
}

std::string labCsv(const LabReport& report) {
    std::string csv =
        "suite,prompt,temperature,rule,lossless,gamma,tree,draft,draft_name,tokens_per_s,tokens_per_s_low,"
        "tokens_per_s_high,speedup,speedup_low,speedup_high,runs,predicted_speedup,acceptance_rate,"
        "draft_efficiency,tokens_per_round,rounds,drafted,judged,accepted,draft_ms,verify_ms,decide_ms,"
        "decode_ms,plain_ms_per_token,c,overhead\n";
    for (const LabPoint& point : report.points) {
        const RuleSetup& judged = point.setup.judged;
        const Totals& totals = point.totals;
        std::vector<std::string> cells{
            point.suite,
            point.prompt,
            csvNumber(point.setup.temperature),
            point.setup.plain() ? "plain" : ruleText(judged.rule, judged.ensembleWeight),
            lossless(judged.rule) ? "true" : "false",
            judged.gamma == kGammaAuto ? "auto" : std::to_string(judged.gamma),
            treeText(judged.tree),
            point.setup.draft,
            point.draftName};
        const auto add = [&cells](const std::optional<double>& value) { cells.push_back(csvNumber(value)); };
        const auto addInterval = [&add](const std::optional<Interval>& interval) {
            add(interval ? std::optional(interval->median) : std::nullopt);
            add(interval ? std::optional(interval->low) : std::nullopt);
            add(interval ? std::optional(interval->high) : std::nullopt);
        };
        addInterval(point.tokensPerSecond);
        addInterval(point.speedup);
        cells.push_back(std::to_string(point.tokensPerSecond.n));
        for (const auto& value : {point.predictedSpeedup, totals.acceptanceRate(), totals.draftEfficiency(),
                                  totals.tokensPerRound()})
            add(value);
        for (const long count : {totals.rounds, totals.drafted, totals.judged, totals.accepted})
            cells.push_back(std::to_string(count));
        for (const double value : {totals.draftMs, totals.verifyMs, totals.decideMs, totals.decodeMs,
                                   point.plainMs, point.costs.c, point.costs.overhead})
            add(value);
        csv += csvLine(cells);
    }
    return csv;
}

RunRecord runOf(const LabReport& report) {
    RunRecord record;
    record.engine = report.request.engine;
    record.target = report.target;
    if (!report.request.drafts.empty()) record.engine.draft = report.request.drafts.front().spec;
    record.draft.kind = "none";
    if (!report.points.empty()) record.draft.name = report.points.front().draftName;
    if (!report.request.suites.empty() && !report.request.suites.front().prompts.empty())
        record.prompt = report.request.suites.front().prompts.front();
    record.options = report.request.options;
    record.finish = Finish::Cancelled;
    return record;
}

}  // namespace specula
