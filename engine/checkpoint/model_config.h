#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// How rotary frequencies are stretched for long contexts.
struct RopeScaling {
    enum class Kind : std::uint8_t { None, Linear, Llama3, LongRope };
    Kind kind = Kind::None;
    double factor = 1.0;
    double lowFreqFactor = 1.0;       ///< Llama3
    double highFreqFactor = 4.0;      ///< Llama3
    double originalContext = 0.0;     ///< Llama3, LongRope
    double attentionFactor = 1.0;     ///< LongRope: multiplies sines and cosines
    std::vector<float> shortFactors;  ///< LongRope [rotaryDim / 2]: divisors while the run's context fits
                                      ///< originalContext
    std::vector<float> longFactors;   ///< LongRope [rotaryDim / 2]: divisors for a longer one

    bool operator==(const RopeScaling&) const = default;
};

/// One set of rotary angles.
struct Rope {
    double theta = 10000.0;
    RopeScaling scaling;

    bool operator==(const Rope&) const = default;
};

enum class NormKind : std::uint8_t { Rms, Layer };

/// Where a block's norms stand; x is the residual stream, f attention or MLP.
enum class NormPlace : std::uint8_t {
    Before,    ///< x + f(norm(x)): Llama, GPT-2, OPT
    After,     ///< x + norm(f(x)): OLMo 2
    Around,    ///< x + norm(f(norm(x))): Gemma 2 and 3
    AfterSum,  ///< norm(x + f(x)): OPT-350m
};

enum class QkNorm : std::uint8_t {
    None,
    Head,   ///< each head's query and key by itself: Qwen 3, Gemma 3
    Whole,  ///< all queries of a row together, all keys together: OLMo 2
};

enum class Activation : std::uint8_t { Silu, Relu, Gelu, GeluTanh };

/// What differs from layer to layer.
struct LayerKind {
    static constexpr int kNoRope = -1;
    int rope = 0;    ///< index into ModelConfig::ropes, or kNoRope
    int window = 0;  ///< a row sees itself and the window - 1 positions before it; 0: all

    bool operator==(const LayerKind&) const = default;
};

/// A decoder-only transformer described by data. Read from config.json or GGUF keys, every number bounded.
/// Defaults are Llama's; an architecture's reader changes what differs.
struct ModelConfig {
    std::string
        name;  ///< of the folder or file, without ending and quantisation; "org/name" in the hub's cache
    std::string architecture;  ///< "llama"
    std::string fileFormat;    ///< for people: "Q4_1", "float32", "bfloat16"
    int vocabulary = 0;        ///< rows of the embedding
    int hidden = 0;
    int embeddingWidth = 0;  ///< of the embedding and the head; where it is not `hidden`, the files hold
                             ///< projections in and out (OPT-350m)
    int layers = 0;
    int heads = 0;
    int kvHeads = 0;
    int headDim = 0;
    int ffn = 0;
    int maxContext = 0;

    NormKind norm = NormKind::Rms;
    NormPlace normPlace = NormPlace::Before;
    double normEps = 1e-5;
    double normOffset = 0.0;  ///< added to every stored norm weight (Gemma stores w - 1)
    bool finalNorm = true;
    bool parallelResidual = false;  ///< x + attention(norm(x)) + mlp(norm'(x)): GPT-NeoX
    QkNorm qkNorm = QkNorm::None;

    bool gatedMlp = true;  ///< down(act(gate(x)) * up(x)); else down(act(up(x)))
    Activation activation = Activation::Silu;
    bool qkvBias = false;
    bool outBias = false;  ///< of attention's output
    bool mlpBias = false;

    bool learnedPositions = false;  ///< a table of position vectors is added to the embedding
    int positionOffset = 0;         ///< rows of that table before position 0 (OPT: 2)
    std::vector<Rope> ropes{1};
    int rotaryDim = 0;  ///< leading values of each head that are rotated; even, headDim for most
    bool ropeInterleaved =
        false;  ///< pairs (2i, 2i+1), as GGUF stores llama's q and k; else (i, i + rotaryDim/2)
    std::vector<LayerKind> layerKinds;  ///< one for each layer

    double attentionScale = 0.0;         ///< multiplies q . k
    bool attentionScaleByLayer = false;  ///< and is divided by (layer + 1): a GPT-2 variant
    double attentionSoftCap = 0.0;       ///< scores become cap * tanh(score / cap); 0: none
    double finalSoftCap = 0.0;           ///< likewise for logits
    double embeddingScale = 1.0;

    bool tiedHead = false;
    std::vector<TokenId>
        eos;  ///< ids that end a text: generation_config's where it names some, else config's

    int queryWidth() const { return heads * headDim; }
    int keyWidth() const { return kvHeads * headDim; }

    bool operator==(const ModelConfig&) const = default;
};

}  // namespace specula
