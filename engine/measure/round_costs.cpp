#include "engine/measure/round_costs.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/decode/auto_plan.h"
#include "engine/measure/statistics.h"

namespace specula {

namespace {

constexpr int kRounds = 7;  // timed for each gamma, after one that warms up

struct RoundTimesOf {
    std::vector<double> draft, verify, decide;  // ms
};

/// Rounds that drafted exactly `gamma` tokens (none for a plain Session, whatever it is asked for).
RoundTimesOf timeRounds(Session& session, int gamma, int rounds, std::stop_token stop) {
    RoundTimesOf times;
    session.restart(static_cast<std::uint64_t>(1000 + gamma), gamma);
    for (int i = 0; i < 4 * rounds && static_cast<int>(times.verify.size()) <= rounds; ++i) {
        const std::optional<Round> round = session.step(stop);
        if (!round) break;
        if (static_cast<int>(round->proposals.size()) != gamma) continue;
        times.draft.push_back(round->times.draftMs);
        times.verify.push_back(round->times.verifyMs);
        times.decide.push_back(round->times.decideMs);
    }
    for (std::vector<double>* values : {&times.draft, &times.verify, &times.decide}) {
        if (values->size() > 1) values->erase(values->begin());
    }
    return times;
}

double quantised(double value, double unit) {
    return std::round(value / unit) * unit;
}

/// The least-squares line through medians of drafting time over gamma.
struct Line {
    double slope = 0.0, start = 0.0;
};

Line lineThrough(const std::map<int, double>& points) {
    double n = 0, x = 0, y = 0, xx = 0, xy = 0;
    for (const auto& [gamma, ms] : points) {
        n += 1;
        x += gamma;
        y += ms;
        xx += static_cast<double>(gamma) * gamma;
        xy += gamma * ms;
    }
    const double spread = n * xx - x * x;
    if (spread <= 0.0) return {x > 0.0 ? y / x : 0.0, 0.0};
    const double slope = std::max(0.0, (n * xy - x * y) / spread);
    return {slope, (y - slope * x) / n};
}

}  // namespace

Costs measureRoundCosts(Session& plain, Session& drafting, std::span<const int> gammas,
                        std::stop_token stop) {
    const RoundTimesOf alone = timeRounds(plain, 0, 2 * kRounds, stop);
    const double unit = std::max(medianOf(alone.verify) + medianOf(alone.decide), 1e-6);
    Costs measured;
    measured.v.push_back(1.0);
    std::map<int, double> verify, draft;
    std::vector<double> decide;
    for (const int gamma : gammas) {
        const RoundTimesOf times = timeRounds(drafting, gamma, kRounds, stop);
        if (times.verify.empty() || stop.stop_requested()) continue;
        verify[gamma] = medianOf(times.verify) / unit;
        draft[gamma] = medianOf(times.draft) / unit;
        decide.push_back(medianOf(times.decide) / unit);
    }
    if (verify.empty()) return measured;
    // v of one row is 1 whatever its share of deciding: a plain round is the unit.
    double before = medianOf(alone.verify) / unit;
    int gammaBefore = 0;
    for (const auto& [gamma, value] : verify) {
        for (int g = gammaBefore + 1; g <= gamma; ++g) {
            const double part = static_cast<double>(g - gammaBefore) / (gamma - gammaBefore);
            measured.v.push_back(quantised(before + part * (value - before), 0.01));
        }
        before = value;
        gammaBefore = gamma;
    }
    const Line line = lineThrough(draft);
    measured.c = quantised(line.slope, 0.005);
    measured.overhead = quantised(std::max(0.0, medianOf(decide) + line.start), 0.005);
    return measured;
}

}  // namespace specula
