#include <QtTest>

#include <QAction>
#include <QCheckBox>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>

#include "tests/ui/inspector/kept_rounds.h"
#include "tests/ui/pictures.h"
#include "ui/common/palette.h"
#include "ui/inspector/accept_pictures.h"
#include "ui/inspector/decision_page.h"
#include "ui/inspector/full_picture.h"
#include "ui/inspector/inspector.h"
#include "ui/inspector/many_draws.h"
#include "ui/inspector/overlap_bars.h"
#include "ui/inspector/rebuild_bars.h"
#include "ui/inspector/residual_pictures.h"

using namespace specula;
using namespace specula::test;

namespace {

/// The inspector in a window, as a dock has it.
struct Shown {
    RunLog log;
    QWidget window;
    Inspector* inspector = new Inspector(&window);

    explicit Shown(const KeptRun& run = {}, QSize size = {1366, 768}) {
        playKept(log, run);
        window.setPalette(lightPalette());
        window.setAutoFillBackground(true);
        inspector->setLog(&log);
        resize(size);
        window.show();
        if (!QTest::qWaitForWindowActive(&window)) qWarning("window is not active");
    }
    void resize(QSize size) {
        window.resize(size);
        inspector->setGeometry(size.width() - 340, 0, 340, size.height());
    }
    QPushButton* button(const char* name) const {
        return inspector->findChild<QPushButton*>(QString::fromLatin1(name));
    }
    StepTrack* track() const { return inspector->findChild<StepTrack*>(); }
    DecisionPage* page() const { return inspector->findChild<DecisionPage*>(); }
    template <typename Widget>
    bool sees() const {
        return page()->findChild<Widget*>()->isVisible();
    }
    Step step() const { return inspector->moment().step; }
};

}  // namespace

class TestInspectorSteps : public QObject {
    Q_OBJECT

private slots:
    void eachStepShowsItsPictureAndItsSentence() {
        Shown s;
        s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
        QVERIFY(s.sees<OverlapBars>() && s.sees<AcceptColumn>() && s.sees<UnitStrip>() &&
                s.sees<ResidualFrames>() && s.sees<CumulativeBar>() && s.sees<RebuildBars>() &&
                s.sees<RoundGantt>());
        const auto only = [&](bool bars, bool test, bool residual, bool draw, bool rebuild, bool gantt) {
            return s.sees<OverlapBars>() == bars && s.sees<AcceptColumn>() == test &&
                   s.sees<UnitStrip>() == test && s.sees<ResidualFrames>() == residual &&
                   s.sees<CumulativeBar>() == draw && s.sees<RebuildBars>() == rebuild &&
                   s.sees<RoundGantt>() == gantt;
        };
        QSet<QString> sentences{s.inspector->sentence()};
        const auto choose = [&](Step step) {
            QTest::mouseClick(s.track(), Qt::LeftButton, {}, s.track()->rectOf(step).center());
            QVERIFY(s.step() == step);
            QVERIFY(!s.inspector->sentence().isEmpty());
            sentences << s.inspector->sentence();
        };
        choose(Step::Draft);
        QVERIFY(only(true, false, false, true, false, false));
        QVERIFY(s.page()->findChild<OverlapBars*>()->picture().draftAlone);
        choose(Step::Compare);
        QVERIFY(only(true, false, false, false, false, false));
        choose(Step::Coin);
        QVERIFY(only(false, true, false, false, false, false));
        choose(Step::Decision);
        QVERIFY(only(false, false, false, false, false, true));
        choose(Step::Residual);
        QVERIFY(only(false, false, true, false, false, false));
        choose(Step::Emit);
        QVERIFY(only(false, false, false, false, true, false));
        QCOMPARE(sentences.size(), 7);
    }

    void nextAndBackGoThroughTheStepsAndOnToTheNextDecision() {
        Shown s;
        const TokenRef ref = firstWith(s.log, Verdict::Rejected);
        s.inspector->showToken(ref);
        s.inspector->setStep(Step::Draft);
        QSignalSpy changed(s.inspector, &Inspector::currentChanged);
        const std::vector<Moment> expected{{Step::Draft, 0},    {Step::Compare, 0},  {Step::Coin, 0},
                                           {Step::Decision, 0}, {Step::Residual, 0}, {Step::Residual, 1},
                                           {Step::Residual, 2}, {Step::Residual, 3}, {Step::Emit, 0}};
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QVERIFY(s.inspector->moment() == expected[i]);
            QTest::mouseClick(s.button("inspectorNext"), Qt::LeftButton);
        }
        QCOMPARE(changed.size(), 1);
        QVERIFY(s.step() == Step::Draft || s.step() == Step::Compare);
        QVERIFY(!(s.inspector->current() == ref));
        for (std::size_t i = expected.size(); i-- > 0;) {
            QTest::mouseClick(s.button("inspectorBack"), Qt::LeftButton);
            QVERIFY(s.inspector->moment() == expected[i]);
        }
        QVERIFY(s.inspector->current() == ref);
    }

    void lettersDoTheSame() {
        Shown s;
        s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
        s.track()->setFocus();
        QTest::keyClick(s.track(), Qt::Key_Right);
        QVERIFY(s.step() == Step::Draft);
        QTest::keyClick(s.track(), Qt::Key_N);
        QVERIFY(s.step() == Step::Compare);
        QTest::keyClick(s.track(), Qt::Key_B);
        QVERIFY(s.step() == Step::Draft);
        s.inspector->setPlayInterval(100'000);
        QTest::keyClick(s.track(), Qt::Key_P);
        QVERIFY(s.inspector->isPlaying());
        QTest::keyClick(s.track(), Qt::Key_P);
        QVERIFY(!s.inspector->isPlaying());
    }

    void playGoesFromTheDraftToWhatIsEmittedAndStops() {
        Shown s;
        s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
        s.inspector->setPlayInterval(1);
        QTest::mouseClick(s.button("inspectorPlay"), Qt::LeftButton);
        QVERIFY(s.inspector->isPlaying());
        QTRY_VERIFY(!s.inspector->isPlaying());
        QVERIFY(s.step() == Step::Emit);
        QVERIFY(s.inspector->current() == firstWith(s.log, Verdict::Rejected));
    }

    void theChosenStepStaysWhenAnotherTokenIsShown() {
        for (const KeptRun& run : runsOfEveryRule()) {
            Shown s(run);
            for (int i = 0; i < kSteps; ++i) {
                for (std::size_t at = 0; at < std::min<std::size_t>(12, s.log.decisions().size()); ++at) {
                    s.inspector->setStep(static_cast<Step>(i));
                    s.inspector->showToken(s.log.decisions()[at]);
                    QVERIFY(s.step() == static_cast<Step>(i));
                    QVERIFY2(!s.inspector->sentence().isEmpty(), qPrintable(stepName(s.step())));
                    s.inspector->next();
                    s.inspector->back();
                }
            }
        }
    }

    void theMadeFramesOfTheResidualAreSubtractClipAndNormalise() {
        Shown s;
        s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
        s.inspector->setStep(Step::Residual);
        auto* frames = s.page()->findChild<ResidualFrames*>();
        double normalised = 0.0;
        bool negative = false;
        for (std::size_t i = 0; i < frames->picture().rows.size(); ++i) {
            const double difference = frames->valueOf(0, i), clipped = frames->valueOf(1, i);
            negative = negative || difference < 0;
            QCOMPARE(clipped, std::max(0.0, difference));
            normalised += frames->valueOf(2, i);
            if (clipped > 0.0) QCOMPARE(frames->barOf(0, i), frames->barOf(1, i));
        }
        QVERIFY(negative && std::abs(normalised - 1.0) < 1e-6);
    }

    void breakingItShowsTheMissAndMendingItTakesItAway() {
        Shown s;
        s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
        s.inspector->setStep(Step::Emit);
        auto* title = s.page()->findChild<QLabel*>(QStringLiteral("inspectorRebuildTitle"));
        auto* bars = s.page()->findChild<RebuildBars*>();
        QVERIFY(title->text().contains(QLatin1String("nothing is lost")));
        QVERIFY(bars->picture().miss < 1e-5);
        auto* broken = s.inspector->findChild<QCheckBox*>(QStringLiteral("inspectorBreak"));
        QTest::mouseClick(broken, Qt::LeftButton, {}, QPoint(8, broken->height() / 2));
        QVERIFY(broken->isChecked() && bars->picture().miss > 0.01);
        QVERIFY(title->text().contains(QLatin1String("miss the target by ")));
        QTest::keyClick(broken, Qt::Key_Space);
        QVERIFY(title->text().contains(QLatin1String("nothing is lost")));
    }

    void tenThousandDrawsRunBesideTheWindow() {
        Shown s;
        s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
        s.inspector->setStep(Step::Emit);
        QElapsedTimer clock;
        clock.start();
        QTest::mouseClick(s.button("inspectorDrawMany"), Qt::LeftButton);
        QVERIFY(s.page()->isDrawing() && s.page()->draws()->drawn() < DecisionPage::kManyDraws);
        QTRY_VERIFY(!s.page()->isDrawing());
        QCOMPARE(s.page()->draws()->drawn(), DecisionPage::kManyDraws);
        auto* bars = s.page()->findChild<RebuildBars*>();
        QVERIFY(bars->picture().miss < 0.05 && bars->picture().miss > 0.0);
        auto* note = s.page()->findChild<QLabel*>(QStringLiteral("inspectorDrawsNote"));
        QVERIFY(note->isVisible() && note->text().startsWith(QLatin1String("After 10,000 draws")));
        QCoreApplication::processEvents();
        QVERIFY(note->height() >= note->heightForWidth(note->width()));
        QTRY_COMPARE(bars->height(), bars->sizeHint().height());
        auto* broken = s.inspector->findChild<QCheckBox*>(QStringLiteral("inspectorBreak"));
        QTest::keyClick(broken, Qt::Key_Space);  // draws again, from the wrong row
        QTRY_VERIFY(!s.page()->isDrawing());
        QVERIFY(bars->picture().broken);
        s.inspector->next();
        QVERIFY(!s.page()->draws());
    }

    void fFillsTheWindowAndEscapeReturns() {
        Shown s;
        s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
        auto* strip = s.page()->findChild<UnitStrip*>();
        strip->setFocus();
        QTest::keyClick(strip, Qt::Key_F);
        FullPicture* full = s.inspector->fullPicture();
        QVERIFY(full && full->isVisible());
        QCOMPARE(full->geometry(), s.window.rect());
        QVERIFY(s.step() == Step::Coin);  // the picture that had the focus
        QVERIFY(full->page().findChild<UnitStrip*>()->isVisible());
        QVERIFY(full->page().font().pointSizeF() > 2 * s.inspector->font().pointSizeF());
        s.window.resize(1600, 1000);
        QCOMPARE(full->geometry(), s.window.rect());
        QTest::keyClick(full, Qt::Key_N);
        QVERIFY(s.step() == Step::Decision);
        QTest::keyClick(full, Qt::Key_Escape);
        QVERIFY(!s.inspector->fullPicture());
        QVERIFY(s.step() == Step::All);
    }

    void escapeIsTheFilledWindowsAndNotTheProgramsStop() {
        Shown s;
        QAction stop(&s.window);
        stop.setShortcut(Qt::Key_Escape);
        s.window.addAction(&stop);
        QSignalSpy stopped(&stop, &QAction::triggered);
        s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
        s.inspector->setStep(Step::Coin);
        s.inspector->fill();
        auto* strip = s.inspector->fullPicture()->page().findChild<UnitStrip*>();
        strip->setFocus();
        QTest::keyClick(strip, Qt::Key_Escape);
        QVERIFY(!s.inspector->fullPicture());
        QCOMPARE(stopped.size(), 0);
        QTest::keyClick(s.track(), Qt::Key_Escape);
        QCOMPARE(stopped.size(), 1);
    }

    void theCoinCanBeDraggedOnTheFilledWindow() {
        Shown s;
        s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
        s.inspector->setStep(Step::Coin);
        QTest::mouseClick(s.button("inspectorFill"), Qt::LeftButton);
        auto* strip = s.inspector->fullPicture()->page().findChild<UnitStrip*>();
        QCoreApplication::processEvents();
        QTest::mouseClick(strip, Qt::LeftButton, {},
                          QPoint(3, static_cast<int>(strip->stripRect().center().y())));
        QVERIFY(s.inspector->title().contains(QLatin1String("accepted")));
        auto* words = s.inspector->fullPicture()->findChild<QLabel*>(QStringLiteral("fullHypothetical"));
        QVERIFY(words->isVisible() && words->text().startsWith(QLatin1String("Hypothetical")));
        QTest::mouseClick(s.button("inspectorFill"), Qt::LeftButton);
        QVERIFY(s.step() == Step::Coin);
    }

    void everyStepFitsTheWindowItFills() {
        for (const QSize size : {QSize(1024, 700), QSize(1366, 768), QSize(3840, 2160)}) {
            Shown s({}, size);
            s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
            s.inspector->fill();
            for (int i = 1; i < kSteps; ++i) {
                s.inspector->setStep(static_cast<Step>(i));
                FullPicture& full = *s.inspector->fullPicture();
                QCoreApplication::processEvents();
                QVERIFY2(full.page().geometry().bottom() <= full.height(), qPrintable(stepName(s.step())));
                QVERIFY2(full.page().minimumSizeHint().height() <= full.page().height(),
                         qPrintable(QStringLiteral("%1 at %2").arg(stepName(s.step())).arg(size.width())));
            }
        }
    }

    void pictures() {
        if (qEnvironmentVariableIsEmpty("SPECULA_PICTURES"))
            QSKIP("set SPECULA_PICTURES to a folder to save pictures");
        for (const bool dark : {false, true}) {
            Shown s({}, {1366, 768});
            s.window.setPalette(dark ? darkPalette() : lightPalette());
            const QString tail = dark ? QStringLiteral("dark") : QStringLiteral("light");
            s.inspector->setPlainTime(8.4);
            s.inspector->showToken(firstWith(s.log, Verdict::Rejected));
            for (int i = 0; i < kSteps; ++i) {
                s.inspector->setStep(static_cast<Step>(i));
                QCoreApplication::processEvents();
                savePicture(*s.inspector, QStringLiteral("step-%1-%2").arg(stepName(s.step()), tail));
            }
            s.inspector->findChild<QCheckBox*>(QStringLiteral("inspectorBreak"))->setChecked(true);
            s.button("inspectorDrawMany")->click();
            QTRY_VERIFY(!s.page()->isDrawing());
            QTest::qWait(50);
            savePicture(*s.inspector, QStringLiteral("step-broken-%1").arg(tail));
            s.inspector->findChild<QCheckBox*>(QStringLiteral("inspectorBreak"))->setChecked(false);
            s.inspector->setStep(Step::All);
            QTest::keyClick(s.page()->findChild<UnitStrip*>(), Qt::Key_Home);
            QCoreApplication::processEvents();
            savePicture(*s.inspector, QStringLiteral("step-hypothetical-%1").arg(tail));
            s.inspector->reset();
            for (const QSize size : {QSize(1366, 768), QSize(3840, 2160)}) {
                s.resize(size);
                s.inspector->fill();
                for (int i = 1; i < kSteps; ++i) {
                    s.inspector->setStep(static_cast<Step>(i));
                    QCoreApplication::processEvents();
                    savePicture(
                        s.window,
                        QStringLiteral("full-%1-%2-%3").arg(stepName(s.step())).arg(size.width()).arg(tail));
                }
                s.inspector->fill();
            }
        }
    }
};

QTEST_MAIN(TestInspectorSteps)
#include "test_inspector_steps.moc"
