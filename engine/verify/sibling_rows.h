#pragma once

#include <functional>
#include <span>

#include "engine/verify/judge.h"

namespace specula {

/// The two rows that siblings are tested with. After each rejection the target's row becomes the residual
/// norm(max(0, pTarget - pDraft)); where siblings are drawn without replacement the rejected token leaves the
/// draft's row, which is renormalised.
template <typename Real>
class SiblingRows {
public:
    /// The rows as they are until the first rejection, after `node`. Scratch spans of the input are written
    /// from then on.
    SiblingRows(const JudgeInput<Real>& input, int node);

    std::span<const Real> target() const { return m_target; }
    std::span<const Real> draft() const { return m_draft; }  ///< empty: one-hot at the token that is tested

    void reject(TokenId token);

private:
    const JudgeInput<Real>& m_input;
    std::span<const Real> m_whole, m_target, m_draft;  // m_whole: the target's row before any rejection
};

/// Whether a round's siblings are tested with rows that rejections change (judgeSiblings).
bool rejectionsChangeRows(Rule rule);

/// Calls visit(node, rows) for every proposal that judgeSiblings tested, in order, with the rows it was
/// tested with.
template <typename Real>
void visitTested(const JudgeInput<Real>& input, const Judged& judged,
                 const std::function<void(int node, const SiblingRows<Real>& rows)>& visit);

}  // namespace specula
