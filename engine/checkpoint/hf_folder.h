#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/checkpoint/mapped_file.h"
#include "engine/checkpoint/raw_tensor.h"

namespace specula {

/// A mapped weight file and the tensors in it.
struct WeightFile {
    std::unique_ptr<MappedFile> file;
    std::vector<RawTensor> tensors;
};

/// The weights of a Hugging Face folder: model.safetensors, or the files that model.safetensors.index.json
/// names (plain file names inside the folder; each tensor must be where the index says). Throws Error.
std::vector<WeightFile> openHfWeights(const std::string& folder);

}  // namespace specula
