#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/train/draft_data.h"
#include "engine/train/frozen_target.h"
#include "engine/train/head_module.h"
#include "engine/train/loop.h"

namespace specula {

/// How a draft is taught.
struct TeachOptions {
    double minutes = 20.0;   ///< 0: no bound
    std::int64_t steps = 0;  ///< 0: no bound; alone, the result does not depend on the machine's speed
    int headVocabulary = 8192;
    std::uint64_t seed = 1;
    std::string statePath;  ///< where the loop can go on from
    std::string bestPath;   ///< parameters that looked best on held-out texts
    std::stop_token stop;
    /// Told now and then: how far, and the mean overlap by drafting step on held-out texts (temperature 1;
    /// empty between looks).
    std::function<void(const LoopResult& done, double progress, const std::vector<double>& overlap)> onLook;
};

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
