#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>

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

}  // namespace

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
    info.weights = options.weights == WeightFormat::Auto ? WeightFormat::Int8x2 : options.weights;
    info.kv = options.kv;
    if (info.kv == KvFormat::Auto)
        info.kv = info.weights == WeightFormat::Fp32 ? KvFormat::Fp32 : KvFormat::Fp16;
    info.layers = c.layers;
    info.hidden = c.hidden;
    info.vocabulary = c.vocabulary;
    const int wanted = options.maxContext > 0 ? options.maxContext : kDefaultContext;
    info.context = std::min(wanted, c.maxContext);
    info.parameters = model->m_checkpoint->parameters();
    info.hasTokenizer = model->m_checkpoint->tokenizer() != nullptr;
    info.hasChatTemplate = !model->m_checkpoint->chatTemplate().empty();
    // fp32 products run inside libtorch with as many threads as the pool has; everything else runs on the
    // pool alone.
    at::set_num_threads(model->m_pool->size());
    model->loadWeights(stop, progress);
    model->buildRope();
    info.loadSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return model;
}

void Model::loadWeights(std::stop_token stop, const std::function<void(double)>& progress) {
    const ModelConfig& c = config();
    const WeightFormat format = m_info.weights;
    const auto weight = [&](const std::string& name, int out, int in) {
        return &m_checkpoint->require(name + ".weight", {out, in});
    };
    const auto bias = [&](const std::string& name, int out, bool present) -> const StoredTensor* {
        return present ? &m_checkpoint->require(name + ".bias", {out}) : nullptr;
    };
    const auto made = [&](const LinearSource& source) {
        std::unique_ptr<Linear> linear = makeLinear(format, source, *m_pool);
        m_info.weightBytes += linear->bytes();
        return linear;
    };
    const int queries = c.heads * c.headDim, keys = c.kvHeads * c.headDim;
    for (int i = 0; i < c.layers; ++i) {
        if (stop.stop_requested()) throw Error("loading " + c.name + " was stopped", ErrorKind::Failed);
        const std::string at = "layer." + std::to_string(i) + ".";
        Layer layer;
        layer.attnNorm = readVector(m_checkpoint->require(at + "attn_norm.weight", {c.hidden}));
        layer.mlpNorm = readVector(m_checkpoint->require(at + "mlp_norm.weight", {c.hidden}));
        layer.qkv = made({{weight(at + "q", queries, c.hidden), weight(at + "k", keys, c.hidden),
                           weight(at + "v", keys, c.hidden)},
                          {bias(at + "q", queries, c.attentionBias), bias(at + "k", keys, c.attentionBias),
                           bias(at + "v", keys, c.attentionBias)}});
        layer.o = made({{weight(at + "o", c.hidden, queries)}, {bias(at + "o", c.hidden, c.attentionBias)}});
        layer.gateUp = made({{weight(at + "gate", c.ffn, c.hidden), weight(at + "up", c.ffn, c.hidden)},
                             {bias(at + "gate", c.ffn, c.mlpBias), bias(at + "up", c.ffn, c.mlpBias)}});
        layer.down = made({{weight(at + "down", c.hidden, c.ffn)}, {bias(at + "down", c.hidden, c.mlpBias)}});
        m_layers.push_back(std::move(layer));
        if (progress) progress(static_cast<double>(i + 1) / (c.layers + 1));
    }
    m_finalNorm = readVector(m_checkpoint->require("final_norm.weight", {c.hidden}));
    m_embedding = &m_checkpoint->require("embed.weight", {c.vocabulary, c.hidden});
    m_head = made({{c.tiedHead ? m_embedding : weight("head", c.vocabulary, c.hidden)}, {}});
    if (progress) progress(1.0);
}

}  // namespace specula
