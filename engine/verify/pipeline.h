#pragma once

#include <span>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// The two loops over a whole row for which a processor may have something faster.
struct RowLoops {
    /// out[i] = exp(x[i] * inverseTemperature - max) / sum, probabilities summing to 1 up to rounding;
    /// returns the sum of the exponentials. x and out may be the same.
    double (*softmax)(const float* x, int n, float inverseTemperature, float* out);
    /// Where the largest is, ties to the lower index; -1 where it cannot be told (NaN, infinity).
    int (*argmax)(const float* x, int n);
};

/// Plain ones that run anywhere, the sum in double.
RowLoops plainRowLoops();

/// Turns logits into the row that is sampled from. Order: repetition penalty, temperature, top-k, top-p,
/// min-p; ties go to the lower id. Target and draft rows come from the same code.
///   penalty r:    x > 0 ? x / r : x * r for every distinct token seen (Keskar et al. 2019, section 4.1)
///   top-k:        the k most probable
///   top-p:        the smallest most-probable set whose mass, renormalised after top-k, reaches p (Holtzman
///   et al. 2020) min-p:        those with at least min-p times the largest probability (Nguyen et al. 2024)
/// Keeps scratch; not for several threads.
class Pipeline {
public:
    explicit Pipeline(const Sampling& settings, RowLoops loops = plainRowLoops())
        : m_settings(settings), m_loops(loops) {}

    /// logits [vocabulary] -> row [vocabulary], summing to 1 up to rounding; greedy: 1 at best(). `seen`: the
    /// distinct tokens of the text before. Throws Error where a logit is NaN or none is finite.
    void row(std::span<const float> logits, std::span<const TokenId> seen, std::span<float> row);

    /// The argmax after the penalty, ties to the lower id.
    TokenId best(std::span<const float> logits, std::span<const TokenId> seen);

    /// The `count` largest after the penalty, largest first, ties to the lower id.
    std::vector<TokenId> best(std::span<const float> logits, std::span<const TokenId> seen, int count);

    const Sampling& settings() const { return m_settings; }

private:
    TokenId argmax(std::span<const float> x) const;
    void penalise(std::span<float> logits, std::span<const TokenId> seen) const;
    void softmaxInto(std::span<const float> logits, std::span<float> row) const;
    void softmaxOfTopK(std::span<float> row);
    void filter(std::span<float> row);
    void keepTopP(std::span<const float> row);

    Sampling m_settings;
    RowLoops m_loops;
    std::vector<float> m_scratch;
    std::vector<TokenId> m_kept;  // candidates, most probable first
};

}  // namespace specula
