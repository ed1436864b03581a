#include <array>

#include "engine/checkpoint/architectures/architectures.h"
#include "engine/checkpoint/architectures/readers.h"

// OPT (Zhang et al. 2022). All sizes but one norm before each block; OPT-350m norms after the sum, has no
// final norm, and its embedding is narrower than the model, with a projection in and one out.

namespace specula {
namespace {

constexpr std::array kNames{
    NameRule{"embed.weight", "model.decoder.embed_tokens.weight"},
    NameRule{"positions.weight", "model.decoder.embed_positions.weight"},
    NameRule{"project_in.weight", "model.decoder.project_in.weight"},
    NameRule{"project_out.weight", "model.decoder.project_out.weight"},
    NameRule{"final_norm.weight", "model.decoder.final_layer_norm.weight"},
    NameRule{"final_norm.bias", "model.decoder.final_layer_norm.bias"},
    NameRule{"head.weight", "lm_head.weight"},
    NameRule{"layer.{}.attn_norm.weight", "model.decoder.layers.{}.self_attn_layer_norm.weight"},
    NameRule{"layer.{}.attn_norm.bias", "model.decoder.layers.{}.self_attn_layer_norm.bias"},
    NameRule{"layer.{}.q.weight", "model.decoder.layers.{}.self_attn.q_proj.weight"},
    NameRule{"layer.{}.k.weight", "model.decoder.layers.{}.self_attn.k_proj.weight"},
    NameRule{"layer.{}.v.weight", "model.decoder.layers.{}.self_attn.v_proj.weight"},
    NameRule{"layer.{}.o.weight", "model.decoder.layers.{}.self_attn.out_proj.weight"},
    NameRule{"layer.{}.q.bias", "model.decoder.layers.{}.self_attn.q_proj.bias"},
    NameRule{"layer.{}.k.bias", "model.decoder.layers.{}.self_attn.k_proj.bias"},
    NameRule{"layer.{}.v.bias", "model.decoder.layers.{}.self_attn.v_proj.bias"},
    NameRule{"layer.{}.o.bias", "model.decoder.layers.{}.self_attn.out_proj.bias"},
    NameRule{"layer.{}.mlp_norm.weight", "model.decoder.layers.{}.final_layer_norm.weight"},
    NameRule{"layer.{}.mlp_norm.bias", "model.decoder.layers.{}.final_layer_norm.bias"},
    NameRule{"layer.{}.up.weight", "model.decoder.layers.{}.fc1.weight"},
    NameRule{"layer.{}.up.bias", "model.decoder.layers.{}.fc1.bias"},
    NameRule{"layer.{}.down.weight", "model.decoder.layers.{}.fc2.weight"},
    NameRule{"layer.{}.down.bias", "model.decoder.layers.{}.fc2.bias"},
};

constexpr int kPositionOffset = 2;  // the table's first rows belong to padding, a habit of fairseq

void readOpt(const ConfigFields& fields, ModelConfig& config) {
    config.hidden = fields.integer("hidden_size", kHiddenBounds);
    config.embeddingWidth = fields.integer("word_embed_proj_dim", kHiddenBounds, config.hidden);
    config.layers = fields.integer("num_hidden_layers", kLayerBounds);
    config.heads = fields.integer("num_attention_heads", kHeadBounds);
    config.ffn = fields.integer("ffn_dim", kFfnBounds);
    config.maxContext = fields.integer("max_position_embeddings", kContextBounds, 2048);
    finishShape(fields, "num_attention_heads", "hidden_size", config);
    const bool before = fields.flag("do_layer_norm_before", true);
    config.norm = NormKind::Layer;
    config.normPlace = before ? NormPlace::Before : NormPlace::AfterSum;
    config.normEps = 1e-5;
    config.finalNorm = before && !fields.flag("_remove_final_layer_norm", false);
    config.gatedMlp = false;
    config.activation = readActivation(fields, "activation_function", "relu");
    config.qkvBias = config.outBias = config.mlpBias = fields.flag("enable_bias", true);
    fields.expectFlag("layer_norm_elementwise_affine", true);
    config.learnedPositions = true;
    config.positionOffset = kPositionOffset;
    for (LayerKind& layer : config.layerKinds) layer.rope = LayerKind::kNoRope;
    config.tiedHead = fields.flag("tie_word_embeddings", true);
}

}  // namespace

const Architecture kOpt{"opt", "OPTForCausalLM", {"model.", kNames}, readOpt, ""};

}  // namespace specula
