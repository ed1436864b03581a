#pragma once

#include <cstdint>
#include <string>

#include "engine/train/decoder.h"

namespace specula {

/// What the bundled pair is made from. Steps of 0 and minutes of 0 mean no bound (one of each pair must be
/// given); steps alone give the same pair on any run with the same number of threads on the same kind of
/// machine.
struct TinyPairOptions {
    std::string corpus;  ///< JSON lines, gzip
    std::string out;     ///< gets tiny-target/ and tiny-draft/
    std::string state;   ///< folder for state files, to go on after a cut; "": none
    std::int64_t stepsTarget = 0;
    double minutesTarget = 0.0;
    std::int64_t stepsDraft = 0;
    double minutesDraft = 0.0;
    double dropout = 0.1;  ///< the target's
    std::uint64_t seed = 1;
};

/// Pieces of the bundled pair's vocabulary.
inline constexpr int kTinyVocabulary = 1536;

/// Sizes of the bundled target (about 4 million parameters) and draft (about half a million).
DecoderShape tinyTargetShape(std::int64_t vocabulary);
DecoderShape tinyDraftShape(std::int64_t vocabulary);

/// Cleans the corpus, trains one vocabulary, the target on the next token, then the draft on the target's own
/// distributions over the corpus and over text sampled from the target (distillation on the target's own
/// samples: Zhou et al. 2024, DistillSpec), writes both folders and a report in Markdown to standard output.
void trainTinyPair(const TinyPairOptions& options);

}  // namespace specula
