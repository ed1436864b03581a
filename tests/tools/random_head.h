#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.h"

namespace specula::test {

/// What a feature head with random weights can propose, and whom it was "trained" for.
struct RandomHead {
    std::vector<TokenId> ids = {};  ///< ascending; empty: every token of the target
    std::vector<int> fused = {};    ///< layers of the target; empty: the first and the last
    int maxContext = 0;             ///< 0: the target's
    unsigned seed = 1;
    std::vector<int> bestTree = {};
};

/// Tensors of a head by name: shape and float32 values. For tests that spoil them before they are written.
using HeadTensors = std::map<std::string, std::pair<std::vector<std::int64_t>, std::vector<float>>>;

inline HeadTensors randomHeadTensors(const ModelConfig& target, const RandomHead& head) {
    const std::int64_t hidden = target.hidden, queries = target.heads * target.headDim,
                       keys = target.kvHeads * target.headDim;
    const std::int64_t fused = head.fused.empty() ? 2 : std::ssize(head.fused);
    std::mt19937 random(head.seed);
    HeadTensors tensors;
    const auto add = [&](const char* name, std::vector<std::int64_t> shape) {
        std::int64_t count = 1;
        for (const std::int64_t size : shape) count *= size;
        const bool gain = std::string(name).find("norm") != std::string::npos;
        const float width = 1.0F / std::sqrt(static_cast<float>(shape.back()));
        std::normal_distribution<float> normal(gain ? 1.0F : 0.0F, gain ? 0.2F : width);
        std::vector<float> values(static_cast<std::size_t>(count));
        for (float& value : values) value = normal(random);
        tensors[name] = {std::move(shape), std::move(values)};
    };
    add("embed_norm.weight", {hidden});
    add("embed_proj.weight", {hidden, hidden});
    add("feature_norm.weight", {fused, hidden});
    add("feature_proj.weight", {hidden, fused * hidden});
    add("state_norm.weight", {hidden});
    add("state_proj.weight", {hidden, hidden});
    add("layer.input_layernorm.weight", {hidden});
    add("layer.post_attention_layernorm.weight", {hidden});
    add("layer.self_attn.q_proj.weight", {queries, hidden});
    add("layer.self_attn.k_proj.weight", {keys, hidden});
    add("layer.self_attn.v_proj.weight", {keys, hidden});
    add("layer.self_attn.o_proj.weight", {hidden, queries});
    add("layer.mlp.gate_proj.weight", {target.ffn, hidden});
    add("layer.mlp.up_proj.weight", {target.ffn, hidden});
    add("layer.mlp.down_proj.weight", {hidden, target.ffn});
    add("norm.weight", {hidden});
    std::vector<float> ids(head.ids.begin(), head.ids.end());
    for (TokenId id = 0; head.ids.empty() && id < target.vocabulary; ++id)
        ids.push_back(static_cast<float>(id));
    tensors["head_ids"] = {{std::ssize(ids)}, ids};
    return tensors;
}

inline std::string randomHeadConfig(const ModelConfig& target, const RandomHead& head) {
    const auto list = [](const std::vector<int>& values) {
        std::string out;
        for (const int value : values) out += (out.empty() ? "" : ", ") + std::to_string(value);
        return "[" + out + "]";
    };
    const auto fused = head.fused.empty() ? std::vector<int>{1, target.layers} : head.fused;
    const auto ids = head.ids.empty() ? target.vocabulary : static_cast<int>(head.ids.size());
    const auto field = [](const char* name, const std::string& value) {
        return "  \"" + std::string(name) + "\": " + value + ",\n";
    };
    return "{\n" + field("model_type", "\"specula-feature-head\"") +
           field("target_name", "\"" + target.name + "\"") +
           field("target_layers", std::to_string(target.layers)) +
           field("target_vocab_size", std::to_string(target.vocabulary)) +
           field("head_vocab_size", std::to_string(ids)) +
           field("hidden_size", std::to_string(target.hidden)) +
           field("num_attention_heads", std::to_string(target.heads)) +
           field("num_key_value_heads", std::to_string(target.kvHeads)) +
           field("head_dim", std::to_string(target.headDim)) +
           field("intermediate_size", std::to_string(target.ffn)) +
           field("max_position_embeddings",
                 std::to_string(head.maxContext > 0 ? head.maxContext : target.maxContext)) +
           field("rms_norm_eps", "1e-05") + field("rope_theta", "10000.0") +
           field("fused_layers", list(fused)) + field("best_tree", list(head.bestTree)) +
           "  \"version\": 1\n}\n";
}

/// Float32 tensors as the bytes of a safetensors file.
inline std::string asSafetensors(const HeadTensors& tensors) {
    std::string header = "{", body;
    for (const auto& [name, tensor] : tensors) {
        std::string shape;
        for (const std::int64_t size : tensor.first)
            shape += (shape.empty() ? "" : ",") + std::to_string(size);
        const std::size_t first = body.size();
        body.append(reinterpret_cast<const char*>(tensor.second.data()),
                    tensor.second.size() * sizeof(float));
        header += (header.size() > 1 ? ",\"" : "\"") + name + R"(":{"dtype":"F32","shape":[)" + shape +
                  R"(],"data_offsets":[)" + std::to_string(first) + "," + std::to_string(body.size()) + "]}";
    }
    header += "}";
    header.append((8 - header.size() % 8) % 8, ' ');
    const std::uint64_t size = header.size();
    return std::string(reinterpret_cast<const char*>(&size), sizeof size) + header + body;
}

inline void writeBytes(const std::filesystem::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

/// Writes a head with random weights for any target with grouped heads and a gated MLP's sizes.
inline void writeRandomHead(const std::string& folder, const std::string& targetPath,
                            const RandomHead& head = {}) {
    const auto target = openCheckpoint(targetPath);
    std::filesystem::create_directories(folder);
    writeBytes(std::filesystem::path(folder) / "config.json", randomHeadConfig(target->config(), head));
    writeBytes(std::filesystem::path(folder) / "model.safetensors",
               asSafetensors(randomHeadTensors(target->config(), head)));
}

}  // namespace specula::test
