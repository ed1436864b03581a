#pragma once

#include <vector>

#include "engine/trace/reports.h"

namespace specula {

/// The ways in which a draft of this kind can be judged by `rule` under these options: as a chain of
/// options.gamma tokens (kOrdinaryGamma where that is automatic), as a tree (options.tree, else the draft's
/// measured best where it branches, else 3,2,1), both, or none. At temperature 0 every rule is greedy.
std::vector<RuleSetup> ruleSetups(Rule rule, const DraftInfo& draft, const RunOptions& options);

/// Those of every rule, each once; chains first. Where a draft's proposals are certain (n-gram look-up: no
/// row, q = 1), block, one-hot and match keep just as many tokens as token does and are left out: all of them
/// keep token i, its elders kept, with the target's own probability.
std::vector<RuleSetup> defaultRuleSetups(const DraftInfo& draft, const RunOptions& options);

inline constexpr int kOrdinaryGamma = 4;

}  // namespace specula
