#pragma once

#include <vector>

#include "ui/models/download_types.h"

namespace specula {

/// Marks the files that this program needs (HubFile::wanted), from their names alone:
/// the configuration, the tokenizer and the chat template beside the weights, and one set of weights:
/// safetensors (one file, else the shards and their index), else pytorch_model.bin likewise, else one GGUF
/// file: the only one, or of several the one of the kind Q4_K_M, the usual compromise. Of several GGUF files
/// without such a one none is marked: the person has to choose. Weights in the formats of other programs,
/// files in folders (onnx/, original/) and second precisions ("model.fp16.safetensors") are never marked.
void markWanted(std::vector<HubFile>& files);

/// True when at least one marked file holds weights.
bool wantsWeights(const std::vector<HubFile>& files);

}  // namespace specula
