#include "engine/model/linear.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <exception>
#include <mutex>
#include <optional>

#include "engine/model/kernels.h"
#include "engine/model/weight_memory.h"
#include "engine/trace/error.h"

namespace specula {

namespace {

/// Rows of stacked tensors as one matrix.
class Stack {
public:
    explicit Stack(const LinearSource& source) : m_source(source) {
        for (const StoredTensor* tensor : source.weights) {
            m_starts.push_back(m_rows);
            m_rows += static_cast<int>(tensor->rows());
            m_in = static_cast<int>(tensor->rowLength());
        }
    }

    int rows() const { return m_rows; }
    int in() const { return m_in; }

    /// Rows [first, first + count) into out; rows past the end are zeros.
    void read(int first, int count, float* out) const {
        std::fill(out, out + static_cast<std::size_t>(count) * m_in, 0.0F);
        for (std::size_t i = 0; i < m_starts.size(); ++i) {
            const int start = m_starts[i];
            const int stop = start + static_cast<int>(m_source.weights[i]->rows());
            const int from = std::max(first, start), to = std::min(first + count, stop);
            if (from < to)
                readRows(*m_source.weights[i], from - start, to - from,
                         out + static_cast<std::size_t>(from - first) * m_in);
        }
    }

    const StoredTensor& tensorOf(int row) const {
        std::size_t i = 0;
        while (i + 1 < m_starts.size() && m_starts[i + 1] <= row) ++i;
        return *m_source.weights[i];
    }

    std::vector<float> bias() const {
        const bool any =
            std::any_of(m_source.biases.begin(), m_source.biases.end(), [](auto* b) { return b != nullptr; });
        if (!any) return {};
        std::vector<float> all(static_cast<std::size_t>(m_rows), 0.0F);
        for (std::size_t i = 0; i < m_source.biases.size(); ++i) {
            if (m_source.biases[i] != nullptr) readRows(*m_source.biases[i], 0, 1, all.data() + m_starts[i]);
        }
        return all;
    }

private:
    const LinearSource& m_source;
    std::vector<int> m_starts;
    int m_rows = 0;
    int m_in = 0;
};

/// Calls pack(tile, rows) for every tile, rows [kTile][in] in float; in parallel, the first exception is
/// rethrown.
template <typename Pack>
void packTiles(const Stack& stack, ThreadPool& pool, const Pack& pack) {
    std::exception_ptr failure;
    std::mutex failureMutex;
    pool.split((stack.rows() + kTile - 1) / kTile, [&](int begin, int end) {
        try {
            std::vector<float> rows(static_cast<std::size_t>(kTile) * stack.in());
            for (int tile = begin; tile < end; ++tile) {
                stack.read(tile * kTile, kTile, rows.data());
                pack(tile, rows.data());
            }
        } catch (...) {
            const std::lock_guard lock(failureMutex);
            if (!failure) failure = std::current_exception();
        }
    });
    if (failure) std::rethrow_exception(failure);
}

void addBias(const std::vector<float>& bias, int rows, float* out) {
    if (bias.empty()) return;
    for (int m = 0; m < rows; ++m) {
        float* row = out + static_cast<std::size_t>(m) * bias.size();
        for (std::size_t n = 0; n < bias.size(); ++n) row[n] += bias[n];
    }
}

class Fp32Linear final : public Linear {
public:
    explicit Fp32Linear(const Stack& stack) : Linear(stack.in(), stack.rows()) {
        m_weight = at::empty({stack.rows(), stack.in()}, at::kFloat);
        stack.read(0, stack.rows(), m_weight.data_ptr<float>());
        const std::vector<float> bias = stack.bias();
        if (!bias.empty()) m_bias = at::tensor(at::ArrayRef<float>(bias), at::kFloat);
    }

    void forward(const float* x, int rows, float* out, ThreadPool&, LinearScratch&) const override {
        const c10::InferenceMode inference;
        const at::Tensor input = at::from_blob(const_cast<float*>(x), {rows, in()}, at::kFloat);
        const at::Tensor result = at::linear(input, m_weight, m_bias);  // [rows, out]
        std::memcpy(out, result.const_data_ptr<float>(),
                    sizeof(float) * static_cast<std::size_t>(rows) * this->out());
    }

    std::int64_t bytes() const override { return 4LL * in() * out(); }

private:
    at::Tensor m_weight;               // [out, in]
    std::optional<at::Tensor> m_bias;  // [out]
};

class Fp16Linear final : public Linear {
public:
    Fp16Linear(const Stack& stack, ThreadPool& pool)
        : Linear(stack.in(), stack.rows()), m_bias(stack.bias()) {
        const std::size_t tileSize = static_cast<std::size_t>(kTile) * stack.in();
        m_count = (stack.rows() + kTile - 1) / kTile * tileSize;
        m_packed = takeWeightMemory<std::uint16_t>(m_count);
        packTiles(stack, pool, [&](int tile, const float* rows) {
            std::vector<std::uint16_t> half(tileSize);
            std::vector<float> kept(tileSize);
            kernels().toHalf(rows, static_cast<int>(tileSize), half.data());
            kernels().toFloat(half.data(), static_cast<int>(tileSize), kept.data());
            std::int64_t coarse = 0;
            std::uint16_t* to = m_packed.get() + static_cast<std::size_t>(tile) * tileSize;
            for (int lane = 0; lane < kTile; ++lane) {
                for (int k = 0; k < in(); ++k) {
                    const std::size_t at = static_cast<std::size_t>(lane) * in() + k;
                    const std::uint16_t value = half[at];
                    if ((value & 0x7C00U) == 0x7C00U) {
                        const StoredTensor& tensor = stack.tensorOf(tile * kTile + lane);
                        throw Error(tensor.file + ": tensor " + tensor.fileName +
                                    " has values beyond the range of 16-bit floats (65504); use --weights "
                                    "fp32 or int8");
                    }
                    if ((value & 0x7C00U) == 0 && kept[at] != rows[at]) ++coarse;
                    to[static_cast<std::size_t>(k) * kTile + lane] = value;
                }
            }
            m_coarse.fetch_add(coarse, std::memory_order_relaxed);
        });
    }

    void forward(const float* x, int rows, float* out, ThreadPool& pool, LinearScratch&) const override {
        const Fp16Weights weights{m_packed.get(), in(), this->out()};
        pool.guided((this->out() + kTile - 1) / kTile, kTilesAtOnce,
                    [&](int begin, int end) { kernels().fp16Tiles(weights, begin, end, x, rows, out); });
        addBias(m_bias, rows, out);
    }

    std::int64_t bytes() const override { return static_cast<std::int64_t>(m_count * 2); }
    std::int64_t coarse() const override { return m_coarse.load(); }

private:
    std::size_t m_count = 0;
    std::atomic<std::int64_t> m_coarse{0};
    std::shared_ptr<std::uint16_t> m_packed;
    std::vector<float> m_bias;
};

class Int8Linear final : public Linear {
public:
    Int8Linear(const Stack& stack, ThreadPool& pool, int parts)
        : Linear(stack.in(), stack.rows()), m_parts(parts), m_bias(stack.bias()) {
        const int groups = (in() + 3) / 4;
        const std::size_t tileSize = static_cast<std::size_t>(groups) * kTile * 4;
        const int tiles = (stack.rows() + kTile - 1) / kTile;
        m_count = tiles * tileSize;
        m_packed = takeWeightMemory<std::int8_t>(m_count);
        m_scales.assign(static_cast<std::size_t>(tiles) * kTile, 0.0F);
        if (!m_bias.empty()) m_bias.resize(m_scales.size(), 0.0F);
        m_weightSums.assign(m_scales.size(), 0);
        packTiles(stack, pool, [&](int tile, const float* rows) {
            for (int lane = 0; lane < kTile; ++lane)
                packRow(rows + static_cast<std::size_t>(lane) * in(), tile * kTile + lane,
                        m_packed.get() + static_cast<std::size_t>(tile) * tileSize + 4 * lane);
        });
    }

    void forward(const float* x, int rows, float* out, ThreadPool& pool,
                 LinearScratch& scratch) const override {
        const Int8Weights weights{m_packed.get(),      in(),
                                  this->out(),         m_scales.data(),
                                  m_weightSums.data(), m_bias.empty() ? nullptr : m_bias.data()};
        const std::size_t coded = static_cast<std::size_t>(rows) * m_parts;
        if (scratch.codes.size() < coded) scratch.codes.resize(coded);
        const std::size_t bytes = coded * static_cast<std::size_t>(weights.groups()) * 4;
        if (scratch.values.size() < bytes) scratch.values.resize(bytes);
        const std::size_t residuals = m_parts == 2 ? static_cast<std::size_t>(rows) * in() : 0;
        if (scratch.residual.size() < residuals) scratch.residual.resize(residuals);
        pool.overRows(rows, m_parts * in(), [&](int begin, int end) {
            for (int m = begin; m < end; ++m) quantise(x, m, weights, scratch);
        });
        const CodedRows codedRows{scratch.values.data(), scratch.codes.data(), rows, m_parts};
        pool.guided((this->out() + kTile - 1) / kTile, kTilesAtOnce,
                    [&](int begin, int end) { kernels().int8Tiles(weights, begin, end, codedRows, out); });
    }

    std::int64_t bytes() const override { return static_cast<std::int64_t>(m_count + m_scales.size() * 8); }

private:
    void packRow(const float* row, int output, std::int8_t* to) {
        float top = 0.0F;
        for (int k = 0; k < in(); ++k) top = std::max(top, std::fabs(row[k]));
        const float scale = top > 0.0F ? top / 127.0F : 1.0F;
        std::int32_t sum = 0;
        for (int k = 0; k < in(); ++k) {
            const auto level = static_cast<std::int8_t>(std::nearbyint(row[k] / scale));
            sum += level;
            to[static_cast<std::size_t>(k / 4) * kTile * 4 + k % 4] = level;
        }
        m_scales[static_cast<std::size_t>(output)] = scale;
        m_weightSums[static_cast<std::size_t>(output)] = sum;
    }

    void quantise(const float* x, int m, const Int8Weights& weights, LinearScratch& scratch) const {
        const std::size_t rowBytes = static_cast<std::size_t>(weights.groups()) * 4;
        const std::size_t at = static_cast<std::size_t>(m) * m_parts;
        std::uint8_t* values = scratch.values.data() + rowBytes * at;
        const float* row = x + static_cast<std::size_t>(m) * in();
        float* residual =
            m_parts == 2 ? scratch.residual.data() + static_cast<std::size_t>(m) * in() : nullptr;
        for (int part = 0; part < m_parts; ++part) {
            std::uint8_t* to = values + rowBytes * part;
            std::memset(to + in(), 0, rowBytes - in());
            scratch.codes[at + part] =
                kernels().quantiseRow(part == 0 ? row : residual, in(), to, part == 0 ? residual : nullptr);
        }
    }

    int m_parts;  // 8-bit rows that carry one activation row
    std::size_t m_count = 0;
    std::shared_ptr<std::int8_t> m_packed;   // see Int8Weights
    std::vector<float> m_scales;             // [out, padded to tiles]
    std::vector<std::int32_t> m_weightSums;  // [out, padded to tiles], for the activations' zero
    std::vector<float> m_bias;
};

}  // namespace

std::int64_t linearBytes(WeightFormat format, int out, int in) {
    const std::int64_t padded = (static_cast<std::int64_t>(out) + kTile - 1) / kTile * kTile;
    if (format == WeightFormat::Fp32) return 4LL * out * in;
    if (format == WeightFormat::Fp16) return 2 * padded * in;
    return padded * ((in + 3) / 4 * 4) + 8 * padded;  // a scale and a sum for each output
}

std::unique_ptr<Linear> makeLinear(WeightFormat format, const LinearSource& source, ThreadPool& pool) {
    const Stack stack(source);
    switch (format) {
        case WeightFormat::Fp32:
            return std::make_unique<Fp32Linear>(stack);
        case WeightFormat::Fp16:
            return std::make_unique<Fp16Linear>(stack, pool);
        case WeightFormat::Int8:
            return std::make_unique<Int8Linear>(stack, pool, 1);
        case WeightFormat::Int8x2:
            return std::make_unique<Int8Linear>(stack, pool, 2);
        case WeightFormat::Auto:
        case WeightFormat::Bf16:
            break;
    }
    throw Error("internal: the weight format was not resolved before packing", ErrorKind::Failed);
}

}  // namespace specula
