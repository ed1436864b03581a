#include <QtTest>

#include <QAbstractButton>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QLabel>
#include <QMenuBar>
#include <QScrollArea>
#include <QStatusBar>
#include <QTabBar>

#include "tests/ui/main_window/layout_flaws.h"
#include "tests/ui/main_window/window_fixture.h"
#include "ui/charts/chart.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/run_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/main_window/cheat_sheet.h"
#include "ui/main_window/main_actions.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

namespace {

/// The window's own parts: none overlaps another, all are inside.
QStringList partFlaws(MainWindow& window) {
    QList<QWidget*> parts{window.menuBar(), window.centralWidget(), window.statusBar()};
    for (QDockWidget* dock : window.findChildren<QDockWidget*>()) {
        if (dock->isVisible() && !dock->visibleRegion().isEmpty()) parts << dock;
    }
    QStringList found;
    for (int a = 0; a < parts.size(); ++a) {
        if (!window.rect().contains(parts[a]->geometry()))
            found << nameOf(parts[a]) + QStringLiteral(" leaves the window ") + text(parts[a]->geometry());
        for (int b = a + 1; b < parts.size(); ++b) {
            if (parts[a]->geometry().intersects(parts[b]->geometry()))
                found << nameOf(parts[a]) + QStringLiteral(" overlaps ") + nameOf(parts[b]);
        }
    }
    return found;
}

void savePictureOf(QWidget& widget, const QString& name) {
    const QString folder = qEnvironmentVariable("SPECULA_PICTURES");
    if (folder.isEmpty()) return;
    QDir().mkpath(folder);
    const QString scale = qEnvironmentVariable("QT_SCALE_FACTOR");
    widget.grab().save(QDir(folder).filePath(
        QStringLiteral("window-%1%2.png")
            .arg(name, scale.isEmpty() ? QString() : QStringLiteral("-scale") + scale)));
}

}  // namespace

class TestMainWindowLayout : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        useOwnSettings(m_folder);
    }

    void everyPartHasItsPlace_data() {
        QTest::addColumn<QSize>("size");
        QTest::addColumn<QString>("state");
        for (const QSize size : {QSize(1024, 700), QSize(1366, 768), QSize(3840, 2160)}) {
            for (const char* state : {"empty", "run", "error", "sweep", "loading"}) {
                QTest::addRow("%s at %dx%d", state, size.width(), size.height())
                    << size << QString::fromUtf8(state);
            }
        }
    }
    void everyPartHasItsPlace() {
        QFETCH(QSize, size);
        QFETCH(QString, state);
        auto window = loadedWindow();
        window->setTheme(state == QStringLiteral("run") || state == QStringLiteral("loading")
                             ? ThemeChoice::Light
                             : ThemeChoice::Dark);
        window->resize(size);
        window->show();
        QVERIFY(QTest::qWaitForWindowExposed(window.get()));
        enter(*window, state);
        settle(*window);
        savePictureOf(*window, QStringLiteral("%1-%2").arg(state).arg(size.width()));
        QCOMPARE(window->size(), size);
        const QStringList wrong = partFlaws(*window) + flaws(*window);
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join(QLatin1Char('\n'))));
    }

    void theInspectorGivesWayWhenTheWindowIsNarrow() {
        auto window = loadedWindow();
        window->resize(1366, 768);
        window->show();
        QVERIFY(QTest::qWaitForWindowExposed(window.get()));
        auto* inspector = window->findChild<QDockWidget*>(QStringLiteral("inspector"));
        auto* setup = window->findChild<QDockWidget*>(QStringLiteral("setup"));
        QVERIFY(window->tabifiedDockWidgets(inspector).isEmpty());
        QCOMPARE(window->dockWidgetArea(inspector), Qt::RightDockWidgetArea);
        QVERIFY(inspector->width() >= 330 && setup->width() >= 255 && setup->width() <= 300);
        window->resize(1024, 700);
        settle(*window);
        QVERIFY(window->tabifiedDockWidgets(inspector).contains(setup));
        QVERIFY(!setup->visibleRegion().isEmpty());
        // A chosen token brings it to the front.
        play(window->runLog(), {});
        settle(*window);
        window->inspect(window->runLog().output().front());
        settle(*window);
        QVERIFY(!inspector->visibleRegion().isEmpty());
        savePictureOf(*window, QStringLiteral("inspector-1024"));
        window->resize(1366, 768);
        settle(*window);
        QVERIFY(window->tabifiedDockWidgets(inspector).isEmpty());
        QCOMPARE(window->dockWidgetArea(inspector), Qt::RightDockWidgetArea);
        QVERIFY(inspector->isVisible());
    }

    void aHiddenInspectorStaysHiddenWhenTheWindowGrows() {
        auto window = loadedWindow();
        window->resize(1366, 768);
        window->show();
        QVERIFY(QTest::qWaitForWindowExposed(window.get()));
        window->actionSet().showInspector->trigger();
        window->resize(1024, 700);
        settle(*window);
        window->resize(1500, 800);
        settle(*window);
        QVERIFY(!window->findChild<QDockWidget*>(QStringLiteral("inspector"))->isVisible());
    }

    void chartsKeepAUsefulHeight() {
        auto window = loadedWindow();
        window->resize(1366, 768);
        window->show();
        QVERIFY(QTest::qWaitForWindowExposed(window.get()));
        settle(*window);
        QVERIFY(window->charts().acceptance().height() >= 150);
        QVERIFY(window->tokenView().height() >= 250);
    }

    void dialogsFitTheirWords() {
        auto window = loadedWindow();
        window->show();
        CheatSheet sheet(keyGroups(window->actionSet()));
        sheet.show();
        QVERIFY(QTest::qWaitForWindowExposed(&sheet));
        savePictureOf(sheet, QStringLiteral("keys"));
        QCOMPARE(flaws(sheet), QStringList());
        QVERIFY(sheet.height() <= 700);
    }

private:
    static void enter(MainWindow& window, const QString& state) {
        if (state == QStringLiteral("empty")) return;
        if (state == QStringLiteral("loading")) {
            window.clearModelInfo();
            window.setState(AppState::Loading, QStringLiteral("Loading SmolLM2-135M-Instruct"));
            window.setProgress(0.42);
            return;
        }
        FakeRun run;
        run.rounds = 60;
        run.noise = 0.6;
        play(window.runLog(), run, state != QStringLiteral("run"));
        if (state == QStringLiteral("run")) {
            window.setState(AppState::Running);
            window.setPlainBaseline(interval(142, 139, 145, 5), interval(1.61, 1.52, 1.70, 5));
        }
        for (const TokenRef& token : window.runLog().decisions()) {
            const Proposal* proposal = window.runLog().proposalAt(token);
            if (!proposal || proposal->verdict != Verdict::Rejected) continue;
            if (window.width() >= 1100) window.inspect(token);
            break;
        }
        if (state == QStringLiteral("error")) {
            window.showError(
                QStringLiteral("/models/smollm2.gguf: tensor 'blk.0.attn_q.weight' has shape [576, 192], "
                               "expected [576, 576]; the file "
                               "may be cut short, so download it again or choose another model."));
            window.showWarning(QStringLiteral(
                "The draft's vocabulary has 128 more entries than the target's; they are never proposed."));
            window.showError(QStringLiteral("Not enough memory: the pair needs 3.1 GB and 1.2 GB are free."));
        }
        if (state == QStringLiteral("sweep")) {
            window.setState(AppState::Measuring, QStringLiteral("Sweeping gamma"));
            window.setProgress(0.7);
            window.charts().sweep().begin(QStringLiteral("creative"), 0, 8);
            for (const SweepPoint& point : sweepWithBestAtFour()) {
                if (point.gamma <= 6) window.charts().sweep().setPoint(point);
            }
            window.charts().showSweep();
        }
    }

    static void settle(MainWindow& window) {
        for (int turn = 0; turn < 5; ++turn) QCoreApplication::processEvents();
        for (Chart* chart : window.findChildren<Chart*>()) chart->flush();
        for (int turn = 0; turn < 5; ++turn) QCoreApplication::processEvents();
    }

    QTemporaryDir m_folder;
};

QTEST_MAIN(TestMainWindowLayout)
#include "test_main_window_layout.moc"
