#pragma once

#include <span>
#include <vector>

#include "engine/decode/round_proposals.h"
#include "engine/decode/sampler.h"

namespace specula {

/// The target's logits of one round and the rows made of them, each when it is first asked for. Row `node`
/// belongs to the token after that proposal (-1: after the context) and sees the path to it. One thread.
class TargetRows {
public:
    /// Both outlive this.
    TargetRows(int vocabulary, Sampler& sampler, RoundProposals& proposals, Mutant mutant)
        : m_width(static_cast<std::size_t>(vocabulary)),
          m_sampler(sampler),
          m_proposals(proposals),
          m_mutant(mutant) {}

    /// Forgets the round before; returns where the pass writes logits [1 + proposals][vocabulary].
    float* begin();

    std::span<const float> row(int node);
    TokenId best(int node);  ///< the argmax after the penalty

    /// The logits that row() is made of.
    std::span<const float> logits(int node) const;

private:
    std::size_t m_width;
    Sampler& m_sampler;
    RoundProposals& m_proposals;
    Mutant m_mutant;
    std::vector<float> m_logits, m_rows;  // [1 + proposals][vocabulary]
    std::vector<bool> m_ready;            // which rows are made
};

}  // namespace specula
