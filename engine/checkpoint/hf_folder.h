#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/checkpoint/mapped_file.h"
#include "engine/checkpoint/raw_tensor.h"

namespace specula {

/// A mapped weight file and the tensors in it, whose bytes live as long as `file`.
struct WeightFile {
    std::unique_ptr<MappedFile> file;
    std::vector<RawTensor> tensors;
};

/// The weights of a Hugging Face folder, from the first of these that is there: model.safetensors, the shards
/// that model.safetensors.index.json names, pytorch_model.bin, the shards that pytorch_model.bin.index.json
/// names. Shards are plain file names inside the folder; each tensor must be where the index says. Throws
/// Error, which lists what was looked for when nothing is there.
std::vector<WeightFile> openHfWeights(const std::string& folder);

}  // namespace specula
