#pragma once

#include <vector>

#include "engine/checkpoint/mapped_file.h"
#include "engine/checkpoint/raw_tensor.h"

namespace specula {

/// The tensors of a safetensors file: 8 bytes of header length (little endian), a JSON header {name: {dtype,
/// shape, data_offsets}}, then the data. Refuses offsets outside the data, sizes that contradict dtype and
/// shape, and tensors that share bytes or leave bytes unused (the format forbids both). Throws Error naming
/// file and tensor.
std::vector<RawTensor> readSafetensors(const MappedFile& file);

}  // namespace specula
