#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "app/run_record.h"

namespace specula {

/// The counters and rates of a run; rates without a denominator are null.
nlohmann::json totalsToJson(const Totals& totals);

/// What `generate --json` and `replay --json` print.
nlohmann::json runToJson(const RunRecord& record);

/// One JSON document on one line, ill-formed text as U+FFFD.
std::string dumpLine(const nlohmann::json& document);

/// A small table for people: what ran, what became of the drafts, how fast.
std::string summaryTable(const RunRecord& record);

/// "gamma 4, temperature 0.70, seed 3"
std::string settingsLine(const RunRecord& record);

/// What must be said of a run wherever it is shown, for people: "LOSSY: typical, the text is not the
/// target's" and "SYNTHETIC acceptance 0.70, not lossless"; "" where there is nothing.
std::string warningsOf(const RunOptions& options, const DraftInfo& draft);

/// The words for absent or present rates: "0.62", "-".
std::string rateText(const std::optional<double>& value, int decimals);

/// Text of tokens on a terminal, coloured by what happened to each: accepted tinted, rejected struck through
/// just before the resampled token that replaced it (underlined), bonus marked, plain as it is. Characters
/// split over tokens are printed whole, in the colour of the token that completes them. One run, one thread.
class TerminalPainter {
public:
    /// The prompt, dimmed.
    std::string prompt(const RunRecord& record);
    std::string round(const Round& round);
    /// What was held back, and the end of colours.
    std::string end();

    /// The colours' meaning, with warningsOf() after it.
    static std::string legend(const RunRecord& record);

private:
    std::string piece(const std::string& bytes, const char* style);

    std::string m_pending;  // the beginning of a character whose rest is still to come
};

}  // namespace specula
