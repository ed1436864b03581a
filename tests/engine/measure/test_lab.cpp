#include <QtTest>

#include <filesystem>
#include <map>
#include <thread>

#include "engine/explain/cost_model.h"
#include "engine/measure/lab.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

std::shared_ptr<const Engine> tinyEngine() {
    const std::string root = SPECULA_FIXTURES;
    const auto models =
        (root.empty() ? std::filesystem::path(SPECULA_TEST_DATA) : std::filesystem::path(root)) / "models";
    EngineOptions options;
    options.target = (models / "llama").string();
    options.draft = (models / "llama_draft").string();
    options.threads = 1;
    return Engine::load(options);
}

const std::vector<MeasuredSuite> kSuites{
    {"A", {{"one", {5, 9, 5, 9, 17}}, {"two", {40, 41, 42}}}},
    {"B", {{"three", {7, 8, 9}}}},
};
const LabDraft kDraft{"llama_draft", false};

LabRequest tinyLab() {
    LabRequest request;
    request.drafts = {kDraft};
    for (const MeasuredSuite& suite : kSuites) {
        LabSuite& named = request.suites.emplace_back(LabSuite{suite.name, {}});
        for (const MeasuredPrompt& prompt : suite.prompts)
            named.prompts.push_back({prompt.name, "", false, ""});
    }
    request.options.maxTokens = 16;
    request.options.ignoreEos = true;
    request.options.seed = 3;
    request.options.costs = Costs{0.3, {1.0, 1.1, 1.2, 1.3, 1.4}, 0.05};
    request.temperatures = {0.0, 0.8};
    request.setups = {{Rule::Token, 0.5, 1, {}}, {Rule::Token, 0.5, 3, {}}, {Rule::Block, 0.5, 3, {}}};
    request.repeats = 2;
    return request;
}

std::size_t cellsOf(const LabRequest& request) {
    return labSetups(request).size() * 5;  // three prompts and two suites
}

}  // namespace

class TestLab : public QObject {
    Q_OBJECT

private slots:
    void everyCellIsMeasuredAgainstPlainOfItsTemperature() {
        const LabRequest request = tinyLab();
        long calls = 0, steps = 0;
        double last = 0.0;
        LabHooks hooks;
        hooks.onPoint = [&](const LabPoint&) { ++calls; };
        hooks.onStep = [&](const LabStep& step) {
            QCOMPARE(step.run, steps++);
            QCOMPARE(step.runs, labRuns(request));
        };
        hooks.progress = [&](double fraction, double eta) {
            QVERIFY(fraction > last && eta >= 0.0);
            last = fraction;
        };
        const auto points = measureLab(tinyEngine(), request, kDraft, kSuites, {}, hooks);
        QCOMPARE(points.size(), cellsOf(request));
        QCOMPARE(steps, labRuns(request));
        QCOMPARE(calls, 2 * labRuns(request));  // of a prompt and of its suite
        QVERIFY(std::abs(last - 1.0) < 1e-9);
        for (const LabPoint& point : points) {
            const int prompts = point.prompt.empty() && point.suite == "A" ? 2 : 1;
            QCOMPARE(point.tokensPerSecond.n, prompts * request.repeats);
            QVERIFY(point.tokensPerSecond.low <= point.tokensPerSecond.median &&
                    point.tokensPerSecond.median <= point.tokensPerSecond.high);
            QCOMPARE(point.totals.emitted(), 16L * prompts * request.repeats);
            QVERIFY(point.plainMs > 0.0);
            QCOMPARE(point.costs, *request.options.costs);
            QCOMPARE(point.speedup.has_value(), !point.setup.plain());
            QCOMPARE(point.predictedSpeedup.has_value(), !point.setup.plain());
            if (!point.speedup) continue;
            QVERIFY(point.speedup->low <= point.speedup->median &&
                    point.speedup->median <= point.speedup->high);
            const int gamma = point.setup.judged.gamma;
            const auto rounds = static_cast<double>(point.totals.rounds);
            // The last round of a run may draft less, so that S is not one round's exactly.
            const double s =
                speedupOf(static_cast<double>(point.totals.emitted()) / rounds, gamma, gamma, point.costs);
            QVERIFY(*point.predictedSpeedup >= s - 1e-9);
        }
        LabReport report{request, {}, points};
        QCOMPARE(labRunsDone(report), labRuns(request));
    }

    void aPointIsWhatASweepGivesForTheSameSeed() {
        LabRequest request = tinyLab();
        request.repeats = 1;
        request.temperatures = {0.8};
        request.setups = {{Rule::Token, 0.5, 1, {}}, {Rule::Token, 0.5, 3, {}}};
        const auto engine = tinyEngine();
        const auto points = measureLab(engine, request, kDraft, kSuites);
        SweepOptions options{
            .run = labOptions(request, {kDraft.spec, 0.8, {}}), .gammas = {0, 1, 3}, .repeats = 1};
        const auto sweep = specula::sweep(engine, kSuites[0].prompts, options, {}, {});
        int compared = 0;
        for (const SweepPoint& swept : sweep) {
            for (const LabPoint& point : points) {
                if (point.suite != "A" || point.prompt != swept.prompt ||
                    point.setup.judged.gamma != swept.gamma)
                    continue;
                QCOMPARE(point.totals.rounds, swept.totals.rounds);
                QCOMPARE(point.totals.acceptedAt, swept.totals.acceptedAt);
                QCOMPARE(point.totals.judgedAt, swept.totals.judgedAt);
                QCOMPARE(point.totals.resampled, swept.totals.resampled);
                QCOMPARE(point.totals.bonus, swept.totals.bonus);
                if (swept.gamma != 0) QCOMPARE(*point.predictedSpeedup, *swept.predictedSpeedup);
                ++compared;
            }
        }
        QCOMPARE(compared, 9);
    }

    void everyRepeatHasASeedOfItsOwnAndTheFirstIsTheCellsRun() {
        LabRequest request = tinyLab();
        request.temperatures = {0.8};
        request.setups = {{Rule::Token, 0.5, 3, {}}};
        const auto engine = tinyEngine();
        LabRequest once = request;
        once.repeats = 1;
        const LabSetup setup = labSetups(request)[1];
        const SingleRun alone = runOnce(engine, kSuites[1].prompts[0].ids, labOptions(request, setup), {});
        const auto totalsOf = [&](const LabRequest& asked) {
            for (const LabPoint& point : measureLab(engine, asked, kDraft, kSuites)) {
                if (point.prompt == "three" && point.setup == setup) return point.totals;
            }
            return Totals{};
        };
        const Totals first = totalsOf(once);
        QCOMPARE(first.rounds, alone.totals.rounds);
        QCOMPARE(first.acceptedAt, alone.totals.acceptedAt);
        RunOptions next = labOptions(request, setup);
        ++next.seed;
        const SingleRun second = runOnce(engine, kSuites[1].prompts[0].ids, next, {});
        QCOMPARE(totalsOf(request).rounds, alone.totals.rounds + second.totals.rounds);
    }

    /// The gate is closed from within a run and opened again as soon as the worker stands before it.
    void aPausedLabLosesNothingAndKeepsItsOrder() {
        const LabRequest request = tinyLab();
        std::vector<LabSetup> straight;
        LabHooks hooks;
        hooks.onStep = [&](const LabStep& step) { straight.push_back(step.setup); };
        const auto whole = measureLab(tinyEngine(), request, kDraft, kSuites, {}, hooks);

        PauseGate gate;
        std::vector<LabSetup> paused;
        long runs = 0, resumed = 0;
        hooks.onStep = [&](const LabStep& step) {
            paused.push_back(step.setup);
            if (++runs % 5 == 0) gate.pause();
        };
        hooks.gate = &gate;
        std::jthread opener([&](std::stop_token stop) {
            while (!stop.stop_requested()) {
                if (!gate.isHolding()) {
                    std::this_thread::yield();
                    continue;
                }
                ++resumed;
                gate.resume();
                while (gate.isHolding()) std::this_thread::yield();
            }
        });
        const auto points = measureLab(tinyEngine(), request, kDraft, kSuites, {}, hooks);
        gate.resume();
        opener.request_stop();
        opener.join();
        QVERIFY(resumed >= 2);
        QVERIFY(paused == straight);
        QCOMPARE(points.size(), whole.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            QVERIFY(points[i].sameCell(whole[i]));
            QCOMPARE(points[i].totals.accepted, whole[i].totals.accepted);
            QCOMPARE(points[i].tokensPerSecond.n, whole[i].tokensPerSecond.n);
        }
    }

    void aLabThatIsStoppedWhilePausedKeepsItsPoints() {
        const LabRequest request = tinyLab();
        PauseGate gate;
        std::stop_source stop;
        long runs = 0;
        LabHooks hooks;
        hooks.gate = &gate;
        hooks.onStep = [&](const LabStep&) {
            if (++runs == 7) gate.pause();
        };
        std::jthread stopper([&] {
            while (!gate.isHolding()) std::this_thread::yield();
            stop.request_stop();
        });
        const auto points = measureLab(tinyEngine(), request, kDraft, kSuites, stop.get_token(), hooks);
        QVERIFY(!points.empty() && points.size() < cellsOf(request));
        QCOMPARE(labRunsDone({request, {}, points}), 7L);
        for (const LabPoint& point : points) QVERIFY(point.tokensPerSecond.n >= 1);
    }

    void whatCannotBeMeasuredIsRefused() {
        LabRequest request = tinyLab();
        request.setups.clear();
        QVERIFY_THROWS_EXCEPTION(Error, measureLab(tinyEngine(), request, kDraft, kSuites));
    }
};

QTEST_GUILESS_MAIN(TestLab)
#include "test_lab.moc"
