#include <algorithm>

#include "engine/checkpoint/architecture.h"
#include "engine/checkpoint/config_fields.h"
#include "engine/checkpoint/config_reader.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

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
    const Architecture* architecture = findGgufArchitecture(*named);
    if (!architecture) {
        throw Error(where + "the architecture " + sanitised(*named) +
                    " is not supported in GGUF files; supported: " + supportedGgufArchitectures());
    }
    if (file.integer("split.count").value_or(1) > 1) {
        throw Error(where +
                    "the model is split over several GGUF files, which is not supported; join them first");
    }
    const GgufKeys keys(file, *named);
    ModelConfig config;
    config.name = modelNameOf(file.path());
    config.architecture = architecture->name;
    architecture->readGguf(keys, config);

    const std::string embedding = nameInFile(architecture->ggufNames, "embed.weight");
    const RawTensor* embed = keys.tensor(embedding);
    if (!embed) throw Error(where + "tensor " + embedding + " is missing");
    if (embed->shape.size() != 2 || embed->shape[0] > kVocabularyBounds.high) {
        throw Error(where + "tensor " + embedding + " has shape " + shown(embed->shape) +
                    ", expected [vocabulary, " + std::to_string(config.hidden) + "]");
    }
    config.vocabulary = static_cast<int>(embed->shape[0]);
    config.tiedHead = keys.tensor(nameInFile(architecture->ggufNames, "head.weight")) == nullptr;
    readEos(file, config);
    return config;
}

}  // namespace specula
