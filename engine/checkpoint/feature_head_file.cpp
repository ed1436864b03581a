#include "engine/checkpoint/feature_head_file.h"

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "engine/checkpoint/config_fields.h"
#include "engine/checkpoint/safetensors.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

constexpr std::size_t kMaxConfigBytes = 1u << 20;
constexpr const char* kModelType = "specula-feature-head";
constexpr int kMaxFused = 8;

std::vector<int> integers(const ConfigFields& fields, const std::string& field, int low, int high,
                          std::size_t longest) {
    std::vector<int> values;
    const nlohmann::json* list = fields.find(field);
    if (list == nullptr) return values;
    if (!list->is_array() || list->size() > longest)
        fields.fail(field, "expected a list of at most " + std::to_string(longest) + " numbers");
    for (const nlohmann::json& item : *list) {
        if (!item.is_number_integer() || item.get<std::int64_t>() < low || item.get<std::int64_t>() > high)
            fields.fail(field,
                        "expected whole numbers from " + std::to_string(low) + " to " + std::to_string(high));
        values.push_back(item.get<int>());
    }
    return values;
}

FeatureHeadConfig readConfig(const ConfigFields& fields, const std::string& folder) {
    FeatureHeadConfig c;
    if (fields.text("model_type", "") != kModelType)
        fields.fail("model_type", std::string("expected ") + kModelType);
    if (fields.integer("version", {1, 1000000}) != 1)
        fields.fail("version", "expected 1; this head was written by a newer version");
    c.name = fields.text("name", baseName(folder));
    c.targetName = fields.text("target_name", "");
    c.targetLayers = fields.integer("target_layers", kLayerBounds);
    c.targetVocabulary = fields.integer("target_vocab_size", kVocabularyBounds);
    c.headVocabulary = fields.integer("head_vocab_size", {1, c.targetVocabulary});
    c.hidden = fields.integer("hidden_size", kHiddenBounds);
    c.heads = fields.integer("num_attention_heads", kHeadBounds);
    c.kvHeads = fields.integer("num_key_value_heads", {1, c.heads});
    if (c.heads % c.kvHeads != 0)
        fields.fail("num_key_value_heads", "expected a divisor of num_attention_heads");
    c.headDim = fields.integer("head_dim", kHeadDimBounds);
    if (c.headDim % 2 != 0) fields.fail("head_dim", "expected an even number");
    c.ffn = fields.integer("intermediate_size", kFfnBounds);
    c.maxContext = fields.integer("max_position_embeddings", kContextBounds);
    c.normEps = fields.number("rms_norm_eps", 0.0, 1.0, 1e-5);
    c.ropeTheta = fields.number("rope_theta", 1.0, 1e12, 10000.0);
    c.fusedLayers = integers(fields, "fused_layers", 1, c.targetLayers, kMaxFused);
    if (c.fusedLayers.empty()) fields.fail("fused_layers", "expected at least one layer of the target");
    for (std::size_t i = 1; i < c.fusedLayers.size(); ++i) {
        if (c.fusedLayers[i] <= c.fusedLayers[i - 1])
            fields.fail("fused_layers", "expected ascending layers");
    }
    c.bestTree = integers(fields, "best_tree", 1, kTreeNodesMax, kGammaMax);
    return c;
}

std::map<std::string, std::vector<std::int64_t>> shapesOf(const FeatureHeadConfig& c) {
    const std::int64_t hidden = c.hidden, fused = static_cast<std::int64_t>(c.fusedLayers.size());
    const std::int64_t queries = static_cast<std::int64_t>(c.heads) * c.headDim;
    const std::int64_t keys = static_cast<std::int64_t>(c.kvHeads) * c.headDim;
    return {{"embed_norm.weight", {hidden}},
            {"embed_proj.weight", {hidden, hidden}},
            {"feature_norm.weight", {fused, hidden}},
            {"feature_proj.weight", {hidden, fused * hidden}},
            {"state_norm.weight", {hidden}},
            {"state_proj.weight", {hidden, hidden}},
            {"layer.input_layernorm.weight", {hidden}},
            {"layer.post_attention_layernorm.weight", {hidden}},
            {"layer.self_attn.q_proj.weight", {queries, hidden}},
            {"layer.self_attn.k_proj.weight", {keys, hidden}},
            {"layer.self_attn.v_proj.weight", {keys, hidden}},
            {"layer.self_attn.o_proj.weight", {hidden, queries}},
            {"layer.mlp.gate_proj.weight", {c.ffn, hidden}},
            {"layer.mlp.up_proj.weight", {c.ffn, hidden}},
            {"layer.mlp.down_proj.weight", {hidden, c.ffn}},
            {"norm.weight", {hidden}},
            {"head_ids", {c.headVocabulary}}};
}

std::vector<TokenId> readIds(const StoredTensor& tensor, int vocabulary) {
    std::vector<float> values(static_cast<std::size_t>(tensor.rowLength()));
    readRows(tensor, 0, 1, values.data());
    std::vector<TokenId> ids;
    for (const float value : values) {
        const bool inside = value >= 0.0F && value < static_cast<float>(vocabulary);  // false for a NaN
        const TokenId id = inside ? static_cast<TokenId>(value) : -1;
        if (!inside || static_cast<float>(id) != value || (!ids.empty() && id <= ids.back()))
            throw Error(tensor.file + ": tensor head_ids must hold ascending token ids below " +
                        std::to_string(vocabulary));
        ids.push_back(id);
    }
    return ids;
}

}  // namespace

struct FeatureHeadFile::Files {
    explicit Files(const std::string& path) : weights(path) {}
    MappedFile weights;
    std::map<std::string, StoredTensor> tensors;
};

FeatureHeadFile::FeatureHeadFile(const std::string& folder) : m_folder(folder) {
    const std::string configPath = joinPath(folder, "config.json");
    const nlohmann::json config = readJsonObject(configPath, kMaxConfigBytes);
    m_config = readConfig(ConfigFields(configPath, config), folder);
    m_files = std::make_unique<Files>(joinPath(folder, "model.safetensors"));
    const std::string& file = m_files->weights.path();
    const auto shapes = shapesOf(m_config);
    for (const RawTensor& raw : readSafetensors(m_files->weights)) {
        const auto shape = shapes.find(raw.name);
        if (shape == shapes.end()) continue;
        if (!raw.type)
            throw Error(file + ": tensor " + raw.name + " is stored as " + sanitised(raw.typeName) +
                        ", expected F32, F16 or BF16");
        if (raw.shape != shape->second)
            throw Error(file + ": tensor " + raw.name + " has shape " + shown(raw.shape) + ", expected " +
                        shown(shape->second));
        m_files->tensors[raw.name] = {raw.name, raw.name, file, *raw.type, raw.shape, raw.bytes};
    }
    for (const auto& [name, shape] : shapes) tensor(name);
    m_headIds = readIds(tensor("head_ids"), m_config.targetVocabulary);
}

FeatureHeadFile::~FeatureHeadFile() = default;

bool FeatureHeadFile::isOne(const std::string& folder) {
    const std::string path = joinPath(folder, "config.json");
    if (!isFile(path)) return false;
    const nlohmann::json config = readJsonObject(path, kMaxConfigBytes);
    const auto type = config.find("model_type");
    return type != config.end() && *type == kModelType;
}

const StoredTensor& FeatureHeadFile::tensor(const std::string& name) const {
    const auto found = m_files->tensors.find(name);
    if (found == m_files->tensors.end())
        throw Error(m_files->weights.path() + ": tensor " + name + " is missing");
    return found->second;
}

}  // namespace specula
