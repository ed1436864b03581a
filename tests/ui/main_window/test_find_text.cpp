// Finding in the text with real keys.
#include <QtTest>

#include <QCheckBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QToolButton>

#include <random>

#include "tests/ui/main_window/window_fixture.h"
#include "tests/ui/tokens/shown_view.h"
#include "ui/common/palette.h"
#include "ui/common/token_text.h"
#include "ui/inspector/inspector.h"
#include "ui/main_window/main_actions.h"
#include "ui/models/get_models.h"
#include "ui/models/models_view.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/tokens/find_bar.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

/// Not overlapping, letter by letter.
int countIn(const QString& text, const QString& phrase, Qt::CaseSensitivity cases = Qt::CaseInsensitive) {
    int count = 0;
    for (qsizetype at = 0; at + phrase.size() <= text.size();) {
        const bool here = QStringView(text).mid(at, phrase.size()).compare(phrase, cases) == 0;
        count += here ? 1 : 0;
        at += here ? phrase.size() : 1;
    }
    return count;
}

QString outputOf(const RunLog& log) {
    return plainText(log.outputBytes());
}

/// Rounds of these pieces, `each` a round.
std::vector<Round> roundsOf(const std::vector<std::string>& pieces, std::size_t each) {
    std::vector<Round> rounds;
    for (std::size_t i = 0; i < pieces.size(); i += each) {
        const std::vector<std::string> some(
            pieces.begin() + static_cast<std::ptrdiff_t>(i),
            pieces.begin() + static_cast<std::ptrdiff_t>(std::min(pieces.size(), i + each)));
        rounds.push_back(textRound(static_cast<int>(rounds.size()), some));
    }
    return rounds;
}

void beginEmpty(RunLog& log) {
    RunHeader header;
    header.runId = 1;
    log.begin(header);
}

}  // namespace

class TestFindText : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
    }

    // --- the window's keys -------------------------------------------------------------------------------

    void theKeysFindGoOnAndClose() {
        const auto window = windowWithRun();
        TokenView& view = window->tokenView();
        FindBar& bar = window->findBar();
        view.setFocus();
        QVERIFY(!bar.isVisible());
        QTest::keyClick(window.get(), Qt::Key_F, Qt::ControlModifier);
        QVERIFY(bar.isVisible());
        QCOMPARE(QApplication::focusWidget(), bar.phrase());
        QTest::keyClicks(bar.phrase(), QStringLiteral("VILLAGE"));
        const RunHeader& header = window->runLog().header();
        const int count = countIn(QString::fromStdString(header.prompt), QStringLiteral("village")) +
                          countIn(outputOf(window->runLog()), QStringLiteral("village"));
        QVERIFY(count >= 3);
        QCOMPARE(view.matchCount(), count);
        const auto says = [&](int place) {
            return bar.count()->text() == QStringLiteral("%1 of %2").arg(place).arg(count) &&
                   view.currentMatch() == place - 1;
        };
        const int first = view.currentMatch() + 1;
        QVERIFY(first >= 1 && says(first));
        const auto after = [count](int place) { return place % count + 1; };
        QTest::keyClick(bar.phrase(), Qt::Key_Return);
        QVERIFY(says(after(first)));
        QTest::keyClick(window.get(), Qt::Key_F3);
        QVERIFY(says(after(after(first))));
        QTest::keyClick(window.get(), Qt::Key_F3, Qt::ShiftModifier);
        QTest::keyClick(bar.phrase(), Qt::Key_Return, Qt::ShiftModifier);
        QVERIFY(says(first));
        QTest::mouseClick(bar.nextButton(), Qt::LeftButton);
        QVERIFY(says(after(first)));
        QTest::mouseClick(bar.previousButton(), Qt::LeftButton);
        QVERIFY(says(first));
        // Around both ends.
        for (int i = 0; i < count; ++i) QTest::keyClick(bar.phrase(), Qt::Key_Enter, Qt::KeypadModifier);
        QVERIFY(says(first));
        QTest::keyClick(bar.phrase(), Qt::Key_Escape);
        QVERIFY(!bar.isVisible());
        QCOMPARE(QApplication::focusWidget(), &view);
        QCOMPARE(view.matchCount(), 0);
        // F3 opens it again with the phrase, which typing replaces.
        QTest::keyClick(&view, Qt::Key_F3);
        QVERIFY(bar.isVisible());
        QCOMPARE(view.matchCount(), count);
        QTest::keyClicks(bar.phrase(), QStringLiteral("qqq"));
        QCOMPARE(bar.phrase()->text(), QStringLiteral("qqq"));
        QCOMPARE(bar.count()->text(), QStringLiteral("Not found"));
        QVERIFY(!bar.nextButton()->isEnabled());
    }

    void escapeEndsTheSearchBeforeTheRun() {
        const auto window = windowWithRun();
        window->setState(AppState::Running);
        QSignalSpy stops(window.get(), &MainWindow::stopRequested);
        QTest::keyClick(window.get(), Qt::Key_F, Qt::ControlModifier);
        QTest::keyClick(window->findBar().phrase(), Qt::Key_Escape);
        QVERIFY(!window->findBar().isVisible());
        QCOMPARE(stops.size(), 0);
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
        QCOMPARE(stops.size(), 1);
    }

    void closingChoosesTheTokenThatWasFound() {
        const auto window = windowWithRun();
        QTest::keyClick(window.get(), Qt::Key_F, Qt::ControlModifier);
        FindBar& bar = window->findBar();
        QTest::keyClicks(bar.phrase(), QStringLiteral(" fox"));
        QVERIFY(window->tokenView().currentMatch() >= 0);
        QTest::keyClick(bar.phrase(), Qt::Key_Escape);
        const TokenRef chosen = window->tokenView().current();
        QCOMPARE(window->runLog().bytesOf(chosen), std::string(" fox"));
        QCOMPARE(window->inspector().isVisible(), true);
    }

    void theModelsPageKeepsItsOwnSearch() {
        const auto window = windowWithRun();
        window->setPage(MainPage::Models);
        QVERIFY(!window->actionSet().find->isEnabled());
        window->models().setPage(ModelsView::Page::Get);
        GetModels& get = window->models().get();
        get.repository().setText(QStringLiteral("a/b"));
        get.listButton()->setFocus();
        QCOMPARE(QApplication::focusWidget(), get.listButton());
        QTest::keyClick(get.listButton(), Qt::Key_F, Qt::ControlModifier);
        QVERIFY(!window->findBar().isVisible());
        QCOMPARE(QApplication::focusWidget(), &get.repository());
        window->setPage(MainPage::Generate);
        QVERIFY(window->actionSet().find->isEnabled());
    }

    void itStaysWithinTheRoundsThatAreShown() {
        const auto window = windowWithRun();
        window->tokenView().setFind(QStringLiteral("a"), false);
        const int all = window->tokenView().matchCount();
        window->timeline().player().showTo(5);
        const int some = window->tokenView().matchCount();
        QCOMPARE(some,
                 countIn(QString::fromStdString(window->runLog().header().prompt), QStringLiteral("a")) +
                     countIn(plainText(window->runLog().outputBytes(window->runLog().shownOutput())),
                             QStringLiteral("a")));
        QVERIFY(some < all);
        window->timeline().player().showAll();
        QCOMPARE(window->tokenView().matchCount(), all);
    }

    // --- characters and tokens ---------------------------------------------------------------------------

    void aMatchMaySpanTokens() {
        Shown s;
        beginEmpty(s.log);
        s.log.append({textRound(0, {"An", " unbel", "iev", "able", " and Unbelie", "vable", " tale"})});
        s.view.setFind(QStringLiteral("believable"), false);
        QCOMPARE(s.view.matchCount(), 2);
        s.view.setFind(QStringLiteral("unbelievable and"), true);
        QCOMPARE(s.view.matchCount(), 1);
        const std::vector<QRectF> rects = s.view.matchRects(0);
        QCOMPARE(rects.size(), std::size_t(1));
        const QRectF from = s.view.tokenRect(TokenRef::emitted(0, 1));
        const QRectF to = s.view.tokenRect(TokenRef::emitted(0, 4));
        // From after the first token's space to the middle of the last one.
        QVERIFY(rects[0].left() > from.left() + 1 && rects[0].left() < from.center().x());
        QVERIFY(rects[0].right() > to.left() && rects[0].right() < to.center().x());
    }

    void caseCountsOnlyWhenItIsAsked() {
        const auto window = windowWithRun();
        RunLog& log = window->runLog();
        beginEmpty(log);
        log.append({textRound(0, {"Éte", " été", " ÉTÉ", " Eté"})});
        QTest::keyClick(window.get(), Qt::Key_F, Qt::ControlModifier);
        FindBar& bar = window->findBar();
        QVERIFY(!bar.matchCase()->isChecked());
        bar.phrase()->setText(QStringLiteral("été"));
        QCOMPARE(window->tokenView().matchCount(), 2);
        bar.matchCase()->setFocus();
        QTest::keyClick(bar.matchCase(), Qt::Key_Space);
        QCOMPARE(window->tokenView().matchCount(), 1);
    }

    void halfACharacterIsOneCharacter() {
        Shown s;
        beginEmpty(s.log);
        s.log.append({textRound(0, {"5 ", "\xE2\x82", "\xAC", " or ", "\xF0\x9F", "\x8C\x8D", " and"})});
        s.view.setFind(QStringLiteral("\u20AC or \U0001F30D"), false);
        QCOMPARE(s.view.matchCount(), 1);
        QVERIFY(s.view.matchRects(0).front().width() > 10);
        // Not yet whole: there is nothing to find until the rest comes.
        s.log.append({textRound(1, {" 6", "\xE2\x82"})});
        s.view.setFind(QStringLiteral("\u20AC"), false);
        QCOMPARE(s.view.matchCount(), 1);
        s.log.append({textRound(2, {"\xAC"})});
        QCOMPARE(s.view.matchCount(), 2);
    }

    void spacesShownAsDotsAreSpaces() {
        Shown s;
        beginEmpty(s.log);
        s.log.append({textRound(0, {"one", " ", "two", "  ", "three", " \u00B7", "\u00B7"})});
        s.view.setFind(QStringLiteral("one two  three"), false);
        QCOMPARE(s.view.matchCount(), 1);
        s.view.setFind(QStringLiteral("\u00B7"), false);
        QCOMPARE(s.view.matchCount(), 2);
    }

    // --- growing -----------------------------------------------------------------------------------------

    void textThatStreamsInIsFoundAsIfItHadAllBeenThere_data() {
        QTest::addColumn<QString>("phrase");
        for (const char* phrase : {"a", "aa", "aba", "ab", "b\u20AC", "bbb"})
            QTest::newRow(phrase) << QString::fromUtf8(phrase);
    }
    void textThatStreamsInIsFoundAsIfItHadAllBeenThere() {
        QFETCH(QString, phrase);
        std::mt19937 random(7);
        const std::vector<std::string> tokens{"a", "b", "ab", "aa", "ba", "\xE2\x82", "\xAC", "\n", "aba"};
        for (int trial = 0; trial < 20; ++trial) {
            Shown s;
            beginEmpty(s.log);
            s.view.setFind(phrase, true);
            for (int round = 0; round < 25; ++round) {
                std::vector<std::string> pieces;
                for (unsigned i = 0; i < 1 + random() % 4; ++i)
                    pieces.push_back(tokens[random() % tokens.size()]);
                s.log.append({textRound(round, pieces)});
            }
            s.log.finish(1, Finish::Length);
            // What is not a character is shown as its bytes, which have no small letter that is sought.
            const QString text = plainText(s.log.outputBytes());
            QCOMPARE(s.view.matchCount(), countIn(text, phrase, Qt::CaseSensitive));
        }
    }

    void thePresentMatchStaysWhileTextComes() {
        Shown s;
        beginEmpty(s.log);
        const std::vector<std::string> pieces(300, " word");
        s.log.append(roundsOf(pieces, 10));
        s.view.verticalScrollBar()->setValue(0);
        s.view.setFind(QStringLiteral("word"), false);
        s.view.goToMatch(1);
        QCOMPARE(s.view.currentMatch(), 1);
        const int scroll = s.view.verticalScrollBar()->value();
        QSignalSpy changed(&s.view, &TokenView::matchesChanged);
        for (int round = 30; round < 35; ++round) s.log.append({textRound(round, {" word", " of", " word"})});
        QCOMPARE(s.view.matchCount(), 310);
        QCOMPARE(s.view.currentMatch(), 1);
        QCOMPARE(s.view.verticalScrollBar()->value(), scroll);
        QVERIFY(changed.size() >= 5);
        // A new run has none of it.
        beginEmpty(s.log);
        QCOMPARE(s.view.matchCount(), 0);
        QCOMPARE(s.view.currentMatch(), -1);
        s.log.append({textRound(0, {"word"})});
        QCOMPARE(s.view.matchCount(), 1);
    }

    void anotherLayoutKeepsTheMatches() {
        Shown s;
        play(s.log, {});
        s.view.setFind(QStringLiteral("the"), false);
        const int count = s.view.matchCount();
        QVERIFY(count > 2);
        QVERIFY(s.view.goToMatch(1));
        const int present = s.view.currentMatch();
        s.view.setGhostsVisible(false);
        QTRY_COMPARE(s.view.matchCount(), count);
        QCOMPARE(s.view.currentMatch(), present);
        s.view.resize(400, 400);
        s.view.setTextSize(20);
        QTRY_COMPARE(s.view.matchCount(), count);
        for (int match = 0; match < count; ++match) QVERIFY(!s.view.matchRects(match).empty());
    }

    // --- how it looks ------------------------------------------------------------------------------------

    void everyMatchHasABarAndThePresentOneAFrame_data() {
        QTest::addColumn<QPalette>("palette");
        QTest::newRow("light") << lightPalette();
        QTest::newRow("dark") << darkPalette();
        QTest::newRow("high contrast") << contrastPalette(true);
    }
    void everyMatchHasABarAndThePresentOneAFrame() {
        QFETCH(QPalette, palette);
        Shown s({900, 700});
        s.view.setPalette(palette);
        play(s.log, {});
        s.view.verticalScrollBar()->setValue(0);
        const QColor ink = Theme::of(palette).text;
        const QImage before = s.image();
        s.view.setFind(QStringLiteral("the"), false);
        const QImage image = s.image();
        int seen = 0;
        for (int match = 0; match < s.view.matchCount(); ++match) {
            for (const QRectF& rect : s.view.matchRects(match)) {
                const QRect whole = rect.toAlignedRect();
                if (!s.view.viewport()->rect().adjusted(4, 4, -4, -8).contains(whole)) continue;
                ++seen;
                const int below = static_cast<int>(std::round(rect.bottom()));
                QVERIFY(longestLine(image, whole, ink, below + 1, below + 2) > 0.9);
                QVERIFY(longestLine(before, whole, ink, below + 1, below + 2) < 0.5);
                const int above = static_cast<int>(std::round(rect.top())) - 1;
                const bool framed = longestLine(image, whole, ink, above, above + 1) > 0.9;
                QCOMPARE(framed, match == s.view.currentMatch());
            }
        }
        QVERIFY(seen >= 3);
        s.view.setFind({}, false);
        QCOMPARE(s.image(), before);
    }

    void thePresentMatchIsInView() {
        Shown s;
        FakeRun run;
        run.rounds = 300;
        play(s.log, run);
        s.view.setFind(QStringLiteral("forest"), false);
        QVERIFY(s.view.matchCount() > 3);
        for (int i = 0; i < 3 * s.view.matchCount(); ++i) {
            QVERIFY(s.view.goToMatch(i % 7 == 3 ? -1 : 1));
            for (const QRectF& rect : s.view.matchRects(s.view.currentMatch()))
                QVERIFY(s.view.viewport()->rect().contains(rect.toAlignedRect()));
        }
    }

    // --- 200,000 tokens ----------------------------------------------------------------------------------

    void aLongTextIsSearchedOnce() {
        Shown s;
        beginEmpty(s.log);
        std::vector<std::string> pieces;
        for (int i = 0; i < 200'000; ++i) pieces.push_back(i % 100 ? " word" : " needle");
        s.log.append(roundsOf(pieces, 100));
        s.log.finish(1, Finish::Length);
        QTRY_VERIFY_WITH_TIMEOUT(!s.view.tokenRect(s.log.output().back()).isEmpty(), 60000);
        QElapsedTimer clock;
        clock.start();
        s.view.setFind(QStringLiteral("needle word"), false);
        const qint64 first = clock.restart();
        QCOMPARE(s.view.matchCount(), 2000);
        for (int i = 0; i < 100; ++i) {
            s.view.goToMatch(1);
            s.view.viewport()->repaint();
        }
        const qint64 hundred = clock.restart();
        s.view.setFind(QStringLiteral("o"), false);  // 198,000 of them
        const qint64 many = clock.elapsed();
        QCOMPARE(s.view.matchCount(), 198'000);
        qInfo("search %lld ms, a hundred steps %lld ms, every letter %lld ms", first, hundred, many);
        QVERIFY(first < 500);
        QVERIFY(hundred < 3000);
        QVERIFY(many < 500);
    }

private:
    static std::unique_ptr<MainWindow> windowWithRun() {
        QSettings().clear();
        auto window = loadedWindow();
        window->show();
        if (!QTest::qWaitForWindowActive(window.get())) qWarning("window did not become active");
        FakeRun run;
        run.rounds = 60;
        play(window->runLog(), run);
        return window;
    }

    QTemporaryDir m_folder;
};

QTEST_MAIN(TestFindText)
#include "test_find_text.moc"
