// `specula audit`: what it reads, what it prints, how it ends; and the audit of the real window.
#include <csignal>

#include <QApplication>
#include <QImage>
#include <QProcess>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>

#include "app/audit_output.h"
#include "app/command_line.h"
#include "app/engine_backend.h"
#include "app/run_controller.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"
#include "ui/audit/audit_table.h"
#include "ui/audit/audit_view.h"
#include "ui/main_window/message_bar.h"
#include "ui/models/data_table.h"
#include "ui/models/labels.h"

using namespace specula;
using nlohmann::json;

namespace {

QString tiny(const char* name) {
    return QStringLiteral(SPECULA_SOURCE_DIR "/resources/models/") + QString::fromLatin1(name);
}

struct Outcome {
    int status = -1;
    QByteArray out;
    QString err;
};

QStringList auditOf(const char* more) {
    return QStringList{QStringLiteral("audit"), QStringLiteral("--target"), tiny("tiny-target"),
                       QStringLiteral("--draft"), tiny("tiny-draft")} +
           QString::fromLatin1(more).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

Outcome program(const QStringList& arguments) {
    QProcess process;
    process.start(QStringLiteral(SPECULA_PROGRAM), arguments);
    Outcome outcome;
    if (!process.waitForFinished(200'000)) return outcome;
    outcome.status = process.exitCode();
    outcome.out = process.readAllStandardOutput();
    outcome.err = QString::fromUtf8(process.readAllStandardError());
    return outcome;
}

AuditRequest smallAudit(Mutant mutant) {
    AuditRequest request;
    request.engine.target = tiny("tiny-target").toStdString();
    request.engine.draft = tiny("tiny-draft").toStdString();
    request.options.mutant = mutant;
    request.draws = 200;
    return request;
}

}  // namespace

class TestAuditCommand : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void optionsAreRead() {
        const CommandLine line = parseCommandLine({"audit", "--draws", "500", "--mutant", "coin-reused",
                                                   "--temperature", "1", "--gamma", "3", "--json"});
        QCOMPARE(line.subcommand, Subcommand::Audit);
        QCOMPARE(line.draws, 500);
        QVERIFY(line.run.options.mutant == Mutant::CoinReused);
        QCOMPARE(line.run.options.gamma, 3);
        QVERIFY(line.json);
        QCOMPARE(parseCommandLine({"audit"}).draws, 0);
        for (const Mutant mutant : allMutants())
            QVERIFY(parseCommandLine({"audit", "--mutant", std::string(name(mutant))}).run.options.mutant ==
                    mutant);
        const CommandLine shot = parseCommandLine({"screenshot", "--view", "audit", "--out", "o.png"});
        QVERIFY(shot.view == "audit" && !shot.sessionPath);
    }

    void mistakesAreNamed() {
        const auto refusal = [](std::vector<std::string> arguments) {
            try {
                parseCommandLine(arguments);
            } catch (const Error& error) {
                return std::string(error.what());
            }
            return std::string("accepted");
        };
        QVERIFY(refusal({"audit", "--draws", "5"}).starts_with("--draws: expected"));
        QVERIFY(
            refusal({"audit", "--mutant", "none"}).starts_with("--mutant: expected resample-from-target"));
        QVERIFY(refusal({"audit", "--mutant", "x"}).find("or block-plain-residual, found 'x'") !=
                std::string::npos);
        QVERIFY(refusal({"generate", "--prompt", "a", "--mutant", "coin-reused"}) != "accepted");
    }

    void aReportGoesThroughJsonUnchanged() {
        AuditReport report;
        report.checks = {{"greedy text, chains", true, {}, {}, "64 tokens"},
                         {"first token", false, 27.5, 1e-12, "10 draws"}};
        report.detectableTv = 0.05;
        report.draws = 10;
        report.seconds = 1.5;
        report.statement = "1 of 2 checks failed.";
        const json document = auditToJson(report);
        for (const char* key :
             {"checks", "passed", "detectable_tv", "draws", "false_alarm", "seconds", "statement"})
            QVERIFY2(document.contains(key), key);
        QVERIFY(document["checks"][0]["p_value"].is_null());
        QVERIFY(auditToJson(auditFromJson(JsonObject(document, "test"))) == document);
        report.detectableTv = 0.0;
        QVERIFY(auditToJson(report)["detectable_tv"].is_null());
        QVERIFY(auditLine(report.checks[1]).find("FAILED") != std::string::npos);
        QVERIFY(auditSummary(report).starts_with("NOT passed: 1 of 2"));
        json broken = document;
        broken["checks"][1]["p_value"] = 2;
        QVERIFY_EXCEPTION_THROWN(auditFromJson(JsonObject(broken, "test")), Error);
    }

    void aCorrectPairEndsWithStatusZeroAndAPicture() {
        const Outcome outcome = program(auditOf("--draws 200 --json"));
        QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
        const json document = json::parse(outcome.out.toStdString());
        QVERIFY(document["passed"].get<bool>());
        QCOMPARE(document["draws"].get<int>(), 200);
        QCOMPARE(document["false_alarm"].get<double>(), 1e-4);
        QVERIFY(document["checks"].size() > 5 && document["detectable_tv"].is_number());
        QCOMPARE(document["mutant"].get<std::string>(), std::string("none"));
        QCOMPARE(document["settings"]["temperature"].get<double>(), 0.7);
        QVERIFY(document.contains("target") && document.contains("draft"));
        const QTemporaryDir folder;
        const QString report = folder.filePath(QStringLiteral("audit.json"));
        std::ofstream(report.toStdString()) << outcome.out.toStdString();
        const QString picture = folder.filePath(QStringLiteral("audit.png"));
        for (const bool filled : {false, true}) {
            QStringList arguments{QStringLiteral("screenshot"),
                                  QStringLiteral("--view"),
                                  QStringLiteral("audit"),
                                  QStringLiteral("--out"),
                                  picture,
                                  QStringLiteral("--size"),
                                  QStringLiteral("1000x700")};
            if (filled) arguments << QStringLiteral("--session") << report;
            const Outcome shot = program(arguments);
            QVERIFY2(shot.status == 0, qPrintable(shot.err));
            QCOMPARE(QImage(picture).size(), QSize(1000, 700));
        }
    }

    void aBrokenRuleEndsWithStatusOneAndATable() {
        const Outcome outcome = program(auditOf("--draws 300 --mutant argmax-draft"));
        QCOMPARE(outcome.status, 1);
        QVERIFY(outcome.out.contains("FAILED") && outcome.out.contains("NOT passed"));
        QVERIFY(outcome.out.contains("broken on purpose: argmax-draft"));
    }

    void whatCannotBeAuditedEndsWithStatusTwoAndOneLine() {
        for (const char* arguments :
             {"--mutant rejected-sibling-stays", "--gamma 0", "--temperature 0 --mutant coin-reused",
              "--draft none", "--draft ngram --mutant bonus-from-draft"}) {
            const Outcome outcome = program(auditOf(arguments));
            QVERIFY2(outcome.status == 2, arguments);
            QCOMPARE(outcome.err.count(QLatin1Char('\n')), 1);
            QVERIFY(outcome.out.isEmpty());
        }
    }

    void interruptedItEndsWithStatus130() {
        QProcess process;
        process.start(QStringLiteral(SPECULA_PROGRAM), auditOf("--draws 1000000"));
        QVERIFY(process.waitForReadyRead(100'000));
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60'000));
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(process.readAllStandardOutput().contains("no conclusion"));
    }

    void theWindowAuditsItsPair() {
        MainWindow window;
        RunController controller(window, [] { return std::make_unique<EngineBackend>(); });
        window.show();
        window.setPage(MainPage::Audit);
        AuditView& view = window.audit();
        for (const Mutant mutant : {Mutant::None, Mutant::ArgmaxDraft}) {
            view.setRunning(true);
            emit window.auditRequested(smallAudit(mutant));
            QVERIFY(window.state() != AppState::Idle);
            QTRY_VERIFY_WITH_TIMEOUT(window.state() == AppState::Idle, 120'000);
            QVERIFY(!view.running());
            QCOMPARE(view.table()->model()->rowCount(), 12);
            QCOMPARE(view.verdict().symbol(), mutant == Mutant::None ? Symbol::Yes : Symbol::No);
            QCOMPARE(window.page(), MainPage::Audit);
        }
    }

    void theWindowStopsAnAudit() {
        MainWindow window;
        RunController controller(window, [] { return std::make_unique<EngineBackend>(); });
        window.show();
        AuditRequest request = smallAudit(Mutant::None);
        request.draws = 1'000'000;
        AuditView& view = window.audit();
        view.setRunning(true);
        emit window.auditRequested(request);
        QTRY_VERIFY_WITH_TIMEOUT(view.table()->model()->rowCount() >= 2, 100'000);
        QVERIFY(view.progressText().contains(QLatin1Char('%')));
        emit window.stopRequested();
        QTRY_VERIFY_WITH_TIMEOUT(window.state() == AppState::Idle, 20'000);
        QCOMPARE(view.verdict().symbol(), Symbol::Caution);
        QVERIFY(view.verdict().text().contains(QStringLiteral("no conclusion")));
    }

    void whatCannotBeAuditedIsSaidInTheMessageBar() {
        MainWindow window;
        RunController controller(window, [] { return std::make_unique<EngineBackend>(); });
        window.show();
        AuditRequest request = smallAudit(Mutant::None);
        request.engine.draft = "none";
        window.audit().setRunning(true);
        emit window.auditRequested(request);
        QTRY_VERIFY_WITH_TIMEOUT(window.state() == AppState::Idle, 60'000);
        QVERIFY(!window.audit().running());
        QVERIFY(window.messages().text().contains(QStringLiteral("expected a draft")));
    }
};

QTEST_MAIN(TestAuditCommand)
#include "test_audit_command.moc"
