#include <array>
#include <cmath>

#include "engine/checkpoint/architectures/architectures.h"
#include "engine/checkpoint/architectures/readers.h"

// Gemma 2 (Gemma team 2024: norms before and after each block, soft caps, every other layer local) and the
// text part of Gemma 3 (2025: norms of queries and keys instead of the caps, five local layers to a global
// one, each kind with its own rope base).

namespace specula {
namespace {

constexpr std::array kNames{
    NameRule{"layer.{}.attn_post_norm.weight", "model.layers.{}.post_attention_layernorm.weight"},
    NameRule{"layer.{}.mlp_norm.weight", "model.layers.{}.pre_feedforward_layernorm.weight"},
    NameRule{"layer.{}.mlp_post_norm.weight", "model.layers.{}.post_feedforward_layernorm.weight"},
};

constexpr double kLocalTheta = 10000.0;

// Every `period`-th layer sees everything, the others a window.
void alternate(int window, int period, ModelConfig& config) {
    for (int i = 0; i < config.layers; ++i)
        config.layerKinds[static_cast<std::size_t>(i)].window = (i + 1) % period == 0 ? 0 : window;
}

// Local layers turn by the second set of angles.
void giveLocalLayersTheirRope(double theta, ModelConfig& config) {
    config.ropes.push_back({theta, {}});
    for (LayerKind& layer : config.layerKinds) layer.rope = layer.window == 0 ? 0 : 1;
}

void shapeOfGemma(ModelConfig& config) {
    config.normPlace = NormPlace::Around;
    config.activation = Activation::GeluTanh;
    config.embeddingScale = std::sqrt(static_cast<double>(config.hidden));
}

void readCommon(const ConfigFields& fields, ModelConfig& config) {
    if (!fields.find("head_dim")) config.headDim = 256;
    readShape(fields, config);
    shapeOfGemma(config);
    config.normEps = fields.number("rms_norm_eps", 0.0, 1.0, 1e-6);
    config.normOffset = 1.0;
    config.activation = readActivation(
        fields, fields.find("hidden_activation") ? "hidden_activation" : "hidden_act", "gelu_pytorch_tanh");
    config.tiedHead = fields.flag("tie_word_embeddings", true);
    config.qkvBias = config.outBias = false;
    fields.expectFlag("attention_bias", false);
    fields.expectFlag("use_bidirectional_attention", false);
    config.attentionScale = 1.0 / std::sqrt(fields.number("query_pre_attn_scalar", 1e-3, 1e6, 256.0));
}

double readCap(const ConfigFields& fields, const std::string& field, double fallback) {
    if (!fields.mentions(field)) return fallback;
    return fields.number(field, 0.0, 1e6, 0.0);
}

void readGemma2(const ConfigFields& fields, ModelConfig& config) {
    readCommon(fields, config);
    readRope(fields, 10000.0, config);
    config.attentionSoftCap = readCap(fields, "attn_logit_softcapping", 50.0);
    config.finalSoftCap = readCap(fields, "final_logit_softcapping", 30.0);
    const int window = fields.integer("sliding_window", kContextBounds, 4096);
    if (!readLayerTypes(fields, window, config)) alternate(window, 2, config);
}

void readGemma3(const ConfigFields& fields, ModelConfig& config) {
    readCommon(fields, config);
    config.qkNorm = QkNorm::Head;
    config.attentionSoftCap = readCap(fields, "attn_logit_softcapping", 0.0);
    config.finalSoftCap = readCap(fields, "final_logit_softcapping", 0.0);
    const int window = fields.integer("sliding_window", kContextBounds, 4096);
    const int period = fields.integer("sliding_window_pattern", kLayerBounds, 6);
    if (!readLayerTypes(fields, window, config)) alternate(window, period, config);
    double localTheta = fields.number("rope_local_base_freq", 1e-3, 1e12, kLocalTheta);
    const auto newer = fields.object("rope_parameters");
    const auto global = newer ? newer->object("full_attention") : std::nullopt;
    const auto local = newer ? newer->object("sliding_attention") : std::nullopt;
    if (!global || !local) {
        config.ropes.front().theta = 1e6;
        readRope(fields, 1e6, config);
    } else {
        config.ropes.front() = {global->number("rope_theta", 1e-3, 1e12, 1e6),
                                readRopeScaling(*global, config, std::nullopt)};
        if (readRopeScaling(*local, config, std::nullopt).kind != RopeScaling::Kind::None)
            local->fail("rope_type", "stretches the local layers, which is not supported");
        localTheta = local->number("rope_theta", 1e-3, 1e12, localTheta);
    }
    giveLocalLayersTheirRope(localTheta, config);
}

// GGUF does not say what the queries are divided by: the largest model of each family uses the width of a
// head as if there were no head_dim, the others head_dim.
void readGgufCommon(const GgufKeys& keys, int layersOfLargest, ModelConfig& config) {
    readGgufShape(keys, config);
    shapeOfGemma(config);
    if (config.layers == layersOfLargest)
        config.attentionScale = 1.0 / std::sqrt(static_cast<double>(config.hidden) / config.heads);
    config.attentionSoftCap = keys.number("attn_logit_softcapping", 0.0, 1e6, 0.0);
    config.finalSoftCap = keys.number("final_logit_softcapping", 0.0, 1e6, 0.0);
}

void readGgufGemma2(const GgufKeys& keys, ModelConfig& config) {
    readGgufCommon(keys, 46, config);
    alternate(readGgufWindow(keys), 2, config);
}

void readGgufGemma3(const GgufKeys& keys, ModelConfig& config) {
    readGgufCommon(keys, 62, config);
    config.qkNorm = QkNorm::Head;
    config.ropes.front().theta = keys.number("rope.freq_base", 1e-3, 1e12, 1e6);
    alternate(readGgufWindow(keys), keys.integer("attention.sliding_window_pattern", kLayerBounds, 6),
              config);
    giveLocalLayersTheirRope(keys.number("rope.freq_base_swa", 1e-3, 1e12, kLocalTheta), config);
}

}  // namespace

const Architecture kGemma2{"gemma2",
                           "Gemma2ForCausalLM",
                           {"model.", kNames, llamaNames()},
                           readGemma2,
                           "gemma2",
                           {"", {}, ggufNames()},
                           readGgufGemma2};
const Architecture kGemma3{
    "gemma3_text",         "Gemma3ForCausalLM", {"model.", kNames, llamaNames()}, readGemma3, "gemma3",
    {"", {}, ggufNames()}, readGgufGemma3};

}  // namespace specula
