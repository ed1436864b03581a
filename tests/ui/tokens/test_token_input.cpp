#include <QtTest>

#include <QAccessible>
#include <QClipboard>
#include <QHelpEvent>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QStyleFactory>
#include <QToolTip>

#include <memory>

#include "tests/ui/tokens/shown_view.h"
#include "ui/common/token_sentences.h"

using namespace specula;
using namespace specula::test;

namespace {

void helpAt(TokenView& view, QPoint point) {
    QHelpEvent help(QEvent::ToolTip, point, view.viewport()->mapToGlobal(point));
    QCoreApplication::sendEvent(view.viewport(), &help);
}

}  // namespace

class TestTokenInput : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion"))); }

    void theTokenUnderEveryPointIsFound_data() {
        QTest::addColumn<int>("width");
        QTest::newRow("wide") << 900;
        QTest::newRow("narrow") << 220;
    }
    void theTokenUnderEveryPointIsFound() {
        QFETCH(int, width);
        Shown s({width, 400});
        FakeRun run;
        run.rounds = 80;
        play(s.log, run);
        int found = 0;
        for (const TokenRef ref : s.all()) {
            s.view.setCurrent(ref);
            QVERIFY(s.view.current() == ref);
            const QRect rect = s.view.tokenRect(ref);
            QVERIFY2(!rect.isEmpty(), qPrintable(tokenTitle(s.log, ref)));
            QVERIFY2(rect.left() >= 0 && rect.right() <= s.view.viewport()->width(),
                     qPrintable(tokenTitle(s.log, ref)));
            const TokenRef hit = s.view.tokenAt(rect.center());
            // Ghosts that are too many for the line stand as one.
            const bool folded =
                ref.part == TokenRef::Part::Proposal && hit.round == ref.round && hit.part == ref.part;
            QVERIFY2(hit == ref || folded, qPrintable(tokenTitle(s.log, ref)));
            ++found;
        }
        QVERIFY(found > 300);
        QVERIFY(!s.view.tokenAt({-5, -5}).isValid());
    }

    void promptTextIsNoToken() {
        Shown s;
        play(s.log, {});
        s.view.verticalScrollBar()->setValue(0);
        const QRect first = s.view.tokenRect(TokenRef::emitted(0, 0));
        QVERIFY(first.left() > 40);
        QVERIFY(!s.view.tokenAt({20, first.center().y()}).isValid());
    }

    void hiddenGhostsAreNotHit() {
        Shown s({900, 600});
        play(s.log, {});
        s.view.verticalScrollBar()->setValue(0);
        std::vector<QPoint> places;
        for (const TokenRef ref : s.ghosts()) {
            if (s.onScreen(ref)) places.push_back(s.view.tokenRect(ref).center());
        }
        QVERIFY(places.size() > 5);
        QSignalSpy changed(&s.view, &TokenView::ghostsVisibleChanged);
        s.view.setGhostsVisible(false);
        QCOMPARE(changed.count(), 1);
        for (const TokenRef ref : s.ghosts()) QVERIFY(s.view.tokenRect(ref).isEmpty());
        for (int y = 0; y < s.view.viewport()->height(); y += 3) {
            for (int x = 0; x < s.view.viewport()->width(); x += 7) {
                const TokenRef hit = s.view.tokenAt({x, y});
                QVERIFY(!hit.isValid() || hit.part == TokenRef::Part::Emitted);
            }
        }
        s.view.setGhostsVisible(true);
        QVERIFY(s.view.tokenAt(places.front()).part == TokenRef::Part::Proposal);
    }

    void copyNeverTakesGhosts() {
        Shown s;
        play(s.log, {});
        std::string expected;
        for (const Round& round : s.log.rounds()) {
            for (const Emitted& token : round.emitted) expected += token.bytes;
        }
        QTest::keyClick(&s.view, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), QString::fromStdString(expected));
        s.view.copyWithPrompt();
        QCOMPARE(QApplication::clipboard()->text(), QString::fromStdString(s.log.header().prompt + expected));
    }

    void draggingSelectsARangeOfTokensToCopy() {
        Shown s({900, 600});
        FakeRun run;
        run.lineBreaks = false;
        play(s.log, run);
        s.view.verticalScrollBar()->setValue(0);
        const std::size_t from = 2;
        const std::size_t to = 17;
        const QPoint start = s.view.tokenRect(s.log.output()[from]).center();
        const QPoint end = s.view.tokenRect(s.log.output()[to]).center();
        QSignalSpy activated(&s.view, &TokenView::tokenActivated);
        QTest::mousePress(s.view.viewport(), Qt::LeftButton, {}, start);
        QTest::mouseMove(s.view.viewport(), (start + end) / 2);
        QMouseEvent move(QEvent::MouseMove, QPointF(end), s.view.viewport()->mapToGlobal(QPointF(end)),
                         Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(s.view.viewport(), &move);
        QTest::mouseRelease(s.view.viewport(), Qt::LeftButton, {}, end);
        std::string expected;
        for (std::size_t i = from; i <= to; ++i) expected += s.log.bytesOf(s.log.output()[i]);
        QCOMPARE(s.view.copyText(), QString::fromStdString(expected));
        QCOMPARE(activated.count(), 0);
        QTest::keyClick(&s.view, Qt::Key_Escape);
        QVERIFY(!s.view.hasSelection());
    }

    void aClickChoosesTheTokenUnderIt() {
        Shown s({900, 600});
        play(s.log, {});
        s.view.verticalScrollBar()->setValue(0);
        QSignalSpy activated(&s.view, &TokenView::tokenActivated);
        const TokenRef token = s.log.output()[4];
        QTest::mouseClick(s.view.viewport(), Qt::LeftButton, {}, s.view.tokenRect(token).center());
        QCOMPARE(activated.count(), 1);
        QVERIFY(activated[0][0].value<TokenRef>() == token);
        QVERIFY(s.view.current() == token);
        const TokenRef ghost = s.ghosts().front();
        QTest::mouseClick(s.view.viewport(), Qt::LeftButton, {}, s.view.tokenRect(ghost).center());
        QVERIFY(s.view.current() == ghost);
        QTest::mouseClick(s.view.viewport(), Qt::LeftButton, {}, QPoint(2, 2));
        QCOMPARE(activated.count(), 2);
    }

    void arrowKeysWalkEveryTokenAndGhostInOrder() {
        Shown s;
        play(s.log, {});
        QTest::keyClick(&s.view, Qt::Key_Home);
        std::vector<TokenRef> walked{s.view.current()};
        while (true) {
            QTest::keyClick(&s.view, Qt::Key_Right);
            if (s.view.current() == walked.back()) break;
            walked.push_back(s.view.current());
            QVERIFY(s.onScreen(s.view.current()));
        }
        QCOMPARE(walked.size(), s.all().size());
        QVERIFY(walked.back() == s.log.output().back());
        for (std::size_t i = walked.size() - 1; i-- > 0;) {
            QTest::keyClick(&s.view, Qt::Key_Left);
            QVERIFY(s.view.current() == walked[i]);
        }
        QTest::keyClick(&s.view, Qt::Key_End);
        QVERIFY(s.view.current() == s.log.output().back());
    }

    void shiftAndArrowsWalkByRound() {
        Shown s;
        play(s.log, {});
        QTest::keyClick(&s.view, Qt::Key_Home);
        for (int round = 1; round < 6; ++round) {
            QTest::keyClick(&s.view, Qt::Key_Right, Qt::ShiftModifier);
            QCOMPARE(s.view.current().round, round);
        }
        QTest::keyClick(&s.view, Qt::Key_Right);
        const int round = s.view.current().round;
        QTest::keyClick(&s.view, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(s.view.current().round, round == 5 ? 5 : round - 1);
        QTest::keyClick(&s.view, Qt::Key_Left, Qt::ShiftModifier);
        QVERIFY(s.view.current().round < 5);
    }

    void upAndDownMoveByLine() {
        Shown s;
        FakeRun run;
        run.rounds = 60;
        play(s.log, run);
        s.view.setCurrent(s.log.output()[30]);
        const int top = s.view.tokenRect(s.view.current()).top() + s.view.verticalScrollBar()->value();
        QTest::keyClick(&s.view, Qt::Key_Down);
        QVERIFY(s.view.tokenRect(s.view.current()).top() + s.view.verticalScrollBar()->value() > top);
        QTest::keyClick(&s.view, Qt::Key_Up);
        QCOMPARE(s.view.tokenRect(s.view.current()).top() + s.view.verticalScrollBar()->value(), top);
    }

    void theTipSaysWhatHappenedWithTheRoundsNumbers() {
        Shown s({900, 600});
        play(s.log, {});
        s.view.verticalScrollBar()->setValue(0);
        for (const TokenRef ref : {s.log.output()[1], s.ghosts().front()}) {
            helpAt(s.view, s.view.tokenRect(ref).center());
            const QString tip = QToolTip::text();
            QVERIFY2(tip.contains(tokenTitle(s.log, ref).toHtmlEscaped()), qPrintable(tip));
            QVERIFY(tip.contains(tokenSentence(s.log, ref).toHtmlEscaped()));
            QVERIFY(tip.contains(QStringLiteral("id %1").arg(s.log.idOf(ref))));
        }
        const Proposal& proposal = *s.log.proposalAt(s.ghosts().front());
        QVERIFY(QToolTip::text().contains(probabilityText(proposal.pTarget)));
        QVERIFY(QToolTip::text().contains(QString::number(*proposal.coin, 'f', 4)));
        QToolTip::hideText();
    }

    void theViewFollowsTheTextOnlyFromTheBottom() {
        Shown s({400, 260});
        FakeRun run;
        run.rounds = 200;
        std::vector<Round> rounds = fakeRounds(run);
        s.log.begin(fakeHeader(run));
        s.log.append({rounds.begin(), rounds.begin() + 60});
        QScrollBar* bar = s.view.verticalScrollBar();
        QVERIFY(bar->maximum() > 0);
        QCOMPARE(bar->value(), bar->maximum());
        bar->setValue(bar->maximum() / 2);
        const int stay = bar->value();
        s.log.append({rounds.begin() + 60, rounds.begin() + 120});
        QCOMPARE(bar->value(), stay);
        bar->setValue(bar->maximum());
        s.log.append({rounds.begin() + 120, rounds.end()});
        QCOMPARE(bar->value(), bar->maximum());
    }

    void zoomByKeysAndWheelChangesTheText() {
        Shown s;
        play(s.log, {});
        QSignalSpy zoomed(&s.view, &TokenView::textSizeChanged);
        QCOMPARE(s.view.textSize(), 13.0);
        QTest::keyClick(&s.view, Qt::Key_Plus, Qt::ControlModifier);
        QVERIFY(s.view.textSize() > 13.0);
        QTest::keyClick(&s.view, Qt::Key_Minus, Qt::ControlModifier);
        QCOMPARE(s.view.textSize(), 13.0);
        const int height = s.view.tokenRect(TokenRef::emitted(0, 0)).height();
        QWheelEvent wheel(QPointF(50, 50), s.view.mapToGlobal(QPointF(50, 50)), {}, {0, 240}, {},
                          Qt::ControlModifier, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(s.view.viewport(), &wheel);
        QCOMPARE(s.view.textSize(), 15.0);
        QVERIFY(s.view.tokenRect(TokenRef::emitted(0, 0)).height() > height);
        QTest::keyClick(&s.view, Qt::Key_0, Qt::ControlModifier);
        QCOMPARE(s.view.textSize(), 13.0);
        QCOMPARE(zoomed.count(), 5);
    }

    void theCurrentTokenIsSpoken() {
        Shown s;
        play(s.log, {});
        QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(&s.view);
        QVERIFY(spoken);
        QCOMPARE(spoken->text(QAccessible::Name), QStringLiteral("Generated text"));
        QTest::keyClick(&s.view, Qt::Key_Home);
        QString text = spoken->text(QAccessible::Description);
        QVERIFY(text.contains(tokenTitle(s.log, s.view.current())));
        QVERIFY(text.contains(tokenSentence(s.log, s.view.current())));
        QTest::keyClick(&s.view, Qt::Key_Right);
        QVERIFY(spoken->text(QAccessible::Description) != text);
    }

    void theMenuOffersToCopy() {
        Shown s;
        play(s.log, {});
        QContextMenuEvent event(QContextMenuEvent::Mouse, {30, 30},
                                s.view.viewport()->mapToGlobal(QPoint(30, 30)));
        QCoreApplication::sendEvent(s.view.viewport(), &event);
        auto* menu = s.view.findChild<QMenu*>();
        QVERIFY(menu);
        const auto entry = [menu](const char* text) -> QAction* {
            for (QAction* action : menu->actions()) {
                if (action->text() == QLatin1String(text)) return action;
            }
            return nullptr;
        };
        for (const char* text : {"Copy", "Copy all", "Copy with prompt", "Show rejected drafts"})
            QVERIFY2(entry(text), text);
        QVERIFY(!entry("Copy")->isEnabled());
        entry("Copy all")->trigger();
        QCOMPARE(QApplication::clipboard()->text(), s.view.copyText());
        entry("Show rejected drafts")->trigger();
        QVERIFY(!s.view.ghostsVisible());
        menu->close();
    }

    void aNewRunStartsOver() {
        Shown s;
        play(s.log, {});
        s.view.setCurrent(s.log.output()[3]);
        FakeRun next;
        next.runId = 2;
        s.log.begin(fakeHeader(next));
        QVERIFY(!s.view.current().isValid());
        QVERIFY(s.view.copyText().isEmpty());
        s.log.clear();
        QVERIFY(s.view.textWithPrompt().trimmed().isEmpty());
    }

    void theViewOutlivesItsLog() {
        auto log = std::make_unique<RunLog>();
        TokenView view;
        view.setLog(log.get());
        play(*log, {});
        log.reset();
        view.grab();
        QVERIFY(view.copyText().isEmpty());
        QTest::keyClick(&view, Qt::Key_Right);
    }
};

QTEST_MAIN(TestTokenInput)
#include "test_token_input.moc"
