#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "app/backend.h"
#include "app/mailbox.h"

namespace specula {

// What the worker can be asked for.
struct LoadJob {
    EngineOptions engine;
};
struct RunJob {
    RunRequest request;
};
struct ContinueJob {  ///< extends the last run
    int moreTokens = 0;
};
struct CompareJob {
    RunRequest request;
};
struct RaceJob {
    RaceRequest request;
};
struct LabJob {
    LabRequest request;
    std::shared_ptr<PauseGate> gate = {};  ///< passed between runs; null: it cannot be paused
};
struct AuditJob {
    AuditRequest request;
};
struct ProbeJob {
    EngineOptions engine;
};
struct RulesJob {
    RulesRequest request;
};
struct RoundJob {
    RoundRequest request;
};
struct FindDraftsJob {  ///< what could draft for a target
    EngineOptions engine;
};
struct RecommendJob {
    RecommendRequest request;
};
using Job = std::variant<LoadJob, RunJob, ContinueJob, CompareJob, RaceJob, LabJob, AuditJob, ProbeJob,
                         RulesJob, RoundJob, FindDraftsJob, RecommendJob>;

// What comes back, in order; each job ends with exactly one RunEnded, JobDone or JobFailed.
struct JobProgress {
    double fraction = 0.0;
    std::string what;
};
struct PairLoaded {
    EngineOptions options;
    LoadedPair pair;
};
struct RunBegun {
    RunStart start;
};
struct RunEnded {
    Finish finish = Finish::Running;
    std::optional<std::string> text;
    double prefillSeconds = 0.0;
};
struct RoundsDrawn {
    std::vector<RoundOutcome> outcomes;
};
struct DraftsFound {
    std::vector<DraftCandidate> candidates;
};
struct JobDone {};
struct JobFailed {
    std::string message;
    bool unloaded = false;  ///< no pair is loaded any more
};
using EventValue = std::variant<JobProgress, PairLoaded, ProbeReport, RunBegun, Round, RunEnded,
                                CompareReport, RaceReport, LabStep, LabPoint, AuditCheck, AuditReport,
                                RulePoint, RoundsDrawn, DraftsFound, RecommendReport, JobDone, JobFailed>;
struct WorkerEvent {
    std::uint64_t job = 0;
    EventValue value;
};

/// One thread that does one job at a time with a Backend, which is created, used and destroyed on it; so are
/// the run and its caches. A pair stays loaded while EngineOptions are equal, the last run stays for
/// ContinueJob.
///
/// Threads: submit, requestStop and the destructor belong to the owner's thread; results are pulled from
/// mailbox(). Standard library only.
class EngineWorker {
public:
    using Factory = std::function<std::unique_ptr<Backend>()>;

    explicit EngineWorker(Factory makeBackend);
    /// Stops the job under way and waits for the thread: at most one model pass.
    ~EngineWorker();

    /// Starts a job, stopping (or dropping) the one before it; its number marks the job's events and, for a
    /// RunJob, its Rounds (those of a ContinueJob keep the number of the run they extend).
    std::uint64_t submit(Job job);

    /// Atomic and at once; the job under way polls it and then ends as it always does.
    void requestStop();

    Mailbox<WorkerEvent>& mailbox() { return m_mailbox; }

private:
    struct Pending {
        std::uint64_t id = 0;
        Job job;
        std::stop_token stop;
    };

    void loop(std::stop_token shutdown);
    void perform(Pending& pending);
    void handle(const Pending& pending, const LoadJob& job);
    void handle(const Pending& pending, const RunJob& job);
    void handle(const Pending& pending, const ContinueJob& job);
    void handle(const Pending& pending, const CompareJob& job);
    void handle(const Pending& pending, const RaceJob& job);
    void handle(const Pending& pending, const LabJob& job);
    void handle(const Pending& pending, const AuditJob& job);
    void handle(const Pending& pending, const ProbeJob& job);
    void handle(const Pending& pending, const RulesJob& job);
    void handle(const Pending& pending, const RoundJob& job);
    void handle(const Pending& pending, const FindDraftsJob& job);
    void handle(const Pending& pending, const RecommendJob& job);
    void postCosts(const Pending& pending);
    void ensureLoaded(const Pending& pending, const EngineOptions& options);
    void pump(const Pending& pending);
    void post(const Pending& pending, EventValue value) { m_mailbox.post({pending.id, std::move(value)}); }
    Backend::Progress progressOf(const Pending& pending);

    const Factory m_makeBackend;
    Mailbox<WorkerEvent> m_mailbox;

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::optional<Pending> m_next;  // guarded by m_mutex

    std::uint64_t m_lastId = 0;  // owner's thread
    std::stop_source m_stop;     // owner's thread; of the newest job

    // Worker's thread only.
    std::unique_ptr<Backend> m_backend;
    std::optional<EngineOptions> m_loaded;
    std::optional<Costs> m_postedCosts;  // of m_loaded
    std::unique_ptr<ActiveRun> m_run;
    std::uint64_t m_runId = 0;

    std::jthread m_thread;  // last: everything else is there when it starts
};

}  // namespace specula
