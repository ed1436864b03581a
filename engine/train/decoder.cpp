#include "engine/train/decoder.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <cmath>

#include "engine/trace/error.h"

namespace specula {
namespace {

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const DecoderOptions& options) {
    return at::linear(x, options.bfloat16 ? weight.to(at::kBFloat16) : weight);
}

at::Tensor inWorkType(const at::Tensor& x, const DecoderOptions& options) {
    return options.bfloat16 ? x.to(at::kBFloat16) : x;
}

at::Tensor dropped(const at::Tensor& x, const DecoderOptions& options) {
    return options.dropout > 0.0 ? at::dropout(x, options.dropout, true) : x;
}

// x [batch, length, heads, headDim]
at::Tensor rotated(const at::Tensor& x, const at::Tensor& cosine, const at::Tensor& sine) {
    const auto halves = x.chunk(2, -1);
    return at::cat({halves[0] * cosine - halves[1] * sine, halves[1] * cosine + halves[0] * sine}, -1);
}

}  // namespace

Decoder::Decoder(const DecoderShape& shape, std::uint64_t seed) : m_shape(shape) {
    at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    const auto add = [&](const std::string& name, at::Tensor value) {
        value.requires_grad_(true);
        m_parameters.emplace_back(name, value);
        return value;
    };
    const auto matrix = [&](const std::string& name, std::int64_t rows, std::int64_t columns, double scale) {
        const double deviation = scale / std::sqrt(static_cast<double>(columns));
        return add(name, at::randn({rows, columns}, generator, at::kFloat) * deviation);
    };
    const auto gain = [&](const std::string& name) {
        return add(name, at::ones({shape.hidden}, at::kFloat));
    };

    const std::int64_t queryWidth = shape.heads * shape.headDim;
    const std::int64_t keyWidth = shape.kvHeads * shape.headDim;
    // The parts that add to the residual stream start small, so that depth does not blow it up.
    const double outScale = 0.5 / std::sqrt(2.0 * static_cast<double>(shape.layers));
    m_embedding = matrix("model.embed_tokens.weight", shape.vocabulary, shape.hidden, 0.5);
    for (std::int64_t i = 0; i < shape.layers; ++i) {
        const std::string at = "model.layers." + std::to_string(i) + ".";
        Layer layer;
        layer.attentionNorm = gain(at + "input_layernorm.weight");
        layer.query = matrix(at + "self_attn.q_proj.weight", queryWidth, shape.hidden, 0.5);
        layer.key = matrix(at + "self_attn.k_proj.weight", keyWidth, shape.hidden, 0.5);
        layer.value = matrix(at + "self_attn.v_proj.weight", keyWidth, shape.hidden, 0.5);
        layer.output = matrix(at + "self_attn.o_proj.weight", shape.hidden, queryWidth, outScale);
        layer.mlpNorm = gain(at + "post_attention_layernorm.weight");
        layer.gate = matrix(at + "mlp.gate_proj.weight", shape.ffn, shape.hidden, 0.5);
        layer.up = matrix(at + "mlp.up_proj.weight", shape.ffn, shape.hidden, 0.5);
        layer.down = matrix(at + "mlp.down_proj.weight", shape.hidden, shape.ffn, outScale);
        m_layers.push_back(std::move(layer));
    }
    m_finalNorm = gain("model.norm.weight");

    const auto steps = at::arange(0, shape.headDim, 2, at::kDouble) / static_cast<double>(shape.headDim);
    const auto angles = at::outer(at::arange(shape.context, at::kDouble), at::pow(shape.ropeTheta, -steps));
    m_cosine = angles.cos().to(at::kFloat).unsqueeze(1);
    m_sine = angles.sin().to(at::kFloat).unsqueeze(1);
}

std::int64_t Decoder::parameterCount() const {
    std::int64_t count = 0;
    for (const auto& [name, value] : m_parameters) count += value.numel();
    return count;
}

at::Tensor Decoder::norm(const at::Tensor& x, const at::Tensor& gain) const {
    return x * at::rsqrt(x.square().mean(-1, true) + m_shape.normEps) * gain;
}

at::Tensor Decoder::attention(const Layer& layer, const at::Tensor& x, std::size_t index, DecoderCache* cache,
                              const DecoderOptions& options) const {
    const std::int64_t batch = x.size(0);
    const std::int64_t length = x.size(1);
    const std::int64_t first = cache ? cache->length : 0;
    const std::int64_t queryWidth = m_shape.heads * m_shape.headDim;
    const std::int64_t keyWidth = m_shape.kvHeads * m_shape.headDim;
    const auto all = linear(x, at::cat({layer.query, layer.key, layer.value}), options);
    const auto parts = all.split_with_sizes({queryWidth, keyWidth, keyWidth}, -1);
    const auto heads = [&](const at::Tensor& t) { return t.reshape({batch, length, -1, m_shape.headDim}); };
    const auto cosine = inWorkType(m_cosine.narrow(0, first, length), options);
    const auto sine = inWorkType(m_sine.narrow(0, first, length), options);
    const auto query = rotated(heads(parts[0]), cosine, sine).transpose(1, 2);
    auto key = rotated(heads(parts[1]), cosine, sine).transpose(1, 2);
    auto value = heads(parts[2]).transpose(1, 2);
    if (cache) {
        auto& keys = cache->keys[index];
        auto& values = cache->values[index];
        keys.narrow(2, first, length).copy_(key);
        values.narrow(2, first, length).copy_(value);
        key = keys.narrow(2, 0, first + length).to(query.scalar_type());
        value = values.narrow(2, 0, first + length).to(query.scalar_type());
    }
    const std::int64_t group = m_shape.heads / m_shape.kvHeads;
    at::Tensor mixed;
    if (length == 1) {
        // The heads that share a key lie side by side, like rows of one query: the cache is not copied for
        // them.
        const auto rows = query.reshape({batch, m_shape.kvHeads, group, m_shape.headDim});
        mixed = at::scaled_dot_product_attention(rows, key, value)
                    .reshape({batch, m_shape.heads, 1, m_shape.headDim});
    } else {
        if (group > 1) {
            key = key.repeat_interleave(group, 1);
            value = value.repeat_interleave(group, 1);
        }
        mixed = at::scaled_dot_product_attention(query, key, value, {}, 0.0, true);
    }
    return linear(mixed.transpose(1, 2).reshape({batch, length, queryWidth}), layer.output, options);
}

at::Tensor Decoder::feedForward(const Layer& layer, const at::Tensor& x,
                                const DecoderOptions& options) const {
    const auto both = linear(x, at::cat({layer.gate, layer.up}), options).chunk(2, -1);
    return linear(at::silu(both[0]) * both[1], layer.down, options);
}

at::Tensor Decoder::states(const at::Tensor& ids, DecoderCache* cache, const DecoderOptions& options) const {
    const std::int64_t length = ids.size(1) + (cache ? cache->length : 0);
    if (length > m_shape.context)
        throw Error("a sequence of " + std::to_string(length) + " tokens does not fit the context of " +
                    std::to_string(m_shape.context));
    auto x = dropped(at::embedding(m_embedding, ids), options);
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const Layer& layer = m_layers[i];
        const auto mixed =
            attention(layer, inWorkType(norm(x, layer.attentionNorm), options), i, cache, options);
        x = x + dropped(mixed, options);
        const auto fed = feedForward(layer, inWorkType(norm(x, layer.mlpNorm), options), options);
        x = x + dropped(fed, options);
    }
    return inWorkType(norm(x, m_finalNorm), options);
}

at::Tensor Decoder::run(const at::Tensor& ids, DecoderCache* cache, const DecoderOptions& options) const {
    return linear(states(ids, cache, options), m_embedding, options).to(at::kFloat);
}

at::Tensor Decoder::hidden(const at::Tensor& ids, const DecoderOptions& options) const {
    return states(ids, nullptr, options);
}

at::Tensor Decoder::forward(const at::Tensor& ids, const DecoderOptions& options) const {
    return run(ids, nullptr, options);
}

at::Tensor Decoder::forward(const at::Tensor& ids, DecoderCache& cache, const DecoderOptions& options) const {
    if (cache.length > 0 && ids.size(1) != 1)
        throw Error("a decoder cache grows by one token at a time, not by " + std::to_string(ids.size(1)));
    for (std::size_t i = cache.keys.size(); i < m_layers.size(); ++i) {
        const auto type = options.bfloat16 ? at::kBFloat16 : at::kFloat;
        const auto empty = [&] {
            return at::empty({ids.size(0), m_shape.kvHeads, m_shape.context, m_shape.headDim}, type);
        };
        cache.keys.push_back(empty());
        cache.values.push_back(empty());
    }
    const auto logits = run(ids, &cache, options);
    cache.length += ids.size(1);
    return logits;
}

}  // namespace specula
