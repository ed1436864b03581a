#pragma once

#include <string>

#include "engine/train/decoder.h"

namespace specula {

/// Writes a Hugging Face model folder: config.json and generation_config.json (LlamaForCausalLM, tied
/// embeddings), model.safetensors in float16, and tokenizer.model with the given content. Creates the folder.
/// Throws Error (Failed) when something cannot be written.
void writeModelFolder(const std::string& folder, const Decoder& decoder, const std::string& tokenizer);

/// Reads the parameters of a folder written by writeModelFolder into a decoder of the same shape. Throws
/// Error.
void readModelFolder(const std::string& folder, Decoder& decoder);

}  // namespace specula
