#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "engine/checkpoint/feature_head_file.h"
#include "engine/train/draft_data.h"
#include "engine/train/frozen_target.h"

namespace specula {

/// A feature head in differentiable tensor operations; draft/feature_head.h says what it computes and
/// feature_head_file.h how its parameters are called. Parameters are float32 leaves that want gradients,
/// multiplied in bfloat16. One thread at a time.
class HeadModule {
public:
    /// Sizes for a target: its own width, heads and MLP; `fused` layers, the last of them the target's last.
    static FeatureHeadConfig configFor(const ModelConfig& target, const std::vector<int>& fused,
                                       int headVocabulary);

    /// Random projections; the layer adds nothing yet. `headIds` ascending.
    HeadModule(const FrozenTarget& target, FeatureHeadConfig config, std::vector<TokenId> headIds,
               std::uint64_t seed);

    /// Sets the projections by ridge regression, so that what enters the layer already predicts the target's
    /// next last hidden state: f_t from [e_t, fused f_(t-1)] for W_e and F_1, from [e_t, last f_(t-1)] for
    /// F_2. The outputs are scaled to a mean square of 1.
    void startFromRegression(const DraftData& data, std::int64_t tokens);

    /// The layer's outputs g of `steps` drafting steps, each [texts][longest][hidden] bfloat16 by the
    /// position of the token read: in step 1 every position has the target's true features of the one before,
    /// in step s the head's own state from step s - 1 (roll-out training, "training-time test" in EAGLE-3, Li
    /// et al. 2025). A row of step s sees the keys that a draft would have there: of step 1 up to s - 1
    /// places before it, then one of each later step.
    std::vector<at::Tensor> rollOut(const DraftBatch& batch, int steps) const;

    /// g -> what the head's rows multiply, bfloat16.
    at::Tensor finalNorm(const at::Tensor& g) const;

    const FeatureHeadConfig& config() const { return m_config; }
    const std::vector<TokenId>& headIds() const { return m_headIds; }
    const at::Tensor& headIndex() const { return m_headIndex; }  ///< [headVocabulary] int64
    const at::Tensor& headRows() const {
        return m_headRows;
    }  ///< [headVocabulary][hidden] bfloat16, the target's
    const NamedTensors& parameters() const { return m_parameters; }

private:
    at::Tensor& parameter(const std::string& name);
    const at::Tensor& get(const std::string& name) const;
    at::Tensor linear(const at::Tensor& x, const std::string& name) const;
    at::Tensor norm(const at::Tensor& x, const at::Tensor& gain) const;
    at::Tensor fused(const at::Tensor& features) const;
    at::Tensor layer(const at::Tensor& x, std::vector<at::Tensor>& keys, std::vector<at::Tensor>& values,
                     const at::Tensor& mask) const;

    const FrozenTarget& m_target;
    FeatureHeadConfig m_config;
    std::vector<TokenId> m_headIds;
    at::Tensor m_headIndex, m_headRows, m_cosine, m_sine;
    NamedTensors m_parameters;
};

}  // namespace specula
