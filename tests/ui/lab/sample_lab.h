#pragma once

#include <cmath>

#include "engine/explain/cost_model.h"
#include "engine/trace/lab.h"

namespace specula::test {

/// Two suites of two prompts, greedy and at 0.7, a head that can draft trees and an n-gram look-up.
inline LabRequest sampleLabRequest() {
    LabRequest request;
    request.engine.target = "/models/smollm2.gguf";
    request.drafts = {{"/models/head", true}, {"ngram", false}};
    request.suites = {
        {"Creative", {{"Once", "Once upon a time", false, ""}, {"Future", "The future", false, ""}}},
        {"Code", {{"Sort", "def sort(", false, ""}, {"Stack", "class Stack", false, ""}}}};
    request.options.maxTokens = 64;
    request.options.seed = 5;
    request.temperatures = {0.0, 0.7};
    for (const int gamma : {1, 2, 3, 4}) request.setups.push_back({Rule::Token, 0.5, gamma, {}});
    request.setups.push_back({Rule::Token, 0.5, 4, {false, {2, 1}}});
    request.repeats = 3;
    return request;
}

inline Costs sampleCosts() {
    return {0.08, {1.0, 1.15, 1.25, 1.35, 1.45, 1.55, 1.65}, 0.02};
}

/// What a cell of that lab gives, by the cost model at one acceptance rate a suite, with intervals of 5 %.
inline LabPoint sampleLabPoint(const LabSetup& setup, const std::string& suite, const std::string& prompt,
                               int runs) {
    LabPoint point;
    point.setup = setup;
    point.draftName = setup.draft == "ngram" ? "n-gram look-up" : "SmolLM2 head";
    point.suite = suite;
    point.prompt = prompt;
    point.costs = sampleCosts();
    point.plainMs = 4.0;
    const double alpha = (suite == "Code" ? 0.72 : 0.45) - (setup.draft == "ngram" ? 0.3 : 0.0);
    const bool tree = !setup.judged.tree.off();
    const int depth = tree ? static_cast<int>(setup.judged.tree.children.size()) : setup.judged.gamma;
    const double tokens = expectedTokensPerRound(alpha, depth);
    const double speedup =
        setup.plain() ? 1.0 : speedupOf(tokens, depth, tree ? 2 * depth : depth, point.costs);
    const double rate = 250.0 * speedup;
    point.tokensPerSecond = {rate, rate * 0.97, rate * 1.03, runs, "test"};
    Totals& totals = point.totals;
    const long emitted = 64L * runs;
    totals.decodeMs = static_cast<double>(emitted) * 4.0 / speedup;
    totals.rounds = std::lround(static_cast<double>(emitted) / tokens);
    if (setup.plain()) {
        totals.plain = emitted;
        totals.verifyMs = totals.decodeMs * 0.95;
        totals.decideMs = totals.decodeMs * 0.03;
        return point;
    }
    point.speedup = Interval{speedup, speedup * 0.95, speedup * 1.05, runs, "test"};
    point.predictedSpeedup = speedup * 0.99;
    totals.drafted = totals.rounds * depth;
    double reached = static_cast<double>(totals.rounds);
    for (int i = 0; i < depth; ++i) {
        totals.judgedAt.push_back(std::lround(reached));
        reached *= alpha;
        totals.acceptedAt.push_back(std::lround(reached));
        totals.judged += totals.judgedAt.back();
        totals.accepted += totals.acceptedAt.back();
    }
    totals.rejected = totals.judged - totals.accepted;
    totals.discarded = std::max(0L, totals.drafted - totals.judged);
    totals.drafted = totals.judged + totals.discarded;
    totals.resampled = totals.rejected;
    totals.bonus = std::max(0L, emitted - totals.accepted - totals.resampled);
    totals.draftMs = totals.decodeMs * 0.2;
    totals.verifyMs = totals.decodeMs * 0.7;
    totals.decideMs = totals.decodeMs * 0.05;
    return point;
}

/// All of it, as it stands at the end.
inline LabReport sampleLab(const LabRequest& request = sampleLabRequest()) {
    LabReport report;
    report.request = request;
    report.target.name = "SmolLM2-135M-Instruct";
    for (const LabSetup& setup : labSetups(request)) {
        for (const LabSuite& suite : request.suites) {
            const auto prompts = static_cast<int>(suite.prompts.size());
            report.points.push_back(sampleLabPoint(setup, suite.name, "", prompts * request.repeats));
            for (const Prompt& prompt : suite.prompts)
                report.points.push_back(sampleLabPoint(setup, suite.name, prompt.name, request.repeats));
        }
    }
    return report;
}

}  // namespace specula::test
