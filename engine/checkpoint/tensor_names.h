#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/checkpoint/model_config.h"

namespace specula {

/// One tensor under its canonical name and under the name that a file uses; "{}" stands for the layer's
/// number.
struct NameRule {
    std::string_view canonical;
    std::string_view file;
};

/// How one architecture is written down in files. Adding an architecture = adding its entry in
/// tensor_names.cpp (and what is new about it to the config readers and to expectedTensors).
struct Architecture {
    std::string_view
        name;  ///< ModelConfig::architecture, config.json's model_type, GGUF's general.architecture
    std::string_view hfClass;         ///< config.json's "architectures"
    std::string_view optionalPrefix;  ///< of Hugging Face names; files saved without the head leave it out
    std::span<const NameRule> hfNames;
    std::span<const NameRule> ggufNames;
};

/// Null when unknown.
const Architecture* findArchitecture(std::string_view nameOrHfClass);

/// "llama (LlamaForCausalLM)", all that are supported, for messages.
std::string supportedArchitectures();

/// The canonical name of a tensor, absent for tensors that the architecture does not use.
std::optional<std::string> canonicalName(std::span<const NameRule> rules, std::string_view optionalPrefix,
                                         std::string_view fileName);

/// The name that a file gives a canonical tensor; the canonical name itself where no rule fits.
std::string nameInFile(std::span<const NameRule> rules, std::string_view canonical);

/// A tensor that a model with this config must have.
struct ExpectedTensor {
    std::string canonical;
    std::vector<std::int64_t> shape;  // row-major
};

/// Every tensor that `config` calls for, in the order of computation.
std::vector<ExpectedTensor> expectedTensors(const ModelConfig& config);

}  // namespace specula
