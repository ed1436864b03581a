#include <array>
#include <cmath>

#include "engine/checkpoint/architectures/readers.h"
#include "engine/text/json_file.h"

namespace specula {
namespace {

constexpr std::array kNames{
    NameRule{"embed.weight", "token_embd.weight"},
    NameRule{"positions.weight", "position_embd.weight"},
    NameRule{"final_norm.weight", "output_norm.weight"},
    NameRule{"final_norm.bias", "output_norm.bias"},
    NameRule{"head.weight", "output.weight"},
    NameRule{"rope_freqs.weight", "rope_freqs.weight"},
    NameRule{"layer.{}.attn_norm.weight", "blk.{}.attn_norm.weight"},
    NameRule{"layer.{}.attn_norm.bias", "blk.{}.attn_norm.bias"},
    NameRule{"layer.{}.q.weight", "blk.{}.attn_q.weight"},
    NameRule{"layer.{}.k.weight", "blk.{}.attn_k.weight"},
    NameRule{"layer.{}.v.weight", "blk.{}.attn_v.weight"},
    NameRule{"layer.{}.o.weight", "blk.{}.attn_output.weight"},
    NameRule{"layer.{}.q.bias", "blk.{}.attn_q.bias"},
    NameRule{"layer.{}.k.bias", "blk.{}.attn_k.bias"},
    NameRule{"layer.{}.v.bias", "blk.{}.attn_v.bias"},
    NameRule{"layer.{}.o.bias", "blk.{}.attn_output.bias"},
    NameRule{"layer.{}.q_norm.weight", "blk.{}.attn_q_norm.weight"},
    NameRule{"layer.{}.k_norm.weight", "blk.{}.attn_k_norm.weight"},
    NameRule{"layer.{}.attn_post_norm.weight", "blk.{}.post_attention_norm.weight"},
    NameRule{"layer.{}.mlp_norm.weight", "blk.{}.ffn_norm.weight"},
    NameRule{"layer.{}.mlp_norm.bias", "blk.{}.ffn_norm.bias"},
    NameRule{"layer.{}.mlp_post_norm.weight", "blk.{}.post_ffw_norm.weight"},
    NameRule{"layer.{}.gate.weight", "blk.{}.ffn_gate.weight"},
    NameRule{"layer.{}.up.weight", "blk.{}.ffn_up.weight"},
    NameRule{"layer.{}.down.weight", "blk.{}.ffn_down.weight"},
    NameRule{"layer.{}.gate.bias", "blk.{}.ffn_gate.bias"},
    NameRule{"layer.{}.up.bias", "blk.{}.ffn_up.bias"},
    NameRule{"layer.{}.down.bias", "blk.{}.ffn_down.bias"},
};

void readHeads(const GgufKeys& keys, ModelConfig& config) {
    config.heads = keys.integer("attention.head_count", kHeadBounds);
    config.kvHeads = keys.integer("attention.head_count_kv", kHeadBounds, config.heads);
    if (config.heads % config.kvHeads != 0) {
        keys.fail("attention.head_count", "is " + std::to_string(config.heads) +
                                              ", expected a multiple of attention.head_count_kv " +
                                              std::to_string(config.kvHeads));
    }
    if (!keys.has("attention.key_length") && config.hidden % config.heads != 0) {
        keys.fail("embedding_length", "is " + std::to_string(config.hidden) +
                                          ", expected a multiple of attention.head_count " +
                                          std::to_string(config.heads));
    }
    config.headDim = keys.integer("attention.key_length", kHeadDimBounds, config.hidden / config.heads);
    if (config.headDim % 2 != 0 || config.headDim < kHeadDimBounds.low ||
        config.headDim > kHeadDimBounds.high) {
        keys.fail("attention.key_length", "gives heads of " + std::to_string(config.headDim) +
                                              " values, expected an even number from 2 to 1024");
    }
    if (keys.integer("attention.value_length", kHeadDimBounds, config.headDim) != config.headDim) {
        keys.fail("attention.value_length", "differs from the key length, which is not supported");
    }
    config.rotaryDim = keys.integer("rope.dimension_count", {0, 1 << 20}, config.headDim);
    if (config.rotaryDim < 2 || config.rotaryDim > config.headDim || config.rotaryDim % 2 != 0) {
        keys.fail("rope.dimension_count", "is " + std::to_string(config.rotaryDim) +
                                              ", expected an even number up to the head size " +
                                              std::to_string(config.headDim));
    }
}

void readGgufRope(const GgufKeys& keys, ModelConfig& config) {
    Rope& rope = config.ropes.front();
    rope.theta = keys.number("rope.freq_base", 1e-3, 1e12, 10000.0);
    const double factor =
        keys.number("rope.scaling.factor", 0.0, 1e6, keys.number("rope.scale_linear", 0.0, 1e6, 0.0));
    const std::string kind = keys.text("rope.scaling.type", factor > 0.0 ? "linear" : "none");
    if (kind == "linear") {
        if (factor > 0.0 && factor != 1.0) {
            rope.scaling.kind = RopeScaling::Kind::Linear;
            rope.scaling.factor = factor;
        }
    } else if (kind != "none") {
        keys.fail("rope.scaling.type",
                  "is " + sanitised(kind) + ", which is not supported; supported: none, linear");
    }
}

}  // namespace

std::span<const NameRule> ggufNames() {
    return kNames;
}

void readGgufShape(const GgufKeys& keys, ModelConfig& config) {
    config.hidden = keys.integer("embedding_length", kHiddenBounds);
    config.embeddingWidth = config.hidden;
    config.layers = keys.integer("block_count", kLayerBounds);
    config.ffn = keys.integer("feed_forward_length", kFfnBounds);
    config.maxContext = keys.integer("context_length", kContextBounds);
    if (keys.integer("expert_count", {0, 1 << 20}, 0) != 0)
        keys.fail("expert_count", "is not 0: mixtures of experts are not supported");
    readHeads(keys, config);
    config.attentionScale = 1.0 / std::sqrt(static_cast<double>(config.headDim));
    config.layerKinds.assign(static_cast<std::size_t>(config.layers), LayerKind{});
    config.normEps = keys.number("attention.layer_norm_rms_epsilon", 0.0, 1.0,
                                 keys.number("attention.layer_norm_epsilon", 0.0, 1.0, 1e-5));
    readGgufRope(keys, config);
    config.qkvBias = keys.tensor("blk.0.attn_q.bias") || keys.tensor("blk.0.attn_qkv.bias");
    config.outBias = keys.tensor("blk.0.attn_output.bias") != nullptr;
    config.mlpBias = keys.tensor("blk.0.ffn_up.bias") != nullptr;
}

int readGgufWindow(const GgufKeys& keys) {
    return keys.integer("attention.sliding_window", {0, kContextBounds.high}, 0);
}

}  // namespace specula
