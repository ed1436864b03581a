#include "app/run_controller.h"

#include <QFile>
#include <QFileInfo>
#include <algorithm>
#include <iterator>

#include "app/first_run.h"
#include "app/lab_json.h"
#include "app/process_memory.h"
#include "app/race_json.h"
#include "app/trace_json.h"
#include "ui/audit/audit_view.h"
#include "ui/charts/live_charts.h"
#include "ui/common/motion.h"
#include "ui/common/run_log.h"
#include "ui/race/race_view.h"

namespace specula {

namespace {

constexpr int kMemoryMs = 2000;
constexpr int kFrameMs = 33;

// Run ids of stored runs, far from those the worker counts.
constexpr std::uint64_t kStoredRunId = std::uint64_t{1} << 62;

// The speed of plain decoding depends on these and nothing else.
bool samePlain(const RunRequest& a, const RunRequest& b) {
    const auto plain = [](EngineOptions options) {
        options.draft.clear();
        options.draftWeights = WeightFormat::Auto;
        return options;
    };
    return plain(a.engine) == plain(b.engine) && toJson(a.prompt) == toJson(b.prompt);
}

bool sameRun(const RunRequest& a, const RunRequest& b) {
    return a.engine == b.engine && toJson(a.prompt) == toJson(b.prompt) &&
           toJson(a.options) == toJson(b.options);
}

}  // namespace

RunController::RunController(MainWindow& window, EngineWorker::Factory makeBackend, QObject* parent)
    : QObject(parent),
      m_window(window),
      m_rules(window),
      m_lab(window),
      m_files(std::make_shared<Mailbox<FileEvent>>()),
      m_worker(std::move(makeBackend)) {
    connectWindow();
    connect(&m_timer, &QTimer::timeout, this, &RunController::tick);
    m_timer.setInterval(kFrameMs);
    connect(&m_memoryTimer, &QTimer::timeout, this, &RunController::reportMemory);
    m_memoryTimer.start(kMemoryMs);
}

RunController::~RunController() = default;

void RunController::connectWindow() {
    connect(&m_window, &MainWindow::runRequested, this, &RunController::run);
    connect(&m_window, &MainWindow::stopRequested, this, &RunController::stop);
    connect(&m_window, &MainWindow::branchRequested, this, &RunController::branch);
    connect(&m_window, &MainWindow::continueRequested, this, &RunController::continueRun);
    connect(&m_window, &MainWindow::labRequested, this, &RunController::startLab);
    connect(&m_window, &MainWindow::measurePlainRequested, this, &RunController::measurePlain);
    connect(&m_window, &MainWindow::auditRequested, this, &RunController::audit);
    connect(&m_window, &MainWindow::welcomeRequested, this, &RunController::showFirstRun);
    connect(&m_window, &MainWindow::raceRequested, this, &RunController::race);
    connect(&m_window, &MainWindow::costsRequested, this, &RunController::measureCosts);
    connect(&m_window, &MainWindow::rulesRequested, this, &RunController::compareRules);
    connect(&m_window, &MainWindow::roundRequested, this, &RunController::drawRounds);
    connect(&m_window, &MainWindow::loadRequested, this, &RunController::load);
    connect(&m_window, &MainWindow::openSessionRequested, this, &RunController::openSession);
    connect(&m_window, &MainWindow::saveSessionRequested, this, &RunController::saveSession);
}

// ---- requests of the window
// -----------------------------------------------------------------------------------

void RunController::begin(Job job, const EngineOptions* engine, AppState state, const QString& text) {
    // What was made and is not yet in the log belongs to the run on screen, whatever comes next.
    showArrived();
    if (m_running) m_ended = Finish::Cancelled;
    m_running = false;
    finishLog();
    if (engine) {
        if (m_loaded != *engine) m_continuable = false;
        if (m_loaded != *engine) state = AppState::Loading;
    }
    m_wanted.reset();
    m_queued.reset();
    m_loading.reset();
    m_fileJob = 0;
    m_job = m_worker.submit(std::move(job));
    m_workerBusy = true;
    m_window.setState(state, state == AppState::Loading ? loadText(*engine) : text);
    m_timer.start();
}

QString RunController::loadText(const EngineOptions& options) const {
    return tr("Loading %1").arg(QFileInfo(QFile::decodeName(options.target.c_str())).completeBaseName());
}

void RunController::run(const RunRequest& request) {
    if (m_loaded == request.engine) {
        startRun(request);
        return;
    }
    // The run waits for its pair; asking again meanwhile changes the run and not the load.
    if (!m_workerBusy || m_loading != request.engine) startLoad(request.engine);
    m_queued = request;
}

void RunController::startRun(const RunRequest& request) {
    RunJob job{request};
    job.request.options.keepRows = true;
    begin(std::move(job), &request.engine, AppState::Running, tr("Reading the prompt"));
    m_request = request;
    m_continuable = false;
}

void RunController::branch(int rounds) {
    const RunLog& log = m_window.runLog();
    if (!log.hasRun() || m_loaded != m_request.engine) return;
    RunRequest request = m_request;
    const std::size_t tokens = log.firstOutputOf(rounds);
    request.prompt.ids = log.header().promptIds;
    for (std::size_t i = 0; i < tokens; ++i) request.prompt.ids.push_back(log.idOf(log.output()[i]));
    const int before = m_request.prompt.branch ? m_request.prompt.branch->tokens : 0;
    request.prompt.branch = {m_request.prompt.text, rounds, before + static_cast<int>(tokens)};
    run(request);
}

void RunController::stop() {
    m_fileJob = 0;
    m_queued.reset();
    m_loading.reset();
    if (m_workerBusy) {
        m_worker.requestStop();
        m_window.setState(AppState::Stopping);
        return;
    }
    showArrived();
    settle();
}

void RunController::continueRun(int moreTokens) {
    if (m_window.state() != AppState::Idle) return;
    if (!m_continuable) {
        m_window.showError(tr("Only a run that was just generated can be continued; press Generate first."));
        return;
    }
    begin(ContinueJob{moreTokens}, nullptr, AppState::Running, {});
    m_record.options.maxTokens += moreTokens;
    m_running = true;
}

void RunController::load(const EngineOptions& options) {
    if (m_workerBusy && !m_loading) {
        m_wanted = options;
        return;
    }
    if (m_loaded != options) startLoad(options);
}

void RunController::startLoad(const EngineOptions& options) {
    begin(LoadJob{options}, &options, AppState::Loading, {});
    m_loading = options;
}

void RunController::openSession(const QString& path) {
    stop();
    m_fileJob = ++m_reads;
    m_timer.start();
    readSessionLater(m_files, m_fileJob, path);
}

void RunController::saveSession(const QString& path) {
    if (!m_window.runLog().hasRun() && !m_window.race().report() && !m_lab.report()) {
        m_window.showError(tr("There is no run to save yet."));
        return;
    }
    ++m_writing;
    m_timer.start();
    writeSessionLater(m_files, shownRecord(), path, !showsStoredRun());
}

void RunController::showRecord(RunRecord record) {
    const bool labAlone = record.lab && record.rounds.empty();
    display(std::move(record));
    if (labAlone) m_window.setPage(MainPage::Lab);
    emit storedRunShown(m_record);
}

void RunController::display(RunRecord record) {
    showArrived();
    m_running = false;
    m_continuable = false;
    m_runId = kStoredRunId;
    m_request = {record.engine, record.prompt, record.options};
    m_arrived = std::move(record.rounds);
    record.rounds.clear();
    for (Round& round : m_arrived) round.runId = m_runId;
    m_ended = record.finish == Finish::Running ? Finish::Cancelled : record.finish;
    m_rules.show(record);
    m_lab.show(record.lab);
    m_record = std::move(record);
    beginLog();
    showArrived();
    m_window.race().setReport(m_record.race);
    for (Bookmark& mark : m_record.bookmarks) m_window.runLog().setBookmark(std::move(mark));
    settle();
}

bool RunController::showsStoredRun() const {
    return m_runId == kStoredRunId;
}

void RunController::showFirstRun() {
    RunRecord record = firstRun();
    record.race = m_window.race().report();  // it stays where it is
    display(std::move(record));
    m_window.showWelcome();
}

RunRecord RunController::shownRecord() const {
    const RunLog& log = m_window.runLog();
    const bool labAlone = !log.hasRun() && !m_window.race().report() && m_lab.report();
    RunRecord record = labAlone ? runOf(*m_lab.report()) : shownHead();
    record.lab = m_lab.report();
    if (log.hasRun()) record.rounds.assign(log.rounds().begin(), log.rounds().end());
    return record;
}

RunRecord RunController::shownHead() const {
    const RunLog& log = m_window.runLog();
    if (!log.hasRun() && m_window.race().report()) {
        RunRecord record = runOf(*m_window.race().report());
        record.race = m_window.race().report();
        return record;
    }
    RunRecord record = m_record;
    record.bookmarks = log.bookmarks();
    record.race = m_window.race().report();
    record.finish = log.finishReason() == Finish::Running ? Finish::Cancelled : log.finishReason();
    record.rules = m_rules.reportOf(record.engine);
    // The stored text is that of the whole run; not all of it may be here yet.
    const bool partial = m_running || !m_arrived.empty() || !record.text;
    if (partial && record.target.hasTokenizer) record.text = log.outputBytes();
    return record;
}

// ---- results
// --------------------------------------------------------------------------------------------------

void RunController::tick() {
    for (WorkerEvent& event : m_worker.mailbox().drain()) take(event);
    takeFiles();
    showArrived();
    settle();
}

void RunController::take(WorkerEvent& event) {
    if (event.job == m_job) {
        std::visit([this](auto& value) { on(value); }, event.value);
        return;
    }
    // Of an older job only this counts: what the worker holds now.
    if (auto* loaded = std::get_if<PairLoaded>(&event.value)) on(*loaded);
    if (auto* costs = std::get_if<ProbeReport>(&event.value)) m_costs = std::move(*costs);
    const auto* failed = std::get_if<JobFailed>(&event.value);
    if (!failed || !failed->unloaded) return;
    m_loaded.reset();
    refreshBranch();
}

void RunController::takeFiles() {
    for (FileEvent& event : m_files->drain()) {
        const bool read = event.job != 0;
        if (read && event.job != m_fileJob) continue;
        if (!read) --m_writing;
        if (!event.error.isEmpty()) m_window.showError(event.error);
        if (!event.saved.isEmpty()) m_window.showInfo(tr("Saved %1").arg(event.saved));
        if (!read) continue;
        m_fileJob = 0;
        if (!event.record) continue;
        m_job = 0;
        m_workerBusy = false;
        showRecord(std::move(*event.record));
    }
}

void RunController::on(JobProgress& progress) {
    m_window.setProgress(progress.fraction, QString::fromStdString(progress.what));
    emit progressed(progress.fraction, QString::fromStdString(progress.what));
}

void RunController::on(PairLoaded& loaded) {
    m_loaded = loaded.options;
    refreshBranch();
    m_pair = std::move(loaded.pair);
    m_costs.reset();
    m_lab.on(m_pair);
    m_window.setModelInfo(m_pair.target, m_pair.draft, m_pair.pair);
    emit pairLoaded(*m_loaded, m_pair);
    m_window.setProgress(-1.0);
    for (const std::string& warning : m_pair.pair.warnings)
        m_window.showWarning(QString::fromStdString(warning));
}

void RunController::on(ProbeReport& costs) {
    m_costs = std::move(costs);
    // A run on screen that these belong to is stored with them.
    if (m_runId != kStoredRunId && m_record.engine == m_loaded) m_record.probe = m_costs;
    m_window.charts().setCosts(m_costs);
    m_lab.on(*m_costs);
}

void RunController::on(RunBegun& begun) {
    m_runId = m_job;
    m_running = true;
    m_record = {};
    stamp(m_record, m_pair.instructionSet);
    m_record.engine = m_request.engine;
    m_record.target = m_pair.target;
    m_record.draft = m_pair.draft;
    m_record.loadSeconds = m_pair.loadSeconds;
    m_record.prompt = m_request.prompt;
    m_record.promptIds = std::move(begun.start.promptIds);
    m_record.promptPieces = std::move(begun.start.promptPieces);
    m_record.options = std::move(begun.start.options);
    m_record.probe = m_costs;
    beginLog();
    m_awaitsRound = true;
    if (m_window.state() == AppState::Loading) m_window.setState(AppState::Running, tr("Reading the prompt"));
}

void RunController::beginLog() {
    RunHeader header;
    header.runId = m_runId;
    header.prompt = m_record.prompt.text;
    header.promptIds = m_record.promptIds;
    header.promptPieces = m_record.promptPieces;
    header.options = m_record.options;
    header.vocabulary = m_record.target.vocabulary;
    header.targetName = modelLabel(m_record.target);
    header.draftName = draftLabel(m_record.draft);
    header.draftKind = m_record.draft.kind;
    header.branch = m_record.prompt.branch;
    m_window.runLog().begin(std::move(header));
    m_window.showRun(m_request);
    refreshBranch();
    m_window.charts().setCosts(m_record.probe);
    refreshBaseline();
}

void RunController::refreshBranch() {
    m_window.setBranchRefused(m_loaded == m_request.engine
                                  ? QString()
                                  : tr("A branch needs the models of this run, and they are not loaded."));
}

void RunController::refreshBaseline() {
    if (!m_baselineOf || !samePlain(*m_baselineOf, m_request)) {
        m_window.setPlainBaseline({}, {});
        return;
    }
    std::optional<Interval> speedup;
    if (sameRun(*m_baselineOf, m_request)) speedup = m_baseline.speedup;
    m_window.setPlainBaseline(m_baseline.plain, speedup);
}

std::optional<CompareReport> RunController::shownBaseline() const {
    if (!m_baselineOf || !samePlain(*m_baselineOf, m_request)) return std::nullopt;
    CompareReport baseline = m_baseline;
    if (!sameRun(*m_baselineOf, m_request)) baseline.speedup = {};
    return baseline;
}

void RunController::on(Round& round) {
    if (std::exchange(m_awaitsRound, false) && m_window.state() == AppState::Running)
        m_window.setState(AppState::Running);
    m_arrived.push_back(std::move(round));
}

void RunController::on(RunEnded& ended) {
    m_workerBusy = false;
    m_running = false;
    m_continuable = true;
    m_ended = ended.finish;
    m_record.text = std::move(ended.text);
    m_record.prefillSeconds = ended.prefillSeconds;
}

void RunController::on(CompareReport& report) {
    m_baselineOf = m_measuring;
    m_baseline = std::move(report);
    m_window.setPlainBaseline(m_baseline.plain, m_baseline.speedup);
}

void RunController::on(RaceReport& report) {
    CompareReport figures = report.figures;
    on(figures);
    m_window.race().setReport(std::make_shared<RaceReport>(std::move(report)));
    if (!motionReduced()) m_window.race().clock().play();
}

void RunController::on(AuditCheck& check) {
    m_window.audit().addCheck(check);
}

void RunController::on(AuditReport& report) {
    m_window.audit().showReport(report);
}

void RunController::on(JobDone&) {
    m_workerBusy = false;
    m_loading.reset();
    if (m_queued) startRun(RunRequest(*std::exchange(m_queued, std::nullopt)));
}

void RunController::on(JobFailed& failed) {
    m_workerBusy = false;
    m_queued.reset();
    m_loading.reset();
    if (failed.unloaded) {
        m_loaded.reset();
        refreshBranch();
        m_continuable = false;
        m_window.clearModelInfo();
    }
    showArrived();
    if (m_running) m_ended = Finish::Cancelled;
    m_running = false;
    if (!failed.message.empty()) m_window.showError(QString::fromStdString(failed.message));
}

// ---- what is shown, and when
// ----------------------------------------------------------------------------------

void RunController::showArrived() {
    if (!m_arrived.empty()) m_window.runLog().append(std::exchange(m_arrived, {}));
}

void RunController::finishLog() {
    if (!m_arrived.empty() || !m_ended) return;
    m_window.runLog().finish(m_runId, *m_ended);
    m_ended.reset();
}

void RunController::settle() {
    finishLog();
    if (m_workerBusy || !m_arrived.empty()) return;
    if (m_window.state() != AppState::Idle) {
        m_window.setProgress(-1.0);
        m_window.setState(AppState::Idle);
        if (m_wanted) load(EngineOptions(*std::exchange(m_wanted, std::nullopt)));
    }
    if (!m_workerBusy && m_fileJob == 0 && m_writing == 0) m_timer.stop();
}

void RunController::reportMemory() {
    m_window.setMemoryUse(residentBytes());
}

}  // namespace specula
