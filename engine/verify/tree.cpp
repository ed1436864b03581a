#include "engine/verify/tree.h"

#include "engine/verify/rows.h"

namespace specula {

namespace {

/// Children of each node in order; those of the root come first, node i's are at i + 1.
std::vector<std::vector<int>> childrenOf(std::span<const int> parents) {
    std::vector<std::vector<int>> children(parents.size() + 1);
    for (std::size_t i = 0; i < parents.size(); ++i)
        children[static_cast<std::size_t>(parents[i] + 1)].push_back(static_cast<int>(i));
    return children;
}

/// Marks a node as accepted; true if the text ends with it.
bool accept(TreeVerdict& out, int node, const std::function<bool(int)>& endsHere) {
    out.verdicts[static_cast<std::size_t>(node)] = Verdict::Accepted;
    out.path.push_back(node);
    out.ended = endsHere && endsHere(node);
    return out.ended;
}

TreeVerdict nothingJudged(std::size_t drafted) {
    TreeVerdict out;
    out.verdicts.assign(drafted, Verdict::Discarded);
    out.extraKind = drafted == 0 ? EmitKind::Plain : EmitKind::Bonus;
    return out;
}

template <typename Real>
SiblingRows<Real> rowsAfter(const TreeInput<Real>& input, int node) {
    return {input.targetRow(node), input.draftRow(node), input.targetScratch, input.draftScratch};
}

template <typename Real>
double probability(std::span<const Real> row, TokenId token) {
    return row.empty() ? 1.0 : static_cast<double>(row[static_cast<std::size_t>(token)]);
}

}  // namespace

template <typename Real>
void SiblingRows<Real>::reject(TokenId token) {
    const double mass = residualInto(m_target, m_draft, token, m_targetScratch);
    // A rejection has probability 1 - overlap; rounding alone can reject where the residual is empty.
    if (mass > 0.0) {
        scale(m_targetScratch, 1.0 / mass);
        m_target = m_targetScratch;
    }
    if (m_draft.empty()) return;
    const double rest = without(m_draft, token, m_draftScratch);
    if (rest > 0.0) scale(m_draftScratch, 1.0 / rest);
    m_draft = m_draftScratch;
}

template <typename Real>
TreeVerdict judgeTree(const TreeInput<Real>& input) {
    TreeVerdict out = nothingJudged(input.drafted.size());
    const auto children = childrenOf(input.parents);
    const auto testChildren = [&](int node, SiblingRows<Real>& rows) {
        for (const int child : children[static_cast<std::size_t>(node + 1)]) {
            const TokenId token = input.drafted[static_cast<std::size_t>(child)];
            if (input.acceptCoins[static_cast<std::size_t>(child)] * probability(rows.draft(), token) <
                probability(rows.target(), token))
                return child;
            out.verdicts[static_cast<std::size_t>(child)] = Verdict::Rejected;
            out.replaced = child;
            if (!input.rejectedStays) rows.reject(token);
        }
        return -1;
    };
    for (;;) {
        SiblingRows<Real> rows = rowsAfter(input, out.last());
        const int accepted = testChildren(out.last(), rows);
        if (accepted >= 0) {
            out.replaced = -1;
            if (accept(out, accepted, input.endsHere)) return out;
            continue;
        }
        if (out.replaced >= 0) out.extraKind = EmitKind::Resampled;
        out.usedExtraCoin = true;
        out.extra = drawFrom(rows.target(), input.extraCoin);
        out.extraP = probability(rows.target(), out.extra);
        return out;
    }
}

template <typename Real>
void visitTested(const TreeInput<Real>& input, const TreeVerdict& verdict,
                 const std::function<void(int, const SiblingRows<Real>&)>& visit) {
    const auto children = childrenOf(input.parents);
    std::vector<int> nodes{-1};
    nodes.insert(nodes.end(), verdict.path.begin(), verdict.path.end());
    for (const int node : nodes) {
        const std::vector<int>& siblings = children[static_cast<std::size_t>(node + 1)];
        if (siblings.empty() ||
            verdict.verdicts[static_cast<std::size_t>(siblings.front())] == Verdict::Discarded)
            continue;
        SiblingRows<Real> rows = rowsAfter(input, node);
        for (const int child : siblings) {
            const Verdict fate = verdict.verdicts[static_cast<std::size_t>(child)];
            if (fate == Verdict::Discarded) break;
            visit(child, rows);
            if (fate == Verdict::Accepted) break;
            if (!input.rejectedStays) rows.reject(input.drafted[static_cast<std::size_t>(child)]);
        }
    }
}

TreeVerdict judgeGreedyTree(std::span<const TokenId> drafted, std::span<const int> parents,
                            const std::function<TokenId(int)>& best,
                            const std::function<bool(int)>& endsHere) {
    TreeVerdict out = nothingJudged(drafted.size());
    out.extraP = 1.0;
    const auto children = childrenOf(parents);
    for (;;) {
        const int node = out.last();
        const TokenId wanted = best(node);
        out.replaced = -1;
        for (const int child : children[static_cast<std::size_t>(node + 1)]) {
            if (drafted[static_cast<std::size_t>(child)] == wanted) {
                if (accept(out, child, endsHere)) return out;
                break;
            }
            out.verdicts[static_cast<std::size_t>(child)] = Verdict::Rejected;
            out.replaced = child;
        }
        if (out.last() != node) continue;
        if (out.replaced >= 0) out.extraKind = EmitKind::Resampled;
        out.extra = wanted;
        return out;
    }
}

template class SiblingRows<float>;
template class SiblingRows<double>;
template TreeVerdict judgeTree(const TreeInput<float>&);
template TreeVerdict judgeTree(const TreeInput<double>&);
template void visitTested(const TreeInput<float>&, const TreeVerdict&,
                          const std::function<void(int, const SiblingRows<float>&)>&);
template void visitTested(const TreeInput<double>&, const TreeVerdict&,
                          const std::function<void(int, const SiblingRows<double>&)>&);

}  // namespace specula
