#pragma once

#include <memory>
#include <optional>

#include "engine/draft/draft.h"
#include "engine/draft/token_bridge.h"
#include "engine/model/model.h"

namespace specula {

/// A smaller model with the target's vocabulary, or with another one and a bridge between the two. Its cache
/// catches up lazily: whatever the context holds that it has not seen (the last accepted and the bonus token
/// after a full round, or rounds in which nothing was drafted) is fed together with the next first step, in
/// one pass.
class ModelDraft final : public Draft {
public:
    explicit ModelDraft(std::shared_ptr<const Model> model);

    /// `vocabulary`: length of the target's rows.
    ModelDraft(std::shared_ptr<const Model> model, std::shared_ptr<const TokenBridge> bridge, int vocabulary);

    void propose(const DraftRequest& request, Proposals& proposals) override;

private:
    bool feed(std::span<const TokenId> tokens, std::stop_token stop);
    std::span<const float> targetLogits();

    std::shared_ptr<const Model> m_model;
    std::unique_ptr<ModelState> m_state;
    std::vector<TokenId> m_fed;   // what the cache holds, in the draft's tokens
    std::vector<float> m_logits;  // [draft's vocabulary] after the last fed token

    // With another tokenizer only.
    std::shared_ptr<const TokenBridge> m_bridge;
    std::optional<BridgedText> m_text;
    std::vector<float> m_spread;  // [target's vocabulary]
};

}  // namespace specula
