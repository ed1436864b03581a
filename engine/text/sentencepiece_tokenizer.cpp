#include "engine/text/sentencepiece_tokenizer.h"

#include <sentencepiece_processor.h>

#include <algorithm>

#include "engine/text/json_file.h"
#include "engine/text/sentencepiece_model.h"
#include "engine/text/sentencepiece_proto.h"
#include "engine/text/utf8.h"
#include "engine/trace/error.h"

namespace specula {
namespace {

constexpr int kMaxTokens = 1 << 20;
constexpr std::string_view kSpaceMark = "\xE2\x96\x81";  // U+2581

std::string withSpaces(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const bool mark = text.starts_with(kSpaceMark);
        result += mark ? ' ' : text[0];
        text.remove_prefix(mark ? kSpaceMark.size() : 1);
    }
    return result;
}

}  // namespace

SentencePieceTokenizer::SentencePieceTokenizer(const std::string& proto, SentencePieceSettings settings)
    : m_prefixSpace(settings.prefixSpace) {
    const SentencePieceFacts facts = inspectSentencePieceModel(proto, settings.file);
    m_model = loadSentencePieceProto(proto, settings.file);
    m_kind = facts.bpe ? "sentencepiece BPE" : "sentencepiece unigram";
    m_dropsLeadingSpace =
        m_prefixSpace == PrefixSpace::Model ? facts.addsDummyPrefix : m_prefixSpace != PrefixSpace::Never;
    readPieces(settings);
    m_bos = settings.bos;
    if (!m_bos && m_model->bos_id() >= 0) m_bos = m_model->bos_id();
    m_eos = std::move(settings.eos);
    if (m_eos.empty() && m_model->eos_id() >= 0) m_eos.push_back(m_model->eos_id());
    m_addBos = settings.addBos && m_bos.has_value();
    const auto inRange = [&](TokenId id) { return id >= 0 && id < size(); };
    if ((m_bos && !inRange(*m_bos)) || !std::all_of(m_eos.begin(), m_eos.end(), inRange)) {
        throw Error(sanitised(settings.file) +
                    ": the begin or end token's id lies outside the vocabulary of " + std::to_string(size()) +
                    " tokens");
    }
    m_added = AddedTokens(std::move(settings.added));
}

SentencePieceTokenizer::~SentencePieceTokenizer() = default;

void SentencePieceTokenizer::readPieces(const SentencePieceSettings& settings) {
    const int count = m_model->GetPieceSize();
    for (int id = 0; id < count; ++id) {
        const std::string& text = m_model->IdToPiece(id);
        const bool special = m_model->IsControl(id) || m_model->IsUnknown(id);
        if (m_model->IsByte(id)) {
            m_pieces.emplace_back(1, static_cast<char>(std::stoi(text.substr(3, 2), nullptr, 16)));
        } else if (m_model->IsUnused(id)) {
            m_pieces.emplace_back(text.starts_with('\x01') ? std::string() : withSpaces(text));
        } else {
            m_pieces.push_back(special ? text : withSpaces(text));
        }
        m_special.push_back(special);
    }
    for (const AddedToken& token : settings.added) {
        if (token.id < 0 || token.id >= kMaxTokens) {
            throw Error(sanitised(settings.file) + ": the added token " + sanitised(token.content) +
                        " has the id " + std::to_string(token.id) + ", expected 0 to " +
                        std::to_string(kMaxTokens - 1));
        }
        const auto id = static_cast<std::size_t>(token.id);
        if (id >= m_pieces.size()) {
            m_pieces.resize(id + 1);
            m_special.resize(id + 1, false);
        }
        m_pieces[id] = token.content;
        m_special[id] = token.special;
    }
}

std::vector<TokenId> SentencePieceTokenizer::encode(std::string_view text, bool addSpecial,
                                                    bool parseSpecial) const {
    std::vector<TokenId> ids;
    if (addSpecial && m_addBos) ids.push_back(*m_bos);
    const std::string valid = replaceIllFormed(text);
    bool first = true;
    std::vector<int> part;
    for (const auto& [id, stretch] : m_added.split(valid, parseSpecial)) {
        if (id) {
            ids.push_back(*id);
        } else {
            const bool space =
                m_prefixSpace == PrefixSpace::Always || (m_prefixSpace == PrefixSpace::First && first);
            std::string spaced(space ? 1 : 0, ' ');
            const auto status = m_model->Encode(spaced.append(stretch), &part);
            if (!status.ok()) {
                throw Error("the sentencepiece library failed: " + sanitised(status.ToString()),
                            ErrorKind::Failed);
            }
            ids.insert(ids.end(), part.begin(), part.end());
        }
        first = false;
    }
    return ids;
}

std::string SentencePieceTokenizer::piece(TokenId id) const {
    return id >= 0 && id < size() ? m_pieces[static_cast<std::size_t>(id)] : std::string();
}

bool SentencePieceTokenizer::isSpecial(TokenId id) const {
    return id >= 0 && id < size() && m_special[static_cast<std::size_t>(id)];
}

bool SentencePieceTokenizer::isByte(TokenId id) const {
    return id >= 0 && id < m_model->GetPieceSize() && m_model->IsByte(id);
}

std::string SentencePieceTokenizer::decode(std::span<const TokenId> ids, bool keepSpecial) const {
    std::string bytes;
    for (const TokenId id : ids) {
        if (keepSpecial || !isSpecial(id)) bytes += piece(id);
    }
    if (m_dropsLeadingSpace && bytes.starts_with(' ')) bytes.erase(0, 1);
    return replaceIllFormed(bytes);
}

float SentencePieceTokenizer::score(TokenId id) const {
    return id >= 0 && id < m_model->GetPieceSize() ? m_model->GetScore(id) : 0.0F;
}

}  // namespace specula
