#include "engine/measure/peak_memory.h"

#include <malloc.h>

#include <fstream>
#include <string>

namespace specula {

namespace {

/// A line such as "VmHWM:   123456 kB" of /proc/self/status, in bytes.
std::int64_t statusBytes(const std::string& wanted) {
    std::ifstream file("/proc/self/status");
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with(wanted)) continue;
        return std::strtoll(line.c_str() + wanted.size(), nullptr, 10) * 1024;
    }
    return 0;
}

}  // namespace

std::int64_t residentMemory() {
    return statusBytes("VmRSS:");
}

std::int64_t peakMemory() {
    return statusBytes("VmHWM:");
}

bool forgetPeakMemory() {
    malloc_trim(0);
    std::ofstream file("/proc/self/clear_refs");
    return static_cast<bool>(file << "5" << std::flush);
}

}  // namespace specula
