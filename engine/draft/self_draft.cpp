#include "engine/draft/self_draft.h"

namespace specula {

SelfDraft::SelfDraft(std::shared_ptr<const Model> model, ModelState& state, std::vector<int> skipped)
    : m_model(std::move(model)),
      m_state(state),
      m_skipped(std::move(skipped)),
      m_logits(static_cast<std::size_t>(m_model->vocabulary())) {}

void SelfDraft::propose(const DraftRequest& request, Proposals& proposals) {
    const int base = m_state.cache.length();
    TokenId last = request.context.back();
    for (int parent = -1; parent + 1 < request.gamma() && !request.stop.stop_requested();) {
        m_model->forward(m_state, {{&last, 1}}, {.skipped = m_skipped}, m_logits.data());
        const Proposals::Added added = next(proposals, parent, m_logits);
        if (added.tokens.empty() || proposals.ends(added.tokens.front())) break;
        parent = added.first;
        last = added.tokens.front();
    }
    m_state.cache.truncate(base);
}

Proposals::Added SelfDraft::next(Proposals& proposals, int parent, std::span<const float> logits) const {
    return proposals.draw(parent, logits, 1);
}

}  // namespace specula
