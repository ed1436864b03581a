#include "engine/decode/target_rows.h"

namespace specula {

float* TargetRows::begin() {
    const auto rows = static_cast<std::size_t>(m_proposals.size() + 1);
    if (m_logits.size() < rows * m_width) {
        m_logits.resize(rows * m_width);
        m_rows.resize(rows * m_width);
    }
    m_ready.assign(rows, false);
    return m_logits.data();
}

std::span<const float> TargetRows::logits(int node) const {
    int from = node;
    if (m_mutant == Mutant::OffByOneRow && node >= 0)
        from = m_proposals.parents()[static_cast<std::size_t>(node)];
    return {m_logits.data() + static_cast<std::size_t>(from + 1) * m_width, m_width};
}

std::span<const float> TargetRows::row(int node) {
    const auto at = static_cast<std::size_t>(node + 1);
    const std::span<float> row(m_rows.data() + at * m_width, m_width);
    if (!m_ready[at]) {
        m_sampler.row(logits(node), m_proposals.see(node), row);
        m_ready[at] = true;
    }
    return row;
}

TokenId TargetRows::best(int node) {
    return m_sampler.best(logits(node), m_proposals.see(node));
}

}  // namespace specula
