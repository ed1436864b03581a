#pragma once

#include <string>
#include <vector>

#include "engine/checkpoint/feature_head_file.h"
#include "engine/trace/models.h"
#include "engine/trace/reports.h"

namespace specula {

// A feature head (checkpoint/feature_head_file.h) as the list of models, its details and the pair matrix show
// it.

/// Fills in what the head says about itself. Throws Error for a folder that cannot be read.
void describeHead(const std::string& folder, ModelEntry& entry);

/// What it was trained for, where it looks into the target, what it can propose.
std::vector<NamedText> factsOf(const FeatureHeadFile& head);

/// Whether the head drafts for `target` (checkHeadFits); one that was trained for a target of another name
/// fits with a warning.
PairReport checkHead(const Checkpoint& target, const FeatureHeadFile& head);

}  // namespace specula
