#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace specula {

/// Unaligned load; files and the machine are little endian.
inline std::uint16_t load16(const std::byte* from) {
    std::uint16_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

/// An IEEE half as float32, exact. Branch-free: both the normal and the subnormal reading are computed, one
/// is kept.
inline float fromHalf(std::uint16_t half) {
    const std::uint32_t word = static_cast<std::uint32_t>(half) << 16;
    const std::uint32_t sign = word & 0x80000000u;
    const std::uint32_t doubled = word + word;
    const float normal = std::bit_cast<float>((doubled >> 4) + (0xE0u << 23)) * 0x1.0p-112f;
    const float subnormal = std::bit_cast<float>((doubled >> 17) | (126u << 23)) - 0.5f;
    return std::bit_cast<float>(sign |
                                std::bit_cast<std::uint32_t>(doubled < (1u << 27) ? subnormal : normal));
}

}  // namespace specula
