// A lesson told on a stand-in for the window, and its card with real clicks and keys.
#include <QtTest>

#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QSettings>
#include <QTemporaryDir>
#include <QToolButton>

#include "tests/ui/fake_rounds.h"
#include "tests/ui/main_window/window_fixture.h"
#include "ui/common/number_text.h"
#include "ui/learn/learn_view.h"
#include "ui/learn/lesson_panel.h"
#include "ui/learn/lesson_player.h"
#include "ui/learn/worksheet.h"

using namespace specula;
using namespace specula::test;

namespace {

class FakeStage : public LessonStage {
public:
    FakeStage() { play(m_log, {}); }

    const RunLog& log() const override { return m_log; }
    void restoreRun() override { ++restored; }
    void showRounds(int rounds) override { shown = rounds; }
    void showToken(TokenRef ref) override { token = ref; }
    void showStep(Step wanted) override { step = wanted; }
    void fill(bool on) override { filled = on; }

    int restored = 0;
    int shown = -1;
    TokenRef token;
    std::optional<Step> step;
    bool filled = false;

private:
    RunLog m_log;
};

LessonCard explain(const char* text, LessonShow show = {}) {
    LessonCard card;
    card.text = QString::fromUtf8(text);
    card.show = show;
    return card;
}

LessonCard predict() {
    LessonCard card;
    card.kind = LessonCard::Kind::Predict;
    card.text = QStringLiteral("Which?");
    card.choices = {QStringLiteral("This"), QStringLiteral("That"), QStringLiteral("{gamma} & more")};
    card.answer = 1;
    card.because = QStringLiteral("It is that.");
    return card;
}

LessonCard tryIt(LessonGoal goal, int number = 0) {
    LessonCard card;
    card.kind = LessonCard::Kind::Try;
    card.text = QStringLiteral("Do it.");
    card.goal = goal;
    card.goalNumber = number;
    card.hint = QStringLiteral("Like this.");
    return card;
}

Lesson sample() {
    Lesson lesson;
    lesson.title = QStringLiteral("A <title>");
    lesson.summary = QStringLiteral("What it is about");
    lesson.minutes = 2;
    LessonShow show;
    show.token = lessonToken(QStringLiteral("first rejected"));
    show.rounds = LessonShow::Rounds::Through;
    show.step = Step::Coin;
    show.fill = true;
    lesson.cards = {explain("Draft {draft}, target {target}, coin {coin}.", show), predict(),
                    tryIt(LessonGoal::CoinKept), tryIt(LessonGoal::RunWithGamma, 8)};
    return lesson;
}

}  // namespace

class TestLessonPlayer : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
    }

    void tokensAreFoundByWhatTheyAre() {
        FakeStage stage;
        const RunLog& log = stage.log();
        const auto find = [&log](const char* words) {
            return findToken(log, *lessonToken(QString::fromLatin1(words)));
        };
        const TokenRef first = find("first rejected"), second = find("second rejected");
        QCOMPARE(log.proposalAt(first)->verdict, Verdict::Rejected);
        QVERIFY(second.round > first.round);
        for (int round = 0; round < first.round; ++round) {
            for (const Proposal& proposal : log.rounds()[static_cast<std::size_t>(round)].proposals)
                QVERIFY(proposal.verdict != Verdict::Rejected);
        }
        QCOMPARE(log.emittedAt(find("last bonus"))->kind, EmitKind::Bonus);
        QCOMPARE(log.emittedAt(find("first resampled"))->kind, EmitKind::Resampled);
        QCOMPARE(find("round 2 place 1"), TokenRef::proposal(1, 0));
        QVERIFY(!find("round 900000 place 1").isValid());
        for (const char* bad : {"", "first", "rejected", "first cat", "sixth rejected", "round 0",
                                "round x place 1", "first rejected token"})
            QVERIFY2(!lessonToken(QString::fromLatin1(bad)), bad);
    }

    void namesInBracesAreTheTokensOwnNumbers() {
        FakeStage stage;
        const RunLog& log = stage.log();
        const TokenRef token = findToken(log, *lessonToken(QStringLiteral("first rejected")));
        const Proposal& proposal = *log.proposalAt(token);
        QCOMPARE(
            filledIn(QStringLiteral("{draft}|{target}|{coin}|{round}|{place}|{gamma}|{rounds}"), log, token),
            QStringLiteral("%1|%2|%3|%4|%5|%6|%7")
                .arg(probabilityText(proposal.pDraft), probabilityText(proposal.pTarget),
                     probabilityText(*proposal.coin))
                .arg(token.round + 1)
                .arg(token.index + 1)
                .arg(log.rounds().front().gamma)
                .arg(log.rounds().size()));
        QCOMPARE(filledIn(QStringLiteral("{draft}"), log, {}), QStringLiteral("?"));
        QCOMPARE(unknownNames(QStringLiteral("{draft} {nonsense} {alpha}")),
                 QStringList{QStringLiteral("nonsense")});
    }

    void aCardMovesTheStage() {
        FakeStage stage;
        LessonPlayer player(stage);
        player.start(sample());
        const TokenRef token = findToken(stage.log(), *lessonToken(QStringLiteral("first rejected")));
        QCOMPARE(stage.shown, token.round + 1);
        QCOMPARE(stage.token, token);
        QCOMPARE(*stage.step, Step::Coin);
        QVERIFY(stage.filled);
    }

    void beforeARoundNothingOfItIsShown() {
        FakeStage stage;
        LessonPlayer player(stage);
        Lesson lesson = sample();
        lesson.cards.front().show.rounds = LessonShow::Rounds::Before;
        stage.filled = true;
        player.start(lesson);
        QCOMPARE(stage.shown, findToken(stage.log(), *lesson.cards.front().show.token).round);
        QVERIFY(!stage.token.isValid());
        QVERIFY(!stage.filled);
    }

    void aPredictionHoldsUntilItIsMadeAndCannotBeChanged() {
        FakeStage stage;
        LessonPlayer player(stage);
        player.start(sample());
        player.next();
        QVERIFY(!player.canGoOn());
        player.next();
        QCOMPARE(player.index(), std::size_t{1});
        player.choose(7);
        QVERIFY(!player.chosen());
        player.choose(0);
        player.choose(1);
        QCOMPARE(*player.chosen(), 0);
        QCOMPARE(player.answered(), 1);
        QCOMPARE(player.right(), 0);
        player.next();
        QCOMPARE(player.index(), std::size_t{2});
    }

    void deedsCountOnlyWhereTheyAreAskedFor() {
        FakeStage stage;
        LessonPlayer player(stage);
        player.start(sample());
        player.coinSupposed(true);
        player.next();
        player.choose(1);
        player.next();
        QVERIFY(!player.isDone());
        player.coinSupposed(false);
        player.tokenSupposed();
        QVERIFY(!player.isDone());
        player.coinSupposed(true);
        QVERIFY(player.isDone());
        player.next();
        player.runEnded(4);
        QVERIFY(!player.isDone());
        player.runEnded(8);
        QVERIFY(player.isDone());
    }

    void anotherRunIsReplacedByTheLessonsOwn() {
        FakeStage stage;
        LessonPlayer player(stage);
        player.start(sample());
        player.next();
        QCOMPARE(stage.restored, 0);
        player.runBegun();
        player.back();
        QCOMPARE(stage.restored, 1);
        player.next();
        QCOMPARE(stage.restored, 1);
    }

    void aLessonOnARunThatLacksItsTokenIsRefused() {
        FakeStage stage;
        Lesson lesson = sample();
        QVERIFY(lessonProblem(lesson, stage.log()).isEmpty());
        lesson.cards.front().show.token = lessonToken(QStringLiteral("first plain"));
        QVERIFY(lessonProblem(lesson, stage.log()).contains(QStringLiteral("Card 1")));
        lesson = sample();
        lesson.cards.front().show.token.reset();
        QVERIFY(lessonProblem(lesson, stage.log()).contains(QStringLiteral("number")));
    }

    void clicksAndKeysGoThroughALesson() {
        FakeStage stage;
        LessonPlayer player(stage);
        LessonPanel panel(player);
        panel.resize(700, 300);
        QVERIFY(!panel.isVisible());
        player.start(sample());
        QVERIFY(QTest::qWaitForWindowActive(&panel));
        QCOMPARE(panel.title(), QStringLiteral("A <title>"));
        QVERIFY(panel.text().startsWith(QStringLiteral("Draft 0")));
        QVERIFY(!panel.backButton()->isEnabled());
        QTest::mouseClick(panel.nextButton(), Qt::LeftButton);
        QCOMPARE(panel.choiceButtons().size(), std::size_t{3});
        QVERIFY(!panel.nextButton()->isEnabled());
        panel.setFocus();
        QTest::keyClick(&panel, Qt::Key_PageDown);
        QCOMPARE(player.index(), std::size_t{1});
        QTest::keyClick(&panel, Qt::Key_1);
        QVERIFY(panel.comment().startsWith(QStringLiteral("Not so. It is that.")));
        QVERIFY(panel.choiceButtons()[1]->text().contains(QStringLiteral("right")));
        QTest::keyClick(&panel, Qt::Key_PageDown);
        QCOMPARE(panel.comment(), QStringLiteral("Like this."));
        QCOMPARE(panel.nextButton()->text(), QStringLiteral("&Skip"));
        player.coinSupposed(true);
        QCOMPARE(panel.comment(), QStringLiteral("Done."));
        QTest::keyClick(&panel, Qt::Key_PageUp);
        QTest::mouseClick(panel.choiceButtons()[1], Qt::LeftButton);
        QVERIFY(panel.comment().startsWith(QStringLiteral("Right. ")));
        QTest::mouseClick(panel.leaveButton(), Qt::LeftButton);
        QVERIFY(!panel.isVisible());
        QVERIFY(!player.isActive());
    }

    void theListBeginsALessonAndRemembersThoseTaken() {
        QSettings().clear();
        LearnView view;
        view.setLessons({{QStringLiteral(":/a/1-coin.json"),
                          QStringLiteral("Coin"),
                          QStringLiteral("About coins"),
                          3,
                          {}},
                         {QStringLiteral(":/a/2-bad.json"),
                          QStringLiteral("Bad"),
                          {},
                          0,
                          QStringLiteral("It is broken.")}});
        view.show();
        QVERIFY(QTest::qWaitForWindowActive(&view));
        QSignalSpy asked(&view, &LearnView::lessonRequested);
        QCOMPARE(view.summary(), QStringLiteral("About coins"));
        view.list()->setFocus();
        QTest::keyClick(view.list(), Qt::Key_Return);
        QCOMPARE(asked.size(), 1);
        QTest::keyClick(view.list(), Qt::Key_Down);
        QCOMPARE(view.summary(), QStringLiteral("It is broken."));
        QVERIFY(!view.beginButton()->isEnabled());
        view.setTaken(QStringLiteral(":/a/1-coin.json"));
        QVERIFY(view.list()->item(0)->text().contains(QStringLiteral("taken")));
        QVERIFY(LearnView().isTaken(QStringLiteral("/elsewhere/1-coin.json")));
    }

    void worksheetsAskWithoutAnsweringUnlessToldTo() {
        FakeStage stage;
        const QString blank = worksheetHtml(sample(), stage.log(), false);
        const QString full = worksheetHtml(sample(), stage.log(), true);
        QVERIFY(blank.contains(QStringLiteral("A &lt;title&gt;")));
        QVERIFY(!blank.contains(QStringLiteral("It is that.")) && !blank.contains(QStringLiteral("☒")));
        QVERIFY(full.contains(QStringLiteral("It is that.")) &&
                full.contains(QStringLiteral("☒ <b>That</b>")));
        QVERIFY(!full.contains(QLatin1Char('{')));
    }

private:
    QTemporaryDir m_folder;
};

QTEST_MAIN(TestLessonPlayer)
#include "test_lesson_player.moc"
