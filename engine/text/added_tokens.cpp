#include "engine/text/added_tokens.h"

#include <algorithm>

#include "engine/text/utf8.h"

namespace specula {
namespace {

// Start of the character that ends at `end` (> 0).
std::size_t characterStart(std::string_view text, std::size_t end) {
    std::size_t start = end - 1;
    while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0) == 0x80) --start;
    return start;
}

bool touchesWord(std::string_view text, std::size_t start, std::size_t end) {
    if (start > 0 && isWordCharacter(utf8Step(text.substr(characterStart(text, start))).codePoint))
        return true;
    return end < text.size() && isWordCharacter(utf8Step(text.substr(end)).codePoint);
}

std::size_t spaceBefore(std::string_view text, std::size_t start, std::size_t limit) {
    while (start > limit) {
        const std::size_t previous = characterStart(text, start);
        if (previous < limit || !isWhiteSpace(utf8Step(text.substr(previous)).codePoint)) break;
        start = previous;
    }
    return start;
}

std::size_t spaceAfter(std::string_view text, std::size_t end) {
    while (end < text.size()) {
        const Utf8Step step = utf8Step(text.substr(end));
        if (!isWhiteSpace(step.codePoint)) break;
        end += step.length;
    }
    return end;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : m_tokens(std::move(tokens)) {
    std::erase_if(m_tokens, [](const AddedToken& token) { return token.content.empty(); });
    std::stable_sort(m_tokens.begin(), m_tokens.end(),
                     [](const auto& a, const auto& b) { return a.content.size() > b.content.size(); });
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
        m_byFirstByte[static_cast<unsigned char>(m_tokens[i].content[0])].push_back(i);
    }
}

const AddedToken* AddedTokens::at(std::string_view text, std::size_t start) const {
    for (const std::size_t i : m_byFirstByte[static_cast<unsigned char>(text[start])]) {
        if (text.substr(start).starts_with(m_tokens[i].content)) return &m_tokens[i];
    }
    return nullptr;
}

std::vector<AddedTokens::Segment> AddedTokens::split(std::string_view text, bool parseSpecial) const {
    std::vector<Segment> segments;
    std::size_t done = 0;
    std::size_t position = 0;
    while (position < text.size()) {
        const AddedToken* token = m_tokens.empty() ? nullptr : at(text, position);
        if (!token) {
            ++position;
            continue;
        }
        std::size_t start = position;
        std::size_t end = position + token->content.size();
        position = end;
        if (token->special && !parseSpecial) continue;
        if (token->singleWord && touchesWord(text, start, end)) continue;
        if (token->lstrip) start = spaceBefore(text, start, done);
        if (token->rstrip) end = spaceAfter(text, end);
        if (start > done) segments.push_back({std::nullopt, text.substr(done, start - done)});
        segments.push_back({token->id, text.substr(start, end - start)});
        done = position = end;
    }
    if (done < text.size()) segments.push_back({std::nullopt, text.substr(done)});
    return segments;
}

}  // namespace specula
