#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/trace/options.h"
#include "engine/trace/totals.h"

namespace specula {

/// What is known of a loaded model.
struct ModelInfo {
    std::string name;  ///< as people call it, e.g. "SmolLM2-135M-Instruct"
    std::string path;
    std::string architecture;                   ///< e.g. "llama"
    std::string fileFormat;                     ///< what the file stores, e.g. "Q4_1", "bfloat16"
    WeightFormat weights = WeightFormat::Auto;  ///< what runs
    KvFormat kv = KvFormat::Auto;
    std::int64_t parameters = 0;
    std::int64_t weightBytes = 0;  ///< read for one token (linears and head as they run)
    int layers = 0;
    int hidden = 0;
    int vocabulary = 0;
    int context = 0;  ///< longest sequence this run allows
    bool hasTokenizer = false;
    bool hasChatTemplate = false;
    double loadSeconds = 0.0;
};

/// Where proposals come from.
struct DraftInfo {
    std::string kind;                ///< none, model, ngram, early-exit
    std::string name;                ///< for people, e.g. "early exit after layer 5"
    int parameter = 0;               ///< longest n-gram, or the layer of an early exit
    std::optional<ModelInfo> model;  ///< for kind "model"
};

/// Why two models can, or cannot, work as a pair.
struct PairCheck {
    std::string question;  ///< "Same number of tokens"
    bool passed = false;
    std::string detail;  ///< with the first differing id where there is one
};
struct PairReport {
    std::vector<PairCheck> checks;
    std::vector<std::string> warnings;
    bool compatible = false;
};

/// A median with its 95 % interval.
struct Interval {
    double median = 0.0;
    double low = 0.0;
    double high = 0.0;
    int n = 0;           ///< pairs of measurements it rests on
    std::string method;  ///< how low and high were found
};

/// One point of a gamma sweep: one gamma on one prompt, measured against plain decoding of the same prompt.
struct SweepPoint {
    int gamma = 0;
    std::string prompt;  ///< "" for the whole suite together
    Interval tokensPerSecond;
    std::optional<Interval> speedup;         ///< against plain in the same session of measurements
    std::optional<double> predictedSpeedup;  ///< E / (gamma c + v(gamma+1) + o), from this point's E
    Totals totals;
};

/// Plain and speculative decoding of the same prompts, alternating.
struct CompareReport {
    Interval plain;        ///< tokens per second
    Interval speculative;  ///< tokens per second
    Interval speedup;
    std::optional<double> predictedSpeedup;
    Totals totals;  ///< of the speculative runs
    Costs costs;
    std::string verdict;           ///< "faster", "slower", "no significant difference"
    std::optional<bool> sameText;  ///< at temperature 0 only
    std::string firstDifference;   ///< where the texts part, if they do
};

/// Speed of the machine and a model (short form; the full probe comes with its own view).
struct ProbeReport {
    double bandwidthGbs = 0.0;
    std::int64_t weightsBytes = 0;
    std::vector<double> rowMs;  ///< rowMs[m] = milliseconds for m+1 rows
    double draftStepMs = 0.0;
    Costs costs;
};

}  // namespace specula
