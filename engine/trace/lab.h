#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/trace/pause_gate.h"
#include "engine/trace/reports.h"

namespace specula {

// The Gamma lab: many ways to draft and to judge, over suites of prompts, temperatures and drafts, each
// measured against plain decoding of the same prompts.

/// A draft to measure.
struct LabDraft {
    std::string spec;    ///< as EngineOptions::draft
    bool trees = false;  ///< it can propose trees (a feature head)

    bool operator==(const LabDraft&) const = default;
};

/// A named list of prompts.
struct LabSuite {
    std::string name;
    std::vector<Prompt> prompts;
};

/// What a lab is to measure.
struct LabRequest {
    EngineOptions engine;  ///< its draft is that of each entry of `drafts` in turn
    std::vector<LabDraft> drafts;
    std::vector<LabSuite> suites;
    RunOptions options;  ///< temperature, rule, ensembleWeight, gamma and tree are those of each setup
    std::vector<double> temperatures;
    std::vector<RuleSetup> setups;  ///< chains by gamma and trees; plain decoding is always there besides
    int repeats = 3;                ///< repeat r has the seed options.seed + r
};

/// One way to run: a cell of the lab on each of its prompts.
struct LabSetup {
    std::string draft;  ///< as EngineOptions::draft
    double temperature = 0.7;
    RuleSetup judged;  ///< gamma 0: plain decoding, the baseline

    bool plain() const { return judged.gamma == 0 && judged.tree.off(); }
    bool operator==(const LabSetup&) const = default;
};

/// Runs of one setup on one prompt or on a whole suite, each beside a plain run of the same prompt,
/// temperature and seed. Valid from the first run on; tokensPerSecond.n runs stand behind it.
struct LabPoint {
    LabSetup setup;
    std::string draftName;  ///< DraftInfo::name
    std::string suite;
    std::string prompt;  ///< "" for the whole suite together
    Interval tokensPerSecond;
    std::optional<Interval> speedup;         ///< against the plain runs beside; absent for plain itself
    std::optional<double> predictedSpeedup;  ///< E / (depth c + v(nodes+1) + o), from these runs' own E
    Totals totals;
    Costs costs;           ///< of its draft, as measured before its runs
    double plainMs = 0.0;  ///< a token of the plain runs beside, total time over total tokens

    /// The same cell, whose later values replace the earlier ones.
    bool sameCell(const LabPoint& other) const {
        return setup == other.setup && suite == other.suite && prompt == other.prompt;
    }
};

/// The run that begins.
struct LabStep {
    LabSetup setup;
    std::string suite;
    std::string prompt;
    long run = 0;   ///< of all, from 0; warm-up runs are not counted
    long runs = 0;  ///< all there are
};

/// Who wants to know what of a lab, on the thread that measures; all may be empty.
struct LabHooks {
    /// After each run that counts: the value so far of its prompt, then of its suite, each in place of the
    /// earlier one of its cell.
    std::function<void(const LabPoint&)> onPoint;
    std::function<void(const LabStep&)> onStep;  ///< before each
    std::function<void(double fraction, double etaSeconds)> progress;
    PauseGate* gate = nullptr;  ///< passed between runs
};

/// A lab as far as it came.
struct LabReport {
    LabRequest request;
    ModelInfo target;
    std::vector<LabPoint> points;
};

/// Runs that the points of a report rest on; labRuns(request) when nothing was left out.
long labRunsDone(const LabReport& report);

/// Every way to run that a request asks for, in the order in which they are measured: by draft, then by
/// temperature, plain first. Left out is what a draft or a temperature does not allow (trees of a draft that
/// has none, rules that cannot judge what is drafted) and what would be the same run twice: at temperature 0
/// every rule is greedy, and in a tree token by token is Sequoia.
std::vector<LabSetup> labSetups(const LabRequest& request);

/// Those of one draft and temperature.
std::vector<LabSetup> labSetups(const LabRequest& request, const LabDraft& draft, double temperature);

/// Runs in all, plain ones included, warm-up apart.
long labRuns(const LabRequest& request);

/// The options of a lab's runs under a setup, with the seed of the first repeat.
RunOptions labOptions(const LabRequest& request, const LabSetup& setup);

/// Why a request cannot be measured, one sentence; "" where it can.
std::string labProblem(const LabRequest& request);

}  // namespace specula
