#include "app/rules_output.h"

#include <algorithm>

#include "app/formatted.h"
#include "app/measure_output.h"
#include "app/run_output.h"
#include "app/trace_json.h"
#include "engine/text/utf8.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr const char* kPlain = "plain";
constexpr const char* kRed = "\x1b[1;31m";
constexpr const char* kReset = "\x1b[0m";
constexpr int kRuleWidth = 20;
constexpr std::size_t kMaxEntries = 1'000'000;
constexpr double kMaxTokens = 1e6;
constexpr std::int64_t kMaxCount = std::int64_t{1} << 53;

std::string ruleWord(const RuleSetup& setup) {
    return setup.gamma == 0 ? kPlain : ruleText(setup.rule, setup.ensembleWeight);
}

json toJson(const RuleSetup& setup, const std::string& draft) {
    json value = toJson(setup);
    value["draft"] = bytesToJson(draft);
    return value;
}

json toJson(const RoundOutcome& outcome) {
    json value = toJson(outcome.setup, outcome.draft);
    value["shared"] = outcome.shared;
    value["expected_tokens"] = outcome.expectedTokens;
    value["low"] = outcome.low;
    value["high"] = outcome.high;
    value["draws"] = outcome.draws;
    value["tokens"] = outcome.shared ? json(outcome.tokens) : json(nullptr);
    value["verdicts"] = json::array();
    for (const Verdict verdict : outcome.verdicts) value["verdicts"].push_back(name(verdict));
    value["reach"] = outcome.reach;
    return value;
}

RoundOutcome outcomeFrom(const JsonObject& object) {
    RoundOutcome outcome;
    outcome.setup = ruleSetupFrom(object);
    outcome.draft = object.bytes("draft");
    outcome.shared = object.boolean("shared");
    outcome.expectedTokens = object.number("expected_tokens", 0.0, kMaxTokens);
    outcome.low = object.number("low", -kMaxTokens, kMaxTokens);
    outcome.high = object.number("high", -kMaxTokens, kMaxTokens);
    outcome.draws = static_cast<int>(object.integer("draws", 0, 1'000'000'000));
    if (outcome.shared) outcome.tokens = static_cast<int>(object.integer("tokens", 0, kGammaMax + 1));
    const json& verdicts = object.array("verdicts", kGammaMax);
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
        const std::string place = "verdicts[" + std::to_string(i) + "]";
        const auto verdict = verdictNamed(object.bytesAt(verdicts[i], place));
        if (!verdict) object.fail(place, "accepted, rejected or discarded");
        outcome.verdicts.push_back(*verdict);
    }
    const json& reach = object.array("reach", kGammaMax);
    for (std::size_t i = 0; i < reach.size(); ++i)
        outcome.reach.push_back(object.numberAt(reach[i], "reach[" + std::to_string(i) + "]", 0.0, 1.0));
    return outcome;
}

json toJson(const RulePoint& point) {
    json value = totalsToJson(point.totals);
    value.update(toJson(point.setup, point.draft));
    value["suite"] = bytesToJson(point.suite);
    value["tokens_per_round"] = toJson(point.tokensPerRound);
    value["tokens_per_s"] = toJson(point.tokensPerSecond);
    value["speedup"] = toJson(point.speedup);
    return value;
}

RulePoint pointFrom(const JsonObject& object) {
    RulePoint point;
    point.setup = ruleSetupFrom(object);
    point.draft = object.bytes("draft");
    point.suite = object.bytes("suite");
    point.tokensPerRound = intervalFrom(object.object("tokens_per_round"));
    point.tokensPerSecond = intervalFrom(object.object("tokens_per_s"));
    point.speedup = intervalFrom(object.object("speedup"));
    point.totals = countsFrom(object);
    return point;
}

/// "typical LOSSY", padded; colour takes no room.
std::string ruleCell(const RuleSetup& setup, bool color) {
    const bool lossy = !lossless(setup.rule);
    const std::string word = ruleWord(setup);
    const std::size_t length = word.size() + (lossy ? 6 : 0);
    const std::string padding(length < kRuleWidth ? kRuleWidth - length : 0, ' ');
    if (!lossy) return word + padding;
    return word + " " + (color ? kRed + std::string("LOSSY") + kReset : "LOSSY") + padding;
}

std::string heading(const std::string& words) {
    return "\n  " + replaceIllFormed(words) + "\n";
}

}  // namespace

json toJson(const RuleSetup& setup) {
    return {{"rule", ruleWord(setup)},
            {"lossless", lossless(setup.rule)},
            {"gamma", setup.gamma == kGammaAuto ? json("auto") : json(setup.gamma)},
            {"tree", toJson(setup.tree)}};
}

RuleSetup ruleSetupFrom(const JsonObject& object) {
    RuleSetup setup;
    setup.gamma =
        object.isWord("gamma", "auto") ? kGammaAuto : static_cast<int>(object.integer("gamma", 0, kGammaMax));
    setup.tree = treeFrom(object);
    if (setup.gamma == 0 && object.isWord("rule", kPlain)) return setup;
    const RuleChoice choice =
        object.word<RuleChoice>("rule", &ruleFromText, "a rule's name, or plain with gamma 0");
    setup.rule = choice.rule;
    setup.ensembleWeight = choice.ensembleWeight;
    return setup;
}

Totals countsFrom(const JsonObject& object) {
    const auto count = [&object](const char* key) {
        return static_cast<long>(object.integer(key, 0, kMaxCount));
    };
    Totals totals;
    totals.rounds = count("rounds");
    totals.drafted = count("drafted");
    totals.judged = count("judged");
    totals.accepted = count("accepted");
    totals.rejected = count("rejected");
    totals.discarded = count("discarded");
    totals.resampled = count("resampled");
    totals.bonus = count("bonus");
    totals.plain = count("plain");
    return totals;
}

std::string shapeText(const RuleSetup& setup) {
    if (setup.gamma == 0) return {};
    if (!setup.tree.off()) return "tree " + treeText(setup.tree);
    return "chain of " + (setup.gamma == kGammaAuto ? "auto" : std::to_string(setup.gamma));
}

json rulesToJson(const RulesReport& report) {
    json round = json::array(), points = json::array();
    for (const RoundOutcome& outcome : report.round) round.push_back(toJson(outcome));
    for (const RulePoint& point : report.points) points.push_back(toJson(point));
    return {{"round", std::move(round)}, {"points", std::move(points)}};
}

RulesReport rulesFromJson(const JsonObject& object) {
    RulesReport report;
    const std::size_t outcomes = object.array("round", kMaxEntries).size();
    for (std::size_t i = 0; i < outcomes; ++i)
        report.round.push_back(outcomeFrom(object.element("round", i)));
    const std::size_t points = object.array("points", kMaxEntries).size();
    for (std::size_t i = 0; i < points; ++i) report.points.push_back(pointFrom(object.element("points", i)));
    return report;
}

std::string roundTable(const std::vector<RoundOutcome>& outcomes, bool color) {
    std::string table;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const RoundOutcome& outcome = outcomes[i];
        if (i == 0 || outcome.draft != outcomes[i - 1].draft) {
            table += heading("one round, draft " + outcome.draft);
            table += formatted("  %-*s  %-14s  %-18s  %s\n", kRuleWidth, "rule", "shape", "tokens expected",
                               "how it is known");
        }
        const Interval interval{outcome.expectedTokens, outcome.low, outcome.high, outcome.draws, {}};
        const std::string tokens =
            outcome.shared ? rateText(outcome.expectedTokens, 3) : intervalText(interval, 2, "");
        const std::string how = outcome.shared ? "exact, same proposals and coins; " +
                                                     std::to_string(outcome.tokens) + " with these coins"
                                               : std::to_string(outcome.draws) + " fresh draws";
        table +=
            "  " + ruleCell(outcome.setup, color) +
            formatted("  %-14s  %-18s  %s\n", shapeText(outcome.setup).c_str(), tokens.c_str(), how.c_str());
    }
    const auto isShared = [](const RoundOutcome& outcome) { return outcome.shared; };
    if (std::any_of(outcomes.begin(), outcomes.end(), isShared))
        table += "  exact: over all coins, given these drafted tokens\n";
    if (!std::all_of(outcomes.begin(), outcomes.end(), isShared))
        table += "  fresh draws: over drafts too, mean and normal 95 % interval\n";
    return table;
}

std::string rulesTable(const std::vector<RulePoint>& points, bool color) {
    std::string table;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const RulePoint& point = points[i];
        if (i == 0 || point.draft != points[i - 1].draft || point.suite != points[i - 1].suite) {
            table += heading(point.suite + ", draft " + point.draft + ", " + std::to_string(point.speedup.n) +
                             " runs each");
            table += formatted("  %-*s  %-14s  %-18s  %-10s  %s\n", kRuleWidth, "rule", "shape",
                               "tokens/round", "acceptance", "speed-up");
        }
        table += "  " + ruleCell(point.setup, color) +
                 formatted("  %-14s  %-18s  %-10s  %s\n", shapeText(point.setup).c_str(),
                           intervalText(point.tokensPerRound, 2, "").c_str(),
                           rateText(point.totals.acceptanceRate(), 3).c_str(),
                           intervalText(point.speedup, 2, "x").c_str());
    }
    if (points.empty()) return table;
    return table +
           "  medians over runs (95 %, bootstrap over prompts and repeats); speed-up: against the plain run "
           "beside each\n";
}

std::string rulesCsv(const std::vector<RulePoint>& points) {
    std::string csv =
        "rule,lossless,gamma,tree,draft,suite,tokens_per_round,tokens_per_round_low,tokens_per_round_high,"
        "tokens_per_s,tokens_per_s_low,tokens_per_s_high,speedup,speedup_low,speedup_high,runs,"
        "acceptance_rate,draft_efficiency,rounds,drafted,judged,accepted\n";
    for (const RulePoint& point : points) {
        const Totals& totals = point.totals;
        std::vector<std::string> cells{
            ruleWord(point.setup),
            lossless(point.setup.rule) ? "true" : "false",
            point.setup.gamma == kGammaAuto ? "auto" : std::to_string(point.setup.gamma),
            treeText(point.setup.tree),
            point.draft,
            point.suite};
        for (const Interval* interval : {&point.tokensPerRound, &point.tokensPerSecond, &point.speedup}) {
            for (const double value : {interval->median, interval->low, interval->high})
                cells.push_back(csvNumber(value));
        }
        cells.push_back(std::to_string(point.speedup.n));
        cells.push_back(csvNumber(totals.acceptanceRate()));
        cells.push_back(csvNumber(totals.draftEfficiency()));
        for (const long count : {totals.rounds, totals.drafted, totals.judged, totals.accepted})
            cells.push_back(std::to_string(count));
        csv += csvLine(cells);
    }
    return csv;
}

}  // namespace specula
