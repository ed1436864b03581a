#include "app/recommend_output.h"

#include <algorithm>

#include "app/formatted.h"
#include "app/measure_output.h"
#include "app/run_output.h"
#include "app/trace_json.h"
#include "engine/explain/cost_model.h"
#include "engine/text/utf8.h"
#include "engine/trace/names.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr const char* kWords[] = {"clear", "only-one", "flat", "close", "not-measured", "no-gain"};

std::string shapeText(const DraftShape& shape) {
    return shape.tree.off() ? "gamma " + std::to_string(shape.gamma) : "tree " + treeText(shape.tree);
}

json contenderToJson(const RecommendReport& report, const Contender& contender) {
    const bool measured = contender.speedup.n > 0;
    const DraftFindings& draft = report.drafts[contender.draft];
    return {{"draft", bytesToJson(draft.draft)},
            {"name", bytesToJson(draft.info.name)},
            {"gamma", contender.shape.tree.off() ? json(contender.shape.gamma) : json(nullptr)},
            {"tree", toJson(contender.shape.tree)},
            {"predicted", contender.predicted},
            {"measured", measured},
            {"speedup", measured ? toJson(contender.speedup) : json(nullptr)},
            {"tokens_per_round", orNull(contender.totals.tokensPerRound())}};
}

json plainToJson() {
    const Interval one{1.0, 1.0, 1.0, 0, "plain decoding is the measure itself"};
    return {{"draft", "none"},
            {"name", "plain decoding"},
            {"gamma", 0},
            {"tree", toJson(TreeShape{})},
            {"predicted", 1.0},
            {"measured", true},
            {"speedup", toJson(one)},
            {"tokens_per_round", 1.0}};
}

json findingsToJson(const DraftFindings& findings) {
    return {{"draft", bytesToJson(findings.draft)},
            {"name", bytesToJson(findings.info.name)},
            {"kind", findings.info.kind},
            {"alpha_by_position", findings.longRun.alpha()},
            {"c", findings.costs.c},
            {"v", findings.costs.v},
            {"overhead", findings.costs.overhead},
            {"load_s", findings.loadSeconds},
            {"predict_s", findings.predictSeconds},
            {"problem", findings.problem.empty() ? json(nullptr) : json(replaceIllFormed(findings.problem))}};
}

std::string causeText(const RecommendReport& report) {
    const Contender& best = report.contenders[*report.decision.runnerUp];
    const DraftFindings& draft = report.drafts[best.draft];
    const int rows = best.shape.nodes() + 1;
    switch (report.decision.cause) {
        case PlainCause::DraftCost:
            return formatted("the draft costs %.2f of a target step", draft.costs.c);
        case PlainCause::RowCost:
            return formatted("%d rows cost %.2f times one row", rows, verifyCost(draft.costs, rows));
        case PlainCause::Acceptance: {
            const std::vector<double> alpha = draft.longRun.alpha();
            return alpha.empty() ? "nothing was proposed"
                                 : formatted("the target keeps %.0f %% of the first drafted tokens",
                                             100.0 * alpha.front());
        }
        case PlainCause::None:
            break;
    }
    return {};
}

std::string plainReason(const RecommendReport& report) {
    const Interval& best = report.contenders[*report.decision.runnerUp].speedup;
    if (best.n == 0)
        return "nothing is predicted to be gained, and nothing was measured: " + causeText(report);
    const std::string verdict =
        best.n >= 2 && best.high < 1.0 ? "nothing is gained here" : "no significant difference was measured";
    return verdict + ": " + causeText(report);
}

std::string measuredText(const Contender& contender) {
    if (contender.speedup.n == 0) return "not measured";
    return intervalText(contender.speedup, 2, "x") + ", n = " + std::to_string(contender.speedup.n);
}

}  // namespace

std::string contenderText(const RecommendReport& report, std::optional<std::size_t> contender) {
    if (!contender) return "plain decoding";
    const Contender& chosen = report.contenders[*contender];
    return shapeText(chosen.shape) + " with " + replaceIllFormed(report.drafts[chosen.draft].info.name);
}

std::string reasonText(const RecommendReport& report) {
    const Decision& decision = report.decision;
    if (report.contenders.empty() && report.stopped) return "stopped before anything was predicted";
    if (!decision.winner) return decision.runnerUp ? plainReason(report) : "nothing could be drafted";
    switch (decision.reason) {
        case RecommendReason::Clear:
            return "its interval lies above the runner-up's";
        case RecommendReason::OnlyOne:
            return "no other was predicted to come near";
        case RecommendReason::Flat:
            if (decision.flatTo > decision.flatFrom)
                return formatted("gammas %d-%d are within 2 %% of the best, and it drafts least",
                                 decision.flatFrom, decision.flatTo);
            return "it is within 2 % of the best, and drafts least";
        case RecommendReason::Close:
            return "it has the largest median, though its interval overlaps the runner-up's";
        case RecommendReason::NotMeasured:
        case RecommendReason::NoGain:
            break;
    }
    return "predicted only: there was no time to measure";
}

std::string predictionText(const RecommendReport& report) {
    std::string text = formatted("predicted after %.1f s: ", report.predictSeconds);
    if (report.contenders.empty()) return text + "nothing";
    const Contender& best = report.contenders.front();
    return text + contenderText(report, 0) + formatted(", %.2fx predicted", best.predicted);
}

json recommendToJson(const RecommendReport& report) {
    const Decision& decision = report.decision;
    json contenders = json::array(), drafts = json::array();
    for (const Contender& contender : report.contenders)
        contenders.push_back(contenderToJson(report, contender));
    for (const DraftFindings& findings : report.drafts) drafts.push_back(findingsToJson(findings));
    return {{"winner",
             decision.winner ? contenderToJson(report, report.contenders[*decision.winner]) : plainToJson()},
            {"runner_up", decision.runnerUp ? contenderToJson(report, report.contenders[*decision.runnerUp])
                                            : json(nullptr)},
            {"reason", reasonText(report)},
            {"reason_code", kWords[static_cast<std::size_t>(decision.reason)]},
            {"use_plain", decision.usePlain()},
            {"flat_gammas", json::array({decision.flatFrom, decision.flatTo})},
            {"contenders", std::move(contenders)},
            {"drafts", std::move(drafts)},
            {"target", toJson(report.target)},
            {"suite", bytesToJson(report.suite)},
            {"prompts", report.prompts},
            {"settings", toJson(report.options)},
            {"budget_s", report.budgetSeconds},
            {"load_s", report.loadSeconds},
            {"predict_s", report.predictSeconds},
            {"measure_s", report.measureSeconds},
            {"complete", report.done && !report.stopped}};
}

std::string recommendTable(const RecommendReport& report) {
    std::vector<std::size_t> shown;
    std::vector<bool> seen(report.drafts.size(), false);
    for (std::size_t i = 0; i < report.contenders.size(); ++i) {
        const Contender& contender = report.contenders[i];
        if (contender.inReach || !seen[contender.draft]) shown.push_back(i);
        seen[contender.draft] = true;
    }
    std::string table = formatted("  %-34s  %-12s  %-10s  %-26s  %s\n", "draft", "shape", "predicted",
                                  "measured (95 %)", "tokens/round");
    for (const std::size_t i : shown) {
        const Contender& contender = report.contenders[i];
        table += formatted("  %-34.34s  %-12s  %-10s  %-26s  %s\n",
                           replaceIllFormed(report.drafts[contender.draft].info.name).c_str(),
                           shapeText(contender.shape).c_str(),
                           formatted("(%.2fx)", contender.predicted).c_str(), measuredText(contender).c_str(),
                           rateText(contender.totals.tokensPerRound(), 2).c_str());
    }
    for (const DraftFindings& findings : report.drafts) {
        if (!findings.problem.empty()) table += "  left out: " + replaceIllFormed(findings.problem) + "\n";
    }
    table += formatted(
        "  predicted: from costs and one long run; measured: against the plain run beside each, %d prompts\n",
        report.prompts);
    table += formatted("  loading %.1f s, predicting %.1f s, measuring %.1f s\n\n", report.loadSeconds,
                       report.predictSeconds, report.measureSeconds);
    const Decision& decision = report.decision;
    table += "  use " + contenderText(report, decision.winner);
    if (decision.winner) {
        const Contender& winner = report.contenders[*decision.winner];
        table += winner.speedup.n > 0 ? ": " + measuredText(winner)
                                      : formatted(": %.2fx, predicted", winner.predicted);
    }
    table += "\n  because " + reasonText(report) + "\n";
    if (decision.runnerUp) {
        const Contender& second = report.contenders[*decision.runnerUp];
        table +=
            "  runner-up: " + contenderText(report, decision.runnerUp) + ", " +
            (second.speedup.n > 0 ? measuredText(second) : formatted("%.2fx predicted", second.predicted)) +
            "\n";
    }
    return table;
}

std::string flagsFor(const RecommendReport& report) {
    if (!report.decision.winner) return "--draft none";
    const Contender& winner = report.contenders[*report.decision.winner];
    std::string draft = report.drafts[winner.draft].draft;
    if (draft.find_first_of(" '\"\\$`&|;()<>*?[]#~!") != draft.npos) {
        std::string quoted = "'";
        for (const char c : draft) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
        draft = quoted + "'";
    }
    return "--draft " + draft +
           (winner.shape.tree.off() ? " --gamma " + std::to_string(winner.shape.gamma)
                                    : " --tree " + treeText(winner.shape.tree));
}

}  // namespace specula
