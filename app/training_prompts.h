#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// Prompts to train a draft with, and others on other topics to test it with.
struct TrainingPrompts {
    std::vector<Prompt> training;
    std::vector<Prompt> heldOut;
};

/// The bundled list (resources/prompts/training.json): groups of templates, each with many fills. Every group
/// gives about as many prompts, whatever the number of its combinations; which ones is a function of the
/// seed.
TrainingPrompts bundledTrainingPrompts(std::uint64_t seed);

/// The same from a text of that form. Throws Error naming `origin` and the field.
TrainingPrompts trainingPromptsFrom(const std::string& text, const std::string& origin, std::uint64_t seed);

/// A suite of prompts for training; every tenth is held out (of one prompt, the same one).
TrainingPrompts splitForTraining(const std::vector<Prompt>& prompts);

}  // namespace specula
