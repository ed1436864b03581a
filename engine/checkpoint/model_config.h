#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/trace/options.h"

namespace specula {

/// How rotary frequencies are stretched for long contexts.
struct RopeScaling {
    enum class Kind : std::uint8_t { None, Linear, Llama3 };
    Kind kind = Kind::None;
    double factor = 1.0;
    double lowFreqFactor = 1.0;    ///< Llama3
    double highFreqFactor = 4.0;   ///< Llama3
    double originalContext = 0.0;  ///< Llama3
};

/// A decoder-only transformer described by data. Read from config.json or GGUF keys, every number bounded.
struct ModelConfig {
    std::string
        name;  ///< of the folder or file, without ending and quantisation; "org/name" in the hub's cache
    std::string architecture;  ///< "llama"
    std::string fileFormat;    ///< for people: "Q4_1", "float32", "bfloat16"
    int vocabulary = 0;        ///< rows of the embedding
    int hidden = 0;
    int layers = 0;
    int heads = 0;
    int kvHeads = 0;
    int headDim = 0;
    int ffn = 0;
    int maxContext = 0;
    double normEps = 1e-5;
    double ropeTheta = 10000.0;
    RopeScaling ropeScaling;
    bool ropeInterleaved =
        false;  ///< pairs (2i, 2i+1), as GGUF stores llama's q and k; else (i, i + headDim/2)
    bool tiedHead = false;
    bool attentionBias = false;  ///< q, k, v and o have biases
    bool mlpBias = false;
    std::vector<TokenId>
        eos;  ///< ids that end a text: generation_config's where it names some, else config's
};

}  // namespace specula
