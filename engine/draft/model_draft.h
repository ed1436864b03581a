#pragma once

#include <memory>

#include "engine/draft/draft.h"
#include "engine/model/model.h"

namespace specula {

/// A smaller model with the target's vocabulary. Its cache catches up lazily: whatever the context holds that
/// it has not seen (the last accepted and the bonus token after a full round, or rounds in which nothing was
/// drafted) is fed together with the next first step, in one pass.
class ModelDraft final : public Draft {
public:
    explicit ModelDraft(std::shared_ptr<const Model> model);

    void propose(const DraftRequest& request, Proposals& proposals) override;

private:
    bool feed(std::span<const TokenId> tokens, std::stop_token stop);

    std::shared_ptr<const Model> m_model;
    std::unique_ptr<ModelState> m_state;
    std::vector<TokenId> m_fed;   // what the cache holds
    std::vector<float> m_logits;  // [vocabulary] after the last fed token
};

/// The target's own first layers with its final norm and head (early exit; Elhoushi et al. 2024). Works on
/// the target's cache: the first layers' keys and values of drafted tokens are the very ones that
/// verification writes again.
class EarlyExitDraft final : public Draft {
public:
    /// `state` is the Session's own state of `model`; it holds every context token but the last when
    /// propose() is called, and again when it returns.
    EarlyExitDraft(std::shared_ptr<const Model> model, ModelState& state, int layers);

    void propose(const DraftRequest& request, Proposals& proposals) override;

private:
    std::shared_ptr<const Model> m_model;
    ModelState& m_state;
    int m_layers;
    std::vector<float> m_logits;  // [vocabulary]
};

}  // namespace specula
