#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "engine/measure/alternating.h"
#include "engine/measure/compare_rules.h"
#include "engine/trace/lab.h"

namespace specula {

/// The part of a lab that belongs to the loaded draft, which the request calls `draft`: each of its setups on
/// each prompt, alternating with plain runs of the same prompt, temperature and seed (alternating.h); repeat
/// r has the seed options.seed + r everywhere. Intervals are bootstraps over prompts x repeats. `suites` are
/// the request's own, already as ids. Costs are measured first where options.costs has none; they are
/// reported, and predict. Returns all points, suite by suite, plain first; when stopped, those that have a
/// run. Throws Error where nothing can be measured.
std::vector<LabPoint> measureLab(const std::shared_ptr<const Engine>& engine, const LabRequest& request,
                                 const LabDraft& draft, const std::vector<MeasuredSuite>& suites,
                                 std::stop_token stop = {}, const LabHooks& hooks = {});

}  // namespace specula
