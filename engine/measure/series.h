#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <vector>

#include "engine/measure/single_run.h"

namespace specula {

/// Measured runs of one kind (a gamma), each beside the plain run that it alternated with. What compare,
/// sweep and bench add up.
struct Series {
    std::vector<double> speeds;          ///< tokens a second
    std::vector<double> ratios;          ///< to the plain run beside it
    std::vector<double> tokensPerRound;  ///< emitted a round
    std::vector<int> prompts;            ///< which prompt each value belongs to
    /// Of each run, its ratio over what the cost model says for its rounds; as many as ratios where costs
    /// were known.
    std::vector<double> residuals;
    Totals totals;
    double modelCost = 0.0;

    void add(const SingleRun& run, const SingleRun& plain, int prompt) {
        speeds.push_back(run.tokensPerSecond());
        ratios.push_back(run.tokensPerSecond() / std::max(plain.tokensPerSecond(), 1e-9));
        tokensPerRound.push_back(run.totals.tokensPerRound().value_or(0.0));
        prompts.push_back(prompt);
        if (run.modelCost > 0.0 && run.totals.emitted() > 0)
            residuals.push_back(ratios.back() * run.modelCost / static_cast<double>(run.totals.emitted()));
        addTotals(totals, run.totals);
        modelCost += run.modelCost;
    }

    /// S = E / (depth c + v(nodes + 1) + o) over all rounds.
    std::optional<double> predicted() const {
        if (modelCost <= 0.0) return std::nullopt;
        return static_cast<double>(totals.emitted()) / modelCost;
    }
};

/// Fraction done and seconds left, from the pace so far: `total` is the work of all steps, in any unit.
/// `report` must outlive it and may be empty.
class Eta {
public:
    Eta(double total, const std::function<void(double, double)>& report) : m_total(total), m_report(report) {}

    void step(double work = 1.0) {
        m_done += work;
        if (!m_report) return;
        const double elapsed = std::chrono::duration<double>(Clock::now() - m_began).count() - m_idle;
        const double left = std::max(0.0, m_total - m_done);
        m_report(std::min(1.0, m_done / m_total), elapsed / m_done * left);
    }

    /// So many seconds went by without work.
    void idle(std::chrono::duration<double> time) { m_idle += time.count(); }

private:
    using Clock = std::chrono::steady_clock;
    double m_total;
    double m_done = 0.0;
    double m_idle = 0.0;
    Clock::time_point m_began = Clock::now();
    const std::function<void(double, double)>& m_report;
};

}  // namespace specula
