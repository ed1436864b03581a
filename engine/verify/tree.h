#pragma once

#include <functional>
#include <span>
#include <vector>

#include "engine/trace/round.h"

namespace specula {

/// A tree of drafted tokens to judge, as rows and coins. Node -1 is the text before the round; a node's
/// children are alternatives for the token after it, in the order in which they were drawn. A chain is a tree
/// in which every node has one child.
template <typename Real>
struct TreeInput {
    std::span<const TokenId> drafted;
    std::span<const int> parents;  ///< of each drafted token, -1 or an earlier index
    /// The target's row for the token after `node`; asked for only as far as the verdicts need.
    std::function<std::span<const Real>(int node)> targetRow;
    /// The row that the children of `node` were drawn from, the first as it is and each later one with its
    /// elder siblings removed; empty = every child is one-hot.
    std::function<std::span<const Real>(int node)> draftRow;
    std::span<const double> acceptCoins;          ///< one for each drafted token, in [0,1)
    double extraCoin = 0.0;                       ///< draws the resampled, bonus or plain token
    std::span<Real> targetScratch, draftScratch;  ///< [vocabulary] each
    std::function<bool(int node)> endsHere = {};  ///< true if the node, once accepted, ends the text
    bool rejectedStays = false;                   ///< Mutant::RejectedSiblingStays
};

/// What became of a tree.
struct TreeVerdict {
    std::vector<Verdict> verdicts;  ///< one for each drafted token; tested and failed siblings are Rejected
    std::vector<int> path;          ///< the accepted nodes, each the parent of the next
    bool ended = false;             ///< an accepted token ended the text: no extra token
    EmitKind extraKind = EmitKind::Plain;
    TokenId extra = -1;   ///< resampled, bonus or plain token; -1 if ended
    double extraP = 0.0;  ///< its probability in the row it was drawn from
    int replaced = -1;    ///< for Resampled: the last sibling that was rejected
    bool usedExtraCoin = false;

    int last() const { return path.empty() ? -1 : path.back(); }  ///< node after which `extra` stands
};

/// The two rows that siblings are tested with. After each rejection the target's row becomes the residual
/// norm(max(0, pTarget - pDraft)), and the rejected token leaves the draft's row, which is renormalised.
template <typename Real>
class SiblingRows {
public:
    /// The rows as they are until the first rejection. Scratch spans of [vocabulary] are written from then
    /// on.
    SiblingRows(std::span<const Real> target, std::span<const Real> draft, std::span<Real> targetScratch,
                std::span<Real> draftScratch)
        : m_target(target), m_draft(draft), m_targetScratch(targetScratch), m_draftScratch(draftScratch) {}

    std::span<const Real> target() const { return m_target; }
    std::span<const Real> draft() const { return m_draft; }  ///< empty: one-hot at the token that is tested

    void reject(TokenId token);

private:
    std::span<const Real> m_target, m_draft;
    std::span<Real> m_targetScratch, m_draftScratch;
};

/// Recursive rejection: from the root down, test a node's children in order, each by the rule
/// coin * pDraft < pTarget on the rows that the rejections before it have left; the first that passes is
/// accepted and its children are tested next. When all children fail, the extra token is drawn from what is
/// left of the target's row; after an accepted leaf it is a bonus from the target's own row. The emitted text
/// is distributed exactly as the target's (Miao et al. 2024, "SpecInfer", theorem 4.2, for drawing with
/// replacement; Chen et al. 2024, "Sequoia", algorithm 2, for drawing without, as here). On a chain it is the
/// token rule, coin for coin.
template <typename Real>
TreeVerdict judgeTree(const TreeInput<Real>& input);

/// Calls visit(node, rows) for every tested node in order, with the rows it was tested with.
template <typename Real>
void visitTested(const TreeInput<Real>& input, const TreeVerdict& verdict,
                 const std::function<void(int node, const SiblingRows<Real>& rows)>& visit);

/// Temperature 0: from the root down, accept the child that is the target's own choice `best(node)`; where
/// none is, emit that choice. The text equals plain greedy decoding token for token.
TreeVerdict judgeGreedyTree(std::span<const TokenId> drafted, std::span<const int> parents,
                            const std::function<TokenId(int node)>& best,
                            const std::function<bool(int node)>& endsHere = {});

}  // namespace specula
