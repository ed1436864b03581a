#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/checkpoint/model_config.h"
#include "engine/trace/models.h"

namespace specula {

// What the files of a model say as they stand, whether or not the engine can use it. `path`: GGUF file or
// Hugging Face folder. All but weightFileBytes throw Error.

/// Bytes of the files that the weights would be read from; 0 where there are none.
std::int64_t weightFileBytes(const std::string& path);

/// The config alone.
ModelConfig configOf(const std::string& path);

/// The architecture as the file names it, which may be one that is not supported.
std::string architectureNamed(const std::string& path);

/// The fields of config.json, inner ones as "rope_scaling.factor", or the keys of a GGUF, in file order; at
/// most 2,000. Each text is one line of well-formed UTF-8, arrays are cut after a few elements:
/// `[49152 texts] "<|endoftext|>", "<|im_start|>", ...`.
std::vector<NamedText> settingsOf(const std::string& path);

/// Every tensor that the files list, also those that no model of this architecture uses.
std::vector<TensorLine> tensorsOf(const std::string& path);

}  // namespace specula
