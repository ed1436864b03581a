#pragma once

#include <array>
#include <string>
#include <unordered_map>

#include "engine/text/bpe_tokenizer.h"

namespace specula {

/// How a vocabulary of characters is read and written.
struct CharacterBpeSettings {
    bool byteFallback = false;  ///< characters without a token become their bytes' tokens, <0x00> to <0xFF>
    std::string mark;           ///< stands for a space in tokens; "" = none does
    bool dropsLeadingSpace = false;  ///< decoding a text drops its first space
};

/// Byte-pair encoding over characters, as tokenizer.json carries converted sentencepiece models (Llama,
/// Mistral, Gemma, Phi-3). Const and safe from several threads.
class CharacterBpe final : public BpeTokenizer {
public:
    /// Throws Error for ids out of range or a merge that names or makes a token outside the vocabulary.
    CharacterBpe(BpeVocabulary vocabulary, const CharacterBpeSettings& settings);

    std::string kind() const override;

protected:
    void symbolsOf(std::string_view word, std::vector<TokenId>& symbols) const override;

private:
    bool m_byteFallback;
    std::unordered_map<std::string, TokenId> m_characters;
    std::array<TokenId, 256> m_byteTokens{};  // -1: none
};

}  // namespace specula
