#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace specula {

/// Shape of a feature head to write for tests, and of the target it is for. The defaults are those of
/// resources/models/tiny-target.
struct LikelyHead {
    int targetLayers = 5;
    int targetVocabulary = 1536;
    int hidden = 256;
    int heads = 4;
    int kvHeads = 2;
    int headDim = 64;
    int ffn = 256;
    int maxContext = 512;
    std::vector<int> fusedLayers{3, 5};
    int skipEvery = 8;  ///< every so many ids is left out of what it can propose; 0 = none
    /// Of the final norm: the larger, the more peaked what it proposes. A small one gives nearly even rows,
    /// of which a target at a high temperature accepts about a fifth.
    float gain = 0.5F;
    float noise = 0.02F;  ///< standard deviation of every random weight
    std::uint32_t seed = 1;
    std::vector<int> bestTree{3, 2, 1};
};

/// Writes `folder`/config.json and `folder`/model.safetensors (float32): an untrained feature head
/// (engine/checkpoint/feature_head_file.h) that loads, drafts chains and trees, and
/// is right now and then.
inline void writeLikelyHead(const std::string& folder, const LikelyHead& head) {
    using Json = nlohmann::ordered_json;
    std::vector<float> ids;
    for (int id = 0; id < head.targetVocabulary; ++id) {
        if (head.skipEvery == 0 || id % head.skipEvery != head.skipEvery - 1)
            ids.push_back(static_cast<float>(id));
    }
    std::mt19937 random(head.seed);
    const auto matrix = [&](int rows, int columns, float diagonal) {
        // Sums of uniform numbers: the same on every standard library, unlike std::normal_distribution.
        const auto normal = [&] {
            double sum = -6.0;
            for (int i = 0; i < 12; ++i) sum += static_cast<double>(random()) / 4294967296.0;
            return static_cast<float>(sum);
        };
        std::vector<float> values(static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns));
        for (float& value : values) value = head.noise * normal();
        // The last square block passes its input through.
        for (int i = 0; i < rows && diagonal != 0.0F; ++i)
            values[static_cast<std::size_t>(i) * static_cast<std::size_t>(columns) +
                   static_cast<std::size_t>(columns - rows + i)] += diagonal;
        return values;
    };
    const int fused = static_cast<int>(head.fusedLayers.size());
    const int queries = head.heads * head.headDim, keys = head.kvHeads * head.headDim;
    struct Tensor {
        std::string name;
        std::vector<std::int64_t> shape;
        std::vector<float> values;
    };
    const auto ones = [](int count, float value) {
        return std::vector<float>(static_cast<std::size_t>(count), value);
    };
    const int h = head.hidden;
    const std::vector<Tensor> tensors{
        {"embed_norm.weight", {h}, ones(h, 1.0F)},
        {"embed_proj.weight", {h, h}, matrix(h, h, 0.25F)},
        {"feature_norm.weight", {fused, h}, ones(fused * h, 1.0F)},
        {"feature_proj.weight", {h, fused * h}, matrix(h, fused * h, 1.0F)},
        {"state_norm.weight", {h}, ones(h, 1.0F)},
        {"state_proj.weight", {h, h}, matrix(h, h, 1.0F)},
        {"layer.input_layernorm.weight", {h}, ones(h, 1.0F)},
        {"layer.post_attention_layernorm.weight", {h}, ones(h, 1.0F)},
        {"layer.self_attn.q_proj.weight", {queries, h}, matrix(queries, h, 0.0F)},
        {"layer.self_attn.k_proj.weight", {keys, h}, matrix(keys, h, 0.0F)},
        {"layer.self_attn.v_proj.weight", {keys, h}, matrix(keys, h, 0.0F)},
        {"layer.self_attn.o_proj.weight", {h, queries}, matrix(h, queries, 0.0F)},
        {"layer.mlp.gate_proj.weight", {head.ffn, h}, matrix(head.ffn, h, 0.0F)},
        {"layer.mlp.up_proj.weight", {head.ffn, h}, matrix(head.ffn, h, 0.0F)},
        {"layer.mlp.down_proj.weight", {h, head.ffn}, matrix(h, head.ffn, 0.0F)},
        {"norm.weight", {h}, ones(h, head.gain)},
        {"head_ids", {static_cast<std::int64_t>(ids.size())}, ids}};

    Json header;
    std::uint64_t at = 0;
    for (const Tensor& tensor : tensors) {
        const std::uint64_t end = at + tensor.values.size() * sizeof(float);
        header[tensor.name] = {{"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
        at = end;
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const auto length = static_cast<std::uint64_t>(text.size());
    char prefix[8];
    std::memcpy(prefix, &length, sizeof prefix);  // little-endian machines only, as all that run this
    std::filesystem::create_directories(folder);
    std::ofstream weights(folder + "/model.safetensors", std::ios::binary);
    weights.write(prefix, sizeof prefix);
    weights << text;
    for (const Tensor& tensor : tensors)
        weights.write(reinterpret_cast<const char*>(tensor.values.data()),
                      static_cast<std::streamsize>(tensor.values.size() * sizeof(float)));
    std::ofstream config(folder + "/config.json");
    config << Json{{"model_type", "specula-feature-head"},
                   {"version", 1},
                   {"name", "random head"},
                   {"target_layers", head.targetLayers},
                   {"target_vocab_size", head.targetVocabulary},
                   {"head_vocab_size", ids.size()},
                   {"hidden_size", head.hidden},
                   {"num_attention_heads", head.heads},
                   {"num_key_value_heads", head.kvHeads},
                   {"head_dim", head.headDim},
                   {"intermediate_size", head.ffn},
                   {"max_position_embeddings", head.maxContext},
                   {"rms_norm_eps", 1e-5},
                   {"rope_theta", 10000.0},
                   {"fused_layers", head.fusedLayers},
                   {"best_tree", head.bestTree}}
                  .dump(2);
    config.flush();
    weights.flush();
    if (!weights || !config) throw std::runtime_error("cannot write " + folder);
}

}  // namespace specula
