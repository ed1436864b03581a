// recommend: which draft and which gamma, in two minutes.
#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/prompt_suites.h"
#include "app/recommend_drafts.h"
#include "app/recommend_output.h"
#include "app/trace_json.h"

namespace specula {

namespace {

constexpr const char* kDefaultSuite = "suite:creative";

Suite suiteOf(const CommandLine& line) {
    if (line.run.promptIds) return {"prompt", "prompt", {}};
    if (line.run.promptText || line.run.promptFile) return {"prompt", "prompt", {promptOf(line.run)}};
    return resolvePrompts(line.prompts.value_or(kDefaultSuite));
}

/// All names looked up before anything is loaded.
std::vector<std::string> draftsOf(const CommandLine& line, const EngineOptions& engine,
                                  const InterruptGuard& interrupt) {
    std::vector<std::string> named = line.recommend.drafts;
    if (line.run.draft) named.push_back(*line.run.draft);
    for (std::string& draft : named) {
        if (!isDraftRule(draft)) draft = resolveModelPath(line.run.draft ? "--draft" : "--drafts", draft);
    }
    if (!named.empty()) return named;
    TerminalProgress progress;
    std::vector<std::string> usual =
        usualDrafts(draftCandidates(engine, interrupt.token(), progress.callback()));
    progress.clear();
    return usual;
}

}  // namespace

int runRecommend(const CommandLine& line) {
    const InterruptGuard interrupt;
    const Suite suite = suiteOf(line);
    RunArguments run = line.run;
    run.treeGiven = true;  // shapes are chosen here
    resolveModels(run);
    RecommendRequest request{run.engine,    draftsOf(line, run.engine, interrupt),
                             suite.prompts, suite.name,
                             run.options,   line.recommend.seconds};
    request.engine.draft = "none";
    EngineBackend backend;
    const LoadedPair target = loadPair(backend, request.engine, interrupt.token());
    if (interrupt.interrupted()) return kInterrupted;
    std::vector<MeasuredPrompt> prompts = backend.encode(suite.prompts);
    if (run.promptIds) prompts = {{"prompt", *run.promptIds}};
    note("time for this: at most " + std::to_string(static_cast<long>(request.seconds + 0.5)) +
         " s, loading apart; " + std::to_string(request.drafts.size()) +
         (request.drafts.size() == 1 ? " draft" : " drafts"));
    TerminalProgress progress;
    bool said = false;
    const auto onReport = [&](const RecommendReport& report) {
        if (said || !report.predicted) return;
        said = true;
        progress.clear();
        note(predictionText(report));
    };
    RecommendReport report =
        backend.recommendFrom(prompts, request, interrupt.token(), onReport, progress.callback());
    progress.clear();
    report.loadSeconds += target.loadSeconds;
    if (line.json) {
        nlohmann::json document = recommendToJson(report);
        document["settings"].update(toJson(request.engine));
        document["flags"] = flagsFor(report);
        printLine(document);
    } else if (!report.contenders.empty()) {
        print(recommendTable(report) + "\n" + flagsFor(report) + "\n");
    }
    return interrupt.interrupted() ? kInterrupted : kDone;
}

}  // namespace specula
