#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/trace/round.h"

namespace specula {

// The words used for each value on the command line, in files and on screen (one spelling everywhere).

std::string_view name(WeightFormat format);
std::string_view name(KvFormat format);
std::string_view name(Device device);
std::string_view name(Rule rule);
std::string_view name(DraftStop::Kind kind);
std::string_view name(Mutant mutant);
std::string_view name(DraftArchitecture architecture);
std::string_view name(Detail detail);
std::string_view name(Verdict verdict);
std::string_view name(EmitKind kind);
std::string_view name(Finish finish);

/// The value with that name, or nothing.
std::optional<WeightFormat> weightFormatNamed(std::string_view text);
std::optional<KvFormat> kvFormatNamed(std::string_view text);
std::optional<Device> deviceNamed(std::string_view text);
std::optional<Rule> ruleNamed(std::string_view text);
std::optional<DraftStop::Kind> draftStopNamed(std::string_view text);
std::optional<Mutant> mutantNamed(std::string_view text);
std::optional<DraftArchitecture> draftArchitectureNamed(std::string_view text);
std::optional<Detail> detailNamed(std::string_view text);
std::optional<Verdict> verdictNamed(std::string_view text);
std::optional<EmitKind> emitKindNamed(std::string_view text);
std::optional<Finish> finishNamed(std::string_view text);

/// "off", "auto" or children by depth, "3,2,1", as on the command line.
std::string treeText(const TreeShape& tree);

/// "ensemble:0.3", and the name alone for the other rules, as on the command line.
std::string ruleText(Rule rule, double ensembleWeight);

/// "fixed", "max:0.4", "entropy:2", "auto", as on the command line.
std::string draftStopText(const DraftStop& stop);

/// A rule as ruleText() writes it.
struct RuleChoice {
    Rule rule = Rule::Token;
    double ensembleWeight = RunOptions{}.ensembleWeight;  ///< of "ensemble:W"; the default for other rules
    bool operator==(const RuleChoice&) const = default;
};

/// What ruleText() and draftStopText() write, read back; absent for anything else. An ensemble's weight and a
/// threshold of max lie in 0..1, a threshold of entropy in 0..100 nats.
std::optional<RuleChoice> ruleFromText(std::string_view text);
std::optional<DraftStop> draftStopFromText(std::string_view text);

std::vector<Rule> allRules();

/// Every mutant's name but "none", for messages and tests.
std::vector<Mutant> allMutants();

}  // namespace specula
