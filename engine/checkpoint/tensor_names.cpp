#include "engine/checkpoint/tensor_names.h"

#include <algorithm>
#include <array>

namespace specula {
namespace {

constexpr std::array kLlamaHf{
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
    NameRule{"layer.{}.mlp_norm.weight", "model.layers.{}.post_attention_layernorm.weight"},
    NameRule{"layer.{}.gate.weight", "model.layers.{}.mlp.gate_proj.weight"},
    NameRule{"layer.{}.up.weight", "model.layers.{}.mlp.up_proj.weight"},
    NameRule{"layer.{}.down.weight", "model.layers.{}.mlp.down_proj.weight"},
    NameRule{"layer.{}.gate.bias", "model.layers.{}.mlp.gate_proj.bias"},
    NameRule{"layer.{}.up.bias", "model.layers.{}.mlp.up_proj.bias"},
    NameRule{"layer.{}.down.bias", "model.layers.{}.mlp.down_proj.bias"},
};

constexpr std::array kLlamaGguf{
    NameRule{"embed.weight", "token_embd.weight"},
    NameRule{"final_norm.weight", "output_norm.weight"},
    NameRule{"head.weight", "output.weight"},
    NameRule{"rope_freqs.weight", "rope_freqs.weight"},
    NameRule{"layer.{}.attn_norm.weight", "blk.{}.attn_norm.weight"},
    NameRule{"layer.{}.q.weight", "blk.{}.attn_q.weight"},
    NameRule{"layer.{}.k.weight", "blk.{}.attn_k.weight"},
    NameRule{"layer.{}.v.weight", "blk.{}.attn_v.weight"},
    NameRule{"layer.{}.o.weight", "blk.{}.attn_output.weight"},
    NameRule{"layer.{}.q.bias", "blk.{}.attn_q.bias"},
    NameRule{"layer.{}.k.bias", "blk.{}.attn_k.bias"},
    NameRule{"layer.{}.v.bias", "blk.{}.attn_v.bias"},
    NameRule{"layer.{}.o.bias", "blk.{}.attn_output.bias"},
    NameRule{"layer.{}.mlp_norm.weight", "blk.{}.ffn_norm.weight"},
    NameRule{"layer.{}.gate.weight", "blk.{}.ffn_gate.weight"},
    NameRule{"layer.{}.up.weight", "blk.{}.ffn_up.weight"},
    NameRule{"layer.{}.down.weight", "blk.{}.ffn_down.weight"},
    NameRule{"layer.{}.gate.bias", "blk.{}.ffn_gate.bias"},
    NameRule{"layer.{}.up.bias", "blk.{}.ffn_up.bias"},
    NameRule{"layer.{}.down.bias", "blk.{}.ffn_down.bias"},
};

constexpr std::array kArchitectures{
    Architecture{"llama", "LlamaForCausalLM", "model.", kLlamaHf, kLlamaGguf},
};

constexpr std::string_view kHole = "{}";

// The layer number that stands in `name` where `pattern` has its hole: "" for a pattern without one, absent
// when the name does not fit. Numbers are plain ("7", never "07"), so that two names cannot mean the same
// tensor.
std::optional<std::string_view> matchedLayer(std::string_view pattern, std::string_view name) {
    const std::size_t hole = pattern.find(kHole);
    if (hole == std::string_view::npos) {
        return pattern == name ? std::optional<std::string_view>("") : std::nullopt;
    }
    const std::string_view before = pattern.substr(0, hole);
    const std::string_view after = pattern.substr(hole + kHole.size());
    if (name.size() <= before.size() + after.size() || !name.starts_with(before) || !name.ends_with(after)) {
        return std::nullopt;
    }
    const std::string_view number = name.substr(before.size(), name.size() - before.size() - after.size());
    const bool plain = number.size() <= 6 && (number == "0" || number[0] != '0') &&
                       std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
    return plain ? std::optional(number) : std::nullopt;
}

std::string filled(std::string_view pattern, std::string_view layer) {
    const std::size_t hole = pattern.find(kHole);
    if (hole == std::string_view::npos) return std::string(pattern);
    return std::string(pattern.substr(0, hole)) + std::string(layer) +
           std::string(pattern.substr(hole + kHole.size()));
}

}  // namespace

const Architecture* findArchitecture(std::string_view nameOrHfClass) {
    for (const Architecture& architecture : kArchitectures) {
        if (architecture.name == nameOrHfClass || architecture.hfClass == nameOrHfClass) return &architecture;
    }
    return nullptr;
}

std::string supportedArchitectures() {
    std::string list;
    for (const Architecture& architecture : kArchitectures) {
        if (!list.empty()) list += ", ";
        list += std::string(architecture.name) + " (" + std::string(architecture.hfClass) + ")";
    }
    return list;
}

std::optional<std::string> canonicalName(std::span<const NameRule> rules, std::string_view optionalPrefix,
                                         std::string_view fileName) {
    for (const NameRule& rule : rules) {
        if (const auto layer = matchedLayer(rule.file, fileName)) return filled(rule.canonical, *layer);
        if (!optionalPrefix.empty() && rule.file.starts_with(optionalPrefix)) {
            const auto bare = matchedLayer(rule.file.substr(optionalPrefix.size()), fileName);
            if (bare) return filled(rule.canonical, *bare);
        }
    }
    return std::nullopt;
}

std::string nameInFile(std::span<const NameRule> rules, std::string_view canonical) {
    for (const NameRule& rule : rules) {
        if (const auto layer = matchedLayer(rule.canonical, canonical)) return filled(rule.file, *layer);
    }
    return std::string(canonical);
}

std::vector<ExpectedTensor> expectedTensors(const ModelConfig& config) {
    const std::int64_t hidden = config.hidden;
    const std::int64_t queries = std::int64_t{config.heads} * config.headDim;
    const std::int64_t keys = std::int64_t{config.kvHeads} * config.headDim;
    std::vector<ExpectedTensor> expected{{"embed.weight", {config.vocabulary, hidden}}};
    for (int i = 0; i < config.layers; ++i) {
        const std::string layer = "layer." + std::to_string(i) + ".";
        const auto linear = [&](const std::string& which, std::int64_t out, std::int64_t in, bool bias) {
            expected.push_back({layer + which + ".weight", {out, in}});
            if (bias) expected.push_back({layer + which + ".bias", {out}});
        };
        expected.push_back({layer + "attn_norm.weight", {hidden}});
        linear("q", queries, hidden, config.attentionBias);
        linear("k", keys, hidden, config.attentionBias);
        linear("v", keys, hidden, config.attentionBias);
        linear("o", hidden, queries, config.attentionBias);
        expected.push_back({layer + "mlp_norm.weight", {hidden}});
        linear("gate", config.ffn, hidden, config.mlpBias);
        linear("up", config.ffn, hidden, config.mlpBias);
        linear("down", hidden, config.ffn, config.mlpBias);
    }
    expected.push_back({"final_norm.weight", {hidden}});
    if (!config.tiedHead) expected.push_back({"head.weight", {config.vocabulary, hidden}});
    return expected;
}

}  // namespace specula
