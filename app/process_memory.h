#pragma once

#include <cstdint>

namespace specula {

/// Resident memory of this process in bytes; 0 where the system does not say.
std::int64_t residentBytes();

}  // namespace specula
