#include "engine/measure/probe_rounds.h"

#include <algorithm>
#include <cmath>

#include "engine/measure/statistics.h"
#include "engine/model/model.h"

namespace specula {

namespace {

// Of each visit: rounds until kSettleMs have passed are not counted, nor the first. Wide passes lower the
// clock of many processors, and it takes about 30 ms to rise again: plain rounds straight after speculative
// ones are up to a fifth slower than in a run of their own.
constexpr double kSettleMs = 40.0;
constexpr double kCountMs = 40.0;
constexpr int kFewestCounted = 2;
constexpr int kMostRounds = 60;  // of a visit: very small models would fill their context

double quantised(double value, double unit) {
    return std::round(value / unit) * unit;
}

/// What something takes when nothing else slows the machine, as long as that is so a quarter of the time: the
/// lower quartile. Other programs and other tenants of the memory only ever add.
double undisturbed(const std::vector<double>& times) {
    return spreadOf(times).low;
}

/// The straight line through the draft's times over gamma: a step's, and what comes before the first.
struct DraftLine {
    double stepMs = 0.0;
    double startMs = 0.0;
};
DraftLine draftLineOf(const std::vector<GammaTimes>& rounds) {
    double n = 0.0, x = 0.0, y = 0.0, xx = 0.0, xy = 0.0;
    for (const GammaTimes& times : rounds) {
        if (times.gamma == 0 || times.draftMs.empty()) continue;
        const double ms = undisturbed(times.draftMs);
        n += 1.0;
        x += times.gamma;
        y += ms;
        xx += times.gamma * times.gamma;
        xy += times.gamma * ms;
    }
    if (n == 0.0) return {};
    const double spread = n * xx - x * x;
    const double step = spread > 0.0 ? (n * xy - x * y) / spread : y / x;
    const double start = (y - step * x) / n;
    // Noise alone makes either negative; then all belongs to the other.
    if (step < 0.0) return {0.0, y / n};
    if (start < 0.0) return {y / x, 0.0};
    return {step, start};
}

/// What the target's pass adds to such a round: the parts' quartiles by themselves add up to less than a
/// round's.
double passWithin(const GammaTimes& times) {
    std::vector<double> whole;
    for (std::size_t i = 0; i < times.verifyMs.size(); ++i)
        whole.push_back(times.draftMs[i] + times.verifyMs[i] + times.decideMs[i]);
    return undisturbed(whole) - undisturbed(times.draftMs) - undisturbed(times.decideMs);
}

/// How many times as long as alone a pass takes within a round: straight between the row counts where that is
/// known (not 0) and level beyond them.
double slowdownAt(const std::vector<double>& slowdowns, std::size_t at) {
    std::size_t below = at, above = at;
    while (below > 0 && slowdowns[below] == 0.0) --below;
    while (above + 1 < slowdowns.size() && slowdowns[above] == 0.0) ++above;
    const double low = slowdowns[below], high = slowdowns[above];
    if (low == 0.0) return high == 0.0 ? 1.0 : high;
    if (high == 0.0 || below == above) return low;
    const double share = static_cast<double>(at - below) / static_cast<double>(above - below);
    return (1.0 - share) * low + share * high;
}

}  // namespace

RoundTimer::RoundTimer(const std::shared_ptr<const Engine>& engine, const ProbeOptions& options,
                       const std::vector<TokenId>& text, std::stop_token stop) {
    RunOptions run;
    run.gamma = 0;
    run.sampling = options.sampling;
    run.maxTokens = engine->target().maxSeq();
    run.ignoreEos = true;
    run.detail = Detail::Counts;
    m_plain = std::make_unique<Session>(engine, run, text);
    m_times.emplace_back();
    if (!m_plain->prefill(stop) || engine->draftInfo().kind == "none") return;
    for (const int gamma : options.gammas) {
        // A few rounds must fit behind the text.
        const int least = static_cast<int>(text.size()) + (kFewestCounted + 2) * (gamma + 1);
        if (least <= engine->target().maxSeq())
            m_times.push_back({.gamma = gamma, .draftMs = {}, .verifyMs = {}, .decideMs = {}});
    }
    run.gamma = m_times.back().gamma;
    if (run.gamma == 0) return;
    m_drafting = std::make_unique<Session>(engine, run, text);
    m_drafting->prefill(stop);
}

void RoundTimer::run(Session& session, GammaTimes& times, std::stop_token stop) {
    // From the text's end again: the context stays as long as it was asked for.
    session.restart(++m_seed, times.gamma);
    double spentMs = 0.0;
    int counted = 0;
    for (int rounds = 0; rounds < kMostRounds; ++rounds) {
        if (spentMs >= kSettleMs + kCountMs && counted >= kFewestCounted) break;
        const std::optional<Round> round = session.step(stop);
        if (!round) break;
        const RoundTimes& took = round->times;
        const bool settled = rounds > 0 && (spentMs >= kSettleMs || rounds >= kMostRounds / 2);
        spentMs += took.draftMs + took.verifyMs + took.decideMs;
        if (!settled) continue;
        ++counted;
        if (static_cast<int>(round->proposals.size()) != times.gamma) continue;
        times.draftMs.push_back(took.draftMs);
        times.verifyMs.push_back(took.verifyMs);
        times.decideMs.push_back(took.decideMs);
    }
}

void RoundTimer::visit(std::stop_token stop) {
    for (GammaTimes& times : m_times) run(times.gamma == 0 ? *m_plain : *m_drafting, times, stop);
}

bool RoundTimer::steady() const {
    constexpr double kSteady = 1.15;
    const TimeSpread plain = spreadOf(m_times.front().verifyMs);
    return plain.high <= kSteady * plain.low;
}

void addRounds(const std::vector<GammaTimes>& rounds, ProbeReport& report) {
    std::vector<double> plain, decisions;
    for (const GammaTimes& times : rounds) {
        const auto at = static_cast<std::size_t>(times.gamma);
        if (at < report.rows.size()) report.rows[at].inRound = spreadOf(times.verifyMs);
        if (times.gamma > 0) {
            if (!times.decideMs.empty()) decisions.push_back(middleMeanOf(times.decideMs));
            continue;
        }
        for (std::size_t i = 0; i < times.verifyMs.size(); ++i)
            plain.push_back(times.draftMs[i] + times.verifyMs[i] + times.decideMs[i]);
        report.plainDecideMs = middleMeanOf(times.decideMs);
    }
    report.plain = spreadOf(plain);
    if (report.rows.empty() || plain.empty()) return;
    const DraftLine draft = draftLineOf(rounds);
    report.draftStepMs = draft.stepMs;
    report.draftStartMs = draft.startMs;
    report.decideMs = medianOf(decisions);

    // Everything in units of a plain round, whose pass and decision are v(1); what a speculative round takes
    // beyond the draft's steps and the passes is its overhead.
    const double unit = std::max(undisturbed(plain), 1e-6);
    std::vector<double> slowdowns(report.rows.size(), 0.0);
    for (const GammaTimes& times : rounds) {
        const auto at = static_cast<std::size_t>(times.gamma);
        if (at < report.rows.size() && !times.verifyMs.empty())
            slowdowns[at] = passWithin(times) / std::max(report.rows[at].pass.low, 1e-6);
    }
    double floor = 0.0;
    for (std::size_t i = 0; i < report.rows.size(); ++i) {
        // More rows never cost less; what looks so is noise.
        floor = std::max(floor, report.rows[i].pass.low * slowdownAt(slowdowns, i));
        report.costs.v.push_back(
            i == 0 ? 1.0 : std::max(1.0, quantised((floor + report.plainDecideMs) / unit, 0.01)));
    }
    if (decisions.empty()) return;
    report.costs.c = quantised(draft.stepMs / unit, 0.005);
    const double beyond = draft.startMs + report.decideMs - report.plainDecideMs;
    report.costs.overhead = std::max(0.0, quantised(beyond / unit, 0.005));
}

}  // namespace specula
