#include "engine/model/aten_forward.h"

#include <ATen/ATen.h>
#include <ATen/DeviceAccelerator.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <limits>
#include <map>

#include "engine/model/aten_weights.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

at::ScalarType typeOf(WeightFormat format) {
    if (format == WeightFormat::Fp16) return at::kHalf;
    return format == WeightFormat::Bf16 ? at::kBFloat16 : at::kFloat;
}

struct AtenRows final : DeviceRows {
    AtenRows(const ModelConfig& c, const AtenPlace& place) {
        const auto options = at::device(place.device).dtype(place.cache);
        keys = at::zeros({c.layers, c.kvHeads, place.maxSeq, c.headDim}, options);
        values = at::zeros({c.layers, c.kvHeads, place.maxSeq, c.headDim}, options);
    }

    void move(int base, std::span<const int> from) override {
        const c10::InferenceMode inference;
        const std::vector<std::int64_t> slots(from.begin(), from.end());
        if (slots.empty()) return;
        const at::Tensor index = at::tensor(at::ArrayRef<std::int64_t>(slots)).to(keys.device());
        for (const at::Tensor& side : {keys, values})
            side.narrow(2, base, index.size(0)).copy_(side.index_select(2, index));
    }

    at::Tensor keys, values;  // [layers, kvHeads, maxSeq, headDim]
};

/// Slots come in steps of so many: passes of equally many rows have equal shapes until the next step, and
/// differ in what these tensors hold only, so that such a pass can be recorded once and replayed (CUDA
/// graphs).
constexpr std::int64_t kSlotStep = 256;

/// What all layers of one pass share.
struct Pass {
    std::int64_t rows = 0;
    at::Tensor tokens;                      // [rows] int64; undefined: vectors came instead
    at::Tensor depths;                      // [rows] int64, positions in the text
    at::Tensor slots;                       // [rows] int64, where the rows' own keys and values go
    std::int64_t span = 0;                  // slots that are looked at
    std::int64_t prefix = 0;                // slots before the tree
    at::Tensor inTree;                      // [rows, slots from prefix on] bool; undefined in a chain
    std::vector<AtenWeights::Rope> angles;  // of each rope [rows, 1, pairs]
    std::map<int, at::Tensor> seen;         // by window [group * rows, span] bool; undefined: see seenSlots
};

at::Tensor linear(const AtenWeights::Linear& weights, const at::Tensor& x) {
    const std::optional<at::Tensor> bias =
        weights.bias.defined() ? std::optional(weights.bias) : std::nullopt;
    return at::linear(x.to(weights.weight.scalar_type()), weights.weight, bias);
}

/// Turns the leading values of heads [rows, heads, headDim], float32.
at::Tensor turned(const at::Tensor& x, const AtenWeights::Rope& angles, bool interleaved) {
    const std::int64_t pairs = angles.cosine.size(-1), width = x.size(-1);
    const std::int64_t step = interleaved ? 2 : 1, partner = interleaved ? 1 : pairs;
    const std::int64_t end = interleaved ? 2 * pairs : pairs;
    const at::Tensor a = x.slice(-1, 0, end, step), b = x.slice(-1, partner, partner + end, step);
    at::Tensor out = at::empty_like(x, at::MemoryFormat::Contiguous);
    out.slice(-1, 0, end, step).copy_(at::addcmul(a * angles.cosine, b, angles.sine, -1));
    out.slice(-1, partner, partner + end, step).copy_(at::addcmul(b * angles.cosine, a, angles.sine));
    if (2 * pairs < width) out.slice(-1, 2 * pairs).copy_(x.slice(-1, 2 * pairs));
    return out;
}

}  // namespace

struct AtenForward::Impl {
    const ModelConfig config;
    AtenWeights weights;

    Pass begin(const Rows& rows, int filled) const;
    at::Tensor seenSlots(const Pass& pass, int window, bool firstRows) const;
    at::Tensor embed(const Pass& pass, const float* vectors) const;
    at::Tensor norm(const AtenWeights::Norm& norm, const at::Tensor& x) const;
    at::Tensor blockInput(const AtenWeights::Norm& before, const at::Tensor& x) const;
    void addToStream(at::Tensor& x, const at::Tensor& added, const AtenWeights::Norm& before,
                     const AtenWeights::Norm& after) const;
    at::Tensor attention(const AtenWeights::Layer& layer, const at::Tensor& input, const at::Tensor& keys,
                         const at::Tensor& values, const Pass& pass) const;
    at::Tensor attend(const AtenWeights::Layer& layer, const at::Tensor& queries, const at::Tensor& keys,
                      const at::Tensor& values, const Pass& pass) const;
    at::Tensor mlp(const AtenWeights::Layer& layer, const at::Tensor& input) const;
    at::Tensor head(const at::Tensor& x) const;
    void runLayer(int index, AtenRows& cache, const Pass& pass, at::Tensor& x) const;
    void run(AtenRows& cache, const Pass& pass, const float* vectors, const ForwardOptions& options,
             float* logits) const;
};

/// Sends the pass's ids, places and, for a tree, its paths to the device.
Pass AtenForward::Impl::begin(const Rows& rows, int filled) const {
    Pass pass;
    pass.rows = static_cast<std::int64_t>(rows.tokens.size());
    pass.prefix = rows.prefix;
    pass.span = std::min<std::int64_t>((filled + pass.rows + kSlotStep - 1) / kSlotStep * kSlotStep,
                                       weights.place.maxSeq);
    const bool chain = rows.paths.empty();
    std::vector<std::int64_t> sent(rows.tokens.begin(), rows.tokens.end());
    for (int i = 0; i < pass.rows; ++i)
        sent.push_back(chain ? filled + i
                             : rows.prefix + std::ssize(rows.paths[static_cast<std::size_t>(i)]) - 1);
    for (int i = 0; i < pass.rows; ++i) sent.push_back(filled + i);
    const at::Tensor received =
        at::tensor(at::ArrayRef<std::int64_t>(sent)).to(weights.place.device).view({3, pass.rows});
    if (rows.vectors == nullptr) pass.tokens = received[0];
    pass.depths = received[1];
    pass.slots = received[2];
    if (!chain) {
        const at::Tensor tree = at::zeros({pass.rows, pass.span - pass.prefix}, at::kBool);
        bool* row = tree.mutable_data_ptr<bool>();
        for (const std::span<const int> path : rows.paths) {
            for (const int slot : path) row[slot - rows.prefix] = true;
            row += tree.size(1);
        }
        pass.inTree = tree.to(weights.place.device);
    }
    for (const AtenWeights::Rope& rope : weights.ropes)
        pass.angles.push_back({rope.cosine.index_select(0, pass.depths).unsqueeze(1),
                               rope.sine.index_select(0, pass.depths).unsqueeze(1)});
    for (const AtenWeights::Layer& layer : weights.layers) {
        if (!pass.seen.contains(layer.window))
            pass.seen[layer.window] = seenSlots(pass, layer.window, filled == 0 && chain);
    }
    return pass;
}

/// Which slots each query sees, [heads / kvHeads * rows, span]. Undefined for a text's first rows where they
/// all fit the window: attention knows that case by itself, and looks at the rows' own slots only.
at::Tensor AtenForward::Impl::seenSlots(const Pass& pass, int window, bool firstRows) const {
    if (firstRows && (window <= 0 || pass.rows <= window) && config.attentionSoftCap == 0.0) return {};
    const at::Tensor depths = pass.depths.unsqueeze(1);  // [rows, 1]
    const at::Tensor slots = at::arange(pass.span, depths.options()).unsqueeze(0);
    // A chain's slots stand for the positions of their own numbers; in a tree a row's path is counted along.
    at::Tensor seen = slots <= depths, positions = slots;
    if (pass.inTree.defined()) {
        seen = at::cat({at::ones({pass.rows, pass.prefix}, pass.inTree.options()), pass.inTree}, 1);
        positions = at::cat({slots.narrow(1, 0, pass.prefix).expand({pass.rows, pass.prefix}),
                             pass.inTree.to(at::kLong).cumsum(1).add_(pass.prefix - 1)},
                            1);
    }
    if (window > 0) seen = seen.logical_and(positions > depths - window);
    const std::int64_t group = config.heads / config.kvHeads;
    return seen.unsqueeze(0).expand({group, -1, -1}).reshape({group * pass.rows, pass.span});
}

at::Tensor AtenForward::Impl::embed(const Pass& pass, const float* vectors) const {
    const at::Device device = weights.place.device;
    if (!pass.tokens.defined())
        return at::from_blob(const_cast<float*>(vectors), {pass.rows, config.hidden}, at::kFloat)
            .to(device, at::kFloat, false, true);
    at::Tensor x = weights.embedding.index_select(0, pass.tokens).to(at::kFloat);  // [rows, embeddingWidth]
    if (config.embeddingScale != 1.0) x.mul_(static_cast<float>(config.embeddingScale));
    if (weights.projectIn.weight.defined()) x = linear(weights.projectIn, x).to(at::kFloat);
    if (weights.positions.defined()) x.add_(weights.positions.index_select(0, pass.depths));
    return x;
}

at::Tensor AtenForward::Impl::norm(const AtenWeights::Norm& norm, const at::Tensor& x) const {
    const std::vector<std::int64_t> width{norm.weight.size(0)};
    if (norm.bias.defined()) return at::layer_norm(x, width, norm.weight, norm.bias, config.normEps);
    return at::rms_norm(x, width, norm.weight, config.normEps);
}

/// What attention or MLP reads: the stream, normed first where the architecture does so.
at::Tensor AtenForward::Impl::blockInput(const AtenWeights::Norm& before, const at::Tensor& x) const {
    const NormPlace place = config.normPlace;
    return place == NormPlace::After || place == NormPlace::AfterSum ? x : norm(before, x);
}

void AtenForward::Impl::addToStream(at::Tensor& x, const at::Tensor& added, const AtenWeights::Norm& before,
                                    const AtenWeights::Norm& after) const {
    const NormPlace place = config.normPlace;
    if (place == NormPlace::After || place == NormPlace::Around)
        x.add_(norm(after, added.to(at::kFloat)));
    else
        x.add_(added);
    if (place == NormPlace::AfterSum) x = norm(before, x);
}

/// input [rows, hidden] -> what attention adds [rows, hidden]; the rows' keys and values go into their slots
/// of keys and values [kvHeads, maxSeq, headDim].
at::Tensor AtenForward::Impl::attention(const AtenWeights::Layer& layer, const at::Tensor& input,
                                        const at::Tensor& keys, const at::Tensor& values,
                                        const Pass& pass) const {
    const ModelConfig& c = config;
    const at::Tensor qkv = linear(layer.qkv, input);
    const auto part = [&](std::int64_t from, std::int64_t heads, const AtenWeights::Norm& gain) {
        at::Tensor x = qkv.narrow(1, from, heads * c.headDim).to(at::kFloat);
        if (c.qkNorm == QkNorm::Whole) x = norm(gain, x);
        x = x.reshape({pass.rows, heads, c.headDim});
        if (c.qkNorm == QkNorm::Head) x = norm(gain, x);
        if (layer.rope >= 0)
            x = turned(x, pass.angles[static_cast<std::size_t>(layer.rope)], c.ropeInterleaved);
        return x;  // [rows, heads, headDim]
    };
    const at::Tensor queries = part(0, c.heads, layer.qNorm).to(weights.place.cache);
    keys.index_copy_(1, pass.slots,
                     part(c.queryWidth(), c.kvHeads, layer.kNorm).to(weights.place.cache).transpose(0, 1));
    values.index_copy_(1, pass.slots,
                       qkv.narrow(1, c.queryWidth() + c.keyWidth(), c.keyWidth())
                           .to(weights.place.cache)
                           .view({pass.rows, c.kvHeads, c.headDim})
                           .transpose(0, 1));
    return linear(layer.o, attend(layer, queries, keys, values, pass));
}

/// queries [rows, heads, headDim] over keys and values [kvHeads, maxSeq, headDim] -> [rows, heads * headDim].
at::Tensor AtenForward::Impl::attend(const AtenWeights::Layer& layer, const at::Tensor& queries,
                                     const at::Tensor& allKeys, const at::Tensor& allValues,
                                     const Pass& pass) const {
    const ModelConfig& c = config;
    const std::int64_t rows = pass.rows, group = c.heads / c.kvHeads;
    const at::Tensor& seen = pass.seen.at(layer.window);
    const std::int64_t span = seen.defined() ? pass.span : rows;
    const at::Tensor keys = allKeys.narrow(1, 0, span), values = allValues.narrow(1, 0, span);
    if (!seen.defined()) {
        const at::Tensor out =
            at::scaled_dot_product_attention(queries.transpose(0, 1).unsqueeze(0), keys.unsqueeze(0),
                                             values.unsqueeze(0), {}, 0.0, true, layer.scale, group > 1);
        return out.squeeze(0).transpose(0, 1).reshape({rows, c.queryWidth()});
    }
    // Heads that share a key lie one after the other, like rows of one query: the cache is not copied for
    // them.
    const at::Tensor grouped = queries.view({rows, c.kvHeads, group, c.headDim})
                                   .permute({1, 2, 0, 3})
                                   .reshape({c.kvHeads, group * rows, c.headDim});
    at::Tensor out;  // [kvHeads, group * rows, headDim]
    if (c.attentionSoftCap > 0.0) {
        at::Tensor scores = at::matmul(grouped.to(at::kFloat), keys.to(at::kFloat).transpose(1, 2));
        scores.mul_(layer.scale / c.attentionSoftCap).tanh_().mul_(c.attentionSoftCap);
        if (seen.defined()) scores.masked_fill_(seen.logical_not(), -std::numeric_limits<float>::infinity());
        out = at::matmul(scores.softmax(-1), values.to(at::kFloat));
    } else {
        out = at::scaled_dot_product_attention(grouped.unsqueeze(0), keys.unsqueeze(0), values.unsqueeze(0),
                                               seen, 0.0, false, layer.scale)
                  .squeeze(0);
    }
    return out.view({c.kvHeads, group, rows, c.headDim})
        .permute({2, 0, 1, 3})
        .reshape({rows, c.queryWidth()});
}

at::Tensor AtenForward::Impl::mlp(const AtenWeights::Layer& layer, const at::Tensor& input) const {
    const at::Tensor wide = linear(layer.gateUp, input);
    at::Tensor inner = config.gatedMlp ? wide.narrow(1, 0, config.ffn) : wide;
    switch (config.activation) {
        case Activation::Silu:
            inner = at::silu(inner);
            break;
        case Activation::Relu:
            inner = at::relu(inner);
            break;
        case Activation::Gelu:
            inner = at::gelu(inner, "none");
            break;
        case Activation::GeluTanh:
            inner = at::gelu(inner, "tanh");
            break;
    }
    if (config.gatedMlp) inner.mul_(wide.narrow(1, config.ffn, config.ffn));
    return linear(layer.down, inner);
}

/// x [rows, hidden] -> logits [rows, vocabulary], float32.
at::Tensor AtenForward::Impl::head(const at::Tensor& x) const {
    at::Tensor input = config.finalNorm ? norm(weights.finalNorm, x) : x;
    if (weights.projectOut.weight.defined()) input = linear(weights.projectOut, input);
    input = input.to(weights.place.type);
    // On a GPU the sums leave the product as float32: rounded to 16 bits, likely tokens would tie.
    at::Tensor logits = input.is_cuda() && weights.place.type != at::kFloat
                            ? at::mm(input, weights.head.t(), at::kFloat)
                            : at::linear(input, weights.head).to(at::kFloat);
    const double cap = config.finalSoftCap;
    return cap > 0.0 ? logits.div_(cap).tanh_().mul_(cap) : logits;
}

void AtenForward::Impl::runLayer(int index, AtenRows& cache, const Pass& pass, at::Tensor& x) const {
    const AtenWeights::Layer& layer = weights.layers[static_cast<std::size_t>(index)];
    at::Tensor added =
        attention(layer, blockInput(layer.attnNorm, x), cache.keys[index], cache.values[index], pass);
    if (config.parallelResidual) {
        added = added + mlp(layer, blockInput(layer.mlpNorm, x));
    } else {
        addToStream(x, added, layer.attnNorm, layer.attnPostNorm);
        added = mlp(layer, blockInput(layer.mlpNorm, x));
    }
    addToStream(x, added, layer.mlpNorm, layer.mlpPostNorm);
}

void AtenForward::Impl::run(AtenRows& cache, const Pass& pass, const float* vectors,
                            const ForwardOptions& options, float* logits) const {
    at::Tensor x = embed(pass, vectors);  // [rows, hidden] residual stream
    std::vector<at::Tensor> taps;
    for (int i = 0; i < config.layers; ++i) {
        if (!options.skips(i + 1)) runLayer(i, cache, pass, x);
        if (options.tapsAfter(i + 1)) taps.push_back(x.clone());
    }
    if (!taps.empty())
        at::from_blob(options.tapOut, {static_cast<std::int64_t>(taps.size()), pass.rows, config.hidden},
                      at::kFloat)
            .copy_(at::stack(taps));
    const std::int64_t wanted = pass.rows - options.logitsFrom;
    if (wanted > 0)
        at::from_blob(logits, {wanted, weights.place.vocabulary}, at::kFloat)
            .copy_(head(x.narrow(0, options.logitsFrom, wanted)));
    if (options.times != nullptr && x.is_cuda()) at::accelerator::synchronizeDevice(x.device().index());
}

AtenForward::AtenForward(const Checkpoint& checkpoint, const ModelInfo& info, std::stop_token stop,
                         const std::function<void(double)>& progress) {
    const c10::InferenceMode inference;
    AtenPlace place;
    place.device = info.device == Device::Cuda ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
    place.type = typeOf(info.weights);
    place.cache = info.kv == KvFormat::Fp32 ? at::kFloat : at::kHalf;
    place.maxSeq = info.context;
    place.vocabulary = info.vocabulary;
    try {
        m_impl.reset(new Impl{checkpoint.config(), loadAtenWeights(checkpoint, place, stop, progress)});
    } catch (const c10::Error& error) {
        rethrowAsError("loading " + info.name + " onto the device", error);
    }
}

AtenForward::~AtenForward() = default;

std::int64_t AtenForward::weightBytes() const {
    return m_impl->weights.bytes;
}

KvCache AtenForward::newCache() const {
    const c10::InferenceMode inference;
    const AtenPlace& place = m_impl->weights.place;
    try {
        return {std::make_unique<AtenRows>(m_impl->config, place), place.maxSeq};
    } catch (const c10::Error& error) {
        rethrowAsError("a cache of " + std::to_string(place.maxSeq) + " tokens on the device", error);
    }
}

void AtenForward::forward(KvCache& cache, const Rows& rows, const ForwardOptions& options,
                          float* logits) const {
    const c10::InferenceMode inference;
    try {
        auto& slots = static_cast<AtenRows&>(*cache.onDevice());
        const Pass pass = m_impl->begin(rows, cache.length());
        m_impl->run(slots, pass, rows.vectors, options, logits);
    } catch (const c10::Error& error) {
        rethrowAsError("a pass on the device", error);
    }
}

}  // namespace specula
