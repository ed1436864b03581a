#include "engine/text/byte_level_bpe.h"

namespace specula {

ByteLevelBpe::ByteLevelBpe(const BpeVocabulary& vocabulary) : BpeTokenizer(vocabulary) {
    m_byteTokens.fill(-1);
    for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id) {
        const auto bytes = bytesOfLetters(vocabulary.tokens[id]);
        if (!bytes) continue;
        if (!m_isAdded[id]) m_pieces[id] = *bytes;
        if (bytes->size() != 1) continue;
        TokenId& byteToken = m_byteTokens[static_cast<unsigned char>(bytes->front())];
        if (byteToken < 0) byteToken = static_cast<TokenId>(id);
    }
}

void ByteLevelBpe::symbolsOf(std::string_view word, std::vector<TokenId>& symbols) const {
    bool inUnknown = false;
    for (const char c : word) {
        const TokenId id = m_byteTokens[static_cast<unsigned char>(c)];
        if (id >= 0) {
            symbols.push_back(id);
        } else if (m_unknown && !(inUnknown && m_fuseUnknown)) {
            symbols.push_back(*m_unknown);
        }
        inUnknown = id < 0;
    }
}

}  // namespace specula
