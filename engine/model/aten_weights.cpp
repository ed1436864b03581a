#include "engine/model/aten_weights.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "engine/model/rope.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr std::int64_t kBufferValues = 16 << 20;

class Loader {
public:
    Loader(const Checkpoint& checkpoint, const AtenPlace& place)
        : m_checkpoint(checkpoint), m_place(place), m_config(checkpoint.config()) {}

    AtenWeights::Layer layer(int index);
    void ends(AtenWeights& all);
    std::int64_t bytes() const { return m_bytes; }

private:
    AtenWeights::Norm norm(const std::string& name, int width, bool present) const;
    AtenWeights::Linear linear(const std::vector<std::string>& names, const std::vector<int>& outs, int in,
                               bool bias);
    void copyRows(const StoredTensor& from, std::int64_t first, at::Tensor to) const;
    at::Tensor vector(const std::string& name, int width) const;
    void ropes(AtenWeights& all) const;

    at::Tensor matrix(std::int64_t rows, std::int64_t width) const {
        return at::empty({rows, width}, at::device(m_place.device).dtype(m_place.type));
    }

    const Checkpoint& m_checkpoint;
    const AtenPlace& m_place;
    const ModelConfig& m_config;
    std::int64_t m_bytes = 0;
};

/// Rows [first, first + to's rows) of a stored matrix into a tensor of the device.
void Loader::copyRows(const StoredTensor& from, std::int64_t first, at::Tensor to) const {
    const std::int64_t width = to.size(-1), rows = to.dim() == 1 ? 1 : to.size(0);
    const std::int64_t piece = std::clamp<std::int64_t>(kBufferValues / width, 1, rows);
    const at::Tensor buffer = at::empty({piece, width}, at::kFloat);
    const at::Tensor target = to.view({rows, width});
    for (std::int64_t at = 0; at < rows; at += piece) {
        const std::int64_t count = std::min(piece, rows - at);
        readRows(from, first + at, count, buffer.mutable_data_ptr<float>());
        const at::Tensor values = buffer.narrow(0, 0, count).to(to.scalar_type());
        if (to.scalar_type() == at::kHalf && !at::isfinite(values).all().item<bool>())
            throw Error(from.file + ": tensor " + from.fileName +
                        " has values beyond the range of 16-bit floats (65504); use --weights fp32 or bf16");
        target.narrow(0, at, count).copy_(values);
    }
}

at::Tensor Loader::vector(const std::string& name, int width) const {
    at::Tensor values = at::empty({width}, at::device(m_place.device).dtype(at::kFloat));
    copyRows(m_checkpoint.require(name, {width}), 0, values);
    return values;
}

AtenWeights::Norm Loader::norm(const std::string& name, int width, bool present) const {
    if (!present) return {};
    AtenWeights::Norm norm;
    norm.weight = vector(name + ".weight", width).add_(m_config.normOffset);
    if (m_config.norm == NormKind::Layer) norm.bias = vector(name + ".bias", width);
    return norm;
}

/// Stored matrices stacked along their outputs.
AtenWeights::Linear Loader::linear(const std::vector<std::string>& names, const std::vector<int>& outs,
                                   int in, bool bias) {
    int out = 0;
    for (const int each : outs) out += each;
    AtenWeights::Linear linear;
    linear.weight = matrix(out, in);
    if (bias) linear.bias = at::empty({out}, linear.weight.options());
    int at = 0;
    for (std::size_t i = 0; i < names.size(); ++i) {
        copyRows(m_checkpoint.require(names[i] + ".weight", {outs[i], in}), 0,
                 linear.weight.narrow(0, at, outs[i]));
        if (bias)
            copyRows(m_checkpoint.require(names[i] + ".bias", {outs[i]}), 0,
                     linear.bias.narrow(0, at, outs[i]));
        at += outs[i];
    }
    m_bytes += static_cast<std::int64_t>(linear.weight.nbytes());
    return linear;
}

AtenWeights::Layer Loader::layer(int index) {
    const ModelConfig& c = m_config;
    const std::string at = "layer." + std::to_string(index) + ".";
    const bool before = c.normPlace != NormPlace::After;
    const bool after = c.normPlace == NormPlace::After || c.normPlace == NormPlace::Around;
    const bool whole = c.qkNorm == QkNorm::Whole, normed = c.qkNorm != QkNorm::None;
    const int queries = c.queryWidth(), keys = c.keyWidth();
    AtenWeights::Layer layer;
    layer.attnNorm = norm(at + "attn_norm", c.hidden, before);
    layer.attnPostNorm = norm(at + "attn_post_norm", c.hidden, after);
    layer.mlpNorm = norm(at + "mlp_norm", c.hidden, before);
    layer.mlpPostNorm = norm(at + "mlp_post_norm", c.hidden, after);
    layer.qNorm = norm(at + "q_norm", whole ? queries : c.headDim, normed);
    layer.kNorm = norm(at + "k_norm", whole ? keys : c.headDim, normed);
    layer.qkv = linear({at + "q", at + "k", at + "v"}, {queries, keys, keys}, c.hidden, c.qkvBias);
    layer.o = linear({at + "o"}, {c.hidden}, queries, c.outBias);
    layer.gateUp = c.gatedMlp ? linear({at + "gate", at + "up"}, {c.ffn, c.ffn}, c.hidden, c.mlpBias)
                              : linear({at + "up"}, {c.ffn}, c.hidden, c.mlpBias);
    layer.down = linear({at + "down"}, {c.hidden}, c.ffn, c.mlpBias);
    const LayerKind& kind = c.layerKinds[static_cast<std::size_t>(index)];
    layer.scale = c.attentionScale / (c.attentionScaleByLayer ? index + 1 : 1);
    layer.window = kind.window;
    layer.rope = kind.rope;
    return layer;
}

void Loader::ropes(AtenWeights& all) const {
    const ModelConfig& c = m_config;
    if (c.rotaryDim == 0) return;
    std::vector<float> divisors;
    if (const StoredTensor* stored = m_checkpoint.find("rope_freqs.weight")) {
        divisors.resize(static_cast<std::size_t>(c.rotaryDim / 2));
        readRows(*stored, 0, 1, divisors.data());
    }
    for (const Rope& rope : c.ropes) {
        const std::vector<float> frequencies = ropeFrequencies(rope, c.rotaryDim, m_place.maxSeq, divisors);
        const at::Tensor angles = at::outer(at::arange(m_place.maxSeq, at::kDouble),
                                            at::tensor(at::ArrayRef<float>(frequencies)).to(at::kDouble));
        const double factor = rope.scaling.attentionFactor;
        all.ropes.push_back({(angles.cos() * factor).to(at::kFloat).to(m_place.device),
                             (angles.sin() * factor).to(at::kFloat).to(m_place.device)});
    }
}

/// Everything outside the layers.
void Loader::ends(AtenWeights& all) {
    const ModelConfig& c = m_config;
    all.embedding = matrix(c.vocabulary, c.embeddingWidth);
    copyRows(m_checkpoint.require("embed.weight", {c.vocabulary, c.embeddingWidth}), 0, all.embedding);
    if (c.learnedPositions) {
        all.positions = at::empty({m_place.maxSeq, c.hidden}, at::device(m_place.device).dtype(at::kFloat));
        copyRows(m_checkpoint.require("positions.weight", {c.maxContext + c.positionOffset, c.hidden}),
                 c.positionOffset, all.positions);
    }
    if (c.embeddingWidth != c.hidden) {
        all.projectIn = linear({"project_in"}, {c.hidden}, c.embeddingWidth, false);
        all.projectOut = linear({"project_out"}, {c.embeddingWidth}, c.hidden, false);
    }
    ropes(all);
    all.finalNorm = norm("final_norm", c.hidden, c.finalNorm);
    if (c.tiedHead) {
        all.head = all.embedding.narrow(0, 0, m_place.vocabulary);
    } else {
        all.head = matrix(m_place.vocabulary, c.embeddingWidth);
        copyRows(m_checkpoint.require("head.weight", {c.vocabulary, c.embeddingWidth}), 0, all.head);
    }
    m_bytes += static_cast<std::int64_t>(all.head.nbytes());
}

}  // namespace

AtenWeights loadAtenWeights(const Checkpoint& checkpoint, const AtenPlace& place, std::stop_token stop,
                            const std::function<void(double)>& progress) {
    const ModelConfig& c = checkpoint.config();
    AtenWeights all;
    all.place = place;
    Loader loader(checkpoint, place);
    for (int i = 0; i < c.layers; ++i) {
        if (stop.stop_requested()) throw Error("loading " + c.name + " was stopped", ErrorKind::Failed);
        all.layers.push_back(loader.layer(i));
        if (progress) progress(static_cast<double>(i + 1) / (c.layers + 1));
    }
    loader.ends(all);
    all.bytes = loader.bytes();
    if (progress) progress(1.0);
    return all;
}

void rethrowAsError(const std::string& what, const c10::Error& error) {
    const std::string message = error.what_without_backtrace();
    throw Error(what + ": " + message.substr(0, message.find('\n')), ErrorKind::Failed);
}

}  // namespace specula
