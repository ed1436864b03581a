#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/decode/engine.h"
#include "engine/measure/single_run.h"
#include "engine/trace/reports.h"

namespace specula {

/// A prompt of a suite, already as ids.
struct MeasuredPrompt {
    std::string name;
    std::vector<TokenId> ids;
};

/// The short form of probe() (probe.h), in two seconds or so for a small pair: the costs for the cost model,
/// measured in real rounds and quantised so that runs which use them can be repeated (Costs in RunOptions),
/// with the bandwidth and where a token's time goes. rows 0: as many as the draft's kind can use.
ProbeReport measureCosts(const std::shared_ptr<const Engine>& engine, int rows = 0, std::stop_token stop = {},
                         int context = 64);

/// The same in half a second, for a first token that does not keep anybody waiting: fewer gammas, once each.
/// Good enough to choose gamma by.
ProbeReport measureCostsQuickly(const std::shared_ptr<const Engine>& engine, std::stop_token stop = {});

/// Plain and speculative runs of each prompt, alternating which goes first, one warm-up pair dropped.
/// Throughputs are total tokens over total decode time (prefill apart); the interval is a bootstrap over the
/// paired log-ratios of prompts x repeats. Never asserts a speed.
struct CompareOptions {
    RunOptions run;  ///< of the speculative side; plain is the same with gamma 0
    int repeats = 6;
    /// Called with each pair that counts; their rounds are kept (SingleRun::rounds) where this is given.
    std::function<void(const SingleRun& plain, const SingleRun& speculative)> onPair;
};
CompareReport compare(const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredPrompt>& prompts,
                      const CompareOptions& options, std::stop_token stop = {},
                      const std::function<void(double fraction, double etaSeconds)>& progress = {});

/// Measures every gamma on every prompt; gamma 0 is plain decoding and always measured (the baseline of each
/// repeat). `onPoint` is called after each gamma x prompt, and again for the whole suite (prompt "") as
/// gammas complete, each replacing the earlier value. Returns all points, the suite's last.
struct SweepOptions {
    RunOptions run;
    std::vector<int> gammas{0, 1, 2, 3, 4, 5, 6, 7, 8};
    int repeats = 3;
};
std::vector<SweepPoint> sweep(const std::shared_ptr<const Engine>& engine,
                              const std::vector<MeasuredPrompt>& prompts, const SweepOptions& options,
                              std::stop_token stop, const std::function<void(const SweepPoint&)>& onPoint,
                              const std::function<void(double fraction, double etaSeconds)>& progress = {});

}  // namespace specula
