#include "engine/text/character_bpe.h"

#include <algorithm>

#include "engine/text/sentencepiece_proto.h"
#include "engine/text/utf8.h"

namespace specula {
CharacterBpe::CharacterBpe(const BpeVocabulary& vocabulary, const DecodingSettings& decoding)
    : BpeTokenizer(vocabulary), m_byteFallback(decoding.byteFallback) {
    m_byteTokens.fill(-1);
    for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
        const std::string& token = vocabulary.tokens[id];
        if (token.empty()) continue;
        if (const auto byte = byteOfPiece(token)) m_byteTokens[*byte] = static_cast<TokenId>(id);
        if (utf8Step(token).length == token.size()) m_characters.emplace(token, static_cast<TokenId>(id));
    }
    applyDecoding(decoding);
}

std::string CharacterBpe::kind() const {
    return m_byteFallback ? "sentencepiece BPE" : "BPE over characters";
}

void CharacterBpe::symbolsOf(std::string_view word, std::vector<TokenId>& symbols) const {
    bool inUnknown = false;
    while (!word.empty()) {
        const std::string character(word.substr(0, utf8Step(word).length));
        word.remove_prefix(character.size());
        const auto found = m_characters.find(character);
        const auto hasToken = [this](char c) { return m_byteTokens[static_cast<unsigned char>(c)] >= 0; };
        const bool asBytes = found == m_characters.end() && m_byteFallback &&
                             std::all_of(character.begin(), character.end(), hasToken);
        if (found != m_characters.end()) {
            symbols.push_back(found->second);
        } else if (asBytes) {
            for (const char c : character) symbols.push_back(m_byteTokens[static_cast<unsigned char>(c)]);
        } else if (m_unknown && !(inUnknown && m_fuseUnknown)) {
            symbols.push_back(*m_unknown);
        }
        inUnknown = found == m_characters.end() && !asBytes;
    }
}

}  // namespace specula
