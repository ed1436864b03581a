#include <array>
#include <cmath>

#include "engine/checkpoint/architectures/architectures.h"
#include "engine/checkpoint/architectures/readers.h"

// GPT-2 (Radford et al. 2019) and distilgpt2: layer norms, a table of positions, q, k and v in one matrix,
// matrices stored [in, out] (Conv1D).

namespace specula {
namespace {

constexpr std::array kNames{
    NameRule{"embed.weight", "transformer.wte.weight"},
    NameRule{"positions.weight", "transformer.wpe.weight"},
    NameRule{"final_norm.weight", "transformer.ln_f.weight"},
    NameRule{"final_norm.bias", "transformer.ln_f.bias"},
    NameRule{"head.weight", "lm_head.weight"},
    NameRule{"layer.{}.attn_norm.weight", "transformer.h.{}.ln_1.weight"},
    NameRule{"layer.{}.attn_norm.bias", "transformer.h.{}.ln_1.bias"},
    NameRule{"layer.{}.q.weight", "transformer.h.{}.attn.c_attn.weight", Part::Q, true},
    NameRule{"layer.{}.k.weight", "transformer.h.{}.attn.c_attn.weight", Part::K, true},
    NameRule{"layer.{}.v.weight", "transformer.h.{}.attn.c_attn.weight", Part::V, true},
    NameRule{"layer.{}.q.bias", "transformer.h.{}.attn.c_attn.bias", Part::Q},
    NameRule{"layer.{}.k.bias", "transformer.h.{}.attn.c_attn.bias", Part::K},
    NameRule{"layer.{}.v.bias", "transformer.h.{}.attn.c_attn.bias", Part::V},
    NameRule{"layer.{}.o.weight", "transformer.h.{}.attn.c_proj.weight", Part::Whole, true},
    NameRule{"layer.{}.o.bias", "transformer.h.{}.attn.c_proj.bias"},
    NameRule{"layer.{}.mlp_norm.weight", "transformer.h.{}.ln_2.weight"},
    NameRule{"layer.{}.mlp_norm.bias", "transformer.h.{}.ln_2.bias"},
    NameRule{"layer.{}.up.weight", "transformer.h.{}.mlp.c_fc.weight", Part::Whole, true},
    NameRule{"layer.{}.up.bias", "transformer.h.{}.mlp.c_fc.bias"},
    NameRule{"layer.{}.down.weight", "transformer.h.{}.mlp.c_proj.weight", Part::Whole, true},
    NameRule{"layer.{}.down.bias", "transformer.h.{}.mlp.c_proj.bias"},
};

// llama.cpp's converter turns the matrices round and keeps q, k and v together.
constexpr std::array kGgufNames{
    NameRule{"layer.{}.q.weight", "blk.{}.attn_qkv.weight", Part::Q},
    NameRule{"layer.{}.k.weight", "blk.{}.attn_qkv.weight", Part::K},
    NameRule{"layer.{}.v.weight", "blk.{}.attn_qkv.weight", Part::V},
    NameRule{"layer.{}.q.bias", "blk.{}.attn_qkv.bias", Part::Q},
    NameRule{"layer.{}.k.bias", "blk.{}.attn_qkv.bias", Part::K},
    NameRule{"layer.{}.v.bias", "blk.{}.attn_qkv.bias", Part::V},
};

void shapeOfGpt2(ModelConfig& config) {
    config.norm = NormKind::Layer;
    config.gatedMlp = false;
    config.activation = Activation::GeluTanh;
    config.qkvBias = config.outBias = config.mlpBias = true;
    config.learnedPositions = true;
    for (LayerKind& layer : config.layerKinds) layer.rope = LayerKind::kNoRope;
}

void readGpt2(const ConfigFields& fields, ModelConfig& config) {
    config.hidden = fields.integer("n_embd", kHiddenBounds);
    config.layers = fields.integer("n_layer", kLayerBounds);
    config.heads = fields.integer("n_head", kHeadBounds);
    config.ffn = fields.integer("n_inner", kFfnBounds, 4 * config.hidden);
    config.maxContext = fields.integer("n_positions", kContextBounds, 1024);
    finishShape(fields, "n_head", "n_embd", config);
    shapeOfGpt2(config);
    config.normEps = fields.number("layer_norm_epsilon", 0.0, 1.0, 1e-5);
    config.activation = readActivation(fields, "activation_function", "gelu_new");
    config.tiedHead = fields.flag("tie_word_embeddings", true);
    if (!fields.flag("scale_attn_weights", true)) config.attentionScale = 1.0;
    config.attentionScaleByLayer = fields.flag("scale_attn_by_inverse_layer_idx", false);
    fields.expectFlag("add_cross_attention", false);
}

void readGgufGpt2(const GgufKeys& keys, ModelConfig& config) {
    readGgufShape(keys, config);
    shapeOfGpt2(config);
}

}  // namespace

const Architecture kGpt2{
    "gpt2",      "GPT2LMHeadModel", {"transformer.", kNames}, readGpt2, "gpt2", {"", kGgufNames, ggufNames()},
    readGgufGpt2};

}  // namespace specula
