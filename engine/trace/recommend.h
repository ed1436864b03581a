#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "engine/trace/options.h"
#include "engine/trace/reports.h"
#include "engine/trace/totals.h"

namespace specula {

// Which draft, and how much of it: what is asked, what is found, what is said. The search is
// engine/measure/recommend.h, the predictions engine/explain/shape_prediction.h, the decision
// engine/explain/decision.h.

/// A recommendation to find.
struct RecommendRequest {
    EngineOptions engine;             ///< the target; its draft is ignored, but saves a load where it is one
                                      ///< of `drafts`
    std::vector<std::string> drafts;  ///< as EngineOptions::draft; at least one
    std::vector<Prompt> prompts;
    std::string suite;     ///< name for titles
    RunOptions options;    ///< gamma, tree and costs are chosen anew and ignored here
    double seconds = 120;  ///< to find it in, loading models apart
};

/// A draft that could be asked for, for a list to choose from.
struct DraftCandidate {
    std::string draft;  ///< as EngineOptions::draft
    std::string name;   ///< for people
    std::string note;   ///< what is unusual, one sentence; "" = nothing
    bool usable = true;
    bool usual = true;  ///< looked at where nobody chooses
};

/// How much is drafted a round: a chain of `gamma`, or a tree.
struct DraftShape {
    int gamma = 0;   ///< of the chain; not used by a tree
    TreeShape tree;  ///< off: a chain

    /// Drafted tokens.
    int nodes() const {
        if (tree.off()) return gamma;
        int level = 1, sum = 0;
        for (const int children : tree.children) sum += level *= children;
        return sum;
    }
    /// The draft's steps.
    int depth() const { return tree.off() ? gamma : static_cast<int>(tree.children.size()); }

    bool operator==(const DraftShape&) const = default;
};

/// What became of a draft's tokens in rounds longer and wider than would pay.
struct DraftAcceptance {
    /// [depth][rank among siblings]: tested, and kept of those. Elder siblings were rejected, all earlier
    /// depths kept.
    std::vector<std::vector<long>> tested, accepted;
    /// [n] rounds of chains in which n tokens were drafted (a look-up finds none, or few) ...
    std::vector<long> lengths;
    int asked = 0;  ///< ... of so many that were asked for

    /// By position in a chain, given that the earlier ones were kept; ends before the first never tested.
    std::vector<double> alpha() const {
        std::vector<double> rates;
        for (std::size_t d = 0; d < tested.size() && !tested[d].empty() && tested[d][0] > 0; ++d)
            rates.push_back(static_cast<double>(accepted[d][0]) / static_cast<double>(tested[d][0]));
        return rates;
    }
};

/// What was found out about one draft.
struct DraftFindings {
    std::string draft;  ///< as EngineOptions::draft
    DraftInfo info;
    Costs costs;              ///< measured here
    double plainMs = 0.0;     ///< a round of plain decoding, beside them
    DraftAcceptance longRun;  ///< what the predictions rest on
    double loadSeconds = 0.0;
    double predictSeconds = 0.0;  ///< costs and long run
    std::string problem;          ///< why it was left out, one sentence; "" = it was not
};

/// A draft with a shape: predicted, and measured where that is worth the time.
struct Contender {
    std::size_t draft = 0;  ///< in RecommendReport::drafts
    DraftShape shape;
    double predicted = 1.0;  ///< PREDICTED speed-up over plain decoding
    bool inReach = false;    ///< near enough to the best prediction to be measured
    Interval speedup;        ///< measured against the plain run beside each; n = 0: not measured
    Totals totals;           ///< of the measured runs
};

/// Why the answer is what it is.
enum class RecommendReason {
    Clear,        ///< the winner's interval lies above the runner-up's
    OnlyOne,      ///< no other was near enough to be measured
    Flat,         ///< several are within kFlat of the best: the one that drafts least
    Close,        ///< the largest median; its interval overlaps the runner-up's
    NotMeasured,  ///< the time went before anything was measured: predictions alone
    NoGain,       ///< plain: no interval lies above 1
};

/// What is mainly to blame where nothing is gained.
enum class PlainCause {
    None,
    DraftCost,   ///< without the draft's own time it would pay
    RowCost,     ///< if rows were free it would pay
    Acceptance,  ///< not even then
};

/// Medians within this share of each other are called equal.
inline constexpr double kFlat = 0.02;

/// The answer. Indices are into the contenders it was decided from.
struct Decision {
    std::optional<std::size_t> winner;    ///< absent: plain decoding
    std::optional<std::size_t> runnerUp;  ///< the next best; with plain as the winner the best of all
    RecommendReason reason = RecommendReason::NotMeasured;
    PlainCause cause = PlainCause::None;  ///< where plain wins
    int flatFrom = 0, flatTo = 0;  ///< gammas of the winner's draft within kFlat of the best; equal: one

    bool usePlain() const { return !winner; }
};

/// All that is known, from the first prediction on.
struct RecommendReport {
    std::vector<DraftFindings> drafts;
    std::vector<Contender> contenders;  ///< best prediction first
    Decision decision;                  ///< of what is known so far
    bool predicted = false;             ///< of every draft
    bool done = false;                  ///< nothing more is measured
    bool stopped = false;               ///< by the person
    ModelInfo target;
    std::string suite;
    int prompts = 0;
    RunOptions options;  ///< sampling, length and seed of what was measured
    double budgetSeconds = 0.0;
    double loadSeconds = 0.0;     ///< beside the budget
    double predictSeconds = 0.0;  ///< within it
    double measureSeconds = 0.0;  ///< within it
};

}  // namespace specula
