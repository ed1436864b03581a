#include "engine/checkpoint/checkpoint.h"

#include <cstring>
#include <filesystem>
#include <map>
#include <unordered_map>

#include "engine/checkpoint/architecture.h"
#include "engine/checkpoint/block_formats.h"
#include "engine/checkpoint/config_reader.h"
#include "engine/checkpoint/gguf.h"
#include "engine/checkpoint/hf_folder.h"
#include "engine/text/json_file.h"
#include "engine/text/tokenizer_files.h"
#include "engine/text/tokenizer_settings.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::int64_t kMaxElements = std::int64_t{1} << 62;

bool isFolder(const std::string& path) {
    std::error_code failure;
    return std::filesystem::is_directory(path, failure);
}

std::string typeForPeople(DType type) {
    switch (type) {
        case DType::F32:
            return "float32";
        case DType::F16:
            return "float16";
        case DType::BF16:
            return "bfloat16";
        default:
            return std::string(name(type));
    }
}

// What both kinds of checkpoint share: tensors under canonical names over files that stay mapped.
class MappedCheckpoint final : public Checkpoint {
public:
    MappedCheckpoint(std::string path, ModelConfig config, const NameTable& names)
        : m_path(std::move(path)), m_config(std::move(config)), m_names(names) {}

    void add(WeightFile weights);
    void countUp();
    void setText(std::shared_ptr<const Tokenizer> tokenizer, std::string chatTemplate) {
        m_tokenizer = std::move(tokenizer);
        m_chatTemplate = std::move(chatTemplate);
    }

    const ModelConfig& config() const override { return m_config; }
    std::int64_t parameters() const override { return m_parameters; }
    const StoredTensor* find(const std::string& canonicalName) const override {
        const auto found = m_tensors.find(canonicalName);
        return found == m_tensors.end() ? nullptr : &found->second;
    }
    std::shared_ptr<const Tokenizer> tokenizer() const override { return m_tokenizer; }
    std::string chatTemplate() const override { return m_chatTemplate; }
    std::string path() const override { return m_path; }
    std::string nameInFile(const std::string& canonicalName) const override {
        return specula::nameInFile(m_names, canonicalName);
    }

private:
    std::string m_path;
    ModelConfig m_config;
    const NameTable& m_names;
    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::string m_chatTemplate;
    std::int64_t m_parameters = 0;
    std::vector<std::unique_ptr<MappedFile>> m_files;
    std::unordered_map<std::string, StoredTensor> m_tensors;
};

// Makes `tensor`, described as the file has it, the part of it that the rule means. Throws where the file's
// shape cannot hold such parts.
void takePart(const NameRule& rule, const ModelConfig& c, StoredTensor& tensor) {
    const bool matrix = tensor.shape.size() == 2;
    if (rule.transposed) {
        if (!matrix) return;  // its shape is refused later, with the expected one
        tensor.turnedWidth = tensor.shape[1];
        tensor.shape = {tensor.shape[1], tensor.shape[0]};
    }
    if (rule.part == Part::Whole || tensor.shape.empty()) return;
    const std::int64_t queries = c.queryWidth(), keys = c.keyWidth();
    const bool mlp = rule.part == Part::Gate || rule.part == Part::Up;
    const std::int64_t all = mlp ? 2 * std::int64_t{c.ffn} : queries + 2 * keys;
    if (tensor.shape[0] != all) {
        throw Error(sanitised(tensor.file) + ": tensor " + sanitised(tensor.fileName) + " has shape " +
                    shown(tensor.shape) + ", expected " + std::to_string(all) +
                    (mlp ? " rows for gate and up" : " rows for queries, keys and values"));
    }
    const auto take = [&](std::int64_t first, std::int64_t count) {
        tensor.firstRow = first;
        tensor.shape[0] = count;
    };
    const auto takeFromHeads = [&](int which) {
        tensor.firstRow = std::int64_t{which} * c.headDim;
        tensor.rowGroup = c.headDim;
        tensor.rowStride = 3 * std::int64_t{c.headDim};
        tensor.shape[0] = queries;
    };
    switch (rule.part) {
        case Part::Whole:
            break;
        case Part::Q:
            take(0, queries);
            break;
        case Part::K:
            take(queries, keys);
            break;
        case Part::V:
            take(queries + keys, keys);
            break;
        case Part::HeadQ:
            takeFromHeads(0);
            break;
        case Part::HeadK:
            takeFromHeads(1);
            break;
        case Part::HeadV:
            takeFromHeads(2);
            break;
        case Part::Gate:
            take(0, c.ffn);
            break;
        case Part::Up:
            take(c.ffn, c.ffn);
            break;
    }
}

void MappedCheckpoint::add(WeightFile weights) {
    const std::string& file = weights.file->path();
    for (const RawTensor& raw : weights.tensors) {
        const std::string where = sanitised(file) + ": tensor " + sanitised(raw.name);
        for (const NameMatch& match : matchName(m_names, raw.name)) {
            if (m_config.tiedHead && match.canonical == "head.weight") continue;
            if (!raw.type) {
                throw Error(where + " is stored as " + raw.typeName +
                            ", which is not supported for weights; supported: " + supportedTypes());
            }
            StoredTensor tensor{match.canonical, raw.name, file, *raw.type, raw.shape, raw.bytes};
            takePart(*match.rule, m_config, tensor);
            if (!m_tensors.emplace(match.canonical, std::move(tensor)).second) {
                throw Error(where + " is there a second time, " + match.canonical + " has been read already");
            }
        }
    }
    m_files.push_back(std::move(weights.file));
}

// The number of values, and the type that most of them are stored in.
void MappedCheckpoint::countUp() {
    std::map<DType, std::size_t> counts;
    for (const auto& [canonical, tensor] : m_tensors) {
        const std::int64_t values = elementCount(tensor.shape).value_or(0);
        counts[tensor.type] += static_cast<std::size_t>(values);
        m_parameters += values;
    }
    std::size_t most = 0;
    for (const auto& [type, count] : counts) {
        if (count <= most) continue;
        most = count;
        m_config.fileFormat = typeForPeople(type);
    }
}

// Null when the file carries no vocabulary.
std::shared_ptr<const Tokenizer> readGgufTokenizer(const GgufFile& file) {
    const auto model = file.text("tokenizer.ggml.model");
    auto tokens = file.texts("tokenizer.ggml.tokens");
    if (!model || *model == "none" || !tokens) return nullptr;
    GgufVocabulary vocabulary;
    vocabulary.file = file.path();
    vocabulary.model = *model;
    vocabulary.pre = file.text("tokenizer.ggml.pre").value_or("");
    vocabulary.tokens = std::move(*tokens);
    vocabulary.scores = file.numbers("tokenizer.ggml.scores").value_or(std::vector<float>());
    vocabulary.types = file.integers("tokenizer.ggml.token_type").value_or(std::vector<std::int32_t>());
    vocabulary.merges = file.texts("tokenizer.ggml.merges").value_or(std::vector<std::string>());
    vocabulary.bos = file.integer("tokenizer.ggml.bos_token_id");
    vocabulary.eos = file.integer("tokenizer.ggml.eos_token_id");
    vocabulary.eot = file.integer("tokenizer.ggml.eot_token_id");
    vocabulary.addBos = file.flag("tokenizer.ggml.add_bos_token");
    vocabulary.addSpacePrefix = file.flag("tokenizer.ggml.add_space_prefix");
    return makeTokenizer(vocabulary);
}

bool startsLikeGguf(const MappedFile& file) {
    const auto bytes = file.bytes();
    return bytes.size() >= 4 && std::memcmp(bytes.data(), "GGUF", 4) == 0;
}

std::unique_ptr<Checkpoint> openFolder(const std::string& path) {
    ModelConfig config = readConfigJson(path);
    const Architecture& architecture = *findArchitecture(config.architecture);
    auto checkpoint = std::make_unique<MappedCheckpoint>(path, std::move(config), architecture.hfNames);
    for (WeightFile& weights : openHfWeights(path)) checkpoint->add(std::move(weights));
    checkpoint->countUp();
    checkTensors(*checkpoint);
    checkpoint->setText(loadTokenizerFolder(path), readChatTemplate(path));
    return checkpoint;
}

std::unique_ptr<Checkpoint> openGguf(const std::string& path) {
    auto file = std::make_unique<MappedFile>(path);
    const GgufFile gguf(*file);
    ModelConfig config = readGgufConfig(gguf);
    const Architecture& architecture = *findArchitecture(config.architecture);
    auto checkpoint = std::make_unique<MappedCheckpoint>(path, std::move(config), architecture.ggufNames);
    checkpoint->setText(readGgufTokenizer(gguf), gguf.text("tokenizer.chat_template").value_or(""));
    checkpoint->add({std::move(file), gguf.tensors()});
    checkpoint->countUp();
    checkTensors(*checkpoint);
    return checkpoint;
}

}  // namespace

std::optional<std::int64_t> elementCount(const std::vector<std::int64_t>& shape) {
    std::int64_t count = 1;
    for (const std::int64_t size : shape) {
        if (size != 0 && count > kMaxElements / size) return std::nullopt;
        count *= size;
    }
    return count;
}

std::string shown(const std::vector<std::int64_t>& shape) {
    std::string text = "[";
    for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
    return text + "]";
}

const StoredTensor& Checkpoint::require(const std::string& canonicalName,
                                        const std::vector<std::int64_t>& shape) const {
    const StoredTensor* tensor = find(canonicalName);
    if (!tensor) {
        throw Error(sanitised(path()) + ": tensor " + sanitised(nameInFile(canonicalName)) +
                    " is missing, expected shape " + shown(shape));
    }
    if (tensor->shape != shape) {
        throw Error(sanitised(tensor->file) + ": tensor " + sanitised(tensor->fileName) + " has shape " +
                    shown(tensor->shape) + ", expected " + shown(shape));
    }
    return *tensor;
}

void checkTensors(const Checkpoint& checkpoint) {
    for (const ExpectedTensor& tensor : expectedTensors(checkpoint.config())) {
        checkpoint.require(tensor.canonical, tensor.shape);
    }
    if (checkpoint.find("rope_freqs.weight")) {
        checkpoint.require("rope_freqs.weight", {checkpoint.config().rotaryDim / 2});
    }
}

std::unique_ptr<Checkpoint> openCheckpoint(const std::string& path) {
    return isFolder(path) ? openFolder(path) : openGguf(path);
}

std::shared_ptr<const Tokenizer> loadTokenizer(const std::string& path) {
    std::shared_ptr<const Tokenizer> tokenizer;
    if (isFolder(path)) {
        tokenizer = loadTokenizerFolder(path);
        if (!tokenizer) {
            throw Error(sanitised(path) +
                        ": no tokenizer found, looked for tokenizer.json, tokenizer.model and vocab.json");
        }
        return tokenizer;
    }
    const MappedFile file(path);
    if (!startsLikeGguf(file)) return loadTokenizerFile(path);
    tokenizer = readGgufTokenizer(GgufFile(file));
    if (!tokenizer) throw Error(sanitised(path) + ": the GGUF file carries no tokenizer");
    return tokenizer;
}

}  // namespace specula
