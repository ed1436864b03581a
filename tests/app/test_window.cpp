#include <QTest>

#include <QApplication>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <atomic>
#include <vector>

#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/run_controller.h"
#include "app/session_file.h"
#include "app/window.h"
#include "engine/trace/error.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/run_log.h"
#include "ui/inspector/inspector.h"
#include "ui/main_window/message_bar.h"
#include "ui/main_window/status_panel.h"
#include "ui/setup/setup_panel.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/timeline/timeline_strip.h"
#include "ui/tokens/token_view.h"

using namespace specula;

namespace {

constexpr int kPatienceMs = 60'000;

/// The program's window over the real engine and the bundled tiny pair.
struct Bench {
    Bench() : controller(window, [] { return std::make_unique<EngineBackend>(); }) {
        fillWindow(window);
        request.engine.target = bundledModel("tiny-target").value_or("");
        request.engine.draft = bundledModel("tiny-draft").value_or("");
        request.prompt.text = "Once upon a time there was a little";
        request.options.gamma = 3;
        request.options.maxTokens = 60;
        request.options.seed = 4;
        request.options.ignoreEos = true;
        window.setup().setRequest(request);
        window.show();
    }

    RunLog& log() { return window.runLog(); }
    bool idle() { return window.state() == AppState::Idle; }
    bool finished(long tokens) { return idle() && log().totals().emitted() == tokens; }
    QString message() {
        const MessageBar* bar = window.findChild<MessageBar*>();
        return bar->count() > 0 ? bar->text() : QString();
    }
    void pressGenerate() {
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QTest::keyClick(&window, Qt::Key_Return, Qt::ControlModifier);
    }

    RunRequest request;
    MainWindow window;
    RunController controller;
};

/// Everything a person sees of the run at the playhead: the text, what is counted, and the inspected
/// decision.
QString seenAt(MainWindow& window, int rounds) {
    const RunLog& log = window.runLog();
    const Totals totals = log.shownTotals();
    const TokenRef last = log.decisions()[log.shownDecisions() - 1];
    window.inspect(last);
    return QStringLiteral("%1|%2|%3|%4|%5|%6|%7|%8")
        .arg(rounds)
        .arg(window.tokenView().copyText(), window.timeline().positionText())
        .arg(totals.accepted)
        .arg(totals.judged)
        .arg(totals.decodeMs)
        .arg(window.inspector().title(), window.inspector().sentence());
}

}  // namespace

class TestWindow : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void aKeyPressGeneratesTextWithTheTinyPair();
    void automaticGammaIsMeasuredAndStored();
    void stopInALongPromptComesBackIdle();
    void continueMakesWhatALongerRunWouldHaveMade();
    void aMissingModelIsSaidAndTheNextRunWorks();
    void theBaselineIsMeasuredForTheShownPrompt();
    void aSweepFillsItsChart();
    void closingWhileTheEngineRunsEndsCleanly();
    void theSuitesAndModelsAreOffered();
    void aStoredRunIsReopenedWithoutModelsAndScrubbed();
};

void TestWindow::initTestCase() {
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setOrganizationName(QStringLiteral("specula-test"));
    QCoreApplication::setApplicationName(QStringLiteral("window"));
    QVERIFY2(bundledModel("tiny-target") && bundledModel("tiny-draft"),
             "resources/models lacks the tiny pair");
}

void TestWindow::aKeyPressGeneratesTextWithTheTinyPair() {
    Bench bench;
    bench.pressGenerate();
    QTRY_VERIFY_WITH_TIMEOUT(bench.finished(60), kPatienceMs);
    QVERIFY2(bench.message().isEmpty(), qPrintable(bench.message()));
    const Totals& totals = bench.log().totals();
    QCOMPARE(totals.accepted + totals.resampled + totals.bonus + totals.plain, 60L);
    QVERIFY(totals.drafted > 0);
    QVERIFY(!bench.window.tokenView().copyText().trimmed().isEmpty());
    QCOMPARE(bench.log().finishReason(), Finish::Length);
    QVERIFY(bench.log().rounds()[0].proposals[0].rows.has_value());
}

void TestWindow::automaticGammaIsMeasuredAndStored() {
    Bench bench;
    bench.request.options.gamma = kGammaAuto;
    emit bench.window.runRequested(bench.request);
    QTRY_VERIFY_WITH_TIMEOUT(bench.finished(60), kPatienceMs);
    const auto costs = bench.log().header().options.costs;
    QVERIFY(costs && !costs->v.empty());
    emit bench.window.runRequested(bench.request);
    QTRY_VERIFY_WITH_TIMEOUT(bench.log().header().runId > 1 && bench.finished(60), kPatienceMs);
    QVERIFY(bench.log().header().options.costs == costs);
}

void TestWindow::stopInALongPromptComesBackIdle() {
    Bench bench;
    for (int i = 0; i < 400; ++i) bench.request.prompt.text += " cat";
    emit bench.window.runRequested(bench.request);
    QTRY_VERIFY_WITH_TIMEOUT(bench.window.state() != AppState::Loading, kPatienceMs);
    emit bench.window.stopRequested();
    QTRY_VERIFY_WITH_TIMEOUT(bench.idle(), kPatienceMs);
    QVERIFY2(bench.message().isEmpty(), qPrintable(bench.message()));
}

void TestWindow::continueMakesWhatALongerRunWouldHaveMade() {
    Bench bench;
    bench.request.options.sampling.temperature = 0.0;
    bench.request.options.maxTokens = 30;
    emit bench.window.runRequested(bench.request);
    QTRY_VERIFY_WITH_TIMEOUT(bench.finished(30), kPatienceMs);
    emit bench.window.continueRequested(20);
    QTRY_VERIFY_WITH_TIMEOUT(bench.finished(50), kPatienceMs);
    const std::string continued = bench.log().outputBytes();
    bench.request.options.maxTokens = 50;
    emit bench.window.runRequested(bench.request);
    QTRY_VERIFY_WITH_TIMEOUT(bench.idle() && bench.log().header().options.maxTokens == 50, kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(bench.finished(50), kPatienceMs);
    QCOMPARE(bench.log().outputBytes(), continued);
}

void TestWindow::aMissingModelIsSaidAndTheNextRunWorks() {
    Bench bench;
    RunRequest missing = bench.request;
    missing.engine.target = "/nowhere/model.gguf";
    emit bench.window.runRequested(missing);
    QTRY_VERIFY_WITH_TIMEOUT(bench.message().contains(QStringLiteral("/nowhere/model.gguf")), kPatienceMs);
    QTRY_VERIFY(bench.idle());
    emit bench.window.runRequested(bench.request);
    QTRY_VERIFY_WITH_TIMEOUT(bench.finished(60), kPatienceMs);
}

void TestWindow::theBaselineIsMeasuredForTheShownPrompt() {
    Bench bench;
    bench.pressGenerate();
    QTRY_VERIFY_WITH_TIMEOUT(bench.finished(60), kPatienceMs);
    auto* status = bench.window.findChild<StatusPanel*>();
    QVERIFY(status->speedupText().isEmpty());
    QTest::mouseClick(status->measureButton(), Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(!status->speedupText().isEmpty(), kPatienceMs);
    QTRY_VERIFY_WITH_TIMEOUT(bench.idle(), kPatienceMs);
    QCOMPARE(bench.log().totals().emitted(), 60L);
}

void TestWindow::aSweepFillsItsChart() {
    Bench bench;
    LabRequest sweep;
    sweep.engine = bench.request.engine;
    sweep.drafts = {{bench.request.engine.draft, false}};
    sweep.options = bench.request.options;
    sweep.options.maxTokens = 12;
    sweep.suites = {{"one", {bench.request.prompt}}};
    sweep.suites[0].prompts[0].name = "little";
    sweep.temperatures = {1.0};
    sweep.setups = {{Rule::Token, 0.5, 1, {}}, {Rule::Token, 0.5, 2, {}}};
    sweep.repeats = 2;
    emit bench.window.labRequested(sweep);
    QVERIFY(!bench.idle());
    QTRY_VERIFY_WITH_TIMEOUT(bench.idle(), kPatienceMs);
    QVERIFY2(bench.message().isEmpty(), qPrintable(bench.message()));
    QTRY_COMPARE(bench.window.charts().sweep().data().whole().size(), std::size_t{3});
}

void TestWindow::closingWhileTheEngineRunsEndsCleanly() {
    for (int turn = 0; turn < 3; ++turn) {
        Bench bench;
        bench.request.options.maxTokens = 400;
        emit bench.window.runRequested(bench.request);
        if (turn > 0) QTRY_VERIFY_WITH_TIMEOUT(bench.log().hasRun(), kPatienceMs);
        if (turn > 1) QTRY_VERIFY_WITH_TIMEOUT(!bench.log().rounds().empty(), kPatienceMs);
        bench.window.close();
    }
    QTest::qWait(50);
}

void TestWindow::theSuitesAndModelsAreOffered() {
    Bench bench;
    QVERIFY(bench.window.setup().suites().size() >= 5);
    QVERIFY(knownModels().size() >= 2);
}

void TestWindow::aStoredRunIsReopenedWithoutModelsAndScrubbed() {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("run.json.gz"));
    std::vector<QString> before, after;
    std::string text;
    const auto places = [](const RunLog& log) {
        const int rounds = static_cast<int>(log.rounds().size());
        return std::vector<int>{1, rounds / 3, rounds, rounds / 2};
    };
    {
        Bench bench;
        bench.pressGenerate();
        QTRY_VERIFY_WITH_TIMEOUT(bench.finished(60), kPatienceMs);
        text = bench.log().outputBytes();
        for (const int rounds : places(bench.log())) {
            bench.window.timeline().player().showTo(rounds);
            before.push_back(seenAt(bench.window, rounds));
        }
        bench.controller.saveSession(path);
        QTRY_VERIFY_WITH_TIMEOUT(bench.message().startsWith(QStringLiteral("Saved")), kPatienceMs);
    }

    MainWindow window;
    std::atomic<int> asked = 0;
    RunController controller(window, [&asked]() -> std::unique_ptr<Backend> {
        ++asked;
        throw Error("there are no models here", ErrorKind::Failed);
    });
    window.resize(1366, 768);
    window.show();
    QVERIFY(QTest::qWaitForWindowActive(&window));
    controller.openSession(path);
    QTRY_COMPARE_WITH_TIMEOUT(window.runLog().outputBytes(), text, kPatienceMs);
    QCOMPARE(window.runLog().finishReason(), Finish::Length);
    TimelineStrip& strip = window.timeline().strip();
    const auto middle = [&strip](int rounds) { return strip.cellRect(rounds - 1).center().toPoint(); };
    for (const int rounds : places(window.runLog())) {
        QTest::mousePress(&strip, Qt::LeftButton, {}, middle(rounds == 1 ? 2 : 1));
        QTest::mouseMove(&strip, middle(rounds));
        QTest::mouseRelease(&strip, Qt::LeftButton, {}, middle(rounds));
        QTRY_COMPARE(window.runLog().playhead(), rounds);
        after.push_back(seenAt(window, rounds));
    }
    QCOMPARE(after, before);
    QCOMPARE(asked.load(), 0);
}

QTEST_MAIN(TestWindow)
#include "test_window.moc"
