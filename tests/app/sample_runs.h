#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <thread>

#include "app/backend.h"
#include "app/run_record.h"

namespace specula::samples {

/// A round in which two drafts were accepted, one rejected and one discarded, with awkward numbers and bytes.
inline Round speculativeRound(int index) {
    Round round;
    round.runId = 7;
    round.index = index;
    round.position = 5 + 3 * index;
    round.gamma = 4;
    const Verdict verdicts[] = {Verdict::Accepted, Verdict::Accepted, Verdict::Rejected, Verdict::Discarded};
    for (int i = 0; i < 4; ++i) {
        Proposal proposal;
        proposal.parent = i - 1;
        proposal.id = 10 * index + i;
        proposal.bytes = i == 1 ? std::string("\xe2\x9c") : i == 2 ? std::string("\xff\0\n", 3) : " word";
        proposal.pTarget = 1.0 / 3.0;
        proposal.pDraft = 0.1 + 0.2;
        proposal.verdict = verdicts[i];
        if (i < 3) proposal.coin = 0.12345678901234567 / (i + 1);
        proposal.draftCoin = 1.0 - 0x1p-53;
        RowPair rows;
        rows.hasDraft = true;
        rows.sums = {0.7, 0.3, 2.718281828459045, 1e-300};
        rows.top = {{proposal.id, proposal.bytes, 1.0 / 3.0, 5e-324}, {1, "\"quoted\"\\", 0.25, 0.0}};
        if (i != 1) proposal.rows = rows;
        round.proposals.push_back(proposal);
    }
    for (int i = 0; i < 3; ++i) {
        Emitted token;
        const Proposal& proposal = round.proposals[static_cast<std::size_t>(i)];
        token.kind = i < 2 ? EmitKind::Accepted : EmitKind::Resampled;
        token.proposal = i;
        token.id = i < 2 ? proposal.id : 999;
        token.bytes = i < 2 ? proposal.bytes : "\x93 new";
        token.pTarget = 0.5;
        token.pDrawn = 0.75;
        if (i == 2) token.coin = 0.5;
        round.emitted.push_back(token);
    }
    round.times = {1.25, 2.5, 0.1, 4.0 * (index + 1)};
    return round;
}

inline Round plainRound(int index) {
    Round round;
    round.runId = 7;
    round.index = index;
    round.position = 5 + index;
    Emitted token;
    token.id = 3 + index;
    token.bytes = " plain";
    token.kind = EmitKind::Plain;
    token.coin = 0.25;
    RowPair rows;
    rows.sums = {0.0, 0.0, 1.5, 0.0};
    rows.top = {{token.id, token.bytes, 0.9, 0.0}};
    token.rows = rows;
    token.pTarget = token.pDrawn = 0.9;
    round.emitted.push_back(token);
    round.times = {0.0, 2.0, 0.1, 2.1 * (index + 1)};
    return round;
}

/// Full rows of a round with awkward numbers: the smallest, the largest, -0, minus infinity.
inline std::shared_ptr<const KeptRows> fullRows(const Round& round, int vocabulary = 7) {
    auto rows = std::make_shared<KeptRows>();
    rows->vocabulary = vocabulary;
    const std::size_t nodes = round.proposals.size() + 1;
    const auto width = static_cast<std::size_t>(vocabulary);
    for (std::size_t i = 0; i < nodes * width; ++i) {
        rows->targetLogits.push_back(i % 5 == 0 ? -0.0f : 1e38f / static_cast<float>(i));
        rows->target.push_back(1.0f / static_cast<float>(i + 3));
    }
    for (std::size_t node = 0; node < nodes; ++node)
        rows->draftRowOf.push_back(node + 1 < nodes ? static_cast<int>(node) : -1);
    for (std::size_t i = 0; i < round.proposals.size() * width; ++i) {
        rows->draftLogits.push_back(i % 3 == 0 ? -std::numeric_limits<float>::infinity() : 0.1f);
        rows->draft.push_back(i % 3 == 0 ? 0.0f : 1e-45f);
        if (i < round.proposals.size()) rows->acceptCoins.push_back(1.0 - 0x1p-53);
    }
    rows->extraCoin = 0.1 + 0.2;
    return rows;
}

inline ModelInfo model() {
    ModelInfo info;
    info.name = "Sample-1M";
    info.path = "/models/sample";
    info.architecture = "llama";
    info.fileFormat = "float32";
    info.weights = WeightFormat::Int8x2;
    info.kv = KvFormat::Fp16;
    info.parameters = 1'234'567;
    info.weightBytes = 7'654'321;
    info.layers = 6;
    info.hidden = 128;
    info.vocabulary = 1000;
    info.context = 512;
    info.hasTokenizer = true;
    info.loadSeconds = 0.1;
    return info;
}

/// A probe in which every number differs from the others.
inline ProbeReport probe() {
    ProbeReport report;
    report.context = 64;
    report.threads = 2;
    report.bandwidthGbs = 50.0;
    report.farBandwidthGbs = 31.5;
    report.farBytes = 1'500'000'000;
    report.weightsBytes = 136'000'000;
    report.cacheBytes = 1'500'000;
    for (int m = 1; m <= 5; ++m) {
        ProbeRow row;
        row.rows = m;
        row.pass = {3.6 + 0.4 * m, 3.5 + 0.4 * m, 3.8 + 0.4 * m, 7};
        if (m != 4) row.inRound = {3.8 + 0.5 * m, 3.7 + 0.5 * m, 3.9 + 0.5 * m, 30};
        row.shares = PassShares{2.9 + 0.2 * m, 0.7 + 0.1 * m, 0.1 * m, 1.0 / 3.0};
        report.rows.push_back(row);
    }
    report.plain = {4.4, 4.3, 4.6, 60};
    report.plainDecideMs = 0.06;
    report.sampleMs = 0.04;
    report.greedyMs = 0.05;
    report.draftStepMs = 0.25;
    report.draftStartMs = 0.15;
    report.decideMs = 0.16;
    report.costs = {0.055, {1.0, 1.1, 1.22, 1.3, 1.45}, 0.06};
    return report;
}

inline RunRecord record() {
    RunRecord record;
    record.engine.target = "/models/sample";
    record.engine.draft = "early-exit:3";
    record.engine.weights = WeightFormat::Int8x2;
    record.engine.threads = 2;
    record.target = model();
    record.draft.kind = "early-exit";
    record.draft.name = "early exit after layer 3";
    record.draft.parameter = 3;
    record.draft.model = model();
    record.prompt.name = "sample";
    record.prompt.text = "Once \xf0\x9f\x90\xb1\n\"upon\"";
    record.promptIds = {1, 2, 3};
    record.promptPieces = {"Once", " \xf0\x9f", "\x90\xb1"};
    record.options.gamma = kGammaAuto;
    record.options.sampling = {0.1 + 0.7, 40, 0.95, 0.05, 1.1};
    record.options.draftSampling = Sampling{};
    record.options.seed = 18446744073709551615ull;
    record.options.stop = {"\n\n", "\xff"};
    record.options.costs = Costs{0.1, {1.0, 1.0 + 1e-16, 1.3}, 0.01};
    record.text = "a\xe2\x9c\x93";
    record.finish = Finish::Length;
    record.loadSeconds = 0.3;
    record.prefillSeconds = 0.1 + 0.2;
    record.programVersion = "0.0.9";
    record.instructionSet = "avx2";
    record.startedAt = 1'764'000'000;
    record.targetFiles = {{"/models/sample/a.safetensors", 4096, std::string(64, 'a')},
                          {"/models/sample/\xff.safetensors", 1, ""}};
    record.draftFiles = {{"/models/draft.gguf", std::int64_t{1} << 40, std::string(64, '0')}};
    record.rounds = {speculativeRound(0), speculativeRound(1), plainRound(2)};
    return record;
}

/// What a FakeBackend does; shared with the test, which may change it while the worker runs.
struct FakeScript {
    std::atomic<int> rounds{5};   ///< a run's length
    std::atomic<int> failAt{-1};  ///< the round at which step() throws
    std::atomic<bool> failLoad{false};
    std::atomic<bool> blockLoad{false};  ///< load() waits for its stop token
    std::atomic<bool> blockRun{false};   ///< step() waits for its stop token after the first round
    std::atomic<int> roundDelayMs{0};
    std::atomic<bool> measures{false};    ///< starting a run measures costs
    std::atomic<bool> blockRules{false};  ///< a comparison waits for its stop token before its last rule
    std::atomic<bool> keptRows{false};    ///< the last run was asked to keep its rows
    std::atomic<int> drawnAfter{-1};      ///< tokens before the rounds that were drawn last
    std::atomic<int> loads{0};
    std::atomic<int> labRuns{0};      ///< runs of labs so far
    std::atomic<int> pauseAfter{-1};  ///< so many of them, the lab's gate is closed
    std::atomic<int> alive{0};        ///< runs that exist

    void setLastRequest(const RunRequest& request) {
        const std::lock_guard lock(m_mutex);
        m_lastRequest = request;
    }
    RunRequest lastRequest() {  ///< of the run that was started last
        const std::lock_guard lock(m_mutex);
        return m_lastRequest;
    }

private:
    std::mutex m_mutex;
    RunRequest m_lastRequest;
};

class FakeRun final : public ActiveRun {
public:
    FakeRun(std::shared_ptr<FakeScript> script, const RunRequest& request) : m_script(std::move(script)) {
        ++m_script->alive;
        m_script->setLastRequest(request);
        m_start = {{1, 2}, {"Once", " upon"}, request.options};
        m_end = m_script->rounds;
        m_script->keptRows = request.options.keepRows;
    }
    ~FakeRun() override { --m_script->alive; }

    std::optional<Round> step(std::stop_token stop) override {
        if (m_index == m_script->failAt) throw std::runtime_error("the fake run failed as asked");
        const auto delay = std::chrono::milliseconds(m_script->roundDelayMs.load());
        if (delay.count() > 0) std::this_thread::sleep_for(delay);
        while (m_script->blockRun && m_index > 0 && !stop.stop_requested())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (stop.stop_requested())
            m_finish = Finish::Cancelled;
        else if (m_index >= m_end)
            m_finish = Finish::Length;
        if (m_finish != Finish::Running) return std::nullopt;
        return plainRound(m_index++);
    }
    Finish finish() const override { return m_finish; }
    const RunStart& start() const override { return m_start; }
    std::optional<std::string> text() const override { return "the text"; }
    double prefillSeconds() const override { return 0.5; }
    void extend(int moreTokens) override {
        m_end += moreTokens;
        m_finish = Finish::Running;
    }

private:
    std::shared_ptr<FakeScript> m_script;
    RunStart m_start;
    int m_index = 0;
    int m_end = 0;
    Finish m_finish = Finish::Running;
};

class FakeBackend final : public Backend {
public:
    explicit FakeBackend(std::shared_ptr<FakeScript> script) : m_script(std::move(script)) {}

    LoadedPair load(const EngineOptions& options, std::stop_token stop, const Progress& progress) override {
        ++m_script->loads;
        progress(0.5, "half of it");
        while (m_script->blockLoad && !stop.stop_requested())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (m_script->failLoad) throw std::runtime_error(options.target + ": no such model");
        LoadedPair pair;
        pair.target = model();
        pair.target.path = options.target;
        pair.draft.kind = "none";
        pair.pair.compatible = true;
        m_costs.reset();
        return pair;
    }
    const ProbeReport* costs() const override { return m_costs ? &*m_costs : nullptr; }
    void probe(std::stop_token, const Progress& progress) override {
        progress(0.5, "Timing rounds and passes");
        m_costs = samples::probe();
        m_costs->context = 100;
    }
    std::unique_ptr<ActiveRun> start(const RunRequest& request, std::stop_token) override {
        if (m_script->measures && !m_costs) m_costs = samples::probe();
        return std::make_unique<FakeRun>(m_script, request);
    }
    CompareReport compare(const RunRequest&, std::stop_token, const Progress& progress) override {
        progress(0.5, "about 1 s left");
        CompareReport report;
        report.plain = {100.0, 95.0, 105.0, 6, "fake"};
        report.speedup = {1.5, 1.4, 1.6, 6, "fake"};
        return report;
    }
    /// One run of each setup on each prompt, one after the other; each passes the gate.
    void lab(const LabRequest& request, std::size_t draft, std::stop_token stop,
             const LabHooks& hooks) override {
        long run = 0;
        for (const double temperature : request.temperatures) {
            for (const LabSetup& setup : labSetups(request, request.drafts[draft], temperature)) {
                for (const LabSuite& suite : request.suites) {
                    if (hooks.gate) hooks.gate->pass(stop);
                    if (stop.stop_requested()) return;
                    hooks.onStep({setup, suite.name, suite.prompts.front().name, run, labRuns(request)});
                    LabPoint point;
                    point.setup = setup;
                    point.draftName = "fake " + request.drafts[draft].spec;
                    point.suite = suite.name;
                    point.tokensPerSecond = {100.0 + setup.judged.gamma, 90.0, 110.0, 1, "fake"};
                    if (!setup.plain()) point.speedup = Interval{1.5, 1.4, 1.6, 1, "fake"};
                    point.prompt = suite.prompts.front().name;
                    hooks.onPoint(point);
                    point.prompt.clear();
                    hooks.onPoint(point);
                    hooks.progress(0.5, 3.0);
                    ++run;
                    ++m_script->labRuns;
                    if (m_script->pauseAfter == m_script->labRuns && hooks.gate) hooks.gate->pause();
                }
            }
        }
    }

    /// Two values of each rule, the second in place of the first; the last rule waits where it is blocked.
    void compareRules(const RulesRequest& request, std::stop_token stop,
                      const std::function<void(const RulePoint&)>& onPoint,
                      const Progress& progress) override {
        for (const RuleSetup& setup : request.setups) {
            if (&setup == &request.setups.back()) {
                while (m_script->blockRules && !stop.stop_requested())
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
            if (stop.stop_requested()) return;
            for (const double speedup : {1.1, 1.5}) {
                RulePoint point;
                point.setup = setup;
                point.draft = "fake draft";
                point.suite = request.suite;
                point.tokensPerRound = {2.5, 2.4, 2.6, request.repeats, "fake"};
                point.speedup = {speedup, speedup - 0.1, speedup + 0.1, request.repeats, "fake"};
                onPoint(point);
            }
            progress(0.5, "about 1 s left");
        }
    }
    std::vector<RoundOutcome> drawRounds(const RoundRequest& request, std::stop_token,
                                         const Progress&) override {
        m_script->drawnAfter = static_cast<int>(request.before.size());
        std::vector<RoundOutcome> outcomes;
        for (const RuleSetup& setup : request.setups) {
            RoundOutcome outcome;
            outcome.setup = setup;
            outcome.expectedTokens = outcome.low = outcome.high = 2.25;
            outcome.draws = 10;
            outcomes.push_back(outcome);
        }
        return outcomes;
    }

private:
    std::shared_ptr<FakeScript> m_script;
    std::optional<ProbeReport> m_costs;
};

}  // namespace specula::samples
