#pragma once

#include "engine/explain/diagnosis.h"

namespace specula::test {

/// Ten rounds of a chain of four, 30 tokens: E is 3, acceptance by position 0.9, 2/3, 1/2, 2/3.
inline Totals tenRounds() {
    Totals totals;
    totals.rounds = 10;
    totals.drafted = 40;
    totals.judged = 28;
    totals.accepted = 20;
    totals.rejected = 8;
    totals.discarded = 12;
    totals.resampled = 8;
    totals.bonus = 2;
    totals.judgedAt = {10, 9, 6, 3};
    totals.acceptedAt = {9, 6, 3, 2};
    return totals;
}

/// T = 1 + 0.4 + 0.4 + 0.05 = 1.85 for gamma 4.
inline Costs mildCosts() {
    return {0.1, {1.0, 1.1, 1.2, 1.3, 1.4}, 0.05};
}

inline Interval measured(double low, double median, double high, int n = 6) {
    return {median, low, high, n, "made up"};
}

inline DiagnosisInput explainedRun() {
    DiagnosisInput input;
    input.totals = tenRounds();
    input.options.gamma = 4;
    input.draft.kind = "model";
    input.draft.name = "small draft";
    input.costs = mildCosts();
    return input;
}

}  // namespace specula::test
