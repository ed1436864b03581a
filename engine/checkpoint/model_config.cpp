#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/checkpoint/config_bounds.h"
#include "engine/checkpoint/config_reader.h"
#include "engine/checkpoint/tensor_names.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxConfigBytes = 16u << 20;

// The fields of one JSON object, each bounded; messages name the file and the field.
class Fields {
public:
    Fields(std::string file, const json& object, std::string prefix = "")
        : m_file(std::move(file)), m_object(object), m_prefix(std::move(prefix)) {}

    [[noreturn]] void fail(const std::string& field, const std::string& what) const {
        throw Error(sanitised(m_file) + ": " + m_prefix + field + " " + what);
    }
    const json* find(const std::string& field) const {
        const auto found = m_object.find(field);
        return found == m_object.end() || found->is_null() ? nullptr : &*found;
    }
    int integer(const std::string& field, Bounds bounds, std::optional<int> fallback = std::nullopt) const {
        const json* value = find(field);
        if (!value) {
            if (!fallback) fail(field, "is missing, expected a whole number");
            return *fallback;
        }
        if (!value->is_number_integer())
            fail(field, "is " + shownValue(*value) + ", expected a whole number");
        const bool fits = value->is_number_unsigned()
                              ? value->get<std::uint64_t>() <= std::uint64_t(bounds.high)
                              : value->get<std::int64_t>() <= bounds.high;
        if (!fits || value->get<std::int64_t>() < bounds.low) {
            fail(field, "is " + shownValue(*value) + ", expected " + std::to_string(bounds.low) + " to " +
                            std::to_string(bounds.high));
        }
        return static_cast<int>(value->get<std::int64_t>());
    }
    double number(const std::string& field, double low, double high, std::optional<double> fallback) const {
        const json* value = find(field);
        if (!value) {
            if (!fallback) fail(field, "is missing, expected a number");
            return *fallback;
        }
        if (!value->is_number()) fail(field, "is " + shownValue(*value) + ", expected a number");
        const double number = value->get<double>();
        if (!(number >= low && number <= high))
            fail(field, "is " + shownValue(*value) + ", which is out of range");
        return number;
    }
    bool flag(const std::string& field, bool fallback) const {
        const json* value = find(field);
        if (value && !value->is_boolean())
            fail(field, "is " + shownValue(*value) + ", expected true or false");
        return value ? value->get<bool>() : fallback;
    }
    std::string text(const std::string& field, const std::string& fallback) const {
        const json* value = find(field);
        if (value && !value->is_string()) fail(field, "is " + shownValue(*value) + ", expected a string");
        return value ? value->get<std::string>() : fallback;
    }
    const json* object(const std::string& field) const {
        const json* value = find(field);
        if (value && !value->is_object()) fail(field, "is " + shownValue(*value) + ", expected an object");
        return value;
    }
    const std::string& file() const { return m_file; }

private:
    static std::string shownValue(const json& value) {
        if (value.is_structured()) return std::string(value.is_array() ? "an array" : "an object");
        return sanitised(value.dump(-1, ' ', false, json::error_handler_t::replace));
    }

    std::string m_file;
    const json& m_object;
    std::string m_prefix;
};

const Architecture& readArchitecture(const Fields& fields) {
    std::string named = fields.text("model_type", "");
    if (const json* list = fields.find("architectures")) {
        if (!list->is_array() || list->empty() || !list->front().is_string()) {
            fields.fail("architectures", "must be a list of class names");
        }
        named = list->front().get<std::string>();
    }
    const Architecture* architecture = findArchitecture(named);
    if (!architecture) {
        fields.fail("architectures", "says " + (named.empty() ? "nothing" : sanitised(named)) +
                                         ", which is not supported; supported: " + supportedArchitectures());
    }
    return *architecture;
}

void readRopeScaling(const Fields& fields, ModelConfig& config) {
    const std::string kind = fields.text("rope_type", fields.text("type", "default"));
    if (kind == "default") return;
    RopeScaling& scaling = config.ropeScaling;
    scaling.factor = fields.number("factor", 1e-3, 1e6, std::nullopt);
    if (kind == "linear") {
        scaling.kind = RopeScaling::Kind::Linear;
    } else if (kind == "llama3") {
        scaling.kind = RopeScaling::Kind::Llama3;
        scaling.lowFreqFactor = fields.number("low_freq_factor", 1e-6, 1e6, std::nullopt);
        scaling.highFreqFactor = fields.number("high_freq_factor", 1e-6, 1e6, std::nullopt);
        scaling.originalContext = fields.number("original_max_position_embeddings", 1.0, 1e9, std::nullopt);
        if (scaling.highFreqFactor <= scaling.lowFreqFactor) {
            fields.fail("high_freq_factor", "must be above low_freq_factor");
        }
    } else {
        fields.fail("rope_type",
                    "is " + sanitised(kind) + ", which is not supported; supported: default, linear, llama3");
    }
}

void readRope(const Fields& fields, ModelConfig& config) {
    config.ropeTheta = fields.number("rope_theta", 1e-3, 1e12, 10000.0);
    if (fields.number("partial_rotary_factor", 0.0, 1.0, 1.0) != 1.0) {
        fields.fail("partial_rotary_factor", "is not 1, which is not supported for this architecture");
    }
    if (const json* scaling = fields.object("rope_scaling")) {
        const Fields inner(fields.file(), *scaling, "rope_scaling.");
        readRopeScaling(inner, config);
        config.ropeTheta = inner.number("rope_theta", 1e-3, 1e12, config.ropeTheta);
    }
    if (const json* parameters = fields.object("rope_parameters")) {
        const Fields inner(fields.file(), *parameters, "rope_parameters.");
        for (const auto& [key, value] : parameters->items()) {
            if (value.is_object())
                inner.fail(sanitised(key), "differs by layer type, which is not supported");
        }
        readRopeScaling(inner, config);
        config.ropeTheta = inner.number("rope_theta", 1e-3, 1e12, config.ropeTheta);
    }
}

void addEos(const Fields& fields, ModelConfig& config) {
    const json* value = fields.find("eos_token_id");
    if (!value) return;
    const json list = value->is_array() ? *value : json::array({*value});
    for (const json& each : list) {
        if (!each.is_number_unsigned() ||
            each.get<std::uint64_t>() >= static_cast<std::uint64_t>(config.vocabulary)) {
            fields.fail("eos_token_id",
                        "must be token ids below vocab_size " + std::to_string(config.vocabulary));
        }
        const auto id = each.get<TokenId>();
        if (std::find(config.eos.begin(), config.eos.end(), id) == config.eos.end()) config.eos.push_back(id);
    }
}

// The folder's name; for a snapshot in the Hugging Face cache, whose name is a hash, "org/name".
std::string folderName(const std::string& folder) {
    const std::string name = baseName(folder);
    const std::string end = "/snapshots/" + name;
    const std::size_t at = folder.find(end);
    std::string repository = at == std::string::npos ? "" : baseName(folder.substr(0, at));
    if (!repository.starts_with("models--")) return sanitised(name);
    repository.erase(0, 8);
    if (const std::size_t dashes = repository.find("--"); dashes != std::string::npos)
        repository.replace(dashes, 2, "/");
    return sanitised(repository);
}

}  // namespace

ModelConfig readConfigJson(const std::string& folder) {
    const std::string path = joinPath(folder, "config.json");
    const json root = readJsonObject(path, kMaxConfigBytes);
    const Fields fields(path, root);
    ModelConfig config;
    config.name = folderName(folder);
    config.architecture = readArchitecture(fields).name;
    config.vocabulary = fields.integer("vocab_size", kVocabularyBounds);
    config.hidden = fields.integer("hidden_size", kHiddenBounds);
    config.ffn = fields.integer("intermediate_size", kFfnBounds);
    config.layers = fields.integer("num_hidden_layers", kLayerBounds);
    config.heads = fields.integer("num_attention_heads", kHeadBounds);
    config.kvHeads = fields.integer("num_key_value_heads", kHeadBounds, config.heads);
    config.maxContext = fields.integer("max_position_embeddings", kContextBounds, 2048);
    if (config.heads % config.kvHeads != 0) {
        fields.fail("num_attention_heads", "is " + std::to_string(config.heads) +
                                               ", expected a multiple of num_key_value_heads " +
                                               std::to_string(config.kvHeads));
    }
    if (!fields.find("head_dim") && config.hidden % config.heads != 0) {
        fields.fail("hidden_size", "is " + std::to_string(config.hidden) +
                                       ", expected a multiple of num_attention_heads " +
                                       std::to_string(config.heads));
    }
    config.headDim = fields.integer("head_dim", kHeadDimBounds, config.hidden / config.heads);
    if (config.headDim % 2 != 0 || config.headDim < kHeadDimBounds.low ||
        config.headDim > kHeadDimBounds.high) {
        fields.fail("head_dim",
                    "is " + std::to_string(config.headDim) + ", expected an even number from 2 to 1024");
    }
    config.normEps = fields.number("rms_norm_eps", 0.0, 1.0, 1e-6);
    const std::string activation = fields.text("hidden_act", "silu");
    if (activation != "silu" && activation != "swish") {
        fields.fail("hidden_act",
                    "is " + sanitised(activation) + ", which is not supported; supported: silu");
    }
    readRope(fields, config);
    config.tiedHead = fields.flag("tie_word_embeddings", false);
    config.attentionBias = fields.flag("attention_bias", false);
    config.mlpBias = fields.flag("mlp_bias", false);
    const std::string generation = joinPath(folder, "generation_config.json");
    if (isFile(generation)) {
        const json more = readJsonObject(generation, kMaxConfigBytes);
        addEos(Fields(generation, more), config);
    }
    if (config.eos.empty()) addEos(fields, config);
    return config;
}

}  // namespace specula
