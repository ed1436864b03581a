#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/trace/options.h"
#include "engine/train/decoder.h"

namespace specula {

/// What a model folder says beside the decoder's sizes.
struct FolderWords {
    std::string tokenizer;  ///< content of tokenizer.model, "": no such file
    std::optional<TokenId> begin;
    std::vector<TokenId> ends;
};

/// Writes a Hugging Face model folder: config.json and generation_config.json (LlamaForCausalLM, tied
/// embeddings), model.safetensors in float16, and tokenizer.model. Creates the folder. Throws Error (Failed)
/// when something cannot be written.
void writeModelFolder(const std::string& folder, const Decoder& decoder, const FolderWords& words);

/// Reads the parameters of a folder written by writeModelFolder into a decoder of the same shape. Throws
/// Error.
void readModelFolder(const std::string& folder, Decoder& decoder);

}  // namespace specula
