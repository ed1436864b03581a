#pragma once

#include <memory>
#include <vector>

#include "engine/draft/draft.h"
#include "engine/draft/feature_head.h"

namespace specula {

/// Drafts chains and trees with a feature head. Its cache holds, for every position of the text that it has
/// run, keys and values made from the target's true features; what it drafted beyond is dropped after each
/// round, and the accepted positions are run again with true features together with the next first step.
class FeatureDraft final : public Draft {
public:
    /// `vocabulary` is the length of a row of the target's logits.
    FeatureDraft(std::shared_ptr<const FeatureHead> head, int vocabulary);

    std::span<const int> taps() const override { return m_head->config().fusedLayers; }
    void observe(std::span<const TokenId> context, const Features& features) override;
    void propose(const DraftRequest& request, Proposals& proposals) override;

private:
    /// Nodes whose children are drawn next: the last pass ran one row for each.
    struct Level {
        std::vector<int> planned;   // numbers in the plan, -1: the text's end
        std::vector<int> nodes;     // numbers among the proposals
        std::vector<int> treeRows;  // rows of the tree in the head's cache, -1: the text's end
        std::vector<TokenId> tokens;
        std::vector<int> parents;        // tree rows of their parents
        std::vector<std::size_t> above;  // which row of the level above their parent is
    };

    void keep(const Features& features, int row);
    void project();
    bool feed(std::span<const TokenId> context, std::stop_token stop, bool logits);
    Level drawChildren(const DraftRequest& request, Proposals& proposals, const Level& level);
    void runLevel(Level& level, int base, std::size_t rowsAbove);
    void run(ForwardRows rows, int logitsFrom);
    std::span<const float> expanded(std::size_t row);

    std::shared_ptr<const FeatureHead> m_head;
    std::unique_ptr<ModelState> m_state;
    std::size_t m_hidden;
    std::vector<TokenId> m_fed;  // tokens whose keys and values the cache holds
    std::vector<float> m_base;   // [position][hidden]: u of the token after each observed position
    std::vector<float> m_line;   // [fused][kMaxForwardRows][hidden]: features of the positions after m_base
    std::size_t m_waiting = 0;   // of them
    FeatureHead::Scratch m_scratch;
    std::vector<float> m_x;         // [rows][hidden] what enters the layer
    std::vector<float> m_states;    // [rows][hidden] g of the last pass
    std::vector<float> m_logits;    // [rows][headVocabulary] of the last pass
    std::vector<float> m_expanded;  // [vocabulary]
};

}  // namespace specula
