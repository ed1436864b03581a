#include "engine/draft/feature_head.h"

#include <cmath>
#include <map>

#include "engine/trace/error.h"

namespace specula {

namespace {

std::vector<float> allOf(const StoredTensor& tensor) {
    std::vector<float> values(static_cast<std::size_t>(tensor.rows() * tensor.rowLength()));
    readRows(tensor, 0, tensor.rows(), values.data());
    return values;
}

/// The head's layer as a one-layer Llama whose embedding and output rows are the target's for the head's ids.
class LayerCheckpoint final : public Checkpoint {
public:
    LayerCheckpoint(std::shared_ptr<const FeatureHeadFile> file, const Checkpoint& target)
        : m_file(std::move(file)) {
        m_config = layerConfigOf(m_file->config());
        takeRows(target);
        const std::map<std::string, std::string> names{
            {"layer.0.attn_norm.weight", "layer.input_layernorm.weight"},
            {"layer.0.mlp_norm.weight", "layer.post_attention_layernorm.weight"},
            {"layer.0.q.weight", "layer.self_attn.q_proj.weight"},
            {"layer.0.k.weight", "layer.self_attn.k_proj.weight"},
            {"layer.0.v.weight", "layer.self_attn.v_proj.weight"},
            {"layer.0.o.weight", "layer.self_attn.o_proj.weight"},
            {"layer.0.gate.weight", "layer.mlp.gate_proj.weight"},
            {"layer.0.up.weight", "layer.mlp.up_proj.weight"},
            {"layer.0.down.weight", "layer.mlp.down_proj.weight"},
            {"final_norm.weight", "norm.weight"}};
        for (const auto& [canonical, stored] : names) m_tensors[canonical] = m_file->tensor(stored);
    }

    const ModelConfig& config() const override { return m_config; }
    std::int64_t parameters() const override { return 0; }
    const StoredTensor* find(const std::string& name) const override {
        const auto found = m_tensors.find(name);
        return found == m_tensors.end() ? nullptr : &found->second;
    }
    std::shared_ptr<const Tokenizer> tokenizer() const override { return nullptr; }
    std::string chatTemplate() const override { return {}; }
    std::string path() const override { return m_file->path(); }

private:
    void takeRows(const Checkpoint& target) {
        const StoredTensor* rows = target.find("head.weight");
        if (rows == nullptr || target.config().tiedHead) rows = target.find("embed.weight");
        const auto width = static_cast<std::size_t>(m_config.hidden);
        m_rows.resize(m_file->headIds().size() * width);
        float* to = m_rows.data();
        for (const TokenId id : m_file->headIds()) {
            readRows(*rows, id, 1, to);
            to += width;
        }
        m_tensors["embed.weight"] = {"embed.weight",
                                     rows->fileName,
                                     rows->file,
                                     DType::F32,
                                     {m_config.vocabulary, m_config.hidden},
                                     std::as_bytes(std::span(m_rows))};
    }

    std::shared_ptr<const FeatureHeadFile> m_file;
    ModelConfig m_config;
    std::vector<float> m_rows;  // [headVocabulary][hidden]
    std::map<std::string, StoredTensor> m_tensors;
};

}  // namespace

ModelConfig layerConfigOf(const FeatureHeadConfig& head) {
    ModelConfig config;
    config.name = head.name;
    config.architecture = "feature-head";
    config.fileFormat = "float16";
    config.vocabulary = head.headVocabulary;
    config.hidden = config.embeddingWidth = head.hidden;
    config.layers = 1;
    config.heads = head.heads;
    config.kvHeads = head.kvHeads;
    config.headDim = config.rotaryDim = head.headDim;
    config.ffn = head.ffn;
    config.maxContext = head.maxContext;
    config.normEps = head.normEps;
    config.ropes = {{head.ropeTheta, {}}};
    config.layerKinds.resize(1);
    config.attentionScale = 1.0 / std::sqrt(static_cast<double>(head.headDim));
    config.tiedHead = true;
    return config;
}

void checkHeadFits(const FeatureHeadFile& head, const ModelConfig& target, int vocabulary) {
    const FeatureHeadConfig& c = head.config();
    const auto require = [&](bool good, const std::string& what, int expected, int found) {
        if (!good)
            throw Error(head.path() + ": this feature head was trained for " +
                        (c.targetName.empty() ? "another target" : c.targetName) + " with " + what + " " +
                        std::to_string(expected) + ", " + target.name + " has " + std::to_string(found));
    };
    require(c.hidden == target.hidden, "hidden size", c.hidden, target.hidden);
    require(c.hidden == target.embeddingWidth, "embedding width", c.hidden, target.embeddingWidth);
    require(c.targetLayers == target.layers, "a number of layers of", c.targetLayers, target.layers);
    require(c.targetVocabulary == target.vocabulary, "a vocabulary of", c.targetVocabulary,
            target.vocabulary);
    require(head.headIds().back() < vocabulary, "token ids up to", head.headIds().back(), vocabulary);
}

std::shared_ptr<const FeatureHead> FeatureHead::load(const std::string& folder,
                                                     std::shared_ptr<const Model> target,
                                                     WeightFormat weights, std::stop_token stop) {
    std::shared_ptr<FeatureHead> head(new FeatureHead);
    head->m_file = std::make_shared<FeatureHeadFile>(folder);
    head->m_target = std::move(target);
    const FeatureHeadFile& file = *head->m_file;
    const Checkpoint& checkpoint = head->m_target->checkpoint();
    checkHeadFits(file, checkpoint.config(), head->m_target->vocabulary());
    const WeightFormat format = weights == WeightFormat::Auto ? WeightFormat::Int8 : weights;
    const auto pool = std::shared_ptr<ThreadPool>(head->m_target, &head->m_target->pool());
    head->m_layer = Model::load(std::make_shared<LayerCheckpoint>(head->m_file, checkpoint),
                                {format, KvFormat::Auto, head->m_target->maxSeq(), 0}, pool, stop);
    head->m_embedding = &checkpoint.require(
        "embed.weight", {checkpoint.config().vocabulary, checkpoint.config().embeddingWidth});
    head->m_embedNorm = allOf(file.tensor("embed_norm.weight"));
    head->m_featureNorm = allOf(file.tensor("feature_norm.weight"));
    head->m_stateNorm = allOf(file.tensor("state_norm.weight"));
    head->m_info = head->m_layer->info();
    const auto linear = [&](const char* name) {
        const StoredTensor& tensor = file.tensor(name);
        head->m_info.parameters += tensor.rows() * tensor.rowLength();
        return makeLinear(format, {{&tensor}, {}}, *pool);
    };
    head->m_embedProj = linear("embed_proj.weight");
    head->m_featureProj = linear("feature_proj.weight");
    head->m_stateProj = linear("state_proj.weight");
    head->m_info.weightBytes += head->m_embedProj->bytes() + head->m_stateProj->bytes();
    head->m_info.path = folder;
    return head;
}

void FeatureHead::norm(const std::vector<float>& gain, int row, const float* in, float* out) const {
    const int hidden = config().hidden;
    kernels().rmsNorm(in, gain.data() + static_cast<std::size_t>(row) * hidden, hidden,
                      static_cast<float>(config().normEps), out);
}

void FeatureHead::fromFeatures(const float* features, int passRows, std::span<const int> rows, float* u,
                               Scratch& scratch) const {
    const auto hidden = static_cast<std::size_t>(config().hidden);
    const std::size_t fused = config().fusedLayers.size();
    scratch.normed.resize(rows.size() * fused * hidden);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t k = 0; k < fused; ++k) {
            const std::size_t from =
                k * static_cast<std::size_t>(passRows) + static_cast<std::size_t>(rows[i]);
            norm(m_featureNorm, static_cast<int>(k), features + from * hidden,
                 scratch.normed.data() + (i * fused + k) * hidden);
        }
    }
    m_featureProj->forward(scratch.normed.data(), static_cast<int>(rows.size()), u, m_target->pool(),
                           scratch.linear);
}

void FeatureHead::fromStates(const float* g, int rows, float* u, Scratch& scratch) const {
    const auto hidden = static_cast<std::size_t>(config().hidden);
    scratch.normed.resize(static_cast<std::size_t>(rows) * hidden);
    for (std::size_t i = 0; i < static_cast<std::size_t>(rows); ++i)
        norm(m_stateNorm, 0, g + i * hidden, scratch.normed.data() + i * hidden);
    m_stateProj->forward(scratch.normed.data(), rows, u, m_target->pool(), scratch.linear);
}

void FeatureHead::addTokens(std::span<const TokenId> tokens, float* u, Scratch& scratch) const {
    const auto hidden = static_cast<std::size_t>(config().hidden);
    scratch.normed.resize(tokens.size() * hidden);
    scratch.added.resize(tokens.size() * hidden);
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        float* row = scratch.normed.data() + i * hidden;
        readRows(*m_embedding, tokens[i], 1, scratch.added.data());
        norm(m_embedNorm, 0, scratch.added.data(), row);
    }
    m_embedProj->forward(scratch.normed.data(), static_cast<int>(tokens.size()), scratch.added.data(),
                         m_target->pool(), scratch.linear);
    for (std::size_t i = 0; i < tokens.size() * hidden; ++i) u[i] += scratch.added[i];
}

}  // namespace specula
