#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/decode/engine.h"
#include "engine/trace/reports.h"

namespace specula {

/// What a probe measures, and how thoroughly.
struct ProbeOptions {
    int context = 64;  ///< tokens in the cache; less where the model's context is shorter
    int rows = 17;     ///< passes over 1..rows rows
    int visits = 8;    ///< to plain decoding and to every gamma, some 40 ms of counted rounds each
    int repeats = 8;   ///< of each pass, spread over the visits
    /// Gammas whose rounds are run; pass times in rounds are known for one row more than each. Between them
    /// the cost model follows the passes that were measured alone.
    std::vector<int> gammas{1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 16};
    Sampling sampling;         ///< of the rounds
    double seconds = 0.0;      ///< for passes and rounds together, roughly: a slow model gets fewer repeats
                               ///< and visits than asked for, but some; 0: as many as asked for
    double warmUpMs = 200.0;   ///< of passes before anything counts
    bool farBandwidth = true;  ///< also over a buffer far larger than the caches: up to 2 GB for a second
    bool allShares = true;     ///< where the time goes for every number of rows, not only for one
};

/// Measures the machine, the target and the draft. Rounds are real ones (Session::step over prose, from the
/// given context on), so the costs are what a run pays: a pass is slower behind a draft than in a loop of its
/// own, and one row alone is faster than between wide passes, which lower the processor's clock. Ends early,
/// with what it has, when `stop` is set. `progress` gets a fraction 0..1 and a short text, on this thread.
ProbeReport probe(const std::shared_ptr<const Engine>& engine, const ProbeOptions& options,
                  std::stop_token stop = {},
                  const std::function<void(double fraction, const std::string& what)>& progress = {});

}  // namespace specula
