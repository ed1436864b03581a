#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.h"

namespace specula {

/// What config.json of a feature head says (model_type "specula-feature-head").
struct FeatureHeadConfig {
    std::string name;              ///< for people
    std::string targetName;        ///< the target it was trained for
    std::vector<int> fusedLayers;  ///< layers of the target whose output is fused, ascending, 1-based counts
    int targetLayers = 0;
    int targetVocabulary = 0;
    int headVocabulary = 0;  ///< ids it can propose
    int hidden = 0;          ///< the target's width and its own
    int heads = 0;
    int kvHeads = 0;
    int headDim = 0;
    int ffn = 0;
    double normEps = 1e-5;
    double ropeTheta = 10000.0;
    int maxContext = 0;
    std::vector<int> bestTree;  ///< children by depth of the tree (or chain) that was measured fastest
};

/// A feature head on disk: an EAGLE-style draft (Li et al. 2024; fused layers as in EAGLE-3, 2025) for one
/// target. A folder with config.json and model.safetensors; what the tensors do is in draft/feature_head.h.
///   embed_norm.weight [hidden]             embed_proj.weight [hidden, hidden]
///   feature_norm.weight [fused, hidden]    feature_proj.weight [hidden, fused * hidden]
///   state_norm.weight [hidden]             state_proj.weight [hidden, hidden]
///   layer.input_layernorm.weight, layer.post_attention_layernorm.weight [hidden]
///   layer.self_attn.{q,k,v,o}_proj.weight, layer.mlp.{gate,up,down}_proj.weight: a Llama layer
///   norm.weight [hidden]
///   head_ids [headVocabulary] float32: the ids it can propose, ascending (exact below 2^24)
/// Its output rows are the target's own embedding (or head) rows for those ids and are not stored.
/// Const after opening; safe from several threads.
class FeatureHeadFile {
public:
    /// Throws Error naming the file and what was expected.
    explicit FeatureHeadFile(const std::string& folder);
    ~FeatureHeadFile();

    /// True if the folder's config.json says that it holds a feature head.
    static bool isOne(const std::string& folder);

    const FeatureHeadConfig& config() const { return m_config; }
    const std::vector<TokenId>& headIds() const { return m_headIds; }
    const std::string& path() const { return m_folder; }

    /// By the name above; shapes were checked.
    const StoredTensor& tensor(const std::string& name) const;

private:
    struct Files;

    std::string m_folder;
    FeatureHeadConfig m_config;
    std::vector<TokenId> m_headIds;
    std::unique_ptr<Files> m_files;
};

}  // namespace specula
