#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "app/backend.h"
#include "engine/decode/engine.h"
#include "engine/measure/measure.h"

namespace specula {

/// The Backend over the real engine; the command line uses it on its own thread, the window on its worker.
class EngineBackend final : public Backend {
public:
    LoadedPair load(const EngineOptions& options, std::stop_token stop, const Progress& progress) override;
    const ProbeReport* costs() const override { return m_costs ? &*m_costs : nullptr; }
    void probe(std::stop_token stop, const Progress& progress) override;
    std::unique_ptr<ActiveRun> start(const RunRequest& request, std::stop_token stop) override;
    CompareReport compare(const RunRequest& request, std::stop_token stop, const Progress& progress) override;
    RaceReport race(const RaceRequest& request, std::stop_token stop, const Progress& progress) override;
    void lab(const LabRequest& request, std::size_t draft, std::stop_token stop,
             const LabHooks& hooks) override;
    AuditReport audit(const AuditRequest& request, std::stop_token stop,
                      const std::function<void(const AuditCheck&)>& onCheck,
                      const Progress& progress) override;
    void compareRules(const RulesRequest& request, std::stop_token stop,
                      const std::function<void(const RulePoint&)>& onPoint,
                      const Progress& progress) override;
    std::vector<RoundOutcome> drawRounds(const RoundRequest& request, std::stop_token stop,
                                         const Progress& progress) override;

    std::vector<DraftCandidate> findDrafts(const EngineOptions& engine, std::stop_token stop,
                                           const Progress& progress) override;
    RecommendReport recommend(const RecommendRequest& request, std::stop_token stop,
                              const std::function<void(const RecommendReport&)>& onReport,
                              const Progress& progress) override;
    /// The same with the prompts given as ids.
    RecommendReport recommendFrom(const std::vector<MeasuredPrompt>& prompts, const RecommendRequest& request,
                                  std::stop_token stop,
                                  const std::function<void(const RecommendReport&)>& onReport,
                                  const Progress& progress);

    /// start() with the prompt given as ids.
    std::unique_ptr<ActiveRun> startFromIds(std::vector<TokenId> ids, RunOptions options,
                                            std::stop_token stop);

    /// Throws Error unless a pair is loaded.
    const std::shared_ptr<const Engine>& engine() const;

    std::vector<TokenId> encode(const Prompt& prompt) const;
    std::vector<MeasuredPrompt> encode(const std::vector<Prompt>& prompts) const;

    /// The options with the pair's costs (measured once a pair) filled in where automatic gamma needs them or
    /// they are wanted `always`, and with gamma 0 where there is no draft and gamma is automatic.
    RunOptions withCosts(RunOptions options, std::stop_token stop, bool always = false);

private:
    std::shared_ptr<const Engine> m_engine;
    std::optional<ProbeReport> m_costs;  // of m_engine
    bool m_quickCosts = false;           // measured quickly
};

}  // namespace specula
