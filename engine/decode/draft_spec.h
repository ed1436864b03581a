#pragma once

#include <string>

#include "engine/trace/reports.h"

namespace specula {

/// What EngineOptions::draft asks for: a kind and its numbers for a target of `layers` layers. "skip:3-9",
/// "skip:3-5,8" leave layers out, "early-exit:K" all after K, "ngram[:N]" looks up, "oracle:ALPHA" is right
/// with that probability, "none" or "" is plain decoding; anything else is the path of a model (kind "model")
/// or feature head, whose name is not known yet. Throws Error where a number does not fit.
DraftInfo describeDraft(const std::string& spec, int layers);

}  // namespace specula
