#include "engine/model/kernels_amx.h"

#include <immintrin.h>

namespace specula {

namespace {

constexpr int kGroupsAtOnce = 16;  // of 4 values: what one tile register holds of a row
constexpr int kRowsAtOnce = 16;    // activation rows of one tile register
constexpr int kFewRows = 2;
constexpr int kStepBytes = kGroupsAtOnce * kTile * 4;  // of weights in one tile register

/// How the eight tile registers are cut, for one block of rows: 0-3 sums [rows][16] int32, 4 activations
/// [rows][64] bytes, 6 weights [16 groups][16 outputs][4]; for two blocks: 0, 1 sums of the first, 2, 3 of
/// the second, 4 and 5 activations, 6 and 7 weights.
struct alignas(64) Config {
    std::uint8_t palette = 1;
    std::uint8_t startRow = 0;
    std::uint8_t reserved[14] = {};
    std::uint16_t columnBytes[16] = {};
    std::uint8_t rows[16] = {};
};

void configure(int firstRows, int secondRows) {
    Config config;
    const int rows[8] = {firstRows, firstRows, secondRows, secondRows, firstRows, secondRows, 16, 16};
    for (int i = 0; i < 8; ++i) {
        config.columnBytes[i] = 64;
        config.rows[i] = static_cast<std::uint8_t>(rows[i]);
    }
    _tile_loadconfig(&config);
}

/// The activation rows of one or two blocks, as configure() was told of them, and where their sums go.
struct Block {
    const std::uint8_t* first;
    const std::uint8_t* second;
    std::size_t rowBytes;
    std::int32_t* firstSums;  // [rows][kSumsWidth]
    std::int32_t* secondSums;
};

/// Asks for the beginning of the weights that come after these: storing sums stalls the reading ahead.
inline void prefetchStep(const std::int8_t* at) {
    for (int line = 0; line < kStepBytes; line += 64)
        _mm_prefetch(reinterpret_cast<const char*>(at) + line, _MM_HINT_T0);
}

constexpr int kStepsAhead = 2;  // of each weight tile that are asked for before it is begun

/// Neighbouring weight tiles times one block of rows. The tile registers are named in the instructions,
/// hence the four times.
template <int Tiles>
void oneBlock(const Int8Weights& w, int tile, const Block& b) {
    const std::size_t stride = static_cast<std::size_t>(w.groups()) * kTile * 4;
    const std::int8_t* base = w.data + static_cast<std::size_t>(tile) * stride;
    const int steps = w.groups() / kGroupsAtOnce;
    _tile_zero(0);
    if constexpr (Tiles > 1) _tile_zero(1);
    if constexpr (Tiles > 2) _tile_zero(2);
    if constexpr (Tiles > 3) _tile_zero(3);
    for (int step = 0; step < steps; ++step) {
        const std::int8_t* at = base + static_cast<std::size_t>(step) * kStepBytes;
        const int ahead = step - (steps - kStepsAhead);
        if (ahead >= 0) {
            const std::int8_t* next = base + Tiles * stride + static_cast<std::size_t>(ahead) * kStepBytes;
            for (int t = 0; t < Tiles; ++t) prefetchStep(next + t * stride);
        }
        _tile_loadd(4, b.first + static_cast<std::size_t>(step) * 64, b.rowBytes);
        _tile_loadd(6, at, 64);
        _tile_dpbusd(0, 4, 6);
        if constexpr (Tiles > 1) {
            _tile_loadd(6, at + stride, 64);
            _tile_dpbusd(1, 4, 6);
        }
        if constexpr (Tiles > 2) {
            _tile_loadd(6, at + 2 * stride, 64);
            _tile_dpbusd(2, 4, 6);
        }
        if constexpr (Tiles > 3) {
            _tile_loadd(6, at + 3 * stride, 64);
            _tile_dpbusd(3, 4, 6);
        }
    }
    _tile_stored(0, b.firstSums, kSumsWidth * 4);
    if constexpr (Tiles > 1) _tile_stored(1, b.firstSums + kTile, kSumsWidth * 4);
    if constexpr (Tiles > 2) _tile_stored(2, b.firstSums + 2 * kTile, kSumsWidth * 4);
    if constexpr (Tiles > 3) _tile_stored(3, b.firstSums + 3 * kTile, kSumsWidth * 4);
}

/// One or two neighbouring weight tiles, each loaded once, times two blocks of rows.
template <int Tiles>
void twoBlocks(const Int8Weights& w, int tile, const Block& b) {
    const std::size_t stride = static_cast<std::size_t>(w.groups()) * kTile * 4;
    const std::int8_t* base = w.data + static_cast<std::size_t>(tile) * stride;
    const int steps = w.groups() / kGroupsAtOnce;
    _tile_zero(0);
    _tile_zero(2);
    if constexpr (Tiles > 1) {
        _tile_zero(1);
        _tile_zero(3);
    }
    for (int step = 0; step < steps; ++step) {
        const std::int8_t* at = base + static_cast<std::size_t>(step) * kStepBytes;
        for (int t = 0; t < Tiles; ++t) prefetchStep(at + (Tiles + t) * stride);
        _tile_loadd(4, b.first + static_cast<std::size_t>(step) * 64, b.rowBytes);
        _tile_loadd(5, b.second + static_cast<std::size_t>(step) * 64, b.rowBytes);
        _tile_loadd(6, at, 64);
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(2, 5, 6);
        if constexpr (Tiles > 1) {
            _tile_loadd(7, at + stride, 64);
            _tile_dpbusd(1, 4, 7);
            _tile_dpbusd(3, 5, 7);
        }
    }
    _tile_stored(0, b.firstSums, kSumsWidth * 4);
    _tile_stored(2, b.secondSums, kSumsWidth * 4);
    if constexpr (Tiles > 1) {
        _tile_stored(1, b.firstSums + kTile, kSumsWidth * 4);
        _tile_stored(3, b.secondSums + kTile, kSumsWidth * 4);
    }
}

void oneBlock(const Int8Weights& w, int tile, int tiles, const Block& b) {
    if (tiles == 4) oneBlock<4>(w, tile, b);
    if (tiles == 3) oneBlock<3>(w, tile, b);
    if (tiles == 2) oneBlock<2>(w, tile, b);
    if (tiles == 1) oneBlock<1>(w, tile, b);
}

void twoBlocks(const Int8Weights& w, int tile, int tiles, Block b) {
    for (int t = 0; t < tiles; t += 2) {
        if (tiles - t > 1)
            twoBlocks<2>(w, tile + t, b);
        else
            twoBlocks<1>(w, tile + t, b);
        b.firstSums += 2 * kTile;
        b.secondSums += 2 * kTile;
    }
}

/// The sums of `rows` coded rows, at most two blocks of them. `configured` is how many rows the tile
/// registers are cut for.
void multiply(const Int8Weights& w, int tile, int tiles, const std::uint8_t* x, int rows, std::int32_t* sums,
              int& configured) {
    const bool two = rows > kRowsAtOnce;
    const int first = two ? (rows + 1) / 2 : rows;
    if (configured != rows) configure(first, two ? rows - first : first);
    configured = rows;
    const std::size_t rowBytes = static_cast<std::size_t>(w.groups()) * 4;
    const Block block{x, x + static_cast<std::size_t>(first) * rowBytes, rowBytes, sums,
                      sums + static_cast<std::size_t>(first) * kSumsWidth};
    if (two)
        twoBlocks(w, tile, tiles, block);
    else
        oneBlock(w, tile, tiles, block);
}

}  // namespace

void int8TilesAmx(const Int8Weights& w, int tileBegin, int tileEnd, const CodedRows& x, float* out,
                  const Kernels& without) {
    // One or two rows are read a little faster without; a row that no whole number of tile registers holds is
    // left to the other kernel. The sums are integers: both give the same.
    if (x.rows * x.parts <= kFewRows || w.groups() % kGroupsAtOnce != 0)
        return without.int8Tiles(w, tileBegin, tileEnd, x, out);
    alignas(64) std::int32_t sums[2 * kRowsAtOnce * kSumsWidth];
    const int most = 2 * kRowsAtOnce / x.parts, blocks = (x.rows + most - 1) / most;
    const int count = tileEnd - tileBegin, runs = (count + kTilesAtOnce - 1) / kTilesAtOnce;
    int configured = 0;
    for (int run = 0; run < runs; ++run) {
        const int tile = tileBegin + count * run / runs;
        const int tiles = tileBegin + count * (run + 1) / runs - tile;
        // These tiles stay in the first-level cache while every block of rows passes over them.
        for (int block = 0; block < blocks; ++block) {
            const int firstRow = x.rows * block / blocks, rows = x.rows * (block + 1) / blocks - firstRow;
            multiply(w, tile, tiles, x.valuesOf(firstRow, w), rows * x.parts, sums, configured);
            without.rescaleSums({w, tile, tiles, x, firstRow, rows, sums, out});
        }
    }
    _tile_release();
}

}  // namespace specula
