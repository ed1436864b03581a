#include "app/engine_backend.h"

#include <cmath>

#include "app/default_models.h"
#include "app/recommend_drafts.h"
#include "engine/decode/auto_plan.h"
#include "engine/decode/session.h"
#include "engine/measure/audit.h"
#include "engine/measure/compare_rules.h"
#include "engine/measure/lab.h"
#include "engine/measure/probe.h"
#include "engine/measure/race.h"
#include "engine/measure/recommend.h"
#include "engine/model/kernels.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

std::vector<std::string> piecesOf(const Engine& engine, const std::vector<TokenId>& ids) {
    std::vector<std::string> pieces;
    if (!engine.tokenizer()) return pieces;
    pieces.reserve(ids.size());
    for (const TokenId id : ids) pieces.push_back(engine.tokenizer()->piece(id));
    return pieces;
}

/// A Session as the worker wants it.
class SessionRun final : public ActiveRun {
public:
    SessionRun(const std::shared_ptr<const Engine>& engine, RunOptions options, std::vector<TokenId> prompt)
        : m_engine(engine), m_session(engine, std::move(options), std::move(prompt)) {
        m_start = {m_session.prompt(), piecesOf(*engine, m_session.prompt()), m_session.options()};
    }

    std::optional<Round> step(std::stop_token stop) override { return m_session.step(std::move(stop)); }
    Finish finish() const override { return m_session.finish(); }
    const RunStart& start() const override { return m_start; }
    std::optional<std::string> text() const override {
        if (!m_engine->tokenizer()) return std::nullopt;
        return m_session.text();
    }
    double prefillSeconds() const override { return m_session.prefillSeconds(); }
    void extend(int moreTokens) override { m_session.extend(moreTokens); }

private:
    std::shared_ptr<const Engine> m_engine;
    Session m_session;
    RunStart m_start;
};

constexpr int kDraws = 200;  ///< rounds of one setup; an interval of about 0.1 tokens either way

/// Where one draft's runs lie among all of a lab, as shares of them.
struct LabShare {
    LabShare(const LabRequest& request, std::size_t draft) {
        const auto all = static_cast<double>(labSetups(request).size());
        for (std::size_t i = 0; i <= draft; ++i) {
            double setups = 0.0;
            for (const double temperature : request.temperatures)
                setups += static_cast<double>(labSetups(request, request.drafts[i], temperature).size());
            (i < draft ? before : own) += setups / all;
        }
    }
    double after() const { return std::max(0.0, 1.0 - before - own); }

    double before = 0.0;
    double own = 0.0;
};

std::function<void(double, double)> withEta(const Backend::Progress& progress) {
    return [progress](double fraction, double etaSeconds) {
        if (!progress) return;
        const long seconds = static_cast<long>(etaSeconds + 0.5);
        progress(fraction, "about " + std::to_string(seconds) + " s left");
    };
}

}  // namespace

LoadedPair EngineBackend::load(const EngineOptions& options, std::stop_token stop, const Progress& progress) {
    // The old pair goes first: two of them need not fit into memory.
    m_engine.reset();
    m_costs.reset();
    EngineOptions resolved = options;
    resolved.target = resolveModelPath("target", options.target);
    if (!isDraftRule(options.draft)) resolved.draft = resolveModelPath("draft", options.draft);
    m_engine = Engine::load(resolved, std::move(stop), progress);
    return {m_engine->targetInfo(), m_engine->draftInfo(), m_engine->pairReport(),
            m_engine->targetInfo().loadSeconds, kernels().name};
}

const std::shared_ptr<const Engine>& EngineBackend::engine() const {
    if (!m_engine) throw Error("No model is loaded", ErrorKind::Failed);
    return m_engine;
}

std::vector<TokenId> EngineBackend::encode(const Prompt& prompt) const {
    if (!prompt.ids.empty()) return prompt.ids;
    return engine()->encodePrompt(prompt.text, prompt.chat, prompt.system);
}

std::vector<MeasuredPrompt> EngineBackend::encode(const std::vector<Prompt>& prompts) const {
    std::vector<MeasuredPrompt> measured;
    for (const Prompt& prompt : prompts) measured.push_back({prompt.name, encode(prompt)});
    return measured;
}

RunOptions EngineBackend::withCosts(RunOptions options, std::stop_token stop, bool always) {
    if (engine()->draftInfo().kind == "none" && options.gamma == kGammaAuto) options.gamma = 0;
    const bool needed = always || choosesByCosts(options);
    if (!needed || options.costs) return options;
    if (!m_costs || (always && m_quickCosts)) {
        // A run only chooses gamma by them; what is measured is also compared with what they predict.
        ProbeReport report = always ? measureCosts(engine(), 0, stop) : measureCostsQuickly(engine(), stop);
        if (stop.stop_requested()) return options;
        m_costs = std::move(report);
        m_quickCosts = !always;
    }
    options.costs = m_costs->costs;
    return options;
}

void EngineBackend::probe(std::stop_token stop, const Progress& progress) {
    ProbeReport report = specula::probe(engine(), {}, stop, progress);
    if (stop.stop_requested()) return;
    m_costs = std::move(report);
    m_quickCosts = false;
}

std::unique_ptr<ActiveRun> EngineBackend::start(const RunRequest& request, std::stop_token stop) {
    return startFromIds(encode(request.prompt), request.options, std::move(stop));
}

std::unique_ptr<ActiveRun> EngineBackend::startFromIds(std::vector<TokenId> ids, RunOptions options,
                                                       std::stop_token stop) {
    options = withCosts(std::move(options), stop);
    if (stop.stop_requested()) return nullptr;
    return std::make_unique<SessionRun>(engine(), std::move(options), std::move(ids));
}

CompareReport EngineBackend::compare(const RunRequest& request, std::stop_token stop,
                                     const Progress& progress) {
    CompareOptions options;
    options.run = withCosts(request.options, stop, true);
    options.run.detail = Detail::Counts;
    if (stop.stop_requested()) return {};
    return specula::compare(engine(), encode(std::vector<Prompt>{request.prompt}), options, stop,
                            withEta(progress));
}

RaceReport EngineBackend::race(const RaceRequest& request, std::stop_token stop, const Progress& progress) {
    CompareOptions options;
    options.run = withCosts(request.run.options, stop, true);
    options.run.detail = Detail::Counts;
    options.repeats = request.repeats;
    if (stop.stop_requested()) return {};
    RaceReport report =
        specula::race(engine(), encode(request.run.prompt), std::move(options), stop, withEta(progress));
    report.engine = request.run.engine;
    report.prompt = request.run.prompt;
    return report;
}

void EngineBackend::lab(const LabRequest& request, std::size_t draft, std::stop_token stop,
                        const LabHooks& hooks) {
    LabRequest asked = request;
    asked.options.costs.reset();  // of whatever pair they were
    asked.options = withCosts(std::move(asked.options), stop, true);
    if (stop.stop_requested()) return;
    std::vector<MeasuredSuite> suites;
    for (const LabSuite& suite : request.suites) suites.push_back({suite.name, encode(suite.prompts)});
    LabHooks mine = hooks;
    const LabShare share(request, draft);
    double seconds = 0.0;  // that this draft takes
    mine.progress = [&](double fraction, double etaSeconds) {
        if (fraction < 1.0) seconds = etaSeconds / (1.0 - fraction);
        if (hooks.progress)
            hooks.progress(share.before + share.own * fraction,
                           etaSeconds + seconds * share.after() / share.own);
    };
    mine.onStep = [&](const LabStep& step) {
        LabStep ofAll = step;
        ofAll.runs = labRuns(request);
        ofAll.run += std::lround(share.before * static_cast<double>(ofAll.runs));
        if (hooks.onStep) hooks.onStep(ofAll);
    };
    measureLab(engine(), asked, request.drafts[draft], suites, std::move(stop), mine);
}

AuditReport EngineBackend::audit(const AuditRequest& request, std::stop_token stop,
                                 const std::function<void(const AuditCheck&)>& onCheck,
                                 const Progress& progress) {
    return specula::audit(engine(), request, std::move(stop), progress, onCheck);
}

void EngineBackend::compareRules(const RulesRequest& request, std::stop_token stop,
                                 const std::function<void(const RulePoint&)>& onPoint,
                                 const Progress& progress) {
    const bool costly = needsCosts(request.options, request.setups);
    const RunOptions options = costly ? withCosts(request.options, stop, true) : request.options;
    if (stop.stop_requested()) return;
    const std::vector<MeasuredSuite> suites{{request.suite, encode(request.prompts)}};
    specula::compareRules(engine(), suites, options, request.setups, request.repeats, stop, onPoint,
                          withEta(progress));
}

std::vector<DraftCandidate> EngineBackend::findDrafts(const EngineOptions& options, std::stop_token stop,
                                                      const Progress& progress) {
    EngineOptions resolved = options;
    resolved.target = resolveModelPath("target", options.target);
    return draftCandidates(resolved, stop, progress);
}

RecommendReport EngineBackend::recommend(const RecommendRequest& request, std::stop_token stop,
                                         const std::function<void(const RecommendReport&)>& onReport,
                                         const Progress& progress) {
    return recommendFrom(encode(request.prompts), request, std::move(stop), onReport, progress);
}

RecommendReport EngineBackend::recommendFrom(const std::vector<MeasuredPrompt>& prompts,
                                             const RecommendRequest& request, std::stop_token stop,
                                             const std::function<void(const RecommendReport&)>& onReport,
                                             const Progress& progress) {
    const std::shared_ptr<const Engine> loaded = engine();
    const auto complete = [&](RecommendReport report) {
        report.target = loaded->targetInfo();
        report.suite = request.suite;
        return report;
    };
    RecommendSearch search;
    for (const std::string& draft : request.drafts)
        search.drafts.push_back(isDraftRule(draft) ? draft : resolveModelPath("draft", draft));
    search.prompts = prompts;
    search.base = request.options;
    search.seconds = request.seconds;
    search.load = [&loaded](const std::string& draft, std::stop_token stopLoad) {
        return draft == loaded->options().draft ? loaded : loaded->withDraft(draft, stopLoad);
    };
    if (onReport) search.onReport = [&](const RecommendReport& report) { onReport(complete(report)); };
    if (progress)
        search.progress = [&](double fraction, double seconds, const std::string& what) {
            progress(fraction, what + ", at most " + std::to_string(std::lround(seconds)) + " s left");
        };
    return complete(specula::recommend(search, std::move(stop)));
}

std::vector<RoundOutcome> EngineBackend::drawRounds(const RoundRequest& request, std::stop_token stop,
                                                    const Progress& progress) {
    const bool costly = needsCosts(request.options, request.setups);
    const RunOptions options = costly ? withCosts(request.options, stop, true) : request.options;
    const int draws = request.draws > 0 ? request.draws : kDraws;
    std::vector<RoundOutcome> outcomes;
    for (const RuleSetup& setup : request.setups) {
        if (progress)
            progress(static_cast<double>(outcomes.size()) / static_cast<double>(request.setups.size()),
                     "Drawing rounds: " + ruleText(setup.rule, setup.ensembleWeight));
        RoundOutcome outcome = specula::drawRounds(engine(), request.before, options, setup, draws, stop);
        if (stop.stop_requested()) break;
        outcomes.push_back(std::move(outcome));
    }
    return outcomes;
}

}  // namespace specula
