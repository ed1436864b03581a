#pragma once

#include <string>

#include "engine/trace/reports.h"
#include "engine/train/head_module.h"

namespace specula {

/// Writes a feature head as a folder that loads as a draft: config.json and model.safetensors (float16), see
/// checkpoint/feature_head_file.h. Creates the folder; replaces what a former training left there. Throws
/// Error (Failed) when something cannot be written.
void writeHeadFolder(const std::string& folder, const HeadModule& head, const std::vector<int>& bestTree);

/// Writes a small decoder as a Hugging Face model folder without a tokenizer: it speaks the target's ids.
void writeSmallFolder(const std::string& folder, const Decoder& draft, const Checkpoint& target);

/// Where a draft comes from and what it was measured to do, as provenance.json beside it. Its "tokenizer" is
/// what lets a draft without a tokenizer of its own pair with its target (decode/pair_check.h).
void writeProvenance(const std::string& folder, const TrainRequest& request, const TrainReport& report,
                     const Checkpoint& target);

}  // namespace specula
