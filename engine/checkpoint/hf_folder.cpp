#include "engine/checkpoint/hf_folder.h"

#include <array>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/checkpoint/safetensors.h"
#include "engine/checkpoint/torch_file.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::size_t kMaxIndexBytes = 64u << 20;
constexpr std::size_t kMaxShards = 4096;

WeightFile openSafetensors(const std::string& path) {
    WeightFile weights{std::make_unique<MappedFile>(path), {}};
    weights.tensors = readSafetensors(*weights.file);
    return weights;
}

WeightFile openTorch(const std::string& path) {
    WeightFile weights{std::make_unique<MappedFile>(path), {}};
    weights.tensors = readTorchFile(*weights.file);
    return weights;
}

struct Layout {
    const char* single;
    const char* index;
    WeightFile (*open)(const std::string& path);
};

constexpr std::array kLayouts{
    Layout{"model.safetensors", "model.safetensors.index.json", openSafetensors},
    Layout{"pytorch_model.bin", "pytorch_model.bin.index.json", openTorch},
};

bool exists(const std::string& path) {
    std::error_code failure;
    return std::filesystem::exists(path, failure);
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

std::vector<WeightFile> openShards(const std::string& folder, const Layout& layout) {
    std::vector<WeightFile> files;
    for (const auto& [shard, names] : readIndex(joinPath(folder, layout.index))) {
        const std::string path = joinPath(folder, shard);
        if (!isFile(path)) {
            throw Error(sanitised(path) + ": the shard that " + layout.index + " names is missing");
        }
        WeightFile weights = layout.open(path);
        std::set<std::string_view> present;
        for (const RawTensor& tensor : weights.tensors) present.insert(tensor.name);
        for (const std::string& name : names) {
            if (!present.contains(name)) {
                throw Error(sanitised(path) + ": tensor " + sanitised(name) +
                            " is not in this shard, where " + layout.index + " puts it");
            }
        }
        files.push_back(std::move(weights));
    }
    return files;
}

}  // namespace

std::vector<WeightFile> openHfWeights(const std::string& folder) {
    std::string looked;
    for (const Layout& layout : kLayouts) {
        const std::string single = joinPath(folder, layout.single);
        if (exists(single)) {
            std::vector<WeightFile> files;
            files.push_back(layout.open(single));
            return files;
        }
        if (exists(joinPath(folder, layout.index))) return openShards(folder, layout);
        looked += (looked.empty() ? "" : ", ") + std::string(layout.single) + ", " + layout.index;
    }
    throw Error(sanitised(folder) + ": no weight file found, looked for " + looked);
}

}  // namespace specula
