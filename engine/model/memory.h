#pragma once

#include <cstdint>

#include "engine/checkpoint/model_config.h"
#include "engine/trace/models.h"

namespace specula {

/// One model as it would be loaded; the options mean what Model::LoadOptions says.
struct PlannedLoad {
    const ModelConfig* config = nullptr;
    WeightFormat weights = WeightFormat::Auto;
    KvFormat kv = KvFormat::Auto;
    int maxContext = 0;
    int vocabulary = 0;
    Device device = Device::Cpu;
};

/// What loading and running it takes, from the config alone, in the memory of its device. Counts memory that
/// belongs to the process; pages of the mapped files are the system's to drop and are not counted. Throws
/// Error for a format that the device does not have (weightsOn).
MemoryNeed memoryNeed(const PlannedLoad& load);

/// Keys and values of `slots` tokens in all layers; `kv` is not Auto.
std::int64_t cacheBytes(const ModelConfig& config, KvFormat kv, int slots);

/// Bytes that this process can still take: the system's available memory, less where a control group limits
/// it further. 0 where the system does not say.
std::int64_t availableMemory();

}  // namespace specula
