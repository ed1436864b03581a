#pragma once

#include "engine/checkpoint/checkpoint.h"
#include "engine/trace/reports.h"

namespace specula {

/// Whether the draft's proposals mean the same to the target: what counts is the tokenizers, token by token,
/// not the sizes in the configs. Two models without tokenizers pair when their vocabularies have the same
/// size, with a warning.
PairReport checkPair(const Checkpoint& target, const Checkpoint& draft);

/// The first failed check as one sentence; "" for a compatible pair.
std::string reasonAgainst(const PairReport& report);

}  // namespace specula
