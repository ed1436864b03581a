#include "engine/draft/model_draft.h"

#include <algorithm>

namespace specula {

ModelDraft::ModelDraft(std::shared_ptr<const Model> model)
    : m_model(std::move(model)),
      m_state(m_model->newState()),
      m_logits(static_cast<std::size_t>(m_model->vocabulary())) {}

ModelDraft::ModelDraft(std::shared_ptr<const Model> model, std::shared_ptr<const TokenBridge> bridge,
                       int vocabulary)
    : ModelDraft(std::move(model)) {
    m_bridge = std::move(bridge);
    m_text.emplace(m_bridge);
    m_spread.resize(static_cast<std::size_t>(vocabulary));
}

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

std::span<const float> ModelDraft::targetLogits() {
    if (!m_bridge) return m_logits;
    m_bridge->spread(m_logits, m_spread);
    return m_spread;
}

void ModelDraft::propose(const DraftRequest& wanted, Proposals& proposals) {
    DraftRequest request = wanted;
    if (m_text) request.context = m_text->update(wanted.context);
    if (request.context.empty()) return;
    const std::size_t shared = request.sharedWith(m_fed);
    m_fed.resize(shared);
    m_state->cache.truncate(static_cast<int>(shared));
    const int room = m_model->maxSeq() - static_cast<int>(request.context.size());
    const int gamma = std::min(request.gamma(), room);
    if (gamma <= 0 || !feed(request.context.subspan(shared), request.stop)) return;
    for (int parent = -1; parent + 1 < gamma;) {
        const Proposals::Added added = proposals.draw(parent, targetLogits(), 1);
        if (added.tokens.empty() || proposals.ends(added.tokens.front())) break;
        parent = added.first;
        const TokenId next = m_bridge ? m_bridge->toDraft(added.tokens.front()) : added.tokens.front();
        if (parent + 1 < gamma && !feed({&next, 1}, request.stop)) break;
    }
}

}  // namespace specula
