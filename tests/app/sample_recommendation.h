#pragma once

#include "engine/explain/decision.h"
#include "engine/trace/recommend.h"

namespace specula::samples {

inline Interval measured(double median, double half, int n = 24) {
    return {median, median - half, median + half, n, "paired log-ratios, median, 95 % percentile bootstrap"};
}

/// A head and a look-up; nothing measured yet.
inline RecommendReport predictions() {
    RecommendReport report;
    report.target.name = "Sample-1M";
    report.target.path = "/models/sample";
    report.target.weights = WeightFormat::Int8x2;
    report.suite = "Stories";
    report.prompts = 4;
    report.options.maxTokens = 64;
    report.budgetSeconds = 120.0;
    report.loadSeconds = 0.5;
    report.predictSeconds = 9.5;
    report.predicted = true;
    DraftFindings head;
    head.draft = "/models/a head";
    head.info.kind = "feature-head";
    head.info.name = "head 9M";
    head.costs = {0.05, {1.0, 1.1, 1.2, 1.3, 1.4, 1.5}, 0.02};
    head.longRun.tested = {{100}, {60}, {30}};
    head.longRun.accepted = {{60}, {30}, {15}};
    head.longRun.lengths = {0, 0, 0, 40};
    head.longRun.asked = 3;
    DraftFindings look = head;
    look.draft = "ngram";
    look.info.kind = "ngram";
    look.info.name = "n-gram look-up";
    look.longRun.tested = {{50}};
    look.longRun.accepted = {{10}};
    report.drafts = {head, look};
    const auto add = [&report](std::size_t draft, DraftShape shape, double predicted, bool inReach) {
        Contender contender;
        contender.draft = draft;
        contender.shape = shape;
        contender.predicted = predicted;
        contender.inReach = inReach;
        report.contenders.push_back(contender);
    };
    add(0, {3, {}}, 1.45, true);
    add(0, {2, {}}, 1.44, true);
    add(0, {0, {false, {2, 1}}}, 1.38, true);
    add(0, {1, {}}, 1.25, false);
    add(1, {2, {}}, 1.05, false);
    add(1, {1, {}}, 1.02, false);
    report.decision = decide(report.contenders, report.drafts);
    return report;
}

/// The same, measured: a chain of 3 wins clearly.
inline RecommendReport recommendation() {
    RecommendReport report = predictions();
    report.contenders[0].speedup = measured(1.42, 0.06);
    report.contenders[1].speedup = measured(1.30, 0.04);
    report.contenders[2].speedup = measured(1.10, 0.05);
    for (std::size_t i = 0; i < 3; ++i) {
        report.contenders[i].totals.rounds = 10;
        report.contenders[i].totals.accepted = 10;
        report.contenders[i].totals.bonus = 10;
    }
    report.decision = decide(report.contenders, report.drafts);
    report.measureSeconds = 80.0;
    report.done = true;
    return report;
}

/// The same where everything is slower, for the draft's cost.
inline RecommendReport nothingGained() {
    RecommendReport report = recommendation();
    for (Contender& contender : report.contenders) {
        if (contender.speedup.n > 0) contender.speedup = measured(0.8, 0.05);
    }
    report.drafts[0].costs.c = 0.41;
    report.decision = decide(report.contenders, report.drafts);
    return report;
}

}  // namespace specula::samples
