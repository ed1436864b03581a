#include "engine/train/draft_trial.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "engine/decode/auto_plan.h"
#include "engine/decode/engine.h"
#include "engine/measure/measure.h"
#include "engine/measure/single_run.h"

namespace specula {
namespace {

constexpr int kGamma = 5;             // positions whose acceptance is reported
constexpr int kTokens = 80;           // of each run
constexpr std::size_t kPrompts = 24;  // at each temperature
constexpr double kPaysFrom = 1.02;

/// Chains and trees that are measured.
const std::vector<std::vector<int>> kShapes{{1},    {1, 1},    {1, 1, 1}, {2}, {3},      {2, 1},
                                            {3, 1}, {2, 1, 1}, {3, 2},    {4}, {4, 2, 1}};

using Ids = std::vector<std::vector<TokenId>>;

Ids encoded(const Engine& engine, const std::vector<Prompt>& prompts) {
    Ids out;
    // Spread over the list, which is sorted by kind.
    const std::size_t stride = std::max<std::size_t>(1, prompts.size() / kPrompts);
    for (std::size_t i = 0; i < prompts.size() && out.size() < kPrompts; i += stride) {
        if (prompts[i].chat && engine.chatTemplate().empty()) continue;
        out.push_back(engine.encodePrompt(prompts[i].text, prompts[i].chat, prompts[i].system));
    }
    return out;
}

RunOptions optionsFor(double temperature, const Costs& costs) {
    RunOptions options;
    options.sampling.temperature = temperature;
    options.maxTokens = kTokens;
    options.costs = costs;
    return options;
}

TrainedAcceptance acceptanceOf(double temperature, const Totals& totals, const Costs& costs) {
    TrainedAcceptance out;
    out.temperature = temperature;
    double reach = 1.0, tokens = 1.0;
    for (std::size_t i = 0; i < totals.judgedAt.size(); ++i) {
        if (totals.judgedAt[i] == 0) break;
        out.alpha.push_back(static_cast<double>(totals.acceptedAt[i]) /
                            static_cast<double>(totals.judgedAt[i]));
        reach *= out.alpha.back();
        tokens += reach;
        const int gamma = static_cast<int>(i) + 1;
        const double speedup = speedupOf(tokens, gamma, gamma, costs);
        if (speedup > out.predictedSpeedup) {
            out.predictedSpeedup = speedup;
            out.bestGamma = gamma;
        }
    }
    out.tokensPerRound = totals.tokensPerRound().value_or(1.0);
    return out;
}

/// Seconds that every prompt took together at temperatures 0.7 and 0; 0 when stopped.
double secondsPerToken(const std::shared_ptr<const Engine>& engine, const Ids& prompts,
                       const std::vector<int>& shape, const Costs& costs, std::stop_token stop) {
    Totals sum;
    for (std::size_t i = 0; i < prompts.size() && !stop.stop_requested(); i += 4) {
        for (const double temperature : {0.7, 0.0}) {
            RunOptions options = optionsFor(temperature, costs);
            if (shape.empty()) options.gamma = 0;
            options.tree.children = shape;
            addTotals(sum, runOnce(engine, prompts[i], options, stop).totals);
        }
    }
    const double perSecond = sum.tokensPerSecond().value_or(0.0);
    return perSecond > 0.0 ? 1.0 / perSecond : 0.0;
}

std::vector<int> fastestShape(const std::shared_ptr<const Engine>& engine, const Ids& prompts,
                              const Costs& costs, std::stop_token stop,
                              const std::function<void(double)>& progress) {
    std::vector<int> best;
    double least = secondsPerToken(engine, prompts, {}, costs, stop);
    for (std::size_t i = 0; i < kShapes.size() && !stop.stop_requested(); ++i) {
        const double seconds = secondsPerToken(engine, prompts, kShapes[i], costs, stop);
        if (seconds > 0.0 && seconds < least) {
            least = seconds;
            best = kShapes[i];
        }
        progress(static_cast<double>(i + 1) / static_cast<double>(kShapes.size()));
    }
    return best;
}

std::string verdictOn(const TrainReport& report) {
    std::string text;
    for (const TrainedAcceptance& a : report.acceptance) {
        char part[96];
        std::snprintf(part, sizeof part, "%s%.2f times plain at temperature %.2g (gamma %d)",
                      text.empty() ? "" : ", ", a.predictedSpeedup, a.temperature, a.bestGamma);
        text += part;
    }
    return (report.pays ? "This draft pays: predicted "
                        : "This draft does not pay on this machine: predicted ") +
           text + ".";
}

}  // namespace

void tryDraft(const std::string& target, const std::string& draft, const std::vector<Prompt>& prompts,
              int threads, TrainReport& report, std::vector<int>* bestTree, std::stop_token stop,
              const std::function<void(double fraction)>& progress) {
    EngineOptions load;
    load.target = target;
    load.draft = draft;
    load.threads = threads;
    const std::shared_ptr<const Engine> engine = Engine::load(load, stop);
    report.costs = measureCosts(engine, 0, stop).costs;
    const Ids ids = encoded(*engine, prompts);
    constexpr std::array kTemperatures{1.0, 0.7, 0.0};
    const double share = bestTree ? 0.5 : 1.0;
    std::size_t done = 0;
    for (const double temperature : kTemperatures) {
        Totals sum;
        for (const std::vector<TokenId>& prompt : ids) {
            if (stop.stop_requested()) return;
            RunOptions options = optionsFor(temperature, report.costs);
            options.gamma = kGamma;
            addTotals(sum, runOnce(engine, prompt, options, stop).totals);
            progress(share * static_cast<double>(++done) /
                     static_cast<double>(kTemperatures.size() * ids.size()));
        }
        report.acceptance.push_back(acceptanceOf(temperature, sum, report.costs));
        report.pays = report.pays || report.acceptance.back().predictedSpeedup > kPaysFrom;
    }
    report.verdict = verdictOn(report);
    if (bestTree)
        *bestTree = fastestShape(engine, ids, report.costs, stop,
                                 [&](double f) { progress(share + (1.0 - share) * f); });
}

}  // namespace specula
