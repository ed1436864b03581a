#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/text/tokenizer.h"

namespace specula {

/// The tokenizer in a model folder: tokenizer.json, else tokenizer.model, else vocab.json with merges.txt.
/// Null when the folder has none of them. Throws Error for one that cannot be used.
std::shared_ptr<const Tokenizer> loadTokenizerFolder(const std::string& folder);

/// The tokenizer in one file: tokenizer.json, tokenizer.model, or vocab.json (with merges.txt beside it).
/// Special tokens that a tokenizer.model's text may contain are those that the files beside it name.
std::shared_ptr<const Tokenizer> loadTokenizerFile(const std::string& path);

/// A vocabulary as a GGUF's tokenizer.ggml.* keys carry it; sizes and ids not yet checked.
struct GgufVocabulary {
    std::string file;   ///< for messages
    std::string model;  ///< "llama" (sentencepiece BPE) or "gpt2" (byte-level BPE)
    std::string pre;
    std::vector<std::string> tokens;
    std::vector<float> scores;
    std::vector<std::int32_t> types;  ///< sentencepiece's numbers; empty: all normal
    std::vector<std::string> merges;
    std::optional<std::int64_t> bos;
    std::optional<std::int64_t> eos;
    std::optional<std::int64_t> eot;  ///< ends a turn of a chat
    std::optional<bool> addBos;
    std::optional<bool> addSpacePrefix;
};

/// The tokenizer over it. Throws Error naming the file and the key.
std::shared_ptr<const Tokenizer> makeTokenizer(const GgufVocabulary& vocabulary);

}  // namespace specula
