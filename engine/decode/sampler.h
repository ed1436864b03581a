#pragma once

#include <span>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// The distinct tokens of a growing text, for the repetition penalty. Drafted tokens are pushed for the rows
/// that see them and popped again.
class SeenTokens {
public:
    explicit SeenTokens(int vocabulary) : m_counts(static_cast<std::size_t>(vocabulary), 0) {}

    void push(TokenId id);
    void pop();  ///< undoes the last push
    const std::vector<TokenId>& distinct() const { return m_distinct; }

private:
    std::vector<int> m_counts;        // [vocabulary]
    std::vector<TokenId> m_distinct;  // in order of first appearance
    std::vector<TokenId> m_pushed;
};

/// Turns logits into the row that is sampled from. Order: repetition penalty, temperature, top-k, top-p,
/// min-p; ties go to the lower id. Target and draft rows come from the same code.
///   penalty r:    x > 0 ? x / r : x * r for every distinct token seen (Keskar et al. 2019, section 4.1)
///   top-k:        the k most probable
///   top-p:        the smallest most-probable set whose mass, renormalised after top-k, reaches p (Holtzman
///   et al. 2020) min-p:        those with at least min-p times the largest probability (Nguyen et al. 2024)
/// Keeps scratch; not for several threads.
class Sampler {
public:
    explicit Sampler(const Sampling& settings) : m_settings(settings) {}

    /// logits [vocabulary] -> row [vocabulary], summing to 1 up to rounding; greedy: 1 at best(). Throws
    /// Error where a logit is NaN or none is finite.
    void row(std::span<const float> logits, const SeenTokens& seen, std::span<float> row);

    /// The argmax after the penalty, ties to the lower id.
    TokenId best(std::span<const float> logits, const SeenTokens& seen);

    /// The `count` largest after the penalty, largest first, ties to the lower id.
    std::vector<TokenId> best(std::span<const float> logits, const SeenTokens& seen, int count);

    const Sampling& settings() const { return m_settings; }

private:
    void penalise(std::span<float> logits, const SeenTokens& seen) const;
    void softmaxInto(std::span<const float> logits, std::span<float> row) const;
    void softmaxOfTopK(std::span<float> row);
    void filter(std::span<float> row);
    void keepTopP(std::span<const float> row);

    Sampling m_settings;
    std::vector<float> m_scratch;
    std::vector<TokenId> m_kept;  // candidates, most probable first
};

}  // namespace specula
