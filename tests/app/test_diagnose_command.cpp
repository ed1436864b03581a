// diagnose and serving as a person runs them on stored runs, and the window that says the same of the shown
// run.
#include <QTest>

#include <QApplication>
#include <QFile>
#include <QProcess>
#include <QPushButton>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <cmath>

#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "app/default_models.h"
#include "app/diagnosis_controller.h"
#include "app/diagnosis_input.h"
#include "app/race_json.h"
#include "app/run_controller.h"
#include "app/session_file.h"
#include "engine/trace/error.h"
#include "tests/app/sample_runs.h"
#include "ui/diagnose/diagnosis_card.h"
#include "ui/diagnose/diagnosis_dialog.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/status_panel.h"
#include "ui/serving/serving_dialog.h"

using nlohmann::json;
using namespace specula;

namespace {

struct Ended {
    int status = -1;
    QByteArray out;
    QString err;

    json document() const { return json::parse(out.toStdString()); }
};

Ended program(const QStringList& arguments) {
    QProcess process;
    process.start(QStringLiteral(SPECULA_PROGRAM), arguments);
    Ended ended;
    if (!process.waitForFinished(120'000) || process.exitStatus() != QProcess::NormalExit) return ended;
    ended.status = process.exitCode();
    ended.out = process.readAllStandardOutput();
    ended.err = QString::fromUtf8(process.readAllStandardError());
    return ended;
}

/// A chain of four by a model, six rounds as samples::speculativeRound makes them: E 3, and measured costs.
RunRecord chainRun() {
    RunRecord record = samples::record();
    record.engine.target = "/models/opt-1.3b";
    record.engine.draft = "/models/opt-125m";
    record.target.path = record.engine.target;
    record.draft = {};
    record.draft.kind = "model";
    record.draft.name = "opt-125m";
    record.draft.model = samples::model();
    record.draft.model->path = record.engine.draft;
    record.options.gamma = 4;
    record.options.rule = Rule::Token;
    record.options.draftSampling.reset();
    record.options.costs.reset();
    record.rounds.clear();
    for (int i = 0; i < 6; ++i) record.rounds.push_back(samples::speculativeRound(i));
    record.probe = samples::probe();
    record.rules.reset();
    record.race.reset();
    record.bookmarks.clear();
    return record;
}

/// The race of exactly that run.
std::shared_ptr<const RaceReport> raceOf(const RunRecord& run) {
    auto race = std::make_shared<RaceReport>();
    race->target = run.target;
    race->draft = run.draft;
    race->engine = run.engine;
    race->prompt = run.prompt;
    race->promptIds = run.promptIds;
    race->promptPieces = run.promptPieces;
    race->speculative.options = run.options;
    race->speculative.rounds = run.rounds;
    race->plain.options = run.options;
    race->plain.options.gamma = 0;
    race->figures.speedup = {0.85, 0.80, 0.92, 5, "made up"};
    race->figures.plain = {200.0, 190.0, 210.0, 5, "made up"};
    race->figures.costs = {0.3, {1.0, 1.2, 1.4, 1.6, 1.8}, 0.1};
    race->figures.verdict = "slower";
    return race;
}

}  // namespace

class TestDiagnoseCommand : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QStandardPaths::setTestModeEnabled(true);
        QVERIFY(m_folder.isValid());
    }

    void aStoredRunIsTakenApart();
    void aStoredRaceGivesTheMeasuredSpeed();
    void theRaceOfAnotherRunIsNotTakenForThisOnes();
    void compareEndsWithTheDiagnosis();
    void servingPrintsFlagsOrRefuses();
    void servingReadsCountersAndTimes();
    void theOptionsAreCheckedBeforeAFileIsOpened_data();
    void theOptionsAreCheckedBeforeAFileIsOpened();
    void theWindowSaysWhyOfTheShownRunUpToThePlayhead();
    void theWindowTakesTheShownRunToAServer();

private:
    QString stored(const RunRecord& record, const char* name) {
        const QString path = m_folder.filePath(QLatin1String(name));
        writeSession(path.toStdString(), record);
        return path;
    }

    QTemporaryDir m_folder;
};

void TestDiagnoseCommand::aStoredRunIsTakenApart() {
    const QString path = stored(chainRun(), "run.json");
    const Ended text = program({QStringLiteral("diagnose"), QStringLiteral("--session"), path});
    QCOMPARE(text.status, 0);
    QVERIFY2(text.out.contains("How fast it is was not measured: measure plain first."),
             text.out.constData());
    QVERIFY(text.out.contains("What would change it (predicted"));
    const json document =
        program({QStringLiteral("diagnose"), QStringLiteral("--session"), path, QStringLiteral("--json")})
            .document();
    QVERIFY(document["outcome"] == "not measured");
    QVERIFY(document["speedup"].is_null() && document["lacks"].is_null() && document["race"].is_null());
    // v(5) 1.45, c 0.055, o 0.06 of samples::probe(): T = 1.45 + 0.22 + 0.06
    QVERIFY(std::abs(document["predicted_speedup"].get<double>() - 3.0 / 1.73) < 1e-9);
    QCOMPARE(document["terms"].size(), std::size_t{4});
    QCOMPARE(document["sentences"].size(), std::size_t{2});
    RunRecord bare = chainRun();
    bare.probe.reset();
    const json lacking = program({QStringLiteral("diagnose"), QStringLiteral("--session"),
                                  stored(bare, "bare.json"), QStringLiteral("--json")})
                             .document();
    QVERIFY(lacking["lacks"] == "costs");
    QVERIFY(lacking["predicted_speedup"].is_null() && lacking["terms"].empty());
}

void TestDiagnoseCommand::aStoredRaceGivesTheMeasuredSpeed() {
    RunRecord record = chainRun();
    record.race = raceOf(record);
    const json document = program({QStringLiteral("diagnose"), QStringLiteral("--session"),
                                   stored(record, "race.json.gz"), QStringLiteral("--json")})
                              .document();
    QVERIFY(document["outcome"] == "slower");
    QVERIFY(document["speedup"]["median"] == 0.85);
    QVERIFY(std::abs(document["predicted_speedup"].get<double>() - 3.0 / (1.8 + 1.2 + 0.1)) < 1e-9);
    QVERIFY(document["terms"][0]["ms_per_token"].is_number());
}

void TestDiagnoseCommand::theRaceOfAnotherRunIsNotTakenForThisOnes() {
    RunRecord record = chainRun();
    auto race = std::make_shared<RaceReport>(*raceOf(record));
    QVERIFY(isRaceOf(*race, record));
    race->speculative.options.sampling.temperature = 0.0;
    record.race = race;
    QVERIFY(!isRaceOf(*race, record));
    const json document = program({QStringLiteral("diagnose"), QStringLiteral("--session"),
                                   stored(record, "other.json"), QStringLiteral("--json")})
                              .document();
    QVERIFY(document["outcome"] == "not measured");
    QVERIFY(document["race"]["outcome"] == "slower");
}

void TestDiagnoseCommand::compareEndsWithTheDiagnosis() {
    QStringList arguments{QStringLiteral("compare"), QStringLiteral("--target"),
                          QString::fromStdString(bundledModel("tiny-target").value_or("")),
                          QStringLiteral("--draft"),
                          QString::fromStdString(bundledModel("tiny-draft").value_or(""))};
    arguments << QStringLiteral("--gamma") << QStringLiteral("3") << QStringLiteral("--max-tokens")
              << QStringLiteral("24") << QStringLiteral("--repeats") << QStringLiteral("2")
              << QStringLiteral("--prompt") << QStringLiteral("Once upon a time") << QStringLiteral("--json");
    const Ended ended = program(arguments);
    QCOMPARE(ended.status, 0);
    const json document = ended.document();
    const json& diagnosis = document["diagnosis"];
    QVERIFY(diagnosis["outcome"] == document["verdict"]);
    QVERIFY(diagnosis["speedup"]["median"] == document["speedup"]["median"]);
    QVERIFY(std::abs(diagnosis["predicted_speedup"].get<double>() -
                     document["predicted_speedup"].get<double>()) < 1e-9);
    QCOMPARE(diagnosis["sentences"].size(), std::size_t{2});
    double sum = 1.0 / diagnosis["tokens_per_round"].get<double>();
    for (const json& term : diagnosis["terms"]) {
        if (term["term"] != "acceptance") sum += term["saving"].get<double>();
    }
    QVERIFY(std::abs(sum - 1.0 / diagnosis["predicted_speedup"].get<double>()) < 1e-9);
}

void TestDiagnoseCommand::servingPrintsFlagsOrRefuses() {
    RunRecord record = chainRun();
    const QString path = stored(record, "served.json");
    const auto serve = [&](const char* server, const QString& session) {
        return program({QStringLiteral("serving"), QStringLiteral("--server"), QLatin1String(server),
                        QStringLiteral("--session"), session, QStringLiteral("--json")});
    };
    const Ended vllm = serve("vllm", path);
    QCOMPARE(vllm.status, 0);
    QVERIFY(vllm.document()["flags"][0] == "vllm serve /models/opt-1.3b \\");
    QVERIFY(vllm.document()["measured_there"] == false);
    QVERIFY(vllm.document()["refused"].empty());
    const Ended llama = serve("llama.cpp", path);
    QCOMPARE(llama.status, 1);
    QVERIFY(llama.document()["flags"].empty());
    QVERIFY(llama.document()["refused"][0]["reason"] == "other rule");
    QVERIFY(llama.document()["refused"][1]["reason"] == "needs GGUF");
    record.draft.kind = "feature-head";
    const Ended head = serve("sglang", stored(record, "head.json"));
    QCOMPARE(head.status, 1);
    QVERIFY(head.document()["refused"][0]["reason"] == "feature head");
    const Ended text = program({QStringLiteral("serving"), QStringLiteral("--server"), QStringLiteral("vllm"),
                                QStringLiteral("--session"), path});
    QVERIFY2(text.out.contains("predicted, unmeasured there"), text.out.constData());
    QVERIFY(text.out.contains("--speculative-config"));
}

void TestDiagnoseCommand::servingReadsCountersAndTimes() {
    const QString path = stored(chainRun(), "counted.json");
    const QString metrics = m_folder.filePath(QStringLiteral("metrics.txt"));
    QFile file(metrics);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(
        "vllm:spec_decode_num_drafts_total 100\nvllm:spec_decode_num_draft_tokens_total 200\n"
        "vllm:spec_decode_num_accepted_tokens_total 100\n");
    file.close();
    const json document =
        program({QStringLiteral("serving"), QStringLiteral("--server"), QStringLiteral("vllm"),
                 QStringLiteral("--session"), path, QStringLiteral("--metrics"), metrics,
                 QStringLiteral("--draft-ms"), QStringLiteral("1"), QStringLiteral("--verify-ms"),
                 QStringLiteral("20,5:22"), QStringLiteral("--batch"), QStringLiteral("2"),
                 QStringLiteral("--json")})
            .document();
    QVERIFY(document["acceptance_from"] == "server, average");
    QVERIFY(document["costs_from"] == "there");
    QVERIFY(document["batch"] == 2);
    QVERIFY(document["metrics"] == "vLLM: 100 of 200 drafted tokens accepted in 100 rounds.");
    const Ended missing = program({QStringLiteral("serving"), QStringLiteral("--server"),
                                   QStringLiteral("vllm"), QStringLiteral("--session"), path,
                                   QStringLiteral("--metrics"), m_folder.filePath(QStringLiteral("none"))});
    QCOMPARE(missing.status, 2);
    QCOMPARE(missing.err.count(QLatin1Char('\n')), 1);
}

void TestDiagnoseCommand::theOptionsAreCheckedBeforeAFileIsOpened_data() {
    QTest::addColumn<QString>("words");
    QTest::addColumn<QString>("problem");
    const auto row = [](const char* words, const char* problem) {
        QTest::newRow(words) << QString::fromLatin1(words) << QString::fromLatin1(problem);
    };
    row("diagnose", "--session: expected");
    row("serving --server vllm", "--session: expected");
    row("serving --session a", "--server");
    row("serving --session a --server tgi", "--server: expected vllm, sglang");
    row("serving --session a --server vllm --draft-ms 1", "--draft-ms: expected --verify-ms");
    row("serving --session a --server vllm --verify-ms 0", "--verify-ms: expected");
    row("serving --session a --server vllm --verify-ms 10,5", "--verify-ms: expected MS");
    row("serving --session a --server vllm --verify-ms 10,1:5", "--verify-ms: expected");
    row("serving --session a --server vllm --batch 0", "--batch: expected");
    row("serving --session a --server vllm --drafted 3", "--drafted: expected --metrics");
}
void TestDiagnoseCommand::theOptionsAreCheckedBeforeAFileIsOpened() {
    QFETCH(QString, words);
    QFETCH(QString, problem);
    std::vector<std::string> arguments;
    for (const QString& word : words.split(QLatin1Char(' '))) arguments.push_back(word.toStdString());
    try {
        parseCommandLine(arguments);
        QFAIL("it was taken");
    } catch (const Error& error) {
        QVERIFY2(QString::fromUtf8(error.what()).contains(problem), error.what());
    }
}

void TestDiagnoseCommand::theWindowSaysWhyOfTheShownRunUpToThePlayhead() {
    MainWindow window;
    window.setPace({Pace::Kind::Full, 0.0});
    RunController controller(window, [] { return std::unique_ptr<Backend>(); });
    const DiagnosisController diagnosis(window, controller);
    window.show();
    window.actionSet().why->trigger();
    QVERIFY(window.diagnosisVisible());
    QVERIFY(window.diagnosis().card().titleText().contains(QStringLiteral("Generate")));
    controller.showRecord(chainRun());
    DiagnosisCard& card = window.diagnosis().card();
    QTRY_VERIFY(card.diagnosis() && card.diagnosis()->input.totals.rounds == 6);
    QCOMPARE(card.diagnosis()->outcome, SpeedOutcome::NotMeasured);
    QVERIFY(window.diagnosis().plainButton()->isVisible());
    window.runLog().setPlayhead(2);
    QTRY_COMPARE(card.diagnosis()->input.totals.rounds, 2L);
    window.setPlainBaseline(Interval{200, 190, 210, 5, ""}, Interval{1.4, 1.2, 1.6, 5, ""});
    QTRY_COMPARE(card.diagnosis()->outcome, SpeedOutcome::Faster);
    QVERIFY(!window.diagnosis().plainButton()->isVisible());
    QVERIFY(card.diagnosis()->largest().ms);
    window.diagnosis().close();
    // The button beside the speed-up opens it again.
    QVERIFY(window.statusPanel().whyButton()->isVisible());
    QTest::mouseClick(window.statusPanel().whyButton(), Qt::LeftButton);
    QVERIFY(window.diagnosisVisible());
}

void TestDiagnoseCommand::theWindowTakesTheShownRunToAServer() {
    MainWindow window;
    RunController controller(window, [] { return std::unique_ptr<Backend>(); });
    const DiagnosisController diagnosis(window, controller);
    window.setPace({Pace::Kind::Full, 0.0});
    window.show();
    controller.showRecord(chainRun());
    QTRY_COMPARE(window.runLog().playhead(), 6);
    QVERIFY(QTest::qWaitForWindowActive(&window));
    QTest::keyClick(&window, Qt::Key_D, Qt::ControlModifier | Qt::ShiftModifier);
    QTRY_VERIFY(window.servingVisible());
    QVERIFY2(window.serving().flagsText().startsWith(QStringLiteral("vllm serve /models/opt-1.3b")),
             qPrintable(window.serving().refusalText()));
    window.serving().close();
    window.actionSet().why->trigger();
    QTest::mouseClick(window.diagnosis().card().serverButton(), Qt::LeftButton);
    QTRY_VERIFY(window.servingVisible());
}

QTEST_MAIN(TestDiagnoseCommand)
#include "test_diagnose_command.moc"
