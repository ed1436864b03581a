#pragma once

#include <QString>

#include <optional>
#include <string>
#include <vector>

#include "engine/trace/options.h"
#include "engine/trace/reports.h"
#include "engine/trace/round.h"
#include "engine/trace/totals.h"

namespace specula {

/// One side of a comparison of two runs: plain values, no model needed.
struct ComparedRun {
    QString name;  ///< of the file, or "the run on screen"
    QString target;
    QString draft;
    std::string prompt;
    std::vector<TokenId> promptIds;
    bool chat = false;
    RunOptions options;
    QString settings;        ///< rule, gamma or tree and stop in words
    QString sampling;        ///< temperature and filters in words
    QString instructionSet;  ///< "" = not known
    QString version;
    std::vector<Emitted> tokens;
    Totals totals;
    std::optional<Costs> costs;  ///< c, v and o as measured or decided with
};

/// One line of the table: a quantity of both runs.
struct ComparedRow {
    QString what;
    QString left, right;
    bool setting = false;  ///< it was chosen; else it came out
    bool differs = false;
};

/// The comparison of two runs.
struct RunComparison {
    /// Index of the first token that differs, or where one text ends before the other; absent: the texts are
    /// the same.
    std::optional<std::size_t> divergence;
    QString sentence;  ///< what came out, in words
    QString note;      ///< what same or different seeds and settings mean for it
    std::vector<ComparedRow> rows;
};

RunComparison compareRuns(const ComparedRun& left, const ComparedRun& right);

/// S = E / (gamma c + v(gamma + 1) + o) with the run's own tokens per round and drafted tokens a round
/// (design, "Speed-up"); absent without costs, rounds or drafts, or where v is not known so far.
std::optional<double> predictedSpeedup(const ComparedRun& run);

}  // namespace specula
