#pragma once

#include "app/train_worker.h"

namespace specula {

/// While one lives, freed blocks stay with the process: training takes and gives back the same large ones
/// every step, and asking the system for them each time costs nearly half of it.
class TrainingMemory {
public:
    TrainingMemory();
    ~TrainingMemory();
    TrainingMemory(const TrainingMemory&) = delete;
    TrainingMemory& operator=(const TrainingMemory&) = delete;
};

/// SHA-256 of a file, "" for a folder or what cannot be read.
std::string fileHash(const std::string& path);

/// trainDraft() with the bundled prompts where the request brings none, and the target's hash for the
/// provenance.
Trainer engineTrainer();

}  // namespace specula
