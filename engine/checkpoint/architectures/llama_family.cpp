#include <array>
#include <nlohmann/json.hpp>

#include "engine/checkpoint/architectures/architectures.h"
#include "engine/checkpoint/architectures/readers.h"
#include "engine/text/json_file.h"

// Llama and its near relatives: RMS norms, rotary positions, gated SiLU. Touvron et al. 2023 (Llama), Jiang
// et al. 2023 (Mistral's sliding window), Qwen team 2024 and 2025 (biases; norms of queries and keys), OLMo
// team 2024 (norms after each block), SmolLM3 (layers without rotary positions).

namespace specula {
namespace {

constexpr std::array kNames{
    NameRule{"embed.weight", "model.embed_tokens.weight"},
    NameRule{"final_norm.weight", "model.norm.weight"},
    NameRule{"head.weight", "lm_head.weight"},
    NameRule{"layer.{}.attn_norm.weight", "model.layers.{}.input_layernorm.weight"},
    NameRule{"layer.{}.q.weight", "model.layers.{}.self_attn.q_proj.weight"},
    NameRule{"layer.{}.k.weight", "model.layers.{}.self_attn.k_proj.weight"},
    NameRule{"layer.{}.v.weight", "model.layers.{}.self_attn.v_proj.weight"},
    NameRule{"layer.{}.o.weight", "model.layers.{}.self_attn.o_proj.weight"},
    NameRule{"layer.{}.q.bias", "model.layers.{}.self_attn.q_proj.bias"},
    NameRule{"layer.{}.k.bias", "model.layers.{}.self_attn.k_proj.bias"},
    NameRule{"layer.{}.v.bias", "model.layers.{}.self_attn.v_proj.bias"},
    NameRule{"layer.{}.o.bias", "model.layers.{}.self_attn.o_proj.bias"},
    NameRule{"layer.{}.q_norm.weight", "model.layers.{}.self_attn.q_norm.weight"},
    NameRule{"layer.{}.k_norm.weight", "model.layers.{}.self_attn.k_norm.weight"},
    NameRule{"layer.{}.mlp_norm.weight", "model.layers.{}.post_attention_layernorm.weight"},
    NameRule{"layer.{}.gate.weight", "model.layers.{}.mlp.gate_proj.weight"},
    NameRule{"layer.{}.up.weight", "model.layers.{}.mlp.up_proj.weight"},
    NameRule{"layer.{}.down.weight", "model.layers.{}.mlp.down_proj.weight"},
    NameRule{"layer.{}.gate.bias", "model.layers.{}.mlp.gate_proj.bias"},
    NameRule{"layer.{}.up.bias", "model.layers.{}.mlp.up_proj.bias"},
    NameRule{"layer.{}.down.bias", "model.layers.{}.mlp.down_proj.bias"},
};

constexpr std::array kOlmo2Names{
    NameRule{"layer.{}.attn_post_norm.weight", "model.layers.{}.post_attention_layernorm.weight"},
    NameRule{"layer.{}.mlp_post_norm.weight", "model.layers.{}.post_feedforward_layernorm.weight"},
};

void readCommon(const ConfigFields& fields, ModelConfig& config) {
    readShape(fields, config);
    config.normEps = fields.number("rms_norm_eps", 0.0, 1.0, 1e-6);
    config.activation = readActivation(fields, "hidden_act", "silu");
    config.tiedHead = fields.flag("tie_word_embeddings", false);
    config.qkvBias = config.outBias = fields.flag("attention_bias", false);
    config.mlpBias = fields.flag("mlp_bias", false);
}

// sliding_window, 0 where it is null or 0; `fallback` where the config does not mention it.
int readWindow(const ConfigFields& fields, int fallback) {
    if (!fields.mentions("sliding_window")) return fallback;
    return fields.integer("sliding_window", {0, kContextBounds.high}, 0);
}

void readLlama(const ConfigFields& fields, ModelConfig& config) {
    readCommon(fields, config);
    readRope(fields, 10000.0, config);
}

void readMistral(const ConfigFields& fields, ModelConfig& config) {
    readCommon(fields, config);
    readRope(fields, 10000.0, config);
    const int window = readWindow(fields, 4096);
    if (readLayerTypes(fields, window, config)) return;
    for (LayerKind& layer : config.layerKinds) layer.window = window;
}

// Qwen slides only where it is switched on, and then from layer max_window_layers on.
void readQwenWindow(const ConfigFields& fields, ModelConfig& config) {
    const int window = fields.flag("use_sliding_window", false) ? readWindow(fields, 4096) : 0;
    if (readLayerTypes(fields, window, config) || window == 0) return;
    const int first = fields.integer("max_window_layers", {0, kLayerBounds.high}, 28);
    for (int i = first; i < config.layers; ++i)
        config.layerKinds[static_cast<std::size_t>(i)].window = window;
}

void readQwen2(const ConfigFields& fields, ModelConfig& config) {
    readCommon(fields, config);
    readRope(fields, 10000.0, config);
    config.qkvBias = true;
    config.outBias = false;
    readQwenWindow(fields, config);
}

void readQwen3(const ConfigFields& fields, ModelConfig& config) {
    if (!fields.find("head_dim")) config.headDim = 128;
    readCommon(fields, config);
    readRope(fields, 10000.0, config);
    config.qkNorm = QkNorm::Head;
    readQwenWindow(fields, config);
}

// no_rope_layers lists 1 for a layer with rotary positions and 0 for one without.
void readSmolLm3(const ConfigFields& fields, ModelConfig& config) {
    readCommon(fields, config);
    readRope(fields, 2000000.0, config);
    config.tiedHead = fields.flag("tie_word_embeddings", true);
    std::vector<double> rotated = fields.numbers("no_rope_layers", config.layerKinds.size());
    const int interval = fields.integer("no_rope_layer_interval", {1, kLayerBounds.high}, 4);
    for (int i = 0; rotated.size() < config.layerKinds.size(); ++i)
        rotated.push_back((i + 1) % interval != 0 ? 1.0 : 0.0);
    for (std::size_t i = 0; i < rotated.size(); ++i) {
        if (rotated[i] != 0.0 && rotated[i] != 1.0)
            fields.fail("no_rope_layers", "must hold 0 or 1 for each layer");
        if (rotated[i] == 0.0) config.layerKinds[i].rope = LayerKind::kNoRope;
    }
    const int window = fields.flag("use_sliding_window", false) ? readWindow(fields, 0) : 0;
    if (readLayerTypes(fields, window, config)) return;
    for (LayerKind& layer : config.layerKinds) {
        if (layer.rope == LayerKind::kNoRope) layer.window = window;
    }
}

void readOlmo2(const ConfigFields& fields, ModelConfig& config) {
    readCommon(fields, config);
    readRope(fields, 10000.0, config);
    config.normEps = fields.number("rms_norm_eps", 0.0, 1.0, 1e-5);
    config.normPlace = NormPlace::After;
    config.qkNorm = QkNorm::Whole;
}

void readGgufLlama(const GgufKeys& keys, ModelConfig& config) {
    readGgufShape(keys, config);
    // llama.cpp's converter stores q and k with the rows of each head permuted for pairs of neighbours.
    config.ropeInterleaved = true;
}

void readGgufQwen2(const GgufKeys& keys, ModelConfig& config) {
    readGgufShape(keys, config);
}

void readGgufQwen3(const GgufKeys& keys, ModelConfig& config) {
    readGgufShape(keys, config);
    config.qkNorm = QkNorm::Head;
}

const NameTable& ggufTable() {
    static const NameTable table{"", {}, ggufNames()};
    return table;
}

}  // namespace

std::span<const NameRule> llamaNames() {
    return kNames;
}

const Architecture kLlama{"llama", "LlamaForCausalLM", {"model.", kNames}, readLlama,
                          "llama", ggufTable(),        readGgufLlama};
const Architecture kMistral{"mistral", "MistralForCausalLM", {"model.", kNames}, readMistral, ""};
const Architecture kQwen2{"qwen2", "Qwen2ForCausalLM", {"model.", kNames}, readQwen2,
                          "qwen2", ggufTable(),        readGgufQwen2};
const Architecture kQwen3{"qwen3", "Qwen3ForCausalLM", {"model.", kNames}, readQwen3,
                          "qwen3", ggufTable(),        readGgufQwen3};
const Architecture kSmolLm3{"smollm3", "SmolLM3ForCausalLM", {"model.", kNames}, readSmolLm3, ""};
const Architecture kOlmo2{"olmo2", "Olmo2ForCausalLM", {"model.", kOlmo2Names, kNames}, readOlmo2, ""};

}  // namespace specula
