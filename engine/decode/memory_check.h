#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/model/memory.h"

namespace specula {

/// Throws Error (kind Failed) when the models cannot be loaded together into `available` bytes (0: unknown,
/// nothing is refused) of their device. The sentence has the numbers and the formats that would fit. `loads`:
/// the target, then the draft, if it is a model; both for one device.
void checkMemory(const std::vector<PlannedLoad>& loads, std::int64_t available);

/// "1.2 GB", "340 MB".
std::string shownBytes(std::int64_t bytes);

}  // namespace specula
