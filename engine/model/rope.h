#pragma once

#include <vector>

#include "engine/checkpoint/model_config.h"

namespace specula {

/// The angles of rotary positions as sines and cosines (Su et al. 2021, section 3.2.2), [positions][pairs].
class RopeTable {
public:
    /// For positions 0..positions-1 and heads of which `rotaryDim` values turn; `divisors`, where a file
    /// carries them (GGUF rope_freqs), divide each frequency.
    RopeTable(const Rope& rope, int rotaryDim, bool interleaved, int positions,
              const std::vector<float>& divisors = {});

    /// Turns one head [headDim] in place; values beyond rotaryDim stay.
    void rotate(float* head, int position) const;

private:
    int m_pairs;
    bool m_interleaved;
    std::vector<float> m_cos, m_sin;
};

/// Rotary frequencies [rotaryDim / 2] for sequences of up to `positions`, stretched as the rope says. Float32
/// values, as the reference implementations hold them.
std::vector<float> ropeFrequencies(const Rope& rope, int rotaryDim, int positions,
                                   const std::vector<float>& divisors);

}  // namespace specula
