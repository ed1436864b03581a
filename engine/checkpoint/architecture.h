#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/checkpoint/model_config.h"

namespace specula {

class ConfigFields;
class GgufKeys;

/// Which rows of a file's tensor are meant, where several matrices are stored as one.
enum class Part : std::uint8_t {
    Whole,
    Q,  ///< all queries, then all keys, then all values
    K,
    V,
    HeadQ,  ///< for each head its query, key and value (GPT-NeoX)
    HeadK,
    HeadV,
    Gate,  ///< gate, then up
    Up,
};

/// One tensor under its canonical name (checkpoint.h lists them) and under the name that a file uses; "{}"
/// stands for the layer's number.
struct NameRule {
    std::string_view canonical;
    std::string_view file;
    Part part = Part::Whole;
    bool transposed = false;  ///< stored [in, out] (GPT-2's Conv1D)
};

/// The names of one architecture in one kind of file.
struct NameTable {
    std::string_view optionalPrefix;        ///< files saved without the head leave it out of every name
    std::span<const NameRule> own;          ///< looked at first
    std::span<const NameRule> shared = {};  ///< for names that `own` does not mention
};

/// One architecture: how files name its tensors and how its settings are read. Adding one = writing such an
/// entry in a file of architectures/ and listing it in architecture.cpp.
struct Architecture {
    std::string_view name;     ///< ModelConfig::architecture and config.json's model_type
    std::string_view hfClass;  ///< config.json's "architectures"
    NameTable hfNames;
    void (*readHf)(const ConfigFields& fields, ModelConfig& config);
    std::string_view ggufName;  ///< GGUF's general.architecture; "" where GGUF files are not read
    NameTable ggufNames = {};
    void (*readGguf)(const GgufKeys& keys, ModelConfig& config) = nullptr;
};

/// Null when unknown.
const Architecture* findArchitecture(std::string_view nameOrHfClass);
const Architecture* findGgufArchitecture(std::string_view ggufName);

/// "llama (LlamaForCausalLM)", all that are supported, for messages.
std::string supportedArchitectures();
std::string supportedGgufArchitectures();

/// A canonical tensor that a file's tensor is, or holds as a part.
struct NameMatch {
    std::string canonical;
    const NameRule* rule;
};

/// Empty for tensors that the architecture does not use.
std::vector<NameMatch> matchName(const NameTable& table, std::string_view fileName);

/// The name that a file gives a canonical tensor; the canonical name itself where no rule fits.
std::string nameInFile(const NameTable& table, std::string_view canonical);

/// A tensor that a model with this config must have.
struct ExpectedTensor {
    std::string canonical;
    std::vector<std::int64_t> shape;  // row-major
};

/// Every tensor that `config` calls for, in the order of computation.
std::vector<ExpectedTensor> expectedTensors(const ModelConfig& config);

}  // namespace specula
