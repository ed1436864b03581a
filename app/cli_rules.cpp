// rules: every way to judge the proposals of one or several drafts, compared.
#include <algorithm>

#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/file_io.h"
#include "app/prompt_suites.h"
#include "app/rules_output.h"
#include "app/run_output.h"
#include "app/trace_json.h"
#include "engine/measure/compare_rules.h"
#include "engine/trace/error.h"
#include "engine/trace/rule_setups.h"

namespace specula {

namespace {

constexpr const char* kDefaultSuite = "creative";

/// The prompts that were asked for; those given as ids have no text.
std::vector<Suite> suitesOf(const CommandLine& line) {
    if (line.run.promptIds) return {{"prompt", "prompt", {}}};
    if (line.run.promptText || line.run.promptFile) return {{"prompt", "prompt", {promptOf(line.run)}}};
    if (line.prompts) return {resolvePrompts(*line.prompts)};
    std::vector<Suite> suites;
    for (const std::string& name : line.rules.suites) suites.push_back(bundledSuite("--suites", name));
    if (suites.empty()) suites.push_back(bundledSuite("--suites", kDefaultSuite));
    return suites;
}

/// One for each draft, all names looked up before anything is loaded.
std::vector<EngineOptions> enginesOf(const CommandLine& line) {
    std::vector<EngineOptions> engines;
    for (std::size_t i = 0; i < std::max<std::size_t>(1, line.rules.drafts.size()); ++i) {
        RunArguments run = line.run;
        if (!line.rules.drafts.empty()) run.draft = line.rules.drafts[i];
        run.treeGiven = true;  // setups say what is a tree
        resolveModels(run);
        engines.push_back(run.engine);
    }
    return engines;
}

std::string whyNot(Rule rule, const DraftInfo& draft) {
    if (rule == Rule::Greedy) return "--rules: 'greedy' needs --temperature 0";
    return "--rules: '" + std::string(name(rule)) +
           "' judges trees, which only a feature head proposes, found a draft of kind " + draft.kind;
}

/// The rules asked for as this draft can be judged by them. Of several drafts each may lack some.
std::vector<RuleSetup> setupsFor(const CommandLine& line, RunOptions options, const DraftInfo& draft) {
    if (line.rules.rules.empty()) return defaultRuleSetups(draft, options);
    std::vector<RuleSetup> setups;
    std::string problem;
    for (const RuleChoice& choice : line.rules.rules) {
        options.ensembleWeight = choice.ensembleWeight;
        const std::vector<RuleSetup> possible = ruleSetups(choice.rule, draft, options);
        if (possible.empty()) {
            problem = whyNot(choice.rule, draft);
            if (line.rules.drafts.size() > 1) note(problem + "; left out");
        }
        for (const RuleSetup& setup : possible) {
            if (std::find(setups.begin(), setups.end(), setup) == setups.end()) setups.push_back(setup);
        }
    }
    if (!problem.empty() && (setups.empty() || line.rules.drafts.size() < 2)) throw Error(problem);
    return setups;
}

class Comparison {
public:
    explicit Comparison(const CommandLine& line)
        : m_line(line),
          m_options(line.run.options),
          m_suites(suitesOf(line)),
          m_engines(enginesOf(line)),
          m_color(!line.json && wantsColor(line.color)) {}

    int run() {
        for (const EngineOptions& engine : m_engines) {
            if (!m_interrupt.interrupted()) compare(engine);
        }
        if (m_line.csvPath) writeFile(*m_line.csvPath, rulesCsv(m_report.points));
        if (m_line.json) {
            nlohmann::json document = rulesToJson(m_report);
            document.update(describe());
            printLine(document);
        } else {
            print(rulesTable(m_report.points, m_color));
        }
        return m_interrupt.interrupted() ? kInterrupted : kDone;
    }

private:
    void compare(const EngineOptions& engine) {
        const LoadedPair pair = loadPair(m_backend, engine, m_interrupt.token());
        if (m_interrupt.interrupted()) return;
        m_target = toJson(pair.target);
        m_drafts.push_back(toJson(pair.draft));
        const std::string warning = warningsOf(m_options, pair.draft);
        if (!warning.empty() && !m_line.json) print("  " + warning + "\n");
        const std::vector<MeasuredSuite> suites = encoded();
        const std::vector<RuleSetup> setups = setupsFor(m_line, m_options, pair.draft);
        RunOptions options = m_options;
        if (needsCosts(options, setups)) options = m_backend.withCosts(options, m_interrupt.token(), true);
        if (m_interrupt.interrupted()) return;
        compareRoundAt(suites.front().prompts.front().ids, options, setups);
        if (m_interrupt.interrupted()) return;
        ExpectedTime eta("the runs");
        std::vector<RulePoint> points =
            compareRules(m_backend.engine(), suites, options, setups, m_line.repeats, m_interrupt.token(), {},
                         [&eta](double fraction, double seconds) { eta(fraction, seconds); });
        m_report.points.insert(m_report.points.end(), points.begin(), points.end());
    }

    void compareRoundAt(const std::vector<TokenId>& place, const RunOptions& options,
                        const std::vector<RuleSetup>& setups) {
        ExpectedTime eta("the one round");
        const std::vector<RoundOutcome> round =
            compareRound(m_backend.engine(), place, options, setups, m_line.rules.draws, m_interrupt.token(),
                         [&eta](double fraction, double seconds) { eta(fraction, seconds); });
        eta.clear();
        m_report.round.insert(m_report.round.end(), round.begin(), round.end());
        if (!m_line.json) print(roundTable(round, m_color));
    }

    std::vector<MeasuredSuite> encoded() const {
        if (m_line.run.promptIds) return {{"prompt", {{"prompt", *m_line.run.promptIds}}}};
        std::vector<MeasuredSuite> suites;
        for (const Suite& suite : m_suites) suites.push_back({suite.name, m_backend.encode(suite.prompts)});
        return suites;
    }

    nlohmann::json describe() const {
        nlohmann::json settings = toJson(m_options);
        settings.update(toJson(m_engines.front()));
        nlohmann::json suites = nlohmann::json::array();
        for (const Suite& suite : m_suites) suites.push_back(bytesToJson(suite.name));
        return {{"settings", std::move(settings)},
                {"target", m_target},
                {"drafts", m_drafts},
                {"suites", std::move(suites)},
                {"repeats", m_line.repeats}};
    }

    const CommandLine& m_line;
    const RunOptions m_options;
    InterruptGuard m_interrupt;
    EngineBackend m_backend;
    const std::vector<Suite> m_suites;
    const std::vector<EngineOptions> m_engines;
    const bool m_color;
    RulesReport m_report;
    nlohmann::json m_target;
    nlohmann::json m_drafts = nlohmann::json::array();
};

}  // namespace

int runRules(const CommandLine& line) {
    if (line.csvPath) checkDestination(*line.csvPath);
    return Comparison(line).run();
}

}  // namespace specula
