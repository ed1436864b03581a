#pragma once

#include <string>
#include <string_view>

#include "engine/trace/options.h"

namespace specula {

// Facts about the rules of verification that everybody needs who offers, names or compares them. The rules
// themselves: engine/verify/rules.h.

/// Whether the text is distributed as the target's own. Rules that are not are marked LOSSY wherever they
/// are shown.
bool lossless(Rule rule);

/// The same of a run: of the rule that it really uses, and not where its verdicts are synthetic.
bool lossless(const RunOptions& options);

/// What a rule can judge. Greedy judges both, at temperature 0, where it stands for every lossless rule.
bool judgesChains(Rule rule);
bool judgesTrees(Rule rule);

/// Chain rules that judge the same drawn proposals, so that one round can be compared under all of them.
bool sharesDrawnChain(Rule rule);

/// The rule that a run with `rule` really uses: Greedy at temperature 0 (a lossy rule too: nothing is drawn),
/// Sequoia in place of Token for a tree, Token where nothing is drafted.
Rule resolvedRule(Rule rule, bool greedy, bool tree, bool plain);

/// Why a run cannot use this rule, one sentence that names the option; "" where it can.
std::string ruleProblem(Rule rule, bool greedy, bool tree, bool plain);

/// A short name for people: "Token rejection sampling".
std::string_view ruleTitle(Rule rule);

/// One line for people: how the rule judges.
std::string_view ruleWords(Rule rule);

/// Paper and year: "Leviathan et al. 2023; Chen et al. 2023".
std::string_view ruleSource(Rule rule);

}  // namespace specula
