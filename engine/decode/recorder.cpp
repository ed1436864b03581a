#include "engine/decode/recorder.h"

#include <algorithm>

#include "engine/verify/rows.h"

namespace specula {

std::string Recorder::bytes(TokenId id) const {
    return m_tokenizer != nullptr && tokens() ? m_tokenizer->piece(id) : std::string();
}

RowPair Recorder::pair(std::span<const float> target, std::span<const float> draft, TokenId drafted,
                       std::initializer_list<TokenId> always) const {
    RowPair pair;
    pair.hasDraft = drafted >= 0;
    std::vector<TokenId> ids = largestOf(target, m_topEntries);
    if (pair.hasDraft) {
        pair.sums = sumsOf(target, draft, drafted);
        if (!draft.empty()) {
            const std::vector<TokenId> more = largestOf(draft, m_topEntries);
            ids.insert(ids.end(), more.begin(), more.end());
        }
        ids.push_back(drafted);
    } else {
        pair.sums.entropyTarget = entropyOf(target);
    }
    for (const TokenId id : always) {
        if (id >= 0) ids.push_back(id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const TokenId id : ids) {
        const auto at = static_cast<std::size_t>(id);
        double pDraft = 0.0;
        if (pair.hasDraft)
            pDraft = draft.empty() ? (id == drafted ? 1.0 : 0.0) : static_cast<double>(draft[at]);
        pair.top.push_back({id, bytes(id), static_cast<double>(target[at]), pDraft});
    }
    std::stable_sort(pair.top.begin(), pair.top.end(), [](const TopEntry& a, const TopEntry& b) {
        return a.pTarget != b.pTarget ? a.pTarget > b.pTarget : a.pDraft > b.pDraft;
    });
    return pair;
}

}  // namespace specula
