#pragma once

#include <cstdint>
#include <vector>

#include "engine/train/decoder.h"
#include "engine/train/pieces.h"

namespace specula {

/// Continues prompts of one common length in a batch, by plain sampling at a temperature above 0. A sequence
/// stops after </s>, and <s> is never drawn. `longest` counts the prompt; a function of the seed.
std::vector<std::vector<TokenId>> sampleTexts(const Decoder& decoder,
                                              const std::vector<std::vector<TokenId>>& prompts,
                                              double temperature, std::int64_t longest, std::uint64_t seed);

}  // namespace specula
