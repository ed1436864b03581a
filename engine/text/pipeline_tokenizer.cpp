#include "engine/text/pipeline_tokenizer.h"

#include <algorithm>

#include "engine/text/json_file.h"
#include "engine/text/sentencepiece_proto.h"
#include "engine/text/utf8.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr std::size_t kMaxTokens = 1u << 20;

std::string withSpaces(std::string_view token, const std::string& mark) {
    std::string text;
    while (!token.empty()) {
        const bool isMark = !mark.empty() && token.starts_with(mark);
        text += isMark ? ' ' : token[0];
        token.remove_prefix(isMark ? mark.size() : 1);
    }
    return text;
}

}  // namespace

PipelineTokenizer::PipelineTokenizer(const PipelineParts& parts)
    : m_unknown(parts.unknown),
      m_normaliser(parts.normaliser),
      m_preTokenizer(parts.preTokenizer),
      m_before(parts.before),
      m_after(parts.after),
      m_bos(parts.bos),
      m_eos(parts.eos) {
    if (parts.tokens.empty()) throw Error(sanitised(parts.file) + ": the vocabulary has no tokens");
    if (parts.addBos && m_bos) m_before.insert(m_before.begin(), *m_bos);
    readTokens(parts);
    readAdded(parts.added);
}

void PipelineTokenizer::readTokens(const PipelineParts& parts) {
    std::size_t count = parts.tokens.size();
    for (const AddedToken& token : parts.added) {
        if (token.id < 0 || static_cast<std::size_t>(token.id) >= kMaxTokens) {
            throw Error(sanitised(parts.file) + ": the added token " + sanitised(token.content) +
                        " has the id " + std::to_string(token.id) + ", expected 0 to " +
                        std::to_string(kMaxTokens - 1));
        }
        count = std::max(count, static_cast<std::size_t>(token.id) + 1);
    }
    if (count > kMaxTokens) {
        throw Error(sanitised(parts.file) + ": the vocabulary has " + std::to_string(count) +
                    " tokens, expected at most " + std::to_string(kMaxTokens));
    }
    m_pieces = parts.tokens;
    m_pieces.resize(count);
    m_special.resize(count, false);
    m_isAdded.resize(count, false);
    for (const AddedToken& token : parts.added) {
        const auto id = static_cast<std::size_t>(token.id);
        m_pieces[id] = token.content;
        m_special[id] = token.special;
        m_isAdded[id] = true;
    }
    std::vector<TokenId> named = m_before;
    named.insert(named.end(), m_after.begin(), m_after.end());
    named.insert(named.end(), m_eos.begin(), m_eos.end());
    if (m_bos) named.push_back(*m_bos);
    if (m_unknown) named.push_back(*m_unknown);
    const auto inRange = [&](TokenId id) { return id >= 0 && static_cast<std::size_t>(id) < count; };
    if (!std::all_of(named.begin(), named.end(), inRange)) {
        throw Error(sanitised(parts.file) +
                    ": the begin, end or unknown token's id lies outside the vocabulary of " +
                    std::to_string(count) + " tokens");
    }
}

// A token that is looked for after normalisation is itself looked for in its normal form.
void PipelineTokenizer::readAdded(std::vector<AddedToken> added) {
    std::vector<AddedToken> raw;
    std::vector<AddedToken> afterNormalising;
    for (AddedToken& token : added) {
        if (token.normalized && !m_normaliser.empty()) {
            token.content = m_normaliser.apply(replaceIllFormed(token.content));
            afterNormalising.push_back(std::move(token));
        } else {
            raw.push_back(std::move(token));
        }
    }
    m_rawAdded = AddedTokens(std::move(raw));
    m_normalisedAdded = AddedTokens(std::move(afterNormalising));
}

void PipelineTokenizer::applyDecoding(const DecodingSettings& settings) {
    m_dropsLeadingSpace = settings.dropsLeadingSpace;
    m_isByte.assign(settings.byteFallback ? m_pieces.size() : 0, false);
    for (std::size_t id = 0; id < m_pieces.size(); ++id) {
        if (m_isAdded[id]) continue;
        const auto byte = settings.byteFallback ? byteOfPiece(m_pieces[id]) : std::nullopt;
        m_pieces[id] =
            byte ? std::string(1, static_cast<char>(*byte)) : withSpaces(m_pieces[id], settings.mark);
        if (byte) m_isByte[id] = true;
    }
    if (m_unknown) m_special[static_cast<std::size_t>(*m_unknown)] = true;
}

void PipelineTokenizer::encodeText(std::string_view text, bool first, std::vector<TokenId>& ids) const {
    for (const std::string& word : m_preTokenizer.split(text, first)) encodeWord(word, ids);
}

std::vector<TokenId> PipelineTokenizer::encode(std::string_view text, bool addSpecial,
                                               bool parseSpecial) const {
    std::vector<TokenId> ids;
    if (addSpecial) ids = m_before;
    const std::string valid = replaceIllFormed(text);
    for (const auto& [id, part] : m_rawAdded.split(valid, parseSpecial)) {
        if (id) {
            ids.push_back(*id);
            continue;
        }
        const bool first = part.data() == valid.data();
        if (m_normaliser.empty()) {
            encodeText(part, first, ids);
            continue;
        }
        const std::string normal = m_normaliser.apply(part);
        for (const auto& [innerId, innerPart] : m_normalisedAdded.split(normal, parseSpecial)) {
            if (innerId) {
                ids.push_back(*innerId);
            } else {
                encodeText(innerPart, first && innerPart.data() == normal.data(), ids);
            }
        }
    }
    if (addSpecial) ids.insert(ids.end(), m_after.begin(), m_after.end());
    return ids;
}

std::string PipelineTokenizer::piece(TokenId id) const {
    return id >= 0 && id < size() ? m_pieces[static_cast<std::size_t>(id)] : std::string();
}

bool PipelineTokenizer::isSpecial(TokenId id) const {
    return id >= 0 && id < size() && m_special[static_cast<std::size_t>(id)];
}

bool PipelineTokenizer::isByte(TokenId id) const {
    return id >= 0 && static_cast<std::size_t>(id) < m_isByte.size() &&
           m_isByte[static_cast<std::size_t>(id)];
}

std::string PipelineTokenizer::decode(std::span<const TokenId> ids, bool keepSpecial) const {
    std::string bytes;
    for (const TokenId id : ids) {
        if (keepSpecial || !isSpecial(id)) bytes += piece(id);
    }
    if (m_dropsLeadingSpace && bytes.starts_with(' ')) bytes.erase(0, 1);
    return replaceIllFormed(bytes);
}

}  // namespace specula
