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

/// Weights as 8-bit integers, packed [tile][k/4][kTile][4] with k padded to a multiple of 4 by zeros.
struct Int8Weights {
    const std::int8_t* data = nullptr;
    int in = 0;
    int out = 0;
    int groups() const { return (in + 3) / 4; }
};

/// One activation row in 8 bits: x[k] is about scale * (values[k] - zero).
struct QuantisedRow {
    float scale = 0.0F;
    std::int32_t zero = 0;
};

/// What turns a row's integer sums into its outputs.
struct RescaleArgs {
    const std::int32_t* sums = nullptr;        // [outputs] of the row, or of its first part
    const std::int32_t* rest = nullptr;        // [outputs] of its second part; null: there is one part
    QuantisedRow row, restRow;                 // how the parts were rounded
    const float* scales = nullptr;             // [outputs] of the weights
    const std::int32_t* weightSums = nullptr;  // [outputs], for the activations' zero
    const float* bias = nullptr;               // [outputs] or null
    float* out = nullptr;                      // [outputs]
};

/// One (row, head) of attention over cached keys and values, in position order.
struct AttendArgs {
    const float* query = nullptr;  // [headDim]
    const void* keys = nullptr;    // [maxSeq][headDim] of this layer and kv head, fp16 or fp32
    const void* values = nullptr;  // likewise
    bool half = false;             // keys and values are fp16
    int headDim = 0;
    int prefix = 0;             // slots 0..prefix-1 are seen
    const int* path = nullptr;  // then these slots, in position order
    int pathLength = 0;
    int skip = 0;             // but not the first `skip` of all these positions (a sliding window)
    float scale = 1.0F;       // of the scores
    float softCap = 0.0F;     // scores become softCap * tanh(score / softCap); 0: left as they are
    float* scores = nullptr;  // scratch [prefix + pathLength]
    float* out = nullptr;     // [headDim]
};

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

    /// Integer sums for the same tiles; x [rows][4 * groups] unsigned, out [rows][out]. Exact on every
    /// machine.
    void (*int8Tiles)(const Int8Weights& weights, int tileBegin, int tileEnd, const std::uint8_t* x, int rows,
                      std::int32_t* out);

    /// Asymmetric 8-bit rounding of x[n]; where `residual` is not null it receives x minus what was stored.
    QuantisedRow (*quantiseRow)(const float* x, int n, std::uint8_t* values, float* residual);

    /// out[n] = (row.scale (sums[n] - row.zero weightSums[n]) + the same of the rest) scales[n] + bias[n],
    /// for n in [first, last).
    void (*rescale)(const RescaleArgs& args, int first, int last);

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
