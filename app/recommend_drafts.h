#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "app/backend.h"
#include "engine/trace/recommend.h"

namespace specula {

/// What could draft for a target on this machine: its shipped draft, a look-up, every model that is here
/// (with the reason where it cannot), and an early exit of a target that is deep enough. `engine.draft` is
/// offered too. Usual are those that pass the pair check with the target's own tokenizer and have a third of
/// its parameters at most; a feature head, that was made for it. Opens the models and loads no weights. A
/// stop returns what there is. Throws Error where the target cannot be opened.
std::vector<DraftCandidate> draftCandidates(const EngineOptions& engine, const std::stop_token& stop = {},
                                            const Backend::Progress& progress = {});

/// The usual ones as EngineOptions::draft takes them.
std::vector<std::string> usualDrafts(const std::vector<DraftCandidate>& candidates);

}  // namespace specula
