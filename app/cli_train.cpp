// train-draft: distils a draft from a target.
#include <cstdio>

#include "app/cli.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/draft_training.h"
#include "app/prompt_suites.h"
#include "app/training_prompts.h"
#include "engine/trace/error.h"
#include "engine/train/train_draft.h"

namespace specula {

namespace {

using nlohmann::json;

json toJson(const TrainProgress& p) {
    return {{"phase", p.phase},   {"fraction", p.fraction}, {"seconds", p.seconds}, {"eta_s", p.etaSeconds},
            {"tokens", p.tokens}, {"step", p.step},         {"loss", p.loss},       {"alpha", p.alpha}};
}

json toJson(const TrainReport& report) {
    json measured = json::array();
    for (const TrainedAcceptance& a : report.acceptance)
        measured.push_back({{"temperature", a.temperature},
                            {"alpha", a.alpha},
                            {"tokens_per_round", a.tokensPerRound},
                            {"best_gamma", a.bestGamma},
                            {"predicted_speedup", a.predictedSpeedup}});
    return {{"path", report.path},
            {"acceptance", measured},
            {"alpha", report.acceptance.empty() ? json::array() : json(report.acceptance.front().alpha)},
            {"c", report.costs.c},
            {"v", report.costs.v},
            {"tokens", report.tokens},
            {"steps", report.steps},
            {"minutes", report.minutes},
            {"pays", report.pays},
            {"verdict", report.verdict}};
}

std::string listed(const std::vector<double>& values) {
    std::string text;
    for (const double value : values) {
        char part[16];
        std::snprintf(part, sizeof part, " %.3f", value);
        text += part;
    }
    return text;
}

std::string line(const TrainProgress& p) {
    char text[200];
    std::snprintf(text, sizeof text, "%-9s %5.1f min, %5.1f to go  %lld tokens", p.phase.c_str(),
                  p.seconds / 60.0, p.etaSeconds / 60.0, static_cast<long long>(p.tokens));
    std::string out = text;
    if (p.step > 0) {
        std::snprintf(text, sizeof text, "  step %lld  loss %.3f", static_cast<long long>(p.step), p.loss);
        out += text;
    }
    return p.alpha.empty() ? out : out + "  held-out overlap by step" + listed(p.alpha);
}

void printReport(const TrainReport& report) {
    for (const TrainedAcceptance& a : report.acceptance) {
        char text[160];
        std::snprintf(text, sizeof text,
                      "temperature %-4.2g acceptance by position%s; %.2f tokens a round; best gamma %d, "
                      "predicted %.2f times plain\n",
                      a.temperature, listed(a.alpha).c_str(), a.tokensPerRound, a.bestGamma,
                      a.predictedSpeedup);
        print(text);
    }
    print(report.verdict + "\n" + report.path + "\n");
}

}  // namespace

int runTrainDraft(const CommandLine& commandLine) {
    const TrainingMemory memory;
    RunArguments run = commandLine.run;
    run.draft = "none";
    resolveModels(run);
    TrainRequest request = commandLine.train;
    request.target = run.engine.target;
    const TrainingPrompts prompts = commandLine.prompts
                                        ? splitForTraining(resolvePrompts(*commandLine.prompts).prompts)
                                        : bundledTrainingPrompts(request.seed);
    request.prompts = prompts.training;
    request.heldOut = prompts.heldOut;
    request.targetHash = fileHash(request.target);
    const InterruptGuard guard;
    std::string last;
    const auto report = trainDraft(request, guard.token(), [&](const TrainProgress& progress) {
        if (commandLine.json) return printLine({{"progress", toJson(progress)}});
        const std::string now = line(progress);
        if (now != last) note(now);
        last = now;
    });
    if (!report) {
        note("stopped; the same command goes on from here");
        return kInterrupted;
    }
    if (commandLine.json)
        printLine({{"final", toJson(*report)}});
    else
        printReport(*report);
    return kDone;
}

}  // namespace specula
