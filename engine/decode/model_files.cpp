#include "engine/decode/model_files.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "engine/checkpoint/config_reader.h"
#include "engine/checkpoint/gguf.h"
#include "engine/checkpoint/hf_folder.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

using nlohmann::ordered_json;

constexpr std::size_t kMaxConfigBytes = 16u << 20;
constexpr std::size_t kMaxIndexBytes = 64u << 20;
constexpr std::size_t kMaxSettings = 2000;
constexpr std::size_t kMaxText = 1000;  // sanitised() cuts further
constexpr std::size_t kShownElements = 5;

bool isFolder(const std::string& path) {
    std::error_code failure;
    return std::filesystem::is_directory(path, failure);
}

std::int64_t sizeOf(const std::string& path) {
    std::error_code failure;
    const auto size = std::filesystem::file_size(path, failure);
    return failure ? 0 : static_cast<std::int64_t>(size);
}

// Plain names only, as the loader takes no others.
std::int64_t shardBytes(const std::string& folder, const std::string& index) {
    std::set<std::string> shards;
    try {
        const nlohmann::json root = readJsonObject(index, kMaxIndexBytes);
        const auto map = root.find("weight_map");
        if (map == root.end() || !map->is_object()) return 0;
        for (const auto& shard : *map) {
            if (shard.is_string() && shard.get_ref<const std::string&>().find('/') == std::string::npos)
                shards.insert(shard.get<std::string>());
        }
    } catch (const Error&) {
        return 0;
    }
    std::int64_t bytes = 0;
    for (const std::string& shard : shards) bytes += sizeOf(joinPath(folder, shard));
    return bytes;
}

void add(std::vector<NamedText>& lines, const std::string& name, std::string text) {
    if (lines.size() == kMaxSettings) return;
    text.resize(std::min(text.size(), kMaxText));
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
    lines.push_back({sanitised(name), sanitised(text)});
}

std::string quoted(const std::string& text) {
    return "\"" + text + "\"";
}

std::string listed(std::uint64_t count, const char* what, const std::vector<std::string>& first) {
    std::string text = std::string("[") + std::to_string(count) + " " + what + "]";
    for (std::size_t i = 0; i < first.size(); ++i) text += (i == 0 ? " " : ", ") + first[i];
    return count > first.size() && !first.empty() ? text + ", ..." : text;
}

std::string shownArray(const ordered_json& array) {
    std::vector<std::string> first;
    bool texts = true, numbers = true, flags = true;
    for (const auto& element : array) {
        texts = texts && element.is_string();
        numbers = numbers && element.is_number();
        flags = flags && element.is_boolean();
        if (first.size() < kShownElements)
            first.push_back(sanitised(element.dump(-1, ' ', false, ordered_json::error_handler_t::replace)));
    }
    if (array.empty()) return "[]";
    const char* what = texts ? "texts" : numbers ? "numbers" : flags ? "flags" : "values";
    return listed(array.size(), what, first);
}

void flatten(const std::string& prefix, const ordered_json& object, std::vector<NamedText>& lines) {
    for (const auto& [key, value] : object.items()) {
        const std::string name = prefix + key;
        if (value.is_object() && !value.empty())
            flatten(name + ".", value, lines);
        else if (value.is_array())
            add(lines, name, shownArray(value));
        else if (value.is_string())
            add(lines, name, value.get<std::string>());
        else
            add(lines, name, value.dump());
    }
}

std::vector<NamedText> configFields(const std::string& path) {
    const std::string bytes = readWholeFile(path, kMaxConfigBytes);
    parseJson(bytes, path);  // refuses what must not be parsed; the second reading keeps the order
    const ordered_json root = ordered_json::parse(bytes, nullptr, false);
    if (!root.is_object()) throw Error(sanitised(path) + ": expected an object");
    std::vector<NamedText> lines;
    flatten("", root, lines);
    return lines;
}

std::string numberText(double value) {
    std::array<char, 32> text{};
    const bool whole = std::abs(value) < 1e15 && value == std::trunc(value);
    std::snprintf(text.data(), text.size(), whole ? "%.0f" : "%.7g", value);
    return text.data();
}

template <typename T, typename Show>
std::string firstOf(const char* what, const std::vector<T>& values, Show&& show) {
    std::vector<std::string> first;
    for (std::size_t i = 0; i < values.size() && i < kShownElements; ++i) first.push_back(show(values[i]));
    return listed(values.size(), what, first);
}

std::string shownValue(const GgufFile& file, const GgufFile::Key& key) {
    using Kind = GgufFile::Kind;
    switch (key.kind) {
        case Kind::Integer:
            if (!key.isArray) return std::to_string(file.integer(key.name).value_or(0));
            return firstOf("numbers", file.integers(key.name).value_or(std::vector<std::int32_t>()),
                           [](std::int32_t value) { return std::to_string(value); });
        case Kind::Float:
            if (!key.isArray) return numberText(file.number(key.name).value_or(0.0));
            return firstOf("numbers", file.numbers(key.name).value_or(std::vector<float>()),
                           [](float value) { return numberText(static_cast<double>(value)); });
        case Kind::Flag:
            if (!key.isArray) return file.flag(key.name).value_or(false) ? "true" : "false";
            return listed(key.count, "flags", {});
        case Kind::Text:
            if (!key.isArray) return file.text(key.name).value_or("");
            return firstOf("texts", file.texts(key.name).value_or(std::vector<std::string>()),
                           [](const std::string& value) { return quoted(sanitised(value)); });
    }
    return {};
}

std::vector<NamedText> ggufKeys(const GgufFile& file) {
    std::vector<NamedText> lines;
    for (const GgufFile::Key& key : file.keys()) {
        if (lines.size() == kMaxSettings) break;
        std::string text;
        try {
            text = shownValue(file, key);
        } catch (const Error&) {  // of a type, or with a value, that no reader of this program asks for
            text = key.isArray ? listed(key.count, "values", {}) : "(beyond what can be shown)";
        }
        add(lines, key.name, text);
    }
    return lines;
}

void addTensors(const std::vector<RawTensor>& tensors, std::vector<TensorLine>& lines) {
    for (const RawTensor& tensor : tensors) {
        lines.push_back({sanitised(tensor.name), tensor.typeName, tensor.shape,
                         static_cast<std::int64_t>(tensor.bytes.size())});
    }
}

}  // namespace

std::int64_t weightFileBytes(const std::string& path) {
    if (!isFolder(path)) return sizeOf(path);
    for (const char* single : {"model.safetensors", "pytorch_model.bin"}) {
        const std::string file = joinPath(path, single);
        if (isFile(file)) return sizeOf(file);
        if (const std::string index = file + ".index.json"; isFile(index)) return shardBytes(path, index);
    }
    return 0;
}

ModelConfig configOf(const std::string& path) {
    if (isFolder(path)) return readConfigJson(path);
    const MappedFile file(path);
    return readGgufConfig(GgufFile(file));
}

std::string architectureNamed(const std::string& path) {
    if (!isFolder(path)) {
        const MappedFile file(path);
        return sanitised(GgufFile(file).text("general.architecture").value_or(""));
    }
    const nlohmann::json root = readJsonObject(joinPath(path, "config.json"), kMaxConfigBytes);
    const auto type = root.find("model_type");
    if (type != root.end() && type->is_string()) return sanitised(type->get<std::string>());
    const auto classes = root.find("architectures");
    if (classes == root.end() || !classes->is_array() || classes->empty() || !classes->front().is_string())
        return {};
    return sanitised(classes->front().get<std::string>());
}

std::vector<NamedText> settingsOf(const std::string& path) {
    if (isFolder(path)) return configFields(joinPath(path, "config.json"));
    const MappedFile file(path);
    return ggufKeys(GgufFile(file));
}

std::vector<TensorLine> tensorsOf(const std::string& path) {
    std::vector<TensorLine> lines;
    if (isFolder(path)) {
        for (const WeightFile& file : openHfWeights(path)) addTensors(file.tensors, lines);
    } else {
        const MappedFile file(path);
        addTensors(GgufFile(file).tensors(), lines);
    }
    return lines;
}

}  // namespace specula
