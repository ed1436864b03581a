#pragma once

#include <memory>
#include <vector>

#include "engine/draft/draft.h"
#include "engine/model/model.h"

namespace specula {

/// The target drafts for itself with some of its layers left out, at the price of those that run. All layers
/// after the K-th is early exit (Elhoushi et al. 2024, "LayerSkip"); any others are the self-speculation of
/// Zhang et al. 2023, "Draft & Verify", and SWIFT (Xia et al. 2024). Works on the target's cache: a drafted
/// token's keys and values are written into the layers that run, behind the text, and dropped at the end;
/// verification writes them anew in all layers.
class SelfDraft : public Draft {
public:
    /// `state` is the Session's own state of `model`; it holds every context token but the last when
    /// propose() is called, and again when it returns. `skipped`: layers from 1.
    SelfDraft(std::shared_ptr<const Model> model, ModelState& state, std::vector<int> skipped);

    void propose(const DraftRequest& request, Proposals& proposals) final;

protected:
    /// Adds a token after `parent`, of which these are the logits [vocabulary].
    virtual Proposals::Added next(Proposals& proposals, int parent, std::span<const float> logits) const;

private:
    std::shared_ptr<const Model> m_model;
    ModelState& m_state;
    std::vector<int> m_skipped;
    std::vector<float> m_logits;  // [vocabulary]
};

/// A draft for teaching and for benchmarks: it reads the whole target, knows its row, and is right with
/// probability alpha, see Proposals::drawBlended. Verification is the ordinary one, so the text is the
/// target's whatever alpha says; but every drafted token costs a step of the target, and nothing is gained.
class OracleDraft final : public SelfDraft {
public:
    OracleDraft(std::shared_ptr<const Model> model, ModelState& state, double alpha)
        : SelfDraft(std::move(model), state, {}), m_alpha(alpha) {}

protected:
    Proposals::Added next(Proposals& proposals, int parent, std::span<const float> logits) const override {
        return proposals.drawBlended(parent, logits, m_alpha);
    }

private:
    double m_alpha;
};

}  // namespace specula
