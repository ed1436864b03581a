#pragma once

#include <cstdint>

namespace specula {

// Resident memory of this process as the kernel counts it, mapped files included. Linux; elsewhere 0.

std::int64_t residentMemory();

/// The most that was resident since forgetPeakMemory(), or since the start where that is not possible.
std::int64_t peakMemory();

/// Gives freed memory back to the system and starts the count of the peak anew (/proc/self/clear_refs, 5).
/// False where the system does not allow it.
bool forgetPeakMemory();

}  // namespace specula
