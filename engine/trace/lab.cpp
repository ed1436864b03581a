#include "engine/trace/lab.h"

#include <algorithm>
#include <utility>

#include "engine/trace/rules.h"

namespace specula {

namespace {

/// What two setups must differ in to be different runs.
RuleSetup resolved(RuleSetup setup, bool greedy) {
    setup.rule = resolvedRule(setup.rule, greedy, !setup.tree.off(), false);
    if (setup.rule != Rule::Ensemble) setup.ensembleWeight = RuleSetup{}.ensembleWeight;
    if (!setup.tree.off()) setup.gamma = RuleSetup{}.gamma;
    return setup;
}

}  // namespace

std::vector<LabSetup> labSetups(const LabRequest& request, const LabDraft& draft, double temperature) {
    const bool greedy = temperature == 0.0;
    std::vector<LabSetup> setups{{draft.spec, temperature, {Rule::Token, 0.5, 0, {}}}};
    if (greedy) setups.front().judged.rule = Rule::Greedy;
    if (draft.spec == "none") return setups;
    std::vector<RuleSetup> seen;
    for (RuleSetup setup : request.setups) {
        const bool tree = !setup.tree.off();
        if ((tree && !draft.trees) || (!tree && setup.gamma == 0)) continue;
        if (greedy) setup.rule = Rule::Greedy;
        if (!ruleProblem(setup.rule, greedy, tree, false).empty()) continue;
        const RuleSetup run = resolved(setup, greedy);
        if (std::find(seen.begin(), seen.end(), run) != seen.end()) continue;
        seen.push_back(run);
        setups.push_back({draft.spec, temperature, setup});
    }
    return setups;
}

std::vector<LabSetup> labSetups(const LabRequest& request) {
    std::vector<LabSetup> all;
    for (const LabDraft& draft : request.drafts) {
        for (const double temperature : request.temperatures) {
            for (LabSetup& setup : labSetups(request, draft, temperature)) all.push_back(std::move(setup));
        }
    }
    return all;
}

long labRuns(const LabRequest& request) {
    std::size_t prompts = 0;
    for (const LabSuite& suite : request.suites) prompts += suite.prompts.size();
    return static_cast<long>(labSetups(request).size() * prompts) * request.repeats;
}

long labRunsDone(const LabReport& report) {
    long runs = 0;
    for (const LabPoint& point : report.points) {
        if (!point.prompt.empty()) runs += point.tokensPerSecond.n;
    }
    return runs;
}

RunOptions labOptions(const LabRequest& request, const LabSetup& setup) {
    RunOptions options = request.options;
    options.sampling.temperature = setup.temperature;
    if (options.draftSampling && setup.temperature == 0.0) options.draftSampling->temperature = 0.0;
    options.rule = setup.judged.rule;
    options.ensembleWeight = setup.judged.ensembleWeight;
    options.gamma = setup.judged.gamma;
    options.tree = setup.judged.tree;
    return options;
}

std::string labProblem(const LabRequest& request) {
    const auto without = [](const LabSuite& suite) { return suite.prompts.empty(); };
    if (request.drafts.empty()) return "A lab needs at least one draft.";
    if (request.suites.empty() || std::any_of(request.suites.begin(), request.suites.end(), without))
        return "A lab needs at least one prompt.";
    if (request.temperatures.empty()) return "A lab needs at least one temperature.";
    if (request.repeats < 1) return "A lab needs at least one repeat.";
    const std::vector<LabSetup> setups = labSetups(request);
    if (std::all_of(setups.begin(), setups.end(), [](const LabSetup& setup) { return setup.plain(); }))
        return "Nothing would be drafted: choose a draft, a rule and a gamma above 0 (or a tree that the "
               "draft can propose).";
    return {};
}

}  // namespace specula
