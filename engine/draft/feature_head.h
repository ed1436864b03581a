#pragma once

#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/checkpoint/feature_head_file.h"
#include "engine/model/model.h"

namespace specula {

/// A feature head, loaded and const: predicts the target's next hidden state from its last ones (EAGLE, Li et
/// al. 2024; several fused layers and training on its own roll-outs as in EAGLE-3, Li et al. 2025).
///
/// At position t of the text, e the target's embedding, f_k the target's residual stream after layer k, g the
/// head's own layer output, every norm an RMS norm with its gain:
///   x_t = W_e norm(e(token_t)) + u_t
///   u_t = F_1 [norm(f_k at t-1) for the fused k]     where the target has run (the text)
///   u_t = F_2 norm(g_{t-1})                          where it has not yet (drafted tokens)
///   g_t = layer(x_0..x_t),  q_{t+1} = softmax(W_head norm(g_t))
/// u_0 = 0. W_head are the target's own output rows of the frequent ids; all other tokens have q = 0.
class FeatureHead {
public:
    struct Scratch {
        std::vector<float> normed, added;
        LinearScratch linear;
    };

    /// Throws Error when the head does not fit the target. weights Auto: int8.
    static std::shared_ptr<const FeatureHead> load(const std::string& folder,
                                                   std::shared_ptr<const Model> target, WeightFormat weights,
                                                   std::stop_token stop = {});

    const FeatureHeadConfig& config() const { return m_file->config(); }
    const std::vector<TokenId>& headIds() const { return m_file->headIds(); }
    const ModelInfo& info() const { return m_info; }

    /// The layer with its cache, final norm and head: vectors in, logits [headVocabulary] out; its tap 1 is
    /// g.
    const Model& layer() const { return *m_layer; }

    /// u from the target's features: `features` [fused][passRows][hidden], `rows` of them -> u
    /// [rows][hidden].
    void fromFeatures(const float* features, int passRows, std::span<const int> rows, float* u,
                      Scratch& scratch) const;

    /// u from the head's own states: g [rows][hidden] -> u [rows][hidden].
    void fromStates(const float* g, int rows, float* u, Scratch& scratch) const;

    /// Adds W_e norm(e(token)) to u, giving x. At most kMaxForwardRows rows.
    void addTokens(std::span<const TokenId> tokens, float* u, Scratch& scratch) const;

private:
    FeatureHead() = default;
    void norm(const std::vector<float>& gain, int row, const float* in, float* out) const;

    std::shared_ptr<const FeatureHeadFile> m_file;
    std::shared_ptr<const Model> m_target;
    std::shared_ptr<const Model> m_layer;
    const StoredTensor* m_embedding = nullptr;
    std::vector<float> m_embedNorm, m_featureNorm, m_stateNorm;  // gains
    std::unique_ptr<Linear> m_embedProj, m_featureProj, m_stateProj;
    ModelInfo m_info;
};

/// The head's decoder layer as a model of one layer that proposes ids of the head's own list.
ModelConfig layerConfigOf(const FeatureHeadConfig& head);

/// How a loaded target fits a head; throws Error naming the first thing that differs.
void checkHeadFits(const FeatureHeadFile& head, const ModelConfig& target, int vocabulary);

}  // namespace specula
