#pragma once

#include <map>
#include <string>

#include "engine/train/decoder.h"

namespace specula {

/// Writes tensors as one safetensors file (float32, float16, bfloat16 or int64, each as it is), first under
/// another name and then renamed, so that a cut never leaves half a file. `metadata` goes to the header's
/// __metadata__. Throws Error (Failed) when the file cannot be written.
void writeTensorFile(const std::string& path, const NamedTensors& tensors,
                     const std::map<std::string, std::string>& metadata);

/// Copies a file written by writeTensorFile into tensors of the same names, types and shapes and returns its
/// metadata. Throws Error naming the file and tensor where they differ; the tensors may then be partly
/// filled.
std::map<std::string, std::string> readTensorFile(const std::string& path, const NamedTensors& tensors);

}  // namespace specula
