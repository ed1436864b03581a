#include "app/diagnosis_input.h"

#include <algorithm>

#include "engine/trace/rules.h"

namespace specula {

namespace {

Rule usedRule(const RunOptions& options) {
    return resolvedRule(options.rule, options.sampling.greedy(), !options.tree.off(),
                        options.gamma == 0 && options.tree.off());
}

/// Of the same pair and rule, one a suite.
std::vector<SuiteFigures> suitesOf(const RunRecord& record) {
    std::vector<SuiteFigures> suites;
    if (!record.rules) return suites;
    for (const RulePoint& point : record.rules->points) {
        const bool known = std::any_of(suites.begin(), suites.end(),
                                       [&](const SuiteFigures& suite) { return suite.name == point.suite; });
        if (known || point.setup.gamma == 0 || point.draft != record.draft.name ||
            point.setup.rule != usedRule(record.options))
            continue;
        suites.push_back({point.suite, point.totals, point.speedup});
    }
    return suites;
}

}  // namespace

bool isRaceOf(const RaceReport& race, const RunRecord& run) {
    const RunOptions& a = race.speculative.options;
    const RunOptions& b = run.options;
    return race.engine == run.engine && race.promptIds == run.promptIds && a.gamma == b.gamma &&
           a.tree == b.tree && a.sampling == b.sampling && a.draftSampling == b.draftSampling &&
           usedRule(a) == usedRule(b) && a.ensembleWeight == b.ensembleWeight && a.draftStop == b.draftStop &&
           a.seed == b.seed;
}

DiagnosisInput diagnosisInput(const RunRecord& record) {
    DiagnosisInput input;
    input.totals = totalsOf(record.rounds);
    input.options = record.options;
    input.draft = record.draft;
    if (record.prefillSeconds > 0.0) input.prefillSeconds = record.prefillSeconds;
    input.suites = suitesOf(record);
    std::optional<Costs> costs = record.options.costs;
    if (record.probe) costs = record.probe->costs;
    if (record.race && isRaceOf(*record.race, record)) {
        const CompareReport& figures = record.race->figures;
        input.speedup = figures.speedup;
        input.plain = figures.plain;
        costs = figures.costs;
    }
    if (costs && !costs->v.empty()) input.costs = costs;
    takeRounds(input, record.rounds);
    return input;
}

DiagnosisInput diagnosisInput(const RaceReport& race) {
    DiagnosisInput input;
    input.totals = totalsOf(race.speculative.rounds);
    input.options = race.speculative.options;
    input.draft = race.draft;
    input.speedup = race.figures.speedup;
    input.plain = race.figures.plain;
    if (race.speculative.prefillSeconds > 0.0) input.prefillSeconds = race.speculative.prefillSeconds;
    if (!race.figures.costs.v.empty()) input.costs = race.figures.costs;
    takeRounds(input, race.speculative.rounds);
    return input;
}

DiagnosisInput diagnosisInput(const CompareReport& report, const RunOptions& options,
                              const DraftInfo& draft) {
    DiagnosisInput input;
    input.totals = report.totals;
    input.options = options;
    input.draft = draft;
    input.speedup = report.speedup;
    input.plain = report.plain;
    if (report.costs.v.empty()) return input;
    input.costs = report.costs;
    const std::optional<double> tokens = report.totals.tokensPerRound();
    // The prediction was made from each round's own shape.
    if (tokens && report.predictedSpeedup && *report.predictedSpeedup > 0.0)
        input.roundCost = *tokens / *report.predictedSpeedup;
    return input;
}

ServingRequest servingSource(const RunRecord& record) {
    const DiagnosisInput known = diagnosisInput(record);
    ServingRequest request;
    request.target = record.target;
    request.draft = record.draft;
    if (request.target.path.empty()) request.target.path = record.engine.target;
    if (request.draft.model && request.draft.model->path.empty())
        request.draft.model->path = record.engine.draft;
    request.options = record.options;
    request.totals = known.totals;
    request.costs = known.costs;
    return request;
}

}  // namespace specula
