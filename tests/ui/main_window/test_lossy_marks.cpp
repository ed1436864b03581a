#include <QtTest>

#include <QLabel>
#include <QTemporaryDir>

#include "tests/ui/main_window/window_fixture.h"
#include "tests/ui/pictures.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/run_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/common/palette.h"
#include "ui/common/run_marks.h"
#include "ui/inspector/inspector.h"
#include "ui/lab/lab_form.h"
#include "ui/lab/lab_view.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/status_panel.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

class TestLossyMarks : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
        QLocale::setDefault(QLocale::c());
    }
    void init() {
        m_window = loadedWindow();
        m_window->setTheme(ThemeChoice::Light);
        m_window->resize(1366, 768);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    }
    void cleanup() { m_window.reset(); }

    void everyPlaceThatShowsALossyRunSaysSo() {
        QVERIFY(shown().isEmpty());
        playUnder(Rule::Typical);
        QCOMPARE(shown().join(QLatin1Char(' ')),
                 QStringLiteral("status strip inspector acceptance rate emission"));
        auto* strip = m_window->findChild<MarkLabel*>(QStringLiteral("runMarks"));
        QVERIFY(strip->text().contains(QLatin1String("Typical acceptance")));
        savePicture(*m_window, QStringLiteral("window-lossy"));
        playUnder(Rule::Token);
        QVERIFY(shown().isEmpty());
        playUnder(Rule::Ensemble);
        QCOMPARE(shown().size(), 6);
        m_window->runLog().clear();
        QTRY_VERIFY(shown().isEmpty());
    }

    void theMarkIsRedOnEverySurfaceInBothThemes() {
        playUnder(Rule::Ensemble);
        for (const ThemeChoice choice : {ThemeChoice::Light, ThemeChoice::Dark}) {
            m_window->setTheme(choice);
            QTest::qWait(50);
            for (const MarkLabel* label : m_window->findChildren<MarkLabel*>()) {
                const QColor ink = label->palette().color(QPalette::WindowText);
                QVERIFY(ink.hsvHue() < 20 || ink.hsvHue() > 340);
                QVERIFY(contrastRatio(ink, label->palette().color(QPalette::Window)) >= 4.0);
            }
        }
        m_window->setTheme(ThemeChoice::Light);
    }

    void syntheticRunsAreMarkedToo() {
        FakeRun run;
        RunHeader header = fakeHeader(run);
        header.draftKind = "oracle";
        m_window->runLog().begin(header);
        QCOMPARE(m_window->statusPanel().marks()->text(), QStringLiteral("SYNTHETIC"));
        header.draftKind = "model";
        header.options.syntheticAcceptance = 0.7;
        header.options.rule = Rule::Typical;
        m_window->runLog().begin(header);
        QCOMPARE(m_window->statusPanel().marks()->text(), QStringLiteral("LOSSY, SYNTHETIC"));
        header.options = fakeHeader(run).options;
        m_window->runLog().begin(header);
        QVERIFY(m_window->statusPanel().marks()->isHidden());
    }

    void aSweepUnderALossyRuleIsMarked() {
        RunRequest request = sampleRequest();
        request.options.rule = Rule::Ensemble;
        m_window->setup().setRequest(request);
        m_window->actionSet().sweep->trigger();
        LabView& lab = m_window->lab();
        lab.begin(lab.form().request());
        const LabSetup setup = lab.data().setupAt(0, 2).value();
        QCOMPARE(setup.judged.rule, Rule::Ensemble);
        LabPoint point;
        point.setup = setup;
        point.suite = lab.form().request().suites.front().name;
        point.speedup = Interval{1.4, 1.3, 1.5, 6, "test"};
        lab.setPoint(point);
        QTRY_VERIFY(lab.speed().title().startsWith(QLatin1String("LOSSY: ")));
        m_window->setPage(MainPage::Generate);
        m_window->charts().showSweep();
        QTRY_VERIFY(m_window->charts().sweep().title().startsWith(QLatin1String("LOSSY: ")));
    }

    void theWindowKeepsItsColumnsWithTheMarks() {
        playUnder(Rule::Ensemble);
        QCOMPARE(m_window->size(), QSize(1366, 768));
        m_window->resize(900, 600);
        QTest::qWait(50);
        QCOMPARE(m_window->size(), QSize(900, 600));
        const QLabel* mark = m_window->statusPanel().marks();
        QVERIFY(mark->isVisible() && mark->width() >= mark->minimumSizeHint().width());
        savePicture(*m_window, QStringLiteral("window-lossy-narrow"));
    }

private:
    void playUnder(Rule rule) {
        FakeRun run;
        run.rounds = 60;
        RunHeader header = fakeHeader(run);
        header.options.rule = rule;
        std::vector<Round> rounds = fakeRounds(run);
        for (Round& round : rounds) round.rule = rule;
        m_window->runLog().begin(header);
        m_window->runLog().append(std::move(rounds));
        m_window->runLog().finish(run.runId, Finish::Length);
        m_window->inspect(m_window->runLog().decisions().front());
        QTest::qWait(2 * Chart::kReplotIntervalMs);
    }

    QStringList shown() {
        const auto says = [](const QLabel* label) {
            return label->isVisible() && label->text().contains(QLatin1String("LOSSY"));
        };
        QStringList places;
        if (says(m_window->statusPanel().marks())) places << QStringLiteral("status");
        if (says(m_window->findChild<MarkLabel*>(QStringLiteral("runMarks"))))
            places << QStringLiteral("strip");
        if (says(m_window->inspector().findChild<MarkLabel*>())) places << QStringLiteral("inspector");
        const std::pair<const Chart*, const char*> charts[] = {
            {&m_window->charts().acceptance(), "acceptance"},
            {&m_window->charts().rate(), "rate"},
            {&m_window->charts().emission(), "emission"}};
        for (const auto& [chart, name] : charts) {
            if (!chart->isEmpty() && chart->title().startsWith(QLatin1String("LOSSY: ")))
                places << QLatin1String(name);
        }
        return places;
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestLossyMarks)
#include "test_lossy_marks.moc"
