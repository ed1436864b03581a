#include <QtTest>

#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QToolButton>

#include "tests/ui/main_window/window_fixture.h"
#include "ui/charts/live_charts.h"
#include "ui/charts/run_charts.h"
#include "ui/charts/sweep_chart.h"
#include "ui/inspector/inspector.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/main_window/status_panel.h"
#include "ui/setup/model_chooser.h"
#include "ui/setup/prompt_box.h"
#include "ui/setup/run_form.h"
#include "ui/setup/suite_box.h"
#include "ui/timeline/timeline_panel.h"
#include "ui/tokens/token_view.h"

using namespace specula;
using namespace specula::test;

class TestMainWindow : public QObject {
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
    void cleanup() { m_window.reset(); }

    // --- running -----------------------------------------------------------------------------------------

    void ctrlEnterAsksForExactlyOneRun_data() {
        QTest::addColumn<int>("key");
        QTest::newRow("Return") << int(Qt::Key_Return);
        QTest::newRow("Enter on the keypad") << int(Qt::Key_Enter);
    }
    void ctrlEnterAsksForExactlyOneRun() {
        QFETCH(int, key);
        QSignalSpy run(m_window.get(), &MainWindow::runRequested);
        QWidget* const places[] = {m_window->setup().prompt().text(), m_window->setup().form().seedField(),
                                   &m_window->tokenView(), m_window->setup().target().list()};
        int asked = 0;
        for (QWidget* place : places) {
            place->setFocus();
            QTest::keyClick(QApplication::focusWidget(), static_cast<Qt::Key>(key), Qt::ControlModifier);
            QCOMPARE(run.size(), ++asked);
        }
        const auto request = run.first().first().value<RunRequest>();
        QCOMPARE(request.prompt.text, sampleRequest().prompt.text);
        QCOMPARE(request.engine.draft, std::string("early-exit:5"));
    }

    void theGenerateButtonAsksOnce() {
        QSignalSpy run(m_window.get(), &MainWindow::runRequested);
        QTest::mouseClick(m_window->setup().generateButton(), Qt::LeftButton);
        QCOMPARE(run.size(), 1);
    }

    void escapeStopsOnlyWhileSomethingRuns() {
        QSignalSpy stop(m_window.get(), &MainWindow::stopRequested);
        const auto escape = [this] { QTest::keyClick(m_window.get(), Qt::Key_Escape); };
        escape();
        QCOMPARE(stop.size(), 0);
        for (const AppState state : {AppState::Running, AppState::Loading, AppState::Measuring}) {
            stop.clear();
            m_window->setState(state);
            escape();
            QCOMPARE(stop.size(), 1);
        }
        m_window->setState(AppState::Stopping);
        escape();
        QCOMPARE(stop.size(), 1);
        m_window->setState(AppState::Idle);
        escape();
        QCOMPARE(stop.size(), 1);
    }

    void aRunningWindowStartsNoSecondRun() {
        QSignalSpy run(m_window.get(), &MainWindow::runRequested);
        m_window->setState(AppState::Running);
        QTest::keyClick(m_window.get(), Qt::Key_Return, Qt::ControlModifier);
        QCOMPARE(run.size(), 0);
        QVERIFY(!m_window->setup().generateButton()->isEnabled());
        QVERIFY(m_window->setup().stopButton()->isEnabled());
    }

    void invalidInputIsRefusedWithAMessage() {
        QSignalSpy run(m_window.get(), &MainWindow::runRequested);
        m_window->setup().prompt().text()->clear();
        QTest::keyClick(m_window.get(), Qt::Key_Return, Qt::ControlModifier);
        QCOMPARE(run.size(), 0);
        QVERIFY(m_window->messages().isVisible());
        QVERIFY(m_window->messages().text().contains(QStringLiteral("prompt")));
        QCOMPARE(QApplication::focusWidget(), m_window->setup().prompt().text());
        // Mended: the message goes by itself.
        QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("hello"));
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Return, Qt::ControlModifier);
        QCOMPARE(run.size(), 1);
        QVERIFY(!m_window->messages().isVisible());
    }

    void stepStartsARunAndHoldsIt() {
        QSignalSpy run(m_window.get(), &MainWindow::runRequested);
        m_window->actionSet().step->trigger();
        QCOMPARE(run.size(), 1);
        m_window->setState(AppState::Running);
        FakeRun fake;
        m_window->runLog().begin(fakeHeader(fake));
        m_window->showRun(sampleRequest());
        m_window->runLog().append(fakeRounds(fake));
        QCOMPARE(m_window->runLog().playhead(), 1);
        m_window->actionSet().step->trigger();
        QCOMPARE(m_window->runLog().playhead(), 2);
        // What has come can be stepped through after the run has ended.
        m_window->runLog().finish(fake.runId, Finish::Length);
        m_window->setState(AppState::Idle);
        m_window->actionSet().step->trigger();
        QCOMPARE(m_window->runLog().playhead(), 3);
        QCOMPARE(run.size(), 1);
    }

    void choosingAPaceSetsIt() {
        QCOMPARE(m_window->pace(), (Pace{Pace::Kind::Rounds, 3.0}));
        QComboBox* list = paceList();
        list->setFocus();
        QTest::keyClick(list, Qt::Key_End);
        QCOMPARE(m_window->pace(), (Pace{Pace::Kind::Clock, 1.0}));
        QTest::keyClick(list, Qt::Key_Home);
        QCOMPARE(m_window->pace(), (Pace{Pace::Kind::Rounds, 1.0}));
        // After stepping the same pace can be chosen again to go on.
        m_window->setState(AppState::Running);
        m_window->actionSet().step->trigger();
        QCOMPARE(list->currentIndex(), -1);
        QTest::keyClick(list, Qt::Key_Down);
        QVERIFY(list->currentIndex() >= 0);
        QVERIFY(!m_window->timeline().player().isStepping());
    }

    void continueIsForRunsThatCanGoOn() {
        QAction* action = m_window->actionSet().continueRun;
        QVERIFY(!action->isEnabled());
        QSignalSpy spy(m_window.get(), &MainWindow::continueRequested);
        play(m_window->runLog(), {});
        QVERIFY(action->isEnabled());
        action->trigger();
        QCOMPARE(spy.size(), 1);
        QCOMPARE(spy.first().first().toInt(), m_window->setup().request().options.maxTokens);
        m_window->runLog().finish(FakeRun{}.runId, Finish::Stop);
        QVERIFY(!action->isEnabled());
    }

    // --- numbers -----------------------------------------------------------------------------------------

    void theStatusShowsTheRunsNumbers() {
        StatusPanel& status = m_window->statusPanel();
        QCOMPARE(status.stateText(), QStringLiteral("Ready"));
        QCOMPARE(status.rateText(), QString());
        play(m_window->runLog(), {});
        const Totals& totals = m_window->runLog().totals();
        QCOMPARE(status.alphaText(), QStringLiteral("alpha %1").arg(*totals.acceptanceRate(), 0, 'f', 2));
        QCOMPARE(status.roundText(),
                 QStringLiteral("%1 tokens/round").arg(*totals.tokensPerRound(), 0, 'f', 1));
        QVERIFY(status.rateText().endsWith(QStringLiteral(" tok/s")));
        QCOMPARE(status.rateText().section(QLatin1Char(' '), 0, 0).toDouble(),
                 std::round(*totals.tokensPerSecond()));
    }

    void aSpeedUpIsShownOnlyWhenPlainWasMeasured() {
        StatusPanel& status = m_window->statusPanel();
        QVERIFY(!status.measureButton()->isVisible());
        play(m_window->runLog(), {});
        QVERIFY(status.measureButton()->isVisible());
        QCOMPARE(status.speedupText(), QString());
        QSignalSpy measure(m_window.get(), &MainWindow::measurePlainRequested);
        QTest::mouseClick(status.measureButton(), Qt::LeftButton);
        QCOMPARE(measure.size(), 1);
        m_window->setPlainBaseline(interval(88, 87, 89, 5), interval(1.61, 1.52, 1.70, 5));
        QCOMPARE(status.speedupText(), QStringLiteral("1.61× of plain (1.52–1.70, n=5)"));
        QVERIFY(!status.measureButton()->isVisible());
        m_window->setPlainBaseline(interval(88, 87, 89, 5), interval(1.01, 0.95, 1.08, 5));
        QVERIFY(status.speedupText().contains(QStringLiteral("no significant difference")));
        m_window->setPlainBaseline({}, {});
        QVERIFY(status.measureButton()->isVisible());
    }

    void plainIsMeasuredOnThePromptThatIsShown() {
        m_window->actionSet().generate->trigger();
        RunHeader header = fakeHeader({});
        header.prompt = sampleRequest().prompt.text;
        m_window->runLog().begin(header);
        m_window->showRun(sampleRequest());
        m_window->runLog().append(fakeRounds({}));
        m_window->setup().prompt().text()->setPlainText(QStringLiteral("another prompt"));
        QSignalSpy measure(m_window.get(), &MainWindow::measurePlainRequested);
        m_window->actionSet().measurePlain->trigger();
        QCOMPARE(measure.first().first().value<RunRequest>().prompt.text, sampleRequest().prompt.text);
    }

    void chartsFollowTheRun() {
        play(m_window->runLog(), {});
        QTRY_VERIFY(!m_window->charts().acceptance().isEmpty());
        QCOMPARE(m_window->charts().rate().series().points().size(), m_window->runLog().rounds().size());
        m_window->runLog().clear();
        QTRY_VERIFY(m_window->charts().acceptance().isEmpty());
        QVERIFY(m_window->charts().rate().series().points().empty());
    }

    void aClickedTokenIsInspected() {
        play(m_window->runLog(), {});
        QTest::qWait(1);
        const TokenRef token = m_window->runLog().output().front();
        const QRect at = m_window->tokenView().tokenRect(token);
        QVERIFY(!at.isEmpty());
        QTest::mouseClick(m_window->tokenView().viewport(), Qt::LeftButton, {}, at.center());
        QCOMPARE(m_window->inspector().current(), token);
        QVERIFY(!m_window->inspector().title().isEmpty());
    }

    void rejectedDraftsCanBeHidden() {
        QVERIFY(m_window->tokenView().ghostsVisible());
        QTest::keyClick(m_window.get(), Qt::Key_R, Qt::ControlModifier);
        QVERIFY(!m_window->tokenView().ghostsVisible());
        QVERIFY(!m_window->actionSet().showRejected->isChecked());
        m_window->tokenView().setGhostsVisible(true);
        QVERIFY(m_window->actionSet().showRejected->isChecked());
    }

    // --- sweep -------------------------------------------------------------------------------------------

    void theChartOfGammasKeepsTheSweepAndGivesItsGamma() {
        SweepChart& chart = m_window->charts().sweep();
        m_window->charts().showSweep();
        chart.begin(QStringLiteral("creative"), 0, 8);
        for (const SweepPoint& point : sweepWithBestAtFour()) chart.setPoint(point);
        QTRY_VERIFY(chart.finding().startsWith(QStringLiteral("Best so far at gamma 4")));
        m_window->setState(AppState::Measuring);
        m_window->setState(AppState::Idle);
        QTRY_VERIFY(chart.finding().startsWith(QStringLiteral("Best at gamma 4")));
        emit chart.gammaClicked(4);
        QCOMPARE(m_window->setup().request().options.gamma, 4);
    }

    // --- messages ----------------------------------------------------------------------------------------

    void anErrorLosesNothing() {
        play(m_window->runLog(), {});
        const QString prompt = m_window->setup().prompt().text()->toPlainText();
        const auto tokens = m_window->runLog().output().size();
        const QString copied = m_window->tokenView().copyText();
        m_window->showError(QStringLiteral("model.gguf: tensor 'a' has shape [2], expected [3]"));
        QVERIFY(m_window->messages().isVisible());
        QCOMPARE(m_window->runLog().output().size(), tokens);
        QCOMPARE(m_window->tokenView().copyText(), copied);
        QCOMPARE(m_window->setup().prompt().text()->toPlainText(), prompt);
        QVERIFY(m_window->messages().label()->textInteractionFlags() & Qt::TextSelectableByMouse);
        QTest::mouseClick(m_window->messages().closeButton(), Qt::LeftButton);
        QVERIFY(!m_window->messages().isVisible());
    }

    void laterMessagesDoNotHideEarlierErrorsForGood() {
        MessageBar& bar = m_window->messages();
        m_window->showInfo(QStringLiteral("saved"));
        m_window->showError(QStringLiteral("first"));
        m_window->showWarning(QStringLiteral("second"));
        m_window->showWarning(QStringLiteral("second"));
        QCOMPARE(bar.text(), QStringLiteral("second"));
        QCOMPARE(bar.count(), 2);
        bar.closeCurrent();
        QCOMPARE(bar.text(), QStringLiteral("first"));
        bar.closeCurrent();
        QVERIFY(!bar.isVisible());
    }

    void aPairThatDoesNotFitSaysWhy() {
        PairReport pair;
        pair.checks = {{"Same number of tokens", true, ""},
                       {"Same text for every id", false, "id 5 is 'a' and 'b'"}};
        DraftInfo draft;
        draft.kind = "model";
        draft.name = "Tiny draft";
        m_window->setModelInfo(sampleModel(), draft, pair);
        QVERIFY(m_window->setup().pairLine()->text().contains(
            QStringLiteral("Same text for every id: id 5 is 'a' and 'b'")));
    }

    // --- files and drops ---------------------------------------------------------------------------------

    void aDroppedModelBecomesTheTarget() {
        const QString gguf = m_folder.filePath(QStringLiteral("dropped.gguf"));
        QVERIFY(QFile(gguf).open(QIODevice::WriteOnly));
        QSignalSpy load(m_window.get(), &MainWindow::loadRequested);
        drop(gguf);
        QCOMPARE(load.size(), 1);
        QCOMPARE(load.first().first().value<EngineOptions>().target, gguf.toStdString());
        drop(m_folder.path());
        QCOMPARE(load.size(), 2);
        QCOMPARE(load.last().first().value<EngineOptions>().target, m_folder.path().toStdString());
    }

    void aDroppedSessionIsOpened() {
        const QString file = m_folder.filePath(QStringLiteral("run.json"));
        QVERIFY(QFile(file).open(QIODevice::WriteOnly));
        QSignalSpy open(m_window.get(), &MainWindow::openSessionRequested);
        QSignalSpy load(m_window.get(), &MainWindow::loadRequested);
        drop(file);
        QCOMPARE(open.size(), 1);
        QCOMPARE(open.first().first().toString(), file);
        QCOMPARE(load.size(), 0);
    }

    void aPictureOfTheWindowIsWritten() {
        const QString file = m_folder.filePath(QStringLiteral("w.png"));
        QVERIFY(m_window->savePicture(file, 2.0));
        QCOMPARE(QImage(file).size(), m_window->size() * 2);
        QVERIFY(!m_window->savePicture(m_folder.filePath(QStringLiteral("none/w.png"))));
    }

private:
    QComboBox* paceList() {
        for (QComboBox* list : m_window->findChildren<QComboBox*>()) {
            if (list->accessibleName() == QStringLiteral("Pace")) return list;
        }
        return nullptr;
    }

    void drop(const QString& path) {
        QMimeData data;
        data.setUrls({QUrl::fromLocalFile(path)});
        QDragEnterEvent enter({400, 300}, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent event({400, 300}, Qt::CopyAction, &data, Qt::LeftButton, {});
        QApplication::sendEvent(m_window.get(), &event);
    }

    QTemporaryDir m_folder;
    std::unique_ptr<MainWindow> m_window;
};

QTEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
