#pragma once

#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.h"
#include "engine/trace/models.h"

namespace specula {

// What the program made of a model's files, in words for people; numbers without separators.

/// Attention, norms, MLP, positions, windows, biases, head, end of text...; only what there is.
std::vector<NamedText> factsOf(const Checkpoint& checkpoint);

/// Kind, size, special tokens and the first ids with their pieces.
std::vector<NamedText> factsOf(const Tokenizer& tokenizer);

/// Bytes of a token in quotes: control characters, the quote, the backslash and what is not UTF-8 as \x0A.
std::string shownPiece(const std::string& bytes);

}  // namespace specula
