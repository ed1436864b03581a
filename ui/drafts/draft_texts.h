#pragma once

#include <vector>

#include <QString>

#include "engine/trace/reports.h"

namespace specula {

/// One look at a draft while it learns: how much of the target's choice it covers on held-out texts.
struct AlphaPoint {
    double minutes = 0.0;
    std::int64_t step = 0;
    double loss = 0.0;
    std::vector<double> alpha;  ///< by drafting step, given that the earlier ones were kept
};

// What a training says about itself, in words for people. Pure; in the user's locale.

/// "Sampling texts from the target": what is being done; `phase` as TrainProgress::phase.
QString phaseText(const std::string& phase);

/// "Held-out overlap at the first step rose from 0.31 to 0.52"; "" without a point.
QString alphaFinding(const std::vector<AlphaPoint>& points);

/// "step 1 0.52, step 2 0.44"; "" for none.
QString alphaText(const std::vector<double>& alpha);

/// "0.52, 0.44, 0.39".
QString sharesText(const std::vector<double>& shares);

/// "12:03, 34 % done, 22 min left" without the clock: "34 % done, about 22 min 10 s left".
QString progressText(const TrainProgress& progress);

/// The warning of a draft that will not pay, "" for one that does.
QString payWarning(const TrainReport& report);

/// "About 3.5 kB of disk for each sampled token...": what the work files take, and what is free.
QString diskText(std::int64_t bytesFree);

/// The name of the folder that a draft for this target goes into: "SmolLM2-135M-Instruct-head".
QString draftFolderName(const QString& targetName, DraftArchitecture kind);

}  // namespace specula
