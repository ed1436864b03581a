#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/checkpoint/architecture.h"
#include "engine/checkpoint/config_fields.h"
#include "engine/checkpoint/config_reader.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxConfigBytes = 16u << 20;

const Architecture& readArchitecture(const ConfigFields& fields) {
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

void addEos(const ConfigFields& fields, ModelConfig& config) {
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
    const ConfigFields fields(path, root);
    ModelConfig config;
    config.name = folderName(folder);
    const Architecture& architecture = readArchitecture(fields);
    config.architecture = architecture.name;
    config.vocabulary = fields.integer("vocab_size", kVocabularyBounds);
    architecture.readHf(fields, config);
    const std::string generation = joinPath(folder, "generation_config.json");
    if (isFile(generation)) {
        const json more = readJsonObject(generation, kMaxConfigBytes);
        addEos(ConfigFields(generation, more), config);
    }
    if (config.eos.empty()) addEos(fields, config);
    return config;
}

}  // namespace specula
