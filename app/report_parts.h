#pragma once

#include <string>
#include <vector>

#include "app/report.h"

namespace specula {

// The sections of a report, each Markdown that ends with an empty line, or "" where there is nothing to say.

/// "**LOSSY**" or "**LOSSY, SYNTHETIC**" with a blank before it; "" for an ordinary run.
std::string markOf(const RunOptions& options, const DraftInfo& draft);
/// The reasons, one sentence each.
std::string markReasons(const RunOptions& options, const DraftInfo& draft);

/// Which program, when, on what.
std::string machineSection(const RunRecord& record);
std::string modelsSection(const ModelInfo& target, const DraftInfo& draft,
                          const std::vector<WeightFile>& targetFiles,
                          const std::vector<WeightFile>& draftFiles);
std::string settingsSection(const EngineOptions& engine, const RunOptions& options);
std::string figuresSection(const RunRecord& record, const ReportExtras& extras);
std::string textSection(const RunRecord& record);
std::string raceSection(const RaceReport& race);
std::string sweepSection(const std::vector<SweepPoint>& points, const std::string& mark);
std::string rulesSection(const RulesReport& rules);
std::string costsSection(const ProbeReport& probe);
std::string picturesOf(const std::vector<ReportPicture>& pictures, const std::string& section,
                       const std::string& folder);

/// "1.62 (1.52–1.70), n = 12"; "not measured" where nothing was.
std::string intervalWords(const Interval& interval, int decimals);

}  // namespace specula
