// High contrast and reduced motion.
#include <QtTest>

#include <QMenu>
#include <QPushButton>

#include "tests/ui/main_window/window_fixture.h"
#include "tests/ui/pictures.h"
#include "ui/common/contrast_style.h"
#include "ui/common/motion.h"
#include "ui/common/palette.h"
#include "ui/main_window/main_actions.h"
#include "ui/race/race_clock.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/tokens/token_view.h"
#include "ui/welcome/welcome_panel.h"

using namespace specula;
using namespace specula::test;

namespace {

int distance(const QColor& a, const QColor& b) {
    return std::abs(a.red() - b.red()) + std::abs(a.green() - b.green()) + std::abs(a.blue() - b.blue());
}

std::vector<std::pair<const char*, QColor>> marksOf(const Theme& t) {
    return {{"accepted", t.accepted}, {"rejected", t.rejected}, {"resampled", t.resampled},
            {"bonus", t.bonus},       {"draft", t.draft},       {"target", t.target},
            {"plain", t.plain},       {"lossy", t.lossy},       {"accent", t.accent},
            {"line", t.line}};
}

void addThemes() {
    QTest::addColumn<QPalette>("palette");
    QTest::addColumn<double>("least");
    QTest::newRow("light") << lightPalette() << 4.5;
    QTest::newRow("dark") << darkPalette() << 4.5;
    QTest::newRow("white on black") << contrastPalette(true) << 7.0;
    QTest::newRow("black on white") << contrastPalette(false) << 7.0;
}

}  // namespace

class TestLooks : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
    }
    void init() {
        QSettings().clear();
        m_window = loadedWindow();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void cleanup() {
        m_window->setTheme(ThemeChoice::Light);
        m_window->setReduceMotion(false);
        m_window.reset();
    }

    // --- contrast ----------------------------------------------------------------------------------------

    void everyTextStandsOut_data() { addThemes(); }
    void everyTextStandsOut() {
        QFETCH(QPalette, palette);
        QFETCH(double, least);
        const Theme t = Theme::of(palette);
        QCOMPARE(t.highContrast, least == 7.0);
        const auto check = [least](const char* what, const QColor& ink, const QColor& ground) {
            const double ratio = contrastRatio(ink, ground);
            if (ratio >= least) return true;
            qWarning("%s: %.2f", what, ratio);
            return false;
        };
        for (const QColor& ground : {t.window, t.base, t.alternate}) {
            QVERIFY(check("text", t.text, ground));
            QVERIFY(check("secondary", t.secondary, ground));
            if (t.highContrast) QVERIFY(check("disabled", t.disabled, ground));
        }
        using Role = QPalette::ColorRole;
        using Group = QPalette::ColorGroup;
        const std::vector<std::pair<Role, Role>> pairs{{QPalette::WindowText, QPalette::Window},
                                                       {QPalette::Text, QPalette::Base},
                                                       {QPalette::Text, QPalette::AlternateBase},
                                                       {QPalette::ButtonText, QPalette::Button},
                                                       {QPalette::ToolTipText, QPalette::ToolTipBase},
                                                       {QPalette::HighlightedText, QPalette::Highlight},
                                                       {QPalette::Link, QPalette::Base},
                                                       {QPalette::BrightText, QPalette::Window}};
        std::vector<Group> groups{QPalette::Active, QPalette::Inactive};
        if (t.highContrast) groups.push_back(QPalette::Disabled);
        for (const Group group : groups) {
            for (const auto& [ink, ground] : pairs)
                QVERIFY2(check("role", palette.color(group, ink), palette.color(group, ground)),
                         qPrintable(QStringLiteral("group %1 role %2").arg(group).arg(ink)));
        }
        if (t.highContrast) QVERIFY(check("placeholder", palette.color(QPalette::PlaceholderText), t.base));
        for (const auto& [name, color] : marksOf(t)) QVERIFY(check(name, t.readable(color), t.base));
        for (const EmitKind kind :
             {EmitKind::Accepted, EmitKind::Resampled, EmitKind::Bonus, EmitKind::Plain}) {
            const TokenLook look = lookOf(kind, t);
            QVERIFY(check("token", look.ink, look.fill.isValid() ? look.fill : t.base));
        }
        for (const Verdict verdict : {Verdict::Accepted, Verdict::Rejected, Verdict::Discarded}) {
            const TokenLook look = lookOf(verdict, t);
            QVERIFY(check("draft", look.ink, look.fill));
        }
    }

    void inHighContrastEveryMarkStandsOut() {
        for (const bool dark : {true, false}) {
            const Theme t = Theme::of(contrastPalette(dark));
            QCOMPARE(t.dark, dark);
            for (const auto& [name, color] : marksOf(t)) {
                for (const QColor& ground : {t.window, t.base})
                    QVERIFY2(contrastRatio(color, ground) >= 7.0, name);
                QCOMPARE(t.tint(color, 0.45), color);
                if (color != t.line) QVERIFY2(contrastRatio(t.text, t.tint(color, 0.34)) >= 7.0, name);
            }
            QVERIFY(contrastRatio(t.grid, t.base) >= 3.0);
        }
    }

    void fatesDifferInColourAndInShape_data() { addThemes(); }
    void fatesDifferInColourAndInShape() {
        QFETCH(QPalette, palette);
        const Theme t = Theme::of(palette);
        const std::vector<QColor> fates{t.accepted, t.rejected, t.resampled, t.bonus, t.draft};
        for (std::size_t i = 0; i < fates.size(); ++i) {
            for (std::size_t k = 0; k < i; ++k) QVERIFY(distance(fates[i], fates[k]) > 80);
        }
        QCOMPARE(lookOf(EmitKind::Accepted, t).mark, Mark::None);
        QCOMPARE(lookOf(EmitKind::Resampled, t).mark, Mark::Underline);
        QCOMPARE(lookOf(EmitKind::Bonus, t).mark, Mark::Plus);
        QCOMPARE(lookOf(Verdict::Rejected, t).mark, Mark::StrikeThrough);
        QCOMPARE(lookOf(Verdict::Discarded, t).mark, Mark::Hatch);
    }

    void onlyABlackOrWhiteDesktopAsksForIt() {
        QVERIFY(!isHighContrast(lightPalette()));
        QVERIFY(!isHighContrast(darkPalette()));
        for (const bool dark : {true, false}) {
            QPalette palette = contrastPalette(dark);
            QVERIFY(isHighContrast(palette));
            // A label that warns is still one of the same window.
            palette.setColor(QPalette::WindowText, Theme::of(palette).lossy);
            QVERIFY(isHighContrast(palette));
            QPalette button = palette;
            button.setColor(QPalette::Button, QColor(0x80, 0x80, 0x80));
            QVERIFY(!isHighContrast(button));
            QPalette pale = palette;
            pale.setColor(QPalette::ButtonText, QColor(0x90, 0x90, 0x90));
            QVERIFY(!isHighContrast(pale));
        }
        // Yellow on black, as some desktops have it.
        QPalette yellow = contrastPalette(true);
        yellow.setColor(QPalette::ButtonText, QColor(0xFF, 0xFF, 0x00));
        QVERIFY(isHighContrast(yellow));
    }

    void theMenuChoosesItAndItIsRemembered() {
        QAction* choice = m_window->actionSet().contrastColors;
        QVERIFY(!choice->isChecked());
        choice->trigger();
        QCOMPARE(m_window->theme(), ThemeChoice::HighContrast);
        QVERIFY(choice->isChecked() && !m_window->actionSet().systemColors->isChecked());
        QTRY_COMPARE(m_window->palette().color(QPalette::Window), QColor(Qt::black));
        QVERIFY(Theme::of(m_window->palette()).highContrast);
        QVERIFY(qobject_cast<ContrastStyle*>(QApplication::style()));
        m_window->close();
        m_window->setTheme(ThemeChoice::Light);
        QVERIFY(!qobject_cast<ContrastStyle*>(QApplication::style()));
        QTRY_VERIFY(!Theme::of(m_window->palette()).highContrast);
        m_window = loadedWindow();
        m_window->restoreSettings();
        m_window->show();
        QCOMPARE(m_window->theme(), ThemeChoice::HighContrast);
        QVERIFY(m_window->actionSet().contrastColors->isChecked());
    }

    void controlsHaveOutlines() {
        m_window->setTheme(ThemeChoice::HighContrast);
        QPushButton button(QStringLiteral("Generate"));
        button.resize(button.sizeHint());
        button.show();
        const QImage image = button.grab().toImage();
        const int middle = image.height() / 2;
        QColor edge;
        int strongest = 0;
        for (int x = 0; x < 4; ++x) {
            const QColor c = image.pixelColor(x, middle);
            if (c.lightness() >= strongest) strongest = c.lightness(), edge = c;
        }
        QVERIFY(contrastRatio(edge, Qt::black) >= 7.0);
    }

    void theWindowInHighContrast() {
        m_window->setTheme(ThemeChoice::HighContrast);
        FakeRun run;
        run.rounds = 60;
        play(m_window->runLog(), run);
        m_window->resize(1366, 768);
        for (const TokenRef& token : m_window->runLog().decisions()) {
            const Proposal* proposal = m_window->runLog().proposalAt(token);
            if (!proposal || proposal->verdict != Verdict::Rejected) continue;
            m_window->inspect(token);
            break;
        }
        m_window->tokenView().setFind(QStringLiteral("the"), false);
        QTest::qWait(400);
        const QString folder = qEnvironmentVariable("SPECULA_PICTURES");
        if (!folder.isEmpty()) m_window->grab().save(folder + QStringLiteral("/high-contrast.png"));
        QCOMPARE(m_window->tokenView().viewport()->grab().toImage().pixelColor(2, 2), QColor(Qt::black));
    }

    // --- motion ------------------------------------------------------------------------------------------

    void motionIsReducedByTheMenuAndRemembered() {
        QAction* toggle = m_window->actionSet().reduceMotion;
        QVERIFY(!toggle->isChecked() && !motionReduced());
        QVERIFY(m_window->isAnimated());
        QVERIFY(QApplication::cursorFlashTime() > 0);
        toggle->trigger();
        QVERIFY(toggle->isChecked() && motionReduced());
        QVERIFY(!m_window->isAnimated());
        QCOMPARE(QApplication::cursorFlashTime(), 0);
        QVERIFY(!QApplication::isEffectEnabled(Qt::UI_FadeMenu));
        m_window->close();
        m_window->setReduceMotion(false);
        QVERIFY(QApplication::cursorFlashTime() > 0);
        m_window = loadedWindow();
        m_window->restoreSettings();
        QVERIFY(motionReduced());
        QVERIFY(m_window->actionSet().reduceMotion->isChecked());
    }

    void theWelcomeStandsAtItsEndUntilItIsPlayed() {
        m_window->setReduceMotion(true);
        FakeRun run;
        run.rounds = 40;
        play(m_window->runLog(), run);
        m_window->showWelcome();
        QVERIFY(m_window->welcome().isVisible());
        const RunLog& log = m_window->runLog();
        QCOMPARE(log.playhead(), 40);
        QVERIFY(!m_window->timeline().player().isPlaying());
        QSignalSpy moved(&log, &RunLog::playheadMoved);
        QTest::qWait(700);
        QCOMPARE(moved.size(), 0);
        // What is asked for plays, two rounds a second as ever.
        QTest::keyClick(m_window.get(), Qt::Key_F9);
        QVERIFY(m_window->timeline().player().isPlaying());
        QVERIFY(log.playhead() < 3);
        QTRY_VERIFY(log.playhead() >= 3);
        QVERIFY(log.playhead() <= 5);
    }

    void aReplayGoesOnInSteps_data() {
        QTest::addColumn<bool>("reduced");
        QTest::newRow("as ever") << false;
        QTest::newRow("reduced") << true;
    }
    void aReplayGoesOnInSteps() {
        QFETCH(bool, reduced);
        m_window->setReduceMotion(reduced);
        FakeRun run;
        run.rounds = 400;
        play(m_window->runLog(), run);
        RunPlayer& player = m_window->timeline().player();
        player.setPace({Pace::Kind::Full, 0.0});
        player.showTo(0);
        QSignalSpy moved(&m_window->runLog(), &RunLog::playheadMoved);
        player.play();
        QTRY_COMPARE_WITH_TIMEOUT(m_window->runLog().playhead(), 400, 20000);
        if (reduced)
            QVERIFY(moved.size() <= 12);
        else
            QVERIFY(moved.size() > 30);
    }

    void aRaceGoesOnInSteps() {
        for (const bool reduced : {false, true}) {
            m_window->setReduceMotion(reduced);
            RaceClock clock;
            clock.setLanes(2000.0, 1000.0);
            QSignalSpy moved(&clock, &RaceClock::moved);
            clock.restart();
            QTest::qWait(1300);
            if (reduced)
                QVERIFY(moved.size() >= 2 && moved.size() <= 4);
            else
                QVERIFY(moved.size() > 8);
        }
    }

private:
    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestLooks)
#include "test_looks.moc"
