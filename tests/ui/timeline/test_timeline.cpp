#include <QTest>

#include <QAction>
#include <QDialogButtonBox>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QToolButton>

#include "tests/ui/main_window/window_fixture.h"
#include "tests/ui/pictures.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/run_charts.h"
#include "ui/inspector/inspector.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/status_panel.h"
#include "ui/timeline/bookmark_dialog.h"
#include "ui/timeline/timeline_painter.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/timeline/timeline_strip.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

/// The timeline in the real window, by mouse and keys.
class TestTimeline : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { useOwnSettings(m_folder); }

    void init() {
        QSettings().clear();
        m_window = loadedWindow();
        m_window->resize(1366, 768);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }

    void cleanup() { m_window.reset(); }

    // ---- cells

    void cellsCountWhatHappened() {
        FakeRun run;
        run.rounds = 50;
        TimelineCells cells;
        Totals totals;
        for (const Round& round : fakeRounds(run)) {
            cells.add(round);
            totals.add(round);
        }
        const TimelineCell mean = cells.mean(0, 50);
        QCOMPARE(std::lround(50 * mean.accepted), totals.accepted);
        QCOMPARE(std::lround(50 * mean.resampled), totals.resampled);
        QCOMPARE(std::lround(50 * mean.bonus), totals.bonus);
        QCOMPARE(std::lround(50 * mean.rejected), totals.rejected);
        QCOMPARE(std::lround(50 * mean.discarded), totals.discarded);
        QCOMPARE(cells.mostEmitted(), 5);
    }

    void everyPointOfTheStripIsOfOneRound() {
        for (const int rounds : {1, 7, 40, 900, 2000, 66'000}) {
            const TimelineScale scale{1000.0, rounds};
            QVERIFY(scale.cellWidth() <= TimelineScale::kWidest);
            for (int i = 0; i < rounds; i += std::max(1, rounds / 500))
                QCOMPARE(scale.roundAt(scale.leftOf(i) + scale.cellWidth() / 2), i);
            QCOMPARE(scale.roundAt(-5), 0);
            QCOMPARE(scale.roundAt(5000), rounds - 1);
        }
        QCOMPARE((TimelineScale{1000.0, 0}.roundAt(10)), -1);
    }

    void aTallerCellIsARoundOfMoreTokens() {
        startRun(40);
        const QImage image = strip().grab().toImage().convertToFormat(QImage::Format_RGB32);
        const QRgb ground = image.pixel(image.width() - 10, 20);
        const auto inkAbove = [&](int round) {
            const QRectF cell = strip().cellRect(round);
            int ink = 0;
            for (int y = static_cast<int>(cell.top()) + 1; y < cell.bottom() - cell.height() * 0.32; ++y)
                ink += image.pixel(static_cast<int>(cell.center().x()) - 4, y) != ground;
            return ink;
        };
        const auto& rounds = log().rounds();
        for (std::size_t a = 0; a < 40; ++a) {
            for (std::size_t b = 0; b < a; ++b) {
                if (rounds[a].emitted.size() > rounds[b].emitted.size())
                    QVERIFY(inkAbove(static_cast<int>(a)) > inkAbove(static_cast<int>(b)));
            }
        }
    }

    // ---- scrubbing

    void draggingShowsTheWholeWindowAtThatInstant() {
        startRun(40);
        QTest::mousePress(&strip(), Qt::LeftButton, {}, strip().cellRect(30).center().toPoint());
        QTest::mouseMove(&strip(), strip().cellRect(20).center().toPoint());
        dragTo(11);
        QTest::mouseRelease(&strip(), Qt::LeftButton, {}, strip().cellRect(11).center().toPoint());
        QCOMPARE(log().playhead(), 12);
        compareWithRunOf(12);
        // The inspector is where the playhead is.
        QTRY_COMPARE(m_window->inspector().current().round, 11);
        QCOMPARE(m_window->tokenView().current().round, 11);
        dragTo(25);
        compareWithRunOf(26);
    }

    void theStartShowsThePromptAlone() {
        startRun(40);
        strip().setFocus();
        QTest::keyClick(&strip(), Qt::Key_Home);
        QCOMPARE(log().playhead(), 0);
        QVERIFY(m_window->tokenView().copyText().isEmpty());
        QVERIFY(m_window->statusPanel().rateText().isEmpty());
        QVERIFY(m_window->inspector().title().isEmpty());
        QVERIFY(m_window->tokenView().tokenRect(TokenRef::emitted(0, 0)).isValid());
        QVERIFY(!m_window->tokenView()
                     .tokenAt(m_window->tokenView().tokenRect(TokenRef::emitted(0, 0)).center())
                     .isValid());
    }

    void keysMoveThePlayhead() {
        startRun(40);
        strip().setFocus();
        QTest::keyClick(&strip(), Qt::Key_Left);
        QCOMPARE(log().playhead(), 39);
        QTest::keyClick(&strip(), Qt::Key_PageUp);
        QCOMPARE(log().playhead(), 29);
        QTest::keyClick(&strip(), Qt::Key_Right);
        QCOMPARE(log().playhead(), 30);
        QTest::keyClick(&strip(), Qt::Key_Home);
        QTest::keyClick(&strip(), Qt::Key_Left);
        QCOMPARE(log().playhead(), 0);
        QTest::keyClick(&strip(), Qt::Key_End);
        QCOMPARE(log().playhead(), 40);
        QVERIFY(log().followsEnd());
        QTest::keyClick(&strip(), Qt::Key_Right);
        QCOMPARE(log().playhead(), 40);
    }

    void spacePlaysAndPauses() {
        startRun(40);
        m_window->setPace({Pace::Kind::Rounds, 10.0});
        strip().setFocus();
        QTest::keyClick(&strip(), Qt::Key_Home);
        QTest::keyClick(&strip(), Qt::Key_Space);
        QVERIFY(log().playhead() >= 1);
        QTRY_VERIFY(log().playhead() >= 4);
        QTest::keyClick(&strip(), Qt::Key_Space);
        const int held = log().playhead();
        QTest::qWait(250);
        QCOMPARE(log().playhead(), held);
    }

    void roundsThatComeWhileScrubbedWaitForLive() {
        FakeRun run;
        run.rounds = 40;
        const std::vector<Round> rounds = fakeRounds(run);
        log().begin(fakeHeader(run));
        log().append({rounds.begin(), rounds.begin() + 20});
        dragTo(4);
        log().append({rounds.begin() + 20, rounds.end()});
        QCOMPARE(log().playhead(), 5);
        compareWithRunOf(5);
        QAction* live = m_window->actionSet().timeline.live;
        QVERIFY(live->isEnabled());
        live->trigger();
        compareWithRunOf(40);
        QVERIFY(!live->isEnabled());
    }

    void thePositionIsSaid() {
        startRun(40);
        dragTo(6);
        const QString text = m_window->timeline().positionText();
        QVERIFY2(text.startsWith(QStringLiteral("Round 7 of 40")), qPrintable(text));
        m_window->setPace({Pace::Kind::Clock, 20.0});
        dragTo(7);
        QVERIFY(m_window->timeline().positionText().contains(QStringLiteral("20 times slower")));
    }

    // ---- bookmarks

    void aBookmarkIsSetFoundEditedAndRemoved() {
        startRun(40);
        strip().setFocus();
        for (const int round : {30, 10, 20}) {
            dragTo(round);
            QTest::keyClick(&strip(), Qt::Key_B);
        }
        QCOMPARE(roundsOfBookmarks(), (std::vector<int>{10, 20, 30}));
        QTest::keyClick(&strip(), Qt::Key_Home);
        for (const int round : {10, 20, 30, 30}) {
            QTest::keyClick(m_window.get(), Qt::Key_PageDown, Qt::AltModifier);
            QCOMPARE(log().playhead(), round + 1);
        }
        QTest::keyClick(&strip(), Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(log().playhead(), 21);
        // The same key removes one that nobody wrote anything to.
        QTest::keyClick(&strip(), Qt::Key_B);
        QCOMPARE(roundsOfBookmarks(), (std::vector<int>{10, 30}));

        QTest::mouseDClick(&strip(), Qt::LeftButton, {}, strip().cellRect(10).center().toPoint());
        auto* dialog = m_window->findChild<BookmarkDialog*>();
        QVERIFY(dialog);
        dialog->findChild<QLineEdit*>()->setText(QStringLiteral("a name"));
        dialog->findChild<QPlainTextEdit*>()->setPlainText(QStringLiteral("a note"));
        dialog->findChild<QDialogButtonBox*>()->button(QDialogButtonBox::Ok)->click();
        QCOMPARE(*log().bookmarkAt(10), (Bookmark{10, "a name", "a note"}));
        QMenu* menu = m_window->actionSet().bookmarkMenu();
        QCOMPARE(menu->actions().size(), 2);
        QVERIFY(menu->actions().first()->text().contains(QStringLiteral("a name")));
        menu->actions().last()->trigger();
        QCOMPARE(log().playhead(), 31);
    }

    void aNoteIsNotLostAtOneKey() {
        startRun(40);
        log().setBookmark({5, "mine", "words"});
        dragTo(5);
        strip().setFocus();
        QTest::keyClick(&strip(), Qt::Key_B);
        QVERIFY(log().bookmarkAt(5));
        auto* dialog = m_window->findChild<BookmarkDialog*>();
        QVERIFY(dialog);
        for (QPushButton* button : dialog->findChildren<QPushButton*>()) {
            if (button->text().contains(QStringLiteral("Remove"))) button->click();
        }
        QVERIFY(!log().bookmarkAt(5));
    }

    void aNewRunHasNoBookmarks() {
        startRun(10);
        log().setBookmark({5, "x", ""});
        startRun(12);
        QVERIFY(log().bookmarks().empty());
        QVERIFY(!m_window->actionSet().bookmarkMenu()->isEnabled());
    }

    // ---- branch

    void branchIsAskedForWhereThePlayheadIs() {
        startRun(40);
        QSignalSpy branch(m_window.get(), &MainWindow::branchRequested);
        dragTo(8);
        QTest::keyClick(m_window.get(), Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(branch.size(), 1);
        QCOMPARE(branch.first().first().toInt(), 9);
        m_window->setBranchRefused(QStringLiteral("The models are not loaded."));
        QTest::keyClick(m_window.get(), Qt::Key_B, Qt::ControlModifier | Qt::ShiftModifier);
        QCOMPARE(branch.size(), 1);
        QVERIFY(m_window->actionSet().timeline.branch->toolTip().contains(QStringLiteral("not loaded")));
    }

    void theTextsMenuOffersItsRound() {
        startRun(40);
        TokenView& tokens = m_window->tokenView();
        QSignalSpy branch(m_window.get(), &MainWindow::branchRequested);
        const TokenRef token = TokenRef::emitted(39, 0);
        QContextMenuEvent event(QContextMenuEvent::Mouse, tokens.tokenRect(token).center(),
                                tokens.viewport()->mapToGlobal(tokens.tokenRect(token).center()));
        QApplication::sendEvent(tokens.viewport(), &event);
        auto* menu = tokens.findChild<QMenu*>();
        QVERIFY(menu);
        const QList<QAction*> entries = menu->actions();
        const auto found = std::find_if(entries.begin(), entries.end(), [](const QAction* entry) {
            return entry->text() == QStringLiteral("Branch after round 40");
        });
        QVERIFY(found != entries.end());
        (*found)->trigger();
        QCOMPARE(branch.first().first().toInt(), 40);
        menu->close();
    }

    void pictures() {
        if (qEnvironmentVariableIsEmpty("SPECULA_PICTURES")) QSKIP("SPECULA_PICTURES names no folder");
        for (const bool dark : {false, true}) {
            m_window->setTheme(dark ? ThemeChoice::Dark : ThemeChoice::Light);
            for (const QSize size : {QSize(1366, 768), QSize(3840, 2160)}) {
                m_window->resize(size);
                for (const int rounds : {0, 1, 40, 2000}) {
                    m_window->runLog().clear();
                    if (rounds > 0) startRun(rounds);
                    if (rounds > 1) {
                        log().setBookmark({rounds / 4, "where it went wrong", "look at the residual"});
                        log().setBookmark({rounds * 4 / 5, "Round", ""});
                        dragTo(rounds * 2 / 3);
                    }
                    QTest::qWait(500);
                    savePicture(*m_window, QStringLiteral("timeline-%1-%2-%3")
                                               .arg(rounds)
                                               .arg(size.width())
                                               .arg(dark ? QStringLiteral("dark") : QStringLiteral("light")));
                }
            }
        }
        m_window->setTheme(ThemeChoice::Light);
    }

private:
    RunLog& log() { return m_window->runLog(); }
    TimelineStrip& strip() { return m_window->timeline().strip(); }

    void startRun(int rounds) {
        FakeRun run;
        run.rounds = rounds;
        play(log(), run);
        QTest::qWait(20);
    }

    void dragTo(int round) {
        QTest::mouseClick(&strip(), Qt::LeftButton, {}, strip().cellRect(round).center().toPoint());
    }

    std::vector<int> roundsOfBookmarks() {
        std::vector<int> rounds;
        for (const Bookmark& mark : log().bookmarks()) rounds.push_back(mark.round);
        return rounds;
    }

    /// All that is shown is what a run of these many rounds would show.
    void compareWithRunOf(int rounds) {
        RunLog shorter;
        FakeRun run;
        run.rounds = rounds;
        play(shorter, run);
        LiveCharts charts;
        charts.setLog(&shorter);
        StatusPanel status;
        status.setTotals(shorter.totals());
        TokenView tokens;
        tokens.setLog(&shorter);
        QCOMPARE(m_window->tokenView().copyText(), tokens.copyText());
        QCOMPARE(m_window->statusPanel().rateText(), status.rateText());
        QCOMPARE(m_window->statusPanel().alphaText(), status.alphaText());
        QCOMPARE(m_window->statusPanel().roundText(), status.roundText());
        charts.resize(900, 200);
        charts.show();
        QTest::qWait(350);  // charts draw at most five times a second
        QCOMPARE(m_window->charts().acceptance().finding(), charts.acceptance().finding());
        QCOMPARE(m_window->charts().rate().finding(), charts.rate().finding());
        QCOMPARE(m_window->charts().emission().finding(), charts.emission().finding());
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestTimeline)
#include "test_timeline.moc"
