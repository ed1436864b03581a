#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/trace/error.h"
#include "engine/trace/lab.h"
#include "engine/trace/race.h"
#include "engine/trace/recommend.h"
#include "engine/trace/reports.h"
#include "engine/trace/round_source.h"
#include "engine/trace/rule_requests.h"

namespace specula {

/// What is known once a pair is loaded.
struct LoadedPair {
    ModelInfo target;
    DraftInfo draft;
    PairReport pair;
    double loadSeconds = 0.0;
    std::string instructionSet;  ///< of the kernels that run: amx, avx512, avx2, generic
};

/// What is known of a run before its first round.
struct RunStart {
    std::vector<TokenId> promptIds;
    std::vector<std::string> promptPieces;  ///< bytes of promptIds, empty without a tokenizer
    RunOptions options;                     ///< as resolved: rule, costs
};

/// A run under way. Used and destroyed on one thread.
class ActiveRun : public RoundSource {
public:
    virtual const RunStart& start() const = 0;
    virtual std::optional<std::string> text()
        const = 0;  ///< output so far, cut at a stop text; absent without a tokenizer
    virtual double prefillSeconds() const = 0;
    /// Allows more tokens after Finish::Length; throws Error where that is not possible.
    virtual void extend(int moreTokens) = 0;
};

/// What the worker does its jobs with: the engine, or a test's fake. Used from one thread only. Everything
/// throws Error, and everything given a stop token returns early when it is set (what it returns then is not
/// looked at).
class Backend {
public:
    using Progress = std::function<void(double fraction, const std::string& what)>;

    virtual ~Backend() = default;

    /// Loads a pair in place of the present one.
    virtual LoadedPair load(const EngineOptions& options, std::stop_token stop, const Progress& progress) = 0;

    /// What was last measured of the loaded pair's costs, null before; start(), compare(), lab() and
    /// probe() may measure them.
    virtual const ProbeReport* costs() const { return nullptr; }

    /// Measures them thoroughly, in place of what was measured before.
    virtual void probe(std::stop_token stop, const Progress& progress) {
        static_cast<void>(stop), static_cast<void>(progress);
        throw Error("This program was built without the probe", ErrorKind::Failed);
    }

    /// A run on the pair that was loaded last.
    virtual std::unique_ptr<ActiveRun> start(const RunRequest& request, std::stop_token stop) = 0;

    /// The request's run against plain decoding of the same prompt.
    virtual CompareReport compare(const RunRequest& request, std::stop_token stop,
                                  const Progress& progress) = 0;

    /// The same with the runs kept, to be replayed.
    virtual RaceReport race(const RaceRequest& request, std::stop_token stop, const Progress& progress) {
        static_cast<void>(request), static_cast<void>(stop), static_cast<void>(progress);
        throw Error("This program was built without the race", ErrorKind::Failed);
    }

    /// The part of a lab that belongs to request.drafts[draft], which is loaded. Progress and steps are those
    /// of the whole lab, in which the drafts follow one another.
    virtual void lab(const LabRequest& request, std::size_t draft, std::stop_token stop,
                     const LabHooks& hooks) {
        static_cast<void>(request), static_cast<void>(draft), static_cast<void>(stop),
            static_cast<void>(hooks);
        throw Error("This program was built without the Gamma lab", ErrorKind::Failed);
    }

    /// The exactness audit of the pair that was loaded last; `onCheck` gets each check as it is decided.
    virtual AuditReport audit(const AuditRequest& request, std::stop_token stop,
                              const std::function<void(const AuditCheck&)>& onCheck,
                              const Progress& progress) {
        static_cast<void>(request), static_cast<void>(stop), static_cast<void>(onCheck),
            static_cast<void>(progress);
        throw Error("This program was built without the audit", ErrorKind::Failed);
    }

    /// Whole runs under each setup; `onPoint` gets each one's values as they grow, replacing the earlier
    /// ones.
    virtual void compareRules(const RulesRequest& request, std::stop_token stop,
                              const std::function<void(const RulePoint&)>& onPoint,
                              const Progress& progress) {
        static_cast<void>(request), static_cast<void>(stop), static_cast<void>(onPoint),
            static_cast<void>(progress);
        throw Error("This program was built without the comparison of rules", ErrorKind::Failed);
    }

    /// What could draft for the engine's target; nothing is loaded.
    virtual std::vector<DraftCandidate> findDrafts(const EngineOptions& engine, std::stop_token stop,
                                                   const Progress& progress) {
        static_cast<void>(engine), static_cast<void>(stop), static_cast<void>(progress);
        throw Error("This program was built without recommendations", ErrorKind::Failed);
    }

    /// The search for a draft and a gamma, on the target of the pair that was loaded last; `onReport` gets
    /// all that is known whenever that is more than before. When stopped, what there is.
    virtual RecommendReport recommend(const RecommendRequest& request, std::stop_token stop,
                                      const std::function<void(const RecommendReport&)>& onReport,
                                      const Progress& progress) {
        static_cast<void>(request), static_cast<void>(stop), static_cast<void>(onReport),
            static_cast<void>(progress);
        throw Error("This program was built without recommendations", ErrorKind::Failed);
    }

    /// Rounds drawn afresh under each setup; when stopped, those that are complete.
    virtual std::vector<RoundOutcome> drawRounds(const RoundRequest& request, std::stop_token stop,
                                                 const Progress& progress) {
        static_cast<void>(request), static_cast<void>(stop), static_cast<void>(progress);
        throw Error("This program was built without the comparison of rules", ErrorKind::Failed);
    }
};

}  // namespace specula
