#include "ui/charts/chart_math.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace specula {

namespace {

constexpr double kZ95 = 1.959963984540054;

}  // namespace

std::optional<Share> wilson(long hits, long trials) {
    if (trials <= 0) return std::nullopt;
    const double n = static_cast<double>(trials);
    const double share = static_cast<double>(hits) / n;
    const double z2 = kZ95 * kZ95;
    const double centre = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    const double half = kZ95 / (1.0 + z2 / n) * std::sqrt(share * (1.0 - share) / n + z2 / (4.0 * n * n));
    // Rounding may leave the value a hair outside at 0 and 1, where one bound equals it exactly.
    return Share{share, std::clamp(centre - half, 0.0, share), std::clamp(centre + half, share, 1.0), trials};
}

std::vector<Share> acceptanceByPosition(const Totals& totals) {
    std::vector<Share> shares;
    const std::size_t positions = std::min(totals.judgedAt.size(), totals.acceptedAt.size());
    for (std::size_t i = 0; i < positions; ++i) {
        const auto share = wilson(totals.acceptedAt[i], totals.judgedAt[i]);
        if (!share) break;
        shares.push_back(*share);
    }
    return shares;
}

std::vector<std::size_t> outlineOf(const std::vector<RatePoint>& points, std::size_t stretches) {
    std::vector<std::size_t> outline;
    const bool all = points.size() <= 2 * stretches;
    const std::size_t count = all ? points.size() : stretches;
    for (std::size_t i = 0; i < count; ++i) {
        const auto from = points.begin() + static_cast<std::ptrdiff_t>(points.size() * i / count);
        const auto to = points.begin() + static_cast<std::ptrdiff_t>(points.size() * (i + 1) / count);
        const auto [low, high] = std::minmax_element(from, to, [](const RatePoint& a, const RatePoint& b) {
            return a.tokensPerSecond < b.tokensPerSecond;
        });
        outline.push_back(static_cast<std::size_t>(std::min(low, high) - points.begin()));
        if (low != high) outline.push_back(static_cast<std::size_t>(std::max(low, high) - points.begin()));
    }
    return outline;
}

void RateSeries::clear() {
    m_ends.clear();
    m_points.clear();
}

void RateSeries::add(const Round& round) {
    const long before = m_ends.empty() ? 0 : m_ends.back().tokens;
    const End end{round.times.endMs, before + static_cast<long>(round.emitted.size())};
    m_ends.push_back(end);
    const End start = m_ends.size() > m_window ? m_ends[m_ends.size() - 1 - m_window] : End{};
    const double ms = end.ms - start.ms;
    if (ms <= 0.0) return;
    m_points.push_back(
        {end.ms / 1000.0, 1000.0 * static_cast<double>(end.tokens - start.tokens) / ms, round.index});
}

std::optional<double> RateSeries::overall() const {
    if (m_ends.empty() || m_ends.back().ms <= 0.0) return std::nullopt;
    return 1000.0 * static_cast<double>(m_ends.back().tokens) / m_ends.back().ms;
}

void EmissionCounts::clear() {
    m_counts.clear();
    m_rounds = 0;
    m_tokens = 0;
}

void EmissionCounts::add(const Round& round) {
    const std::size_t n = round.emitted.size();
    if (m_counts.size() <= n) m_counts.resize(n + 1);
    ++m_counts[n];
    ++m_rounds;
    m_tokens += static_cast<long>(n);
}

std::optional<double> EmissionCounts::mean() const {
    if (m_rounds == 0) return std::nullopt;
    return static_cast<double>(m_tokens) / static_cast<double>(m_rounds);
}

void SweepData::set(const ShapedPoint& point) {
    const auto before = [](const ShapedPoint& a, const ShapedPoint& b) {
        const auto key = [](const ShapedPoint& point) {
            return std::tuple(!point.tree.off(), point.gamma, point.tree.automatic, point.tree.children,
                              point.prompt);
        };
        return key(a) < key(b);
    };
    const auto at = std::lower_bound(m_points.begin(), m_points.end(), point, before);
    if (at != m_points.end() && !before(point, *at)) {
        *at = point;
    } else {
        m_points.insert(at, point);
    }
}

std::vector<const ShapedPoint*> SweepData::whole() const {
    std::vector<const ShapedPoint*> whole;
    bool onePrompt = true;
    for (const ShapedPoint& point : m_points) {
        if (point.prompt.empty()) whole.push_back(&point);
        onePrompt = onePrompt && point.prompt == m_points.front().prompt;
    }
    if (whole.empty() && onePrompt) {
        for (const ShapedPoint& point : m_points) whole.push_back(&point);
    }
    return whole;
}

Gain judge(const Interval& speedup) {
    if (speedup.low > 1.0) return Gain::Faster;
    if (speedup.high < 1.0) return Gain::Slower;
    return Gain::Unclear;
}

const ShapedPoint* bestPoint(const std::vector<const ShapedPoint*>& points) {
    const ShapedPoint* best = nullptr;
    for (const ShapedPoint* point : points) {
        if (point->gamma == 0 || !point->speedup) continue;
        if (!best || point->speedup->median > best->speedup->median) best = point;
    }
    return best;
}

}  // namespace specula
