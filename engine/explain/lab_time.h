#pragma once

#include <optional>

#include "engine/trace/lab.h"

namespace specula {

/// What is known of a pair's speed before a lab.
struct LabPace {
    double plainMs = 0.0;        ///< a token of plain decoding, above 0
    std::optional<Costs> costs;  ///< of the draft; absent: not measured
};

/// The acceptance that an estimate assumes as long as nothing was measured.
inline constexpr double kAssumedAcceptance = 0.5;

/// Seconds that one run under `setup` is expected to take, prompt apart: its tokens at the pace of plain
/// decoding over the speed-up that the cost model predicts for kAssumedAcceptance at every place; as slow as
/// plain where no costs are known. An estimate: stop texts end runs early, and acceptance differs.
double expectedRunSeconds(const LabRequest& request, const LabSetup& setup, const LabPace& pace);

/// The same for all runs of a lab. What loading and reading prompts takes is not in it.
double expectedLabSeconds(const LabRequest& request, const LabPace& pace);

}  // namespace specula
