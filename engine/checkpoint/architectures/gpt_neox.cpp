#include <array>

#include "engine/checkpoint/architectures/architectures.h"
#include "engine/checkpoint/architectures/readers.h"

// GPT-NeoX (Black et al. 2022) and Pythia: attention and MLP side by side, a part of each head rotated,
// queries, keys and values of each head next to each other in one matrix.

namespace specula {
namespace {

constexpr std::array kNames{
    NameRule{"embed.weight", "gpt_neox.embed_in.weight"},
    NameRule{"final_norm.weight", "gpt_neox.final_layer_norm.weight"},
    NameRule{"final_norm.bias", "gpt_neox.final_layer_norm.bias"},
    NameRule{"head.weight", "embed_out.weight"},
    NameRule{"head.weight", "lm_head.weight"},
    NameRule{"layer.{}.attn_norm.weight", "gpt_neox.layers.{}.input_layernorm.weight"},
    NameRule{"layer.{}.attn_norm.bias", "gpt_neox.layers.{}.input_layernorm.bias"},
    NameRule{"layer.{}.q.weight", "gpt_neox.layers.{}.attention.query_key_value.weight", Part::HeadQ},
    NameRule{"layer.{}.k.weight", "gpt_neox.layers.{}.attention.query_key_value.weight", Part::HeadK},
    NameRule{"layer.{}.v.weight", "gpt_neox.layers.{}.attention.query_key_value.weight", Part::HeadV},
    NameRule{"layer.{}.q.bias", "gpt_neox.layers.{}.attention.query_key_value.bias", Part::HeadQ},
    NameRule{"layer.{}.k.bias", "gpt_neox.layers.{}.attention.query_key_value.bias", Part::HeadK},
    NameRule{"layer.{}.v.bias", "gpt_neox.layers.{}.attention.query_key_value.bias", Part::HeadV},
    NameRule{"layer.{}.o.weight", "gpt_neox.layers.{}.attention.dense.weight"},
    NameRule{"layer.{}.o.bias", "gpt_neox.layers.{}.attention.dense.bias"},
    NameRule{"layer.{}.mlp_norm.weight", "gpt_neox.layers.{}.post_attention_layernorm.weight"},
    NameRule{"layer.{}.mlp_norm.bias", "gpt_neox.layers.{}.post_attention_layernorm.bias"},
    NameRule{"layer.{}.up.weight", "gpt_neox.layers.{}.mlp.dense_h_to_4h.weight"},
    NameRule{"layer.{}.up.bias", "gpt_neox.layers.{}.mlp.dense_h_to_4h.bias"},
    NameRule{"layer.{}.down.weight", "gpt_neox.layers.{}.mlp.dense_4h_to_h.weight"},
    NameRule{"layer.{}.down.bias", "gpt_neox.layers.{}.mlp.dense_4h_to_h.bias"},
};

void readGptNeoX(const ConfigFields& fields, ModelConfig& config) {
    readShape(fields, config);
    readRope(fields, 10000.0, config);
    config.norm = NormKind::Layer;
    config.normEps = fields.number("layer_norm_eps", 0.0, 1.0, 1e-5);
    config.parallelResidual = fields.flag("use_parallel_residual", true);
    config.gatedMlp = false;
    config.activation = readActivation(fields, "hidden_act", "gelu");
    config.qkvBias = config.outBias = fields.flag("attention_bias", true);
    config.mlpBias = true;
    config.tiedHead = fields.flag("tie_word_embeddings", false);
}

}  // namespace

const Architecture kGptNeoX{"gpt_neox", "GPTNeoXForCausalLM", {"gpt_neox.", kNames}, readGptNeoX, ""};

}  // namespace specula
