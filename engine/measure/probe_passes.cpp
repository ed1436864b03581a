#include "engine/measure/probe_passes.h"

#include <algorithm>
#include <chrono>

#include "engine/decode/sampler.h"
#include "engine/measure/statistics.h"
#include "engine/model/memory.h"
#include "engine/verify/rows.h"

namespace specula {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kShareRepeats = 5;
constexpr double kSettleMs = 40.0;  // see probe_rounds.cpp
constexpr int kSamplingRepeats = 15;

template <typename Work>
double timedMs(const Work& work) {
    const Clock::time_point began = Clock::now();
    work();
    return std::chrono::duration<double, std::milli>(Clock::now() - began).count();
}

}  // namespace

PassTimer::PassTimer(const Model& model, const std::vector<TokenId>& text, int rows)
    : m_model(model), m_state(model.newState()) {
    model.prefill(*m_state, text, {});
    rows = std::clamp(rows, 1, std::min(kMaxForwardRows, model.maxSeq() - m_state->cache.length()));
    for (int i = 0; i < rows; ++i) m_tokens.push_back(text[static_cast<std::size_t>(i) % text.size()]);
    m_logits.resize(static_cast<std::size_t>(rows) * static_cast<std::size_t>(model.vocabulary()));
    m_times.resize(static_cast<std::size_t>(rows));
}

double PassTimer::passMs(int rows, ForwardTimes* times) {
    const int length = m_state->cache.length();
    const double ms = timedMs([&] {
        m_model.forward(*m_state, {std::span(m_tokens).first(static_cast<std::size_t>(rows))},
                        {.times = times}, m_logits.data());
    });
    m_state->cache.truncate(length);
    return ms;
}

void PassTimer::settle(double ms) {
    for (double spentMs = 0.0; spentMs < ms;) spentMs += passMs(1);
}

void PassTimer::repeat(std::stop_token stop) {
    settle(kSettleMs);
    for (std::size_t i = 0; i < m_times.size() && !stop.stop_requested(); ++i) {
        const int rows = static_cast<int>(i) + 1;
        passMs(rows);  // not counted: it follows one of another size
        m_times[i].push_back(passMs(rows));
    }
}

/// Medians of each part over a few passes.
PassShares PassTimer::sharesOf(int rows) {
    if (rows == 1) settle(kSettleMs);
    std::vector<ForwardTimes> passes(kShareRepeats);
    for (ForwardTimes& times : passes) passMs(rows, &times);
    const auto median = [&](double ForwardTimes::*part) {
        std::vector<double> values;
        for (const ForwardTimes& times : passes) values.push_back(times.*part);
        return medianOf(std::move(values));
    };
    return {median(&ForwardTimes::linearsMs), median(&ForwardTimes::headMs),
            median(&ForwardTimes::attentionMs), median(&ForwardTimes::otherMs)};
}

std::vector<ProbeRow> PassTimer::rows(bool allShares, std::stop_token stop) {
    std::vector<ProbeRow> measured;
    for (std::size_t i = 0; i < m_times.size() && !m_times[i].empty(); ++i) {
        ProbeRow row;
        row.rows = static_cast<int>(i) + 1;
        row.pass = spreadOf(m_times[i]);
        if ((i == 0 || allShares) && !stop.stop_requested()) row.shares = sharesOf(row.rows);
        measured.push_back(std::move(row));
    }
    return measured;
}

std::int64_t PassTimer::cacheBytes() const {
    return specula::cacheBytes(m_model.config(), m_model.info().kv, m_state->cache.length());
}

SamplingTimes timeSampling(const PassTimer& timer, const Sampling& sampling) {
    Sampler sampler(sampling);
    const SeenTokens seen(static_cast<int>(timer.logits().size()));
    std::vector<float> row(timer.logits().size());
    std::vector<double> draws, choices;
    TokenId drawn = 0;
    for (int i = 0; i < kSamplingRepeats; ++i) {
        draws.push_back(timedMs([&] {
            sampler.row(timer.logits(), seen, row);
            drawn = drawFrom<float>(row, 0.5);
        }));
        choices.push_back(timedMs([&] { drawn = sampler.best(timer.logits(), seen); }));
    }
    static_cast<void>(drawn);
    return {medianOf(draws), medianOf(choices)};
}

}  // namespace specula
