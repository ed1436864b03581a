#pragma once

#include "app/run_record.h"
#include "engine/explain/diagnosis.h"
#include "engine/explain/serving.h"

namespace specula {

/// Whether a race was run with the very settings, prompt and pair of this run, so that its measured speed-up
/// is the run's.
bool isRaceOf(const RaceReport& race, const RunRecord& run);

/// What a run's record says: its rounds, the costs that it was made with or that were measured on its pair,
/// and the race that was run beside it where that is the same run.
DiagnosisInput diagnosisInput(const RunRecord& record);

/// The speculative side of a race.
DiagnosisInput diagnosisInput(const RaceReport& race);

/// A comparison over prompts; `options` as they were resolved.
DiagnosisInput diagnosisInput(const CompareReport& report, const RunOptions& options, const DraftInfo& draft);

/// The run taken to a server: server, times and counters are still to be filled in.
ServingRequest servingSource(const RunRecord& record);

}  // namespace specula
