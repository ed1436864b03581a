#pragma once

#include <string>
#include <vector>

#include "engine/trace/reports.h"

namespace specula {

/// A comparison of rules to run: each setup against plain decoding of the same prompts.
struct RulesRequest {
    EngineOptions engine;
    std::vector<Prompt> prompts;
    std::string suite;   ///< name for titles
    RunOptions options;  ///< rule, ensembleWeight, gamma and tree are those of each setup in turn
    std::vector<RuleSetup> setups;
    int repeats = 3;
};

/// Rounds to draw afresh at one place of a text.
struct RoundRequest {
    EngineOptions engine;
    std::vector<TokenId> before;  ///< prompt and output up to the round
    RunOptions options;           ///< as in RulesRequest
    std::vector<RuleSetup> setups;
    int draws = 0;  ///< rounds of each setup; 0 = the default
};

}  // namespace specula
