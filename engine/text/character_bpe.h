#pragma once

#include <array>
#include <string>
#include <unordered_map>

#include "engine/text/bpe_tokenizer.h"

namespace specula {

/// Byte-pair encoding over characters, as tokenizer.json carries converted sentencepiece models (Llama,
/// Mistral, Gemma, Phi-3). Const and safe from several threads.
class CharacterBpe final : public BpeTokenizer {
public:
    /// Throws Error for ids out of range or a merge that names or makes a token outside the vocabulary.
    CharacterBpe(const BpeVocabulary& vocabulary, const DecodingSettings& decoding);

    std::string kind() const override;

protected:
    void symbolsOf(std::string_view word, std::vector<TokenId>& symbols) const override;

private:
    bool m_byteFallback;
    std::unordered_map<std::string, TokenId> m_characters;
    std::array<TokenId, 256> m_byteTokens{};  // -1: none
};

}  // namespace specula
