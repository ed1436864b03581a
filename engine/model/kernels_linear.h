#pragma once

// Kernels that multiply rows by packed weights. See simd.h for why everything is in an unnamed namespace.

#include "engine/model/kernels.h"
#include "engine/model/simd.h"

namespace {

using specula::CodedRows;
using specula::Fp16Weights;
using specula::Int8Weights;
using specula::kMaxSummedRows;
using specula::kSumsWidth;
using specula::kTile;
using specula::kTilesAtOnce;
using specula::QuantisedRow;
using specula::SummedTiles;

/// Stores a tile's outputs, of which the last tile has only `left`.
inline void storeTile(Lanes lanes, float* out, int left) {
    if (left >= kTile) return lanes.store(out);
    float values[kTile];
    lanes.store(values);
    std::memcpy(out, values, 4UL * left);
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
            storeTile(sums[r][t], out + static_cast<std::size_t>(r) * w.out + first, w.out - first);
        }
    }
}

/// Sums of `tiles` tiles become one row's outputs. Every row goes through the same operations whatever rows
/// are beside it.
template <bool HasRest>
void rescaleRow(const SummedTiles& s, int m) {
    const QuantisedRow* codes = s.x.codes + static_cast<std::size_t>(s.firstRow + m) * s.x.parts;
    const std::int32_t* sums = s.sums + m * s.x.parts * kSumsWidth;
    const Lanes scale = Lanes::all(codes[0].scale), restScale = Lanes::all(HasRest ? codes[1].scale : 0.0F);
    float* out = s.out + static_cast<std::size_t>(s.firstRow + m) * s.weights.out;
    for (int tile = 0; tile < s.tiles; ++tile) {
        const int first = (s.tile + tile) * kTile;
        const std::int32_t* weightSums = s.weights.weightSums + first;
        const std::int32_t* tileSums = sums + tile * kTile;
        Lanes value = scale * shiftedSums(tileSums, codes[0].zero, weightSums);
        if (HasRest)
            value = fma(restScale, shiftedSums(tileSums + kSumsWidth, codes[1].zero, weightSums), value);
        value = value * Lanes::load(s.weights.scales + first);
        if (s.weights.bias != nullptr) value = value + Lanes::load(s.weights.bias + first);
        storeTile(value, out + first, s.weights.out - first);
    }
}

void rescaleSums(const SummedTiles& s) {
    for (int m = 0; m < s.rows; ++m) {
        if (s.x.parts == 2)
            rescaleRow<true>(s, m);
        else
            rescaleRow<false>(s, m);
    }
}

/// The smallest and the largest of x[n] and 0.
inline void rangeOf(const float* x, int n, float& low, float& high) {
    Lanes lows = Lanes::zero(), highs = Lanes::zero();
    int i = 0;
    for (; i + 16 <= n; i += 16) {
        lows = smaller(lows, Lanes::load(x + i));
        highs = larger(highs, Lanes::load(x + i));
    }
    float lanes[2][16];
    lows.store(lanes[0]);
    highs.store(lanes[1]);
    low = high = 0.0F;
    for (const float lane : lanes[0]) low = lane < low ? lane : low;
    for (const float lane : lanes[1]) high = lane > high ? lane : high;
    for (; i < n; ++i) {
        low = x[i] < low ? x[i] : low;
        high = x[i] > high ? x[i] : high;
    }
}

/// Sixteen values of quantiseRow.
inline void quantiseLanes(const float* x, Lanes inverse, Lanes zero, Lanes minusScale, std::uint8_t* values,
                          float* residual) {
    const Lanes value = Lanes::load(x);
    const Lanes level = smaller(larger(rounded(value * inverse) + zero, Lanes::zero()), Lanes::all(255.0F));
    level.storeBytes(values);
    if (residual != nullptr) fma(minusScale, level - zero, value).store(residual);
}

QuantisedRow quantiseRow(const float* x, int n, std::uint8_t* values, float* residual) {
    float low, high;  // the range always holds 0, so that zero stays zero
    rangeOf(x, n, low, high);
    QuantisedRow row;
    row.scale = (high - low) / 255.0F;
    if (!(row.scale > 0.0F)) row.scale = 1.0F;
    const float inverse = 1.0F / row.scale, zero = __builtin_rintf(-low * inverse);
    row.zero = static_cast<std::int32_t>(zero);
    const Lanes inverses = Lanes::all(inverse), zeros = Lanes::all(zero),
                minusScales = Lanes::all(-row.scale);
    int i = 0;
    for (; i + 16 <= n; i += 16)
        quantiseLanes(x + i, inverses, zeros, minusScales, values + i,
                      residual == nullptr ? nullptr : residual + i);
    if (i == n) return row;
    float rest[16] = {}, restResidual[16];
    std::uint8_t restValues[16];
    std::memcpy(rest, x + i, 4UL * (n - i));
    quantiseLanes(rest, inverses, zeros, minusScales, restValues, restResidual);
    std::memcpy(values + i, restValues, n - i);
    if (residual != nullptr) std::memcpy(residual + i, restResidual, 4UL * (n - i));
    return row;
}

/// Neighbouring tiles that share each broadcast activation: as many as the registers hold beside `rows` sums
/// each.
constexpr int tilesBeside(int rows) {
    return rows <= kMostRowsOfFourTiles ? 4 : (rows <= kMostRowsOfThreeTiles ? 3 : 2);
}

/// Calls visit<Rows, Tiles>(tile) for `rows` <= kMaxRowBlock until all `tiles` are covered.
template <int Rows, typename Visit>
void withRows(int rows, int tiles, const Visit& visit) {
    if constexpr (Rows > 0) {
        if (rows != Rows) return withRows<Rows - 1>(rows, tiles, visit);
        constexpr int kMost = tilesBeside(Rows);
        int tile = 0;
        for (; tile + kMost <= tiles; tile += kMost) visit.template operator()<Rows, kMost>(tile);
        if (kMost > 3 && tiles - tile == 3) return visit.template operator()<Rows, (kMost > 3 ? 3 : 1)>(tile);
        if (kMost > 2 && tiles - tile == 2) return visit.template operator()<Rows, (kMost > 2 ? 2 : 1)>(tile);
        if (tiles - tile == 1) visit.template operator()<Rows, 1>(tile);
    }
}

/// Calls visit(tile, tiles) for runs of a few neighbouring tiles that cover the range, of even length: they
/// stay in the first-level cache while every block of the rows passes over them.
template <typename Visit>
void overTiles(int tileBegin, int tileEnd, int rows, const Visit& visit) {
    const int blocks = (rows + kMaxRowBlock - 1) / kMaxRowBlock;
    const int most = tilesBeside((rows + blocks - 1) / blocks);
    const int count = tileEnd - tileBegin, runs = (count + most - 1) / most;
    for (int run = 0; run < runs; ++run) {
        const int first = count * run / runs, last = count * (run + 1) / runs;
        visit(tileBegin + first, last - first);
    }
}

/// Calls visit(firstRow, rows) for blocks of even size, at most `most` rows each.
template <typename Visit>
void overRowBlocks(int rows, int most, const Visit& visit) {
    const int blocks = (rows + most - 1) / most;
    for (int block = 0; block < blocks; ++block) {
        const int first = rows * block / blocks, last = rows * (block + 1) / blocks;
        visit(first, last - first);
    }
}

void fp16Tiles(const Fp16Weights& w, int tileBegin, int tileEnd, const float* x, int rows, float* out) {
    overTiles(tileBegin, tileEnd, rows, [&](int first, int tiles) {
        overRowBlocks(rows, kMaxRowBlock, [&](int row, int count) {
            withRows<kMaxRowBlock>(count, tiles, [&]<int Rows, int Tiles>(int tile) {
                fp16Block<Rows, Tiles>(w, first + tile, x + static_cast<std::size_t>(row) * w.in,
                                       out + static_cast<std::size_t>(row) * w.out);
            });
        });
    });
}

/// Integer sums of `Rows` rows of `Tiles` neighbouring tiles into sums [Rows][kSumsWidth].
template <int Rows, int Tiles>
void int8Block(const Int8Weights& w, int tile, const std::uint8_t* x, std::int32_t* sums) {
    Int32Lanes lanes[Rows][Tiles];
    SPECULA_UNROLL
    for (int r = 0; r < Rows; ++r) SPECULA_UNROLL
    for (int t = 0; t < Tiles; ++t) lanes[r][t] = Int32Lanes::zero();
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
            for (int t = 0; t < Tiles; ++t) lanes[r][t].multiplyAdd(weights[t], four);
        }
    }
    SPECULA_UNROLL
    for (int r = 0; r < Rows; ++r) {
        SPECULA_UNROLL
        for (int t = 0; t < Tiles; ++t) lanes[r][t].store(sums + r * kSumsWidth + t * kTile);
    }
}

void int8Tiles(const Int8Weights& w, int tileBegin, int tileEnd, const CodedRows& x, float* out) {
    alignas(64) std::int32_t sums[kMaxSummedRows * kSumsWidth];
    const int mostRows = kMaxSummedRows / x.parts;
    overTiles(tileBegin, tileEnd, x.rows * x.parts, [&](int first, int tiles) {
        overRowBlocks(x.rows, mostRows, [&](int firstRow, int rows) {
            const std::uint8_t* values = x.valuesOf(firstRow, w);
            overRowBlocks(rows * x.parts, kMaxRowBlock, [&](int row, int count) {
                withRows<kMaxRowBlock>(count, tiles, [&]<int Rows, int Tiles>(int tile) {
                    int8Block<Rows, Tiles>(w, first + tile,
                                           values + static_cast<std::size_t>(row) * w.groups() * 4,
                                           sums + row * kSumsWidth + tile * kTile);
                });
            });
            rescaleSums({w, first, tiles, x, firstRow, rows, sums, out});
        });
    });
}

}  // namespace
