#include <QTest>

#include <QApplication>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "app/run_controller.h"
#include "app/session_file.h"
#include "tests/app/sample_runs.h"
#include "ui/charts/cost_chart.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/run_log.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/main_window/status_panel.h"
#include "ui/timeline/timeline_panel.h"

using namespace specula;
using samples::FakeBackend;
using samples::FakeScript;

namespace {

/// The real window over a fake engine.
struct Bench {
    Bench() : controller(window, [s = script] { return std::make_unique<FakeBackend>(s); }) {
        window.setPace({Pace::Kind::Full, 0.0});
        window.show();
    }

    RunLog& log() { return window.runLog(); }
    int shown() { return log().playhead(); }
    bool idle() { return window.state() == AppState::Idle; }
    void run(const char* target = "a") {
        RunRequest request;
        request.engine.target = target;
        request.prompt.text = "Once upon";
        emit window.runRequested(request);
    }
    bool hasBaseline() { return !window.findChild<StatusPanel*>()->speedupText().isEmpty(); }
    QString message() {
        const MessageBar* bar = window.findChild<MessageBar*>();
        return bar && bar->isVisible() ? bar->text() : QString();
    }

    std::shared_ptr<FakeScript> script = std::make_shared<FakeScript>();
    MainWindow window;
    RunController controller;
};

}  // namespace

class TestRunController : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void aRunShowsAllItsRoundsInOrderBeforeItIsIdle();
    void aPairIsLoadedOnceWhileItsOptionsAreEqual();
    void aRunAskedForDuringItsLoadWaitsForIt();
    void roundsOfAnOlderRunNeverAppear();
    void stopWhileLoadingLeavesNothingLoadedAndNoMessage();
    void stopKeepsWhatWasGenerated();
    void aFailureShowsItsMessageAndKeepsTheText();
    void aFailedLoadIsReportedAndTheOldTextStays();
    void paceReleasesRoundsInOrderAndSlowly();
    void stopAtASlowPaceShowsEverythingAtOnce();
    void stepReleasesExactlyOneRound();
    void choosingAPaceEndsTheHold();
    void continueGoesOnInTheSameLog();
    void continueOfAStoredRunIsRefused();
    void sweepPointsReachTheChart();
    void costsReachTheChartAndTheFile();
    void costsOfAnotherPairAreForgotten();
    void aBaselineIsForgottenForAnotherPrompt();
    void aSavedRunComesBack();
    void aBadSessionFileIsReportedAndChangesNothing();
    void aBranchReadsThePromptAndTheOutputUpToItsRound();
    void aBranchNeedsTheModelsOfItsRun();
    void bookmarksAreStoredWithTheRun();
    void closingInTheMiddleOfARunDoesNotHang();
};

void TestRunController::initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("specula-test"));
    QCoreApplication::setApplicationName(QStringLiteral("run-controller"));
}

void TestRunController::aRunShowsAllItsRoundsInOrderBeforeItIsIdle() {
    Bench bench;
    bench.script->rounds = 300;
    QSignalSpy finished(&bench.log(), &RunLog::finished);
    int shownAtFinish = 0;
    connect(&bench.log(), &RunLog::finished, this, [&] { shownAtFinish = bench.shown(); });
    bench.run();
    QCOMPARE(bench.window.state(), AppState::Loading);
    QTRY_VERIFY(bench.idle());
    QCOMPARE(finished.size(), 1);
    QCOMPARE(shownAtFinish, 300);
    QCOMPARE(bench.log().finishReason(), Finish::Length);
    for (int i = 0; i < 300; ++i) QCOMPARE(bench.log().rounds()[static_cast<std::size_t>(i)].index, i);
    QCOMPARE(bench.log().header().promptPieces.size(), std::size_t{2});
}

void TestRunController::aPairIsLoadedOnceWhileItsOptionsAreEqual() {
    Bench bench;
    for (int i = 0; i < 3; ++i) {
        bench.run();
        QTRY_VERIFY(bench.idle());
    }
    QCOMPARE(bench.script->loads.load(), 1);
    bench.run("b");
    QTRY_VERIFY(bench.idle());
    QCOMPARE(bench.script->loads.load(), 2);
}

void TestRunController::aRunAskedForDuringItsLoadWaitsForIt() {
    Bench bench;
    bench.script->blockLoad = true;
    RunRequest request;
    request.engine.target = "a";
    emit bench.window.loadRequested(request.engine);
    QTRY_COMPARE(bench.script->loads.load(), 1);
    emit bench.window.runRequested(request);
    emit bench.window.runRequested(request);
    bench.script->blockLoad = false;
    QTRY_COMPARE(bench.shown(), 5);
    QTRY_VERIFY(bench.idle());
    QCOMPARE(bench.script->loads.load(), 1);
}

void TestRunController::roundsOfAnOlderRunNeverAppear() {
    Bench bench;
    bench.script->rounds = 100'000;
    bench.run();
    QTRY_VERIFY(bench.shown() > 0);
    const std::uint64_t first = bench.log().header().runId;
    bench.script->rounds = 4;
    bench.run();
    QTRY_VERIFY(bench.idle());
    QVERIFY(bench.log().header().runId != first);
    QCOMPARE(bench.shown(), 4);
    for (const Round& round : bench.log().rounds()) QCOMPARE(round.runId, bench.log().header().runId);
    QTest::qWait(150);
    QCOMPARE(bench.shown(), 4);
}

void TestRunController::stopWhileLoadingLeavesNothingLoadedAndNoMessage() {
    Bench bench;
    bench.script->blockLoad = true;
    bench.run();
    QTRY_COMPARE(bench.script->loads.load(), 1);
    emit bench.window.stopRequested();
    QCOMPARE(bench.window.state(), AppState::Stopping);
    QTRY_VERIFY(bench.idle());
    QVERIFY(bench.message().isEmpty());
    QVERIFY(!bench.log().hasRun());
    bench.script->blockLoad = false;
    bench.run();
    QTRY_VERIFY(bench.idle());
    QCOMPARE(bench.script->loads.load(), 2);
    QCOMPARE(bench.shown(), 5);
}

void TestRunController::stopKeepsWhatWasGenerated() {
    Bench bench;
    bench.script->blockRun = true;
    bench.run();
    QTRY_COMPARE(bench.shown(), 1);
    emit bench.window.stopRequested();
    QTRY_VERIFY(bench.idle());
    QCOMPARE(bench.shown(), 1);
    QCOMPARE(bench.log().finishReason(), Finish::Cancelled);
}

void TestRunController::aFailureShowsItsMessageAndKeepsTheText() {
    Bench bench;
    bench.script->failAt = 3;
    bench.run();
    QTRY_VERIFY(bench.idle());
    QVERIFY2(bench.message().contains(QStringLiteral("the fake run failed as asked")),
             qPrintable(bench.message()));
    QCOMPARE(bench.shown(), 3);
    QCOMPARE(bench.log().finishReason(), Finish::Cancelled);
}

void TestRunController::aFailedLoadIsReportedAndTheOldTextStays() {
    Bench bench;
    bench.run();
    QTRY_VERIFY(bench.idle());
    bench.script->failLoad = true;
    bench.run("missing");
    QTRY_VERIFY(bench.idle());
    QVERIFY2(bench.message().contains(QStringLiteral("missing: no such model")), qPrintable(bench.message()));
    QCOMPARE(bench.shown(), 5);
    QCOMPARE(bench.log().finishReason(), Finish::Length);
}

void TestRunController::paceReleasesRoundsInOrderAndSlowly() {
    Bench bench;
    bench.window.setPace({Pace::Kind::Rounds, 10.0});
    QElapsedTimer clock;
    clock.start();
    bench.run();
    QTRY_COMPARE(bench.shown(), 1);
    // The engine is done long before the screen is.
    QTRY_VERIFY(bench.idle());
    QVERIFY(bench.shown() < 5);
    QTRY_COMPARE(bench.shown(), 5);
    QVERIFY2(clock.elapsed() >= 350, qPrintable(QString::number(clock.elapsed())));
    for (int i = 0; i < 5; ++i) QCOMPARE(bench.log().rounds()[static_cast<std::size_t>(i)].index, i);
    QTRY_VERIFY(bench.idle());
}

void TestRunController::stopAtASlowPaceShowsEverythingAtOnce() {
    Bench bench;
    bench.window.setPace({Pace::Kind::Rounds, 1.0});
    bench.script->rounds = 100'000;
    bench.script->roundDelayMs = 1;
    bench.run();
    QTRY_VERIFY(bench.log().rounds().size() > 20);
    QVERIFY(bench.shown() <= 2);
    bench.window.actionSet().stop->trigger();
    QTRY_VERIFY(bench.idle());
    QCOMPARE(bench.shown(), static_cast<int>(bench.log().rounds().size()));
    QCOMPARE(bench.log().finishReason(), Finish::Cancelled);
}

void TestRunController::stepReleasesExactlyOneRound() {
    Bench bench;
    bench.run();
    bench.window.timeline().step();
    for (int wanted = 1; wanted <= 5; ++wanted) {
        QTRY_COMPARE(bench.shown(), wanted);
        QTest::qWait(80);
        QCOMPARE(bench.shown(), wanted);
        if (wanted < 5) bench.window.timeline().step();
    }
    QTRY_VERIFY(bench.idle());
}

void TestRunController::choosingAPaceEndsTheHold() {
    Bench bench;
    bench.run();
    bench.window.timeline().step();
    QTRY_COMPARE(bench.shown(), 1);
    bench.window.timeline().player().resume();
    QTRY_COMPARE(bench.shown(), 5);
    QTRY_VERIFY(bench.idle());
}

void TestRunController::continueGoesOnInTheSameLog() {
    Bench bench;
    bench.run();
    QTRY_VERIFY(bench.idle());
    const std::uint64_t run = bench.log().header().runId;
    emit bench.window.continueRequested(3);
    QTRY_VERIFY(bench.idle() && bench.shown() == 8);
    QCOMPARE(bench.log().header().runId, run);
    QCOMPARE(bench.log().rounds().back().index, 7);
    QCOMPARE(bench.log().finishReason(), Finish::Length);
}

void TestRunController::continueOfAStoredRunIsRefused() {
    Bench bench;
    bench.controller.showRecord(samples::record());
    QTRY_VERIFY(bench.idle());
    emit bench.window.continueRequested(3);
    QVERIFY(!bench.message().isEmpty());
    QVERIFY(bench.idle());
}

void TestRunController::sweepPointsReachTheChart() {
    Bench bench;
    LabRequest request;
    request.engine.target = "a";
    request.drafts = {{"ngram", false}};
    request.suites = {{"creative", {{"p", "Once", false, ""}}}};
    request.temperatures = {0.7};
    request.setups = {{Rule::Token, 0.5, 1, {}}, {Rule::Token, 0.5, 2, {}}};
    request.repeats = 1;
    emit bench.window.labRequested(request);
    QVERIFY(!bench.idle());
    QTRY_VERIFY(bench.idle());
    QTRY_COMPARE(bench.window.charts().sweep().data().whole().size(), std::size_t{3});
}

void TestRunController::costsReachTheChartAndTheFile() {
    Bench bench;
    bench.run();
    QTRY_VERIFY(bench.idle());
    QVERIFY(!bench.window.charts().costs().report());
    // Measured before a run, once.
    bench.script->measures = true;
    bench.run();
    QTRY_VERIFY(bench.idle());
    QVERIFY(bench.window.charts().costs().report());
    QCOMPARE(bench.window.charts().costs().report()->context, 64);
    QVERIFY(bench.controller.shownRecord().probe);
    // Measured again because it was asked for: what is shown and what would be stored.
    EngineOptions engine;
    engine.target = "a";
    emit bench.window.costsRequested(engine);
    QCOMPARE(bench.window.state(), AppState::Measuring);
    QTRY_VERIFY(bench.idle());
    QCOMPARE(bench.window.charts().costs().report()->context, 100);
    QCOMPARE(bench.controller.shownRecord().probe->context, 100);
    bench.run();
    QTRY_VERIFY(bench.idle());
    QCOMPARE(bench.window.charts().costs().report()->context, 100);
    // A stored run brings its own, or none.
    RunRecord stored = samples::record();
    stored.probe = samples::probe();
    stored.probe->context = 7;
    bench.controller.showRecord(stored);
    QCOMPARE(bench.window.charts().costs().report()->context, 7);
    bench.controller.showRecord(samples::record());
    QVERIFY(!bench.window.charts().costs().report());
}

void TestRunController::costsOfAnotherPairAreForgotten() {
    Bench bench;
    bench.script->measures = true;
    bench.run();
    QTRY_VERIFY(bench.idle());
    QVERIFY(bench.window.charts().costs().report());
    bench.script->measures = false;
    bench.run("b");
    QTRY_VERIFY(bench.idle());
    QVERIFY(!bench.window.charts().costs().report());
    QVERIFY(!bench.controller.shownRecord().probe);
}

void TestRunController::aBaselineIsForgottenForAnotherPrompt() {
    Bench bench;
    bench.run();
    QTRY_VERIFY(bench.idle());
    QVERIFY(!bench.hasBaseline());
    RunRequest request;
    request.engine.target = "a";
    request.prompt.text = "Once upon";
    emit bench.window.measurePlainRequested(request);
    QVERIFY(!bench.idle());
    QTRY_VERIFY(bench.idle());
    QVERIFY(bench.hasBaseline());
    bench.run();
    QTRY_VERIFY(bench.idle());
    QVERIFY(bench.hasBaseline());
    request.prompt.text = "Another prompt";
    emit bench.window.runRequested(request);
    QTRY_VERIFY(bench.idle());
    QVERIFY(!bench.hasBaseline());
}

void TestRunController::aSavedRunComesBack() {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("run.json"));
    Bench bench;
    bench.run();
    QTRY_VERIFY(bench.idle());
    emit bench.window.saveSessionRequested(path);
    QTRY_VERIFY(QFile::exists(path));
    const RunRecord stored = readSession(path.toStdString());
    QCOMPARE(stored.rounds.size(), std::size_t{5});
    QCOMPARE(stored.finish, Finish::Length);
    QCOMPARE(stored.text.value_or(""), std::string("the text"));
    QCOMPARE(stored.prompt.text, std::string("Once upon"));

    Bench other;
    emit other.window.openSessionRequested(path);
    QTRY_COMPARE(other.shown(), 5);
    QTRY_VERIFY(other.idle());
    QCOMPARE(other.log().finishReason(), Finish::Length);
    QCOMPARE(sessionText(other.controller.shownRecord()).size(),
             sessionText(stored).size() + 5 * (std::to_string(other.log().header().runId).size() - 1));
}

void TestRunController::aBadSessionFileIsReportedAndChangesNothing() {
    Bench bench;
    bench.run();
    QTRY_VERIFY(bench.idle());
    emit bench.window.openSessionRequested(QStringLiteral("/nowhere/run.json"));
    QTRY_VERIFY(bench.message().contains(QStringLiteral("/nowhere/run.json")));
    QCOMPARE(bench.shown(), 5);
    QVERIFY(bench.idle());
}

void TestRunController::aBranchReadsThePromptAndTheOutputUpToItsRound() {
    Bench bench;
    bench.run();
    QTRY_VERIFY(bench.idle());
    const std::vector<TokenId> output = outputIds({bench.log().rounds().begin(), bench.log().rounds().end()});
    bench.window.timeline().player().showTo(3);
    bench.window.actionSet().timeline.branch->trigger();
    QTRY_VERIFY(bench.log().header().branch);
    QTRY_VERIFY(bench.idle());
    QCOMPARE(*bench.log().header().branch, (Branch{"Once upon", 3, 3}));
    const RunRequest first = bench.script->lastRequest();
    std::vector<TokenId> wanted{1, 2};
    wanted.insert(wanted.end(), output.begin(), output.begin() + 3);
    QCOMPARE(first.prompt.ids, wanted);
    QCOMPARE(first.options.seed, std::uint64_t{0});
    QCOMPARE(bench.script->loads.load(), 1);
    // A branch of the branch counts the output of both.
    bench.window.timeline().player().showTo(2);
    bench.window.actionSet().timeline.branch->trigger();
    QTRY_COMPARE(bench.log().header().branch->tokens, 5);
    QTRY_VERIFY(bench.idle());
    // What is generated next is no branch.
    bench.run();
    QTRY_VERIFY(bench.idle() && !bench.log().header().branch);
    QVERIFY(bench.script->lastRequest().prompt.ids.empty());
}

void TestRunController::aBranchNeedsTheModelsOfItsRun() {
    Bench bench;
    bench.controller.showRecord(samples::record());
    QAction* branch = bench.window.actionSet().timeline.branch;
    QVERIFY(!branch->isEnabled());
    QVERIFY(branch->toolTip().contains(QStringLiteral("not loaded")));
    emit bench.window.loadRequested(samples::record().engine);
    QTRY_VERIFY(bench.idle());
    QVERIFY(branch->isEnabled());
    QVERIFY(!branch->toolTip().contains(QStringLiteral("not loaded")));
    EngineOptions other;
    other.target = "other";
    emit bench.window.loadRequested(other);
    QTRY_VERIFY(bench.idle());
    QVERIFY(!branch->isEnabled());
}

void TestRunController::bookmarksAreStoredWithTheRun() {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("run.json"));
    Bench bench;
    bench.run();
    QTRY_VERIFY(bench.idle());
    bench.log().setBookmark({2, "here", "a note"});
    emit bench.window.saveSessionRequested(path);
    QTRY_VERIFY(QFile::exists(path));
    Bench other;
    emit other.window.openSessionRequested(path);
    QTRY_COMPARE(other.shown(), 5);
    QCOMPARE(other.log().bookmarks(), (std::vector<Bookmark>{{2, "here", "a note"}}));
}

void TestRunController::closingInTheMiddleOfARunDoesNotHang() {
    {
        Bench bench;
        bench.script->rounds = 1'000'000;
        bench.script->roundDelayMs = 1;
        bench.run();
        QTRY_VERIFY(bench.shown() > 0);
        bench.window.close();
    }
    {
        Bench bench;
        bench.script->blockLoad = true;
        bench.run();
        QTRY_COMPARE(bench.script->loads.load(), 1);
    }
    QTest::qWait(50);
}

QTEST_MAIN(TestRunController)
#include "test_run_controller.moc"
