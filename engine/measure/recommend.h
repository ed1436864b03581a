#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/measure/measure.h"
#include "engine/trace/recommend.h"

namespace specula {

// Which draft and how much of it, in a given time: predicted for every shape from one long run a draft, then
// measured for those alone whose prediction is near the best.

/// What a search works with.
struct RecommendSearch {
    std::vector<std::string> drafts;  ///< as EngineOptions::draft
    std::vector<MeasuredPrompt> prompts;
    RunOptions base;         ///< sampling, rule, length, seed; shape and costs are chosen here
    double seconds = 120.0;  ///< in all, loading apart
    /// The target with this draft; throws Error. At most two of what it returned are held at a time.
    std::function<std::shared_ptr<const Engine>(const std::string& draft, std::stop_token stop)> load;
    /// Each time that something became known: a draft's predictions, a visit's measurements. Not the target,
    /// suite and load of the report, which the caller knows.
    std::function<void(const RecommendReport&)> onReport;
    std::function<void(double fraction, double secondsLeft, const std::string& what)> progress;
    std::function<double()> now;  ///< a clock in seconds; empty: the system's
};

/// One thread. For each draft: its costs (measureCosts) and a chain of kLongGamma on the prompts, with base's
/// seed (for a feature head a tree of kWideTree too); predictions follow (explain/shape_prediction.h). Of all
/// drafts those shapes are measured whose prediction reaches kReach of the best, at most kMostContenders, of
/// two drafts at most, and no more than fit into what is left of the time twice over.
///
/// Measuring visits prompt after prompt: a plain run, then each contender with the same seed, repeat r under
/// seed + 1 + r, on other draws than the predictions rest on. A contender whose interval falls below the
/// leader's is dropped after kFewestPasses passes over the prompts and kFewestRuns runs. It ends when one is
/// left and its interval is clear of 1, when no interval reaches 1, or when another visit (as long as the
/// last one) would not fit into the time: the budget is overrun by less than a visit, and, where it is very
/// short, by a draft's costs. Looking at an interval again and again until it is clear makes it a little too
/// narrow.
///
/// A draft that cannot be loaded is left out, with the reason; throws the last one's Error if none is left.
/// When stopped, returns what there is.
RecommendReport recommend(const RecommendSearch& search, std::stop_token stop = {});

inline constexpr int kLongGamma = 10;
inline constexpr double kReach = 0.85;
inline constexpr int kMostContenders = 6;
inline constexpr int kFewestPasses = 3;
inline constexpr int kFewestRuns = 8;

/// What became of the tokens of `rounds`, chains and trees alike, by depth and rank; lengths of chains only.
void countRound(const Round& round, bool chain, DraftAcceptance& acceptance);

}  // namespace specula
