#pragma once

#include "engine/draft/draft.h"

namespace specula {

/// Prompt look-up (Saxena 2023; Yang et al. 2023, "LLMA"): finds the longest suffix of the context, up to
/// `longest` tokens, that occurred earlier, and proposes what followed its latest occurrence. One-hot; costs
/// no model pass.
class NgramDraft final : public Draft {
public:
    explicit NgramDraft(int longest) : m_longest(longest) {}

    void propose(const DraftRequest& request, Proposals& proposals) override;

private:
    int m_longest;
};

}  // namespace specula
