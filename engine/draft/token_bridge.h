#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "engine/text/tokenizer.h"

namespace specula {

/// Which tokens of two vocabularies stand for the same bytes, so that a model with one can draft for a target
/// with the other ("token-level intersection", TLI: Timor et al. 2025, "Accelerating LLM Inference with
/// Lossless Speculative Decoding Algorithms for Heterogeneous Vocabularies", algorithm 4). The draft's row is
/// restricted to the intersection and renormalised; what is drawn from that row is judged with that row, so
/// any rule stays lossless whatever the intersection holds. Acceptance is at most the target's own
/// probability of the intersection.
///
/// The map is one to one. Tokens pair by equal bytes, ordinary ones before byte-fallback ones and lower ids
/// first; special tokens only with special ones: those that end and begin a text by their role, others by
/// their written form. Const and safe from several threads.
class TokenBridge {
public:
    /// Only ids below the counts (rows that the models have) take part.
    TokenBridge(std::shared_ptr<const Tokenizer> target, int targetCount,
                std::shared_ptr<const Tokenizer> draft, int draftCount);

    /// Tokens of the intersection.
    int shared() const { return static_cast<int>(m_pairs.size()); }

    /// The draft's id of a target token; -1 outside the intersection.
    TokenId toDraft(TokenId target) const { return m_toDraft[static_cast<std::size_t>(target)]; }

    /// Draft logits [draft vocabulary] -> target logits [target vocabulary] of the intersection; the others
    /// are kNeverLogit.
    void spread(std::span<const float> draftLogits, std::span<float> targetLogits) const;

    /// The draft's tokens of these bytes, with no special token and no space put in front. A character cut
    /// short at the end becomes tokens of single bytes, where the draft has them.
    std::vector<TokenId> encode(std::string_view bytes) const;

    /// The share of the target's tokens of `text` that lie in the intersection; 0 for none.
    double coverageOf(std::string_view text) const;

    const Tokenizer& target() const { return *m_target; }
    const Tokenizer& draft() const { return *m_draft; }

private:
    struct Pair {
        TokenId target, draft;
    };
    void join(TokenId target, TokenId draft);
    void joinSpecials();
    void joinByBytes(bool special);
    std::vector<TokenId> encodeWhole(std::string_view text) const;

    std::shared_ptr<const Tokenizer> m_target, m_draft;
    std::vector<TokenId> m_toDraft;         // [target count], -1: none
    std::vector<TokenId> m_toTarget;        // [draft count], -1: none
    std::vector<Pair> m_pairs;              // by target id
    std::array<TokenId, 256> m_byteTokens;  // the draft's, -1: none
};

/// The target's text in the draft's tokens, kept up to date as it grows or is rewound. Tokens of the
/// intersection keep their place; runs of others are encoded anew from their joined bytes, together with
/// neighbours that share a character with them. Begins as the draft's own texts do, with its begin-of-text
/// token or none. One thread.
class BridgedText {
public:
    explicit BridgedText(std::shared_ptr<const TokenBridge> bridge);

    /// The draft's tokens for the whole text. The answer's beginning is that of the last one as far as the
    /// texts agree, but for the last group of tokens.
    std::span<const TokenId> update(std::span<const TokenId> text);

private:
    struct Group {
        std::size_t target, draft;  // where it begins in both
    };
    std::size_t append(std::span<const TokenId> text, std::size_t at);

    std::shared_ptr<const TokenBridge> m_bridge;
    std::vector<TokenId> m_beginning;  // of every text: nothing, or the draft's begin-of-text token
    std::vector<TokenId> m_text, m_draftText;
    std::vector<Group> m_groups;
};

}  // namespace specula
