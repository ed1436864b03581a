#include <algorithm>
#include <bit>
#include <cstring>

#include "engine/checkpoint/checkpoint.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"

// Layouts are those of ggml's block_q* structures; each value is rounded as ggml's dequantize_row_* round it,
// so this file is compiled without contraction of a * b + c into one rounding.

namespace specula {
namespace {

std::uint16_t load16(const std::byte* from) {
    std::uint16_t value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

// Branch-free: both the normal and the subnormal reading are computed, one is kept.
float fromHalf(std::uint16_t half) {
    const std::uint32_t word = static_cast<std::uint32_t>(half) << 16;
    const std::uint32_t sign = word & 0x80000000u;
    const std::uint32_t doubled = word + word;
    const float normal = std::bit_cast<float>((doubled >> 4) + (0xE0u << 23)) * 0x1.0p-112f;
    const float subnormal = std::bit_cast<float>((doubled >> 17) | (126u << 23)) - 0.5f;
    return std::bit_cast<float>(sign |
                                std::bit_cast<std::uint32_t>(doubled < (1u << 27) ? subnormal : normal));
}

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

// block: 128 bytes of low 4 bits, 64 of high 2 bits, 16 signed scales, half d; two halves of 128 values
void readQ6(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t at = 0; at < count; at += 256, from += 210) {
        const float d = fromHalf(load16(from + 208));
        for (int half = 0; half < 2; ++half, out += 128) {
            const std::byte* low = from + 64 * half;
            const std::byte* high = from + 128 + 32 * half;
            const std::byte* scales = from + 192 + 8 * half;
            float scale[8];
            for (int i = 0; i < 8; ++i)
                scale[i] = d * static_cast<float>(static_cast<std::int8_t>(scales[i]));
            for (int i = 0; i < 32; ++i) {
                const int first = static_cast<int>(low[i]);
                const int second = static_cast<int>(low[32 + i]);
                const int top = static_cast<int>(high[i]);
                const int group = i / 16;
                out[i] = scale[group] * static_cast<float>(((first & 15) | ((top & 3) << 4)) - 32);
                out[32 + i] = scale[2 + group] * static_cast<float>(((second & 15) | ((top & 12) << 2)) - 32);
                out[64 + i] = scale[4 + group] * static_cast<float>(((first >> 4) | (top & 48)) - 32);
                out[96 + i] =
                    scale[6 + group] * static_cast<float>(((second >> 4) | ((top & 192) >> 2)) - 32);
            }
        }
    }
}

struct Format {
    std::string_view name;
    std::int64_t block;  // values
    std::int64_t bytes;  // per block
    void (*read)(const std::byte*, std::int64_t, float*);
};

const Format& formatOf(DType type) {
    static constexpr Format kFormats[] = {
        {"F32", 1, 4, readF32},     {"F16", 1, 2, readF16},   {"BF16", 1, 2, readBf16},
        {"Q8_0", 32, 34, readQ8},   {"Q4_0", 32, 18, readQ4}, {"Q4_1", 32, 20, readQ4WithMinimum},
        {"Q6_K", 256, 210, readQ6},
    };
    return kFormats[static_cast<std::size_t>(type)];
}

bool allFinite(const float* values, std::int64_t count) {
    std::uint32_t notFinite = 0;
    for (std::int64_t i = 0; i < count; ++i) {
        const auto exponent = std::bit_cast<std::uint32_t>(values[i]) & 0x7F800000u;
        notFinite |= static_cast<std::uint32_t>(exponent == 0x7F800000u);
    }
    return notFinite == 0;
}

}  // namespace

std::string_view name(DType type) {
    return formatOf(type).name;
}

void readRows(const StoredTensor& tensor, std::int64_t first, std::int64_t count, float* out) {
    const Format& format = formatOf(tensor.type);
    const std::int64_t length = tensor.rowLength();
    const std::int64_t rowBytes = length / format.block * format.bytes;
    if (first < 0 || count < 0 || first > tensor.rows() || count > tensor.rows() - first ||
        static_cast<std::int64_t>(tensor.bytes.size()) / std::max<std::int64_t>(rowBytes, 1) <
            first + count) {
        throw Error(sanitised(tensor.file) + ": tensor " + sanitised(tensor.fileName) + " has " +
                        std::to_string(tensor.rows()) + " rows, rows " + std::to_string(first) + " to " +
                        std::to_string(first + count) + " were asked for",
                    ErrorKind::Failed);
    }
    // Row by row, so that the check finds the values still in the cache.
    for (std::int64_t row = 0; row < count; ++row) {
        float* values = out + row * length;
        format.read(tensor.bytes.data() + (first + row) * rowBytes, length, values);
        if (!allFinite(values, length)) {
            throw Error(sanitised(tensor.file) + ": tensor " + sanitised(tensor.fileName) +
                        " holds a value that is not finite in row " + std::to_string(first + row));
        }
    }
}

}  // namespace specula
