#include "engine/verify/rules.h"
#include "engine/verify/sibling_rows.h"
#include "engine/verify/walk.h"

namespace specula {

template <typename Real>
SiblingRows<Real>::SiblingRows(const JudgeInput<Real>& input, int node)
    : m_input(input), m_whole(input.targetRow(node)), m_target(m_whole), m_draft(input.draftRow(node)) {}

template <typename Real>
void SiblingRows<Real>::reject(TokenId token) {
    const double mass = residualInto(m_target, m_draft, token, m_input.targetScratch);
    // A rejection has probability 1 - overlap; rounding alone can reject where the residual is empty. What
    // was left of the row may lie in the same scratch, so the whole row stands in.
    if (mass > 0.0) scale(m_input.targetScratch, 1.0 / mass);
    m_target = mass > 0.0 ? std::span<const Real>(m_input.targetScratch) : m_whole;
    if (m_draft.empty() || m_input.rule == Rule::SpecInfer) return;
    const double rest = without(m_draft, token, m_input.draftScratch);
    if (rest > 0.0) scale(m_input.draftScratch, 1.0 / rest);
    m_draft = m_input.draftScratch;
}

template <typename Real>
Judged judgeSiblings(const JudgeInput<Real>& input) {
    Judged out = nothingJudged(input);
    const auto children = childrenOf(input.parents);
    const auto testChildren = [&](int node, SiblingRows<Real>& rows) {
        for (const int child : children[static_cast<std::size_t>(node + 1)]) {
            const TokenId token = tokenOf(input, child);
            if (coinOf(input, child) * probability(rows.draft(), token) < probability(rows.target(), token))
                return child;
            reject<Real>(child, out);
            if (input.mutant != Mutant::RejectedSiblingStays) rows.reject(token);
        }
        return -1;
    };
    for (;;) {
        SiblingRows<Real> rows(input, out.last());
        const int accepted = testChildren(out.last(), rows);
        if (accepted >= 0) {
            if (accept(input, accepted, out)) return out;
            continue;
        }
        drawExtra(input, rows.target(), 1.0, out);
        return out;
    }
}

bool rejectionsChangeRows(Rule rule) {
    return rule == Rule::OneHot || rule == Rule::SpecInfer || rule == Rule::Sequoia;
}

template <typename Real>
void visitTested(const JudgeInput<Real>& input, const Judged& judged,
                 const std::function<void(int, const SiblingRows<Real>&)>& visit) {
    const auto children = childrenOf(input.parents);
    std::vector<int> nodes{-1};
    nodes.insert(nodes.end(), judged.path.begin(), judged.path.end());
    for (const int node : nodes) {
        const std::vector<int>& siblings = children[static_cast<std::size_t>(node + 1)];
        if (siblings.empty() ||
            judged.verdicts[static_cast<std::size_t>(siblings.front())] == Verdict::Discarded)
            continue;
        SiblingRows<Real> rows(input, node);
        for (const int child : siblings) {
            const Verdict fate = judged.verdicts[static_cast<std::size_t>(child)];
            if (fate == Verdict::Discarded) break;
            visit(child, rows);
            if (fate == Verdict::Accepted) break;
            if (input.mutant != Mutant::RejectedSiblingStays) rows.reject(tokenOf(input, child));
        }
    }
}

template class SiblingRows<float>;
template class SiblingRows<double>;
template Judged judgeSiblings(const JudgeInput<float>&);
template Judged judgeSiblings(const JudgeInput<double>&);
template void visitTested(const JudgeInput<float>&, const Judged&,
                          const std::function<void(int, const SiblingRows<float>&)>&);
template void visitTested(const JudgeInput<double>&, const Judged&,
                          const std::function<void(int, const SiblingRows<double>&)>&);

}  // namespace specula
