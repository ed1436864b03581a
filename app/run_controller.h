#pragma once

#include <memory>
#include <optional>

#include <QObject>
#include <QTimer>

#include "app/engine_worker.h"
#include "app/lab_controller.h"
#include "app/rules_controller.h"
#include "app/run_record.h"
#include "app/session_jobs.h"
#include "ui/main_window/main_window.h"

namespace specula {

/// Stands between the window and the worker: takes the window's requests, owns the worker, and every 33 ms
/// pulls what the worker made and gives it to the window's run log, along which the window's player moves.
///
/// GUI thread only; it never waits for the worker, except in the destructor (at most one model pass).
/// States: Idle -> Loading -> Running -> Idle, Stopping between a stop and the worker's answer, Measuring for
/// labs and baselines. Starting anything stops what went on before; events of an older job are dropped.
class RunController : public QObject {
    Q_OBJECT

public:
    /// Connects to the window, which must outlive this.
    RunController(MainWindow& window, EngineWorker::Factory makeBackend, QObject* parent = nullptr);
    ~RunController() override;

    /// Shows a stored run as if it had just been read from a file.
    void showRecord(RunRecord record);

    /// Shows the recorded first run with the welcome.
    void showFirstRun();

    /// The run on screen as a value, with the rounds that are shown.
    RunRecord shownRecord() const;
    /// The same without its rounds.
    RunRecord shownHead() const;
    /// Plain decoding measured on its prompt and settings; its speed-up has n = 0 where it was measured on
    /// another run. Absent: not measured.
    std::optional<CompareReport> shownBaseline() const;
    /// It came from a file and is not being made.
    bool showsStoredRun() const;
    /// Costs that plain decoding's last measurement was made with; absent before the first.
    std::optional<Costs> baselineCosts() const {
        return m_baseline.costs.v.empty() ? std::nullopt : std::optional(m_baseline.costs);
    }

public slots:
    void run(const specula::RunRequest& request);
    void stop();
    /// A run like the shown one, from its prompt and the output of its first `rounds` rounds.
    void branch(int rounds);
    void continueRun(int moreTokens);
    void startLab(const specula::LabRequest& request);
    void measurePlain(const specula::RunRequest& request);
    void audit(const specula::AuditRequest& request);
    void race(const specula::RaceRequest& request);
    void measureCosts(const specula::EngineOptions& options);
    void compareRules(const specula::RulesRequest& request);
    void drawRounds(int round, const std::vector<specula::RuleSetup>& setups);
    void findDrafts(const specula::EngineOptions& engine);
    void recommend(const specula::RecommendRequest& request);
    void load(const specula::EngineOptions& options);
    void openSession(const QString& path);
    void saveSession(const QString& path);

signals:
    /// A stored run was opened and is on screen; its models may not be on this computer.
    void storedRunShown(const specula::RunRecord& head);
    void pairLoaded(const specula::EngineOptions& options, const specula::LoadedPair& pair);
    /// Of the job under way.
    void progressed(double fraction, const QString& what);
    void draftsFound(const std::vector<specula::DraftCandidate>& candidates);
    void recommendationCame(const specula::RecommendReport& report);

private:
    void connectWindow();
    void display(RunRecord record);
    void startRun(const RunRequest& request);
    void startLoad(const EngineOptions& options);
    void begin(Job job, const EngineOptions* engine, AppState state, const QString& text);
    void tick();
    void take(WorkerEvent& event);
    void takeFiles();
    void on(JobProgress& progress);
    void on(PairLoaded& loaded);
    void on(ProbeReport& costs);
    void on(RunBegun& begun);
    void on(Round& round);
    void on(RunEnded& ended);
    void on(CompareReport& report);
    void on(RaceReport& report);
    void on(LabStep& step) { m_lab.on(step); }
    void on(LabPoint& point) { m_lab.on(point); }
    void on(AuditCheck& check);
    void on(AuditReport& report);
    void on(RulePoint& point) { m_rules.on(point); }
    void on(RoundsDrawn& drawn) { m_rules.on(drawn); }
    void on(DraftsFound& found) { emit draftsFound(found.candidates); }
    void on(RecommendReport& report) { emit recommendationCame(report); }
    void on(JobDone&);
    void on(JobFailed& failed);
    void beginLog();
    void showArrived();
    void finishLog();
    void settle();
    void refreshBranch();
    void refreshBaseline();
    QString loadText(const EngineOptions& options) const;
    void reportMemory();

    MainWindow& m_window;
    RulesController m_rules;
    LabController m_lab;
    FileMailbox m_files;
    EngineWorker m_worker;
    QTimer m_timer;
    QTimer m_memoryTimer;

    std::uint64_t m_job = 0;      // of the worker: whose events count
    bool m_workerBusy = false;    // that job has not ended
    std::uint64_t m_reads = 0;    // session files asked for so far
    std::uint64_t m_fileJob = 0;  // the read that is waited for, 0 = none
    int m_writing = 0;            // files on their way to disk

    std::optional<EngineOptions> m_loaded;   // what the worker holds
    std::optional<EngineOptions> m_wanted;   // to be loaded once idle
    std::optional<EngineOptions> m_loading;  // by the LoadJob under way
    std::optional<RunRequest> m_queued;      // to be run once that is done
    LoadedPair m_pair;                       // of m_loaded
    std::optional<ProbeReport> m_costs;      // of m_loaded

    RunRequest m_request;           // of the shown run
    RunRecord m_record;             // of the shown run, without its rounds
    std::uint64_t m_runId = 0;      // of the shown run
    bool m_running = false;         // the worker is at it
    bool m_awaitsRound = false;     // its prompt is still being read
    bool m_continuable = false;     // the worker still holds it
    std::vector<Round> m_arrived;   // from the worker and not yet in the log
    std::optional<Finish> m_ended;  // how it ended, until the log has all of it

    RunRequest m_measuring;                  // of the CompareJob under way
    std::optional<RunRequest> m_baselineOf;  // what m_baseline was measured on
    CompareReport m_baseline;
};

}  // namespace specula
