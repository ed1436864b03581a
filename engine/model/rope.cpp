#include "engine/model/rope.h"

#include <cmath>
#include <numbers>

namespace specula {

namespace {

/// Llama 3's stretch: long wavelengths are divided, short ones kept, a ramp between (Llama 3.1's published
/// rule).
double llama3Scaled(double frequency, const RopeScaling& s) {
    const double wavelength = 2.0 * std::numbers::pi / frequency;
    if (wavelength < s.originalContext / s.highFreqFactor) return frequency;
    if (wavelength > s.originalContext / s.lowFreqFactor) return frequency / s.factor;
    const double ramp =
        (s.originalContext / wavelength - s.lowFreqFactor) / (s.highFreqFactor - s.lowFreqFactor);
    return (1.0 - ramp) * frequency / s.factor + ramp * frequency;
}

}  // namespace

std::vector<float> ropeFrequencies(const ModelConfig& config, const std::vector<float>& divisors) {
    std::vector<float> out;
    for (int i = 0; i < config.headDim / 2; ++i) {
        const auto plain = static_cast<float>(1.0 / std::pow(config.ropeTheta, 2.0 * i / config.headDim));
        double frequency = static_cast<double>(plain);
        if (config.ropeScaling.kind == RopeScaling::Kind::Linear) frequency /= config.ropeScaling.factor;
        if (config.ropeScaling.kind == RopeScaling::Kind::Llama3)
            frequency = llama3Scaled(frequency, config.ropeScaling);
        if (!divisors.empty()) frequency /= static_cast<double>(divisors[static_cast<std::size_t>(i)]);
        out.push_back(static_cast<float>(frequency));
    }
    return out;
}

}  // namespace specula
