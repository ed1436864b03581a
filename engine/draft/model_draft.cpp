#include "engine/draft/model_draft.h"

#include <algorithm>

namespace specula {

ModelDraft::ModelDraft(std::shared_ptr<const Model> model)
    : m_model(std::move(model)),
      m_state(m_model->newState()),
      m_logits(static_cast<std::size_t>(m_model->vocabulary())) {}

bool ModelDraft::feed(std::span<const TokenId> tokens, std::stop_token stop) {
    while (!tokens.empty()) {
        if (stop.stop_requested()) return false;
        const auto piece = tokens.first(std::min<std::size_t>(tokens.size(), kMaxForwardRows));
        m_model->forward(*m_state, {piece}, {.logitsFrom = static_cast<int>(piece.size()) - 1},
                         m_logits.data());
        m_fed.insert(m_fed.end(), piece.begin(), piece.end());
        tokens = tokens.subspan(piece.size());
    }
    return true;
}

Proposed ModelDraft::propose(const DraftRequest& request) {
    // Keep what the cache shares with the context, but feed at least its last token: its logits are needed.
    const std::size_t limit = std::min(m_fed.size(), request.context.size() - 1);
    const auto shared = static_cast<std::size_t>(
        std::mismatch(m_fed.begin(), m_fed.begin() + static_cast<std::ptrdiff_t>(limit),
                      request.context.begin())
            .first -
        m_fed.begin());
    m_fed.resize(shared);
    m_state->cache.truncate(static_cast<int>(shared));
    Proposed out;
    const int room = m_model->maxSeq() - static_cast<int>(request.context.size());
    const int gamma = std::min(request.gamma, room);
    if (gamma <= 0 || !feed(request.context.subspan(shared), request.stop)) return out;
    for (int slot = 0; slot < gamma; ++slot) {
        const TokenId token = request.draw(slot, m_logits);
        out.tokens.push_back(token);
        if (slot + 1 == gamma || request.endsText(token)) break;
        if (!feed({&token, 1}, request.stop)) break;
    }
    return out;
}

EarlyExitDraft::EarlyExitDraft(std::shared_ptr<const Model> model, ModelState& state, int layers)
    : m_model(std::move(model)),
      m_state(state),
      m_layers(layers),
      m_logits(static_cast<std::size_t>(m_model->vocabulary())) {}

Proposed EarlyExitDraft::propose(const DraftRequest& request) {
    Proposed out;
    const int base = m_state.cache.length();
    TokenId last = request.context.back();
    for (int slot = 0; slot < request.gamma && !request.stop.stop_requested(); ++slot) {
        m_model->forward(m_state, {{&last, 1}}, {.layers = m_layers}, m_logits.data());
        last = request.draw(slot, m_logits);
        out.tokens.push_back(last);
        if (request.endsText(last)) break;
    }
    m_state.cache.truncate(base);
    return out;
}

}  // namespace specula
