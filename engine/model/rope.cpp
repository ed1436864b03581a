#include "engine/model/rope.h"

#include <cmath>
#include <numbers>

#include "engine/model/kernels.h"

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

/// What LongRoPE (Ding et al. 2024) divides each frequency by; the whole run uses one list, chosen by its
/// longest sequence.
const std::vector<float>& longRopeFactors(const RopeScaling& s, int positions) {
    return positions > s.originalContext ? s.longFactors : s.shortFactors;
}

}  // namespace

std::vector<float> ropeFrequencies(const Rope& rope, int rotaryDim, int positions,
                                   const std::vector<float>& divisors) {
    std::vector<float> out;
    const RopeScaling& scaling = rope.scaling;
    for (int i = 0; i < rotaryDim / 2; ++i) {
        const auto plain = static_cast<float>(1.0 / std::pow(rope.theta, 2.0 * i / rotaryDim));
        double frequency = static_cast<double>(plain);
        const auto at = static_cast<std::size_t>(i);
        if (scaling.kind == RopeScaling::Kind::Linear) frequency /= scaling.factor;
        if (scaling.kind == RopeScaling::Kind::Llama3) frequency = llama3Scaled(frequency, scaling);
        if (scaling.kind == RopeScaling::Kind::LongRope)
            frequency /= static_cast<double>(longRopeFactors(scaling, positions)[at]);
        if (!divisors.empty()) frequency /= static_cast<double>(divisors[at]);
        out.push_back(static_cast<float>(frequency));
    }
    return out;
}

RopeTable::RopeTable(const Rope& rope, int rotaryDim, bool interleaved, int positions,
                     const std::vector<float>& divisors)
    : m_pairs(rotaryDim / 2), m_interleaved(interleaved) {
    const std::vector<float> frequencies = ropeFrequencies(rope, rotaryDim, positions, divisors);
    m_cos.reserve(frequencies.size() * static_cast<std::size_t>(positions));
    m_sin.reserve(m_cos.capacity());
    for (int position = 0; position < positions; ++position) {
        for (const float frequency : frequencies) {
            const double angle = position * static_cast<double>(frequency);
            m_cos.push_back(static_cast<float>(std::cos(angle) * rope.scaling.attentionFactor));
            m_sin.push_back(static_cast<float>(std::sin(angle) * rope.scaling.attentionFactor));
        }
    }
}

void RopeTable::rotate(float* head, int position) const {
    const float* cosines = m_cos.data() + static_cast<std::size_t>(position) * m_pairs;
    const float* sines = m_sin.data() + static_cast<std::size_t>(position) * m_pairs;
    if (!m_interleaved) return kernels().rotateHalves(head, cosines, sines, m_pairs);
    for (int i = 0; i < m_pairs; ++i) {
        const float a = head[2 * i], b = head[2 * i + 1];
        head[2 * i] = a * cosines[i] - b * sines[i];
        head[2 * i + 1] = b * cosines[i] + a * sines[i];
    }
}

}  // namespace specula
