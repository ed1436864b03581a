#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/train/decoder.h"
#include "engine/train/frozen_target.h"

namespace specula {

/// A prompt that the target continues.
struct TextRequest {
    std::vector<TokenId> prompt;
    double temperature = 1.0;  ///< 0: greedy
    bool heldOut = false;      ///< for tests only, never trained on
};

/// Texts that the target wrote, with its hidden states: what `sampleTexts` gives and a shard file holds. All
/// tokens of all texts stand one after another; N tokens, S texts.
struct TargetTexts {
    at::Tensor ids;            ///< [N] int64
    at::Tensor lengths;        ///< [S] int64, prompt included
    at::Tensor promptLengths;  ///< [S] int64
    at::Tensor temperatures;   ///< [S] float32
    at::Tensor heldOut;        ///< [S] int64, 0 or 1
    at::Tensor features;       ///< [N][layers][hidden] bfloat16, after the layers asked for

    NamedTensors named() const;
};

/// Continues all requests together, one token a step for every text: a text that still has prompt tokens
/// takes those. A text ends before a token of `eos` or with `longest` tokens, or where it has fallen into a
/// loop; texts that ended leave the batch. A function of the seed, the requests and the machine's arithmetic.
/// Empty when stopped.
TargetTexts sampleTexts(const FrozenTarget& target, const std::vector<TextRequest>& requests,
                        std::span<const int> layers, std::span<const TokenId> eos, std::int64_t longest,
                        std::uint64_t seed, std::stop_token stop);

/// Token ids drawn from softmax(logits / temperature) by one coin in [0, 1) each; temperature 0 takes the
/// largest. logits [rows][vocabulary] bfloat16 or float32.
std::vector<TokenId> drawTokens(const at::Tensor& logits, const std::vector<double>& temperatures,
                                const std::vector<double>& coins);

}  // namespace specula
