#pragma once

#include <QDir>
#include <QString>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/engine/checkpoint/file_builders.h"

namespace specula::testing {

/// A feature head to make up, as one for the bundled tiny target: every tensor holds the same small number.
struct HeadShape {
    std::string name = "Made-up head";
    std::string targetName = "tiny-target";
    std::vector<int> fusedLayers{2, 4, 5};
    int targetLayers = 5;
    int targetVocabulary = 1536;
    int headVocabulary = 64;
    int hidden = 256;
    int heads = 4;
    int kvHeads = 2;
    int headDim = 64;
    int ffn = 128;
    std::vector<int> bestTree;
};

/// Writes it as a folder that FeatureHeadFile opens (engine/checkpoint/feature_head_file.h).
inline void writeHead(const QString& folder, const HeadShape& s) {
    QDir().mkpath(folder);
    const nlohmann::json config{{"model_type", "specula-feature-head"},
                                {"version", 1},
                                {"name", s.name},
                                {"target_name", s.targetName},
                                {"target_layers", s.targetLayers},
                                {"target_vocab_size", s.targetVocabulary},
                                {"head_vocab_size", s.headVocabulary},
                                {"hidden_size", s.hidden},
                                {"num_attention_heads", s.heads},
                                {"num_key_value_heads", s.kvHeads},
                                {"head_dim", s.headDim},
                                {"intermediate_size", s.ffn},
                                {"max_position_embeddings", 512},
                                {"fused_layers", s.fusedLayers},
                                {"best_tree", s.bestTree}};
    writeFile(folder + QStringLiteral("/config.json"), config.dump(2));
    const std::int64_t hidden = s.hidden, fused = static_cast<std::int64_t>(s.fusedLayers.size());
    const std::int64_t queries = static_cast<std::int64_t>(s.heads) * s.headDim;
    const std::int64_t keys = static_cast<std::int64_t>(s.kvHeads) * s.headDim;
    SafetensorsBuilder file;
    const auto floats = [&file](const char* name, const std::vector<std::int64_t>& shape) {
        file.addFloats(name, shape, 0.02F);
    };
    floats("embed_norm.weight", {hidden});
    floats("embed_proj.weight", {hidden, hidden});
    floats("feature_norm.weight", {fused, hidden});
    floats("feature_proj.weight", {hidden, fused * hidden});
    floats("state_norm.weight", {hidden});
    floats("state_proj.weight", {hidden, hidden});
    floats("layer.input_layernorm.weight", {hidden});
    floats("layer.post_attention_layernorm.weight", {hidden});
    floats("layer.self_attn.q_proj.weight", {queries, hidden});
    floats("layer.self_attn.k_proj.weight", {keys, hidden});
    floats("layer.self_attn.v_proj.weight", {keys, hidden});
    floats("layer.self_attn.o_proj.weight", {hidden, queries});
    floats("layer.mlp.gate_proj.weight", {s.ffn, hidden});
    floats("layer.mlp.up_proj.weight", {s.ffn, hidden});
    floats("layer.mlp.down_proj.weight", {hidden, s.ffn});
    floats("norm.weight", {hidden});
    std::string ids;
    for (int i = 0; i < s.headVocabulary; ++i) append(ids, static_cast<float>(i + 3));
    file.add("head_ids", "F32", {s.headVocabulary}, ids);
    writeFile(folder + QStringLiteral("/model.safetensors"), file.bytes());
}

}  // namespace specula::testing
