#include "engine/explain/diagnosis_answers.h"

#include <algorithm>

#include "engine/trace/rules.h"

namespace specula {

namespace {

constexpr double kHighAcceptance = 0.6;
constexpr double kFewDrafted = 1.0;  // a round
constexpr double kNearlyAll = 0.9;   // accepted
constexpr double kFalls = 0.1;       // acceptance from the first position to the last that was judged often
constexpr long kEnoughTrials = 10;

/// Not faster as far as is known; what is only predicted counts where nothing was measured.
bool notFaster(const Diagnosis& d) {
    if (d.outcome == SpeedOutcome::NotMeasured) return d.lack == Lack::None && d.predicted <= 1.0;
    return d.outcome != SpeedOutcome::Faster;
}

bool acceptanceFalls(const Diagnosis& d) {
    double last = d.alphaByPosition.front();
    for (std::size_t i = 0; i < d.alphaByPosition.size(); ++i) {
        if (d.input.totals.judgedAt[i] >= kEnoughTrials) last = d.alphaByPosition[i];
    }
    return d.alphaByPosition.front() - last > kFalls;
}

bool suitesDiffer(const std::vector<SuiteFigures>& suites) {
    double low = 1.0, high = 0.0;
    for (const SuiteFigures& suite : suites) {
        const double alpha = suite.totals.acceptanceRate().value_or(0.0);
        low = std::min(low, alpha);
        high = std::max(high, alpha);
    }
    return high - low > kFalls;
}

}  // namespace

std::vector<Answer> answersOf(const Diagnosis& d) {
    std::vector<Answer> answers;
    const auto add = [&](Question question, bool warns) { answers.push_back({question, warns}); };
    const RunOptions& options = d.input.options;
    const bool costed = d.lack == Lack::None;
    const bool drafted = costed || d.lack == Lack::Costs;
    const bool poor = notFaster(d);
    if (costed && poor) add(Question::WhySlower, true);
    if (costed && d.alpha) add(Question::AcceptanceNotSpeed, poor && *d.alpha >= kHighAcceptance);
    if (costed) add(Question::RowsFree, d.verifyCost > kDearRows);
    if (d.best) {
        const bool fixed = options.gamma > 0;
        const bool outside = options.gamma < d.flatFirst || options.gamma > d.flatLast;
        add(Question::WhichGamma, fixed && outside);
    }
    if (drafted && d.alphaByPosition.size() > 1) add(Question::FallingAcceptance, acceptanceFalls(d));
    if (drafted && d.alpha && *d.alpha >= kNearlyAll && d.nodes < kFewDrafted)
        add(Question::FewDrafted, true);
    const bool greedy = options.sampling.greedy();
    if (drafted && !greedy) add(Question::OnlyGreedy, options.rule == Rule::Match && poor);
    if (d.input.suites.size() > 1) add(Question::Suites, suitesDiffer(d.input.suites));
    if (drafted) add(Question::SameText, !lossless(options) || d.input.draft.synthetic());
    if (d.input.prefillSeconds) add(Question::FirstToken, false);
    if (costed) add(Question::ManyUsers, false);
    return answers;
}

}  // namespace specula
