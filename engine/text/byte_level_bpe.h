#pragma once

#include <array>

#include "engine/text/bpe_tokenizer.h"

namespace specula {

/// Byte-pair encoding over bytes, on the byte alphabet of GPT-2. Bytes without a token are dropped (unless
/// the vocabulary has an unknown token), as the reference tokenizers do. Const and safe from several threads.
class ByteLevelBpe final : public BpeTokenizer {
public:
    /// Throws Error for ids out of range or a merge that names or makes a token outside the vocabulary.
    explicit ByteLevelBpe(const BpeVocabulary& vocabulary);

    std::string kind() const override { return "byte-level BPE"; }

protected:
    void symbolsOf(std::string_view word, std::vector<TokenId>& symbols) const override;

private:
    std::array<TokenId, 256> m_byteTokens{};  // -1: none
};

}  // namespace specula
