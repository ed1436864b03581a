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

void ModelDraft::propose(const DraftRequest& request, Proposals& proposals) {
    const std::size_t shared = request.sharedWith(m_fed);
    m_fed.resize(shared);
    m_state->cache.truncate(static_cast<int>(shared));
    const int room = m_model->maxSeq() - static_cast<int>(request.context.size());
    const int gamma = std::min(request.gamma(), room);
    if (gamma <= 0 || !feed(request.context.subspan(shared), request.stop)) return;
    for (int parent = -1; parent + 1 < gamma;) {
        const Proposals::Added added = proposals.draw(parent, m_logits, 1);
        if (added.tokens.empty() || proposals.ends(added.tokens.front())) break;
        parent = added.first;
        if (parent + 1 < gamma && !feed(added.tokens, request.stop)) break;
    }
}

EarlyExitDraft::EarlyExitDraft(std::shared_ptr<const Model> model, ModelState& state, int layers)
    : m_model(std::move(model)),
      m_state(state),
      m_layers(layers),
      m_logits(static_cast<std::size_t>(m_model->vocabulary())) {}

void EarlyExitDraft::propose(const DraftRequest& request, Proposals& proposals) {
    const int base = m_state.cache.length();
    TokenId last = request.context.back();
    for (int parent = -1; parent + 1 < request.gamma() && !request.stop.stop_requested();) {
        m_model->forward(m_state, {{&last, 1}}, {.layers = m_layers}, m_logits.data());
        const Proposals::Added added = proposals.draw(parent, m_logits, 1);
        if (added.tokens.empty() || proposals.ends(added.tokens.front())) break;
        parent = added.first;
        last = added.tokens.front();
    }
    m_state.cache.truncate(base);
}

}  // namespace specula
