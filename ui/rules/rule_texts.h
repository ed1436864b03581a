#pragma once

#include <vector>

#include <QString>

#include "engine/trace/reports.h"

namespace specula {

// How a comparison of rules is put into words. Pure functions of the data.

/// Plain decoding beside the rules: gamma 0.
bool isPlain(const RuleSetup& setup);
/// A rule in one or two words, for lists and axes: "Block", "Ensemble 0.5".
QString shortRule(const RuleSetup& setup);
/// The same in full: "Block verification", "Ensemble, 0.5 of the draft".
QString fullRule(const RuleSetup& setup);
/// "gamma 4", "tree 3,2,1".
QString draftedText(const RuleSetup& setup);
/// How the rule judges and whose it is, for tool tips; lossy ones say so first.
QString ruleHelp(const RuleSetup& setup);
/// "LOSSY", the same in every language; "" for the lossless.
QString lossyWord(const RuleSetup& setup);

/// "1.62 (1.52–1.70)"; a dash where nothing was measured.
QString intervalText(const Interval& interval);

/// Points that may be held against one another: same draft, same prompts. Plain decoding is in none.
struct RuleGroup {
    QString draft;
    QString suite;
    std::vector<const RulePoint*> points;  ///< in their own order
};
std::vector<RuleGroup> ruleGroups(const std::vector<RulePoint>& points);

/// "Block verification emits 3 % more tokens a round than token rejection sampling; no significant difference
/// in speed". Lossy rules are not held against lossless ones: they give another text. A difference is claimed
/// only where the 95 % intervals part. `running`: more is to come. "" while there is nothing to say.
QString rulesFinding(const std::vector<RulePoint>& points, bool running = false);

}  // namespace specula
