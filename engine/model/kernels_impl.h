#pragma once

// The kernels, written once over Lanes; see simd.h for why everything is in an unnamed namespace.

#include "engine/model/kernels.h"
#include "engine/model/simd.h"

namespace {

using specula::AttendArgs;
using specula::Fp16Weights;
using specula::Int8Weights;
using specula::kTile;
using specula::QuantisedRow;

// Loops over rows and tiles must be gone before the compiler places arrays, or the accumulators land in
// memory.
#define SPECULA_UNROLL _Pragma("GCC unroll 16")

inline void storeTile(const float* lanes, float* out, int count) {
    std::memcpy(out, lanes, 4UL * count);
}

/// `Rows` rows of `Tiles` neighbouring tiles. Each (row, output) has one accumulator that walks k in order,
/// so the blocking changes speed and never a bit of the result.
template <int Rows, int Tiles>
void fp16Block(const Fp16Weights& w, int tile, const float* x, float* out) {
    Lanes sums[Rows][Tiles];
    SPECULA_UNROLL
    for (int r = 0; r < Rows; ++r) SPECULA_UNROLL
    for (int t = 0; t < Tiles; ++t) sums[r][t] = Lanes::zero();
    const std::size_t stride = static_cast<std::size_t>(w.in) * kTile;
    const std::uint16_t* base = w.data + static_cast<std::size_t>(tile) * stride;
    for (int k = 0; k < w.in; ++k) {
        Lanes weights[Tiles];
        SPECULA_UNROLL
        for (int t = 0; t < Tiles; ++t)
            weights[t] = Lanes::loadHalf(base + t * stride + static_cast<std::size_t>(k) * kTile);
        SPECULA_UNROLL
        for (int r = 0; r < Rows; ++r) {
            const Lanes value = Lanes::all(x[static_cast<std::size_t>(r) * w.in + k]);
            SPECULA_UNROLL
            for (int t = 0; t < Tiles; ++t) sums[r][t] = fma(value, weights[t], sums[r][t]);
        }
    }
    SPECULA_UNROLL
    for (int r = 0; r < Rows; ++r) {
        SPECULA_UNROLL
        for (int t = 0; t < Tiles; ++t) {
            const int first = (tile + t) * kTile;
            const int count = w.out - first < kTile ? w.out - first : kTile;
            float lanes[kTile];
            sums[r][t].store(lanes);
            storeTile(lanes, out + static_cast<std::size_t>(r) * w.out + first, count);
        }
    }
}

/// Neighbouring tiles that share each broadcast activation, as many as the registers hold beside Rows
/// accumulators each.
template <int Rows>
constexpr int kWide = Rows <= kMostRowsOfFourTiles ? 4 : (Rows <= kMostRowsOfThreeTiles ? 3 : 2);

template <int Rows>
void fp16Range(const Fp16Weights& w, int tileBegin, int tileEnd, const float* x, float* out) {
    int tile = tileBegin;
    for (; tile + kWide<Rows> <= tileEnd; tile += kWide<Rows>) fp16Block<Rows, kWide<Rows>>(w, tile, x, out);
    for (; tile < tileEnd; ++tile) fp16Block<Rows, 1>(w, tile, x, out);
}

template <int Rows, int Tiles>
void int8Block(const Int8Weights& w, int tile, const std::uint8_t* x, std::int32_t* out) {
    Int32Lanes sums[Rows][Tiles];
    SPECULA_UNROLL
    for (int r = 0; r < Rows; ++r) SPECULA_UNROLL
    for (int t = 0; t < Tiles; ++t) sums[r][t] = Int32Lanes::zero();
    const int groups = w.groups();
    const std::size_t stride = static_cast<std::size_t>(groups) * kTile * 4;
    const std::int8_t* base = w.data + static_cast<std::size_t>(tile) * stride;
    for (int g = 0; g < groups; ++g) {
        Int8Tile weights[Tiles];
        SPECULA_UNROLL
        for (int t = 0; t < Tiles; ++t)
            weights[t] = Int8Tile::load(base + t * stride + static_cast<std::size_t>(g) * kTile * 4);
        SPECULA_UNROLL
        for (int r = 0; r < Rows; ++r) {
            const Int8Four four = Int8Four::load(x + (static_cast<std::size_t>(r) * groups + g) * 4);
            SPECULA_UNROLL
            for (int t = 0; t < Tiles; ++t) sums[r][t].multiplyAdd(weights[t], four);
        }
    }
    SPECULA_UNROLL
    for (int r = 0; r < Rows; ++r) {
        SPECULA_UNROLL
        for (int t = 0; t < Tiles; ++t) {
            const int first = (tile + t) * kTile;
            const int count = w.out - first < kTile ? w.out - first : kTile;
            std::int32_t lanes[kTile];
            sums[r][t].store(lanes);
            std::memcpy(out + static_cast<std::size_t>(r) * w.out + first, lanes, 4UL * count);
        }
    }
}

template <int Rows>
void int8Range(const Int8Weights& w, int tileBegin, int tileEnd, const std::uint8_t* x, std::int32_t* out) {
    int tile = tileBegin;
    for (; tile + kWide<Rows> <= tileEnd; tile += kWide<Rows>) int8Block<Rows, kWide<Rows>>(w, tile, x, out);
    for (; tile < tileEnd; ++tile) int8Block<Rows, 1>(w, tile, x, out);
}

/// Calls the instantiation for `rows` <= kMaxRowBlock.
template <int Rows, typename Visit>
void withRows(int rows, const Visit& visit) {
    if constexpr (Rows > 0) {
        if (rows == Rows) {
            visit.template operator()<Rows>();
        } else {
            withRows<Rows - 1>(rows, visit);
        }
    }
}

/// Calls visit<Rows>(tileBegin, tileEnd, firstRow) for blocks that cover all tiles and rows. A few tiles at a
/// time stay in the first-level cache while every block of rows passes over them; blocks are of even size.
template <typename Visit>
void overBlocks(int tileBegin, int tileEnd, int rows, const Visit& visit) {
    const int blocks = (rows + kMaxRowBlock - 1) / kMaxRowBlock;
    for (int tile = tileBegin; tile < tileEnd;) {
        const int next = blocks == 1 || tile + 4 > tileEnd ? tileEnd : tile + 4;
        for (int block = 0; block < blocks; ++block) {
            const int first = rows * block / blocks, last = rows * (block + 1) / blocks;
            withRows<kMaxRowBlock>(last - first,
                                   [&]<int Rows>() { visit.template operator()<Rows>(tile, next, first); });
        }
        tile = next;
    }
}

void fp16Tiles(const Fp16Weights& w, int tileBegin, int tileEnd, const float* x, int rows, float* out) {
    overBlocks(tileBegin, tileEnd, rows, [&]<int Rows>(int begin, int end, int row) {
        fp16Range<Rows>(w, begin, end, x + static_cast<std::size_t>(row) * w.in,
                        out + static_cast<std::size_t>(row) * w.out);
    });
}

void int8Tiles(const Int8Weights& w, int tileBegin, int tileEnd, const std::uint8_t* x, int rows,
               std::int32_t* out) {
    overBlocks(tileBegin, tileEnd, rows, [&]<int Rows>(int begin, int end, int row) {
        int8Range<Rows>(w, begin, end, x + static_cast<std::size_t>(row) * w.groups() * 4,
                        out + static_cast<std::size_t>(row) * w.out);
    });
}

QuantisedRow quantiseRow(const float* x, int n, std::uint8_t* values, float* residual) {
    float low = 0.0F, high = 0.0F;  // the range always holds 0, so that zero stays zero
    float lows[16] = {}, highs[16] = {};
    int i = 0;
    for (; i + 16 <= n; i += 16) {
        for (int l = 0; l < 16; ++l) {
            lows[l] = x[i + l] < lows[l] ? x[i + l] : lows[l];
            highs[l] = x[i + l] > highs[l] ? x[i + l] : highs[l];
        }
    }
    for (; i < n; ++i) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
    for (int l = 0; l < 16; ++l) {
        low = lows[l] < low ? lows[l] : low;
        high = highs[l] > high ? highs[l] : high;
    }
    QuantisedRow row;
    row.scale = (high - low) / 255.0F;
    if (!(row.scale > 0.0F)) row.scale = 1.0F;
    const float inverse = 1.0F / row.scale;
    const float zero = __builtin_rintf(-low * inverse);
    row.zero = static_cast<std::int32_t>(zero);
    for (int k = 0; k < n; ++k) {
        float level = __builtin_rintf(x[k] * inverse) + zero;
        level = level < 0.0F ? 0.0F : (level > 255.0F ? 255.0F : level);
        values[k] = static_cast<std::uint8_t>(static_cast<std::int32_t>(level));
        if (residual != nullptr) residual[k] = x[k] - row.scale * (level - zero);
    }
    return row;
}

template <bool HasRest>
void rescaleParts(const specula::RescaleArgs& a, int first, int last) {
    const std::int32_t zero = a.row.zero, restZero = a.restRow.zero;
    const float scale = a.row.scale, restScale = a.restRow.scale;
    const std::int32_t* __restrict sums = a.sums, * __restrict rest = a.rest, * __restrict weightSums = a.weightSums;
    const float* __restrict scales = a.scales;
    float* __restrict out = a.out;
    for (int n = first; n < last; ++n) {
        float value = scale * static_cast<float>(sums[n] - zero * weightSums[n]);
        if (HasRest) value += restScale * static_cast<float>(rest[n] - restZero * weightSums[n]);
        out[n] = value * scales[n];
    }
    if (a.bias == nullptr) return;
    for (int n = first; n < last; ++n) a.out[n] += a.bias[n];
}

void rescale(const specula::RescaleArgs& args, int first, int last) {
    if (args.rest != nullptr)
        rescaleParts<true>(args, first, last);
    else
        rescaleParts<false>(args, first, last);
}

void rmsNorm(const float* x, const float* weight, int n, float eps, float* out) {
    Lanes squares = Lanes::zero();
    int i = 0;
    for (; i + 16 <= n; i += 16) {
        const Lanes value = Lanes::load(x + i);
        squares = fma(value, value, squares);
    }
    float total = squares.sum();
    for (; i < n; ++i) total += x[i] * x[i];
    const float factor = 1.0F / std::sqrt(total / static_cast<float>(n) + eps);
    for (int k = 0; k < n; ++k) out[k] = x[k] * factor * weight[k];
}

void layerNorm(const float* x, const float* weight, const float* bias, int n, float eps, float* out) {
    const Lanes one = Lanes::all(1.0F);
    Lanes sums = Lanes::zero();
    int i = 0;
    for (; i + 16 <= n; i += 16) sums = fma(Lanes::load(x + i), one, sums);
    float total = sums.sum();
    for (; i < n; ++i) total += x[i];
    const float mean = total / static_cast<float>(n);
    Lanes squares = Lanes::zero();
    for (i = 0; i + 16 <= n; i += 16) {
        const Lanes distance = fma(one, Lanes::all(-mean), Lanes::load(x + i));
        squares = fma(distance, distance, squares);
    }
    float spread = squares.sum();
    for (; i < n; ++i) spread += (x[i] - mean) * (x[i] - mean);
    const float factor = 1.0F / std::sqrt(spread / static_cast<float>(n) + eps);
    for (int k = 0; k < n; ++k) out[k] = (x[k] - mean) * factor * weight[k] + bias[k];
}

inline float siluOf(float x) {
    return x / (1.0F + fastExp(-x));
}

inline float reluOf(float x) {
    return x > 0.0F ? x : 0.0F;
}

/// x times the normal distribution's cumulative function, by Abramowitz & Stegun 7.1.26 (1.5e-7 absolute).
inline float geluOf(float x) {
    const float z = (x < 0.0F ? -x : x) * 0.70710678118654752F;
    const float t = 1.0F / (1.0F + 0.3275911F * z);
    float y = 1.061405429F;
    y = y * t - 1.453152027F;
    y = y * t + 1.421413741F;
    y = y * t - 0.284496736F;
    y = y * t + 0.254829592F;
    const float tail = y * t * fastExp(-z * z);
    return 0.5F * x * (x < 0.0F ? tail : 2.0F - tail);
}

inline float geluTanhOf(float x) {
    return x / (1.0F + fastExp(-1.5957691216057308F * (x + 0.044715F * x * x * x)));
}

template <float (*F)(float)>
void activate(const float* gate, const float* up, int n, float* out) {
    if (up == nullptr) {
        for (int i = 0; i < n; ++i) out[i] = F(gate[i]);
    } else {
        for (int i = 0; i < n; ++i) out[i] = F(gate[i]) * up[i];
    }
}

void softCap(float* x, int n, float cap) {
    const float scale = 2.0F / cap;
    for (int i = 0; i < n; ++i) x[i] = cap - 2.0F * cap / (fastExp(x[i] * scale) + 1.0F);
}

inline Lanes loadAny(const void* base, bool half, std::size_t index) {
    return half ? Lanes::loadHalf(static_cast<const std::uint16_t*>(base) + index)
                : Lanes::load(static_cast<const float*>(base) + index);
}

inline float elementAny(const void* base, bool half, std::size_t index) {
    if (!half) return static_cast<const float*>(base)[index];
    std::uint16_t padded[16] = {static_cast<const std::uint16_t*>(base)[index]};
    float out[16];
    Lanes::loadHalf(padded).store(out);
    return out[0];
}

double expSum(float* x, int n, float scale, float shift) {
    float parts[16];
    double total = 0.0;
    int i = 0;
    // Blocks of 4096 are summed in float lanes and then added in double: large vocabularies keep their small
    // terms.
    while (i < n) {
        for (float& part : parts) part = 0.0F;
        const int end = n - i > 4096 ? i + 4096 : n;
        for (; i + 16 <= end; i += 16) {
            for (int l = 0; l < 16; ++l) {
                x[i + l] = fastExp(x[i + l] * scale - shift);
                parts[l] += x[i + l];
            }
        }
        for (; i < end; ++i) {
            x[i] = fastExp(x[i] * scale - shift);
            parts[i % 16] += x[i];
        }
        for (const float part : parts) total += static_cast<double>(part);
    }
    return total;
}

float largest(const float* x, int n) {
    float tops[16];
    for (float& top : tops) top = x[0];
    int i = 0;
    for (; i + 16 <= n; i += 16) {
        for (int l = 0; l < 16; ++l) tops[l] = x[i + l] > tops[l] ? x[i + l] : tops[l];
    }
    float top = tops[0];
    for (const float value : tops) top = value > top ? value : top;
    for (; i < n; ++i) top = x[i] > top ? x[i] : top;
    return top;
}

double softmax(const float* x, int n, float inverseTemperature, float* out) {
    if (out != x) std::memcpy(out, x, 4UL * n);
    const double total = expSum(out, n, inverseTemperature, largest(x, n) * inverseTemperature);
    const auto factor = static_cast<float>(1.0 / total);
    for (int i = 0; i < n; ++i) out[i] *= factor;
    return total;
}

/// The slot of the i-th position that the row sees.
inline std::size_t slotOf(const AttendArgs& a, int i) {
    const int place = i + a.skip;
    return static_cast<std::size_t>(place < a.prefix ? place : a.path[place - a.prefix]);
}

/// Weighted sum of the values' dimensions [d, d + 16 * Groups), one accumulator a dimension, slots in order.
template <int Groups>
void addValues(const AttendArgs& a, int count, float factor, int d) {
    Lanes sums[Groups];
    for (Lanes& sum : sums) sum = Lanes::zero();
    for (int i = 0; i < count; ++i) {
        const Lanes weight = Lanes::all(a.scores[i]);
        const std::size_t at = slotOf(a, i) * a.headDim + d;
        for (int g = 0; g < Groups; ++g)
            sums[g] = fma(weight, loadAny(a.values, a.half, at + 16 * g), sums[g]);
    }
    for (int g = 0; g < Groups; ++g) {
        float lanes[16];
        sums[g].store(lanes);
        for (int l = 0; l < 16; ++l) a.out[d + 16 * g + l] = lanes[l] * factor;
    }
}

void attend(const AttendArgs& a) {
    const int count = a.prefix + a.pathLength - a.skip;
    const int whole = a.headDim / 16 * 16;
    for (int i = 0; i < count; ++i) {
        const std::size_t at = slotOf(a, i) * a.headDim;
        Lanes dot = Lanes::zero();
        for (int d = 0; d < whole; d += 16)
            dot = fma(Lanes::load(a.query + d), loadAny(a.keys, a.half, at + d), dot);
        float score = dot.sum();
        for (int d = whole; d < a.headDim; ++d) score += a.query[d] * elementAny(a.keys, a.half, at + d);
        a.scores[i] = score * a.scale;
    }
    if (a.softCap > 0.0F) softCap(a.scores, count, a.softCap);
    const double total = expSum(a.scores, count, 1.0F, largest(a.scores, count));
    const auto factor = static_cast<float>(1.0 / total);
    int d = 0;
    for (; d + 64 <= whole; d += 64) addValues<4>(a, count, factor, d);
    for (; d < whole; d += 16) addValues<1>(a, count, factor, d);
    for (; d < a.headDim; ++d) {
        float sum = 0.0F;
        for (int i = 0; i < count; ++i)
            sum += a.scores[i] * elementAny(a.values, a.half, slotOf(a, i) * a.headDim + d);
        a.out[d] = sum * factor;
    }
}

void toHalf(const float* x, int n, std::uint16_t* out) {
    int i = 0;
    for (; i + 16 <= n; i += 16) Lanes::load(x + i).storeHalf(out + i);
    if (i == n) return;
    float rest[16] = {};
    std::uint16_t halves[16];
    std::memcpy(rest, x + i, 4UL * (n - i));
    Lanes::load(rest).storeHalf(halves);
    std::memcpy(out + i, halves, 2UL * (n - i));
}

void toFloat(const std::uint16_t* x, int n, float* out) {
    int i = 0;
    for (; i + 16 <= n; i += 16) Lanes::loadHalf(x + i).store(out + i);
    if (i == n) return;
    std::uint16_t rest[16] = {};
    float floats[16];
    std::memcpy(rest, x + i, 2UL * (n - i));
    Lanes::loadHalf(rest).store(floats);
    std::memcpy(out + i, floats, 4UL * (n - i));
}

constexpr specula::Kernels makeKernels(const char* name) {
    return {name,
            fp16Tiles,
            int8Tiles,
            quantiseRow,
            rescale,
            rmsNorm,
            layerNorm,
            activate<siluOf>,
            activate<reluOf>,
            activate<geluOf>,
            activate<geluTanhOf>,
            softCap,
            attend,
            softmax,
            toHalf,
            toFloat};
}

}  // namespace
