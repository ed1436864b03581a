#include "engine/checkpoint/k_quants.h"

#include "engine/checkpoint/half.h"

// Compiled without contraction of a * b - c into one rounding, like block_formats.cpp.

namespace specula {
namespace {

int at(const std::byte* from, int index) {
    return static_cast<int>(from[index]);
}

// Scale and minimum of group `group` (of 8), 6 bits each, as Q4_K and Q5_K pack them into 12 bytes: the first
// four pairs lie whole in the low bits of bytes 0 to 7, whose high bits are the top of the last four.
struct ScaleAndMinimum {
    int scale;
    int minimum;
};

ScaleAndMinimum sixBits(const std::byte* packed, int group) {
    if (group < 4) return {at(packed, group) & 63, at(packed, group + 4) & 63};
    const int low = at(packed, group + 4);
    return {(low & 15) | (at(packed, group - 4) >> 6 << 4), (low >> 4) | (at(packed, group) >> 6 << 4)};
}

}  // namespace

// block: 16 bytes of scale (low half) and minimum (high half), 64 bytes of 2 bits, half d, half dmin. Groups
// of 16; a half of 128 values takes its 32 bytes four times, two bits higher each time.
void readQ2K(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t done = 0; done < count; done += 256, from += 84, out += 256) {
        const float d = fromHalf(load16(from + 80));
        const float dmin = fromHalf(load16(from + 82));
        for (int group = 0; group < 16; ++group) {
            const float scale = d * static_cast<float>(at(from, group) & 15);
            const float minimum = dmin * static_cast<float>(at(from, group) >> 4);
            const std::byte* values = from + 16 + group / 8 * 32 + group % 2 * 16;
            const int shift = group % 8 / 2 * 2;
            for (int i = 0; i < 16; ++i) {
                out[16 * group + i] = scale * static_cast<float>(at(values, i) >> shift & 3) - minimum;
            }
        }
    }
}

// block: 32 bytes of high bits, 64 bytes of low 2 bits as in Q2_K, 12 bytes of 16 scales of 6 bits (low 4 in
// bytes 0 to 7, high 2 in bytes 8 to 11) less 32, half d. A high bit that is *not* set takes 4 away.
void readQ3K(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t done = 0; done < count; done += 256, from += 110, out += 256) {
        const float d = fromHalf(load16(from + 108));
        const std::byte* packed = from + 96;
        for (int group = 0; group < 16; ++group) {
            const int low = at(packed, group % 8) >> (group / 8 * 4) & 15;
            const int high = at(packed, 8 + group % 4) >> (group / 4 * 2) & 3;
            const float scale = d * static_cast<float>((low | high << 4) - 32);
            const std::byte* values = from + 32 + group / 8 * 32 + group % 2 * 16;
            const std::byte* tops = from + group % 2 * 16;
            const int shift = group % 8 / 2 * 2;
            for (int i = 0; i < 16; ++i) {
                const int top = at(tops, i) >> (group / 2) & 1;
                out[16 * group + i] =
                    scale * static_cast<float>((at(values, i) >> shift & 3) - (top ? 0 : 4));
            }
        }
    }
}

// block: half d, half dmin, 12 bytes of scales and minima, 128 bytes; groups of 32: an even one in the low,
// the next one in the high halves of the same 32 bytes.
void readQ4K(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t done = 0; done < count; done += 256, from += 144, out += 256) {
        const float d = fromHalf(load16(from));
        const float dmin = fromHalf(load16(from + 2));
        for (int group = 0; group < 8; ++group) {
            const auto bits = sixBits(from + 4, group);
            const float scale = d * static_cast<float>(bits.scale);
            const float minimum = dmin * static_cast<float>(bits.minimum);
            const std::byte* values = from + 16 + group / 2 * 32;
            const int shift = group % 2 * 4;
            for (int i = 0; i < 32; ++i) {
                out[32 * group + i] = scale * static_cast<float>(at(values, i) >> shift & 15) - minimum;
            }
        }
    }
}

// block: as Q4_K, with 32 bytes of fifth bits (bit g of byte i is value i of group g) before the 128
void readQ5K(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t done = 0; done < count; done += 256, from += 176, out += 256) {
        const float d = fromHalf(load16(from));
        const float dmin = fromHalf(load16(from + 2));
        const std::byte* tops = from + 16;
        for (int group = 0; group < 8; ++group) {
            const auto bits = sixBits(from + 4, group);
            const float scale = d * static_cast<float>(bits.scale);
            const float minimum = dmin * static_cast<float>(bits.minimum);
            const std::byte* values = from + 48 + group / 2 * 32;
            const int shift = group % 2 * 4;
            for (int i = 0; i < 32; ++i) {
                const int value = (at(values, i) >> shift & 15) | (at(tops, i) >> group & 1) << 4;
                out[32 * group + i] = scale * static_cast<float>(value) - minimum;
            }
        }
    }
}

// block: 128 bytes of low 4 bits, 64 of high 2 bits, 16 signed scales, half d; two halves of 128 values
void readQ6K(const std::byte* from, std::int64_t count, float* out) {
    for (std::int64_t done = 0; done < count; done += 256, from += 210) {
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

}  // namespace specula
