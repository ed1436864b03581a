#include "engine/draft/token_bridge.h"

#include <algorithm>
#include <string>
#include <unordered_map>

#include "engine/draft/draft.h"
#include "engine/text/utf8.h"

namespace specula {

namespace {

/// Ids of a kind by their bytes, ordinary tokens before byte-fallback ones, then ascending.
std::unordered_map<std::string, std::vector<TokenId>> idsByBytes(const Tokenizer& tokenizer, int count,
                                                                 bool special) {
    std::unordered_map<std::string, std::vector<TokenId>> ids;
    for (const bool bytes : {false, true}) {
        for (TokenId id = 0; id < count; ++id) {
            if (tokenizer.isByte(id) != bytes || tokenizer.isSpecial(id) != special) continue;
            if (std::string piece = tokenizer.piece(id); !piece.empty()) ids[std::move(piece)].push_back(id);
        }
    }
    return ids;
}

/// How many of the last tokens have exactly these bytes together; 0: none.
std::size_t lastOnesThatSpell(const Tokenizer& tokenizer, std::span<const TokenId> ids,
                              std::string_view text) {
    std::size_t count = 0;
    while (!text.empty() && count < ids.size()) {
        const std::string piece = tokenizer.piece(ids[ids.size() - ++count]);
        if (!text.ends_with(piece)) return 0;
        text.remove_suffix(piece.size());
    }
    return text.empty() ? count : 0;
}

}  // namespace

TokenBridge::TokenBridge(std::shared_ptr<const Tokenizer> target, int targetCount,
                         std::shared_ptr<const Tokenizer> draft, int draftCount)
    : m_target(std::move(target)),
      m_draft(std::move(draft)),
      m_toDraft(static_cast<std::size_t>(targetCount), -1),
      m_toTarget(static_cast<std::size_t>(draftCount), -1) {
    joinSpecials();
    joinByBytes(true);
    joinByBytes(false);
    for (TokenId id = 0; id < targetCount; ++id) {
        if (toDraft(id) >= 0) m_pairs.push_back({id, toDraft(id)});
    }
    m_byteTokens.fill(-1);
    for (TokenId id = draftCount - 1; id >= 0; --id) {
        const std::string piece = m_draft->piece(id);
        if (piece.size() == 1 && !m_draft->isSpecial(id))
            m_byteTokens[static_cast<unsigned char>(piece.front())] = id;
    }
}

/// Pairs two tokens unless one has a partner or no row.
void TokenBridge::join(TokenId target, TokenId draft) {
    const auto t = static_cast<std::size_t>(target), d = static_cast<std::size_t>(draft);
    if (t >= m_toDraft.size() || d >= m_toTarget.size() || m_toDraft[t] >= 0 || m_toTarget[d] >= 0) return;
    m_toDraft[t] = draft;
    m_toTarget[d] = target;
}

void TokenBridge::joinSpecials() {
    const std::vector<TokenId> targetEnds = m_target->eos(), draftEnds = m_draft->eos();
    if (!targetEnds.empty() && !draftEnds.empty()) join(targetEnds.front(), draftEnds.front());
    if (m_target->bos() && m_draft->bos()) join(*m_target->bos(), *m_draft->bos());
}

void TokenBridge::joinByBytes(bool special) {
    const auto drafts = idsByBytes(*m_draft, static_cast<int>(m_toTarget.size()), special);
    for (const auto& [bytes, targets] : idsByBytes(*m_target, static_cast<int>(m_toDraft.size()), special)) {
        const auto found = drafts.find(bytes);
        if (found == drafts.end()) continue;
        const std::size_t count = std::min(targets.size(), found->second.size());
        for (std::size_t i = 0; i < count; ++i) join(targets[i], found->second[i]);
    }
}

void TokenBridge::spread(std::span<const float> draftLogits, std::span<float> targetLogits) const {
    std::fill(targetLogits.begin(), targetLogits.end(), kNeverLogit);
    for (const Pair& pair : m_pairs)
        targetLogits[static_cast<std::size_t>(pair.target)] =
            draftLogits[static_cast<std::size_t>(pair.draft)];
}

std::vector<TokenId> TokenBridge::encode(std::string_view bytes) const {
    const std::size_t tail = unfinishedTail(bytes);
    std::vector<TokenId> ids = encodeWhole(bytes.substr(0, bytes.size() - tail));
    for (const char c : bytes.substr(bytes.size() - tail)) {
        if (const TokenId id = m_byteTokens[static_cast<unsigned char>(c)]; id >= 0) ids.push_back(id);
    }
    std::erase_if(ids, [this](TokenId id) { return static_cast<std::size_t>(id) >= m_toTarget.size(); });
    return ids;
}

std::vector<TokenId> TokenBridge::encodeWhole(std::string_view text) const {
    if (text.empty()) return {};
    std::vector<TokenId> ids = m_draft->encode(text, false, false);
    if (lastOnesThatSpell(*m_draft, ids, text) == ids.size()) return ids;
    // Sentencepiece puts a space before a text's first word; behind a line break it does not.
    const std::vector<TokenId> behind = m_draft->encode(std::string("\n").append(text), false, false);
    const std::size_t count = lastOnesThatSpell(*m_draft, behind, text);
    if (count > 0) ids.assign(behind.end() - static_cast<std::ptrdiff_t>(count), behind.end());
    return ids;
}

double TokenBridge::coverageOf(std::string_view text) const {
    const std::vector<TokenId> ids = m_target->encode(text, false, false);
    const auto inside = std::count_if(ids.begin(), ids.end(), [this](TokenId id) {
        return static_cast<std::size_t>(id) < m_toDraft.size() && toDraft(id) >= 0;
    });
    return ids.empty() ? 0.0 : static_cast<double>(inside) / static_cast<double>(ids.size());
}

BridgedText::BridgedText(std::shared_ptr<const TokenBridge> bridge) : m_bridge(std::move(bridge)) {
    const std::vector<TokenId> empty = m_bridge->draft().encode("", true, false);
    if (!empty.empty() && m_bridge->draft().bos() == empty.front()) m_beginning = {empty.front()};
}

std::span<const TokenId> BridgedText::update(std::span<const TokenId> text) {
    const auto common = static_cast<std::size_t>(
        std::mismatch(m_text.begin(), m_text.end(), text.begin(), text.end()).first - m_text.begin());
    // A group ends where a token says so that comes after it: the last one they share is not final.
    while (!m_groups.empty() && m_groups.back().target >= common) m_groups.pop_back();
    std::size_t at = 0;
    if (m_groups.empty()) {
        m_draftText = m_beginning;
        at = !text.empty() && m_bridge->target().bos() == text.front() ? 1 : 0;
    } else {
        at = m_groups.back().target;
        m_draftText.resize(m_groups.back().draft);
        m_groups.pop_back();
    }
    m_text.assign(text.begin(), text.end());
    while (at < text.size()) at = append(text, at);
    return m_draftText;
}

/// Appends the group that begins at `at`; returns where the next one does.
std::size_t BridgedText::append(std::span<const TokenId> text, std::size_t at) {
    m_groups.push_back({at, m_draftText.size()});
    std::string bytes;
    bool inside = true;
    std::size_t end = at;
    const auto known = [&](std::size_t i) { return m_bridge->toDraft(text[i]) >= 0; };
    do {
        inside = inside && known(end);
        bytes += m_bridge->target().piece(text[end++]);
    } while (end < text.size() && (unfinishedTail(bytes) > 0 || (!inside && !known(end))));
    if (inside) {
        for (; at < end; ++at) m_draftText.push_back(m_bridge->toDraft(text[at]));
    } else {
        const std::vector<TokenId> ids = m_bridge->encode(bytes);
        m_draftText.insert(m_draftText.end(), ids.begin(), ids.end());
    }
    return end;
}

}  // namespace specula
