#pragma once

// Kernels that work on one row: norms, activations, softmax, half floats. See simd.h for why everything is in
// an unnamed namespace.

#include "engine/model/kernels.h"
#include "engine/model/simd.h"

namespace {

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

}  // namespace
