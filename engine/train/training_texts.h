#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/trace/options.h"
#include "engine/train/frozen_target.h"
#include "engine/train/target_texts.h"

namespace specula {

/// How many texts are sampled, and how long they are.
struct SamplingPlan {
    std::string folder;       ///< gets the shards
    std::int64_t tokens = 0;  ///< stop once this many were sampled, prompts included; 0: by time alone
    double seconds = 0.0;     ///< and after this long, earlier starts included; 0: by tokens alone
    std::int64_t longest = 288;
    std::int64_t rows = 192;  ///< texts at a time: one shard
    std::uint64_t seed = 1;
};

struct SamplingState {
    std::int64_t tokens = 0;
    double seconds = 0.0;  ///< spent, earlier starts included
};

/// Writes shards of texts that the target continues from `prompts` (shuffled; a small share from `heldOut`)
/// at temperatures 1, 0.8, 0.7 and 0 in turn, until the plan is met. Shards that are already there count, so
/// that a later call goes on where an earlier one was stopped. Chat prompts are left out when the target has
/// no chat template. Throws Error when no prompt is left, the target has no tokenizer or the disk is full.
SamplingState sampleTrainingTexts(const FrozenTarget& target, const std::vector<Prompt>& prompts,
                                  const std::vector<Prompt>& heldOut, std::span<const int> layers,
                                  const SamplingPlan& plan, std::stop_token stop,
                                  const std::function<void(const SamplingState&)>& onShard);

}  // namespace specula
