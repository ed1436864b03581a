#include "engine/draft/feature_draft.h"

#include <algorithm>
#include <numeric>

namespace specula {

namespace {

/// Numbers of the planned children of `node`.
std::vector<int> plannedChildren(std::span<const int> plan, int node) {
    std::vector<int> children;
    for (std::size_t i = 0; i < plan.size(); ++i) {
        if (plan[i] == node) children.push_back(static_cast<int>(i));
    }
    return children;
}

}  // namespace

FeatureDraft::FeatureDraft(std::shared_ptr<const FeatureHead> head, int vocabulary)
    : m_head(std::move(head)),
      m_state(m_head->layer().newState()),
      m_hidden(static_cast<std::size_t>(m_head->config().hidden)),
      m_line(m_head->config().fusedLayers.size() * kMaxForwardRows * m_hidden),
      m_x(static_cast<std::size_t>(kMaxForwardRows) * m_hidden),
      m_states(static_cast<std::size_t>(kMaxForwardRows) * m_hidden),
      m_logits(static_cast<std::size_t>(kMaxForwardRows) * m_head->headIds().size()),
      m_expanded(static_cast<std::size_t>(vocabulary), kNeverLogit) {}

void FeatureDraft::observe(std::span<const TokenId> context, const Features& features) {
    const auto first = static_cast<std::size_t>(features.position), known = m_base.size() / m_hidden;
    m_base.resize(std::min(known, first) * m_hidden);
    m_waiting = first > known ? first - known : 0;
    for (const int row : features.rows) keep(features, row);
    // Rows of other text may follow in the cache; propose() drops them. A prompt is run through at once, as
    // far as the head's own context goes.
    const std::size_t end = first + features.rows.size();
    if (features.rows.size() > 1 && context.size() > end && first >= m_fed.size() &&
        static_cast<int>(end) <= m_head->layer().maxSeq())
        feed(context.first(end), {}, false);
}

/// Puts a row of features into line; a full line is projected. Line by line is cheaper than row by row, and
/// text on which nothing is drafted costs next to nothing.
void FeatureDraft::keep(const Features& features, int row) {
    const std::size_t fused = m_head->config().fusedLayers.size();
    for (std::size_t k = 0; k < fused; ++k) {
        const float* from =
            features.values +
            (k * static_cast<std::size_t>(features.passRows) + static_cast<std::size_t>(row)) * m_hidden;
        std::copy_n(
            from, m_hidden,
            m_line.begin() + static_cast<std::ptrdiff_t>((k * kMaxForwardRows + m_waiting) * m_hidden));
    }
    if (++m_waiting == kMaxForwardRows) project();
}

void FeatureDraft::project() {
    if (m_waiting == 0) return;
    const std::size_t known = m_base.size();
    m_base.resize(known + m_waiting * m_hidden);
    std::vector<int> rows(m_waiting);
    std::iota(rows.begin(), rows.end(), 0);
    m_head->fromFeatures(m_line.data(), kMaxForwardRows, rows, m_base.data() + known, m_scratch);
    m_waiting = 0;
}

/// Runs the text's tokens that the cache does not hold yet; with `logits` those after the last one.
bool FeatureDraft::feed(std::span<const TokenId> context, std::stop_token stop, bool logits) {
    project();
    while (m_fed.size() < context.size()) {
        if (stop.stop_requested()) return false;
        const std::size_t at = m_fed.size();
        const auto piece = context.subspan(at, std::min<std::size_t>(kMaxForwardRows, context.size() - at));
        const std::size_t unknown = at == 0 ? 1 : 0;  // nothing stands before the first token
        std::fill_n(m_x.begin(), unknown * m_hidden, 0.0F);
        std::copy_n(m_base.begin() + static_cast<std::ptrdiff_t>((at + unknown - 1) * m_hidden),
                    (piece.size() - unknown) * m_hidden,
                    m_x.begin() + static_cast<std::ptrdiff_t>(unknown * m_hidden));
        const bool last = logits && at + piece.size() == context.size();
        run({.tokens = piece}, static_cast<int>(piece.size()) - (last ? 1 : 0));
        m_fed.insert(m_fed.end(), piece.begin(), piece.end());
    }
    return true;
}

/// One pass of the layer over m_x, to which the tokens' part is added first. g of the last row wanted comes
/// first in m_states when logits are wanted of the last row only.
void FeatureDraft::run(ForwardRows rows, int logitsFrom) {
    static constexpr int kLayerOutput[] = {1};
    m_head->addTokens(rows.tokens, m_x.data(), m_scratch);
    rows.vectors = m_x.data();
    m_head->layer().forward(*m_state, rows,
                            {.logitsFrom = logitsFrom, .taps = kLayerOutput, .tapOut = m_states.data()},
                            m_logits.data());
    if (logitsFrom > 0)
        std::copy(
            m_states.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(logitsFrom) * m_hidden),
            m_states.begin() + static_cast<std::ptrdiff_t>(rows.tokens.size() * m_hidden), m_states.begin());
}

std::span<const float> FeatureDraft::expanded(std::size_t row) {
    const std::vector<TokenId>& ids = m_head->headIds();
    const float* logits = m_logits.data() + row * ids.size();
    for (std::size_t i = 0; i < ids.size(); ++i) m_expanded[static_cast<std::size_t>(ids[i])] = logits[i];
    return m_expanded;
}

/// Draws the planned children of every node of a level and returns those that will have children themselves.
FeatureDraft::Level FeatureDraft::drawChildren(const DraftRequest& request, Proposals& proposals,
                                               const Level& level) {
    Level next;
    for (std::size_t row = 0; row < level.nodes.size(); ++row) {
        const std::vector<int> children = plannedChildren(request.plan, level.planned[row]);
        if (children.empty()) continue;
        const Proposals::Added added =
            proposals.draw(level.nodes[row], expanded(row), static_cast<int>(children.size()));
        for (std::size_t i = 0; i < added.tokens.size(); ++i) {
            if (plannedChildren(request.plan, children[i]).empty() || proposals.ends(added.tokens[i]))
                continue;
            next.planned.push_back(children[i]);
            next.nodes.push_back(added.first + static_cast<int>(i));
            next.tokens.push_back(added.tokens[i]);
            next.parents.push_back(level.treeRows[row]);
            next.above.push_back(row);
        }
    }
    return next;
}

/// Runs a level's nodes after the rows of the tree that the cache holds behind `base`.
void FeatureDraft::runLevel(Level& level, int base, std::size_t rowsAbove) {
    std::vector<float> u(rowsAbove * m_hidden);
    m_head->fromStates(m_states.data(), static_cast<int>(rowsAbove), u.data(), m_scratch);
    for (std::size_t i = 0; i < level.above.size(); ++i)
        std::copy_n(u.begin() + static_cast<std::ptrdiff_t>(level.above[i] * m_hidden), m_hidden,
                    m_x.begin() + static_cast<std::ptrdiff_t>(i * m_hidden));
    const int first = m_state->cache.length() - base;
    for (std::size_t i = 0; i < level.nodes.size(); ++i)
        level.treeRows.push_back(first + static_cast<int>(i));
    run({.tokens = level.tokens, .parents = level.parents, .base = base}, 0);
}

void FeatureDraft::propose(const DraftRequest& request, Proposals& proposals) {
    const std::size_t shared = request.sharedWith(m_fed);
    m_fed.resize(shared);
    m_state->cache.truncate(static_cast<int>(shared));
    const int base = static_cast<int>(request.context.size());
    if (request.plan.empty() || base + request.gamma() > m_head->layer().maxSeq()) return;
    if (!feed(request.context, request.stop, true)) return;
    Level level{{-1}, {-1}, {-1}, {}, {}, {}};
    while (!request.stop.stop_requested()) {
        Level next = drawChildren(request, proposals, level);
        if (next.nodes.empty()) break;
        runLevel(next, base, level.nodes.size());
        if (request.keepRejected) m_fed.insert(m_fed.end(), next.tokens.begin(), next.tokens.end());
        level = std::move(next);
    }
    if (!request.keepRejected) m_state->cache.truncate(base);
}

}  // namespace specula
