#include "app/trace_json.h"

#include "engine/trace/names.h"
#include "engine/trace/rules.h"

namespace specula {

using nlohmann::json;

namespace {

constexpr std::int64_t kMaxInt = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxSize = std::int64_t{1} << 53;
constexpr double kMaxNumber = std::numeric_limits<double>::max();
constexpr const char* kWeightWords = "one of auto, fp32, fp16, int8x2, int8, bf16";
constexpr const char* kRuleWords =
    "token, block, greedy, one-hot, match, specinfer, sequoia, typical or ensemble:W";
constexpr const char* kKvWords = "one of auto, fp32, fp16";

int smallInt(const JsonObject& json, const char* key, std::int64_t low = 0, std::int64_t high = kMaxInt) {
    return static_cast<int>(json.integer(key, low, high));
}

// Files from before there was a choice name none.
Device deviceFrom(const JsonObject& json) {
    if (!json.has("device")) return Device::Cpu;
    return json.word<Device>("device", &deviceNamed, "one of cpu, cuda, aten-cpu");
}

}  // namespace

json toJson(const Sampling& sampling) {
    return {{"temperature", sampling.temperature},
            {"top_k", sampling.topK},
            {"top_p", sampling.topP},
            {"min_p", sampling.minP},
            {"repetition_penalty", sampling.repetitionPenalty}};
}

Sampling samplingFrom(const JsonObject& json) {
    Sampling sampling;
    sampling.temperature = json.number("temperature", 0.0, kMaxNumber);
    sampling.topK = smallInt(json, "top_k");
    sampling.topP = json.number("top_p", 0.0, 1.0);
    sampling.minP = json.number("min_p", 0.0, 1.0);
    sampling.repetitionPenalty = json.number("repetition_penalty", 0.0, kMaxNumber);
    return sampling;
}

json toJson(const Costs& costs) {
    return {{"c", costs.c}, {"v", costs.v}, {"overhead", costs.overhead}};
}

Costs costsFrom(const JsonObject& json) {
    Costs costs;
    costs.c = json.number("c", 0.0, kMaxNumber);
    if (json.has("overhead")) costs.overhead = json.number("overhead", 0.0, kMaxNumber);
    const auto& rows = json.array("v", 4096);
    for (std::size_t m = 0; m < rows.size(); ++m)
        costs.v.push_back(json.numberAt(rows[m], "v[" + std::to_string(m) + "]", 1e-6, 1e9));
    if (costs.v.empty()) json.fail("v", "at least the cost of one row (1)");
    return costs;
}

json toJson(const TreeShape& tree) {
    if (tree.automatic) return "auto";
    return tree.off() ? json("off") : json(tree.children);
}

TreeShape treeFrom(const JsonObject& json) {
    if (json.isWord("tree", "off")) return {};
    if (json.isWord("tree", "auto")) return {.automatic = true, .children = {}};
    TreeShape tree;
    const auto& children = json.array("tree", kGammaMax);
    for (std::size_t i = 0; i < children.size(); ++i)
        tree.children.push_back(static_cast<int>(
            json.integerAt(children[i], "tree[" + std::to_string(i) + "]", 1, kTreeNodesMax)));
    return tree;
}

json toJson(const RunOptions& options) {
    json value = toJson(options.sampling);
    value["gamma"] = options.gamma == kGammaAuto ? json("auto") : json(options.gamma);
    value["tree"] = toJson(options.tree);
    value["draft_sampling"] = options.draftSampling ? toJson(*options.draftSampling) : json(nullptr);
    value["rule"] = ruleText(options.rule, options.ensembleWeight);
    value["lossless"] = lossless(options);
    value["draft_stop"] = draftStopText(options.draftStop);
    value["seed"] = options.seed;
    value["max_tokens"] = options.maxTokens;
    value["stop"] = json::array();
    for (const std::string& text : options.stop) value["stop"].push_back(bytesToJson(text));
    value["ignore_eos"] = options.ignoreEos;
    value["detail"] = name(options.detail);
    value["top_entries"] = options.topEntries;
    value["costs"] = options.costs ? toJson(*options.costs) : json(nullptr);
    if (options.syntheticAcceptance) value["synthetic_acceptance"] = *options.syntheticAcceptance;
    return value;
}

RunOptions runOptionsFrom(const JsonObject& json) {
    RunOptions options;
    options.gamma = json.isWord("gamma", "auto") ? kGammaAuto : smallInt(json, "gamma", 0, kGammaMax);
    if (json.has("tree")) options.tree = treeFrom(json);
    options.sampling = samplingFrom(json);
    if (json.has("draft_sampling")) options.draftSampling = samplingFrom(json.object("draft_sampling"));
    const RuleChoice rule = json.word<RuleChoice>("rule", &ruleFromText, kRuleWords);
    options.rule = rule.rule;
    options.ensembleWeight = rule.ensembleWeight;
    if (json.has("draft_stop"))
        options.draftStop =
            json.word<DraftStop>("draft_stop", &draftStopFromText, "fixed, max:P, entropy:H or auto");
    options.seed = json.unsignedInteger("seed");
    options.maxTokens = smallInt(json, "max_tokens");
    const auto& stop = json.array("stop", 1000);
    for (std::size_t i = 0; i < stop.size(); ++i)
        options.stop.push_back(json.bytesAt(stop[i], "stop[" + std::to_string(i) + "]"));
    options.ignoreEos = json.boolean("ignore_eos");
    options.detail = json.word<Detail>("detail", &detailNamed, "one of counts, tokens, full");
    options.topEntries = smallInt(json, "top_entries");
    if (json.has("costs")) options.costs = costsFrom(json.object("costs"));
    options.syntheticAcceptance = json.optionalNumber("synthetic_acceptance", 0.0, 1.0);
    return options;
}

json toJson(const EngineOptions& options) {
    return {{"target", bytesToJson(options.target)},
            {"draft", bytesToJson(options.draft)},
            {"weights", name(options.weights)},
            {"draft_weights", name(options.draftWeights)},
            {"kv", name(options.kv)},
            {"device", name(options.device)},
            {"threads", options.threads},
            {"max_context", options.maxContext}};
}

EngineOptions engineOptionsFrom(const JsonObject& json) {
    EngineOptions options;
    options.target = json.bytes("target");
    options.draft = json.bytes("draft");
    options.weights = json.word<WeightFormat>("weights", &weightFormatNamed, kWeightWords);
    options.draftWeights = json.word<WeightFormat>("draft_weights", &weightFormatNamed, kWeightWords);
    options.kv = json.word<KvFormat>("kv", &kvFormatNamed, kKvWords);
    options.device = deviceFrom(json);
    options.threads = smallInt(json, "threads");
    options.maxContext = smallInt(json, "max_context");
    return options;
}

json toJson(const Prompt& prompt) {
    json value = {{"name", bytesToJson(prompt.name)},
                  {"text", bytesToJson(prompt.text)},
                  {"chat", prompt.chat},
                  {"system", bytesToJson(prompt.system)}};
    if (!prompt.ids.empty()) value["ids"] = prompt.ids;
    if (prompt.branch)
        value["branch"] = {{"parent", bytesToJson(prompt.branch->parent)},
                           {"round", prompt.branch->round},
                           {"tokens", prompt.branch->tokens}};
    return value;
}

Prompt promptFrom(const JsonObject& json) {
    Prompt prompt;
    if (json.has("name")) prompt.name = json.bytes("name");
    prompt.text = json.bytes("text");
    if (json.has("chat")) prompt.chat = json.boolean("chat");
    if (json.has("system")) prompt.system = json.bytes("system");
    if (json.has("ids")) prompt.ids = idsFrom(json, "ids");
    if (json.has("branch")) {
        const JsonObject branch = json.object("branch");
        prompt.branch = {branch.bytes("parent"), smallInt(branch, "round"),
                         smallInt(branch, "tokens", 0, static_cast<std::int64_t>(prompt.ids.size()))};
    }
    return prompt;
}

json toJson(const ModelInfo& model) {
    return {{"name", bytesToJson(model.name)},
            {"path", bytesToJson(model.path)},
            {"architecture", bytesToJson(model.architecture)},
            {"format", bytesToJson(model.fileFormat)},
            {"weights", name(model.weights)},
            {"kv", name(model.kv)},
            {"device", name(model.device)},
            {"parameters", model.parameters},
            {"weight_bytes", model.weightBytes},
            {"coarse_weights", model.coarseWeights},
            {"layers", model.layers},
            {"hidden", model.hidden},
            {"vocabulary", model.vocabulary},
            {"context", model.context},
            {"has_tokenizer", model.hasTokenizer},
            {"has_chat_template", model.hasChatTemplate},
            {"load_s", model.loadSeconds}};
}

ModelInfo modelInfoFrom(const JsonObject& json) {
    ModelInfo model;
    model.name = json.bytes("name");
    model.path = json.bytes("path");
    model.architecture = json.bytes("architecture");
    model.fileFormat = json.bytes("format");
    model.weights = json.word<WeightFormat>("weights", &weightFormatNamed, kWeightWords);
    model.kv = json.word<KvFormat>("kv", &kvFormatNamed, kKvWords);
    model.device = deviceFrom(json);
    model.parameters = json.integer("parameters", 0, kMaxSize);
    model.weightBytes = json.integer("weight_bytes", 0, kMaxSize);
    if (json.has("coarse_weights")) model.coarseWeights = json.integer("coarse_weights", 0, kMaxSize);
    model.layers = smallInt(json, "layers");
    model.hidden = smallInt(json, "hidden");
    model.vocabulary = smallInt(json, "vocabulary");
    model.context = smallInt(json, "context");
    model.hasTokenizer = json.boolean("has_tokenizer");
    model.hasChatTemplate = json.boolean("has_chat_template");
    model.loadSeconds = json.number("load_s", 0.0, kMaxNumber);
    return model;
}

json toJson(const DraftInfo& draft) {
    json value{{"kind", bytesToJson(draft.kind)},
               {"name", bytesToJson(draft.name)},
               {"parameter", draft.parameter},
               {"model", draft.model ? toJson(*draft.model) : json(nullptr)}};
    if (!draft.skippedLayers.empty()) value["skipped_layers"] = draft.skippedLayers;
    if (draft.alpha) value["alpha"] = *draft.alpha;
    if (draft.sharedTokens > 0) value["shared_tokens"] = draft.sharedTokens;
    if (draft.synthetic()) value["synthetic"] = true;
    return value;
}

DraftInfo draftInfoFrom(const JsonObject& json) {
    DraftInfo draft;
    draft.kind = json.bytes("kind");
    draft.name = json.bytes("name");
    if (json.has("parameter")) draft.parameter = smallInt(json, "parameter");
    if (json.has("model")) draft.model = modelInfoFrom(json.object("model"));
    if (json.has("skipped_layers")) {
        const auto& layers = json.array("skipped_layers", 10'000);
        for (std::size_t i = 0; i < layers.size(); ++i)
            draft.skippedLayers.push_back(static_cast<int>(
                json.integerAt(layers[i], "skipped_layers[" + std::to_string(i) + "]", 1, kMaxInt)));
    }
    draft.alpha = json.optionalNumber("alpha", 0.0, 1.0);
    if (json.has("shared_tokens")) draft.sharedTokens = smallInt(json, "shared_tokens");
    return draft;
}

json toJson(const Interval& interval) {
    return {{"median", interval.median},
            {"low", interval.low},
            {"high", interval.high},
            {"n", interval.n},
            {"method", interval.method}};
}

Interval intervalFrom(const JsonObject& json) {
    return {json.number("median"), json.number("low"), json.number("high"), smallInt(json, "n"),
            json.bytes("method")};
}

std::vector<TokenId> idsFrom(const JsonObject& json, const char* key) {
    const auto& values = json.array(key, kMaxStoredTokens);
    std::vector<TokenId> ids;
    ids.reserve(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::string place = std::string(key) + "[" + std::to_string(i) + "]";
        ids.push_back(static_cast<TokenId>(json.integerAt(values[i], place, 0, kMaxInt)));
    }
    return ids;
}

}  // namespace specula
