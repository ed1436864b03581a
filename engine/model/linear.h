#pragma once

#include <memory>
#include <vector>

#include "engine/checkpoint/checkpoint.h"
#include "engine/model/kernels.h"
#include "engine/model/thread_pool.h"

namespace specula {

/// A matrix taken from one stored tensor or several stacked along their outputs (q, k and v; gate and up).
struct LinearSource {
    std::vector<const StoredTensor*> weights;  ///< each [out_i, in]
    std::vector<const StoredTensor*> biases;   ///< empty, or one for each weight (null: zeros) [out_i]
};

/// Scratch of a Linear, reused from call to call; one for each timeline.
struct LinearScratch {
    std::vector<std::uint8_t> values;  // quantised activations
    std::vector<QuantisedRow> codes;
    std::vector<float> residual;
};

/// y = x W^T + b for a few rows, weights packed once at load time.
///
/// Formats (see README, "Number formats"):
///   fp16    16-bit float weights, 32-bit activations and sums
///   int8    8-bit weights, one scale an output (symmetric); activations 8-bit, one scale and zero a row;
///   integer sums int8x2  the same, each activation row carried as two 8-bit rows: its value, then what
///   rounding left of it fp32    at::linear, the reference; the only one whose bits depend on the number of
///   rows
/// The first three compute each row's outputs in the same order for any number of rows: batch-invariant, bit
/// for bit.
class Linear {
public:
    virtual ~Linear() = default;

    /// x [rows][in] -> out [rows][out], both contiguous. The pool runs the outputs in parallel.
    virtual void forward(const float* x, int rows, float* out, ThreadPool& pool,
                         LinearScratch& scratch) const = 0;

    virtual std::int64_t bytes() const = 0;  ///< read for one token

    /// Weights that the format holds with fewer bits than the others, because they are smaller than its
    /// range (fp16: below 6.1e-5) and were not already rounded so in the file.
    virtual std::int64_t coarse() const { return 0; }

    int in() const { return m_in; }
    int out() const { return m_out; }

protected:
    Linear(int in, int out) : m_in(in), m_out(out) {}

private:
    int m_in;
    int m_out;
};

/// What makeLinear's matrix of that shape takes, without its bias; `format` is not Auto.
std::int64_t linearBytes(WeightFormat format, int out, int in);

/// Reads, converts and packs; `format` is not Auto. Throws Error for a weight that is not finite or does not
/// fit fp16.
std::unique_ptr<Linear> makeLinear(WeightFormat format, const LinearSource& source, ThreadPool& pool);

}  // namespace specula
