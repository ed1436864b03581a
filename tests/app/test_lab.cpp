// The Gamma lab over the worker: its file, pausing and stopping, and the real page over the tiny pair.
#include <QTest>

#include <QApplication>
#include <QFile>
#include <QPushButton>
#include <QStandardPaths>
#include <QTemporaryDir>

#include "app/default_models.h"
#include "app/engine_backend.h"
#include "app/lab_json.h"
#include "app/run_controller.h"
#include "app/session_file.h"
#include "tests/app/sample_runs.h"
#include "tests/ui/lab/sample_lab.h"
#include "ui/common/run_log.h"
#include "ui/lab/lab_form.h"
#include "ui/lab/lab_grid.h"
#include "ui/lab/lab_view.h"
#include "ui/main_window/message_bar.h"

using namespace specula;
using namespace specula::test;
using nlohmann::json;
using samples::FakeBackend;
using samples::FakeScript;

namespace {

constexpr int kPatienceMs = 120'000;

struct Bench {
    explicit Bench(const EngineWorker::Factory& backend) : controller(window, backend) { window.show(); }

    bool idle() { return window.state() == AppState::Idle; }
    LabView& lab() { return window.lab(); }
    QString message() { return window.messages().count() > 0 ? window.messages().text() : QString(); }

    MainWindow window;
    RunController controller;
};

struct FakeBench : Bench {
    explicit FakeBench(const std::shared_ptr<FakeScript>& s = std::make_shared<FakeScript>())
        : Bench([s] { return std::make_unique<FakeBackend>(s); }), script(s) {}
    std::shared_ptr<FakeScript> script;
};

LabReport readBack(const json& value) {
    const json parsed = json::parse(value.dump());
    return labFrom(JsonObject(parsed, "lab.json"));
}

QString refusalOf(json value) {
    try {
        readBack(value);
    } catch (const Error& problem) {
        return QString::fromStdString(problem.what());
    }
    return {};
}

LabRequest tinyRequest() {
    LabRequest request;
    request.engine.target = bundledModel("tiny-target").value_or("");
    request.drafts = {{bundledModel("tiny-draft").value_or(""), false}, {"ngram", false}};
    request.suites = {{"Stories", {{"little", "Once upon a time there was a little", false, ""}}}};
    request.options.maxTokens = 16;
    request.options.ignoreEos = true;
    request.options.seed = 7;
    request.temperatures = {0.0, 1.0};
    request.setups = {{Rule::Token, 0.5, 1, {}}, {Rule::Token, 0.5, 3, {}}};
    request.repeats = 2;
    return request;
}

}  // namespace

class TestAppLab : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName(QStringLiteral("specula-test"));
        QCoreApplication::setApplicationName(QStringLiteral("lab"));
    }

    // --- files -------------------------------------------------------------------------------------------

    void aLabComesBackFromItsFileAsItWas() {
        LabRequest request = sampleLabRequest();
        request.options.stop = {"\n\n", "\xff"};
        request.setups.push_back({Rule::Ensemble, 0.3, 2, {}});
        const LabReport report = sampleLab(request);
        const LabReport read = readBack(toJson(report));
        QCOMPARE(toJson(read).dump(), toJson(report).dump());
        QCOMPARE(read.points.size(), report.points.size());
        for (std::size_t i = 0; i < read.points.size(); ++i) {
            QVERIFY(read.points[i].sameCell(report.points[i]));
            QCOMPARE(read.points[i].totals.judgedAt, report.points[i].totals.judgedAt);
            QCOMPARE(read.points[i].totals.verifyMs, report.points[i].totals.verifyMs);
            QCOMPARE(read.points[i].costs, report.points[i].costs);
        }
        QVERIFY(labSetups(read.request) == labSetups(report.request));
        QCOMPARE(read.request.suites[1].prompts[0].text, std::string("def sort("));
    }

    void whatAFileHoldsWrongIsRefusedInASentence() {
        const json good = toJson(sampleLab());
        QVERIFY(refusalOf(good).isEmpty());
        const auto refused = [&](const char* path, const json& value, const char* named) {
            json bad = good;
            bad[json::json_pointer(path)] = value;
            const QString said = refusalOf(bad);
            return said.contains(QLatin1String("lab.json")) && said.contains(QLatin1String(named)) &&
                   said.contains(QLatin1String("expected"));
        };
        QVERIFY(refused("/points/3/speedup", "fast", "speedup"));
        QVERIFY(refused("/points/3/suite", "nowhere", "suite"));
        QVERIFY(refused("/points/3/rule", "coin", "rule"));
        QVERIFY(refused("/points/3/judged", 100000, "judged"));
        QVERIFY(refused("/points/30/accepted_at/0", 100000, "accepted_at"));
        QVERIFY(refused("/points/3/decode_ms", -1, "decode_ms"));
        QVERIFY(refused("/points/3/costs/v", json::array(), "v"));
        QVERIFY(refused("/request/temperatures/0", -1, "temperatures"));
        QVERIFY(refused("/request/repeats", 0, "repeats"));
        QVERIFY(refused("/request/drafts", "head", "drafts"));
    }

    void theTableHasALineForEveryPoint() {
        LabReport report = sampleLab();
        report.request.suites[0].name = "Stories, \"old\"";
        report.points[0].suite = report.request.suites[0].name;
        const QStringList lines = QString::fromStdString(labCsv(report)).split(QLatin1Char('\n'));
        QCOMPARE(static_cast<std::size_t>(lines.size()), report.points.size() + 2);
        QVERIFY2(lines[1].startsWith(QStringLiteral("\"Stories, \"\"old\"\"\",,")), qPrintable(lines[1]));
        QVERIFY2(lines[1].contains(QStringLiteral(",plain,true,0,off,")), qPrintable(lines[1]));
        const auto columns = lines[0].count(QLatin1Char(','));
        QCOMPARE(lines[2].count(QLatin1Char(',')), columns);
        QVERIFY(lines.filter(QStringLiteral("\"2,1\"")).size() > 4);
    }

    void aSessionKeepsTheLabAlsoWithoutARun() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("lab.json.gz"));
        {
            FakeBench bench;
            LabRequest request = sampleLabRequest();
            emit bench.window.labRequested(request);
            QTRY_VERIFY(bench.idle());
            bench.controller.saveSession(path);
            QTRY_VERIFY(QFile::exists(path));
            QTRY_VERIFY(bench.message().contains(QStringLiteral("Saved")));
        }
        const RunRecord record = readSession(path.toStdString());
        QVERIFY(record.lab && record.rounds.empty());
        QCOMPARE(record.engine.target, sampleLabRequest().engine.target);
        FakeBench later;
        later.controller.showRecord(record);
        QCOMPARE(later.window.page(), MainPage::Lab);
        QCOMPARE(later.lab().data().at(0, 1)->speedup->median, 1.5);
        QVERIFY(later.lab().grid().isVisible());
        // A run beside it changes nothing.
        RunRecord both = samples::record();
        both.lab = record.lab;
        const RunRecord stored = sessionFromText(sessionText(both), "test");
        QVERIFY(stored.lab && stored.rounds.size() == both.rounds.size());
    }

    // --- the worker --------------------------------------------------------------------------------------

    void draftsAreLoadedOneAfterTheOther() {
        FakeBench bench;
        const LabRequest request = sampleLabRequest();
        emit bench.window.labRequested(request);
        QTRY_VERIFY(bench.idle());
        QCOMPARE(bench.script->loads, 2);
        QCOMPARE(bench.script->labRuns, static_cast<int>(labSetups(request).size()) * 2);
        const LabData& data = bench.lab().data();
        for (std::size_t row = 0; row < data.rows().size(); ++row) {
            for (std::size_t column = 0; column < data.columns().size(); ++column)
                QCOMPARE(data.at(row, column) != nullptr, data.setupAt(row, column).has_value());
        }
        QCOMPARE(data.draftText("ngram"), QStringLiteral("fake ngram"));
    }

    void aPausedLabHoldsUntilItIsResumed() {
        FakeBench bench;
        bench.window.setPage(MainPage::Lab);
        bench.script->pauseAfter = 5;  // the worker closes the gate itself, so that it is certain when
        emit bench.window.labRequested(sampleLabRequest());
        QTRY_COMPARE(bench.script->labRuns, 5);
        QTest::mouseClick(bench.lab().pauseButton(), Qt::LeftButton);
        QVERIFY(bench.lab().isPaused());
        QVERIFY(!bench.idle());
        QCOMPARE(bench.script->labRuns, 5);
        QTest::mouseClick(bench.lab().pauseButton(), Qt::LeftButton);
        QVERIFY(!bench.lab().isPaused());
        QTRY_VERIFY(bench.idle());
        QCOMPARE(bench.script->labRuns, static_cast<int>(labSetups(sampleLabRequest()).size()) * 2);
    }

    void stopWorksWhilePausedAndKeepsWhatWasMeasured() {
        FakeBench bench;
        bench.window.setPage(MainPage::Lab);
        bench.script->pauseAfter = 6;
        emit bench.window.labRequested(sampleLabRequest());
        QTRY_COMPARE(bench.script->labRuns, 6);
        QTest::mouseClick(bench.lab().pauseButton(), Qt::LeftButton);
        bench.window.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&bench.window));
        QTest::keyClick(&bench.window, Qt::Key_Escape);
        QTRY_VERIFY(bench.idle());
        QCOMPARE(bench.script->labRuns, 6);
        QVERIFY(!bench.lab().isRunning());
        QVERIFY(bench.lab().data().at(0, 1) != nullptr);
        QVERIFY2(bench.message().isEmpty(), qPrintable(bench.message()));
        QVERIFY(bench.controller.shownRecord().lab);
        // And another one begins afresh.
        bench.script->pauseAfter = -1;
        emit bench.window.labRequested(sampleLabRequest());
        QTRY_VERIFY(bench.idle());
        QVERIFY(bench.lab().data().at(7, 4) != nullptr);
    }

    void promptsOfAFileBecomeASuite() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("mine.txt"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("First prompt\nSecond prompt\n");
        file.close();
        FakeBench bench;
        emit bench.lab().promptFileChosen(path);
        const LabRequest request = bench.lab().form().request();
        QCOMPARE(request.suites.back().prompts.size(), std::size_t{2});
        QCOMPARE(request.suites.back().prompts[1].text, std::string("Second prompt"));
        emit bench.lab().promptFileChosen(folder.filePath(QStringLiteral("nothing.txt")));
        QVERIFY(bench.message().contains(QStringLiteral("nothing.txt")));
    }

    void theTableIsWritten() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("lab.csv"));
        FakeBench bench;
        emit bench.window.labRequested(sampleLabRequest());
        QTRY_VERIFY(bench.idle());
        emit bench.lab().tableRequested(path);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll().count('\n'),
                 1 + 2 * 2 * static_cast<int>(labSetups(sampleLabRequest()).size()));
    }

    // --- the tiny pair -----------------------------------------------------------------------------------

    void theTinyPairFillsTheGridAndACellsRunIsTheSameToTheLastBit() {
        Bench bench([] { return std::make_unique<EngineBackend>(); });
        const LabRequest request = tinyRequest();
        emit bench.window.labRequested(request);
        QTRY_VERIFY_WITH_TIMEOUT(bench.idle(), kPatienceMs);
        QVERIFY2(bench.message().isEmpty(), qPrintable(bench.message()));
        const LabData& data = bench.lab().data();
        QCOMPARE(data.rows().size(), std::size_t{4});
        for (std::size_t row = 0; row < 4; ++row) {
            for (std::size_t column = 0; column < 3; ++column) {
                const LabPoint* point = data.at(row, column);
                QVERIFY(point);
                QCOMPARE(point->totals.emitted(), 2L * 16);
                QVERIFY(!point->costs.v.empty());
            }
        }
        QCOMPARE(labRunsDone(*bench.controller.shownRecord().lab), labRuns(request));
        // Greedily both repeats are one run: a cell's counts are twice its own.
        const auto row = data.rowOf({request.drafts[0].spec, 0.0, {Rule::Greedy, 0.5, 3, {}}}, "Stories", "");
        QVERIFY(row.has_value());
        const Totals measured = data.at(*row, 2)->totals;
        bench.window.setPage(MainPage::Lab);
        bench.lab().select(static_cast<int>(*row), 2);
        QTest::keyClick(&bench.lab().grid(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(bench.window.runLog().totals().emitted() == 16 && bench.idle(), kPatienceMs);
        const Totals run = bench.window.runLog().totals();
        QCOMPARE(measured.rounds, 2 * run.rounds);
        QCOMPARE(measured.accepted, 2 * run.accepted);
        QCOMPARE(bench.window.page(), MainPage::Generate);
        QVERIFY(bench.window.runLog().rounds().front().proposals.front().rows.has_value());
    }
};

QTEST_MAIN(TestAppLab)
#include "test_lab.moc"
