#include "engine/train/soft_loss.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include "engine/model/simd.h"
#include "engine/verify/clones.h"

namespace specula {
namespace {

constexpr std::int64_t kPiece = 256;  // rows whose logits exist at a time

using Bits = std::uint16_t;  // of a bfloat16

inline float wide(Bits value) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value) << 16);
}

inline Bits narrow(float value) {  // to nearest, ties to even; no value here is a NaN
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<Bits>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

/// softmax of logits into q; returns log of the sum of their exponentials. Sums run in 16 lanes, so that they
/// vectorise.
inline float softmaxRow(const Bits* logits, std::int64_t n, float* q) {
    float top = wide(logits[0]);
    for (std::int64_t i = 0; i < n; ++i) {
        const float z = wide(logits[i]);
        top = top < z ? z : top;
    }
    float lanes[16] = {};
    const std::int64_t whole = n / 16 * 16;
    for (std::int64_t i = 0; i < whole; i += 16) {
        for (std::int64_t l = 0; l < 16; ++l) {
            q[i + l] = fastExp(wide(logits[i + l]) - top);
            lanes[l] += q[i + l];
        }
    }
    float sum = 0.0F;
    for (const float lane : lanes) sum += lane;
    for (std::int64_t i = whole; i < n; ++i) {
        q[i] = fastExp(wide(logits[i]) - top);
        sum += q[i];
    }
    const float inverse = 1.0F / sum;
    for (std::int64_t i = 0; i < n; ++i) q[i] *= inverse;
    return top + std::log(sum);
}

struct RowValues {
    double crossEntropy = 0.0;
    double overlap = 0.0;
};

SPECULA_CLONES void softmaxInto(const Bits* logits, std::int64_t n, float* q, Bits* out) {
    softmaxRow(logits, n, q);
    for (std::int64_t i = 0; i < n; ++i) out[i] = narrow(q[i]);
}

/// Turns a row of logits into the gradient of its loss, in place; q is scratch [n].
SPECULA_CLONES RowValues gradientRow(Bits* logits, const Bits* target, std::int64_t n, float* q, float weight,
                                     float share) {
    const float logSum = softmaxRow(logits, n, q);
    float products[16] = {}, masses[16] = {}, overlaps[16] = {}, below[16] = {};
    const auto add = [&](std::int64_t i, std::int64_t l) {
        const float p = wide(target[i]);
        products[l] += p * wide(logits[i]);
        masses[l] += p;
        overlaps[l] += q[i] < p ? q[i] : p;
        below[l] += q[i] < p ? q[i] : 0.0F;
    };
    const std::int64_t whole = n / 16 * 16;
    for (std::int64_t i = 0; i < whole; i += 16) {
        for (std::int64_t l = 0; l < 16; ++l) add(i + l, l);
    }
    for (std::int64_t i = whole; i < n; ++i) add(i, 0);
    float product = 0.0F, mass = 0.0F, overlap = 0.0F, under = 0.0F;
    for (std::size_t l = 0; l < 16; ++l) {
        product += products[l];
        mass += masses[l];
        overlap += overlaps[l];
        under += below[l];
    }
    // d H / d z = q mass - p;  d (1 - overlap) / d z = q under - (q < p ? q : 0)
    const float entropyPart = weight * (1.0F - share), rejectionPart = weight * share * 4.0F;
    for (std::int64_t i = 0; i < n; ++i) {
        const float p = wide(target[i]);
        const float rejection = q[i] * under - (q[i] < p ? q[i] : 0.0F);
        logits[i] = narrow(entropyPart * (q[i] * mass - p) + rejectionPart * rejection);
    }
    return {static_cast<double>(mass * logSum - product), static_cast<double>(overlap)};
}

Bits* bitsOf(const at::Tensor& tensor) {
    return reinterpret_cast<Bits*>(tensor.mutable_data_ptr<at::BFloat16>());
}

}  // namespace

at::Tensor softRows(const at::Tensor& hidden, const at::Tensor& rows) {
    c10::NoGradGuard noGradients;
    const std::int64_t count = hidden.size(0), n = rows.size(0);
    at::Tensor out = at::empty({count, n}, at::kBFloat16);
    for (std::int64_t first = 0; first < count; first += kPiece) {
        const auto logits =
            at::linear(hidden.narrow(0, first, std::min(kPiece, count - first)), rows).contiguous();
        const Bits* from = bitsOf(logits);
        Bits* to = bitsOf(out) + first * n;
        at::parallel_for(0, logits.size(0), 8, [&](std::int64_t begin, std::int64_t end) {
            std::vector<float> q(static_cast<std::size_t>(n));
            for (std::int64_t row = begin; row < end; ++row)
                softmaxInto(from + row * n, n, q.data(), to + row * n);
        });
    }
    return out;
}

SoftLoss softLoss(const at::Tensor& hidden, const at::Tensor& rows, const at::Tensor& pTarget, double weight,
                  double share) {
    SoftLoss loss;
    const std::int64_t count = hidden.size(0), n = rows.size(0);
    at::Tensor hiddenGradient, rowsGradient;
    {
        c10::NoGradGuard noGradients;
        hiddenGradient = at::empty_like(hidden);
        if (rows.requires_grad()) rowsGradient = at::zeros(rows.sizes(), at::kFloat);
        std::vector<RowValues> values(static_cast<std::size_t>(count));
        for (std::int64_t first = 0; first < count; first += kPiece) {
            const auto piece = hidden.narrow(0, first, std::min(kPiece, count - first));
            const auto logits = at::linear(piece, rows).contiguous();
            Bits* gradients = bitsOf(logits);
            const Bits* target = bitsOf(pTarget) + first * n;
            at::parallel_for(0, logits.size(0), 8, [&](std::int64_t begin, std::int64_t end) {
                std::vector<float> q(static_cast<std::size_t>(n));
                for (std::int64_t row = begin; row < end; ++row)
                    values[static_cast<std::size_t>(first + row)] =
                        gradientRow(gradients + row * n, target + row * n, n, q.data(),
                                    static_cast<float>(weight), static_cast<float>(share));
            });
            hiddenGradient.narrow(0, first, piece.size(0)).copy_(at::mm(logits, rows));
            if (rowsGradient.defined()) rowsGradient.add_(at::mm(logits.t(), piece));
        }
        for (const RowValues& row : values) {
            loss.value += weight * row.crossEntropy;
            loss.overlap += weight * row.overlap;
        }
    }
    loss.surrogate = (hidden.to(at::kFloat) * hiddenGradient.to(at::kFloat)).sum();
    if (rowsGradient.defined()) loss.surrogate = loss.surrogate + (rows.to(at::kFloat) * rowsGradient).sum();
    return loss;
}

}  // namespace specula
