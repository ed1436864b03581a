#include "engine/measure/round_costs.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "engine/decode/auto_plan.h"
#include "engine/measure/statistics.h"

namespace specula {

namespace {

constexpr int kPasses = 3;       // over all gammas: the machine's slow and fast seconds meet them alike
constexpr int kRounds = 4;       // timed for each gamma in a pass, after one that warms up
constexpr int kPlainRounds = 8;  // likewise of plain decoding

/// Milliseconds of the parts of rounds that drafted the same number of tokens.
struct RoundParts {
    std::vector<double> draft, verify, decide;
};

/// Adds rounds that drafted exactly `gamma` tokens (0: of a plain Session).
void timeRounds(Session& session, int gamma, int rounds, std::uint64_t seed, RoundParts& parts,
                std::stop_token stop) {
    session.restart(seed, gamma);
    int good = 0;
    for (int i = 0; i < 4 * rounds && good <= rounds; ++i) {
        const std::optional<Round> round = session.step(stop);
        if (!round) return;
        if (static_cast<int>(round->proposals.size()) != gamma || good++ == 0) continue;
        parts.draft.push_back(round->times.draftMs);
        parts.verify.push_back(round->times.verifyMs);
        parts.decide.push_back(round->times.decideMs);
    }
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
    RoundParts alone;
    std::map<int, RoundParts> drafted;
    for (int pass = 0; pass < kPasses && !stop.stop_requested(); ++pass) {
        const auto seed = static_cast<std::uint64_t>(100'000 + 1000 * pass);
        timeRounds(plain, 0, kPlainRounds, seed, alone, stop);
        for (const int gamma : gammas)
            timeRounds(drafting, gamma, kRounds, seed + static_cast<std::uint64_t>(gamma), drafted[gamma],
                       stop);
    }
    const double unit = std::max(medianOf(alone.verify) + medianOf(alone.decide), 1e-6);
    Costs measured;
    measured.v.push_back(1.0);
    std::map<int, double> verify, draft;
    std::vector<double> decide;
    for (const auto& [gamma, parts] : drafted) {
        if (parts.verify.empty()) continue;
        verify[gamma] = medianOf(parts.verify) / unit;
        draft[gamma] = medianOf(parts.draft) / unit;
        decide.push_back(medianOf(parts.decide) / unit);
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
