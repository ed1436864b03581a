// probe: how fast this machine runs a target and its draft, and what follows for speculation.
#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/probe_output.h"
#include "app/run_record.h"
#include "app/trace_json.h"
#include "engine/explain/cost_model.h"
#include "engine/measure/probe.h"
#include "engine/text/utf8.h"

namespace specula {

namespace {

constexpr int kPredictedGamma = 8;
constexpr int kLongContext = 512;  // from which every further cache takes much memory and time to fill

std::vector<ProbePrediction> predictionsOf(const ProbeReport& report,
                                           const std::vector<double>& acceptances) {
    std::vector<ProbePrediction> predictions;
    for (const double acceptance : acceptances) {
        ProbePrediction prediction;
        prediction.acceptance = acceptance;
        for (int gamma = 0; gamma <= kPredictedGamma; ++gamma)
            prediction.speedups.push_back(
                speedupOf(expectedTokensPerRound(acceptance, gamma), gamma, gamma, report.costs));
        predictions.push_back(std::move(prediction));
    }
    return predictions;
}

ProbeOptions optionsOf(const CommandLine& line) {
    ProbeOptions options;
    if (line.context > 0) options.context = line.context;
    if (options.context > kLongContext) options.gammas = {1, 2, 4, 8, 16};
    options.sampling = line.run.options.sampling;
    return options;
}

}  // namespace

int runProbe(const CommandLine& line) {
    RunArguments run = line.run;
    resolveModels(run);
    const InterruptGuard interrupt;
    EngineBackend backend;
    const LoadedPair pair = loadPair(backend, run.engine, interrupt.token());
    TerminalProgress progress;
    const ProbeReport report =
        probe(backend.engine(), optionsOf(line), interrupt.token(), progress.callback());
    progress.clear();
    if (interrupt.interrupted() && report.rows.empty()) return kInterrupted;
    if (report.context < line.context)
        note("note: measured at a context of " + std::to_string(report.context) +
             " tokens, the longest that leaves room for rounds; see --max-context");

    std::vector<ProbePrediction> predictions;
    if (pair.draft.kind != "none" && !report.costs.v.empty())
        predictions = predictionsOf(report, line.acceptance ? std::vector<double>{*line.acceptance}
                                                            : std::vector<double>{0.5, 0.7, 0.9});
    if (line.json) {
        nlohmann::json document = probeToJson(report);
        document["predicted"] = predictionsToJson(predictions);
        document["sampling"] = toJson(line.run.options.sampling);
        document["settings"] = toJson(run.engine);
        document["target"] = toJson(pair.target);
        document["draft"] = toJson(pair.draft);
        printLine(document);
    } else {
        print("  target              " + replaceIllFormed(modelLabel(pair.target)) + "\n" +
              "  draft               " + replaceIllFormed(draftLabel(pair.draft)) + "\n" +
              probeTable(report) + predictionTable(predictions));
    }
    return interrupt.interrupted() ? kInterrupted : kDone;
}

}  // namespace specula
