#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "engine/measure/measure.h"
#include "engine/trace/race.h"

namespace specula {

/// compare() of one prompt, with the pair of runs nearest to the median speed-up kept round by round. Both
/// sides run with the same prompt, settings and seed, alternating, the first pair dropped. What the engine
/// does not know (EngineOptions, Prompt) is left empty. Without rounds when it was stopped before a pair was
/// done.
RaceReport race(const std::shared_ptr<const Engine>& engine, const std::vector<TokenId>& prompt,
                CompareOptions options, std::stop_token stop = {},
                const std::function<void(double fraction, double etaSeconds)>& progress = {});

}  // namespace specula
