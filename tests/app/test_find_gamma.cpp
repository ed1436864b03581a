// Find my gamma: the window over the worker, driven by mouse and keys, with a made-up engine; and with the
// real one on the bundled tiny pair.
#include <QTest>

#include <QApplication>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSpinBox>
#include <QStandardPaths>
#include <QTableWidget>
#include <QTemporaryDir>

#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/recommend_controller.h"
#include "tests/app/sample_recommendation.h"
#include "tests/app/sample_runs.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/recommend/answer_page.h"
#include "ui/recommend/ask_page.h"
#include "ui/recommend/find_gamma.h"
#include "ui/recommend/recommend_chart.h"
#include "ui/setup/measured_shape.h"
#include "ui/setup/prompt_box.h"
#include "ui/setup/run_form.h"
#include "ui/setup/setup_panel.h"
#include "ui/welcome/welcome_panel.h"

using namespace specula;

namespace {

constexpr int kPatienceMs = 120'000;

/// What the made-up engine does next; read by the worker, changed by the test.
struct Script {
    std::atomic<bool> hold{false};  ///< the search waits for its stop token after the predictions
    std::atomic<bool> plain{false};
    std::atomic<bool> fail{false};
    std::atomic<int> asked{0};  ///< drafts of the last request
    std::atomic<int> seconds{0};
};

class Backend1 final : public Backend {
public:
    explicit Backend1(std::shared_ptr<Script> script) : m_script(std::move(script)) {}

    LoadedPair load(const EngineOptions& options, std::stop_token, const Progress&) override {
        LoadedPair pair;
        pair.target = samples::model();
        pair.draft.kind = options.draft == "none" ? "none" : "feature-head";
        pair.draft.name = options.draft;
        pair.pair.compatible = true;
        pair.instructionSet = "amx";
        return pair;
    }
    std::unique_ptr<ActiveRun> start(const RunRequest&, std::stop_token) override { return nullptr; }
    CompareReport compare(const RunRequest&, std::stop_token, const Progress&) override { return {}; }

    std::vector<DraftCandidate> findDrafts(const EngineOptions&, std::stop_token, const Progress&) override {
        return {{"/models/a head", "head 9M", {}, true, true},
                {"ngram", "n-gram look-up", {}, true, true},
                {"early-exit:3", "early exit after layer 3", "seldom pays", true, false},
                {"/models/other", "other", "its tokenizer differs at id 7", false, false}};
    }
    RecommendReport recommend(const RecommendRequest& request, std::stop_token stop,
                              const std::function<void(const RecommendReport&)>& onReport,
                              const Progress& progress) override {
        m_script->asked = static_cast<int>(request.drafts.size());
        m_script->seconds = static_cast<int>(request.seconds);
        if (m_script->fail) throw Error("the fake search failed as asked");
        RecommendReport report = samples::predictions();
        report.options.sampling = request.options.sampling;
        onReport(report);
        progress(0.25, "measuring 3 contenders, at most 90 s left");
        while (m_script->hold && !stop.stop_requested())
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        if (stop.stop_requested()) {
            report.stopped = report.done = true;
            return report;
        }
        const Sampling sampling = report.options.sampling;
        report = m_script->plain ? samples::nothingGained() : samples::recommendation();
        report.options.sampling = sampling;
        return report;
    }

private:
    std::shared_ptr<Script> m_script;
};

/// The real window over a backend, with a file of defaults of its own.
struct Bench {
    explicit Bench(const EngineWorker::Factory& backend, const QString& path)
        : controller(window, backend), recommendations(window, controller, path.toStdString()) {
        window.setSuites(
            {{QStringLiteral("Stories"), {{"a", "Once", false, ""}, {"b", "One day", false, ""}}}});
        window.setup().setHeadTest([](const std::string& draft) { return draft == "/models/a head"; });
        RunRequest request;
        request.engine.target = "/models/sample";
        request.engine.draft = "ngram";
        request.prompt.text = "Once upon";
        window.setup().setRequest(request);
        window.show();
        controller.load(request.engine);
    }

    bool idle() { return window.state() == AppState::Idle; }
    FindGamma& dialog() { return window.findGamma(); }
    AskPage& questions() { return dialog().questions(); }
    AnswerPage& answer() { return dialog().answer(); }
    RunForm& form() { return window.setup().form(); }
    QString message() { return window.messages().count() > 0 ? window.messages().text() : QString(); }
    void openByKeys() {
        window.activateWindow();
        QTest::keyClick(&window, Qt::Key_F, Qt::ControlModifier | Qt::ShiftModifier);
    }

    MainWindow window;
    RunController controller;
    RecommendController recommendations;
};

struct FakeBench : Bench {
    explicit FakeBench(const QString& path, const std::shared_ptr<Script>& s = std::make_shared<Script>())
        : Bench([s] { return std::make_unique<Backend1>(s); }, path), script(s) {}
    std::shared_ptr<Script> script;
};

}  // namespace

class TestFindGamma : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("specula-test"));
        QCoreApplication::setApplicationName(QStringLiteral("find-gamma"));
    }
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void theWelcomesButtonAndTheShortcutOpenIt() {
        FakeBench bench(path());
        QTRY_VERIFY(bench.idle());
        QVERIFY(!bench.dialog().isVisible());
        bench.openByKeys();
        QTRY_VERIFY(bench.dialog().isVisible());
        QTRY_VERIFY(bench.idle());
        QTest::keyClick(&bench.dialog(), Qt::Key_Escape);
        QVERIFY(!bench.dialog().isVisible());
        bench.window.showWelcome();
        QTest::mouseClick(bench.window.welcome().gammaButton(), Qt::LeftButton);
        QTRY_VERIFY(bench.dialog().isVisible());
    }

    void draftsAreOfferedWithTheReasonWhereTheyCannot() {
        FakeBench bench(path());
        QTRY_VERIFY(bench.idle());
        bench.openByKeys();
        QListWidget* list = bench.questions().drafts();
        QTRY_COMPARE(list->count(), 4);
        QTRY_VERIFY(bench.questions().startButton()->isEnabled());
        QCOMPARE(list->item(0)->checkState(), Qt::Checked);
        QCOMPARE(list->item(2)->checkState(), Qt::Unchecked);
        QVERIFY(!(list->item(3)->flags() & Qt::ItemIsEnabled));
        QVERIFY(list->item(3)->text().contains(QStringLiteral("its tokenizer differs at id 7")));
        QCOMPARE(bench.questions().request().drafts, (std::vector<std::string>{"/models/a head", "ngram"}));
        // Space takes one out.
        list->setFocus();
        list->setCurrentRow(1);
        QTest::keyClick(list, Qt::Key_Space);
        QCOMPARE(bench.questions().request().drafts, (std::vector<std::string>{"/models/a head"}));
        list->setCurrentRow(0);
        QTest::keyClick(list, Qt::Key_Space);
        QVERIFY(!bench.questions().startButton()->isEnabled());
        QVERIFY(!bench.questions().work()->text().isEmpty());
    }

    void predictionsAreShownAtOnceAndMarked() {
        FakeBench bench(path());
        bench.script->hold = true;
        QTRY_VERIFY(bench.idle());
        bench.openByKeys();
        QTRY_VERIFY(bench.questions().startButton()->isEnabled());
        bench.questions().budget()->setCurrentIndex(0);
        QTest::mouseClick(bench.questions().startButton(), Qt::LeftButton);
        QVERIFY(bench.dialog().showsAnswer());
        QVERIFY(bench.answer().running());
        QTRY_COMPARE(bench.answer().report().contenders.size(), std::size_t{6});
        QTRY_COMPARE(bench.answer().chart().predictedPoints(), 6);
        QCOMPARE(bench.answer().chart().measuredPoints(), 0);
        QVERIFY(bench.answer().answer().contains(QStringLiteral("predicted")));
        QVERIFY(bench.answer().chart().finding().contains(QStringLiteral("prediction")));
        QVERIFY(bench.answer().table()->item(0, 2)->text().contains(QStringLiteral("predicted")));
        QTRY_VERIFY(bench.answer().progressText().contains(QStringLiteral("90 s left")));
        QCOMPARE(bench.script->asked.load(), 2);
        QCOMPARE(bench.script->seconds.load(), 30);
        QVERIFY(bench.answer().stopButton()->isVisible());
        QVERIFY(!bench.answer().useButton()->isVisible());
        // Escape stops and does not close.
        QTest::keyClick(&bench.dialog(), Qt::Key_Escape);
        QTRY_VERIFY(bench.idle());
        QTRY_VERIFY(!bench.answer().running());
        QVERIFY(bench.dialog().isVisible());
        QVERIFY2(bench.answer().because().contains(QStringLiteral("Predicted only")),
                 qPrintable(bench.answer().because()));
        QVERIFY(bench.answer().useButton()->isVisible());
    }

    void theAnswerStandsInLargeTypeWithItsReason() {
        FakeBench bench(path());
        QTRY_VERIFY(bench.idle());
        bench.openByKeys();
        QTRY_VERIFY(bench.questions().startButton()->isEnabled());
        bench.questions().startButton()->setFocus();
        QTest::keyClick(bench.questions().startButton(), Qt::Key_Space);
        QTRY_VERIFY(bench.answer().report().done);
        QCOMPARE(bench.answer().answer(),
                 QStringLiteral("Use gamma 3 with head 9M\n1.42×\u00a0(1.36–1.48,\u00a0n\u00a0=\u00a024)"));
        QVERIFY(bench.answer().because().contains(QStringLiteral("above the runner-up")));
        QVERIFY(bench.answer().runnerUp().contains(QStringLiteral("gamma 2 with head 9M, 1.30×")));
        QTRY_COMPARE(bench.answer().chart().measuredPoints(), 3);
        QCOMPARE(bench.answer().table()->rowCount(), 4);  // three measured, and the look-up's best
        QVERIFY(bench.answer().table()->item(3, 3)->text().contains(QStringLiteral("not in reach")));
    }

    void useItSetsTheShapeAndRemembersItForThePair() {
        FakeBench bench(path());
        QTRY_VERIFY(bench.idle());
        bench.openByKeys();
        QTRY_VERIFY(bench.questions().startButton()->isEnabled());
        QTest::mouseClick(bench.questions().startButton(), Qt::LeftButton);
        QTRY_VERIFY(bench.answer().report().done);
        QTRY_VERIFY(bench.idle());
        QVERIFY(bench.answer().useButton()->isVisible());
        bench.answer().useButton()->setFocus();
        QTest::keyClick(bench.answer().useButton(), Qt::Key_Space);
        QVERIFY(!bench.dialog().isVisible());
        QCOMPARE(bench.window.setup().request().engine.draft, std::string("/models/a head"));
        QCOMPARE(bench.window.setup().request().options.gamma, 3);
        QVERIFY(bench.window.setup().request().options.tree.off());
        QTRY_VERIFY(bench.idle());  // the other draft is loaded
        MeasuredShapeButton* offer = bench.form().measuredButton();
        QTRY_VERIFY(offer->isVisibleTo(&bench.form()));
        QVERIFY2(offer->text().contains(QStringLiteral("gamma 3: 1.42× (1.36–1.48)")),
                 qPrintable(offer->text()));
        QVERIFY(bench.form().gamma()->toolTip().contains(QStringLiteral("gamma 3: measured 1.42×")));
        QVERIFY(!offer->isEnabled());  // it is set
        // Auto stays available; the offer leads back.
        bench.form().gamma()->setValue(kGammaAuto);
        QVERIFY(offer->isEnabled());
        QTest::mouseClick(offer, Qt::LeftButton);
        QCOMPARE(bench.window.setup().request().options.gamma, 3);
        // Another temperature is another matter.
        bench.form().temperature()->setValue(0.0);
        QVERIFY(!offer->isVisibleTo(&bench.form()));
        bench.form().temperature()->setValue(0.8);
        QVERIFY(offer->isVisibleTo(&bench.form()));
    }

    void theDefaultIsOfferedWhenThePairIsLoadedAgain() {
        {
            FakeBench bench(path());
            QTRY_VERIFY(bench.idle());
            RecommendReport report = samples::recommendation();
            report.contenders[*report.decision.winner].draft = 1;  // the look-up
            emit bench.window.recommendationTaken(report);
            QVERIFY(bench.form().measuredButton()->isVisibleTo(&bench.form()));
        }
        FakeBench later(path());
        QTRY_VERIFY(later.idle());
        QTRY_VERIFY(later.form().measuredButton()->isVisibleTo(&later.form()));
        QCOMPARE(later.window.setup().request().options.gamma, kGammaAuto);
        later.form().measuredButton()->setFocus();
        QTest::keyClick(later.form().measuredButton(), Qt::Key_Space);
        QCOMPARE(later.window.setup().request().options.gamma, 3);
    }

    void ofAnotherTargetNothingIsTaken() {
        FakeBench bench(path());
        QTRY_VERIFY(bench.idle());
        RecommendReport report = samples::recommendation();
        report.target.path = "/models/another";
        emit bench.window.recommendationTaken(report);
        QVERIFY(bench.message().contains(QStringLiteral("Another target")));
        QCOMPARE(bench.window.setup().request().options.gamma, kGammaAuto);
        QVERIFY(!QFile::exists(path()));
    }

    void wherePlainWinsItIsSaidAndSet() {
        FakeBench bench(path());
        bench.script->plain = true;
        QTRY_VERIFY(bench.idle());
        bench.openByKeys();
        QTRY_VERIFY(bench.questions().startButton()->isEnabled());
        QTest::mouseClick(bench.questions().startButton(), Qt::LeftButton);
        QTRY_VERIFY(bench.answer().report().done);
        QCOMPARE(bench.answer().answer(), QStringLiteral("Use plain decoding"));
        QCOMPARE(bench.answer().because(),
                 QStringLiteral("Nothing is gained here, because the draft costs 0.41 of a target step."));
        QTRY_VERIFY(bench.idle());
        QTest::mouseClick(bench.answer().useButton(), Qt::LeftButton);
        QCOMPARE(bench.window.setup().request().options.gamma, 0);
        QCOMPARE(bench.window.setup().request().engine.draft, std::string("ngram:3"));
    }

    void aFailureIsSaidAndTheQuestionsComeBack() {
        FakeBench bench(path());
        bench.script->fail = true;
        QTRY_VERIFY(bench.idle());
        bench.openByKeys();
        QTRY_VERIFY(bench.questions().startButton()->isEnabled());
        QTest::mouseClick(bench.questions().startButton(), Qt::LeftButton);
        QTRY_VERIFY(bench.idle());
        QVERIFY(bench.message().contains(QStringLiteral("the fake search failed as asked")));
        QTRY_VERIFY(!bench.answer().running());
        QCOMPARE(bench.answer().answer(), QStringLiteral("It ended before the first prediction"));
        QVERIFY(!bench.answer().useButton()->isEnabled());
        QTest::mouseClick(bench.answer().againButton(), Qt::LeftButton);
        QTRY_VERIFY(!bench.dialog().showsAnswer());
    }

    void aBrokenFileOfDefaultsIsWarnedOfOnce() {
        QFile file(path());
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{ broken");
        file.close();
        FakeBench bench(path());
        QTRY_VERIFY(bench.message().contains(QStringLiteral("Measured gammas could not be read")));
        QTRY_VERIFY(bench.idle());
        QVERIFY(!bench.form().measuredButton()->isVisibleTo(&bench.form()));
        QCOMPARE(bench.window.messages().count(), 1);
        bench.form().temperature()->setValue(0.3);
        QCOMPARE(bench.window.messages().count(), 1);
    }

    void theTinyPairIsSearchedByTheRealEngine() {
        const std::string target = bundledModel("tiny-target").value_or("");
        QVERIFY(!target.empty());
        EngineBackend backend;
        EngineOptions engine;
        engine.target = target;
        engine.threads = 1;
        engine.draft = "none";
        const auto candidates = backend.findDrafts(engine, {}, {});
        const auto tiny = std::find_if(candidates.begin(), candidates.end(), [](const auto& candidate) {
            return candidate.draft.ends_with("tiny-draft");
        });
        QVERIFY(tiny != candidates.end() && tiny->usable && tiny->usual);
        const auto head = std::find_if(candidates.begin(), candidates.end(), [](const auto& candidate) {
            return candidate.draft.ends_with("smollm2-135m-head");
        });
        QVERIFY(head != candidates.end() && !head->usable && !head->note.empty());

        RecommendRequest request;
        request.engine = engine;
        request.drafts = {tiny->draft};
        request.prompts = {{"a", "Once upon a time", false, ""}};
        request.options.maxTokens = 12;
        request.options.sampling.temperature = 1.0;
        request.seconds = 2.0;
        Bench bench([] { return std::make_unique<EngineBackend>(); }, path());
        QTRY_VERIFY_WITH_TIMEOUT(bench.idle(), kPatienceMs);  // its own target is not there
        emit bench.window.recommendRequested(request);
        QTRY_VERIFY_WITH_TIMEOUT(bench.answer().report().done, kPatienceMs);
        QCOMPARE(bench.answer().report().contenders.size(), std::size_t{16});
        QVERIFY(!bench.answer().answer().isEmpty());
    }

private:
    QString path() const { return m_folder->filePath(QStringLiteral("defaults.json")); }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_MAIN(TestFindGamma)
#include "test_find_gamma.moc"
