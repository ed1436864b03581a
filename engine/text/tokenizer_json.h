#pragma once

#include <memory>
#include <string>

#include "engine/text/tokenizer.h"

namespace specula {

/// A tokenizer from tokenizer.json: BPE over bytes or over characters (with byte fallback or an unknown
/// token), or Unigram, which the sentencepiece library runs. Anything else is refused by name, never
/// approximated. Throws Error.
std::shared_ptr<const Tokenizer> loadTokenizerJson(const std::string& path);

}  // namespace specula
