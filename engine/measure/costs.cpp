#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/decode/session.h"
#include "engine/measure/measure.h"
#include "engine/measure/statistics.h"
#include "engine/model/model.h"

namespace specula {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kContext = 64;  // tokens already in the cache while rows are timed
constexpr int kRepeats = 5;
constexpr int kChainRows = 9;   // rows timed for drafts that propose chains
constexpr int kTreeRows = 17;   // and for those that propose trees
constexpr int kProbeGamma = 4;  // of the rounds that time the draft

template <typename Work>
double timedMs(const Work& work) {
    const Clock::time_point began = Clock::now();
    work();
    return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

/// Reads a buffer larger than the caches with every thread; the best of three passes in GB/s.
double readBandwidth(ThreadPool& pool) {
    const std::vector<std::uint64_t> data(24'000'000, 1);  // 192 MB
    std::vector<std::uint64_t> sums(static_cast<std::size_t>(pool.size()) * 8);
    double best = 0.0;
    for (int pass = 0; pass < 3; ++pass) {
        const double ms = timedMs([&] {
            pool.run(pool.size(), [&](int thread) {
                const std::size_t share = data.size() / static_cast<std::size_t>(pool.size());
                const std::uint64_t* from = data.data() + share * static_cast<std::size_t>(thread);
                std::uint64_t lanes[8] = {};
                for (std::size_t i = 0; i + 8 <= share; i += 8) {
                    for (std::size_t l = 0; l < 8; ++l) lanes[l] += from[i + l];
                }
                for (const std::uint64_t lane : lanes) sums[static_cast<std::size_t>(thread) * 8] += lane;
            });
        });
        best = std::max(best, static_cast<double>(data.size()) * 8e-6 / ms);
    }
    return best;
}

/// Timed passes of a model at kContext tokens.
class Bench {
public:
    explicit Bench(const Model& model) : m_model(model), m_state(model.newState()) {
        m_tokens.assign(kContext, std::min(100, model.vocabulary() - 1));
        const int fill = std::min(kContext, model.maxSeq() / 2);
        model.prefill(*m_state, std::span(m_tokens).first(static_cast<std::size_t>(fill)), {});
        m_logits.resize(static_cast<std::size_t>(kMaxForwardRows) * model.vocabulary());
    }

    int room() const { return m_model.maxSeq() - m_state->cache.length(); }

    double stepMs(int rows) {
        const int length = m_state->cache.length();
        const double ms = timedMs([&] {
            m_model.forward(*m_state, {std::span(m_tokens).first(static_cast<std::size_t>(rows))}, {},
                            m_logits.data());
        });
        m_state->cache.truncate(length);
        return ms;
    }

private:
    const Model& m_model;
    std::unique_ptr<ModelState> m_state;
    std::vector<TokenId> m_tokens;
    std::vector<float> m_logits;
};

double quantised(double value, double unit) {
    return std::round(value / unit) * unit;
}

struct RoundCosts {
    double draftStepMs = 0.0;
    double decideMs = 0.0;
};

/// Medians over real rounds: what a draft step costs with its draws and its catch-up, and what deciding
/// costs.
RoundCosts measureRounds(const std::shared_ptr<const Engine>& engine, std::stop_token stop) {
    RunOptions options;
    options.gamma = kProbeGamma;
    options.sampling.temperature = 1.0;
    options.maxTokens = 10 * kProbeGamma * kRepeats;
    options.ignoreEos = true;
    options.detail = Detail::Counts;
    const int length = std::min(kContext, engine->target().maxSeq() / 2);
    Session session(engine, options,
                    std::vector<TokenId>(static_cast<std::size_t>(length),
                                         std::min(100, engine->target().vocabulary() - 1)));
    std::vector<double> steps, decisions;
    while (steps.size() < 4 * kRepeats) {
        const std::optional<Round> round = session.step(stop);
        if (!round) break;
        if (round->proposals.empty()) continue;
        steps.push_back(round->times.draftMs / static_cast<double>(round->proposals.size()));
        decisions.push_back(round->times.decideMs);
    }
    return {medianOf(steps), medianOf(decisions)};
}

}  // namespace

ProbeReport measureCosts(const std::shared_ptr<const Engine>& engine, int rows, std::stop_token stop) {
    ProbeReport report;
    report.weightsBytes = engine->targetInfo().weightBytes;
    Bench target(engine->target());
    if (rows == 0) rows = engine->draftInfo().kind == "feature-head" ? kTreeRows : kChainRows;
    rows = std::clamp(rows, 1, std::min(kMaxForwardRows, target.room()));
    std::vector<std::vector<double>> times(static_cast<std::size_t>(rows));
    for (int repeat = 0; repeat < kRepeats && !stop.stop_requested(); ++repeat) {
        for (int m = 1; m <= rows; ++m) times[static_cast<std::size_t>(m - 1)].push_back(target.stepMs(m));
    }
    double floor = 0.0;
    for (std::vector<double>& samples : times) {
        // More rows never cost less; what looks so is noise.
        floor = std::max(floor, medianOf(samples));
        report.rowMs.push_back(floor);
    }
    RoundCosts round;
    if (engine->draftInfo().kind != "none") round = measureRounds(engine, stop);
    report.draftStepMs = round.draftStepMs;
    const double unit = std::max(report.rowMs.front(), 1e-6);
    report.costs.c = quantised(round.draftStepMs / unit, 0.005);
    for (const double ms : report.rowMs) report.costs.v.push_back(quantised(ms / unit, 0.01));
    report.costs.overhead = quantised(round.decideMs / unit, 0.005);
    report.bandwidthGbs = readBandwidth(engine->target().pool());
    return report;
}

}  // namespace specula
