#include <array>

#include "engine/checkpoint/architectures/architectures.h"
#include "engine/checkpoint/architectures/readers.h"

// Phi-3 (Abdin et al. 2024): Llama with q, k and v in one matrix, gate and up in another.

namespace specula {
namespace {

constexpr std::array kNames{
    NameRule{"layer.{}.q.weight", "model.layers.{}.self_attn.qkv_proj.weight", Part::Q},
    NameRule{"layer.{}.k.weight", "model.layers.{}.self_attn.qkv_proj.weight", Part::K},
    NameRule{"layer.{}.v.weight", "model.layers.{}.self_attn.qkv_proj.weight", Part::V},
    NameRule{"layer.{}.gate.weight", "model.layers.{}.mlp.gate_up_proj.weight", Part::Gate},
    NameRule{"layer.{}.up.weight", "model.layers.{}.mlp.gate_up_proj.weight", Part::Up},
};

constexpr std::array kGgufNames{
    NameRule{"layer.{}.q.weight", "blk.{}.attn_qkv.weight", Part::Q},
    NameRule{"layer.{}.k.weight", "blk.{}.attn_qkv.weight", Part::K},
    NameRule{"layer.{}.v.weight", "blk.{}.attn_qkv.weight", Part::V},
    NameRule{"layer.{}.gate.weight", "blk.{}.ffn_up.weight", Part::Gate},
    NameRule{"layer.{}.up.weight", "blk.{}.ffn_up.weight", Part::Up},
};

void readPhi3(const ConfigFields& fields, ModelConfig& config) {
    readShape(fields, config);
    config.normEps = fields.number("rms_norm_eps", 0.0, 1.0, 1e-5);
    config.activation = readActivation(fields, "hidden_act", "silu");
    config.tiedHead = fields.flag("tie_word_embeddings", false);
    fields.expectFlag("attention_bias", false);
    readRope(fields, 10000.0, config);
    const int window = fields.integer("sliding_window", {0, kContextBounds.high}, 0);
    if (readLayerTypes(fields, window, config)) return;
    for (LayerKind& layer : config.layerKinds) layer.window = window;
}

void readGgufPhi3(const GgufKeys& keys, ModelConfig& config) {
    if (keys.tensor("rope_factors_long.weight") || keys.tensor("rope_factors_short.weight")) {
        keys.fail("rope.scaling.attn_factor",
                  "goes with long-context rope factors, which are read from Hugging Face folders only");
    }
    readGgufShape(keys, config);
    const int window = readGgufWindow(keys);
    for (LayerKind& layer : config.layerKinds) layer.window = window;
}

}  // namespace

const Architecture kPhi3{"phi3",
                         "Phi3ForCausalLM",
                         {"model.", kNames, llamaNames()},
                         readPhi3,
                         "phi3",
                         {"", kGgufNames, ggufNames()},
                         readGgufPhi3};

}  // namespace specula
