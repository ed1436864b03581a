#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/checkpoint/architecture.h"
#include "engine/checkpoint/config_fields.h"
#include "engine/checkpoint/model_config.h"

// What the readers of several architectures share.

namespace specula {

// ------------------------------------------------------------------------------------------------
// config.json

/// The names in Hugging Face files that Llama and its relatives share.
std::span<const NameRule> llamaNames();

/// hidden_size, num_hidden_layers, heads, head_dim, intermediate_size, max_position_embeddings under the
/// names that most configs use; then finishShape.
void readShape(const ConfigFields& fields, ModelConfig& config);

/// Checks that heads, key-value heads and widths fit together and fills in what follows from them: headDim
/// (where it is 0), kvHeads (where 0), embeddingWidth, rotaryDim, attentionScale, one LayerKind a layer.
/// `headsField` and `hiddenField` name the fields for messages.
void finishShape(const ConfigFields& fields, const std::string& headsField, const std::string& hiddenField,
                 ModelConfig& config);

/// rope_theta with rope_scaling (older form) or rope_parameters (transformers 5), and the partial rotary
/// factor, into ropes[0] and rotaryDim.
void readRope(const ConfigFields& fields, double defaultTheta, ModelConfig& config);

/// The stretch in one rope_scaling or rope_parameters object.
RopeScaling readRopeScaling(const ConfigFields& fields, const ModelConfig& config,
                            std::optional<double> originalContext);

/// Refuses a name it does not know.
Activation readActivation(const ConfigFields& fields, const std::string& field, const std::string& fallback);

/// layer_types where it is given ("sliding_attention", "full_attention"): sliding layers get `window`.
/// False without the field.
bool readLayerTypes(const ConfigFields& fields, int window, ModelConfig& config);

// -------------------------------------------------------------------------------------------------------
// GGUF

/// Sizes, heads, epsilon, rope and biases, which all GGUF architectures write alike.
void readGgufShape(const GgufKeys& keys, ModelConfig& config);

/// attention.sliding_window, 0 without it.
int readGgufWindow(const GgufKeys& keys);

/// The names that all GGUF architectures share.
std::span<const NameRule> ggufNames();

}  // namespace specula
