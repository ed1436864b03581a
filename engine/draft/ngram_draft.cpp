#include "engine/draft/ngram_draft.h"

#include <algorithm>

namespace specula {

Proposed NgramDraft::propose(const DraftRequest& request) {
    const std::span<const TokenId> context = request.context;
    const std::size_t size = context.size();
    std::size_t bestLength = 0, bestEnd = 0;  // the match ends just before bestEnd
    for (std::size_t end = size - 1; end >= 1; --end) {
        std::size_t length = 0;
        const std::size_t limit = std::min<std::size_t>(static_cast<std::size_t>(m_longest), end);
        while (length < limit && context[end - 1 - length] == context[size - 1 - length]) ++length;
        if (length > bestLength) {
            bestLength = length;
            bestEnd = end;
            if (length == static_cast<std::size_t>(m_longest)) break;
        }
    }
    Proposed out;
    out.oneHot = true;
    if (bestLength == 0) return out;
    for (std::size_t at = bestEnd; at < size && out.tokens.size() < static_cast<std::size_t>(request.gamma);
         ++at) {
        out.tokens.push_back(context[at]);
        if (request.endsText(context[at])) break;
    }
    return out;
}

}  // namespace specula
