// The race and the recorded first run over the real engine and the bundled tiny pair.
#include <QTest>

#include <QApplication>
#include <QFile>
#include <QPushButton>
#include <QSettings>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <cmath>

#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/first_run.h"
#include "app/race_json.h"
#include "app/run_controller.h"
#include "app/session_file.h"
#include "app/window.h"
#include "engine/trace/error.h"
#include "ui/main_window/message_bar.h"
#include "ui/race/race_lane.h"
#include "ui/race/race_text.h"
#include "ui/race/race_view.h"
#include "ui/setup/setup_panel.h"
#include "ui/welcome/welcome_panel.h"

using namespace specula;

namespace {

constexpr int kPatienceMs = 120'000;

EngineOptions tinyPair() {
    EngineOptions options;
    options.target = bundledModel("tiny-target").value_or("");
    options.draft = bundledModel("tiny-draft").value_or("");
    return options;
}

RunRequest tinyRequest(double temperature) {
    RunRequest request;
    request.engine = tinyPair();
    request.prompt.text = "Once upon a time there was a little";
    request.options.gamma = 3;
    request.options.maxTokens = 48;
    request.options.ignoreEos = true;
    request.options.sampling.temperature = temperature;
    return request;
}

RaceReport raceOf(double temperature, int repeats) {
    EngineBackend backend;
    backend.load(tinyPair(), {}, {});
    return backend.race({tinyRequest(temperature), repeats}, {}, {});
}

double speedOf(const RaceLane& lane) {
    return 1000.0 * static_cast<double>(outputIds(lane.rounds).size()) / lane.rounds.back().times.endMs;
}

void compareRounds(const std::vector<Round>& a, const std::vector<Round>& b) {
    QCOMPARE(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        QCOMPARE(a[i].times.endMs, b[i].times.endMs);
        QCOMPARE(a[i].proposals.size(), b[i].proposals.size());
        for (std::size_t p = 0; p < a[i].proposals.size(); ++p) {
            QCOMPARE(a[i].proposals[p].id, b[i].proposals[p].id);
            QCOMPARE(a[i].proposals[p].verdict, b[i].proposals[p].verdict);
            QCOMPARE(a[i].proposals[p].bytes, b[i].proposals[p].bytes);
        }
        for (std::size_t e = 0; e < a[i].emitted.size(); ++e)
            QCOMPARE(a[i].emitted[e].id, b[i].emitted[e].id);
    }
}

}  // namespace

class TestRace : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("specula-test"));
        QCoreApplication::setApplicationName(QStringLiteral("race"));
        QVERIFY2(bundledModel("tiny-target") && bundledModel("tiny-draft"),
                 "resources/models lacks the tiny pair");
    }

    void aGreedyRaceHasTwoLanesOfOneText() {
        const RaceReport race = raceOf(0.0, 3);
        QCOMPARE(race.figures.speedup.n, 3);
        QCOMPARE(race.figures.sameText, std::optional(true));
        const std::vector<TokenId> plain = outputIds(race.plain.rounds);
        QCOMPARE(plain.size(), std::size_t{48});
        QCOMPARE(plain, outputIds(race.speculative.rounds));
        QCOMPARE(checkTexts(race).same, std::optional(true));
        QCOMPARE(race.plain.rounds.size(), std::size_t{48});  // one pass of the target a token
        QVERIFY(race.speculative.rounds.size() < race.plain.rounds.size());
        QCOMPARE(race.plain.options.gamma, 0);
        QCOMPARE(race.speculative.options.gamma, 3);
        QCOMPARE(race.speculative.options.rule, Rule::Greedy);
        QCOMPARE(race.plain.finish, Finish::Length);
    }

    void theLanesAreMeasuredRunsOnTheEnginesClock() {
        const RaceReport race = raceOf(0.0, 3);
        for (const RaceLane* lane : {&race.plain, &race.speculative}) {
            double before = 0.0;
            for (const Round& round : lane->rounds) {
                QVERIFY(round.times.endMs > before);
                QVERIFY(round.times.draftMs + round.times.verifyMs + round.times.decideMs <=
                        round.times.endMs - before + 1e-6);
                before = round.times.endMs;
                for (const Emitted& token : round.emitted) QVERIFY(!token.bytes.empty());
            }
            QVERIFY(lane->prefillSeconds > 0.0);
        }
        // An odd number of pairs has a median pair, and that is the one that is shown.
        const double shown = speedOf(race.speculative) / speedOf(race.plain);
        QVERIFY2(std::abs(shown / race.figures.speedup.median - 1.0) < 1e-9,
                 qPrintable(QStringLiteral("%1, median %2").arg(shown).arg(race.figures.speedup.median)));
    }

    void aboveZeroTextsNeedNotBeTheSame() {
        const RaceReport race = raceOf(1.0, 1);
        QVERIFY(!race.figures.sameText);
        QVERIFY(!checkTexts(race).same);
        QCOMPARE(race.speculative.options.rule, Rule::Token);
    }

    void aStoppedRaceReturnsEarlyAndEmpty() {
        EngineBackend backend;
        backend.load(tinyPair(), {}, {});
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(backend.race({tinyRequest(0.0), 5}, stop.get_token(), {}).plain.rounds.empty());
    }

    void aSessionKeepsItsRace() {
        const auto race = std::make_shared<RaceReport>(raceOf(0.0, 2));
        RunRecord record = runOf(*race);
        QVERIFY(record.text && !record.text->empty());
        record.race = race;
        const RunRecord back = sessionFromText(sessionText(record), "race.json");
        QVERIFY(back.race != nullptr);
        compareRounds(back.race->plain.rounds, race->plain.rounds);
        compareRounds(back.race->speculative.rounds, race->speculative.rounds);
        QCOMPARE(back.race->figures.speedup.median, race->figures.speedup.median);
        QCOMPARE(back.race->figures.speedup.low, race->figures.speedup.low);
        QCOMPARE(back.race->figures.verdict, race->figures.verdict);
        QCOMPARE(back.race->figures.sameText, race->figures.sameText);
        QCOMPARE(back.race->figures.costs, race->figures.costs);
        QCOMPARE(back.race->promptIds, race->promptIds);
        QCOMPARE(back.race->promptPieces, race->promptPieces);
        QCOMPARE(back.race->target.name, race->target.name);
        QCOMPARE(raceConditions(*back.race), raceConditions(*race));
    }

    void aRaceWithItsTimesOutOfOrderIsRefused() {
        auto race = std::make_shared<RaceReport>(raceOf(0.0, 1));
        race->plain.rounds[3].times.endMs = 0.0;
        RunRecord record = runOf(*race);
        record.race = race;
        QVERIFY_THROWS_EXCEPTION(Error, sessionFromText(sessionText(record), "race.json"));
    }

    void aClickRacesInTheWindowAndTheFileShowsItAgain() {
        const QTemporaryDir folder;
        const QString file = folder.filePath(QStringLiteral("race.json"));
        QString verdict;
        {
            MainWindow window;
            RunController controller(window, [] { return std::make_unique<EngineBackend>(); });
            window.setup().setRequest(tinyRequest(0.7));
            window.show();
            window.setPage(MainPage::Race);
            RaceView& view = window.race();
            QTest::mouseClick(view.raceButton(), Qt::LeftButton);
            QVERIFY(view.isRunning());
            QTRY_VERIFY_WITH_TIMEOUT(view.report() && window.state() == AppState::Idle, kPatienceMs);
            QVERIFY(view.clock().isRunning());
            QCOMPARE(window.page(), MainPage::Race);
            QCOMPARE(view.report()->figures.speedup.n, 5);
            verdict = view.verdict();
            emit window.saveSessionRequested(file);
            QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(file), kPatienceMs);
        }
        MainWindow window;
        RunController controller(window, [] { return std::unique_ptr<Backend>(); });
        window.show();
        emit window.openSessionRequested(file);
        QTRY_VERIFY_WITH_TIMEOUT(window.race().report() != nullptr, kPatienceMs);
        QCOMPARE(window.race().verdict(), verdict);
        QVERIFY(!window.race().clock().isRunning());
        QCOMPARE(window.runLog().rounds().size(), window.race().report()->speculative.rounds.size());
    }

    void aCancelledRaceLeavesTheWindowReady() {
        MainWindow window;
        RunController controller(window, [] { return std::make_unique<EngineBackend>(); });
        RunRequest request = tinyRequest(0.0);
        request.options.maxTokens = 400;
        window.setup().setRequest(request);
        window.show();
        window.setPage(MainPage::Race);
        QTest::mouseClick(window.race().raceButton(), Qt::LeftButton);
        QTest::qWait(300);
        QTest::mouseClick(window.race().cancelButton(), Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(window.state() == AppState::Idle, kPatienceMs);
        QVERIFY(!window.race().report());
        QVERIFY(window.race().raceButton()->isEnabled());
        QVERIFY(!window.messages().isVisible());
    }

    void theRecordedRunIsSmallWholeAndJudgedAsItSays() {
        QFile file(QStringLiteral(":/sessions/first-run.json"));
        QVERIFY(file.exists());
        QVERIFY(file.size() < 300'000);
        const RunRecord record = firstRun();
        QCOMPARE(record.options.sampling.temperature, 1.0);
        QCOMPARE(record.engine, tinyPair());
        long rejected = 0;
        for (const Round& round : record.rounds) {
            for (const Proposal& proposal : round.proposals) {
                QVERIFY(proposal.rows);
                if (!proposal.coin) continue;
                QCOMPARE(proposal.verdict == Verdict::Accepted,
                         *proposal.coin * proposal.pDraft < proposal.pTarget);
                rejected += proposal.verdict == Verdict::Rejected;
            }
        }
        QVERIFY(rejected > 3);
    }

    void aFirstStartShowsItWithoutTouchingTheSetup() {
        MainWindow window;
        RunController controller(window, [] { return std::unique_ptr<Backend>(); });
        fillWindow(window);
        const RunRequest before = tinyRequest(0.7);
        window.setup().setRequest(before);
        window.show();
        controller.showFirstRun();
        QVERIFY(window.welcome().isVisible());
        QVERIFY(window.welcome().rejection().isValid());
        QVERIFY(!window.messages().isVisible());
        QCOMPARE(window.state(), AppState::Idle);
        QCOMPARE(window.setup().request().prompt.text, before.prompt.text);
        QTRY_VERIFY(window.runLog().playhead() >= 2);
        QVERIFY(window.runLog().playhead() < static_cast<int>(window.runLog().rounds().size()));
    }

    void theRunGoesOnPlayingWhileThePairLoads() {
        MainWindow window;
        RunController controller(window, [] { return std::make_unique<EngineBackend>(); });
        window.setup().setRequest(tinyRequest(0.7));
        window.show();
        controller.showFirstRun();
        controller.load(tinyPair());
        QTRY_VERIFY_WITH_TIMEOUT(window.state() == AppState::Idle, kPatienceMs);
        QVERIFY(window.welcome().isVisible());
        QVERIFY(window.welcome().ready().startsWith(QStringLiteral("Tiny pair ready")));
        QVERIFY(window.runLog().playhead() < static_cast<int>(window.runLog().rounds().size()));
    }
};

QTEST_MAIN(TestRace)
#include "test_race.moc"
