#include "engine/draft/ngram_draft.h"

#include <algorithm>

namespace specula {

void NgramDraft::propose(const DraftRequest& request, Proposals& proposals) {
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
    if (bestLength == 0) return;
    int last = -1;
    for (std::size_t at = bestEnd; at < size && last + 1 < request.gamma(); ++at) {
        last = proposals.add(last, context[at]);
        if (proposals.ends(context[at])) break;
    }
}

}  // namespace specula
