// The Race page with real keys and clicks.
#include <QtTest>

#include <QComboBox>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QTabBar>

#include "tests/ui/main_window/window_fixture.h"
#include "tests/ui/race/sample_race.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/models/labels.h"
#include "ui/race/race_lane.h"
#include "ui/race/race_text.h"
#include "ui/race/race_view.h"
#include "ui/setup/prompt_box.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

/// Rounds that are over at a moment, counted from the rounds themselves.
int roundsBy(const RaceLane& lane, double ms) {
    return static_cast<int>(std::count_if(lane.rounds.begin(), lane.rounds.end(),
                                          [ms](const Round& round) { return round.times.endMs <= ms; }));
}

}  // namespace

class TestRaceView : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        qRegisterMetaType<RaceRequest>();
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
    }
    void init() {
        QSettings().clear();
        m_window = loadedWindow();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_window->setPage(MainPage::Race);
        m_view = &m_window->race();
    }
    void cleanup() { m_window.reset(); }

    void theTabTheKeyAndTheMenuAgree() {
        auto* bar = m_window->findChild<QTabBar*>();
        QCOMPARE(bar->tabText(bar->currentIndex()), QStringLiteral("Race"));
        QCOMPARE(bar->currentIndex(), 1);
        QVERIFY(m_view->isVisible());
        QTest::keyClick(m_window.get(), Qt::Key_8, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Generate);
        QTest::keyClick(m_window.get(), Qt::Key_8, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Race);
        QVERIFY(m_window->actionSet().showRace->isChecked());
    }

    void withoutARaceNothingPlaysAndAllSaysWhatToDo() {
        QVERIFY(!m_view->playButton()->isEnabled());
        QVERIFY(!m_view->slider()->isEnabled());
        QVERIFY(m_view->verdict().isEmpty());
        QVERIFY(!m_view->textCheck().isVisible());
        QTest::keyClick(m_view, Qt::Key_Space);
        QVERIFY(!m_view->clock().isRunning());
        QVERIFY(m_view->raceButton()->isEnabled());
        QVERIFY(!m_view->cancelButton()->isEnabled());
    }

    void aClickAsksForAGreedyRaceOfTheSetup() {
        QSignalSpy asked(m_window.get(), &MainWindow::raceRequested);
        QTest::keyClick(m_view->repeatsBox(), Qt::Key_Up);
        QTest::mouseClick(m_view->raceButton(), Qt::LeftButton);
        QCOMPARE(asked.size(), 1);
        const auto request = asked.front().front().value<RaceRequest>();
        QCOMPARE(request.repeats, 6);
        QCOMPARE(request.run.options.sampling.temperature, 0.0);
        QCOMPARE(request.run.prompt.text, m_window->setup().request().prompt.text);
        QVERIFY(m_view->isRunning());
        QVERIFY(!m_view->raceButton()->isEnabled());
        QVERIFY(m_view->cancelButton()->isEnabled());
    }

    void theSetupsTemperatureCanBeKept() {
        QSignalSpy asked(m_window.get(), &MainWindow::raceRequested);
        QTest::keyClick(m_view->temperatureChoice(), Qt::Key_Down);
        QVERIFY(!m_view->greedy());
        QTest::mouseClick(m_view->raceButton(), Qt::LeftButton);
        QCOMPARE(asked.front().front().value<RaceRequest>().run.options.sampling.temperature,
                 m_window->setup().request().options.sampling.temperature);
    }

    void plainDoesNotRaceAgainstItself() {
        QSignalSpy asked(m_window.get(), &MainWindow::raceRequested);
        RunRequest request = sampleRequest();
        request.options.gamma = 0;
        m_window->setup().setRequest(request);
        QTest::mouseClick(m_view->raceButton(), Qt::LeftButton);
        QCOMPARE(asked.size(), 0);
        QVERIFY(m_window->messages().text().contains(QStringLiteral("against itself")));
        QVERIFY(!m_view->isRunning());
    }

    void withoutAPromptItSaysSo() {
        QSignalSpy asked(m_window.get(), &MainWindow::raceRequested);
        RunRequest request = sampleRequest();
        request.prompt.text.clear();
        m_window->setup().setRequest(request);
        QTest::mouseClick(m_view->raceButton(), Qt::LeftButton);
        QCOMPARE(asked.size(), 0);
        QVERIFY(m_window->messages().isVisible());
    }

    void progressShowsAndCancelStops() {
        QSignalSpy stopped(m_window.get(), &MainWindow::stopRequested);
        QTest::mouseClick(m_view->raceButton(), Qt::LeftButton);
        m_window->setState(AppState::Measuring);
        m_window->setProgress(0.4, QStringLiteral("about 3 s left"));
        QCOMPARE(m_view->progressText(), QStringLiteral("40 %: about 3 s left"));
        QTest::mouseClick(m_view->cancelButton(), Qt::LeftButton);
        QCOMPARE(stopped.size(), 1);
        m_window->setState(AppState::Idle);
        QVERIFY(!m_view->isRunning());
        QVERIFY(m_view->progressText().isEmpty());
        QVERIFY(m_view->raceButton()->isEnabled());
    }

    void aFinishedRaceShowsItsEndAndItsVerdict() {
        const auto race = showRace();
        QCOMPARE(m_view->verdict(), raceVerdict(race->figures));
        QCOMPARE(m_view->conditions(), raceConditions(*race));
        QCOMPARE(m_view->textCheck().symbol(), Symbol::Yes);
        QCOMPARE(m_view->plain().log().playhead(), static_cast<int>(race->plain.rounds.size()));
        QCOMPARE(m_view->plain().tokens().textWithPrompt(), m_view->speculative().tokens().textWithPrompt());
        QCOMPARE(m_view->plain().track().fraction(), 1.0);
        QVERIFY(m_view->speculative().figures().contains(QStringLiteral("wasted")));
    }

    void plainTakesTwelveSeconds() {
        const auto race = showRace();
        const double plainMs = race->plain.rounds.back().times.endMs;
        QVERIFY(std::abs(m_view->clock().factor() * plainMs - 12000.0) < 1e-6);
        QVERIFY(m_view->clockText().contains(factorWords(12000.0 / plainMs)));
    }

    void atEveryMomentBothLanesShowWhatWasThereThen() {
        const auto race = showRace();
        for (const double share : {0.0, 0.1, 0.37, 0.5, 0.83, 1.0}) {
            const double ms = share * m_view->clock().lengthMs();
            m_view->clock().seek(ms);
            QCOMPARE(m_view->plain().log().playhead(), roundsBy(race->plain, ms));
            QCOMPARE(m_view->speculative().log().playhead(), roundsBy(race->speculative, ms));
            QVERIFY(m_view->clockText().startsWith(secondsText(ms)));
        }
        // The lane that is through keeps its own time.
        m_view->clock().seek(m_view->clock().lengthMs());
        QVERIFY(m_view->speculative().figures().startsWith(
            secondsText(race->speculative.rounds.back().times.endMs)));
    }

    void spacePlaysAndPauses() {
        showRace();
        m_view->speculative().tokens().setFocus();
        QTest::keyClick(&m_view->speculative().tokens(), Qt::Key_Space);
        QVERIFY(m_view->clock().isRunning());
        QVERIFY(m_view->clock().nowMs() < m_view->clock().lengthMs());
        QTRY_VERIFY(m_view->clock().nowMs() > 0.0);
        QTRY_VERIFY(m_view->speculative().log().playhead() > 0);
        QTest::keyClick(&m_view->speculative().tokens(), Qt::Key_Space);
        QVERIFY(!m_view->clock().isRunning());
        const double held = m_view->clock().nowMs();
        QTest::qWait(80);
        QCOMPARE(m_view->clock().nowMs(), held);
    }

    void f9PlaysWhatIsShown() {
        test::play(m_window->runLog(), {});
        RunPlayer& player = m_window->timeline().player();
        player.showTo(1);
        m_window->setPage(MainPage::Race);  // a new run shows its text
        showRace();
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QVERIFY(m_view->clock().isRunning());
        QVERIFY(!player.isPlaying());
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QVERIFY(!m_view->clock().isRunning());
        m_window->setPage(MainPage::Generate);
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QVERIFY(player.isPlaying());
        QVERIFY(!m_view->clock().isRunning());
    }

    void theClockRunsAtTheFactorThatIsPrinted() {
        showRace();
        QElapsedTimer timer;
        timer.start();
        m_view->clock().restart();
        QTRY_VERIFY(timer.elapsed() > 400);
        m_view->clock().pause();
        const double here = static_cast<double>(timer.elapsed());
        const double engine = m_view->clock().nowMs() * m_view->clock().factor();
        QVERIFY2(engine <= here + 1.0 && engine > here - 60.0,
                 qPrintable(QStringLiteral("%1 of %2").arg(engine).arg(here)));
    }

    void backspaceAndRestartBeginAgain() {
        showRace();
        QTest::mouseClick(m_view->restartButton(), Qt::LeftButton);
        QVERIFY(m_view->clock().isRunning());
        QTest::mouseClick(m_view->playButton(), Qt::LeftButton);
        QVERIFY(!m_view->clock().isRunning());
        m_view->clock().seek(50.0);
        QTest::keyClick(&m_view->plain().tokens(), Qt::Key_Backspace);
        QVERIFY(m_view->clock().isRunning());
        QVERIFY(m_view->clock().nowMs() < 50.0);
    }

    void aReplayEndsAndStandsAtTheEnd() {
        showRace(2);
        m_view->clock().seek(m_view->clock().lengthMs() - 0.5);
        m_view->clock().play();
        QTRY_VERIFY(!m_view->clock().isRunning());
        QCOMPARE(m_view->clock().nowMs(), m_view->clock().lengthMs());
        QCOMPARE(m_view->playButton()->accessibleName(), QStringLiteral("Play"));
    }

    void theSliderScrubs() {
        const auto race = showRace();
        m_view->slider()->setFocus();
        QTest::keyClick(m_view->slider(), Qt::Key_Home);
        QCOMPARE(m_view->clock().nowMs(), 0.0);
        QCOMPARE(m_view->plain().log().playhead(), 0);
        QTest::keyClick(m_view->slider(), Qt::Key_PageUp);
        QVERIFY(std::abs(m_view->clock().nowMs() - 0.1 * m_view->clock().lengthMs()) < 1e-6);
        QCOMPARE(m_view->speculative().log().playhead(),
                 roundsBy(race->speculative, m_view->clock().nowMs()));
    }

    void aLossyRaceIsMarkedInItsLane() {
        RaceReport race = sampleRace();
        race.speculative.options.sampling.temperature = 0.7;
        race.speculative.options.rule = Rule::Typical;
        m_view->setReport(std::make_shared<RaceReport>(std::move(race)));
        bool marked = false;
        for (const QLabel* label : m_view->speculative().findChildren<QLabel*>())
            marked = marked || (label->isVisible() && label->text() == QStringLiteral("LOSSY"));
        QVERIFY(marked);
        for (const QLabel* label : m_view->plain().findChildren<QLabel*>())
            QVERIFY(!label->isVisible() || label->text() != QStringLiteral("LOSSY"));
    }

    void aRaceCanBeSavedWithoutARun() {
        QVERIFY(!m_window->actionSet().saveSession->isEnabled());
        showRace();
        m_window->setState(AppState::Idle);
        QVERIFY(m_window->actionSet().saveSession->isEnabled());
    }

    void theLastRaceStaysWhileAnotherIsMeasured() {
        showRace();
        m_view->clock().play();
        QTest::mouseClick(m_view->raceButton(), Qt::LeftButton);
        QVERIFY(!m_view->clock().isRunning());
        QVERIFY(!m_view->verdict().isEmpty());
        QVERIFY(!m_view->playButton()->isEnabled());
        m_window->setState(AppState::Measuring);
        m_window->setState(AppState::Idle);
        QVERIFY(m_view->playButton()->isEnabled());
    }

private:
    std::shared_ptr<const RaceReport> showRace(int rounds = 30) {
        auto race = std::make_shared<RaceReport>(sampleRace(rounds));
        m_view->setReport(race);
        return race;
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
    RaceView* m_view = nullptr;
};

QTEST_MAIN(TestRaceView)
#include "test_race_view.moc"
