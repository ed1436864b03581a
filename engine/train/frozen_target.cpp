#include "engine/train/frozen_target.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include "engine/model/rope.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

// Rows of a matrix whose heads hold rotary pairs (2i, 2i + 1), brought into the order of pairs (i, i + half).
at::Tensor halvesFirst(const at::Tensor& rows, int heads) {
    const auto split = rows.reshape({heads, -1, 2, rows.size(-1)});
    return split.transpose(1, 2).reshape(rows.sizes()).contiguous();
}

}  // namespace

std::string whyNotTrainable(const ModelConfig& c) {
    if (c.norm != NormKind::Rms || c.normPlace != NormPlace::Before || c.normOffset != 0.0 || !c.finalNorm)
        return "its norms are not RMS norms before each block";
    if (!c.gatedMlp || c.activation != Activation::Silu || c.mlpBias || c.outBias)
        return "its MLP is not a gated SiLU without biases";
    if (c.parallelResidual) return "attention and MLP run in parallel";
    if (c.learnedPositions || c.ropes.size() != 1 || c.rotaryDim != c.headDim)
        return "its positions are not one rotary table over whole heads";
    if (c.qkNorm == QkNorm::Whole) return "its norms of queries and keys span all heads";
    if (c.embeddingWidth != c.hidden || c.embeddingScale != 1.0)
        return "its embedding is scaled or not as wide as its layers";
    if (c.attentionSoftCap != 0.0 || c.finalSoftCap != 0.0 || c.attentionScaleByLayer)
        return "it caps or rescales its scores";
    for (const LayerKind& kind : c.layerKinds) {
        if (kind.rope != 0 || (kind.window != 0 && kind.window < 512))
            return "its layers differ in positions or see a short window only";
    }
    return {};
}

at::Tensor rotatedHalves(const at::Tensor& x, const at::Tensor& cosine, const at::Tensor& sine) {
    const auto halves = x.chunk(2, -1);
    return at::cat({halves[0] * cosine - halves[1] * sine, halves[1] * cosine + halves[0] * sine}, -1);
}

std::pair<at::Tensor, at::Tensor> rotaryTables(const Rope& rope, int dim, std::int64_t positions,
                                               const std::vector<float>& divisors) {
    const std::vector<float> frequencies = ropeFrequencies(rope, dim, static_cast<int>(positions), divisors);
    const auto angles = at::outer(at::arange(positions, at::kDouble), at::tensor(frequencies, at::kDouble));
    const double factor = rope.scaling.attentionFactor;
    return {(angles.cos() * factor).to(at::kFloat).unsqueeze(1),
            (angles.sin() * factor).to(at::kFloat).unsqueeze(1)};
}

void FrozenTarget::Cache::select(const at::Tensor& rows) {
    for (auto* side : {&keys, &values}) {
        for (at::Tensor& tensor : *side) {
            at::Tensor kept =
                at::empty({rows.size(0), tensor.size(1), tensor.size(2), tensor.size(3)}, tensor.options());
            kept.narrow(2, 0, length).copy_(tensor.narrow(2, 0, length).index_select(0, rows));
            tensor = kept;
        }
    }
}

FrozenTarget::FrozenTarget(std::shared_ptr<const Checkpoint> checkpoint, std::int64_t longest)
    : m_checkpoint(std::move(checkpoint)), m_longest(std::min<std::int64_t>(longest, config().maxContext)) {
    const ModelConfig& c = config();
    const std::string reason = whyNotTrainable(c);
    if (!reason.empty())
        throw Error(m_checkpoint->path() + ": no draft can be trained for this " + c.architecture +
                    " model yet, because " + reason +
                    "; expected a target like Llama, Mistral, Qwen or SmolLM2");
    m_embedding = read("embed.weight", {c.vocabulary, c.hidden}).to(at::kBFloat16);
    m_head = c.tiedHead ? m_embedding : read("head.weight", {c.vocabulary, c.hidden}).to(at::kBFloat16);
    m_finalNorm = read("final_norm.weight", {c.hidden});
    for (int i = 0; i < c.layers; ++i) m_layers.push_back(readLayer(i));
    std::vector<float> divisors;
    if (m_checkpoint->find("rope_freqs.weight") != nullptr) {
        const auto stored = read("rope_freqs.weight", {c.headDim / 2});
        divisors.assign(stored.const_data_ptr<float>(), stored.const_data_ptr<float>() + stored.numel());
    }
    std::tie(m_cosine, m_sine) = rotaryTables(c.ropes.front(), c.headDim, m_longest, divisors);
}

at::Tensor FrozenTarget::read(const std::string& name, const std::vector<std::int64_t>& shape) const {
    const StoredTensor& stored = m_checkpoint->require(name, shape);
    at::Tensor values = at::empty(shape, at::kFloat);
    readRows(stored, 0, stored.rows(), values.mutable_data_ptr<float>());
    return values;
}

FrozenTarget::Layer FrozenTarget::readLayer(int index) const {
    const ModelConfig& c = config();
    const std::string at = "layer." + std::to_string(index) + ".";
    const auto turned = [&](const at::Tensor& rows, int heads) {
        return c.ropeInterleaved ? halvesFirst(rows, heads) : rows;
    };
    Layer layer;
    layer.attentionNorm = read(at + "attn_norm.weight", {c.hidden});
    layer.mlpNorm = read(at + "mlp_norm.weight", {c.hidden});
    layer.qkv = at::cat({turned(read(at + "q.weight", {c.queryWidth(), c.hidden}), c.heads),
                         turned(read(at + "k.weight", {c.keyWidth(), c.hidden}), c.kvHeads),
                         read(at + "v.weight", {c.keyWidth(), c.hidden})})
                    .to(at::kBFloat16);
    if (c.qkvBias) {
        const auto bias = [&](const char* name, int width, int heads) {
            const auto values = read(at + name, {width}).unsqueeze(1);
            return (heads > 0 ? turned(values, heads) : values).squeeze(1);
        };
        layer.qkvBias = at::cat({bias("q.bias", c.queryWidth(), c.heads),
                                 bias("k.bias", c.keyWidth(), c.kvHeads), bias("v.bias", c.keyWidth(), 0)})
                            .to(at::kBFloat16);
    }
    if (c.qkNorm == QkNorm::Head) {
        layer.queryNorm = turned(read(at + "q_norm.weight", {c.headDim}).unsqueeze(1), 1).squeeze(1);
        layer.keyNorm = turned(read(at + "k_norm.weight", {c.headDim}).unsqueeze(1), 1).squeeze(1);
    }
    layer.o = read(at + "o.weight", {c.hidden, c.queryWidth()}).to(at::kBFloat16);
    layer.gateUp =
        at::cat({read(at + "gate.weight", {c.ffn, c.hidden}), read(at + "up.weight", {c.ffn, c.hidden})})
            .to(at::kBFloat16);
    layer.down = read(at + "down.weight", {c.hidden, c.ffn}).to(at::kBFloat16);
    return layer;
}

FrozenTarget::Cache FrozenTarget::newCache(std::int64_t rows) const {
    Cache cache;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        for (auto* side : {&cache.keys, &cache.values})
            side->push_back(at::empty({rows, config().kvHeads, m_longest, config().headDim}, at::kBFloat16));
    }
    return cache;
}

at::Tensor FrozenTarget::norm(const at::Tensor& x, const at::Tensor& gain) const {
    const auto wide = x.to(at::kFloat);
    return wide * at::rsqrt(wide.square().mean(-1, true) + config().normEps) * gain;
}

at::Tensor FrozenTarget::attention(const Layer& layer, std::size_t index, const at::Tensor& x,
                                   Cache& cache) const {
    const ModelConfig& c = config();
    const std::int64_t rows = x.size(0), count = x.size(1), first = cache.length;
    const auto all = at::linear(norm(x, layer.attentionNorm).to(at::kBFloat16), layer.qkv, layer.qkvBias);
    const auto parts = all.split_with_sizes({c.queryWidth(), c.keyWidth(), c.keyWidth()}, -1);
    const auto cosine = m_cosine.narrow(0, first, count), sine = m_sine.narrow(0, first, count);
    const auto turned = [&](const at::Tensor& part, const at::Tensor& gain) {
        auto heads = part.reshape({rows, count, -1, c.headDim});
        heads = gain.defined() ? norm(heads, gain) : heads.to(at::kFloat);
        return rotatedHalves(heads, cosine, sine).to(at::kBFloat16).transpose(1, 2);
    };
    const auto query = turned(parts[0], layer.queryNorm);  // [rows][heads][count][headDim]
    cache.keys[index].narrow(2, first, count).copy_(turned(parts[1], layer.keyNorm));
    cache.values[index]
        .narrow(2, first, count)
        .copy_(parts[2].reshape({rows, count, -1, c.headDim}).transpose(1, 2));
    auto keys = cache.keys[index].narrow(2, 0, first + count),
         values = cache.values[index].narrow(2, 0, first + count);
    const std::int64_t group = c.heads / c.kvHeads;
    at::Tensor mixed;
    if (count == 1) {
        // Heads that share a key lie side by side, like rows of one query: the cache is not copied for them.
        const auto grouped = query.reshape({rows, c.kvHeads, group, c.headDim});
        mixed = at::scaled_dot_product_attention(grouped, keys, values, {}, 0.0, false, c.attentionScale)
                    .reshape({rows, c.heads, 1, c.headDim});
    } else {
        if (group > 1) {
            keys = keys.repeat_interleave(group, 1);
            values = values.repeat_interleave(group, 1);
        }
        mixed = at::scaled_dot_product_attention(query, keys, values, {}, 0.0, true, c.attentionScale);
    }
    return at::linear(mixed.transpose(1, 2).reshape({rows, count, c.queryWidth()}), layer.o);
}

at::Tensor FrozenTarget::forward(const at::Tensor& ids, Cache& cache, std::span<const int> layers) const {
    c10::NoGradGuard noGradients;
    if (cache.length + ids.size(1) > m_longest)
        throw Error("internal: a training text of " + std::to_string(cache.length + ids.size(1)) +
                        " tokens does not fit " + std::to_string(m_longest),
                    ErrorKind::Failed);
    auto x = at::embedding(m_embedding, ids).to(at::kFloat);
    std::vector<at::Tensor> taps;
    for (std::size_t i = 0; i < m_layers.size(); ++i) {
        const Layer& layer = m_layers[i];
        x.add_(attention(layer, i, x, cache));
        const auto both = at::linear(norm(x, layer.mlpNorm).to(at::kBFloat16), layer.gateUp).chunk(2, -1);
        x.add_(at::linear(at::silu(both[0]).mul_(both[1]), layer.down));
        if (taps.size() < layers.size() && layers[taps.size()] == static_cast<int>(i) + 1)
            taps.push_back(x.to(at::kBFloat16));
    }
    cache.length += ids.size(1);
    return at::stack(taps, 2);
}

at::Tensor FrozenTarget::finalNorm(const at::Tensor& hidden) const {
    return norm(hidden, m_finalNorm).to(at::kBFloat16);
}

}  // namespace specula
