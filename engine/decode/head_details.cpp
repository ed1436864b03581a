#include "engine/decode/head_details.h"

#include <algorithm>

#include "engine/decode/pair_check.h"
#include "engine/draft/feature_head.h"
#include "engine/model/memory.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

constexpr const char* kArchitecture = "feature-head";

std::int64_t bytesOfWeight(WeightFormat format) {
    if (format == WeightFormat::Fp32) return 4;
    return format == WeightFormat::Fp16 ? 2 : 1;
}

std::string typeOf(const StoredTensor& tensor) {
    switch (tensor.type) {
        case DType::F32:
            return "float32";
        case DType::F16:
            return "float16";
        case DType::BF16:
            return "bfloat16";
        default:
            return {};
    }
}

/// Linear layers around the decoder layer: of the token, the target's features, the head's own states.
std::int64_t projections(const FeatureHeadConfig& c) {
    return (2 + static_cast<std::int64_t>(c.fusedLayers.size())) * c.hidden * c.hidden;
}

std::int64_t parametersOf(const FeatureHeadConfig& c) {
    const std::int64_t queries = static_cast<std::int64_t>(c.heads) * c.headDim;
    const std::int64_t keys = static_cast<std::int64_t>(c.kvHeads) * c.headDim;
    const std::int64_t layer = (2 * queries + 2 * keys + 3 * static_cast<std::int64_t>(c.ffn)) * c.hidden;
    const std::int64_t norms = (5 + static_cast<std::int64_t>(c.fusedLayers.size())) * c.hidden;
    return layer + projections(c) + norms;
}

std::vector<MemoryNeed> memoryNeeds(const FeatureHeadConfig& c) {
    const ModelConfig layer = layerConfigOf(c);
    PlannedLoad load;
    load.config = &layer;
    load.vocabulary = layer.vocabulary;
    std::vector<MemoryNeed> needs;
    for (const WeightFormat format :
         {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8, WeightFormat::Fp32}) {
        load.weights = format;
        needs.push_back(memoryNeed(load));
        needs.back().weightBytes += projections(c) * bytesOfWeight(format);
    }
    return needs;
}

std::string listed(const std::vector<int>& numbers) {
    std::string text;
    for (const int number : numbers) text += (text.empty() ? "" : ", ") + std::to_string(number);
    return text;
}

}  // namespace

void describeHead(const std::string& folder, ModelEntry& entry) {
    entry.featureHead = true;
    entry.architecture = kArchitecture;
    const FeatureHeadFile head(folder);
    const FeatureHeadConfig& c = head.config();
    entry.name = c.name;
    entry.draftFor = c.targetName;
    entry.fileFormat = typeOf(head.tensor("embed_proj.weight"));
    entry.parameters = parametersOf(c);
    entry.layers = 1;
    entry.hidden = c.hidden;
    entry.vocabulary = c.headVocabulary;
    entry.maxContext = c.maxContext;
    entry.memory = memoryNeeds(c);
}

std::vector<NamedText> factsOf(const FeatureHeadFile& head) {
    const FeatureHeadConfig& c = head.config();
    std::vector<NamedText> facts{
        {"Kind", "feature head: a draft for one target, no model by itself"},
        {"Target", (c.targetName.empty() ? "not named" : c.targetName) + ", " +
                       std::to_string(c.targetLayers) + " layers, " + std::to_string(c.targetVocabulary) +
                       " tokens"},
        {"Looks at", "the target's states after layers " + listed(c.fusedLayers)},
        {"Can propose", std::to_string(c.headVocabulary) + " of the target's tokens, its most frequent ones"},
        {"Attention", std::to_string(c.heads) + " heads of " + std::to_string(c.headDim) + ", " +
                          std::to_string(c.kvHeads) + " of keys and values"},
        {"MLP", "gated, SiLU, " + std::to_string(c.ffn) + " wide"}};
    if (!c.bestTree.empty())
        facts.push_back({"Measured best", "tree " + treeText({.automatic = false, .children = c.bestTree})});
    return facts;
}

PairReport checkHead(const Checkpoint& target, const FeatureHeadFile& head) {
    PairReport report;
    const std::string& trainedFor = head.config().targetName;
    const std::string& name = target.config().name;
    PairCheck check{"The feature head was trained for this target", true, trainedFor};
    try {
        checkHeadFits(head, target.config(), usedVocabulary(target));
    } catch (const Error& problem) {
        check.passed = false;
        check.detail = problem.what();
        // The path is said elsewhere.
        if (const std::string start = head.path() + ": "; check.detail.starts_with(start))
            check.detail.erase(0, start.size());
    }
    report.compatible = check.passed;
    report.checks.push_back(std::move(check));
    if (report.compatible && !trainedFor.empty() && trainedFor != name)
        report.warnings.push_back("trained for " + trainedFor + ": it fits " + name +
                                  " by its shapes, but few of its proposals may be kept");
    return report;
}

}  // namespace specula
