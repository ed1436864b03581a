#pragma once

#include <optional>
#include <vector>

#include "engine/trace/round.h"

namespace specula {

/// Running totals of a run, updated a round at a time. Two different rates that are never mixed: the
/// acceptance rate (accepted / judged) and draft efficiency (accepted / drafted). A rate with no denominator
/// is absent.
struct Totals {
    long rounds = 0;
    long drafted = 0;
    long judged = 0;
    long accepted = 0;
    long rejected = 0;
    long discarded = 0;
    long resampled = 0;
    long bonus = 0;
    long plain = 0;
    double overlapSum = 0.0;  ///< over judged proposals whose rows were kept
    long overlapCount = 0;
    double draftMs = 0.0;
    double verifyMs = 0.0;
    double decideMs = 0.0;
    double decodeMs = 0.0;         ///< wall time from the start of decoding to the end of the last round
    std::vector<long> judgedAt;    ///< by draft position, 0-based
    std::vector<long> acceptedAt;  ///< by draft position, 0-based

    void add(const Round& round);

    long emitted() const { return accepted + resampled + bonus + plain; }
    std::optional<double> acceptanceRate() const;   ///< accepted / judged
    std::optional<double> overlapAlpha() const;     ///< mean overlap over judged positions; exact alpha
    std::optional<double> draftEfficiency() const;  ///< accepted / drafted
    std::optional<double> tokensPerRound() const;   ///< emitted / rounds
    std::optional<double> tokensPerSecond() const;  ///< emitted / decode time, prefill apart
};

}  // namespace specula
