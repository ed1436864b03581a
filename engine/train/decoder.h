#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace specula {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// Sizes of a Llama decoder with tied embeddings and no biases.
struct DecoderShape {
    std::int64_t vocabulary = 0;
    std::int64_t hidden = 0;
    std::int64_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t ffn = 0;
    std::int64_t context = 0;
    double ropeTheta = 10000.0;
    double normEps = 1e-5;
};

/// Keys and values of the tokens fed so far, for decoding batches of equally long sequences without
/// gradients.
struct DecoderCache {
    std::vector<at::Tensor> keys;    ///< per layer [batch, kvHeads, context, headDim]
    std::vector<at::Tensor> values;  ///< the same
    std::int64_t length = 0;
};

/// How a forward pass is computed.
struct DecoderOptions {
    bool bfloat16 =
        false;  ///< matrices and attention in bfloat16; the residual stream and the logits stay float32
    double dropout = 0.0;  ///< on the embedding and on what each attention and feed-forward part adds
};

/// A Llama decoder in differentiable tensor operations. Parameters are float32 leaves that want gradients,
/// under the names Hugging Face gives them; rotary pairs are (i, i + headDim / 2). One thread at a time.
class Decoder {
public:
    /// Random parameters, a function of the shape and seed.
    Decoder(const DecoderShape& shape, std::uint64_t seed);

    /// ids [batch, length], int64 -> logits [batch, length, vocabulary], float32. Dropout draws from ATen's
    /// default generator.
    at::Tensor forward(const at::Tensor& ids, const DecoderOptions& options) const;

    /// The same over a cache, which grows by the length of ids. Either the cache is empty or ids has
    /// length 1. Sequences beyond the context are an Error.
    at::Tensor forward(const at::Tensor& ids, DecoderCache& cache, const DecoderOptions& options) const;

    /// What the embedding's rows multiply to give the logits, [batch, length, hidden], bfloat16 if so asked.
    at::Tensor hidden(const at::Tensor& ids, const DecoderOptions& options) const;

    const DecoderShape& shape() const { return m_shape; }
    const at::Tensor& embedding() const {
        return m_embedding;
    }  ///< [vocabulary, hidden], the output rows too
    const NamedTensors& parameters() const { return m_parameters; }
    std::int64_t parameterCount() const;

private:
    struct Layer {
        at::Tensor attentionNorm, query, key, value, output, mlpNorm, gate, up, down;
    };

    at::Tensor run(const at::Tensor& ids, DecoderCache* cache, const DecoderOptions& options) const;
    at::Tensor states(const at::Tensor& ids, DecoderCache* cache, const DecoderOptions& options) const;
    at::Tensor attention(const Layer& layer, const at::Tensor& x, std::size_t index, DecoderCache* cache,
                         const DecoderOptions& options) const;
    at::Tensor feedForward(const Layer& layer, const at::Tensor& x, const DecoderOptions& options) const;
    at::Tensor norm(const at::Tensor& x, const at::Tensor& gain) const;

    DecoderShape m_shape;
    at::Tensor m_embedding;
    at::Tensor m_finalNorm;
    std::vector<Layer> m_layers;
    NamedTensors m_parameters;
    at::Tensor m_cosine;  ///< [context, 1, headDim / 2]
    at::Tensor m_sine;
};

}  // namespace specula
