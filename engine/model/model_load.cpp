#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>

#include "engine/model/aten_forward.h"
#include "engine/model/device.h"
#include "engine/model/model.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr int kDefaultContext = 4096;

std::vector<float> readVector(const StoredTensor& tensor) {
    std::vector<float> values(static_cast<std::size_t>(tensor.rowLength()));
    readRows(tensor, 0, 1, values.data());
    return values;
}

Kernels::Activate activation(Activation kind) {
    switch (kind) {
        case Activation::Silu:
            return kernels().silu;
        case Activation::Relu:
            return kernels().relu;
        case Activation::Gelu:
            return kernels().gelu;
        case Activation::GeluTanh:
            break;
    }
    return kernels().geluTanh;
}

}  // namespace

int contextOf(const ModelConfig& config, int maxContext) {
    return std::min(maxContext > 0 ? maxContext : kDefaultContext, config.maxContext);
}

std::shared_ptr<const Model> Model::load(std::shared_ptr<const Checkpoint> checkpoint,
                                         const LoadOptions& options, std::shared_ptr<ThreadPool> pool,
                                         std::stop_token stop, const std::function<void(double)>& progress) {
    const auto began = std::chrono::steady_clock::now();
    std::shared_ptr<Model> model(new Model);
    model->m_checkpoint = std::move(checkpoint);
    model->m_pool = std::move(pool);
    const ModelConfig& c = model->config();
    ModelInfo& info = model->m_info;
    info.name = c.name;
    info.architecture = c.architecture;
    info.fileFormat = c.fileFormat;
    info.device = options.device;
    requireDevice(info.device);
    info.weights = weightsOn(info.device, options.weights, c);
    info.kv = options.kv;
    if (info.kv == KvFormat::Auto)
        info.kv = info.weights == WeightFormat::Fp32 ? KvFormat::Fp32 : KvFormat::Fp16;
    info.layers = c.layers;
    info.hidden = c.hidden;
    info.vocabulary = options.vocabulary > 0 ? std::min(options.vocabulary, c.vocabulary) : c.vocabulary;
    info.context = contextOf(c, options.maxContext);
    info.parameters = model->m_checkpoint->parameters();
    info.hasTokenizer = model->m_checkpoint->tokenizer() != nullptr;
    info.hasChatTemplate = !model->m_checkpoint->chatTemplate().empty();
    // fp32 products run inside libtorch with as many threads as the pool has; everything else runs on the
    // pool alone.
    at::set_num_threads(model->m_pool->size());
    if (info.device == Device::Cpu) {
        model->m_activate = activation(c.activation);
        model->buildRopes();
        model->loadWeights(stop, progress);
    } else {
        model->m_onDevice = std::make_shared<AtenForward>(*model->m_checkpoint, info, stop, progress);
        info.weightBytes = model->m_onDevice->weightBytes();
    }
    info.loadSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return model;
}

void Model::buildRopes() {
    const ModelConfig& c = config();
    if (std::all_of(c.layerKinds.begin(), c.layerKinds.end(),
                    [](const LayerKind& kind) { return kind.rope == LayerKind::kNoRope; }))
        return;
    std::vector<float> divisors;
    if (m_checkpoint->find("rope_freqs.weight") != nullptr)
        divisors = readVector(m_checkpoint->require("rope_freqs.weight", {c.rotaryDim / 2}));
    for (const Rope& rope : c.ropes)
        m_ropes.emplace_back(rope, c.rotaryDim, c.ropeInterleaved, maxSeq(), divisors);
}

Model::Norm Model::loadNorm(const std::string& name, int width, bool present) const {
    if (!present) return {};
    const ModelConfig& c = config();
    Norm norm;
    norm.weight = readVector(m_checkpoint->require(name + ".weight", {width}));
    for (float& weight : norm.weight) weight += static_cast<float>(c.normOffset);
    if (c.norm == NormKind::Layer) norm.bias = readVector(m_checkpoint->require(name + ".bias", {width}));
    return norm;
}

std::unique_ptr<Linear> Model::loadLinear(const std::vector<std::string>& names, const std::vector<int>& outs,
                                          int in, bool bias) {
    LinearSource source;
    for (std::size_t i = 0; i < names.size(); ++i) {
        source.weights.push_back(&m_checkpoint->require(names[i] + ".weight", {outs[i], in}));
        if (bias) source.biases.push_back(&m_checkpoint->require(names[i] + ".bias", {outs[i]}));
    }
    std::unique_ptr<Linear> linear = makeLinear(m_info.weights, source, *m_pool);
    m_info.weightBytes += linear->bytes();
    m_info.coarseWeights += linear->coarse();
    return linear;
}

Model::Layer Model::loadLayer(int index) {
    const ModelConfig& c = config();
    const std::string at = "layer." + std::to_string(index) + ".";
    const bool before = c.normPlace != NormPlace::After;
    const bool after = c.normPlace == NormPlace::After || c.normPlace == NormPlace::Around;
    const int queries = c.queryWidth(), keys = c.keyWidth();
    Layer layer;
    layer.attnNorm = loadNorm(at + "attn_norm", c.hidden, before);
    layer.attnPostNorm = loadNorm(at + "attn_post_norm", c.hidden, after);
    layer.mlpNorm = loadNorm(at + "mlp_norm", c.hidden, before);
    layer.mlpPostNorm = loadNorm(at + "mlp_post_norm", c.hidden, after);
    const bool whole = c.qkNorm == QkNorm::Whole, normed = c.qkNorm != QkNorm::None;
    layer.qNorm = loadNorm(at + "q_norm", whole ? queries : c.headDim, normed);
    layer.kNorm = loadNorm(at + "k_norm", whole ? keys : c.headDim, normed);
    layer.qkv = loadLinear({at + "q", at + "k", at + "v"}, {queries, keys, keys}, c.hidden, c.qkvBias);
    layer.o = loadLinear({at + "o"}, {c.hidden}, queries, c.outBias);
    if (c.gatedMlp)
        layer.gateUp = loadLinear({at + "gate", at + "up"}, {c.ffn, c.ffn}, c.hidden, c.mlpBias);
    else
        layer.gateUp = loadLinear({at + "up"}, {c.ffn}, c.hidden, c.mlpBias);
    layer.down = loadLinear({at + "down"}, {c.hidden}, c.ffn, c.mlpBias);
    const LayerKind& kind = c.layerKinds[static_cast<std::size_t>(index)];
    layer.scale = static_cast<float>(c.attentionScale / (c.attentionScaleByLayer ? index + 1 : 1));
    layer.window = kind.window;
    if (kind.rope != LayerKind::kNoRope) layer.rope = &m_ropes[static_cast<std::size_t>(kind.rope)];
    return layer;
}

void Model::loadWeights(std::stop_token stop, const std::function<void(double)>& progress) {
    const ModelConfig& c = config();
    m_embedding = &m_checkpoint->require("embed.weight", {c.vocabulary, c.embeddingWidth});
    if (c.learnedPositions) {
        const StoredTensor& table =
            m_checkpoint->require("positions.weight", {c.maxContext + c.positionOffset, c.hidden});
        m_positions.resize(static_cast<std::size_t>(maxSeq()) * c.hidden);
        readRows(table, c.positionOffset, maxSeq(), m_positions.data());
    }
    if (c.embeddingWidth != c.hidden) {
        m_projectIn = loadLinear({"project_in"}, {c.hidden}, c.embeddingWidth, false);
        m_projectOut = loadLinear({"project_out"}, {c.embeddingWidth}, c.hidden, false);
    }
    for (int i = 0; i < c.layers; ++i) {
        if (stop.stop_requested()) throw Error("loading " + c.name + " was stopped", ErrorKind::Failed);
        m_layers.push_back(loadLayer(i));
        if (progress) progress(static_cast<double>(i + 1) / (c.layers + 1));
    }
    m_finalNorm = loadNorm("final_norm", c.hidden, c.finalNorm);
    StoredTensor head =
        c.tiedHead ? *m_embedding : m_checkpoint->require("head.weight", {c.vocabulary, c.embeddingWidth});
    head.shape.front() = vocabulary();
    m_head = makeLinear(m_info.weights, {{&head}, {}}, *m_pool);
    m_info.weightBytes += m_head->bytes();
    m_info.coarseWeights += m_head->coarse();
    if (progress) progress(1.0);
}

}  // namespace specula
