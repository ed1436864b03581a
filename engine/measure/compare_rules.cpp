#include "engine/measure/compare_rules.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/decode/session.h"
#include "engine/measure/alternating.h"
#include "engine/measure/series.h"
#include "engine/measure/statistics.h"
#include "engine/trace/error.h"
#include "engine/trace/rules.h"
#include "engine/verify/compare_round.h"

namespace specula {

namespace {

constexpr double kNormal95 = 1.96;

void check(const std::shared_ptr<const Engine>& engine, const RunOptions& base,
           const std::vector<RuleSetup>& setups) {
    if (engine->draftInfo().kind == "none") throw Error("a comparison of rules needs a draft");
    if (setups.empty()) throw Error("a comparison of rules needs at least one rule");
    for (const RuleSetup& setup : setups) {
        const std::string problem =
            ruleProblem(setup.rule, base.sampling.greedy(), !setup.tree.off(), setup.gamma == 0);
        if (!problem.empty()) throw Error(problem);
    }
}

/// Options of a Session whose first round is whole.
RunOptions oneRound(const RunOptions& base, const RuleSetup& setup) {
    RunOptions options = optionsUnder(base, setup);
    options.ignoreEos = true;
    options.stop.clear();
    options.maxTokens = kGammaMax + 2;
    return options;
}

/// The round of base.seed with a drawn chain of `gamma` and its rows; nothing where there is none to share.
std::optional<Round> keptRound(const std::shared_ptr<const Engine>& engine,
                               const std::vector<TokenId>& prompt, const RunOptions& base, int gamma,
                               std::stop_token stop) {
    RunOptions options = oneRound(base, {Rule::Token, 0.0, gamma, {}});
    options.detail = Detail::Full;
    options.keepRows = true;
    std::optional<Round> round = Session(engine, std::move(options), prompt).step(stop);
    if (round && !comparable(*round)) round.reset();
    return round;
}

RoundOutcome outcomeOf(const Round& round, const RuleSetup& setup) {
    for (RoundOutcome& outcome : compareChainRules(round, setup.ensembleWeight)) {
        if (outcome.setup.rule != setup.rule) continue;
        outcome.setup = setup;
        return std::move(outcome);
    }
    throw Error("this rule does not judge drawn chains");
}

}  // namespace

RunOptions optionsUnder(const RunOptions& base, const RuleSetup& setup) {
    RunOptions options = base;
    options.rule = setup.rule;
    options.ensembleWeight = setup.ensembleWeight;
    options.gamma = setup.gamma;
    options.tree = setup.tree;
    return options;
}

bool needsCosts(const RunOptions& base, const std::vector<RuleSetup>& setups) {
    return base.draftStop.kind == DraftStop::Kind::Auto ||
           std::any_of(setups.begin(), setups.end(), [](const RuleSetup& setup) {
               return setup.tree.automatic || (setup.tree.off() && setup.gamma == kGammaAuto);
           });
}

RoundOutcome drawRounds(const std::shared_ptr<const Engine>& engine, const std::vector<TokenId>& prompt,
                        const RunOptions& base, const RuleSetup& setup, int draws, std::stop_token stop) {
    RunOptions options = oneRound(base, setup);
    options.detail = Detail::Counts;
    Session session(engine, std::move(options), prompt);
    double sum = 0.0, squares = 0.0;
    RoundOutcome outcome;
    outcome.setup = setup;
    outcome.draft = engine->draftInfo().name;
    for (int draw = 1; draw <= draws; ++draw) {
        session.restart(base.seed + static_cast<std::uint64_t>(draw));
        const std::optional<Round> round = session.step(stop);
        if (!round) break;
        const auto tokens = static_cast<double>(round->emitted.size());
        sum += tokens;
        squares += tokens * tokens;
        ++outcome.draws;
    }
    if (outcome.draws == 0) return outcome;
    const double n = outcome.draws;
    const double variance = outcome.draws > 1 ? std::max(0.0, (squares - sum * sum / n) / (n - 1.0)) : 0.0;
    const double half = kNormal95 * std::sqrt(variance / n);
    outcome.expectedTokens = sum / n;
    outcome.low = outcome.expectedTokens - half;
    outcome.high = outcome.expectedTokens + half;
    return outcome;
}

std::vector<RoundOutcome> compareRound(const std::shared_ptr<const Engine>& engine,
                                       const std::vector<TokenId>& prompt, const RunOptions& base,
                                       const std::vector<RuleSetup>& setups, int draws, std::stop_token stop,
                                       const std::function<void(double, double)>& progress) {
    check(engine, base, setups);
    std::map<int, std::optional<Round>> kept;  // by gamma
    std::vector<std::optional<RoundOutcome>> outcomes(setups.size());
    for (std::size_t i = 0; i < setups.size(); ++i) {
        const RuleSetup& setup = setups[i];
        if (!sharesDrawnChain(setup.rule) || !setup.tree.off()) continue;
        if (!kept.contains(setup.gamma))
            kept[setup.gamma] = keptRound(engine, prompt, base, setup.gamma, stop);
        if (!kept[setup.gamma]) continue;
        outcomes[i] = outcomeOf(*kept[setup.gamma], setup);
        outcomes[i]->draft = engine->draftInfo().name;
    }
    Eta eta(static_cast<int>(std::count_if(outcomes.begin(), outcomes.end(),
                                           [](const auto& outcome) { return !outcome; })),
            progress);
    for (std::size_t i = 0; i < setups.size(); ++i) {
        if (outcomes[i]) continue;
        RoundOutcome drawn = drawRounds(engine, prompt, base, setups[i], draws, stop);
        if (stop.stop_requested()) break;
        outcomes[i] = std::move(drawn);
        eta.step();
    }
    std::vector<RoundOutcome> complete;
    for (std::optional<RoundOutcome>& outcome : outcomes) {
        if (outcome) complete.push_back(std::move(*outcome));
    }
    return complete;
}

std::vector<RulePoint> compareRules(const std::shared_ptr<const Engine>& engine,
                                    const std::vector<MeasuredSuite>& suites, const RunOptions& base,
                                    const std::vector<RuleSetup>& setups, int repeats, std::stop_token stop,
                                    const std::function<void(const RulePoint&)>& onPoint,
                                    const std::function<void(double, double)>& progress) {
    check(engine, base, setups);
    std::vector<RuleSetup> measured{{Rule::Token, base.ensembleWeight, 0, {}}};
    Alternation runs{optionsUnder(base, measured.front()), {}, repeats, true};
    for (const RuleSetup& setup : setups) {
        measured.push_back(setup);
        runs.variants.push_back(optionsUnder(base, setup));
    }
    std::vector<MeasuredPrompt> prompts;
    std::vector<std::size_t> suiteOf;
    for (std::size_t s = 0; s < suites.size(); ++s) {
        prompts.insert(prompts.end(), suites[s].prompts.begin(), suites[s].prompts.end());
        suiteOf.resize(prompts.size(), s);
    }
    if (prompts.empty()) throw Error("a comparison of rules needs at least one prompt");
    // cells[suite][setup]
    std::vector<std::vector<Series>> cells(suites.size(), std::vector<Series>(measured.size()));
    const auto point = [&](std::size_t s, std::size_t r) {
        const Series& cell = cells[s][r];
        return RulePoint{measured[r],
                         engine->draftInfo().name,
                         suites[s].name,
                         bootstrapMedian(cell.tokensPerRound, cell.prompts),
                         bootstrapMedian(cell.speeds, cell.prompts),
                         bootstrapRatio(cell.ratios, cell.prompts),
                         cell.totals};
    };
    const auto onRun = [&](const AlternatingRun& done) {
        const std::size_t s = suiteOf[done.prompt];
        cells[s][done.variant].add(done.run, done.plain, static_cast<int>(done.prompt));
        if (onPoint) onPoint(point(s, done.variant));
    };
    alternate(engine, prompts, runs, stop, onRun, progress);
    std::vector<RulePoint> points;
    for (std::size_t s = 0; s < suites.size(); ++s) {
        for (std::size_t r = 0; r < measured.size(); ++r) {
            if (!cells[s][r].speeds.empty()) points.push_back(point(s, r));
        }
    }
    return points;
}

}  // namespace specula
