#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "engine/checkpoint/model_config.h"
#include "engine/decode/engine.h"

namespace specula {

/// The published shapes of models that the benchmark measures with random weights, as their config.json has
/// them: "opt-1.3b", "opt-125m", "gpt2", "distilgpt2", "llama-3.2-1b", and "llama-draft-80m", which nobody
/// published: 4 layers, 512 wide, over Llama 3's vocabulary. Absent for other names.
std::optional<ModelConfig> modelShape(std::string_view name);

/// Loads a pair of such shapes with random weights, the same ones every time. `maxContext` as in
/// EngineOptions. Throws Error, also when stopped.
struct RandomPairOptions {
    ModelConfig target, draft;
    WeightFormat weights = WeightFormat::Auto;
    int threads = 0;
    int maxContext = 0;
};
std::shared_ptr<const Engine> loadRandomPair(const RandomPairOptions& options, std::stop_token stop = {});

}  // namespace specula
