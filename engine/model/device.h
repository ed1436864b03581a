#pragma once

#include <cstdint>

#include "engine/checkpoint/model_config.h"

namespace specula {

/// Throws Error, one sentence, when this libtorch or this machine cannot compute on the device.
void requireDevice(Device device);

/// What `asked` means on the device; never Auto. On Cpu Auto is int8x2. On Cuda it is bf16 where the files
/// hold bf16 and the device multiplies it, else fp16; on AtenCpu fp32. Throws Error for a format that the
/// device's path does not have: bf16 on Cpu, int8 and int8x2 elsewhere.
WeightFormat weightsOn(Device device, WeightFormat asked, const ModelConfig& config);

/// Bytes that models can still take there: availableMemory() of the machine, or what is free on the device. 0
/// where that is not known.
std::int64_t availableMemory(Device device);

}  // namespace specula
