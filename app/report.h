#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/run_record.h"

namespace specula {

/// What was measured beside a run.
struct ReportExtras {
    std::optional<CompareReport> baseline;  ///< plain decoding of its prompt; without any speed-up of the
                                            ///< run (n = 0) the plain side alone
    std::vector<SweepPoint> sweep;          ///< of the same pair; none
    std::string sweepSuite;
};

/// A gamma sweep as a value.
struct SweepRecord {
    ModelInfo target;
    DraftInfo draft;
    EngineOptions engine;
    RunOptions options;
    std::string suite;
    std::vector<std::string> prompts;  ///< their names
    std::vector<SweepPoint> points;
    std::string instructionSet;
};

/// A picture that a report shows; made by report_pictures.h.
struct ReportPicture {
    std::string file;     ///< name without folder: "acceptance.png"
    std::string title;    ///< what the picture says: the chart's finding
    std::string section;  ///< kSection... below: where it stands
    std::string bytes;    ///< PNG
};
inline constexpr const char* kSectionRun = "run";
inline constexpr const char* kSectionText = "text";
inline constexpr const char* kSectionSweep = "sweep";
inline constexpr const char* kSectionRules = "rules";
inline constexpr const char* kSectionCosts = "costs";

/// A run as one Markdown document: what ran on which machine, its figures and what they were compared with,
/// pictures, the text with marks, races, sweeps and rules beside it, and how all of it was measured. LOSSY
/// and SYNTHETIC stand in the title and beside every figure of such a run. Names, prompts and texts are
/// escaped. `folder`: where the pictures lie, for their links.
///
/// Every figure is the session's own; what it does not hold is said to be missing.
std::string runReport(const RunRecord& record, const ReportExtras& extras,
                      const std::vector<ReportPicture>& pictures, const std::string& folder);

/// The same for a sweep.
std::string sweepReport(const SweepRecord& sweep, const std::vector<ReportPicture>& pictures,
                        const std::string& folder);

}  // namespace specula
