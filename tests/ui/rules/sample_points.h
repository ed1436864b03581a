#pragma once

#include <string>
#include <vector>

#include "engine/trace/reports.h"
#include "tests/ui/charts/sample_sweep.h"

namespace specula::test {

inline RulePoint rulePoint(Rule rule, Interval tokens, Interval speedup, std::string suite = "Stories") {
    RulePoint point;
    point.setup = {rule, 0.5, 4, {}};
    if (rule == Rule::Sequoia || rule == Rule::SpecInfer) point.setup.tree.children = {3, 2, 1};
    point.draft = "SmolLM2 head";
    point.suite = std::move(suite);
    point.tokensPerRound = tokens;
    point.speedup = speedup;
    point.tokensPerSecond = interval(100.0 * speedup.median, 98.0, 102.0);
    point.totals.judged = 400;
    point.totals.accepted = 240;
    return point;
}

inline RulePoint plainPoint() {
    RulePoint point = rulePoint(Rule::Token, interval(1.0, 1.0, 1.0), interval(1.0, 1.0, 1.0));
    point.setup.gamma = 0;
    return point;
}

/// Plain, six exact rules and two lossy ones; block keeps more than token, no speed differs much.
inline std::vector<RulePoint> samplePoints() {
    return {plainPoint(),
            rulePoint(Rule::Token, interval(2.40, 2.38, 2.42), interval(1.31, 1.25, 1.37)),
            rulePoint(Rule::Block, interval(2.47, 2.45, 2.49), interval(1.34, 1.28, 1.40)),
            rulePoint(Rule::OneHot, interval(2.21, 2.18, 2.25), interval(1.22, 1.16, 1.28)),
            rulePoint(Rule::Match, interval(1.91, 1.88, 1.94), interval(1.05, 0.99, 1.11)),
            rulePoint(Rule::SpecInfer, interval(2.39, 2.3, 2.48), interval(0.93, 0.88, 0.98)),
            rulePoint(Rule::Sequoia, interval(2.46, 2.37, 2.55), interval(0.95, 0.90, 1.00)),
            rulePoint(Rule::Typical, interval(3.10, 3.01, 3.19), interval(1.71, 1.64, 1.78)),
            rulePoint(Rule::Ensemble, interval(3.02, 2.95, 3.10), interval(1.66, 1.59, 1.73))};
}

}  // namespace specula::test
