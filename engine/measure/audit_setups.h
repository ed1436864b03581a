#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/decode/engine.h"
#include "engine/trace/options.h"

namespace specula {

/// One way of decoding that the audit draws with.
struct AuditSetup {
    std::string name;  ///< for people: "your settings, chain of 4"
    RunOptions options;
    std::vector<TokenId> prompt;
};

/// What the audit runs, derived from a request.
struct AuditPlan {
    std::vector<TokenId> prompt;     ///< of the deterministic checks: the person's, else the audit's own
    std::vector<TokenId> ownPrompt;  ///< chosen so that the target's next row is neither flat nor decided
    std::vector<AuditSetup> setups;  ///< of the sampled checks; none at temperature 0
    std::vector<TreeShape> trees;    ///< of the greedy check; none without a feature head
    TreeShape tree;                  ///< the one that is sampled with; off without a feature head
    int gamma = 0;                   ///< of the person's chain
};

/// Reads a few rows of the target to choose a prompt. Throws Error as audit() does.
AuditPlan planAudit(const std::shared_ptr<const Engine>& engine, const AuditRequest& request);

}  // namespace specula
