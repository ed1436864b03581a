#include "app/cli_bench_output.h"

#include "app/formatted.h"
#include "app/json_fields.h"
#include "app/run_output.h"
#include "app/trace_json.h"
#include "engine/text/utf8.h"
#include "engine/trace/names.h"

namespace specula {

using nlohmann::json;

namespace {

double megabytes(std::int64_t bytes) {
    return static_cast<double>(bytes) / 1e6;
}

std::string gammaText(int gamma) {
    return gamma == kGammaAuto ? "auto" : std::to_string(gamma);
}

std::string listed(const std::vector<double>& values, int decimals) {
    std::string text;
    for (const double value : values) text += (text.empty() ? "" : " ") + rateText(value, decimals);
    return text.empty() ? "-" : text;
}

/// Both E and what the formula makes of it.
std::optional<double> ratioOf(std::optional<double> a, std::optional<double> b) {
    if (!a || !b || *b == 0.0) return std::nullopt;
    return *a / *b;
}

json pointJson(const BenchPoint& point) {
    return {{"gamma", point.gamma == kGammaAuto ? json("auto") : json(point.gamma)},
            {"tokens_per_s", toJson(point.tokensPerSecond)},
            {"speedup", toJson(point.speedup)},
            {"tokens_per_round", orNull(point.totals.tokensPerRound())},
            {"acceptance_rate", orNull(point.totals.acceptanceRate())},
            {"predicted_speedup", orNull(point.predicted)},
            {"measured_over_predicted", orNull(point.residual)},
            {"tokens_per_round_from_alpha", orNull(point.tokensFromAlpha)},
            {"predicted_speedup_from_alpha", orNull(point.speedupFromAlpha)},
            {"rounds", point.totals.rounds},
            {"drafted", point.totals.drafted},
            {"judged", point.totals.judged},
            {"accepted", point.totals.accepted}};
}

json caseJson(const BenchCase& one) {
    json points = json::array();
    for (const BenchPoint& point : one.points) points.push_back(pointJson(point));
    return {{"name", one.name},
            {"target", replaceIllFormed(one.target)},
            {"draft", replaceIllFormed(one.draft)},
            {"weights", name(one.weights)},
            {"synthetic_acceptance", orNull(one.syntheticAcceptance)},
            {"context", one.context},
            {"load_s", one.loadSeconds},
            {"memory_before_bytes", one.memoryBefore},
            {"peak_loading_bytes", one.peakLoading},
            {"peak_running_bytes", one.peakRunning},
            {"energy", nullptr},
            {"prefill_tokens_per_s", one.prefillTokensPerSecond},
            {"bytes_per_token", one.bytesPerToken},
            {"plain", {{"tokens_per_s", toJson(one.plain)}}},
            {"gbs", one.gigabytesPerSecond},
            {"bandwidth_gbs", one.bandwidthGbs},
            {"costs", toJson(one.costs)},
            {"alpha_by_position", one.alphaByPosition},
            {"points", std::move(points)},
            {"problem", one.problem.empty() ? json(nullptr) : json(replaceIllFormed(one.problem))}};
}

json agreementJson(const BenchAgreement& a) {
    const bool any = a.n > 0;
    return {{"n", a.n},
            {"within_0.93_1.07", a.within},
            {"median", any ? json(a.median) : json(nullptr)},
            {"low", any ? json(a.low) : json(nullptr)},
            {"high", any ? json(a.high) : json(nullptr)}};
}

json peersJson(const PeersReport& peers) {
    json list = json::array();
    for (const PeerResult& result : peers.results) {
        const bool any = result.problem.empty();
        list.push_back({{"name", result.name},
                        {"ours", result.ours},
                        {"theirs", result.theirs},
                        {"ours_tokens_per_s", result.oursPerSecond},
                        {"theirs_tokens_per_s", result.theirsPerSecond},
                        {"ratio", any ? toJson(result.ratio()) : json(nullptr)},
                        {"problem", any ? json(nullptr) : json(replaceIllFormed(result.problem))}});
    }
    for (const PeerRows& rows : peers.rows)
        list.push_back(
            {{"name", rows.name},
             {"ours", rows.ours},
             {"theirs", rows.theirs},
             {"rows", rows.rows},
             {"ours_v", rows.oursV},
             {"theirs_v", rows.theirsV},
             {"theirs_ms", rows.theirsMs},
             {"problem", rows.problem.empty() ? json(nullptr) : json(replaceIllFormed(rows.problem))}});
    return list;
}

std::string agreementText(const char* what, const BenchAgreement& a) {
    if (a.n == 0) return "";
    return formatted("%s: median %.3f, from %.3f to %.3f, %d of %d within 0.93-1.07", what, a.median, a.low,
                     a.high, a.within, a.n);
}

std::string titleOf(const BenchCase& one) {
    std::string title = one.name + "  " + one.target;
    if (!one.draft.empty()) title += " with " + one.draft;
    title += ", " + std::string(name(one.weights));
    if (one.context > 0) title += ", context " + std::to_string(one.context);
    if (one.syntheticAcceptance) title += formatted(", SYNTHETIC acceptance %.2f", *one.syntheticAcceptance);
    return title;
}

}  // namespace

json benchToJson(const BenchReport& report, const PeersReport& peers, const BenchMachine& machine) {
    json cases = json::array();
    for (const BenchCase& one : report.cases) cases.push_back(caseJson(one));
    return {{"cases", std::move(cases)},
            {"peers", peersJson(peers)},
            {"peer_settings", peers.settings},
            {"cost_model",
             {{"measured_over_predicted", agreementJson(report.costModel)},
              {"measured_over_predicted_from_alpha", agreementJson(report.fromAlpha)}}},
            {"machine",
             {{"cpu", machine.cpu},
              {"instruction_set", machine.instructionSet},
              {"threads", machine.threads},
              {"bandwidth_gbs", machine.bandwidthGbs},
              {"date", machine.date},
              {"version", machine.version}}},
            {"energy", "none: not measured"},
            {"seconds", report.seconds}};
}

std::string benchCaseText(const BenchCase& one) {
    std::string text = titleOf(one) + "\n";
    if (one.plain.n == 0)
        return text + "  " + (one.problem.empty() ? "nothing measured" : one.problem) + "\n";
    text += formatted("  load %.2f s   peak memory %.0f MB loading, %.0f running (%.0f before)\n",
                      one.loadSeconds, megabytes(one.peakLoading), megabytes(one.peakRunning),
                      megabytes(one.memoryBefore));
    text += formatted("  prompt %.0f tokens/s   plain %.1f tokens/s (%.1f-%.1f)   %.1f GB/s of %.1f read\n",
                      one.prefillTokensPerSecond, one.plain.median, one.plain.low, one.plain.high,
                      one.gigabytesPerSecond, one.bandwidthGbs);
    text += formatted("  c %.3f   o %.3f   v ", one.costs.c, one.costs.overhead) + listed(one.costs.v, 2) +
            "\n  acceptance by position " + listed(one.alphaByPosition, 2) + "\n";
    if (!one.points.empty())
        text +=
            "  gamma  tokens/s  speed-up              E  E(alpha)     S  S(alpha)  measured/S  /S(alpha)\n";
    for (const BenchPoint& point : one.points) {
        const auto cell = [](const std::optional<double>& value, int decimals) {
            return rateText(value, decimals);
        };
        text +=
            formatted("  %5s  %8.1f  %4.2f (%4.2f-%4.2f)  %5s  %8s  %4s  %8s  %10s  %9s\n",
                      gammaText(point.gamma).c_str(), point.tokensPerSecond.median, point.speedup.median,
                      point.speedup.low, point.speedup.high, cell(point.totals.tokensPerRound(), 2).c_str(),
                      cell(point.tokensFromAlpha, 2).c_str(), cell(point.predicted, 2).c_str(),
                      cell(point.speedupFromAlpha, 2).c_str(), cell(point.residual, 3).c_str(),
                      cell(ratioOf(point.speedup.median, point.speedupFromAlpha), 3).c_str());
    }
    if (!one.problem.empty()) text += "  " + one.problem + "\n";
    return text;
}

std::string peerText(const PeerResult& result) {
    if (!result.problem.empty()) return result.name + ": not measured: " + result.problem + "\n";
    const Interval ratio = result.ratio();
    return result.name + formatted(": %.1f against %.1f tokens/s, %.2f times (%.2f-%.2f, n = %d)\n",
                                   result.oursMedian(), result.theirsMedian(), ratio.median, ratio.low,
                                   ratio.high, ratio.n);
}

std::string peerRowsText(const PeerRows& rows) {
    if (!rows.problem.empty()) return rows.name + ": not measured: " + rows.problem + "\n";
    std::string text = rows.name + ":";
    for (std::size_t i = 0; i < rows.rows.size(); ++i)
        text += formatted("  v(%d) %.2f against %.2f", rows.rows[i], rows.oursV[i], rows.theirsV[i]);
    return text + "\n";
}

std::string benchSummary(const BenchReport& report) {
    std::string text;
    for (const auto& [what, agreement] :
         {std::pair{"measured / S, E measured", report.costModel},
          std::pair{"measured / S, E from acceptance by position", report.fromAlpha}}) {
        const std::string line = agreementText(what, agreement);
        if (!line.empty()) text += line + "\n";
    }
    return text + formatted("energy: none (not measured)\n%.0f s\n", report.seconds);
}

namespace {

constexpr const char* kTableHead =
    "| case | context | load | peak memory | prompt tok/s | plain tok/s | GB/s | c | v(5) | v(9) | best "
    "gamma | "
    "its tok/s | speed-up | auto |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";

std::string markdownRow(const BenchCase& one) {
    std::string text = "| " + one.name + (one.syntheticAcceptance ? " *" : "") + " | ";
    if (one.plain.n == 0)
        return text + (one.problem.empty() ? "not measured" : replaceIllFormed(one.problem)) + " |\n";
    const BenchPoint *best = nullptr, *chosen = nullptr;
    for (const BenchPoint& point : one.points) {
        if (point.gamma == kGammaAuto)
            chosen = &point;
        else if (!best || point.speedup.median > best->speedup.median)
            best = &point;
    }
    const auto v = [&](std::size_t rows) {
        return rows <= one.costs.v.size() ? rateText(one.costs.v[rows - 1], 2) : std::string("-");
    };
    text +=
        formatted("%d | %.1f s | %.0f MB | %.0f | %.1f | %.1f | %.3f | %s | %s |", one.context,
                  one.loadSeconds, megabytes(one.peakRunning - one.memoryBefore), one.prefillTokensPerSecond,
                  one.plain.median, one.gigabytesPerSecond, one.costs.c, v(5).c_str(), v(9).c_str());
    text += best ? formatted(" %d | %.1f | %.2f |", best->gamma, best->tokensPerSecond.median,
                             best->speedup.median)
                 : std::string(" - | - | - |");
    return text + (chosen ? formatted(" %.2f |\n", chosen->speedup.median) : std::string(" - |\n"));
}

std::string markdownPeers(const PeersReport& peers) {
    std::string text = "\n| against | ours tok/s | theirs | ratio (range) |\n| --- | --- | --- | --- |\n";
    for (const PeerResult& result : peers.results) {
        if (!result.problem.empty()) continue;
        const Interval ratio = result.ratio();
        text += "| " + result.name +
                formatted(" | %.1f | %.1f | %.2f (%.2f-%.2f) |\n", result.oursMedian(), result.theirsMedian(),
                          ratio.median, ratio.low, ratio.high);
    }
    text += "\n" + peers.settings + "\n";
    for (const PeerRows& rows : peers.rows) {
        if (rows.problem.empty()) text += "\n" + peerRowsText(rows);
    }
    return text;
}

}  // namespace

std::string benchMarkdown(const BenchReport& report, const PeersReport& peers, const BenchMachine& machine) {
    std::string text = "Measured " + machine.date + " by `specula bench` " + machine.version + " on " +
                       machine.cpu +
                       formatted(", %d threads, %s kernels", machine.threads, machine.instructionSet.c_str());
    text += machine.bandwidthGbs > 0.0 ? formatted(", %.0f GB/s read.\n\n", machine.bandwidthGbs) : ".\n\n";
    bool synthetic = false;
    if (!report.cases.empty()) text += kTableHead;
    for (const BenchCase& one : report.cases) {
        text += markdownRow(one);
        synthetic = synthetic || one.syntheticAcceptance.has_value();
    }
    if (synthetic)
        text +=
            "\n\\* random weights of the published shape; acceptance is synthetic (set, not lossless), so "
            "the "
            "speed-up is what a draft of that acceptance would give.\n";
    const std::string model = agreementText("Cost model, measured / S", report.costModel);
    const std::string alpha = agreementText("with E from acceptance by position", report.fromAlpha);
    if (!model.empty()) text += "\n" + model + (alpha.empty() ? "" : "; " + alpha) + ".\n";
    if (!report.cases.empty()) text += "\nEnergy: none (not measured).\n";
    if (!peers.results.empty() || !peers.rows.empty()) text += markdownPeers(peers);
    return text;
}

}  // namespace specula
