#pragma once

#include <vector>

#include "engine/checkpoint/mapped_file.h"
#include "engine/checkpoint/raw_tensor.h"

namespace specula {

/// The tensors of a file that torch.save(state_dict) wrote (PyTorch 1.6 or newer: a zip archive of one pickle
/// and the storages). Nothing in the pickle is executed, see unpickle(). Tensors may share a storage. They
/// point into the mapped file; one that does not lie row after row (a transposed view) is rearranged into
/// memory that `file` keeps. Throws Error naming file and tensor.
std::vector<RawTensor> readTorchFile(MappedFile& file);

}  // namespace specula
