#include <algorithm>

#include "engine/checkpoint/config_bounds.h"
#include "engine/checkpoint/config_reader.h"
#include "engine/checkpoint/gguf.h"
#include "engine/checkpoint/tensor_names.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

class Keys {
public:
    Keys(const GgufFile& file, std::string architecture)
        : m_file(file), m_prefix(std::move(architecture) + ".") {}

    [[noreturn]] void fail(const std::string& key, const std::string& what) const {
        throw Error(sanitised(m_file.path()) + ": the key " + m_prefix + key + " " + what);
    }
    bool has(const std::string& key) const { return m_file.has(m_prefix + key); }
    int integer(const std::string& key, Bounds bounds, std::optional<int> fallback = std::nullopt) const {
        const auto value = m_file.integer(m_prefix + key);
        if (!value && !fallback) fail(key, "is missing, expected an integer");
        if (!value) return *fallback;
        if (*value < bounds.low || *value > bounds.high) {
            fail(key, "is " + std::to_string(*value) + ", expected " + std::to_string(bounds.low) + " to " +
                          std::to_string(bounds.high));
        }
        return static_cast<int>(*value);
    }
    double number(const std::string& key, double low, double high, double fallback) const {
        const auto value = m_file.number(m_prefix + key);
        if (!value) return fallback;
        if (*value < low || *value > high)
            fail(key, "is " + std::to_string(*value) + ", which is out of range");
        return *value;
    }
    std::string text(const std::string& key, const std::string& fallback) const {
        return m_file.text(m_prefix + key).value_or(fallback);
    }

private:
    const GgufFile& m_file;
    std::string m_prefix;
};

const RawTensor* findTensor(const GgufFile& file, std::string_view name) {
    const auto found = std::find_if(file.tensors().begin(), file.tensors().end(),
                                    [&](const RawTensor& tensor) { return tensor.name == name; });
    return found == file.tensors().end() ? nullptr : &*found;
}

void readHeads(const Keys& keys, ModelConfig& config) {
    config.heads = keys.integer("attention.head_count", kHeadBounds);
    config.kvHeads = keys.integer("attention.head_count_kv", kHeadBounds, config.heads);
    if (config.heads % config.kvHeads != 0) {
        keys.fail("attention.head_count", "is " + std::to_string(config.heads) +
                                              ", expected a multiple of attention.head_count_kv " +
                                              std::to_string(config.kvHeads));
    }
    if (!keys.has("attention.key_length") && config.hidden % config.heads != 0) {
        keys.fail("embedding_length", "is " + std::to_string(config.hidden) +
                                          ", expected a multiple of attention.head_count " +
                                          std::to_string(config.heads));
    }
    config.headDim = keys.integer("attention.key_length", kHeadDimBounds, config.hidden / config.heads);
    if (config.headDim % 2 != 0 || config.headDim < kHeadDimBounds.low ||
        config.headDim > kHeadDimBounds.high) {
        keys.fail("attention.key_length", "gives heads of " + std::to_string(config.headDim) +
                                              " values, expected an even number from 2 to 1024");
    }
    if (keys.integer("attention.value_length", kHeadDimBounds, config.headDim) != config.headDim) {
        keys.fail("attention.value_length", "differs from the key length, which is not supported");
    }
    if (keys.integer("rope.dimension_count", {0, 1 << 20}, config.headDim) != config.headDim) {
        keys.fail("rope.dimension_count", "differs from the head size " + std::to_string(config.headDim) +
                                              ", which is not supported");
    }
}

void readRope(const Keys& keys, ModelConfig& config) {
    config.ropeTheta = keys.number("rope.freq_base", 1e-3, 1e12, 10000.0);
    // llama.cpp's converter stores q and k with the rows of each head permuted for pairs of neighbours.
    config.ropeInterleaved = true;
    const double factor =
        keys.number("rope.scaling.factor", 0.0, 1e6, keys.number("rope.scale_linear", 0.0, 1e6, 0.0));
    const std::string kind = keys.text("rope.scaling.type", factor > 0.0 ? "linear" : "none");
    if (kind == "linear") {
        if (factor > 0.0 && factor != 1.0) {
            config.ropeScaling.kind = RopeScaling::Kind::Linear;
            config.ropeScaling.factor = factor;
        }
    } else if (kind != "none") {
        keys.fail("rope.scaling.type",
                  "is " + sanitised(kind) + ", which is not supported; supported: none, linear");
    }
}

void readEos(const GgufFile& file, ModelConfig& config) {
    for (const char* key : {"tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"}) {
        const auto id = file.integer(key);
        if (!id) continue;
        if (*id < 0 || *id >= config.vocabulary) {
            throw Error(sanitised(file.path()) + ": the key " + key + " is " + std::to_string(*id) +
                        ", expected a token id below " + std::to_string(config.vocabulary));
        }
        const auto token = static_cast<TokenId>(*id);
        if (std::find(config.eos.begin(), config.eos.end(), token) == config.eos.end())
            config.eos.push_back(token);
    }
}

/// What people call the model: the file's name without ".gguf" and the quantisation before it. (general.name
/// is whatever the converter was told: "Smollm2 135M 8k Lc100K Mix1 Ep2" for SmolLM2-135M-Instruct.)
std::string modelNameOf(const std::string& path) {
    std::string name = sanitised(baseName(path));
    if (name.ends_with(".gguf")) name.resize(name.size() - 5);
    const std::size_t dot = name.find_last_of(".-");
    if (dot == std::string::npos || dot == 0) return name;
    std::string last = name.substr(dot + 1);
    std::transform(last.begin(), last.end(), last.begin(),
                   [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    const std::size_t digit = last.starts_with("IQ") ? 2 : 1;
    const bool numbered = last.size() > digit && last[digit] >= '0' && last[digit] <= '9';
    const bool quantisation =
        last == "F16" || last == "F32" || last == "BF16" || (numbered && (last[0] == 'Q' || digit == 2));
    return quantisation ? name.substr(0, dot) : name;
}

}  // namespace

ModelConfig readGgufConfig(const GgufFile& file) {
    const std::string where = sanitised(file.path()) + ": ";
    const auto named = file.text("general.architecture");
    if (!named) throw Error(where + "the key general.architecture is missing");
    const Architecture* architecture = findArchitecture(*named);
    if (!architecture) {
        throw Error(where + "the architecture " + sanitised(*named) +
                    " is not supported; supported: " + supportedArchitectures());
    }
    if (file.integer("split.count").value_or(1) > 1) {
        throw Error(where +
                    "the model is split over several GGUF files, which is not supported; join them first");
    }
    const Keys keys(file, *named);
    ModelConfig config;
    config.name = modelNameOf(file.path());
    config.architecture = architecture->name;
    config.hidden = keys.integer("embedding_length", kHiddenBounds);
    config.layers = keys.integer("block_count", kLayerBounds);
    config.ffn = keys.integer("feed_forward_length", kFfnBounds);
    config.maxContext = keys.integer("context_length", kContextBounds);
    if (keys.integer("expert_count", {0, 1 << 20}, 0) != 0) {
        keys.fail("expert_count", "is not 0: mixtures of experts are not supported");
    }
    readHeads(keys, config);
    config.normEps = keys.number("attention.layer_norm_rms_epsilon", 0.0, 1.0, 1e-5);
    readRope(keys, config);

    const std::string embedding = nameInFile(architecture->ggufNames, "embed.weight");
    const RawTensor* embed = findTensor(file, embedding);
    if (!embed) throw Error(where + "tensor " + embedding + " is missing");
    if (embed->shape.size() != 2 || embed->shape[0] > kVocabularyBounds.high) {
        throw Error(where + "tensor " + embedding + " has shape " + shown(embed->shape) +
                    ", expected [vocabulary, " + std::to_string(config.hidden) + "]");
    }
    config.vocabulary = static_cast<int>(embed->shape[0]);
    const auto present = [&](const char* canonical) {
        return findTensor(file, nameInFile(architecture->ggufNames, canonical)) != nullptr;
    };
    config.tiedHead = !present("head.weight");
    config.attentionBias = present("layer.0.q.bias");
    config.mlpBias = present("layer.0.gate.bias");
    readEos(file, config);
    return config;
}

}  // namespace specula
