#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/measure/measure.h"

namespace specula {

// Rules of verification compared on one loaded pair: one round at one place of a text, and whole runs. Which
// setups there are: trace/rule_setups.h. A setup that cannot run throws Error, before anything is measured.

/// `base` as it runs under a setup.
RunOptions optionsUnder(const RunOptions& base, const RuleSetup& setup);

/// Whether a setup needs base.costs: automatic gammas, trees and stop rules do.
bool needsCosts(const RunOptions& base, const std::vector<RuleSetup>& setups);

inline constexpr int kRoundDraws = 200;

/// The first round after `prompt` under each setup, in their order. Rules that judge drawn chains share the
/// round of base.seed, and what they emit is exact over all coins (compareChainRules); given these drafted
/// tokens, that is: only averaged over drafts is a better rule never worse. All other setups, and drafts
/// without rows, draw the round `draws` times anew (drawRounds). The round is not cut by stop texts,
/// end-of-text tokens or the length of the output. When stopped, returns the outcomes that are complete.
std::vector<RoundOutcome> compareRound(
    const std::shared_ptr<const Engine>& engine, const std::vector<TokenId>& prompt, const RunOptions& base,
    const std::vector<RuleSetup>& setups, int draws = kRoundDraws, std::stop_token stop = {},
    const std::function<void(double fraction, double etaSeconds)>& progress = {});

/// The first round after `prompt`, drawn with the seeds base.seed + 1 .. base.seed + draws: the mean of the
/// tokens emitted, over drafts and coins, with a normal 95 % interval (mean -+ 1.96 s / sqrt(draws), s the
/// standard deviation). Fewer draws when stopped.
RoundOutcome drawRounds(const std::shared_ptr<const Engine>& engine, const std::vector<TokenId>& prompt,
                        const RunOptions& base, const RuleSetup& setup, int draws, std::stop_token stop = {});

/// A named list of prompts to measure on.
struct MeasuredSuite {
    std::string name;
    std::vector<MeasuredPrompt> prompts;
};

/// Whole runs under each setup on each prompt, alternating with plain ones (measure/alternating.h); repeat r
/// has the seed base.seed + r under every setup and plain. Tokens a round and tokens per second are medians
/// over runs, the speed-up is the median ratio to the plain run beside it, all with bootstrap intervals over
/// prompts x repeats. `onPoint` is called after each run with the value so far, each replacing the earlier
/// one of its setup and suite. Returns all points, suite by suite, plain (gamma 0) first.
std::vector<RulePoint> compareRules(
    const std::shared_ptr<const Engine>& engine, const std::vector<MeasuredSuite>& suites,
    const RunOptions& base, const std::vector<RuleSetup>& setups, int repeats, std::stop_token stop = {},
    const std::function<void(const RulePoint&)>& onPoint = {},
    const std::function<void(double fraction, double etaSeconds)>& progress = {});

}  // namespace specula
