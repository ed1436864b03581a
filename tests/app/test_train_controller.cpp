#include <QtTest>

#include <QDir>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTableWidget>
#include <QTemporaryDir>

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "app/default_models.h"
#include "app/draft_training.h"
#include "app/train_controller.h"
#include "engine/trace/error.h"
#include "ui/drafts/draft_form.h"
#include "ui/drafts/draft_progress.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/message_bar.h"
#include "ui/models/labels.h"
#include "ui/models/model_details.h"
#include "ui/models/models_view.h"
#include "ui/setup/draft_chooser.h"
#include "ui/setup/model_chooser.h"
#include "ui/setup/setup_panel.h"

using namespace specula;

namespace {

/// A trainer that does nothing but what it is told to, and remembers how often it was started.
struct Script {
    std::atomic<int> starts{0};
    std::atomic<bool> finish{false};
    std::string refusal;
    bool pays = true;
    std::thread::id thread;

    Trainer trainer() {
        return [this](const TrainRequest& request, const std::stop_token& stop,
                      const std::function<void(const TrainProgress&)>& tell) -> std::optional<TrainReport> {
            ++starts;
            thread = std::this_thread::get_id();
            if (!refusal.empty()) throw Error(refusal);
            QDir().mkpath(QString::fromStdString(request.out) + QStringLiteral("/work"));
            for (int step = 1; !finish; ++step) {
                TrainProgress progress;
                progress.phase = "training";
                progress.fraction = std::min(0.9, 0.01 * step);
                progress.step = step;
                progress.seconds = step;
                progress.etaSeconds = 60;
                progress.alpha = {0.2 + 0.001 * std::min(step, 100), 0.15};
                tell(progress);
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                if (stop.stop_requested()) return std::nullopt;
            }
            QDir(QString::fromStdString(request.out) + QStringLiteral("/work")).removeRecursively();
            TrainReport report;
            report.path = request.out;
            report.acceptance = {{1.0, {0.5, 0.4}, 1.7, 2, 1.3}};
            report.pays = pays;
            report.verdict = "Best with gamma 2.";
            return report;
        };
    }
};

}  // namespace

class TestTrainController : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QCoreApplication::setOrganizationName(QStringLiteral("specula-test"));
        QCoreApplication::setApplicationName(QStringLiteral("train-controller"));
        QStandardPaths::setTestModeEnabled(true);
        QSettings::setDefaultFormat(QSettings::IniFormat);
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    }

    void init() {
        QSettings().clear();
        m_folder = std::make_unique<QTemporaryDir>();
        m_script = std::make_unique<Script>();
        open();
    }
    void cleanup() {
        m_controller.reset();
        m_window.reset();
    }

    void theSetupAsksForItsTarget() {
        m_window->setup().chooseTarget(QStringLiteral("/models/big"));
        QTest::mouseClick(m_window->setup().makeDraftButton(), Qt::LeftButton);
        QVERIFY(m_controller->dialog().isVisible());
        QCOMPARE(m_controller->dialog().form().request().target, std::string("/models/big"));
        QVERIFY(m_controller->dialog().form().folder()->text().endsWith(QLatin1String("/drafts/Big-head")));
    }

    void theModelsPageAsksForTheChosenOne() {
        ModelEntry entry;
        entry.name = "Big";
        entry.path = "/models/big";
        ModelEntry head = entry;
        head.path = "/models/head";
        head.featureHead = true;
        m_window->setPage(MainPage::Models);
        m_window->models().setModels({entry, head});
        m_window->models().setSelectedPath(QStringLiteral("/models/head"));
        QPushButton* button = m_window->models().details().makeDraftButton();
        QVERIFY(!button->isEnabled());
        m_window->models().setSelectedPath(QStringLiteral("/models/big"));
        QTRY_VERIFY(button->isEnabled() && button->isVisible());
        QCoreApplication::processEvents();
        QTest::mouseClick(button, Qt::LeftButton);
        QVERIFY(m_controller->dialog().isVisible());
        QCOMPARE(m_controller->dialog().form().request().target, std::string("/models/big"));
    }

    void trainsBesideTheWindowAndCanBePaused() {
        start();
        MakeDraft& dialog = m_controller->dialog();
        QTRY_VERIFY(dialog.progress().points().size() > 3);
        QVERIFY(m_script->thread != std::this_thread::get_id());
        QVERIFY(m_controller->statusButton()->text().contains(QLatin1String("%")));
        QTest::mouseClick(dialog.pauseButton(), Qt::LeftButton);
        QTRY_VERIFY(dialog.state() == MakeDraft::State::Paused);
        QVERIFY(!m_controller->training());
        const auto points = dialog.progress().points().size();
        QTest::mouseClick(dialog.pauseButton(), Qt::LeftButton);
        QTRY_COMPARE(m_script->starts.load(), 2);
        QVERIFY(dialog.progress().points().size() >= points);
        m_script->finish = true;
        QTRY_VERIFY(dialog.state() == MakeDraft::State::Done);
    }

    void closingLeavesItRunningAndTheStatusLineLeadsBack() {
        start();
        MakeDraft& dialog = m_controller->dialog();
        QTest::keyClick(&dialog, Qt::Key_Escape);
        QVERIFY(!dialog.isVisible());
        QVERIFY(m_controller->training());
        QVERIFY(m_controller->statusButton()->isVisible());
        QTest::mouseClick(m_controller->statusButton(), Qt::LeftButton);
        QVERIFY(dialog.isVisible());
        dialog.close();
        m_script->finish = true;
        QTRY_VERIFY(!m_controller->training());
        QTRY_VERIFY(m_window->messages().isVisible());
        QVERIFY(m_controller->statusButton()->isVisible());
    }

    void speedsAreNotMeasuredMeanwhile() {
        QSignalSpy measured(m_window.get(), &MainWindow::measurePlainRequested);
        RunRequest request;
        request.engine.target = "/models/big";
        request.engine.draft = "ngram:3";
        request.prompt.text = "Once";
        m_window->setup().setRequest(request);
        start();
        m_controller->dialog().hide();
        m_window->actionSet().measurePlain->trigger();
        m_window->actionSet().sweep->trigger();
        QCOMPARE(measured.size(), 0);
        QVERIFY(m_window->messages().isVisible());
        m_script->finish = true;
        QTRY_VERIFY(!m_controller->training());
        m_window->actionSet().measurePlain->trigger();
        QCOMPARE(measured.size(), 1);
    }

    void theFinishedDraftIsChosenWithItsTarget() {
        QSignalSpy made(m_controller.get(), &TrainController::made);
        start();
        m_script->finish = true;
        MakeDraft& dialog = m_controller->dialog();
        QTRY_VERIFY(dialog.state() == MakeDraft::State::Done);
        QCOMPARE(made.size(), 1);
        QTest::mouseClick(dialog.useButton(), Qt::LeftButton);
        const EngineOptions engine = m_window->setup().engineOptions();
        QCOMPARE(engine.target, std::string("/models/big"));
        QCOMPARE(engine.draft, out());
    }

    void aRefusalIsShownAndForgotten() {
        m_script->refusal = "/models/big: no draft can be taught by a gpt2";
        start();
        MakeDraft& dialog = m_controller->dialog();
        QTRY_VERIFY(dialog.state() == MakeDraft::State::Failed);
        QCOMPARE(dialog.progress().note().text(), QString::fromStdString(m_script->refusal));
        QVERIFY(!m_controller->statusButton()->isVisible());
        open();
        QVERIFY(m_controller->dialog().state() == MakeDraft::State::Asking);
    }

    void whatWasNotFinishedIsOfferedAtTheNextStart() {
        start();
        QTRY_VERIFY(m_controller->dialog().progress().points().size() > 1);
        open();  // the program ends and starts again
        QVERIFY(m_controller->dialog().state() == MakeDraft::State::Paused);
        QTest::mouseClick(m_controller->statusButton(), Qt::LeftButton);
        QVERIFY(m_controller->dialog().isVisible());
        QCOMPARE(m_controller->dialog().request().out, out());
        QTest::mouseClick(m_controller->dialog().pauseButton(), Qt::LeftButton);
        QTRY_COMPARE(m_script->starts.load(), 2);
        m_script->finish = true;
        QTRY_VERIFY(m_controller->dialog().state() == MakeDraft::State::Done);
    }

    void theRealTrainerMakesADraftThatTheWindowTakes() {
        openWith(engineTrainer());
        TrainRequest request;
        request.target = *bundledModel("tiny-target");
        request.out = out();
        request.minutes = 0.15;
        request.tokens = 4000;
        request.threads = 1;
        emit m_controller->dialog().startRequested(request);
        MakeDraft& dialog = m_controller->dialog();
        QTRY_VERIFY_WITH_TIMEOUT(dialog.state() != MakeDraft::State::Running, 120'000);
        QVERIFY2(dialog.state() == MakeDraft::State::Done, qPrintable(dialog.progress().note().text()));
        QVERIFY(dialog.progress().results().rowCount() > 0);
        QVERIFY(isFeatureHead(out()));
        dialog.show();
        QTest::mouseClick(dialog.useButton(), Qt::LeftButton);
        QCOMPARE(m_window->setup().engineOptions().draft, out());
    }

    void theRealTrainerSaysWhomItCannotTeachFor() {
        openWith(engineTrainer());
        TrainRequest request;
        request.target = m_folder->path().toStdString();  // no model at all
        request.out = out();
        emit m_controller->dialog().startRequested(request);
        QTRY_VERIFY(m_controller->dialog().state() == MakeDraft::State::Failed);
        QVERIFY(m_controller->dialog().progress().note().text().contains(m_folder->path()));
    }

private:
    void open() { openWith(m_script->trainer()); }

    void openWith(Trainer trainer) {
        m_controller.reset();
        m_window = std::make_unique<MainWindow>();
        m_controller = std::make_unique<TrainController>(*m_window, std::move(trainer));
        m_window->setModels({{QStringLiteral("Big"), QStringLiteral("/models/big")}});
        m_window->resize(1366, 768);
        m_window->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_window.get()));
    }

    std::string out() const { return (m_folder->path() + QStringLiteral("/draft")).toStdString(); }

    void start() {
        m_controller->open(QStringLiteral("/models/big"));
        m_controller->dialog().form().folder()->setText(QString::fromStdString(out()));
        QTest::mouseClick(m_controller->dialog().startButton(), Qt::LeftButton);
        QVERIFY(m_controller->dialog().state() == MakeDraft::State::Running);
    }

    QTemporaryDir m_settings;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Script> m_script;
    std::unique_ptr<MainWindow> m_window;
    std::unique_ptr<TrainController> m_controller;
};

QTEST_MAIN(TestTrainController)
#include "test_train_controller.moc"
