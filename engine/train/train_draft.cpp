#include "engine/train/train_draft.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <set>

#include "engine/trace/error.h"
#include "engine/trace/names.h"
#include "engine/train/draft_folder.h"
#include "engine/train/draft_trial.h"
#include "engine/train/frozen_target.h"
#include "engine/train/head_trainer.h"
#include "engine/train/small_trainer.h"
#include "engine/train/training_texts.h"

namespace specula {
namespace {

constexpr std::int64_t kLongestText = 288;
constexpr double kSamplingShare = 0.35;  // of the minutes, when no number of tokens is asked for
constexpr double kMeasuringMinutes = 2.0;
constexpr double kLeastTraining = 0.25;  // of the minutes, however long sampling took

/// Tells the caller where everything stands, phase by phase.
class Reporter {
public:
    Reporter(const TrainRequest& request, const std::function<void(const TrainProgress&)>& tell)
        : m_seconds(60.0 * request.minutes), m_tell(tell) {}

    TrainProgress& now() { return m_now; }

    void phase(const std::string& name, double spent) {
        m_now.phase = name;
        tell(spent);
    }

    void tell(double spent) {
        m_now.seconds = spent;
        m_now.fraction = std::clamp(spent / m_seconds, 0.0, 1.0);
        m_now.etaSeconds = std::max(0.0, m_seconds - spent);
        if (m_tell) m_tell(m_now);
    }

private:
    TrainProgress m_now;
    double m_seconds;
    const std::function<void(const TrainProgress&)>& m_tell;
};

void checkRequest(const TrainRequest& request) {
    if (request.minutes <= 0.0) throw Error("--minutes: expected a number above 0");
    if (request.out.empty()) throw Error("--out: expected a folder to write the draft to");
    std::error_code problem;
    std::filesystem::create_directories(request.out + "/work", problem);
    if (problem) throw Error(request.out + " cannot be created: " + problem.message(), ErrorKind::Failed);
}

std::string workFolder(const TrainRequest& request) {
    return request.out + "/work";
}

SamplingState sampleFor(const TrainRequest& request, const FrozenTarget& target,
                        const std::vector<int>& layers, Reporter& reporter, std::stop_token stop) {
    SamplingPlan plan;
    plan.folder = workFolder(request);
    plan.tokens = request.tokens;
    plan.seconds = 60.0 * request.minutes * (request.tokens > 0 ? 1.0 - kLeastTraining : kSamplingShare);
    plan.longest = kLongestText;
    plan.seed = request.seed;
    if (request.tokens > 0)  // no more texts at a time than the tokens need
        plan.rows = std::clamp<std::int64_t>(request.tokens / kLongestText, 8, plan.rows);
    return sampleTrainingTexts(target, request.prompts, request.heldOut, layers, plan, stop,
                               [&](const SamplingState& state) {
                                   reporter.now().tokens = state.tokens;
                                   reporter.tell(state.seconds);
                               });
}

TeachOptions teachOptions(const TrainRequest& request, const SamplingState& sampled, Reporter& reporter,
                          TrainReport& report, std::stop_token stop) {
    TeachOptions teach;
    teach.minutes =
        std::max(request.minutes * kLeastTraining, request.minutes - sampled.seconds / 60.0 -
                                                       std::min(kMeasuringMinutes, request.minutes / 4.0));
    teach.seed = request.seed;
    teach.statePath = workFolder(request) + "/" + std::string(name(request.architecture)) + ".state";
    teach.bestPath =
        workFolder(request) + "/" + std::string(name(request.architecture)) + "-best.safetensors";
    teach.stop = stop;
    teach.onLook = [&reporter, &report, sampled](const LoopResult& done, double,
                                                 const std::vector<double>& overlap) {
        reporter.now().tokens = sampled.tokens;
        reporter.now().step = report.steps = done.steps;
        reporter.now().loss = done.loss;
        report.minutes = (sampled.seconds + done.seconds) / 60.0;
        if (!overlap.empty()) reporter.now().alpha = overlap;
        reporter.tell(sampled.seconds + done.seconds);
    };
    return teach;
}

/// Writes what was taught as a folder that loads as a draft; the children by depth are a feature head's best
/// tree.
using WriteFolder = std::function<void(const std::vector<int>& bestTree)>;

std::optional<WriteFolder> taughtHead(const TrainRequest& request, const FrozenTarget& target,
                                      const std::vector<int>& layers, const DraftData& data,
                                      const TeachOptions& teaching) {
    const std::vector<TokenId> ids = frequentIds(target, data, request.headVocabulary);
    const auto head = std::make_shared<HeadModule>(
        target, HeadModule::configFor(target.config(), layers, static_cast<int>(ids.size())), ids,
        request.seed);
    if (!teachHead(*head, target, data, teaching)) return std::nullopt;
    return
        [head, &request](const std::vector<int>& bestTree) { writeHeadFolder(request.out, *head, bestTree); };
}

std::optional<WriteFolder> taughtSmall(const TrainRequest& request, const FrozenTarget& target,
                                       const DraftData& data, const TeachOptions& teaching) {
    const auto draft = std::make_shared<Decoder>(smallShapeFor(target.config()), request.seed);
    if (!teachSmall(*draft, target, data, teaching)) return std::nullopt;
    return [draft, &request, &target](const std::vector<int>&) {
        writeSmallFolder(request.out, *draft, target.checkpoint());
    };
}

}  // namespace

std::vector<int> fusedLayersFor(int layers) {
    const std::set<int> chosen{std::max(1, layers / 2), std::max(1, layers * 4 / 5), layers};
    return {chosen.begin(), chosen.end()};
}

std::optional<TrainReport> trainDraft(const TrainRequest& request, std::stop_token stop,
                                      const std::function<void(const TrainProgress&)>& progress) {
    checkRequest(request);
    if (request.threads > 0) at::set_num_threads(request.threads);
    Reporter reporter(request, progress);
    reporter.phase("sampling", 0.0);
    const std::shared_ptr<const Checkpoint> checkpoint = openCheckpoint(request.target);
    TrainReport report;
    report.path = request.out;
    std::vector<int> bestTree;
    {
        const FrozenTarget target(checkpoint, kLongestText + 1);
        const std::vector<int> layers = fusedLayersFor(target.config().layers);
        const SamplingState sampled = sampleFor(request, target, layers, reporter, stop);
        if (stop.stop_requested()) return std::nullopt;
        report.tokens = sampled.tokens;
        reporter.phase("training", sampled.seconds);
        const DraftData data(workFolder(request), std::ssize(layers), target.config().hidden);
        const TeachOptions teaching = teachOptions(request, sampled, reporter, report, stop);
        const std::optional<WriteFolder> write = request.architecture == DraftArchitecture::Small
                                                     ? taughtSmall(request, target, data, teaching)
                                                     : taughtHead(request, target, layers, data, teaching);
        if (!write) return std::nullopt;
        reporter.phase("writing", 60.0 * report.minutes);
        (*write)({});
        writeProvenance(request.out, request, report, *checkpoint);
        reporter.phase("measuring", 60.0 * report.minutes);
        tryDraft(request.target, request.out, request.heldOut, request.threads, report,
                 request.architecture == DraftArchitecture::FeatureHead ? &bestTree : nullptr, stop,
                 [&](double) { reporter.tell(60.0 * report.minutes); });
        if (stop.stop_requested()) return std::nullopt;
        (*write)(bestTree);
    }
    writeProvenance(request.out, request, report, *checkpoint);
    if (!request.keepWork) std::filesystem::remove_all(workFolder(request));
    return report;
}

}  // namespace specula
