#include "engine/measure/model_shapes.h"

#include <cmath>

#include "engine/decode/memory_check.h"
#include "engine/measure/random_checkpoint.h"
#include "engine/model/model.h"

namespace specula {

namespace {

struct Shape {
    int vocabulary, hidden, layers, heads, kvHeads, ffn, maxContext;
};

ModelConfig common(const char* name, const char* architecture, const Shape& shape) {
    ModelConfig c;
    c.name = std::string(name) + " (random weights)";
    c.architecture = architecture;
    c.vocabulary = shape.vocabulary;
    c.hidden = c.embeddingWidth = shape.hidden;
    c.layers = shape.layers;
    c.heads = shape.heads;
    c.kvHeads = shape.kvHeads;
    c.headDim = c.rotaryDim = shape.hidden / shape.heads;
    c.ffn = shape.ffn;
    c.maxContext = shape.maxContext;
    c.attentionScale = 1.0 / std::sqrt(static_cast<double>(c.headDim));
    c.layerKinds.resize(static_cast<std::size_t>(shape.layers));
    c.tiedHead = true;
    return c;
}

/// What OPT and GPT-2 have in common: layer norms, biases, a table of positions, an MLP without a gate.
ModelConfig withTable(ModelConfig c, Activation activation, int positionOffset) {
    c.norm = NormKind::Layer;
    c.gatedMlp = false;
    c.activation = activation;
    c.qkvBias = c.outBias = c.mlpBias = true;
    c.learnedPositions = true;
    c.positionOffset = positionOffset;
    for (LayerKind& layer : c.layerKinds) layer.rope = LayerKind::kNoRope;
    return c;
}

ModelConfig opt(const char* name, int hidden, int layers, int heads, int ffn) {
    return withTable(common(name, "opt", {50272, hidden, layers, heads, heads, ffn, 2048}), Activation::Relu,
                     2);
}

ModelConfig gpt2(const char* name, int layers) {
    return withTable(common(name, "gpt2", {50257, 768, layers, 12, 12, 3072, 1024}), Activation::GeluTanh, 0);
}

ModelConfig llama3(const char* name, int hidden, int layers, int heads, int kvHeads, int ffn) {
    ModelConfig c = common(name, "llama", {128256, hidden, layers, heads, kvHeads, ffn, 131072});
    c.ropes.front().theta = 500000.0;
    RopeScaling& scaling = c.ropes.front().scaling;
    scaling.kind = RopeScaling::Kind::Llama3;
    scaling.factor = 32.0;
    scaling.originalContext = 8192.0;
    return c;
}

}  // namespace

std::optional<ModelConfig> modelShape(std::string_view name) {
    if (name == "opt-1.3b") return opt("OPT-1.3B", 2048, 24, 32, 8192);
    if (name == "opt-125m") return opt("OPT-125M", 768, 12, 12, 3072);
    if (name == "gpt2") return gpt2("GPT-2", 12);
    if (name == "distilgpt2") return gpt2("distilgpt2", 6);
    if (name == "llama-3.2-1b") return llama3("Llama-3.2-1B", 2048, 16, 32, 8, 8192);
    if (name == "llama-draft-80m") return llama3("Llama 4 layers of 512", 512, 4, 8, 2, 2048);
    return std::nullopt;
}

std::shared_ptr<const Engine> loadRandomPair(const RandomPairOptions& options, std::stop_token stop) {
    std::vector<PlannedLoad> loads;
    for (const ModelConfig* config : {&options.target, &options.draft})
        loads.push_back({config, options.weights, KvFormat::Auto, options.maxContext, config->vocabulary});
    checkMemory(loads, availableMemory());
    const auto pool = std::make_shared<ThreadPool>(options.threads);
    const auto load = [&](const ModelConfig& config, std::uint64_t seed) {
        return Model::load(std::make_shared<RandomCheckpoint>(config, seed),
                           {.weights = options.weights, .maxContext = options.maxContext}, pool, stop);
    };
    const auto target = load(options.target, 1);
    return Engine::ofModels(target, load(options.draft, 2));
}

}  // namespace specula
