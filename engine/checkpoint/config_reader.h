#pragma once

#include <string>

#include "engine/checkpoint/model_config.h"

namespace specula {

class GgufFile;

/// Reads config.json (and generation_config.json where present) of a Hugging Face folder, in the older form
/// (rope_theta, rope_scaling) and in the form that transformers 5 writes (rope_parameters). What changes the
/// computation and is not supported is refused, never ignored. `fileFormat` is left for the caller, who knows
/// the tensors. Throws Error naming file and field.
ModelConfig readConfigJson(const std::string& folder);

/// The same from a GGUF file's keys and tensors.
ModelConfig readGgufConfig(const GgufFile& file);

}  // namespace specula
