#include <QTest>

#include <QElapsedTimer>
#include <QSignalSpy>

#include "tests/ui/fake_rounds.h"
#include "ui/timeline/run_player.h"

using namespace specula;
using namespace specula::test;

namespace {

constexpr Pace kFull{Pace::Kind::Full, 0.0};
constexpr Pace kTen{Pace::Kind::Rounds, 10.0};

/// A log with a run of `rounds` rounds that has ended, as whoever begins runs leaves it.
struct Shown {
    explicit Shown(int rounds, Pace pace = kFull) : player(log) {
        FakeRun run;
        run.rounds = rounds;
        made = fakeRounds(run);
        player.setPace(pace);
        log.begin(fakeHeader(run));
        player.start();
    }
    void append(int from, int to) { log.append({made.begin() + from, made.begin() + to}); }
    void appendAll() {
        log.append(made);
        log.finish(1, Finish::Length);
    }

    RunLog log;
    RunPlayer player;
    std::vector<Round> made;
};

}  // namespace

class TestRunPlayer : public QObject {
    Q_OBJECT

private slots:
    void atFullSpeedEverythingIsShownAsItComes() {
        Shown shown(20);
        shown.append(0, 3);
        QCOMPARE(shown.log.playhead(), 3);
        shown.append(3, 20);
        QCOMPARE(shown.log.playhead(), 20);
        QVERIFY(shown.log.followsEnd());
    }

    void roundsAppearAtThePace() {
        Shown shown(6, kTen);
        QElapsedTimer clock;
        clock.start();
        shown.appendAll();
        QCOMPARE(shown.log.playhead(), 1);
        QVERIFY(shown.player.isPlaying());
        QTRY_COMPARE(shown.log.playhead(), 6);
        QVERIFY2(clock.elapsed() >= 450, qPrintable(QString::number(clock.elapsed())));
        QVERIFY(!shown.player.isPlaying());
    }

    void thePaceGoesOnWhenMoreRoundsComeLater() {
        Shown shown(6, kTen);
        shown.append(0, 2);
        QTRY_COMPARE(shown.log.playhead(), 2);
        QVERIFY(shown.player.isPlaying());  // the run has not ended
        QTest::qWait(300);
        shown.append(2, 6);
        // Late rounds are not made up for in a burst.
        QVERIFY(shown.log.playhead() <= 4);
        QTRY_COMPARE(shown.log.playhead(), 6);
    }

    void theEnginesClockIsSlowedByTheFactor() {
        // Rounds of 15.8 ms; 10 times slower, 4 of them take 0.63 s.
        Shown shown(4, {Pace::Kind::Clock, 10.0});
        QElapsedTimer clock;
        clock.start();
        shown.appendAll();
        QCOMPARE(shown.log.playhead(), 0);
        QTRY_COMPARE(shown.log.playhead(), 4);
        const double due = 10.0 * shown.made.back().times.endMs;
        QVERIFY2(static_cast<double>(clock.elapsed()) >= due - 40,
                 qPrintable(QString::number(clock.elapsed())));
    }

    void stepsShowOneRoundEach() {
        Shown shown(5);
        shown.player.step();
        QCOMPARE(shown.log.playhead(), 0);
        shown.append(0, 4);
        QCOMPARE(shown.log.playhead(), 1);  // asked for before it came
        shown.player.step();
        QCOMPARE(shown.log.playhead(), 2);
        QVERIFY(shown.player.isStepping());
        QVERIFY(!shown.player.isPlaying());
        shown.append(4, 5);
        QCOMPARE(shown.log.playhead(), 2);
        shown.player.resume();
        QCOMPARE(shown.log.playhead(), 5);
        QVERIFY(!shown.player.isStepping());
    }

    void aStepAskedForBeforeTheRunHoldsTheRun() {
        Shown shown(5);
        shown.appendAll();
        shown.player.step();
        FakeRun next;
        next.runId = 2;
        next.rounds = 3;
        shown.log.begin(fakeHeader(next));
        shown.player.start();
        shown.log.append(fakeRounds(next));
        QCOMPARE(shown.log.playhead(), 1);
        // A run that is not asked for by a step is not held.
        shown.player.forgetSteps();
        next.runId = 3;
        shown.log.begin(fakeHeader(next));
        shown.player.start();
        shown.log.append(fakeRounds(next));
        QCOMPARE(shown.log.playhead(), 3);
    }

    void scrubbingHoldsAndTheEndFollows() {
        Shown shown(10);
        shown.append(0, 6);
        shown.player.showTo(2);
        QCOMPARE(shown.log.playhead(), 2);
        shown.append(6, 8);
        QCOMPARE(shown.log.playhead(), 2);
        shown.player.showTo(8);
        QVERIFY(shown.log.followsEnd());
        shown.append(8, 10);
        QCOMPARE(shown.log.playhead(), 10);
    }

    void scrubbingWhilePlayingPauses() {
        Shown shown(40, kTen);
        shown.appendAll();
        shown.player.showTo(5);
        QVERIFY(!shown.player.isPlaying());
        QTest::qWait(250);
        QCOMPARE(shown.log.playhead(), 5);
        shown.player.toggle();
        QTRY_VERIFY(shown.log.playhead() >= 7);
        shown.player.toggle();
        const int held = shown.log.playhead();
        QTest::qWait(250);
        QCOMPARE(shown.log.playhead(), held);
    }

    void liveReturnsToTheEnd() {
        Shown shown(40, kTen);
        shown.append(0, 20);
        shown.player.showTo(3);
        shown.player.showAll();
        QCOMPARE(shown.log.playhead(), 20);
        shown.append(20, 40);
        QCOMPARE(shown.log.playhead(), 40);
    }

    void aRunShownToItsEndPlaysFromTheStart() {
        Shown shown(3000);
        shown.appendAll();
        QVERIFY(!shown.player.isPlaying());
        QSignalSpy moved(&shown.log, &RunLog::playheadMoved);
        shown.player.play();
        QVERIFY(shown.log.playhead() < 100);
        QTRY_COMPARE_WITH_TIMEOUT(shown.log.playhead(), 3000, 15000);
        QVERIFY2(moved.size() > 20, qPrintable(QString::number(moved.size())));
        QVERIFY(!shown.player.isPlaying());
    }

    void anEmptyLogPlaysNothing() {
        RunLog log;
        RunPlayer player(log);
        player.play();
        player.step();
        player.showTo(3);
        player.pause();
        player.toggle();
        QCOMPARE(log.playhead(), 0);
        QVERIFY(!player.isPlaying());
    }
};

QTEST_MAIN(TestRunPlayer)
#include "test_run_player.moc"
