#include "engine/checkpoint/block_formats.h"

#include <bit>
#include <cstring>
#include <iterator>

#include "engine/checkpoint/half.h"
#include "engine/checkpoint/k_quants.h"

// Layouts are those of ggml's block_q* structures; each value is rounded as ggml's dequantize_row_* round it,
// so this file is compiled without contraction of a * b + c into one rounding.

namespace specula {
namespace {

void readF32(const std::byte* from, std::int64_t count, float* out) {
    std::memcpy(out, from, static_cast<std::size_t>(count) * sizeof(float));
}

void readF16(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t i = 0; i < count; ++i) out[i] = fromHalf(load16(from + 2 * i));
}

void readBf16(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t i = 0; i < count; ++i) {
        out[i] = std::bit_cast<float>(static_cast<std::uint32_t>(load16(from + 2 * i)) << 16);
    }
}

// block: half d, 32 signed bytes
void readQ8(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t at = 0; at < count; at += 32, from += 34, out += 32) {
        const float d = fromHalf(load16(from));
        for (int i = 0; i < 32; ++i) out[i] = static_cast<float>(static_cast<std::int8_t>(from[2 + i])) * d;
    }
}

// block: half d, 16 bytes; value i in the low, value 16 + i in the high half of byte i, less 8
void readQ4(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t at = 0; at < count; at += 32, from += 18, out += 32) {
        const float d = fromHalf(load16(from));
        for (int i = 0; i < 16; ++i) {
            const int pair = static_cast<int>(from[2 + i]);
            out[i] = static_cast<float>((pair & 15) - 8) * d;
            out[16 + i] = static_cast<float>((pair >> 4) - 8) * d;
        }
    }
}

// block: half d, half m, 16 bytes as in Q4_0, unsigned
void readQ4WithMinimum(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t at = 0; at < count; at += 32, from += 20, out += 32) {
        const float d = fromHalf(load16(from));
        const float m = fromHalf(load16(from + 2));
        for (int i = 0; i < 16; ++i) {
            const int pair = static_cast<int>(from[4 + i]);
            out[i] = static_cast<float>(pair & 15) * d + m;
            out[16 + i] = static_cast<float>(pair >> 4) * d + m;
        }
    }
}

// The 32 fifth bits of Q5_0 and Q5_1 (value i's is bit i), then the 16 bytes of their low halves, unsigned.
void unpackQ5(const std::byte* from, int* values) {
    std::uint32_t tops;
    std::memcpy(&tops, from, sizeof tops);
    for (int i = 0; i < 16; ++i) {
        const int pair = static_cast<int>(from[4 + i]);
        values[i] = (pair & 15) | static_cast<int>(tops >> i & 1) << 4;
        values[16 + i] = (pair >> 4) | static_cast<int>(tops >> (16 + i) & 1) << 4;
    }
}

// block: half d, 4 bytes of fifth bits, 16 bytes as in Q4_0; less 16
void readQ5(const std::byte* from, std::int64_t count, float* out) {
    int values[32];
    for (std::int64_t at = 0; at < count; at += 32, from += 22, out += 32) {
        const float d = fromHalf(load16(from));
        unpackQ5(from + 2, values);
        for (int i = 0; i < 32; ++i) out[i] = static_cast<float>(values[i] - 16) * d;
    }
}

// block: half d, half m, then as in Q5_0, unsigned
void readQ5WithMinimum(const std::byte* from, std::int64_t count, float* out) {
    int values[32];
    for (std::int64_t at = 0; at < count; at += 32, from += 24, out += 32) {
        const float d = fromHalf(load16(from));
        const float m = fromHalf(load16(from + 2));
        unpackQ5(from + 4, values);
        for (int i = 0; i < 32; ++i) out[i] = static_cast<float>(values[i]) * d + m;
    }
}

// In DType's order.
constexpr BlockFormat kFormats[] = {
    {"F32", 1, 4, readF32},      {"F16", 1, 2, readF16},
    {"BF16", 1, 2, readBf16},    {"Q8_0", 32, 34, readQ8},
    {"Q4_0", 32, 18, readQ4},    {"Q4_1", 32, 20, readQ4WithMinimum},
    {"Q5_0", 32, 22, readQ5},    {"Q5_1", 32, 24, readQ5WithMinimum},
    {"Q2_K", 256, 84, readQ2K},  {"Q3_K", 256, 110, readQ3K},
    {"Q4_K", 256, 144, readQ4K}, {"Q5_K", 256, 176, readQ5K},
    {"Q6_K", 256, 210, readQ6K},
};
static_assert(std::size(kFormats) == static_cast<std::size_t>(DType::Q6_K) + 1);

}  // namespace

const BlockFormat& formatOf(DType type) {
    return kFormats[static_cast<std::size_t>(type)];
}

std::string supportedTypes() {
    std::string names;
    for (const BlockFormat& format : kFormats) {
        if (!names.empty()) names += ", ";
        names += format.name;
    }
    return names;
}

}  // namespace specula
