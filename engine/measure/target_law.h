#pragma once

#include <map>
#include <memory>
#include <span>
#include <stop_token>
#include <vector>

#include "engine/decode/engine.h"
#include "engine/decode/sampler.h"
#include "engine/measure/chi_square.h"

namespace specula {

struct ModelState;

/// The target's exact law of what follows a prompt: rows of the same sampling pipeline that plain decoding
/// draws from, computed one continuation at a time without any draft or Session. One thread.
class TargetLaw {
public:
    /// Throws Error where the prompt does not fit the target.
    TargetLaw(std::shared_ptr<const Engine> engine, std::vector<TokenId> prompt, const Sampling& sampling);
    ~TargetLaw();

    /// Probabilities [vocabulary] of the token after the prompt and `continuation`; valid as long as this.
    std::span<const float> row(const std::vector<TokenId>& continuation);

    /// Logits [vocabulary] of that token, before the pipeline; valid until the next call.
    std::span<const float> logits(const std::vector<TokenId>& continuation);

    const std::vector<TokenId>& prompt() const { return m_prompt; }

private:
    std::shared_ptr<const Engine> m_engine;
    std::vector<TokenId> m_prompt;
    Sampler m_sampler;
    std::unique_ptr<ModelState> m_state;  // holds the prompt but its last token, and whatever came last
    std::vector<float> m_logits;          // [vocabulary]
    std::map<std::vector<TokenId>, std::vector<float>> m_rows;
};

/// How drawn continuations compare with the law of their first `length` tokens.
struct LawComparison {
    GoodnessOfFit fit;
    long impossible = 0;               ///< drawn continuations that hold a token of probability 0
    std::vector<TokenId> firstOfThem;  ///< one of these
};

/// Bins are the continuations of `length` tokens with at least kLeastExpected expected among `draws` (each at
/// least `length` long). Rarer siblings share a few bins, in the order of their ids, and what is still
/// too rare shares one. Rows are computed for prefixes that are expected often enough to be told
/// apart; tokens of probability 0 are looked for after those prefixes.
LawComparison compareWithLaw(TargetLaw& law, const std::vector<std::vector<TokenId>>& draws, int length);

}  // namespace specula
