#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "engine/decode/engine.h"
#include "engine/measure/probe.h"
#include "engine/trace/reports.h"

namespace specula {

/// Times of the rounds in which as many tokens were drafted as asked for.
struct GammaTimes {
    int gamma = 0;
    std::vector<double> draftMs, verifyMs, decideMs;
};

/// Plain decoding and rounds of several gammas in turn, each in a Session of its own that goes on where it
/// was left, so that whatever slows the machine for a moment meets them all alike. One thread.
class RoundTimer {
public:
    /// Runs the text through the target for each; fewer gammas where the memory for their caches is short.
    RoundTimer(const std::shared_ptr<const Engine>& engine, const ProbeOptions& options,
               const std::vector<TokenId>& text, std::stop_token stop);
    ~RoundTimer();

    /// Some rounds of each.
    void visit(std::stop_token stop);

    /// False where the quartiles of plain decoding lie so far apart that something disturbs the machine.
    bool steady() const;

    /// The first entry is plain decoding. Entries may be empty: a look-up draft proposes only what it finds.
    std::vector<GammaTimes> times() const;

private:
    struct Timeline;
    void run(Timeline& timeline, std::stop_token stop);

    std::vector<std::unique_ptr<Timeline>> m_timelines;  // the first is plain decoding
};

/// Puts what rounds cost into a report that has its passes: times within rounds, the draft's, and the costs.
void addRounds(const std::vector<GammaTimes>& rounds, ProbeReport& report);

}  // namespace specula
