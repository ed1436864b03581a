#pragma once

#include <string>
#include <string_view>

#include "engine/trace/options.h"

namespace specula {

/// What a deliberately broken rule does wrong, in plain words, for people who choose one: "A rejected token
/// is replaced by a draw from ...". "" for Mutant::None.
std::string_view mutantWords(Mutant mutant);

/// Whether this mistake changes what is emitted under a rule, whatever the draft: what exact enumeration must
/// find. StaleDraftCache changes no law and is found by comparing rows.
bool breaks(Mutant mutant, Rule rule);

/// Why an audit could not catch this mutant, as one sentence without a full stop: with this kind of draft
/// (DraftInfo::kind), this rule, or at temperature 0, it changes nothing that can be seen. "" where it must
/// be caught. `rule` as asked for; a feature head is audited in trees too.
std::string mutantProblem(Mutant mutant, std::string_view draftKind, bool greedy, Rule rule = Rule::Token);

}  // namespace specula
