#include "app/probe_output.h"

#include "app/formatted.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr double kMaxMs = 1e12;
constexpr double kMaxGbs = 1e9;
constexpr std::int64_t kMaxBytes = std::int64_t{1} << 50;
constexpr std::size_t kMaxRows = 1024;

json toJson(const TimeSpread& spread) {
    return {{"median", spread.median}, {"low", spread.low}, {"high", spread.high}, {"n", spread.n}};
}

TimeSpread spreadFrom(const JsonObject& object) {
    return {object.number("median", 0.0, kMaxMs), object.number("low", 0.0, kMaxMs),
            object.number("high", 0.0, kMaxMs), static_cast<int>(object.integer("n", 0, 1'000'000'000))};
}

json toJson(const ProbeRow& row, double oneRowMs) {
    json value = {{"m", row.rows},
                  {"ms", row.pass.median},
                  {"low", row.pass.low},
                  {"high", row.pass.high},
                  {"n", row.pass.n},
                  {"v", oneRowMs > 0.0 ? json(row.pass.median / oneRowMs) : json(nullptr)},
                  {"in_round", row.inRound.n > 0 ? toJson(row.inRound) : json(nullptr)},
                  {"shares", nullptr}};
    if (row.shares)
        value["shares"] = {{"linears_ms", row.shares->linearsMs},
                           {"head_ms", row.shares->headMs},
                           {"attention_ms", row.shares->attentionMs},
                           {"other_ms", row.shares->otherMs}};
    return value;
}

ProbeRow rowFrom(const JsonObject& object) {
    ProbeRow row;
    row.rows = static_cast<int>(object.integer("m", 1, static_cast<std::int64_t>(kMaxRows)));
    row.pass = {object.number("ms", 0.0, kMaxMs), object.number("low", 0.0, kMaxMs),
                object.number("high", 0.0, kMaxMs), static_cast<int>(object.integer("n", 0, 1'000'000'000))};
    if (object.has("in_round")) row.inRound = spreadFrom(object.object("in_round"));
    if (object.has("shares")) {
        const JsonObject shares = object.object("shares");
        row.shares =
            PassShares{shares.number("linears_ms", 0.0, kMaxMs), shares.number("head_ms", 0.0, kMaxMs),
                       shares.number("attention_ms", 0.0, kMaxMs), shares.number("other_ms", 0.0, kMaxMs)};
    }
    return row;
}

const PassShares* sharesOf(const ProbeReport& report) {
    return report.rows.empty() || !report.rows.front().shares ? nullptr : &*report.rows.front().shares;
}

json share(const ProbeReport& report, double ms) {
    const PassShares* shares = sharesOf(report);
    return shares && shares->totalMs() > 0.0 ? json(ms / shares->totalMs()) : json(nullptr);
}

/// What a plain token's milliseconds are made of, by falling place in the pass and then what follows it.
std::string breakdownTable(const ProbeReport& report) {
    const PassShares* shares = sharesOf(report);
    if (!shares) return {};
    const double rest = std::max(0.0, report.plainDecideMs - report.sampleMs);
    const std::pair<const char*, double> parts[] = {
        {"linears", shares->linearsMs}, {"head", shares->headMs},      {"attention", shares->attentionMs},
        {"other", shares->otherMs},     {"sampling", report.sampleMs}, {"deciding, rest", rest}};
    double total = 0.0;
    for (const auto& [label, ms] : parts) total += ms;
    std::string table = "\n  a plain token            ms   share\n";
    for (const auto& [label, ms] : parts)
        table += formatted("    %-16s  %7.3f  %5.1f %%\n", label, ms, 100.0 * ms / std::max(total, 1e-9));
    return table;
}

std::string rowsTable(const ProbeReport& report) {
    const bool all = !report.rows.empty() && report.rows.back().shares.has_value();
    std::string table = "\n  rows  ms alone (quartiles)       v  in a round  cost v";
    table += all ? "   linears    head  attention   other\n" : "\n";
    const double one = report.rows.empty() ? 0.0 : report.rows.front().pass.median;
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
        const ProbeRow& row = report.rows[i];
        const std::string quartiles =
            formatted("%.2f (%.2f-%.2f)", row.pass.median, row.pass.low, row.pass.high);
        table += formatted("  %4d  %-20s  %6.2f  %10s", row.rows, quartiles.c_str(),
                           row.pass.median / std::max(one, 1e-9),
                           row.inRound.n > 0 ? formatted("%.2f", row.inRound.median).c_str() : "-");
        table += i < report.costs.v.size() ? formatted("  %6.2f", report.costs.v[i]) : "       -";
        if (all && row.shares)
            table += formatted("  %8.2f  %6.2f  %9.2f  %6.2f", row.shares->linearsMs, row.shares->headMs,
                               row.shares->attentionMs, row.shares->otherMs);
        table += "\n";
    }
    return table;
}

}  // namespace

json probeToJson(const ProbeReport& report) {
    const double one = report.rows.empty() ? 0.0 : report.rows.front().pass.median;
    json rows = json::array();
    for (const ProbeRow& row : report.rows) rows.push_back(toJson(row, one));
    const PassShares none;
    const PassShares& shares = sharesOf(report) ? *sharesOf(report) : none;
    const double bytes = static_cast<double>(report.weightsBytes + report.cacheBytes);
    const double ms = report.plain.median;
    return {
        {"context", report.context},
        {"threads", report.threads},
        {"bandwidth_gbs", report.bandwidthGbs},
        {"far_bandwidth_gbs", report.farBandwidthGbs > 0.0 ? json(report.farBandwidthGbs) : json(nullptr)},
        {"far_bytes", report.farBytes},
        {"weights_bytes", report.weightsBytes},
        {"cache_bytes", report.cacheBytes},
        {"rows", std::move(rows)},
        {"ms_per_token", ms},
        {"plain", toJson(report.plain)},
        {"limit_ms", report.limitMs()},
        {"gbs", ms > 0.0 ? json(bytes * 1e-6 / ms) : json(nullptr)},
        {"fraction_of_limit", report.fractionOfLimit()},
        {"linears_share", share(report, shares.linearsMs + shares.headMs)},
        {"head_share", share(report, shares.headMs)},
        {"attention_share", share(report, shares.attentionMs)},
        {"other_share", share(report, shares.otherMs)},
        {"plain_decide_ms", report.plainDecideMs},
        {"sample_ms", report.sampleMs},
        {"greedy_ms", report.greedyMs},
        {"draft_step_ms", report.draftStepMs},
        {"draft_start_ms", report.draftStartMs},
        {"decide_ms", report.decideMs},
        {"c", report.costs.c},
        {"v", report.costs.v},
        {"overhead", report.costs.overhead}};
}

ProbeReport probeFromJson(const JsonObject& object) {
    ProbeReport report;
    report.context = static_cast<int>(object.integer("context", 0, 1'000'000'000));
    report.threads = static_cast<int>(object.integer("threads", 0, 100'000));
    report.bandwidthGbs = object.number("bandwidth_gbs", 0.0, kMaxGbs);
    report.farBandwidthGbs = object.optionalNumber("far_bandwidth_gbs", 0.0, kMaxGbs).value_or(0.0);
    report.farBytes = object.integer("far_bytes", 0, kMaxBytes);
    report.weightsBytes = object.integer("weights_bytes", 0, kMaxBytes);
    report.cacheBytes = object.integer("cache_bytes", 0, kMaxBytes);
    const std::size_t rows = object.array("rows", kMaxRows).size();
    for (std::size_t i = 0; i < rows; ++i) report.rows.push_back(rowFrom(object.element("rows", i)));
    report.plain = spreadFrom(object.object("plain"));
    report.plainDecideMs = object.number("plain_decide_ms", 0.0, kMaxMs);
    report.sampleMs = object.number("sample_ms", 0.0, kMaxMs);
    report.greedyMs = object.number("greedy_ms", 0.0, kMaxMs);
    report.draftStepMs = object.number("draft_step_ms", 0.0, kMaxMs);
    report.draftStartMs = object.number("draft_start_ms", 0.0, kMaxMs);
    report.decideMs = object.number("decide_ms", 0.0, kMaxMs);
    report.costs.c = object.number("c", 0.0, kMaxMs);
    report.costs.overhead = object.number("overhead", 0.0, kMaxMs);
    const auto& v = object.array("v", kMaxRows);
    for (std::size_t i = 0; i < v.size(); ++i)
        report.costs.v.push_back(object.numberAt(v[i], "v[" + std::to_string(i) + "]", 0.0, kMaxMs));
    return report;
}

json predictionsToJson(const std::vector<ProbePrediction>& predictions) {
    json list = json::array();
    for (const ProbePrediction& prediction : predictions)
        list.push_back({{"acceptance", prediction.acceptance}, {"speedups", prediction.speedups}});
    return list;
}

std::string probeTable(const ProbeReport& report) {
    const double weights = static_cast<double>(report.weightsBytes) * 1e-6;
    const double cache = static_cast<double>(report.cacheBytes) * 1e-6;
    const bool limited = report.bandwidthGbs > 0.0;  // not where it was stopped before that
    std::string table = formatted("  measured            at a context of %d tokens, %d thread%s\n",
                                  report.context, report.threads, report.threads == 1 ? "" : "s");
    if (limited)
        table += formatted("  reading memory      %.1f GB/s over the %.0f MB that a token reads",
                           report.bandwidthGbs, weights + cache);
    if (report.farBandwidthGbs > 0.0)
        table += formatted(", %.1f GB/s over %.0f MB", report.farBandwidthGbs,
                           static_cast<double>(report.farBytes) * 1e-6);
    table += limited ? "\n" : "";
    table += formatted("  a token reads       %.1f MB of weights and %.1f MB of cache", weights, cache);
    table += limited ? formatted(": %.2f ms at least\n", report.limitMs()) : "\n";
    if (report.plain.median > 0.0) {
        const double ms = report.plain.median;
        table += formatted("  plain decoding      %.2f ms a token (%.2f-%.2f), %.0f tokens/s, %.1f GB/s", ms,
                           report.plain.low, report.plain.high, 1000.0 / ms, (weights + cache) / ms);
        table += limited ? formatted(": %.0f %% of the limit\n", 100.0 * report.fractionOfLimit()) : "\n";
    }
    table += formatted("  choosing a token    %.3f ms sampled, %.3f ms greedy\n", report.sampleMs,
                       report.greedyMs);
    table += breakdownTable(report);
    table += rowsTable(report);
    if (report.draftStepMs > 0.0 || report.decideMs > 0.0)
        table += formatted(
            "\n  draft               %.3f ms a token (c %.3f); a round: %.3f ms to catch up, %.3f ms to "
            "decide (o %.3f)\n",
            report.draftStepMs, report.costs.c, report.draftStartMs, report.decideMs, report.costs.overhead);
    return table;
}

std::string predictionTable(const std::vector<ProbePrediction>& predictions) {
    if (predictions.empty()) return {};
    std::string table = "\n  predicted speed-up   gamma";
    for (std::size_t gamma = 1; gamma < predictions.front().speedups.size(); ++gamma)
        table += formatted("  %5zu", gamma);
    table += "\n";
    for (const ProbePrediction& prediction : predictions) {
        table += formatted("    acceptance %.2f         ", prediction.acceptance);
        for (std::size_t gamma = 1; gamma < prediction.speedups.size(); ++gamma)
            table += formatted("  %5.2f", prediction.speedups[gamma]);
        table += "\n";
    }
    return table;
}

}  // namespace specula
