#pragma once

#include <cstdint>
#include <vector>

#include "engine/trace/round.h"

namespace specula {

/// What a cell of the timeline shows: tokens of one round, or their means over several.
struct TimelineCell {
    // Emitted; their sum is the height.
    double accepted = 0;
    double resampled = 0;
    double bonus = 0;
    double plain = 0;
    // Drafted for nothing.
    double rejected = 0;
    double discarded = 0;

    double emitted() const { return accepted + resampled + bonus + plain; }
    double wasted() const { return rejected + discarded; }
};

/// The rounds of a run as cells. Append-only; a few bytes a round, so that all of them are painted at once.
class TimelineCells {
public:
    void clear();
    void add(const Round& round);

    int count() const { return static_cast<int>(m_cells.size()); }
    TimelineCell at(int round) const;
    /// Means over rounds first..last - 1; not empty.
    TimelineCell mean(int first, int last) const;
    int mostEmitted() const { return m_mostEmitted; }  ///< in one round
    int mostWasted() const { return m_mostWasted; }

private:
    struct Counts {
        std::uint8_t accepted = 0, resampled = 0, bonus = 0, plain = 0, rejected = 0, discarded = 0;
    };

    std::vector<Counts> m_cells;
    int m_mostEmitted = 0;
    int m_mostWasted = 0;
};

/// Where cells stand along a strip: from the left, kWidest pixels at most, thinner the more there are.
struct TimelineScale {
    static constexpr double kWidest = 16.0;

    double width = 0;  ///< of the strip
    int rounds = 0;

    double cellWidth() const;
    double leftOf(int round) const { return cellWidth() * round; }
    /// The round under x, clamped; -1 where there is none.
    int roundAt(double x) const;
};

}  // namespace specula
