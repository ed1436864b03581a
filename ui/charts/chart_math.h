#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/trace/reports.h"
#include "engine/trace/round.h"
#include "engine/trace/totals.h"

namespace specula {

/// A share with its 95 % interval.
struct Share {
    double value = 0.0;
    double low = 0.0;
    double high = 0.0;
    long count = 0;  ///< trials it rests on
};

/// Wilson score interval (Wilson 1927) for `hits` of `trials`; absent when there were no trials. Chosen over
/// the normal interval because it stays inside 0..1 and is honest for few trials.
std::optional<Share> wilson(long hits, long trials);

/// Acceptance rate at each draft position that was judged at least once; index 0 is the round's first
/// position.
std::vector<Share> acceptanceByPosition(const Totals& totals);

/// A point of the rate chart.
struct RatePoint {
    double seconds = 0.0;          ///< end of the round since decoding began
    double tokensPerSecond = 0.0;  ///< over the last rounds up to this one
    int round = 0;
};

/// Indices of the points that a curve of `points` needs where it has room for `stretches` only: of each
/// stretch of equally many points the lowest and the highest, in order; all, where there are few.
std::vector<std::size_t> outlineOf(const std::vector<RatePoint>& points, std::size_t stretches);

/// Moving rate over the last `window` rounds, one point a round, O(1) each. Uses the engine's clock only, so
/// the pace of the display never changes it.
class RateSeries {
public:
    explicit RateSeries(std::size_t window = 8) : m_window(window) {}

    void clear();
    /// Rounds in order. A round whose clock does not advance adds its tokens but no point.
    void add(const Round& round);

    const std::vector<RatePoint>& points() const { return m_points; }
    /// Tokens of the whole run over its decoding time; absent before the first point.
    std::optional<double> overall() const;

private:
    struct End {
        double ms = 0.0;
        long tokens = 0;  ///< emitted up to and with this round
    };

    std::size_t m_window;
    std::vector<End> m_ends;
    std::vector<RatePoint> m_points;
};

/// How many rounds emitted how many tokens.
class EmissionCounts {
public:
    void clear();
    void add(const Round& round);

    long rounds() const { return m_rounds; }
    long tokens() const { return m_tokens; }
    /// counts()[n] = rounds that emitted n tokens.
    const std::vector<long>& counts() const { return m_counts; }
    std::optional<double> mean() const;

private:
    std::vector<long> m_counts;
    long m_rounds = 0;
    long m_tokens = 0;
};

/// A point of a sweep, or what a tree gave in its place.
struct ShapedPoint : SweepPoint {
    ShapedPoint() = default;
    ShapedPoint(const SweepPoint& point) : SweepPoint(point) {}

    TreeShape tree;  ///< off: a chain of gamma; else gamma is its depth
};

/// The sweep as far as it is known: one point for each gamma (or tree) and prompt.
class SweepData {
public:
    void clear() { m_points.clear(); }
    /// Adds the point, or replaces the earlier one for the same gamma, tree and prompt.
    void set(const ShapedPoint& point);

    bool empty() const { return m_points.empty(); }
    const std::vector<ShapedPoint>& points() const { return m_points; }
    /// The points that speak for each gamma, by rising gamma, trees after them: those of the whole suite or,
    /// when the sweep has none of them, those of its only prompt.
    std::vector<const ShapedPoint*> whole() const;

private:
    std::vector<ShapedPoint> m_points;  ///< chains by gamma, then trees; each by prompt
};

/// What a speed-up's interval allows to be said.
enum class Gain { Faster, Slower, Unclear };
Gain judge(const Interval& speedup);

/// The gamma above 0, or the tree, with the highest median speed-up, or null when none has one.
const ShapedPoint* bestPoint(const std::vector<const ShapedPoint*>& points);

}  // namespace specula
