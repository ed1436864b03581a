#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "engine/checkpoint/architectures/readers.h"
#include "engine/text/json_file.h"

namespace specula {

using nlohmann::json;

namespace {

std::vector<float> toFloats(const std::vector<double>& values) {
    return {values.begin(), values.end()};
}

RopeScaling readLongRope(const ConfigFields& fields, const ModelConfig& config,
                         std::optional<double> originalContext) {
    for (const char* field : {"short_mscale", "long_mscale"}) {
        if (fields.find(field)) fields.fail(field, "is given, which is not supported");
    }
    RopeScaling scaling;
    scaling.kind = RopeScaling::Kind::LongRope;
    const auto pairs = static_cast<std::size_t>(config.rotaryDim) / 2;
    scaling.shortFactors = toFloats(fields.numbers("short_factor", pairs));
    scaling.longFactors = toFloats(fields.numbers("long_factor", pairs));
    if (scaling.shortFactors.empty() || scaling.longFactors.empty())
        fields.fail("short_factor", "and long_factor must be lists of " + std::to_string(pairs) + " numbers");
    for (const auto* factors : {&scaling.shortFactors, &scaling.longFactors}) {
        if (std::any_of(factors->begin(), factors->end(), [](float factor) { return factor <= 0.0F; }))
            fields.fail("short_factor", "and long_factor must be above 0");
    }
    scaling.originalContext = fields.number("original_max_position_embeddings", 1.0, 1e9, originalContext);
    const double stretch = fields.number("factor", 1e-3, 1e6, config.maxContext / scaling.originalContext);
    const double usual =
        stretch <= 1.0 ? 1.0 : std::sqrt(1.0 + std::log(stretch) / std::log(scaling.originalContext));
    scaling.attentionFactor = fields.number("attention_factor", 0.0, 1e3, usual);
    return scaling;
}

}  // namespace

void readShape(const ConfigFields& fields, ModelConfig& config) {
    config.hidden = fields.integer("hidden_size", kHiddenBounds);
    config.ffn = fields.integer("intermediate_size", kFfnBounds);
    config.layers = fields.integer("num_hidden_layers", kLayerBounds);
    config.heads = fields.integer("num_attention_heads", kHeadBounds);
    config.kvHeads = fields.integer("num_key_value_heads", kHeadBounds, config.heads);
    config.maxContext = fields.integer("max_position_embeddings", kContextBounds, 2048);
    if (fields.find("head_dim")) config.headDim = fields.integer("head_dim", kHeadDimBounds);
    finishShape(fields, "num_attention_heads", "hidden_size", config);
}

void finishShape(const ConfigFields& fields, const std::string& headsField, const std::string& hiddenField,
                 ModelConfig& config) {
    if (config.kvHeads == 0) config.kvHeads = config.heads;
    if (config.heads % config.kvHeads != 0) {
        fields.fail(headsField, "is " + std::to_string(config.heads) +
                                    ", expected a multiple of num_key_value_heads " +
                                    std::to_string(config.kvHeads));
    }
    if (config.headDim == 0) {
        if (config.hidden % config.heads != 0) {
            fields.fail(hiddenField, "is " + std::to_string(config.hidden) + ", expected a multiple of " +
                                         headsField + " " + std::to_string(config.heads));
        }
        config.headDim = config.hidden / config.heads;
    }
    if (config.headDim % 2 != 0 || config.headDim < kHeadDimBounds.low ||
        config.headDim > kHeadDimBounds.high) {
        fields.fail("head_dim",
                    "is " + std::to_string(config.headDim) + ", expected an even number from 2 to 1024");
    }
    if (config.embeddingWidth == 0) config.embeddingWidth = config.hidden;
    config.rotaryDim = config.headDim;
    config.attentionScale = 1.0 / std::sqrt(static_cast<double>(config.headDim));
    config.layerKinds.assign(static_cast<std::size_t>(config.layers), LayerKind{});
}

RopeScaling readRopeScaling(const ConfigFields& fields, const ModelConfig& config,
                            std::optional<double> originalContext) {
    const std::string kind = fields.text("rope_type", fields.text("type", "default"));
    if (kind == "default") return {};
    if (kind == "longrope" || kind == "su") return readLongRope(fields, config, originalContext);
    RopeScaling scaling;
    if (kind == "linear") {
        scaling.kind = RopeScaling::Kind::Linear;
    } else if (kind == "llama3") {
        scaling.kind = RopeScaling::Kind::Llama3;
        scaling.lowFreqFactor = fields.number("low_freq_factor", 1e-6, 1e6, std::nullopt);
        scaling.highFreqFactor = fields.number("high_freq_factor", 1e-6, 1e6, std::nullopt);
        scaling.originalContext =
            fields.number("original_max_position_embeddings", 1.0, 1e9, originalContext);
        if (scaling.highFreqFactor <= scaling.lowFreqFactor)
            fields.fail("high_freq_factor", "must be above low_freq_factor");
    } else {
        fields.fail("rope_type",
                    "is " + sanitised(kind) +
                        ", which is not supported; supported: default, linear, llama3, longrope");
    }
    scaling.factor = fields.number("factor", 1e-3, 1e6, std::nullopt);
    return scaling;
}

void readRope(const ConfigFields& fields, double defaultTheta, ModelConfig& config) {
    const std::optional<double> original =
        fields.find("original_max_position_embeddings")
            ? std::optional(fields.number("original_max_position_embeddings", 1.0, 1e9, std::nullopt))
            : std::nullopt;
    const auto newer = fields.object("rope_parameters");
    double fraction =
        fields.number("partial_rotary_factor", 0.0, 1.0, fields.number("rotary_pct", 0.0, 1.0, 1.0));
    if (newer) fraction = newer->number("partial_rotary_factor", 0.0, 1.0, fraction);
    config.rotaryDim = static_cast<int>(config.headDim * fraction);
    if (config.rotaryDim < 2 || config.rotaryDim % 2 != 0) {
        fields.fail("partial_rotary_factor", "turns " + std::to_string(config.rotaryDim) + " of " +
                                                 std::to_string(config.headDim) +
                                                 " values of a head, expected an even number above 0");
    }
    Rope& rope = config.ropes.front();
    rope.theta =
        fields.number("rope_theta", 1e-3, 1e12, fields.number("rotary_emb_base", 1e-3, 1e12, defaultTheta));
    for (const auto& inner : {fields.object("rope_scaling"), newer}) {
        if (!inner) continue;
        inner->refuseInnerObjects("differs by layer type, which is not supported for this architecture");
        rope.scaling = readRopeScaling(*inner, config, original);
        rope.theta = inner->number("rope_theta", 1e-3, 1e12, rope.theta);
    }
}

Activation readActivation(const ConfigFields& fields, const std::string& field, const std::string& fallback) {
    const std::string name = fields.text(field, fallback);
    if (name == "silu" || name == "swish") return Activation::Silu;
    if (name == "relu") return Activation::Relu;
    if (name == "gelu") return Activation::Gelu;
    if (name == "gelu_new" || name == "gelu_pytorch_tanh" || name == "gelu_fast") return Activation::GeluTanh;
    fields.fail(field, "is " + sanitised(name) +
                           ", which is not supported; supported: silu, relu, gelu, gelu_new, "
                           "gelu_pytorch_tanh, gelu_fast");
}

bool readLayerTypes(const ConfigFields& fields, int window, ModelConfig& config) {
    const json* types = fields.find("layer_types");
    if (!types) return false;
    if (!types->is_array() || types->size() != config.layerKinds.size())
        fields.fail("layer_types",
                    "must name a kind for each of the " + std::to_string(config.layers) + " layers");
    for (std::size_t i = 0; i < types->size(); ++i) {
        const std::string kind = (*types)[i].is_string() ? (*types)[i].get<std::string>() : "";
        if (kind == "sliding_attention") {
            if (window == 0)
                fields.fail("layer_types", "names sliding attention, but there is no sliding_window");
            config.layerKinds[i].window = window;
        } else if (kind != "full_attention") {
            fields.fail("layer_types", "names '" + sanitised(kind) +
                                           "', which is not supported; supported: full_attention, "
                                           "sliding_attention");
        }
    }
    return true;
}

}  // namespace specula
