#pragma once

#include <vector>

#include "engine/train/draft_data.h"
#include "engine/train/frozen_target.h"
#include "engine/train/head_module.h"
#include "engine/train/teaching.h"

namespace specula {

/// The ids that the target gives most probability to over the training texts, ascending: sums of its
/// distributions at a sample of places, plus how often each id stands in the texts.
std::vector<TokenId> frequentIds(const FrozenTarget& target, const DraftData& data, int count);

/// Trains a feature head: ridge start, then soft targets, one drafting step at first and several rolled out
/// later; keeps the parameters that look best on held-out texts. Restarts where statePath left off. `false`
/// when stopped.
bool teachHead(HeadModule& head, const FrozenTarget& target, const DraftData& data,
               const TeachOptions& options);

/// Mean of sum_x min(pTarget(x), pDraft(x)) by drafting step over the held-out texts sampled at temperature 1
/// (at most `places` positions); ids that the head does not know count as never proposed.
std::vector<double> heldOutOverlap(const HeadModule& head, const FrozenTarget& target, const DraftData& data,
                                   int steps, std::int64_t places);

}  // namespace specula
