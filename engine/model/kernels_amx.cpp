#include <immintrin.h>

#include "engine/model/kernels_amx.h"

namespace specula {

namespace {

constexpr int kGroupsAtOnce = 16;  // of 4 values: what one tile register holds of a row
constexpr int kRowsAtOnce = 16;    // activation rows of one tile register
constexpr int kTilesAtOnce = 4;    // weight tiles, each with sums of its own

/// How the eight tile registers are cut: 0-3 sums [rows][16] int32, 4 activations [rows][64] bytes, 5 weights
/// [16 groups][16 outputs][4].
struct alignas(64) Config {
    std::uint8_t palette = 1;
    std::uint8_t startRow = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t columnBytes[16] = {};
    std::uint8_t rows[16] = {};
};

void configure(int rows) {
    Config config;
    for (int i = 0; i < 6; ++i) {
        config.columnBytes[i] = 64;
        config.rows[i] = static_cast<std::uint8_t>(i < 5 ? rows : kGroupsAtOnce);
    }
    _tile_loadconfig(&config);
}

/// Four neighbouring weight tiles (or one) times the rows that configure() was told of. The tile registers
/// are named in the instructions, hence the four times.
template <int Tiles>
void multiply(const Int8Weights& w, int tile, const std::uint8_t* x, std::int32_t* out) {
    const int groups = w.groups();
    const std::size_t stride = static_cast<std::size_t>(groups) * kTile * 4;
    const std::int8_t* base = w.data + static_cast<std::size_t>(tile) * stride;
    _tile_zero(0);
    if constexpr (Tiles == kTilesAtOnce) {
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
    }
    for (int g = 0; g < groups; g += kGroupsAtOnce) {
        const std::int8_t* at = base + static_cast<std::size_t>(g) * kTile * 4;
        _tile_loadd(4, x + static_cast<std::size_t>(g) * 4, static_cast<std::size_t>(groups) * 4);
        _tile_loadd(5, at, 64);
        _tile_dpbusd(0, 4, 5);
        if constexpr (Tiles == kTilesAtOnce) {
            _tile_loadd(5, at + stride, 64);
            _tile_dpbusd(1, 4, 5);
            _tile_loadd(5, at + 2 * stride, 64);
            _tile_dpbusd(2, 4, 5);
            _tile_loadd(5, at + 3 * stride, 64);
            _tile_dpbusd(3, 4, 5);
        }
    }
    std::int32_t* to = out + static_cast<std::size_t>(tile) * kTile;
    const std::size_t outStride = static_cast<std::size_t>(w.out) * 4;
    _tile_stored(0, to, outStride);
    if constexpr (Tiles == kTilesAtOnce) {
        _tile_stored(1, to + kTile, outStride);
        _tile_stored(2, to + 2 * kTile, outStride);
        _tile_stored(3, to + 3 * kTile, outStride);
    }
}

void rowsTimesTiles(const Int8Weights& w, int tileBegin, int tileEnd, const std::uint8_t* x,
                    std::int32_t* out) {
    int tile = tileBegin;
    for (; tile + kTilesAtOnce <= tileEnd; tile += kTilesAtOnce) multiply<kTilesAtOnce>(w, tile, x, out);
    for (; tile < tileEnd; ++tile) multiply<1>(w, tile, x, out);
}

}  // namespace

void int8TilesAmx(const Int8Weights& w, int tileBegin, int tileEnd, const std::uint8_t* x, int rows,
                  std::int32_t* out, decltype(Kernels::int8Tiles) otherwise) {
    // One row is read as fast without; a row that no whole number of tile registers holds, or an output that
    // no whole tile does, is left to the other kernel. The sums are integers: both give the same.
    if (rows == 1 || w.groups() % kGroupsAtOnce != 0 || w.out % kTile != 0)
        return otherwise(w, tileBegin, tileEnd, x, rows, out);
    const std::size_t rowBytes = static_cast<std::size_t>(w.groups()) * 4;
    const int blocks = (rows + kRowsAtOnce - 1) / kRowsAtOnce;
    // A few tiles at a time stay in the first-level cache while every block of rows passes over them.
    for (int tile = tileBegin; tile < tileEnd;) {
        const int next = blocks == 1 || tile + kTilesAtOnce > tileEnd ? tileEnd : tile + kTilesAtOnce;
        for (int block = 0; block < blocks; ++block) {
            const int first = rows * block / blocks, last = rows * (block + 1) / blocks;
            configure(last - first);
            rowsTimesTiles(w, tile, next, x + static_cast<std::size_t>(first) * rowBytes,
                           out + static_cast<std::size_t>(first) * w.out);
        }
        tile = next;
    }
    _tile_release();
}

}  // namespace specula
