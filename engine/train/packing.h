#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "engine/train/corpus.h"
#include "engine/train/pieces.h"

namespace specula {

/// A story as token ids: <s> text, and </s> where the story is complete.
std::vector<TokenId> storyTokens(const Pieces& pieces, const Story& story);

/// A batch of windows: ids [windows, length] and labels of the same shape, the ids that follow; int64.
/// A label that begins another story is -100, the value that losses leave out: a story that was cut says
/// nothing about what comes after it.
struct Batch {
    at::Tensor ids;
    at::Tensor labels;
};

/// Token sequences laid end to end, from which random windows are drawn.
class TokenStream {
public:
    void append(const std::vector<TokenId>& tokens);
    std::int64_t size() const { return static_cast<std::int64_t>(m_tokens.size()); }

    /// `windows` windows of `length` tokens, a function of the seed and step alone. Throws Error when the
    /// stream is shorter than a window and its last label.
    Batch draw(std::int64_t windows, std::int64_t length, std::uint64_t seed, std::int64_t step) const;

private:
    std::vector<std::int64_t> m_tokens;
};

/// Whole sequences, one a row, right-padded to the longest (at most `longest` tokens); labels beyond the end
/// are -100. For evaluation.
Batch padded(const std::vector<std::vector<TokenId>>& sequences, std::int64_t longest);

/// A seed for one step of one purpose, well mixed (splitmix64).
std::uint64_t stepSeed(std::uint64_t seed, std::int64_t step, std::uint64_t purpose);

}  // namespace specula
