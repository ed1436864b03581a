#include "engine/text/tokenizer.h"

#include "engine/text/utf8.h"

namespace specula {

std::string StreamDecoder::push(TokenId id) {
    if (m_tokenizer->isSpecial(id) && !m_keepSpecial) return {};
    std::string piece = m_tokenizer->piece(id);
    if (piece.empty()) return {};
    if (m_first && m_tokenizer->dropsLeadingSpace() && piece.starts_with(' ')) piece.erase(0, 1);
    m_first = false;
    m_pending += piece;
    const std::size_t complete = m_pending.size() - unfinishedTail(m_pending);
    std::string text = replaceIllFormed(std::string_view(m_pending).substr(0, complete));
    m_pending.erase(0, complete);
    return text;
}

std::string StreamDecoder::finish() {
    std::string text = replaceIllFormed(m_pending);
    m_pending.clear();
    return text;
}

}  // namespace specula
