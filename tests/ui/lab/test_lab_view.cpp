#include <QtTest>

#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QSpinBox>
#include <QTabBar>

#include "tests/ui/lab/sample_lab.h"
#include "tests/ui/main_window/window_fixture.h"
#include "tests/ui/pictures.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/run_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/lab/check_menu.h"
#include "ui/lab/heat_chart.h"
#include "ui/lab/lab_form.h"
#include "ui/lab/lab_grid.h"
#include "ui/lab/lab_view.h"
#include "ui/lab/suites_chart.h"
#include "ui/lab/time_chart.h"
#include "ui/main_window/main_actions.h"

using namespace specula;
using namespace specula::test;

class TestLabView : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        qRegisterMetaType<LabRequest>();
        QVERIFY(m_folder.isValid());
        useOwnSettings(m_folder);
    }
    void init() {
        QSettings().clear();
        m_window = loadedWindow();
        m_window->show();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        m_window->setPage(MainPage::Lab);
        m_view = &m_window->lab();
    }
    void cleanup() { m_window.reset(); }

    void theTabTheKeyAndTheMenuAgree() {
        auto* bar = m_window->findChild<QTabBar*>();
        QCOMPARE(bar->tabText(bar->currentIndex()), QStringLiteral("Gamma lab"));
        QCOMPARE(bar->currentIndex(), 2);
        QTest::keyClick(m_window.get(), Qt::Key_9, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Generate);
        QTest::keyClick(m_window.get(), Qt::Key_9, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Lab);
        QVERIFY(m_window->actionSet().showLab->isChecked());
    }

    void emptyItSaysWhatToDoAndItsButtonStarts() {
        QVERIFY(m_view->emptyButton()->isVisible());
        QVERIFY(!m_view->grid().isVisible());
        QSignalSpy asked(m_window.get(), &MainWindow::labRequested);
        QTest::mouseClick(m_view->emptyButton(), Qt::LeftButton);
        QCOMPARE(asked.size(), 1);
        savePicture(*m_window, QStringLiteral("lab-empty"));
    }

    void aSweepIsOneRowOfTheLab() {
        m_window->setPage(MainPage::Generate);
        QTest::keyClick(m_window.get(), Qt::Key_G, Qt::ControlModifier);
        QCOMPARE(m_window->page(), MainPage::Lab);
        QVERIFY(m_view->startButton()->hasFocus());
        QSignalSpy asked(m_window.get(), &MainWindow::labRequested);
        QTest::keyClick(m_view->startButton(), Qt::Key_Space);
        QCOMPARE(asked.size(), 1);
        const auto request = asked.front().front().value<LabRequest>();
        QCOMPARE(request.suites.size(), std::size_t{1});
        QCOMPARE(request.suites[0].prompts[0].text, sampleRequest().prompt.text);
        QCOMPARE(request.drafts, (std::vector<LabDraft>{{"early-exit:5", false}}));
        QCOMPARE(request.temperatures, std::vector<double>{0.7});
        QCOMPARE(request.setups.size(), std::size_t{8});
        QCOMPARE(request.engine.target, sampleRequest().engine.target);
        QCOMPARE(labRuns(request), 9L * 3);
    }

    void theFormSaysWhatIsMeasuredAndWhatItLacks() {
        LabForm& form = m_view->form();
        form.suites()->setChecked(0, false);
        form.suites()->setChecked(1, true);
        form.first()->setValue(2);
        form.last()->setValue(3);
        form.repeats()->setValue(4);
        form.temperatures()->setText(QStringLiteral("0; 0.7"));
        form.drafts()->setChecked(1, true);
        const LabRequest request = form.request();
        QCOMPARE(request.suites[0].prompts.size(), std::size_t{2});
        QCOMPARE(request.drafts.size(), std::size_t{2});
        // Two drafts x two temperatures x (plain and two gammas) x two prompts x four repeats.
        QCOMPARE(labRuns(request), 2L * 2 * 3 * 2 * 4);
        QVERIFY(m_view->progressText().startsWith(QStringLiteral("96 runs")));
        m_view->setPace(LabPace{4.0, sampleCosts()});
        QVERIFY(m_view->progressText().contains(QStringLiteral("about ")));
        form.temperatures()->setText(QStringLiteral("warm"));
        QVERIFY(m_view->progressText().contains(QStringLiteral("warm")));
        QVERIFY(!m_view->startButton()->isEnabled());
        form.temperatures()->setText(QStringLiteral("1"));
        form.trees()->setText(QStringLiteral("3,x"));
        QVERIFY(!m_view->startButton()->isEnabled());
        form.trees()->clear();
        form.suites()->setChecked(1, false);
        QVERIFY(m_view->progressText().contains(QStringLiteral("prompt")));
        form.suites()->setChecked(1, true);
        QVERIFY(m_view->startButton()->isEnabled());
    }

    void tickingKeepsTheMenuOpen() {
        CheckMenu* suites = m_view->form().suites();
        QTimer::singleShot(0, suites, [suites] {
            QMenu* menu = suites->menu();
            menu->setActiveAction(menu->actions().at(1));
            QTest::keyClick(menu, Qt::Key_Space);
            QVERIFY(menu->isVisible());
            QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(menu->actions().at(0)).center());
            QVERIFY(menu->isVisible());
            QTest::keyClick(menu, Qt::Key_Escape);
        });
        QTest::mouseClick(suites, Qt::LeftButton);
        QCOMPARE(suites->checked()[1], true);
        QCOMPARE(suites->checked()[0], false);
        QVERIFY(suites->text().contains(QStringLiteral("Creative")));
    }

    void cellsFillAsTheyAreMeasuredAndTheRunningOneIsMarked() {
        const LabReport report = sampleLab();
        m_view->begin(report.request);
        QVERIFY(m_view->grid().isVisible());
        const QAbstractItemModel& model = *m_view->grid().model();
        QCOMPARE(model.rowCount(), 8);
        QVERIFY(!model.index(0, 1).data().isValid());
        const LabSetup setup = m_view->data().setupAt(0, 2).value();
        m_view->setStep({setup, "Creative", "Once", 7, 132});
        QVERIFY(model.index(0, 2).data(LabGridModel::RunningRole).toBool());
        QVERIFY(m_view->progressText().contains(QStringLiteral("Run 8 of 132")));
        m_view->setPoint(sampleLabPoint(setup, "Creative", "", 1));
        QVERIFY(model.index(0, 2).data().toString().endsWith(QStringLiteral("×")));
        // The look-up's tree is no cell; a screen reader hears why.
        QVERIFY(model.index(1, 5).data(LabGridModel::AbsentRole).toBool());
        QVERIFY(
            model.index(1, 5).data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("no trees")));
        m_view->setRunning(false);
        QVERIFY(!model.index(0, 2).data(LabGridModel::RunningRole).toBool());
        QVERIFY(model.index(0, 2).data().isValid());  // what was measured stays
    }

    void pauseResumeAndStopAreAskedForByTheirButtons() {
        m_view->begin(sampleLabRequest());
        QVERIFY(!m_view->startButton()->isVisible());
        QSignalSpy paused(m_view, &LabView::pauseRequested);
        QSignalSpy stopped(m_view, &LabView::stopRequested);
        QTest::mouseClick(m_view->pauseButton(), Qt::LeftButton);
        QCOMPARE(paused.takeFirst().front().toBool(), true);
        m_view->setPaused(true);
        QVERIFY(m_view->progressText().startsWith(QStringLiteral("Paused")));
        QVERIFY(m_view->pauseButton()->text().startsWith(QStringLiteral("Res")));
        m_view->pauseButton()->setFocus();
        QTest::keyClick(m_view->pauseButton(), Qt::Key_Space);
        QCOMPARE(paused.takeFirst().front().toBool(), false);
        QTest::mouseClick(m_view->stopButton(), Qt::LeftButton);
        QCOMPARE(stopped.size(), 1);
        m_view->setRunning(false);
        QVERIFY(m_view->startButton()->isVisible());
        QVERIFY(!m_view->isPaused());
    }

    void aCellDrivesTheCharts() {
        show(sampleLab());
        const LabData& data = m_view->data();
        QCOMPARE(m_view->row(), 4);  // Code, greedily, with the head: the best
        m_view->grid().setFocus();
        m_view->select(0, 1);
        QTest::keyClick(&m_view->grid(), Qt::Key_Right);
        QTest::keyClick(&m_view->grid(), Qt::Key_Down);
        QTest::keyClick(&m_view->grid(), Qt::Key_Up);
        QCOMPARE(m_view->row(), 0);
        QCOMPARE(m_view->column(), 2);
        drawAll();
        const LabPoint& cell = *data.at(0, 2);
        // Speed-up: the report's own numbers, trees among them.
        const auto whole = m_view->speed().data().whole();
        QCOMPARE(whole.size(), std::size_t{6});
        QCOMPARE(whole[2]->speedup->median, cell.speedup->median);
        QVERIFY(!whole[5]->tree.off());
        QVERIFY(m_view->speed().finding().contains(QStringLiteral("gamma")));
        // Acceptance: the cell's positions.
        QCOMPARE(m_view->acceptance().marks().size(), std::size_t{2});
        // Time: plain first, every part from the totals.
        const auto& times = m_view->times().columns();
        QCOMPARE(times.size(), std::size_t{6});
        QCOMPARE(times[2].time.draft, cell.totals.draftMs / static_cast<double>(cell.totals.emitted()));
        QCOMPARE(times[0].time.draft, 0.0);
        // Suites: the same column of both.
        const auto& suites = m_view->suitesChart().entries();
        QCOMPARE(suites.size(), std::size_t{2});
        QCOMPARE(suites[1].speedup.median, data.at(4, 2)->speedup->median);
        QVERIFY(m_view->suitesChart().finding().startsWith(QStringLiteral("Code gains most")));
    }

    void theMapIsTheCostModelsAndSaysWhereTheDraftStands() {
        show(sampleLab());
        m_view->select(0, 2);
        drawAll();
        const LabHeatChart& heat = m_view->heat();
        QCPColorMapData* cells = heat.map().data();
        for (const auto& [i, j] : {std::pair(5, 3), {30, 10}, {55, 0}, {60, 40}}) {
            double alpha = 0.0, c = 0.0;
            cells->cellToCoord(i, j, &alpha, &c);
            Costs costs = sampleCosts();
            costs.c = c;
            QCOMPARE(cells->cell(i, j), bestGamma({alpha}, costs, LabHeatChart::kLastGamma).speedup);
        }
        const Totals totals = m_view->data().chainTotals(0);
        QCOMPARE(heat.marks().size(), std::size_t{1});
        QCOMPARE(heat.marks()[0].key, *totals.acceptanceRate());
        QCOMPARE(heat.marks()[0].value, sampleCosts().c);
        QVERIFY(heat.finding().contains(QStringLiteral("predicted")));
        // The line of no gain is where the model's best speed-up is 1.
        const auto* line = heat.graph(0);
        QVERIFY(line->dataCount() > 20);
        for (int i = 0; i < line->dataCount(); i += 7) {
            const QCPGraphData at = *line->data()->at(i);
            if (at.value < 0.01 || at.value > 3.9) continue;
            QVERIFY(heat.speedupAt(at.key, at.value * 1.02) <= 1.0 + 1e-9);
            QVERIFY(heat.speedupAt(at.key, at.value * 0.98) > 1.0);
        }
    }

    void enterAndAClickOnAPointLoadTheCellsRun() {
        show(sampleLab());
        QSignalSpy run(m_window.get(), &MainWindow::runRequested);
        m_view->grid().setFocus();
        m_view->select(4, 3);
        QTest::keyClick(&m_view->grid(), Qt::Key_Return);
        QCOMPARE(run.size(), 1);
        auto request = run.takeFirst().front().value<RunRequest>();
        QCOMPARE(request.prompt.name, std::string("Sort"));
        QCOMPARE(request.options.gamma, 3);
        QCOMPARE(request.options.seed, std::uint64_t{5});
        QCOMPARE(request.options.sampling.temperature, 0.0);
        QCOMPARE(m_window->setup().request().options.gamma, 3);
        QCOMPARE(m_window->setup().request().prompt.text, std::string("def sort("));
        drawAll();
        const ChartMark mark = m_view->speed().marks()[2];
        QTest::mouseClick(&m_view->speed(), Qt::LeftButton, {}, m_view->speed().pixelOf(mark).toPoint());
        QCOMPARE(run.size(), 1);
        request = run.takeFirst().front().value<RunRequest>();
        QCOMPARE(request.options.gamma, 2);
        QCOMPARE(m_view->column(), 2);
        // While a lab runs nothing else is started.
        m_view->begin(sampleLabRequest());
        m_view->setPoint(sampleLabPoint(m_view->data().setupAt(0, 1).value(), "Creative", "", 1));
        m_view->select(0, 1);
        QTest::keyClick(&m_view->grid(), Qt::Key_Return);
        QCOMPARE(run.size(), 0);
    }

    void thePromptsOfASuiteHaveRowsOfTheirOwnWhenAskedFor() {
        show(sampleLab());
        QCOMPARE(m_view->grid().model()->rowCount(), 8);
        m_view->promptsBox()->setFocus();
        QTest::keyClick(m_view->promptsBox(), Qt::Key_Space);
        QCOMPARE(m_view->grid().model()->rowCount(), 24);
        QVERIFY(m_view->grid().model()->index(4, 1).data().toString().endsWith(QStringLiteral("×")));
    }

    void theChartBelowTheTextFollowsTheRow() {
        show(sampleLab());
        m_view->select(2, 1);
        const auto whole = m_window->charts().sweep().data().whole();
        QCOMPARE(whole.size(), m_view->data().pointsOf(2).size());
        QCOMPARE(whole[1]->speedup->median, m_view->data().at(2, 1)->speedup->median);
        emit m_window->charts().sweep().gammaClicked(4);
        QCOMPARE(m_window->setup().request().options.gamma, 4);
    }

    void lossyRowsSaySo() {
        LabRequest request = sampleLabRequest();
        request.temperatures = {0.7};
        for (const int gamma : {1, 2}) request.setups.push_back({Rule::Typical, 0.5, gamma, {}});
        show(sampleLab(request));
        int lossy = 0;
        for (std::size_t row = 0; row < m_view->data().rows().size(); ++row) {
            if (m_view->data().rows()[row].rule != Rule::Typical) continue;
            ++lossy;
            QVERIFY(m_view->data().rowText(row).contains(QStringLiteral("LOSSY")));
            m_view->select(static_cast<int>(row), 1);
            drawAll();
            QVERIFY(m_view->speed().title().startsWith(QStringLiteral("LOSSY")));
        }
        QCOMPARE(lossy, 4);
    }

    void allOfItCanBeReachedInANarrowWindow() {
        show(sampleLab());
        for (const QSize size : {QSize(1366, 768), QSize(1024, 700), QSize(860, 560)}) {
            m_window->resize(size);
            drawAll();
            QCOMPARE(m_window->size(), size);
            QVERIFY(m_view->grid().isVisible() && m_view->grid().height() > 60);
            for (QWidget* chart :
                 {static_cast<QWidget*>(&m_view->speed()), static_cast<QWidget*>(&m_view->heat())})
                QVERIFY(chart->width() >= 170 && chart->height() >= 140);
            savePicture(*m_window, QStringLiteral("lab-%1").arg(size.width()));
        }
        m_window->setTheme(ThemeChoice::Dark);
        m_window->resize(1366, 768);
        drawAll();
        savePicture(*m_window, QStringLiteral("lab-dark"));
        m_window->setTheme(ThemeChoice::Light);
    }

    void everyControlHasANameAndHelp() {
        for (QWidget* control : m_view->findChildren<QWidget*>()) {
            const bool used =
                qobject_cast<QAbstractButton*>(control) || qobject_cast<QSpinBox*>(control) ||
                (qobject_cast<QLineEdit*>(control) && !qobject_cast<QSpinBox*>(control->parentWidget()));
            if (!used || control->objectName().startsWith(QLatin1String("qt_")) ||
                qobject_cast<QTableView*>(control->parentWidget()))
                continue;
            QVERIFY2(!control->accessibleName().isEmpty(), control->metaObject()->className());
            QVERIFY2(!control->toolTip().isEmpty(), qPrintable(control->accessibleName()));
        }
    }

private:
    void show(const LabReport& report) {
        m_view->showReport(report);
        drawAll();
    }
    void drawAll() {
        for (int turn = 0; turn < 5; ++turn) QCoreApplication::processEvents();
        for (Chart* chart : m_view->findChildren<Chart*>()) chart->flush();
        QCoreApplication::processEvents();
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
    LabView* m_view = nullptr;
};

QTEST_MAIN(TestLabView)
#include "test_lab_view.moc"
