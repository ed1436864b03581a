#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.h"

namespace specula {

/// Says in words why drafts cannot be trained for a target of this kind; "" when they can. What is asked for
/// is the Llama block: RMS norms before attention and a gated SiLU MLP, rotary positions on whole heads, with
/// or without biases of q, k and v and norms of queries and keys (Llama, Mistral, Qwen 2 and 3, SmolLM2 ...).
std::string whyNotTrainable(const ModelConfig& config);

/// A target of the Llama family with its matrices in bfloat16 and its residual stream in float32, for what
/// training needs of it: many texts at a time, its hidden states and its distributions. Const after loading;
/// no gradients. Its logits are near those of the engine's Model and not equal to them: whatever is claimed
/// of a draft is measured with the engine afterwards.
class FrozenTarget {
public:
    /// Keys and values of a batch of texts that are equally long.
    struct Cache {
        std::vector<at::Tensor> keys, values;  ///< per layer [rows][kvHeads][longest][headDim], bfloat16
        std::int64_t length = 0;

        /// Keeps only these rows (int64 indices), in this order.
        void select(const at::Tensor& rows);
    };

    /// Texts of up to `longest` tokens. Throws Error when whyNotTrainable says something, and what reading
    /// tensors throws.
    FrozenTarget(std::shared_ptr<const Checkpoint> checkpoint, std::int64_t longest);

    const ModelConfig& config() const { return m_checkpoint->config(); }
    const Checkpoint& checkpoint() const { return *m_checkpoint; }
    std::int64_t longest() const { return m_longest; }

    Cache newCache(std::int64_t rows) const;

    /// Runs ids [rows][n] (int64) after what the cache holds; n > 1 only on an empty cache. Returns the
    /// residual stream after each of `layers` (1-based, ascending), [rows][n][layers.size()][hidden],
    /// bfloat16.
    at::Tensor forward(const at::Tensor& ids, Cache& cache, std::span<const int> layers) const;

    /// hidden [...][hidden], the stream after the last layer -> what the head multiplies, bfloat16.
    at::Tensor finalNorm(const at::Tensor& hidden) const;

    const at::Tensor& headRows() const { return m_head; }        ///< [vocabulary][hidden] bfloat16
    const at::Tensor& embedding() const { return m_embedding; }  ///< [vocabulary][hidden] bfloat16
    const at::Tensor& finalGain() const { return m_finalNorm; }  ///< [hidden] float32

private:
    struct Layer {
        at::Tensor attentionNorm, mlpNorm, qkv, qkvBias, o, gateUp, down, queryNorm, keyNorm;
    };

    at::Tensor read(const std::string& name, const std::vector<std::int64_t>& shape) const;
    Layer readLayer(int index) const;
    at::Tensor norm(const at::Tensor& x, const at::Tensor& gain) const;
    at::Tensor attention(const Layer& layer, std::size_t index, const at::Tensor& x, Cache& cache) const;

    std::shared_ptr<const Checkpoint> m_checkpoint;
    std::int64_t m_longest;
    at::Tensor m_embedding, m_head, m_finalNorm;
    std::vector<Layer> m_layers;
    at::Tensor m_cosine, m_sine;  // [longest][1][headDim / 2] float32
};

/// Turns heads [..., positions, heads, headDim] by tables [positions, 1, headDim / 2]; pairs (i, i + half).
at::Tensor rotatedHalves(const at::Tensor& x, const at::Tensor& cosine, const at::Tensor& sine);

/// Sines and cosines [positions][1][dim / 2], float32, of a rope's angles.
std::pair<at::Tensor, at::Tensor> rotaryTables(const Rope& rope, int dim, std::int64_t positions,
                                               const std::vector<float>& divisors);

}  // namespace specula
