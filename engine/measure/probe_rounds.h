#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "engine/decode/engine.h"
#include "engine/decode/session.h"
#include "engine/measure/probe.h"
#include "engine/trace/reports.h"

namespace specula {

/// Times of the rounds in which as many tokens were drafted as asked for.
struct GammaTimes {
    int gamma = 0;
    std::vector<double> draftMs, verifyMs, decideMs;
};

/// Plain decoding and rounds of several gammas in turn, all from the end of the same text, so that whatever
/// slows the machine for a moment meets them all alike. One thread.
class RoundTimer {
public:
    /// Runs the text through the target, once for plain decoding and once for all gammas.
    RoundTimer(const std::shared_ptr<const Engine>& engine, const ProbeOptions& options,
               const std::vector<TokenId>& text, std::stop_token stop);

    /// Some rounds of each.
    void visit(std::stop_token stop);

    /// False where the quartiles of plain decoding lie so far apart that something disturbs the machine.
    bool steady() const;

    /// The first entry is plain decoding. Entries may be empty: a look-up draft proposes only what it finds.
    const std::vector<GammaTimes>& times() const { return m_times; }

private:
    void run(Session& session, GammaTimes& times, std::stop_token stop);

    std::unique_ptr<Session> m_plain, m_drafting;  // null: the engine has no draft
    std::vector<GammaTimes> m_times;               // the first is plain decoding
    std::uint64_t m_seed = 0;
};

/// Puts what rounds cost into a report that has its passes: times within rounds, the draft's, and the costs.
void addRounds(const std::vector<GammaTimes>& rounds, ProbeReport& report);

}  // namespace specula
