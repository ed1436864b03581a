#include "app/engine_worker.h"

#include <new>
#include <utility>

#include "engine/trace/error.h"

namespace specula {

namespace {

/// "about 45 s left", "about 3 min left".
std::string leftText(double seconds) {
    const bool minutes = seconds > 120.0;
    const long count = static_cast<long>((minutes ? seconds / 60.0 : seconds) + 0.5);
    return "about " + std::to_string(count) + (minutes ? " min left" : " s left");
}

}  // namespace

EngineWorker::EngineWorker(Factory makeBackend)
    : m_makeBackend(std::move(makeBackend)), m_thread([this](std::stop_token shutdown) { loop(shutdown); }) {}

EngineWorker::~EngineWorker() {
    m_stop.request_stop();
    m_thread.request_stop();
    m_thread.join();
}

std::uint64_t EngineWorker::submit(Job job) {
    m_stop.request_stop();
    m_stop = std::stop_source();
    {
        const std::lock_guard lock(m_mutex);
        m_next = Pending{++m_lastId, std::move(job), m_stop.get_token()};
    }
    m_wake.notify_one();
    return m_lastId;
}

void EngineWorker::requestStop() {
    m_stop.request_stop();
}

void EngineWorker::loop(std::stop_token shutdown) {
    while (true) {
        std::optional<Pending> pending;
        {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait(lock, shutdown, [this] { return m_next.has_value(); })) break;
            pending.swap(m_next);
        }
        if (shutdown.stop_requested()) break;
        perform(*pending);
    }
    m_run.reset();
    m_backend.reset();
}

void EngineWorker::perform(Pending& pending) {
    std::string message;
    try {
        if (!m_backend) m_backend = m_makeBackend();
        std::visit([&](const auto& job) { handle(pending, job); }, pending.job);
        return;
    } catch (const std::bad_alloc&) {
        message = "There is not enough memory for this";
    } catch (const std::exception& problem) {
        message = problem.what();
    }
    // A load that was stopped reports so by throwing; nobody wants to read that.
    if (pending.stop.stop_requested()) message.clear();
    post(pending, JobFailed{message, !m_loaded});
}

Backend::Progress EngineWorker::progressOf(const Pending& pending) {
    return [this, &pending](double fraction, const std::string& what) {
        post(pending, JobProgress{fraction, what});
    };
}

void EngineWorker::ensureLoaded(const Pending& pending, const EngineOptions& options) {
    if (m_loaded == options) return;
    m_run.reset();
    m_loaded.reset();
    LoadedPair pair = m_backend->load(options, pending.stop, progressOf(pending));
    if (pending.stop.stop_requested()) throw Error("Loading was stopped");
    m_loaded = options;
    m_postedCosts.reset();
    post(pending, PairLoaded{options, std::move(pair)});
}

/// The pair's costs, when they are known and when they have been measured anew.
void EngineWorker::postCosts(const Pending& pending) {
    const ProbeReport* costs = m_backend->costs();
    if (costs == nullptr || m_postedCosts == costs->costs) return;
    m_postedCosts = costs->costs;
    post(pending, *costs);
}

void EngineWorker::handle(const Pending& pending, const LoadJob& job) {
    ensureLoaded(pending, job.engine);
    post(pending, JobDone{});
}

void EngineWorker::handle(const Pending& pending, const RunJob& job) {
    ensureLoaded(pending, job.request.engine);
    m_run.reset();
    const RunOptions& options = job.request.options;
    const bool chosen = options.tree.off() ? options.gamma == kGammaAuto : options.tree.automatic;
    if (chosen && !options.costs && !m_backend->costs() && job.request.engine.draft != "none")
        post(pending, JobProgress{-1.0, "Measuring what rows cost, once for this pair"});
    m_run = m_backend->start(job.request, pending.stop);
    postCosts(pending);
    if (!m_run) throw Error("The run was stopped before it began");
    m_runId = pending.id;
    post(pending, RunBegun{m_run->start()});
    pump(pending);
}

void EngineWorker::handle(const Pending& pending, const ContinueJob& job) {
    if (!m_run) throw Error("There is no run to continue; generate first");
    m_run->extend(job.moreTokens);
    pump(pending);
}

void EngineWorker::handle(const Pending& pending, const CompareJob& job) {
    ensureLoaded(pending, job.request.engine);
    CompareReport report = m_backend->compare(job.request, pending.stop, progressOf(pending));
    postCosts(pending);
    if (!pending.stop.stop_requested()) post(pending, std::move(report));
    post(pending, JobDone{});
}

void EngineWorker::handle(const Pending& pending, const RaceJob& job) {
    ensureLoaded(pending, job.request.run.engine);
    post(pending, JobProgress{0.0, "measuring what rows cost"});
    RaceReport report = m_backend->race(job.request, pending.stop, progressOf(pending));
    postCosts(pending);
    if (!pending.stop.stop_requested()) post(pending, std::move(report));
    post(pending, JobDone{});
}

void EngineWorker::handle(const Pending& pending, const LabJob& job) {
    LabHooks hooks;
    hooks.gate = job.gate.get();
    hooks.onPoint = [&](const LabPoint& point) {
        postCosts(pending);
        post(pending, point);
    };
    hooks.onStep = [&](const LabStep& step) { post(pending, step); };
    hooks.progress = [&](double fraction, double etaSeconds) {
        post(pending, JobProgress{fraction, leftText(etaSeconds)});
    };
    for (std::size_t draft = 0; draft < job.request.drafts.size(); ++draft) {
        if (job.gate) job.gate->pass(pending.stop);
        if (pending.stop.stop_requested()) break;
        EngineOptions engine = job.request.engine;
        engine.draft = job.request.drafts[draft].spec;
        ensureLoaded(pending, engine);
        post(pending, JobProgress{-1.0, "Measuring what rows cost"});
        m_backend->lab(job.request, draft, pending.stop, hooks);
        postCosts(pending);
    }
    post(pending, JobDone{});
}

void EngineWorker::handle(const Pending& pending, const AuditJob& job) {
    ensureLoaded(pending, job.request.engine);
    post(pending, m_backend->audit(
                      job.request, pending.stop, [&](const AuditCheck& check) { post(pending, check); },
                      progressOf(pending)));
    post(pending, JobDone{});
}

void EngineWorker::handle(const Pending& pending, const ProbeJob& job) {
    ensureLoaded(pending, job.engine);
    m_backend->probe(pending.stop, progressOf(pending));
    if (!pending.stop.stop_requested()) m_postedCosts.reset();
    postCosts(pending);
    post(pending, JobDone{});
}

void EngineWorker::handle(const Pending& pending, const RulesJob& job) {
    ensureLoaded(pending, job.request.engine);
    m_backend->compareRules(
        job.request, pending.stop,
        [&](const RulePoint& point) {
            postCosts(pending);
            post(pending, point);
        },
        progressOf(pending));
    post(pending, JobDone{});
}

void EngineWorker::handle(const Pending& pending, const RoundJob& job) {
    ensureLoaded(pending, job.request.engine);
    RoundsDrawn drawn{m_backend->drawRounds(job.request, pending.stop, progressOf(pending))};
    postCosts(pending);
    if (!drawn.outcomes.empty()) post(pending, std::move(drawn));
    post(pending, JobDone{});
}

void EngineWorker::handle(const Pending& pending, const FindDraftsJob& job) {
    DraftsFound found{m_backend->findDrafts(job.engine, pending.stop, progressOf(pending))};
    if (!pending.stop.stop_requested()) post(pending, std::move(found));
    post(pending, JobDone{});
}

void EngineWorker::handle(const Pending& pending, const RecommendJob& job) {
    ensureLoaded(pending, job.request.engine);
    const auto tell = [&](const RecommendReport& report) { post(pending, report); };
    post(pending, m_backend->recommend(job.request, pending.stop, tell, progressOf(pending)));
    post(pending, JobDone{});
}

void EngineWorker::pump(const Pending& pending) {
    while (std::optional<Round> round = m_run->step(pending.stop)) {
        round->runId = m_runId;
        post(pending, std::move(*round));
    }
    post(pending, RunEnded{m_run->finish(), m_run->text(), m_run->prefillSeconds()});
}

}  // namespace specula
