#pragma once

#include <vector>

#include "engine/checkpoint/model_config.h"

namespace specula {

/// Rotary frequencies [headDim / 2] (Su et al. 2021, section 3.2.2), stretched as the config says;
/// `divisors`, where a file carries them (GGUF rope_freqs), divide each. Float32 values, as the reference
/// implementations hold them.
std::vector<float> ropeFrequencies(const ModelConfig& config, const std::vector<float>& divisors);

}  // namespace specula
