#pragma once

#include <cstddef>
#include <cstdint>

namespace specula {

/// Outputs that a packed weight tile holds side by side, one a lane.
inline constexpr int kTile = 16;

/// Weights as 16-bit floats, packed [tile][k][kTile]; the last tile is padded with zeros.
struct Fp16Weights {
    const std::uint16_t* data = nullptr;
    int in = 0;
    int out = 0;
};

/// One activation row in 8 bits: x[k] is about scale * (values[k] - zero).
struct QuantisedRow {
    float scale = 0.0F;
    std::int32_t zero = 0;
};

/// Weights as 8-bit integers, packed [tile][k/4][kTile][4] with k padded to a multiple of 4 by zeros, and
/// what turns integer sums into outputs; those arrays are padded to whole tiles.
struct Int8Weights {
    const std::int8_t* data = nullptr;
    int in = 0;
    int out = 0;
    const float* scales = nullptr;             // [out]
    const std::int32_t* weightSums = nullptr;  // [out], for the activations' zero
    const float* bias = nullptr;               // [out] or null
    int groups() const { return (in + 3) / 4; }
};

/// Activation rows in 8 bits. Two parts: each row is its value, then what rounding left of it.
struct CodedRows {
    const std::uint8_t* values = nullptr;  // [rows][parts][4 * groups]
    const QuantisedRow* codes = nullptr;   // [rows][parts]
    int rows = 0;
    int parts = 1;
    const std::uint8_t* valuesOf(int row, const Int8Weights& w) const {
        return values + static_cast<std::size_t>(row) * parts * w.groups() * 4;
    }
};

/// Integer sums of a few rows (at most kMaxSummedRows with their parts) and neighbouring tiles (at most
/// kTilesAtOnce), on their way to the outputs.
inline constexpr int kTilesAtOnce = 4;
inline constexpr int kSumsWidth = kTilesAtOnce * kTile;
inline constexpr int kMaxSummedRows = 64;
struct SummedTiles {
    const Int8Weights& weights;
    int tile;   // the first
    int tiles;  // how many
    const CodedRows& x;
    int firstRow;  // of x
    int rows;
    const std::int32_t* sums;  // [rows][parts][kSumsWidth]
    float* out;                // [x.rows][out]
};

/// Queries of one call of Kernels::attend, each a (row, head) of the same kv head.
inline constexpr int kAttendQueries = 6;
struct AttendQuery {
    const float* query = nullptr;  // [headDim]
    const int* path = nullptr;     // slots seen after the prefix, in position order
    int pathLength = 0;
    int skip = 0;          // but not the first `skip` of all these positions (a sliding window)
    float* out = nullptr;  // [headDim]
};

/// Attention of a few queries over the cached keys and values of one layer and kv head.
struct AttendArgs {
    const AttendQuery* queries = nullptr;
    int count = 0;                 // 1..kAttendQueries
    const void* keys = nullptr;    // [maxSeq][headDim], fp16 or fp32
    const void* values = nullptr;  // likewise
    bool half = false;             // keys and values are fp16
    int headDim = 0;
    int prefix = 0;            // slots 0..prefix-1 are seen by all
    float scale = 1.0F;        // of the scores
    float softCap = 0.0F;      // scores become softCap * tanh(score / softCap); 0: left as they are
    int maxPositions = 0;      // prefix + the longest path is at most this
    float* scratch = nullptr;  // [attendScratch(headDim, maxPositions)]
};

constexpr int roundedUpTo16(int n) {
    return (n + 15) / 16 * 16;
}

/// Floats of scratch that Kernels::attend wants.
constexpr std::size_t attendScratch(int headDim, int maxPositions) {
    return static_cast<std::size_t>(16 + kAttendQueries) * static_cast<std::size_t>(roundedUpTo16(headDim)) +
           static_cast<std::size_t>(kAttendQueries) *
               static_cast<std::size_t>(roundedUpTo16(maxPositions) + 16);
}

/// The inner loops of the decode path for one instruction set.
///
/// Every function computes a row's result in an order that does not depend on how many rows ride with it:
/// that is what makes the whole forward pass batch-invariant bit for bit. Weights are streamed once for up to
/// a register block of rows. All pointers are unaligned; nothing allocates; callable from any thread.
struct Kernels {
    const char* name;

    /// out[m][n] = sum_k x[m][k] w[n][k] for the tiles [tileBegin, tileEnd); x [rows][in], out [rows][out].
    void (*fp16Tiles)(const Fp16Weights& weights, int tileBegin, int tileEnd, const float* x, int rows,
                      float* out);

    /// The same for 8-bit weights and activations, out [rows][out]: exact integer sums on every machine, then
    /// out[n] = (scale (sum[n] - zero weightSums[n]) + the same of the second part) scales[n] + bias[n].
    void (*int8Tiles)(const Int8Weights& weights, int tileBegin, int tileEnd, const CodedRows& x, float* out);

    /// The second half of that.
    void (*rescaleSums)(const SummedTiles& sums);

    /// Asymmetric 8-bit rounding of x[n]; where `residual` is not null it receives x minus what was stored.
    QuantisedRow (*quantiseRow)(const float* x, int n, std::uint8_t* values, float* residual);

    /// out = x / sqrt(mean(x^2) + eps) * weight.
    void (*rmsNorm)(const float* x, const float* weight, int n, float eps, float* out);

    /// out = (x - mean) / sqrt(variance + eps) * weight + bias.
    void (*layerNorm)(const float* x, const float* weight, const float* bias, int n, float eps, float* out);

    /// out[i] = f(gate[i]) * up[i], or f(gate[i]) where `up` is null. gelu is within 1e-6 of the exact one;
    /// geluTanh is its tanh approximation (Hendrycks & Gimpel 2016). `out` may be `gate`.
    using Activate = void (*)(const float* gate, const float* up, int n, float* out);
    Activate silu;
    Activate relu;
    Activate gelu;
    Activate geluTanh;

    /// x = cap * tanh(x / cap), in place.
    void (*softCap)(float* x, int n, float cap);

    void (*attend)(const AttendArgs& args);

    /// out[i] = exp(x[i] * inverseTemperature - max) / sum, probabilities summing to 1 up to rounding;
    /// returns the sum of the exponentials. x and out may be the same.
    double (*softmax)(const float* x, int n, float inverseTemperature, float* out);

    void (*toHalf)(const float* x, int n, std::uint16_t* out);  // round to nearest even
    void (*toFloat)(const std::uint16_t* x, int n, float* out);
};

/// The best set this machine runs: amx (avx512 with tile registers for int8), avx512 (with VNNI), avx2 or
/// generic. The environment is not consulted; tests reach the others through kernelsNamed().
const Kernels& kernels();

/// Null when this machine or build does not have it.
const Kernels* kernelsNamed(const char* name);

}  // namespace specula
