#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/trace/options.h"
#include "engine/trace/reports.h"

namespace specula {

/// What a model would take in memory with one number format of its linear layers. Bytes.
struct MemoryNeed {
    WeightFormat weights = WeightFormat::Auto;  ///< never Auto here
    std::int64_t weightBytes = 0;               ///< linears, norms and tables as they are kept
    std::int64_t cacheBytes = 0;                ///< keys and values of one timeline at full context
    std::int64_t scratchBytes = 0;              ///< activations and what loading needs for a moment
    int context = 0;                            ///< tokens that cacheBytes is for

    std::int64_t total() const { return weightBytes + cacheBytes + scratchBytes; }
};

/// One model, or feature head, on this machine, described without reading its weights.
struct ModelEntry {
    std::string name;    ///< as people call it; "org/name" in the hub's cache
    std::string path;    ///< as EngineOptions::target takes it
    std::string source;  ///< "bundled", "default", "Hugging Face cache", "folder", "file"
    std::string architecture;
    std::string fileFormat;  ///< what most of its bytes are stored as: "Q4_1", "bfloat16"
    std::string tokenizer;   ///< "byte-level BPE, 49152 tokens"; "" without one
    std::int64_t parameters = 0;
    std::int64_t fileBytes = 0;  ///< of its weight files
    int layers = 0;
    int hidden = 0;
    int vocabulary = 0;  ///< rows of the embedding
    int maxContext = 0;
    bool hasChatTemplate = false;
    std::vector<MemoryNeed> memory;  ///< one for each format that the engine can run
    std::string problem;             ///< why it cannot be used, one sentence; "" = it can
    bool featureHead = false;        ///< a draft for one target, no model by itself
    std::string draftFor = {};       ///< for a feature head: the target's name, "" where it is not told

    bool usable() const { return problem.empty(); }
    bool canBeTarget() const { return usable() && !featureHead; }
};

/// A name and what it is set to, in file order: of config.json, of a GGUF's keys.
struct NamedText {
    std::string name;
    std::string text;
};

struct TensorLine {
    std::string name;  ///< as in the file
    std::string type;  ///< "F16", "Q4_K"
    std::vector<std::int64_t> shape;
    std::int64_t bytes = 0;
};

/// Everything the details pane shows of one model.
struct ModelDetails {
    ModelEntry entry;
    std::vector<NamedText> facts;      ///< what the program made of it: heads, rope, norm, windows...
    std::vector<NamedText> settings;   ///< config.json's fields or the GGUF's keys, long values shortened
    std::vector<NamedText> tokenizer;  ///< kind, size, special tokens, first ids
    std::vector<TensorLine> tensors;
    std::string chatTemplate;  ///< source, "" without one
};

/// Whether `draft` can draft for `target`, both indices into the list of entries that was asked about.
struct PairCell {
    int target = 0;
    int draft = 0;
    PairReport report;
    double sizeRatio = 0.0;  ///< the draft's parameters over the target's
};

}  // namespace specula
