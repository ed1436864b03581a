#pragma once

#include <cstddef>
#include <deque>
#include <vector>

#include <QElapsedTimer>

#include "engine/trace/round.h"

namespace specula {

/// Rounds that were made and are not shown yet, given out at the chosen pace or one at a time. Holds back
/// what is shown and nothing else: speeds are in the Rounds. One thread.
class PacedRounds {
public:
    static constexpr int kFrameMs = 33;  ///< how often somebody looks

    PacedRounds() { m_clock.start(); }

    /// `shownRows`: bytes of full rows that are shown already. What waits gives way: its rows are dropped
    /// where both together would be more than `mostRows`.
    void add(Round round, std::size_t shownRows, std::size_t mostRows);

    bool empty() const { return m_rounds.empty(); }
    std::size_t rowBytes() const { return m_rowBytes; }

    /// Rounds a second, 0 = as they come. Ends a hold.
    void setPace(double roundsPerSecond);
    /// From now on only what step() allows, one round each.
    void step();
    void endHold();

    /// Those that may be shown now. `first`: nothing of the run is shown yet, the schedule begins.
    std::vector<Round> due(bool first);
    std::vector<Round> all();

private:
    std::vector<Round> take(std::size_t count);

    std::deque<Round> m_rounds;
    std::size_t m_rowBytes = 0;
    double m_pace = 0.0;
    bool m_hold = false;  // show only what m_steps allows
    std::size_t m_steps = 0;
    QElapsedTimer m_clock;
    double m_dueMs = 0.0;  // on m_clock: when the next round may be shown
};

}  // namespace specula
