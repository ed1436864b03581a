#include "app/recommend_drafts.h"

#include <algorithm>
#include <filesystem>
#include <memory>

#include "app/catalogue.h"
#include "app/default_models.h"
#include "app/engine_catalogue.h"
#include "app/formatted.h"
#include "engine/checkpoint/checkpoint.h"
#include "engine/checkpoint/feature_head_file.h"
#include "engine/decode/head_details.h"
#include "engine/decode/pair_check.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr double kMostOfTarget = 1.0 / 3.0;
constexpr int kFewestLayers = 8;  // of a target that may leave early

bool sameFile(const std::string& a, const std::string& b) {
    std::error_code failure;
    return a == b || std::filesystem::equivalent(a, b, failure);
}

DraftCandidate refused(DraftCandidate candidate, const std::string& why) {
    candidate.usable = candidate.usual = false;
    candidate.note = why;
    return candidate;
}

DraftCandidate unusual(DraftCandidate candidate, const std::string& why) {
    candidate.usual = false;
    candidate.note = why;
    return candidate;
}

DraftCandidate judgedHead(DraftCandidate candidate, const Checkpoint& target) {
    const PairReport report = checkHead(target, FeatureHeadFile(candidate.draft));
    if (!report.compatible) return refused(std::move(candidate), reasonAgainst(report));
    if (!report.warnings.empty()) return unusual(std::move(candidate), report.warnings.front());
    return candidate;
}

DraftCandidate judgedModel(DraftCandidate candidate, const Checkpoint& target) {
    const std::unique_ptr<Checkpoint> draft = openCheckpoint(candidate.draft);
    const PairReport report = checkPair(target, *draft);
    if (!report.compatible) return refused(std::move(candidate), reasonAgainst(report));
    const double share = static_cast<double>(draft->parameters()) / static_cast<double>(target.parameters());
    if (share > kMostOfTarget)
        return unusual(std::move(candidate),
                       formatted("it has %.0f %% of the target's parameters", 100.0 * share));
    if (report.sharedTokens > 0)
        return unusual(std::move(candidate), "another tokenizer: it can propose " +
                                                 std::to_string(report.sharedTokens) + " shared tokens");
    return candidate;
}

DraftCandidate judged(const FoundModel& model, const Checkpoint& target) {
    const ModelEntry entry = describeFound(model);
    DraftCandidate candidate{model.path, entry.name.empty() ? model.name : entry.name, {}, true, true};
    if (!entry.usable()) return refused(std::move(candidate), entry.problem);
    try {
        return entry.featureHead ? judgedHead(std::move(candidate), target)
                                 : judgedModel(std::move(candidate), target);
    } catch (const Error& problem) {
        return refused({model.path, model.name, {}, true, true}, problem.what());
    }
}

}  // namespace

std::vector<DraftCandidate> draftCandidates(const EngineOptions& engine, const std::stop_token& stop,
                                            const Backend::Progress& progress) {
    const std::unique_ptr<Checkpoint> target = openCheckpoint(engine.target);
    std::vector<FoundModel> models;
    const auto offer = [&](const FoundModel& model) {
        const auto same = [&model](const FoundModel& known) { return sameFile(known.path, model.path); };
        if (!sameFile(model.path, engine.target) && std::none_of(models.begin(), models.end(), same))
            models.push_back(model);
    };
    const std::vector<FoundModel> found = findModels({}, stop);
    for (const std::string& first : {defaultDraftFor(engine.target), engine.draft}) {
        if (first.empty() || isDraftRule(first)) continue;
        const auto known = std::find_if(found.begin(), found.end(),
                                        [&](const FoundModel& model) { return sameFile(model.path, first); });
        const std::string name = std::filesystem::path(first).filename().string();
        offer(known != found.end() ? *known : FoundModel{name, first, kSourceFolder});
    }
    for (const FoundModel& model : found) offer(model);
    std::vector<DraftCandidate> candidates;
    for (const FoundModel& model : models) {
        if (stop.stop_requested()) break;
        if (progress)
            progress(static_cast<double>(candidates.size()) / static_cast<double>(models.size()),
                     "looking at " + model.name);
        candidates.push_back(judged(model, *target));
    }
    // What drafts at all comes first, in the order found.
    std::stable_partition(candidates.begin(), candidates.end(),
                          [](const DraftCandidate& candidate) { return candidate.usable; });
    const auto firstRefused = std::find_if(candidates.begin(), candidates.end(),
                                           [](const DraftCandidate& candidate) { return !candidate.usable; });
    std::vector<DraftCandidate> rules{{"ngram", "n-gram look-up", {}, true, true}};
    const bool another = isDraftRule(engine.draft) && engine.draft != "ngram" && engine.draft != "ngram:3" &&
                         engine.draft != "none" && !engine.draft.starts_with("oracle");
    if (another) rules.push_back({engine.draft, engine.draft, "chosen in the setup", true, false});
    const int layers = target->config().layers;
    const std::string exit = "early-exit:" + std::to_string(layers / 3);
    if (layers >= kFewestLayers && exit != engine.draft)
        rules.push_back({exit, "early exit after layer " + std::to_string(layers / 3),
                         "seldom pays for a target that was not trained for it", true, false});
    candidates.insert(firstRefused, rules.begin(), rules.end());
    return candidates;
}

std::vector<std::string> usualDrafts(const std::vector<DraftCandidate>& candidates) {
    std::vector<std::string> drafts;
    for (const DraftCandidate& candidate : candidates) {
        if (candidate.usable && candidate.usual) drafts.push_back(candidate.draft);
    }
    return drafts;
}

}  // namespace specula
