#pragma once

#include <span>
#include <vector>

#include "engine/trace/options.h"
#include "engine/verify/pipeline.h"

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

/// The sampling pipeline with this machine's kernels. Keeps scratch; not for several threads.
class Sampler {
public:
    explicit Sampler(const Sampling& settings);

    /// As Pipeline's.
    void row(std::span<const float> logits, const SeenTokens& seen, std::span<float> row) {
        m_pipeline.row(logits, seen.distinct(), row);
    }
    TokenId best(std::span<const float> logits, const SeenTokens& seen) {
        return m_pipeline.best(logits, seen.distinct());
    }
    std::vector<TokenId> best(std::span<const float> logits, const SeenTokens& seen, int count) {
        return m_pipeline.best(logits, seen.distinct(), count);
    }

    const Sampling& settings() const { return m_pipeline.settings(); }

private:
    Pipeline m_pipeline;
};

}  // namespace specula
