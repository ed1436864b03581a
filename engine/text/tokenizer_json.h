#pragma once

#include <memory>
#include <string>

#include "engine/text/tokenizer.h"

namespace specula {

/// A tokenizer from tokenizer.json: byte-level BPE, or BPE with byte fallback, which becomes the
/// sentencepiece model that it was converted from. Anything else is refused by name, never approximated.
/// Throws Error.
std::shared_ptr<const Tokenizer> loadTokenizerJson(const std::string& path);

}  // namespace specula
