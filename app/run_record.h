#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/machine.h"
#include "engine/trace/bookmark.h"
#include "engine/trace/lab.h"
#include "engine/trace/race.h"
#include "engine/trace/reports.h"
#include "engine/trace/round.h"

namespace specula {

/// A file of weights that a run used, so that another computer can tell whether it has the same.
struct WeightFile {
    std::string path;
    std::int64_t bytes = 0;
    std::string sha256;  ///< hexadecimal; "" = not computed when the session was stored

    bool operator==(const WeightFile&) const = default;
};

/// A whole run as a value: all that `generate` prints, a session file stores and `replay` prints again.
struct RunRecord {
    EngineOptions engine;  ///< with the paths that were loaded
    ModelInfo target;
    DraftInfo draft;
    Prompt prompt;
    std::vector<TokenId> promptIds;
    std::vector<std::string> promptPieces;  ///< bytes of promptIds, empty without a tokenizer
    RunOptions options;                     ///< as resolved: rule, costs
    std::optional<std::string> text;        ///< the output, cut at a stop text; absent without a tokenizer
    Finish finish = Finish::Running;
    double loadSeconds = 0.0;
    double prefillSeconds = 0.0;
    std::vector<Round> rounds;
    std::vector<Bookmark> bookmarks;
    std::optional<ProbeReport> probe;        ///< where the pair was measured: what rows cost
    std::optional<RulesReport> rules;        ///< where its rules were compared: the last time
    std::shared_ptr<const RaceReport> race;  ///< the last race run beside it, null for none; says for itself
                                             ///< what ran
    std::shared_ptr<const LabReport> lab;    ///< the last Gamma lab, null for none; says for itself what ran
    std::string programVersion;              ///< of the program that made the run
    std::string instructionSet;              ///< of the kernels it ran, "" = not known
    std::optional<Machine> machine;          ///< that it ran on, absent = not known
    std::int64_t startedAt = 0;              ///< seconds since 1970 UTC, 0 = not known
    std::vector<WeightFile> targetFiles;
    std::vector<WeightFile> draftFiles;
};

/// The emitted ids in order.
std::vector<TokenId> outputIds(const std::vector<Round>& rounds);

/// Recounted from the rounds.
Totals totalsOf(const std::vector<Round>& rounds);

/// Notes which program begins this run and when, on which kernels and machine.
void stamp(RunRecord& record, const std::string& instructionSet);

/// "speculative" when the run could draft, else "plain".
std::string modeOf(const RunRecord& record);

/// "SmolLM2-135M, file Q4_1, run int8x2"
std::string modelLabel(const ModelInfo& model);
std::string draftLabel(const DraftInfo& draft);

/// Stands wherever a run with DraftInfo::synthetic() is shown.
inline constexpr const char* kSyntheticNote =
    "SYNTHETIC oracle: acceptance is synthetic, and no speed-up can come of it";

}  // namespace specula
