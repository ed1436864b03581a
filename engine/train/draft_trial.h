#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/trace/reports.h"

namespace specula {

/// Runs a finished draft in the real loop, on held-out prompts, with the target in the format that `auto`
/// gives it: acceptance by position at temperatures 1, 0.7 and 0, and, from c and v(M) measured here, the
/// gamma that pays most and what it is predicted to gain. Fills acceptance, costs, pays and verdict. With
/// `bestTree`, also measures some chains and trees against plain and gives the children by depth of the
/// fastest (empty: plain is).
void tryDraft(const std::string& target, const std::string& draft, const std::vector<Prompt>& prompts,
              int threads, TrainReport& report, std::vector<int>* bestTree, std::stop_token stop,
              const std::function<void(double fraction)>& progress);

}  // namespace specula
