#include "engine/checkpoint/hf_folder.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/checkpoint/safetensors.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::size_t kMaxIndexBytes = 64u << 20;
constexpr std::size_t kMaxShards = 4096;
constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

bool exists(const std::string& path) {
    std::error_code failure;
    return std::filesystem::exists(path, failure);
}

WeightFile openOne(const std::string& path) {
    WeightFile weights;
    weights.file = std::make_unique<MappedFile>(path);
    weights.tensors = readSafetensors(*weights.file);
    return weights;
}

// shard -> names of its tensors
std::map<std::string, std::vector<std::string>> readIndex(const std::string& path) {
    const nlohmann::json index = readJsonObject(path, kMaxIndexBytes);
    const auto map = index.find("weight_map");
    if (map == index.end() || !map->is_object() || map->empty()) {
        throw Error(sanitised(path) + ": weight_map must be an object that names a shard for each tensor");
    }
    std::map<std::string, std::vector<std::string>> shards;
    for (const auto& [tensor, shard] : map->items()) {
        if (!shard.is_string()) {
            throw Error(sanitised(path) + ": weight_map of " + sanitised(tensor) +
                        " must be a shard's file name, found " + shard.type_name());
        }
        const std::string name = shard.get<std::string>();
        if (name.empty() || name == "." || name == ".." ||
            name.find_first_of(std::string_view("/\\\0", 3)) != std::string::npos) {
            throw Error(sanitised(path) + ": the shard name " + sanitised(name) +
                        " is a path, expected a plain file name in the same folder");
        }
        shards[name].push_back(tensor);
    }
    if (shards.size() > kMaxShards) {
        throw Error(sanitised(path) + ": weight_map names " + std::to_string(shards.size()) +
                    " shards, expected at most " + std::to_string(kMaxShards));
    }
    return shards;
}

}  // namespace

std::vector<WeightFile> openHfWeights(const std::string& folder) {
    std::vector<WeightFile> files;
    const std::string single = joinPath(folder, kSingle);
    const std::string index = joinPath(folder, kIndex);
    if (exists(single)) {
        files.push_back(openOne(single));
        return files;
    }
    if (!exists(index)) {
        throw Error(sanitised(folder) + ": no weight file found, looked for " + kSingle + " and " + kIndex);
    }
    for (const auto& [shard, names] : readIndex(index)) {
        const std::string path = joinPath(folder, shard);
        if (!isFile(path)) throw Error(sanitised(path) + ": the shard that " + kIndex + " names is missing");
        WeightFile weights = openOne(path);
        std::set<std::string_view> present;
        for (const RawTensor& tensor : weights.tensors) present.insert(tensor.name);
        for (const std::string& name : names) {
            if (!present.contains(name)) {
                throw Error(sanitised(path) + ": tensor " + sanitised(name) +
                            " is not in this shard, where " + kIndex + " puts it");
            }
        }
        files.push_back(std::move(weights));
    }
    return files;
}

}  // namespace specula
