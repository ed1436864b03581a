#include <QtTest>

#include <QElapsedTimer>
#include <QScrollBar>
#include <QStyleFactory>

#include <set>

#include "tests/ui/pictures.h"
#include "tests/ui/tokens/shown_view.h"
#include "ui/common/token_sentences.h"
#include "ui/tokens/legend.h"

using namespace specula;
using namespace specula::test;

class TestTokenView : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion"))); }

    void everyTokenStandsOnTheColourOfItsFate_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void everyTokenStandsOnTheColourOfItsFate() {
        QFETCH(bool, dark);
        Shown s({900, 700});
        s.view.setPalette(dark ? darkPalette() : lightPalette());
        play(s.log, {});
        s.view.verticalScrollBar()->setValue(0);
        const QImage image = s.image();
        const Theme theme = Theme::of(s.view.palette());
        QCOMPARE(theme.dark, dark);
        std::set<int> kinds;
        for (const TokenRef ref : s.log.output()) {
            if (!s.onScreen(ref)) continue;
            const EmitKind kind = s.log.emittedAt(ref)->kind;
            kinds.insert(static_cast<int>(kind));
            const QRect inside = s.view.tokenRect(ref).adjusted(2, 1, -2, -1);
            QVERIFY2(close(commonest(image, inside), lookOf(kind, theme).fill),
                     qPrintable(tokenTitle(s.log, ref)));
        }
        QCOMPARE(kinds.size(), std::size_t(3));
        bool rejected = false;
        for (const TokenRef ref : s.ghosts()) {
            if (!s.onScreen(ref) || s.log.proposalAt(ref)->verdict != Verdict::Rejected) continue;
            const QRect inside = s.view.tokenRect(ref).adjusted(2, 1, -2, -1);
            QVERIFY(close(commonest(image, inside), theme.rejected));
            rejected = true;
        }
        QVERIFY(rejected);
    }

    void plainTokensHaveNoFill() {
        Shown s;
        FakeRun run;
        run.gamma = 0;
        play(s.log, run);
        const QImage image = s.image();
        for (const TokenRef ref : s.log.output()) {
            if (s.onScreen(ref))
                QVERIFY(close(commonest(image, s.view.tokenRect(ref)), lightPalette().color(QPalette::Base)));
        }
        QVERIFY(s.ghosts().empty());
    }

    void rejectedTokensAreStruckThroughAndResampledOnesUnderlined() {
        Shown s({900, 700});
        play(s.log, {});
        s.view.verticalScrollBar()->setValue(0);
        const QImage image = s.image();
        const Theme theme = Theme::of(s.view.palette());
        int struck = 0;
        int underlined = 0;
        for (const TokenRef ref : s.ghosts()) {
            if (!s.onScreen(ref) || s.log.proposalAt(ref)->verdict != Verdict::Rejected) continue;
            const QRect rect = s.view.tokenRect(ref);
            double middle = 0;
            for (int y = rect.center().y() - 1; y <= rect.center().y() + 2; ++y) {
                middle = std::max(middle, inkOfRow(image, rect, y, theme.rejected));
            }
            // A line through letters is dark all along; letters alone are not.
            QVERIFY2(middle > 150, qPrintable(QString::number(middle)));
            ++struck;
        }
        for (const TokenRef ref : s.log.output()) {
            if (!s.onScreen(ref)) continue;
            const QRect rect = s.view.tokenRect(ref);
            const bool resampled = s.log.emittedAt(ref)->kind == EmitKind::Resampled;
            const QColor ink = resampled ? theme.onFill : theme.text;
            const double line = longestLine(image, rect, ink, rect.bottom() - 4, rect.bottom() - 1);
            if (resampled) {
                QVERIFY2(line > 0.5, qPrintable(tokenTitle(s.log, ref)));
                ++underlined;
            } else {
                QVERIFY2(line < 0.4, qPrintable(tokenTitle(s.log, ref)));
            }
        }
        QVERIFY(struck > 2 && underlined > 2);
    }

    void aBonusTokenCarriesAPlus() {
        Shown s({900, 700});
        FakeRun run;
        run.noise = 0.1;
        play(s.log, run);
        s.view.verticalScrollBar()->setValue(0);
        const QImage image = s.image();
        const Theme theme = Theme::of(s.view.palette());
        int found = 0;
        for (const TokenRef ref : s.log.output()) {
            if (!s.onScreen(ref) || s.log.emittedAt(ref)->kind != EmitKind::Bonus) continue;
            const QRect rect = s.view.tokenRect(ref);
            // The plus has the corner to itself: the room kept right of the text.
            const QRect corner(rect.right() - 8, rect.top() + 1, 8, 10);
            int dark = 0;
            for (int y = corner.top(); y <= corner.bottom(); ++y) {
                for (int x = corner.left(); x <= corner.right(); ++x) {
                    if (close(QColor::fromRgb(image.pixel(x, y)), theme.onFill)) ++dark;
                }
            }
            QVERIFY2(dark >= 7 && dark <= 20, qPrintable(QString::number(dark)));
            ++found;
        }
        QVERIFY(found > 3);
    }

    void appendingCostsTheSameHoweverMuchStandsThere() {
        Shown s;
        FakeRun run;
        run.rounds = 8000;
        run.rows = false;
        std::vector<Round> rounds = fakeRounds(run);
        s.log.begin(fakeHeader(run));
        // The first batches make the scroll bar appear, which changes the width once.
        const std::size_t warm = 200;
        s.log.append({rounds.begin(), rounds.begin() + warm});
        QCoreApplication::processEvents();
        const int layouts = s.view.relayoutCount();
        const std::size_t batch = 400;
        std::vector<qint64> cost;
        for (std::size_t from = warm; from + batch <= rounds.size(); from += batch) {
            QElapsedTimer timer;
            timer.start();
            for (std::size_t i = from; i < from + batch; i += 4) {
                s.log.append({rounds.begin() + static_cast<std::ptrdiff_t>(i),
                              rounds.begin() + static_cast<std::ptrdiff_t>(i + 4)});
            }
            QCoreApplication::processEvents();
            cost.push_back(timer.nsecsElapsed());
        }
        QVERIFY(s.log.output().size() > 20000);
        QCOMPARE(s.view.relayoutCount(), layouts);
        const auto least = [&](std::size_t from, std::size_t to) {
            return *std::min_element(cost.begin() + static_cast<std::ptrdiff_t>(from),
                                     cost.begin() + static_cast<std::ptrdiff_t>(to));
        };
        const double ratio =
            static_cast<double>(least(cost.size() - 4, cost.size())) / static_cast<double>(least(0, 4));
        QVERIFY2(ratio < 4.0, qPrintable(QString::number(ratio)));
    }

    void appendingOneByOneGivesTheSamePictureAsAllAtOnce() {
        Shown one({520, 400});
        Shown whole({520, 400});
        FakeRun run;
        run.rounds = 120;
        const std::vector<Round> rounds = fakeRounds(run);
        one.log.begin(fakeHeader(run));
        for (const Round& round : rounds) one.log.append({round});
        one.log.finish(run.runId, Finish::Length);
        play(whole.log, run);
        one.view.verticalScrollBar()->setValue(0);
        whole.view.verticalScrollBar()->setValue(0);
        for (const TokenRef ref : whole.all()) QCOMPARE(one.view.tokenRect(ref), whole.view.tokenRect(ref));
        QCOMPARE(one.view.verticalScrollBar()->maximum(), whole.view.verticalScrollBar()->maximum());
    }

    void noTwoTokensOverlap() {
        Shown s({300, 2000});
        FakeRun run;
        run.rounds = 60;
        play(s.log, run);
        s.view.verticalScrollBar()->setValue(0);
        std::vector<QRect> rects;
        for (const TokenRef ref : s.all()) {
            const QRect rect = s.view.tokenRect(ref);
            if (std::find(rects.begin(), rects.end(), rect) == rects.end()) rects.push_back(rect);
        }
        for (std::size_t i = 0; i < rects.size(); ++i) {
            for (std::size_t k = i + 1; k < rects.size(); ++k) {
                // Neighbours may share the pixel column of a fractional edge.
                const QRect common = rects[i] & rects[k];
                QVERIFY2(common.isEmpty() || common.width() <= 2,
                         qPrintable(QStringLiteral("%1 %2").arg(i).arg(k)));
            }
        }
    }

    void smallTextFoldsGhostsIntoOneChip() {
        Shown s;
        play(s.log, {});
        int round = 0;
        while (s.log.ghostsOf(round).size() < 2) ++round;
        const auto ghosts = s.log.ghostsOf(round);
        s.view.setCurrent(ghosts[0]);
        QVERIFY(s.view.tokenRect(ghosts[0]) != s.view.tokenRect(ghosts[1]));
        s.view.setTextSize(7);
        QVERIFY(!s.view.tokenRect(ghosts[0]).isEmpty());
        QCOMPARE(s.view.tokenRect(ghosts[0]), s.view.tokenRect(ghosts[1]));
    }

    void aSplitCharacterStandsInOnePlaceAndBothTokensCanBeHit() {
        Shown s;
        s.log.begin(fakeHeader({}));
        s.log.append({textRound(0, {" a", "\xE2\x82"})});
        const QRect waiting = s.view.tokenRect(TokenRef::emitted(0, 1));
        QVERIFY(!waiting.isEmpty());
        s.log.append({textRound(1, {"\xAC", " b"})});
        const QRect first = s.view.tokenRect(TokenRef::emitted(0, 1));
        const QRect second = s.view.tokenRect(TokenRef::emitted(1, 0));
        QVERIFY(first.width() < second.width());
        QVERIFY(s.view.tokenAt(first.center()) == TokenRef::emitted(0, 1));
        QVERIFY(s.view.tokenAt(second.center()) == TokenRef::emitted(1, 0));
        QCOMPARE(s.view.copyText(), QString::fromUtf8(" a€ b"));
    }

    void anUnfinishedCharacterBecomesBytesWhenTheRunEnds() {
        Shown s;
        s.log.begin(fakeHeader({}));
        s.log.append({textRound(0, {" a", "\xE2\x82"})});
        const int waiting = s.view.tokenRect(TokenRef::emitted(0, 1)).width();
        s.log.finish(1, Finish::Length);
        QVERIFY(s.view.tokenRect(TokenRef::emitted(0, 1)).width() > 3 * waiting);  // "<0xE2><0x82>"
    }

    void aWordOfSeveralTokensIsNotTornAtTheEndOfALine() {
        Shown s({300, 400});
        s.log.begin(fakeHeader({}));
        int torn = 0;
        for (int i = 0; i < 40; ++i) s.log.append({textRound(i, {" unbel", "iev", "able"})});
        for (int i = 0; i < 40; ++i) {
            const int y = s.view.tokenRect(TokenRef::emitted(i, 0)).top();
            if (s.view.tokenRect(TokenRef::emitted(i, 2)).top() != y) ++torn;
        }
        QCOMPARE(torn, 0);
    }

    void aTokenLongerThanALineIsBroken() {
        Shown s({220, 300});
        s.log.begin(fakeHeader({}));
        s.log.append({textRound(0, {" x", std::string(200, '='), " y"})});
        const QRect after = s.view.tokenRect(TokenRef::emitted(0, 2));
        QVERIFY(after.right() <= s.view.viewport()->width());
        QVERIFY(after.top() > s.view.tokenRect(TokenRef::emitted(0, 0)).top() + 100);
    }

    void tokensWithoutRecordedBytesShowTheirIds() {
        Shown s;
        s.log.begin(fakeHeader({}));
        s.log.append({textRound(0, {"", ""})});
        QVERIFY(s.view.tokenRect(TokenRef::emitted(0, 0)).width() > 20);
    }

    void anotherPaletteRecoloursAtOnce() {
        Shown s;
        play(s.log, {});
        s.view.verticalScrollBar()->setValue(0);
        const auto accepted = std::find_if(s.log.output().begin(), s.log.output().end(), [&](TokenRef ref) {
            return s.log.emittedAt(ref)->kind == EmitKind::Accepted;
        });
        const QRect rect = s.view.tokenRect(*accepted).adjusted(2, 1, -2, -1);
        const QColor before = commonest(s.image(), rect);
        s.view.setPalette(darkPalette());
        const QColor after = commonest(s.image(), rect);
        QVERIFY(!close(before, after));
        QVERIFY(close(after, lookOf(EmitKind::Accepted, Theme::of(darkPalette())).fill));
    }

    void theCurrentTokenIsRinged() {
        Shown s({900, 600});
        play(s.log, {});
        s.view.verticalScrollBar()->setValue(0);
        const QRect rect = s.view.tokenRect(s.log.output()[3]);
        const QImage before = s.image();
        s.view.setCurrent(s.log.output()[3]);
        const QImage after = s.image();
        const QColor accent = Theme::of(s.view.palette()).accent;
        QVERIFY(longestLine(before, rect, accent, rect.top() - 2, rect.top() + 1) < 0.1);
        QVERIFY(longestLine(after, rect, accent, rect.top() - 2, rect.top() + 1) > 0.6);
    }

    void anEmptyViewSaysWhatToDo() {
        Shown s;
        const QImage image = s.image();
        QVERIFY(close(commonest(image, image.rect()), lightPalette().color(QPalette::Base)));
        std::set<QRgb> colours;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) colours.insert(image.pixel(x, y));
        }
        QVERIFY(colours.size() > 3);
        savePicture(s.view, QStringLiteral("tokens-empty"));
        QTest::keyClick(&s.view, Qt::Key_Right);
        QVERIFY(!s.view.current().isValid());
        QVERIFY(s.view.copyText().isEmpty());
    }

    void theLegendShowsEveryColourOfTheText() {
        Legend legend;
        legend.setPalette(lightPalette());
        legend.resize(700, legend.heightForWidth(700));
        const QImage image = legend.grab().toImage().convertToFormat(QImage::Format_RGB32);
        const Theme theme = Theme::of(lightPalette());
        for (const QColor& colour : {theme.rejected, theme.resampled, theme.bonus}) {
            int count = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x)
                    count += close(QColor::fromRgb(image.pixel(x, y)), colour) ? 1 : 0;
            }
            QVERIFY(count > 40);
        }
        QVERIFY(legend.heightForWidth(200) > legend.heightForWidth(700));
        QVERIFY(legend.sizeHint().width() < 700);
    }

    void pictures() {
        if (qEnvironmentVariableIsEmpty("SPECULA_PICTURES"))
            QSKIP("set SPECULA_PICTURES to a folder to save pictures");
        for (const bool dark : {false, true}) {
            const QString shade = dark ? QStringLiteral("dark") : QStringLiteral("light");
            const auto save = [&](QSize size, const FakeRun& run, const QString& name, auto change) {
                Shown s(size);
                s.view.setPalette(dark ? darkPalette() : lightPalette());
                play(s.log, run);
                s.view.verticalScrollBar()->setValue(0);
                change(s);
                savePicture(s.view, QStringLiteral("tokens-%1-%2").arg(name, shade));
            };
            FakeRun run;
            run.rounds = 60;
            save({720, 420}, run, QStringLiteral("text"), [](Shown& s) { s.view.setCurrent(s.ghosts()[1]); });
            save({720, 420}, run, QStringLiteral("hidden"), [](Shown& s) { s.view.setGhostsVisible(false); });
            save({720, 420}, run, QStringLiteral("small"), [](Shown& s) { s.view.setTextSize(8); });
            save({300, 420}, run, QStringLiteral("narrow"), [](Shown&) {});
            save({720, 420}, run, QStringLiteral("large"), [](Shown& s) { s.view.setTextSize(22); });
            Legend legend;
            legend.setPalette(dark ? darkPalette() : lightPalette());
            legend.resize(680, legend.heightForWidth(680));
            savePicture(legend, QStringLiteral("legend-") + shade);
        }
    }
};

QTEST_MAIN(TestTokenView)
#include "test_token_view.moc"
