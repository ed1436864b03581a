#pragma once

#include <cstdint>
#include <vector>

#include "engine/train/decoder.h"
#include "engine/train/pieces.h"

namespace specula {

/// exp of the mean negative log-likelihood per token, in float32, each sequence on its own from its first
/// token.
double perplexity(const Decoder& decoder, const std::vector<std::vector<TokenId>>& sequences);

/// Mean over positions of sum_x min(pTarget(x), pDraft(x)) at temperature 1, the probability that rejection
/// sampling accepts a drafted token (Leviathan et al. 2023, theorem 3.5), in float32. Positions before `skip`
/// are left out.
double meanOverlap(const Decoder& target, const Decoder& draft,
                   const std::vector<std::vector<TokenId>>& sequences, std::int64_t skip = 0);

}  // namespace specula
