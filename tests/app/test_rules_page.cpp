// The Rules page over the worker: with a made-up engine, and with the bundled tiny pair.
#include <QTest>

#include <QApplication>
#include <QPushButton>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/run_controller.h"
#include "app/session_file.h"
#include "engine/trace/rules.h"
#include "engine/verify/compare_round.h"
#include "tests/app/sample_runs.h"
#include "ui/common/run_log.h"
#include "ui/main_window/message_bar.h"
#include "ui/models/data_table.h"
#include "ui/rules/rules_view.h"

using namespace specula;
using samples::FakeBackend;
using samples::FakeScript;

namespace {

constexpr int kPatienceMs = 120'000;

/// The real window over a backend.
struct Bench {
    explicit Bench(const EngineWorker::Factory& backend) : controller(window, backend) { window.show(); }

    bool idle() { return window.state() == AppState::Idle; }
    RunRules& runs() { return window.rules().wholeRuns(); }
    RoundRules& round() { return window.rules().oneRound(); }
    QString message() { return window.messages().count() > 0 ? window.messages().text() : QString(); }

    MainWindow window;
    RunController controller;
};

struct FakeBench : Bench {
    explicit FakeBench(const std::shared_ptr<FakeScript>& s = std::make_shared<FakeScript>())
        : Bench([s] { return std::make_unique<FakeBackend>(s); }), script(s) {}
    std::shared_ptr<FakeScript> script;
};

RulesRequest rulesRequest(const char* target = "a") {
    RulesRequest request;
    request.engine.target = target;
    request.prompts = {{"p", "Once upon", false, ""}};
    request.suite = "Stories";
    request.setups = {{Rule::Token, 0.5, 4, {}}, {Rule::Block, 0.5, 4, {}}, {Rule::Typical, 0.5, 4, {}}};
    return request;
}

RunRequest tinyRun() {
    RunRequest request;
    request.engine.target = bundledModel("tiny-target").value_or("");
    request.engine.draft = bundledModel("tiny-draft").value_or("");
    request.prompt.text = "Once upon a time there was a little";
    request.options.gamma = 3;
    request.options.maxTokens = 40;
    request.options.sampling.temperature = 1.0;
    request.options.ignoreEos = true;
    return request;
}

}  // namespace

class TestRulesPage : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("specula-test"));
        QCoreApplication::setApplicationName(QStringLiteral("rules-page"));
    }

    void pointsFillThePageEachInPlaceOfTheOneBefore() {
        FakeBench bench;
        emit bench.window.rulesRequested(rulesRequest());
        QTRY_VERIFY(bench.idle());
        QCOMPARE(bench.runs().points().size(), std::size_t{3});
        for (const RulePoint& point : bench.runs().points()) QCOMPARE(point.speedup.median, 1.5);
        QCOMPARE(bench.runs().progressText(), QStringLiteral("Stories, fake draft"));
    }

    void cancelKeepsWhatWasMeasured() {
        FakeBench bench;
        bench.script->blockRules = true;
        bench.window.setPage(MainPage::Rules);
        emit bench.window.rulesRequested(rulesRequest());
        bench.runs().setRunning(true);
        QTRY_COMPARE(bench.runs().points().size(), std::size_t{2});
        QVERIFY(!bench.idle());
        QTest::mouseClick(bench.runs().stopButton(), Qt::LeftButton);
        QTRY_VERIFY(bench.idle());
        QCOMPARE(bench.runs().points().size(), std::size_t{2});
        QVERIFY(!bench.runs().running());
        QVERIFY2(bench.message().isEmpty(), qPrintable(bench.message()));
    }

    void theLastComparisonIsStoredWithARunOfItsPairAndComesBack() {
        FakeBench bench;
        RunRequest run;
        run.engine.target = "a";
        emit bench.window.runRequested(run);
        QTRY_VERIFY(bench.idle());
        QVERIFY(!bench.controller.shownRecord().rules);
        emit bench.window.rulesRequested(rulesRequest("b"));
        QTRY_VERIFY(bench.idle());
        QVERIFY(!bench.controller.shownRecord().rules);
        emit bench.window.rulesRequested(rulesRequest("a"));
        QTRY_VERIFY(bench.idle());
        const RunRecord stored = sessionFromText(sessionText(bench.controller.shownRecord()), "test");
        QVERIFY(stored.rules.has_value());
        FakeBench later;
        later.controller.showRecord(stored);
        QTRY_VERIFY(later.idle());
        QCOMPARE(later.runs().points().size(), std::size_t{3});
        QCOMPARE(later.runs().points()[2].setup.rule, Rule::Typical);
        QCOMPARE(later.runs().points()[1].speedup.median, 1.5);
        QCOMPARE(later.runs().progressText(), QStringLiteral("Stories, fake draft"));
    }

    void runsInTheWindowKeepTheirRows() {
        FakeBench bench;
        emit bench.window.runRequested(RunRequest{});
        QTRY_VERIFY(bench.idle());
        QVERIFY(bench.script->keptRows);
    }

    void roundsAreDrawnAfterTheTextBeforeThem() {
        FakeBench bench;
        bench.window.setPace({Pace::Kind::Full, 0.0});
        emit bench.window.runRequested(RunRequest{});
        QTRY_VERIFY(bench.idle());
        bench.window.setPage(MainPage::Rules);
        emit bench.window.roundRequested(3, {{Rule::OneHot, 0.5, 4, {}}});
        QTRY_VERIFY(bench.idle());
        QCOMPARE(bench.script->drawnAfter.load(), 2 + 3);  // two of the prompt, one of each plain round
        bench.round().setRound(3);
        QTRY_COMPARE(bench.round().table()->model()->rowCount(), 1);
        bench.round().setRound(2);
        QTRY_COMPARE(bench.round().table()->model()->rowCount(), 0);
    }

    void theTinyPairsRoundsAreComparedAndDrawn() {
        Bench bench([] { return std::make_unique<EngineBackend>(); });
        bench.window.setPace({Pace::Kind::Full, 0.0});
        emit bench.window.runRequested(tinyRun());
        QTRY_VERIFY_WITH_TIMEOUT(bench.idle() && bench.window.runLog().hasRun(), kPatienceMs);
        QVERIFY2(bench.message().isEmpty(), qPrintable(bench.message()));
        bench.window.setPage(MainPage::Rules);
        const Round& first = bench.window.runLog().rounds().front();
        QVERIFY(comparable(first));
        bench.round().setRound(0);
        QTRY_VERIFY(bench.round().table()->model()->rowCount() >= 5);
        const int shared = bench.round().table()->model()->rowCount();
        // Under the run's own rule its own coins give what the run emitted.
        for (const RoundOutcome& outcome : compareChainRules(first, 0.5)) {
            if (outcome.setup.rule == Rule::Token)
                QCOMPARE(outcome.tokens, static_cast<int>(first.emitted.size()));
        }
        QTRY_VERIFY(bench.round().freshButton()->isEnabled());
        QTest::mouseClick(bench.round().freshButton(), Qt::LeftButton);
        QCOMPARE(bench.window.state(), AppState::Measuring);
        QTRY_VERIFY_WITH_TIMEOUT(bench.idle(), kPatienceMs);
        QVERIFY2(bench.message().isEmpty(), qPrintable(bench.message()));
        QTRY_VERIFY(bench.round().table()->model()->rowCount() > shared);
    }

    void theTinyPairsRulesAreMeasured() {
        Bench bench([] { return std::make_unique<EngineBackend>(); });
        RulesRequest request = rulesRequest();
        request.engine = tinyRun().engine;
        request.options = tinyRun().options;
        request.options.maxTokens = 16;
        request.repeats = 2;
        emit bench.window.rulesRequested(request);
        QTRY_VERIFY_WITH_TIMEOUT(bench.idle() && !bench.runs().points().empty(), kPatienceMs);
        QVERIFY2(bench.message().isEmpty(), qPrintable(bench.message()));
        QCOMPARE(bench.runs().points().size(), request.setups.size() + 1);  // and plain
        for (const RulePoint& point : bench.runs().points()) {
            QVERIFY(point.tokensPerRound.n > 0 && point.tokensPerRound.median >= 1.0);
            QVERIFY(point.tokensPerRound.median <= 5.0);
        }
    }
};

QTEST_MAIN(TestRulesPage)
#include "test_rules_page.moc"
