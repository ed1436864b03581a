#pragma once

#include "engine/train/decoder.h"
#include "engine/train/head_trainer.h"

namespace specula {

/// Sizes of a small independent decoder with the target's vocabulary.
DecoderShape smallShapeFor(const ModelConfig& target);

/// Trains a decoder on the target's distributions over the texts (distillation on the target's own samples:
/// Zhou et al. 2024, DistillSpec); keeps the parameters that look best on held-out texts. Restarts where
/// statePath left off. `false` when stopped.
bool teachSmall(Decoder& draft, const FrozenTarget& target, const DraftData& data,
                const TeachOptions& options);

}  // namespace specula
