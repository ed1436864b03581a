#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "engine/model/model.h"
#include "engine/trace/reports.h"

namespace specula {

/// Timed passes of a target over a cache that holds a text. One thread.
class PassTimer {
public:
    /// Fills the cache with the text; passes will be over 1..rows rows, less where there is no room for them.
    PassTimer(const Model& model, const std::vector<TokenId>& text, int rows);

    /// One pass, in milliseconds; with `times`, where they went.
    double passMs(int rows, ForwardTimes* times = nullptr);

    /// Passes of one row for so long.
    void settle(double ms);

    /// One measurement of each number of rows, upwards.
    void repeat(std::stop_token stop);

    /// What was measured so far; with shares, from passes made now, for one row or for all.
    std::vector<ProbeRow> rows(bool allShares, std::stop_token stop);

    /// What one pass reads of the cache.
    std::int64_t cacheBytes() const;

    /// Logits of the last pass's first row [vocabulary].
    std::span<const float> logits() const {
        return {m_logits.data(), static_cast<std::size_t>(m_model.vocabulary())};
    }

private:
    PassShares sharesOf(int rows);

    const Model& m_model;
    std::unique_ptr<ModelState> m_state;
    std::vector<TokenId> m_tokens;             // of the rows, from the text
    std::vector<float> m_logits;               // [rows][vocabulary]
    std::vector<std::vector<double>> m_times;  // [rows]
};

/// One row through the pipeline with a draw, and one row's argmax: medians, in milliseconds.
struct SamplingTimes {
    double sampleMs = 0.0;
    double greedyMs = 0.0;
};
SamplingTimes timeSampling(const PassTimer& timer, const Sampling& sampling);

}  // namespace specula
