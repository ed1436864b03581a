#pragma once

#include <string>
#include <string_view>

#include "engine/trace/options.h"

namespace specula {

/// What a deliberately broken rule does wrong, in plain words, for people who choose one: "A rejected token
/// is replaced by a draw from ...". "" for Mutant::None.
std::string_view mutantWords(Mutant mutant);

/// Why an audit could not catch this mutant, as one sentence without a full stop: with this kind of draft
/// (DraftInfo::kind), or at temperature 0, it changes nothing that can be seen. "" where it must be caught.
std::string mutantProblem(Mutant mutant, std::string_view draftKind, bool greedy);

}  // namespace specula
