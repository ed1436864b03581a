#pragma once

#include <string>
#include <vector>

#include "engine/trace/reports.h"
#include "engine/trace/round.h"

namespace specula {

/// A race to run: the request's own run against plain decoding.
struct RaceRequest {
    RunRequest run;
    int repeats = 5;  ///< pairs of runs that count
};

/// One side of a race: a run as it was measured, so its rounds have ids, verdicts, bytes and times and no
/// probabilities (Detail::Counts).
struct RaceLane {
    RunOptions options;  ///< as resolved; gamma 0 on the plain side
    std::vector<Round> rounds;
    Finish finish = Finish::Running;
    double prefillSeconds = 0.0;  ///< apart from the rounds' times
};

/// Plain and speculative decoding of one prompt, measured apart and one after the other, to be replayed side
/// by side on the engine's clock (RoundTimes::endMs). The lanes are the pair of runs whose speed-up lies
/// nearest to the median of all.
struct RaceReport {
    ModelInfo target;
    DraftInfo draft;
    EngineOptions engine;
    Prompt prompt;
    std::vector<TokenId> promptIds;
    std::vector<std::string> promptPieces;  ///< bytes of promptIds, empty without a tokenizer
    CompareReport figures;                  ///< over all pairs
    RaceLane plain;
    RaceLane speculative;
};

}  // namespace specula
