#pragma once

#include <functional>
#include <optional>
#include <stop_token>

#include "engine/trace/reports.h"

namespace specula {

/// Trains a draft for any target of the Llama family (frozen_target.h), from nothing but the target and
/// prompts: the target writes text (sampling), a draft learns its distributions on that text (training), and
/// is tried in the real loop on prompts of other topics (measuring). The result is a folder that loads like
/// any draft.
///
/// Everything is kept in request.out/work as it comes: when stopped, or cut off, a later call with the same
/// request goes on where it was. Absent when stopped. Throws Error when the target's kind cannot be taught
/// for, with the reason, and when the disk is full. One thread calls; computes on request.threads.
std::optional<TrainReport> trainDraft(const TrainRequest& request, std::stop_token stop,
                                      const std::function<void(const TrainProgress&)>& progress);

/// Layers whose states a feature head sees: the middle, four fifths of the way, and the last (1-based).
std::vector<int> fusedLayersFor(int layers);

}  // namespace specula
