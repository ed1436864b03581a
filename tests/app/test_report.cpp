// The Markdown report: what it says, that nothing in it is read as Markdown by accident, and how it is
// written.
#include <QtTest>

#include <QApplication>
#include <QClipboard>
#include <QFileDialog>
#include <QLineEdit>
#include <QMimeData>
#include <QProcess>
#include <QTemporaryDir>
#include <QTextDocument>

#include "app/file_io.h"
#include "app/markdown.h"
#include "app/report_controller.h"
#include "app/report_files.h"
#include "app/report_pictures.h"
#include "app/run_controller.h"
#include "app/session_file.h"
#include "engine/trace/error.h"
#include "tests/app/sample_runs.h"
#include "tests/ui/race/sample_race.h"
#include "tests/ui/rules/sample_points.h"
#include "ui/common/run_log.h"
#include "ui/main_window/main_actions.h"
#include "ui/main_window/main_window.h"
#include "ui/main_window/message_bar.h"

using namespace specula;

namespace {

constexpr std::int64_t kMaxFile = std::int64_t{1} << 26;

std::string pathIn(const QTemporaryDir& folder, const char* name) {
    return folder.filePath(QLatin1String(name)).toStdString();
}

RunRecord firstRun() {
    return readSession(SPECULA_SOURCE_DIR "/resources/sessions/first-run.json");
}

/// Pictures' places without drawing them.
std::vector<ReportPicture> namedPictures() {
    return {{"acceptance.png", "Acceptance falls from 0.71 to 0.42 by position 4", kSectionRun, "png"},
            {"text.png", "The text", kSectionText, "png"}};
}

std::string reportOf(const RunRecord& record, const ReportExtras& extras = {}) {
    return runReport(record, extras, namedPictures(), "report_files");
}

/// What a reader sees of it, by another implementation of Markdown.
QString shown(const std::string& markdown) {
    QTextDocument document;
    document.setMarkdown(QString::fromStdString(markdown));
    return document.toPlainText();
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != text.npos;
}

/// The rows of the table of figures.
std::vector<std::string> figureRows(const std::string& report) {
    std::vector<std::string> rows;
    const auto start = report.find("## Figures");
    std::istringstream lines(report.substr(start, report.find("\n## ", start + 5) - start));
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("| ") && !line.starts_with("| ---") && !line.starts_with("| figure"))
            rows.push_back(line);
    return rows;
}

}  // namespace

class TestReport : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale::c());
        QCoreApplication::setApplicationVersion(QStringLiteral("0.1.0"));
    }

    void theReportOfAStoredSessionStaysAsItIs() {
        const std::string made = reportOf(firstRun());
        const std::string path = SPECULA_TEST_DATA "/reports/first-run.md";
        if (qEnvironmentVariableIsSet("SPECULA_WRITE_GOLDEN")) writeFile(path, made);
        QCOMPARE(QString::fromStdString(made), QString::fromStdString(readFile(path, kMaxFile)));
    }

    void everyFigureIsTheRuns() {
        const RunRecord record = firstRun();
        const Totals totals = totalsOf(record.rounds);
        const std::string report = reportOf(record);
        char number[64];
        std::snprintf(number, sizeof number, "| acceptance rate alpha | %.3f | %ld of %ld judged",
                      *totals.acceptanceRate(), totals.accepted, totals.judged);
        QVERIFY2(contains(report, number), number);
        std::snprintf(number, sizeof number, "| draft efficiency | %.3f | %ld of %ld drafted",
                      *totals.draftEfficiency(), totals.accepted, totals.drafted);
        QVERIFY2(contains(report, number), number);
        QVERIFY(contains(report, "| plain decoding, tokens a second | – | not measured for this prompt"));
        QVERIFY(!contains(report, "| speed-up over plain |"));
        QVERIFY(contains(report, "seed 19"));
    }

    void aSpeedUpSaysWhatItWasComparedWith() {
        ReportExtras extras;
        extras.baseline = CompareReport{};
        extras.baseline->plain = {88.0, 86.0, 90.0, 5, "median"};
        const std::string alone = reportOf(firstRun(), extras);
        QVERIFY(contains(alone, "| plain decoding, tokens a second | 88.0 (86.0–90.0) |"));
        QVERIFY(!contains(alone, "| speed-up over plain |"));
        extras.baseline->speedup = {1.02, 0.97, 1.08, 5, "paired log-ratios"};
        extras.baseline->verdict = "no significant difference";
        extras.baseline->predictedSpeedup = 1.1;
        const std::string both = reportOf(firstRun(), extras);
        QVERIFY(contains(both,
                         "| speed-up over plain | 1.02 (0.97–1.08)× | n = 5, paired log-ratios: no "
                         "significant difference |"));
        QVERIFY(contains(both, "| speed-up, predicted | 1.10× | predicted"));
    }

    void lossyAndSyntheticStandInTheTitleAndBesideEveryFigure() {
        RunRecord record = firstRun();
        record.options.rule = Rule::Typical;
        record.options.syntheticAcceptance = 0.7;
        const std::string report = reportOf(record);
        QVERIFY(report.starts_with("# **LOSSY, SYNTHETIC** Specula report"));
        int figures = 0;
        for (const std::string& row : figureRows(report)) {
            if (contains(row, "| – |")) continue;
            QVERIFY2(contains(row, "**LOSSY, SYNTHETIC**"), row.c_str());
            ++figures;
        }
        QVERIFY(figures >= 8);
        QVERIFY(!contains(reportOf(firstRun()), "LOSSY"));
    }

    void hostileTextStaysText() {
        for (const char* text :
             {"# heading", "- item", "1. item", "a | b", "**bold** _it_ `code`", "[x](http://evil)",
              "![x](y)", "<script>alert(1)</script>", "<!-- x -->", "&lt;b&gt; &amp;", "> quote",
              "===", "---", "~~~", "\\*", "http://evil.example www.evil.example a@b.example", "$x$", "[^1]",
              "```\ncode\n```"}) {
            const QString line = QString::fromLatin1(text).replace(QLatin1Char('\n'), QLatin1Char(' '));
            QCOMPARE(shown(mdEscape(text)), line);
            const std::string cell = mdRow({mdEscape(text), "next"});
            QCOMPARE(QString::fromStdString(cell).count(QRegularExpression(QStringLiteral("(?<!\\\\)\\|"))),
                     3);
            QTextDocument document;
            document.setMarkdown(QString::fromStdString(mdEscape(text)));
            QVERIFY2(!document.toHtml().contains(QLatin1String("href")), text);
        }
    }

    void aTextOfSeveralTokensKeepsItsLinesAndMarks() {
        MarkdownText text;
        text.add("Once\n");
        text.add("# no", "b");
        text.add(" title\n1");
        text.add(". not\xe2\x82");
        text.add("\xac a list", "ins");
        QCOMPARE(QString::fromStdString(text.take()),
                 QString::fromUtf8("Once<br>\n<b>\\# no</b> title<br>\n1. not<ins>\u20ac a list</ins>"));
        QCOMPARE(text.take(), std::string());
    }

    void aRunFullOfHostileNamesIsStillOneDocument() {
        RunRecord record = samples::record();
        record.target.name = "evil](http://x) | <img src=x>\n# Injected";
        record.draft.name = "| a | b |\n\n# Injected";
        record.prompt.text = "```\n# Injected\n```";
        record.promptPieces.clear();
        record.engine.target = "/home/someone/models/<b>x</b>.gguf";
        record.targetFiles = {{"/home/someone/models/<b>x</b>.gguf", 1000, std::string(64, 'a')}};
        record.machine = Machine{"CPU <script> | x", 4, 1 << 30, "OS\n# Injected"};
        const std::string report = reportOf(record);
        QVERIFY(!contains(report, "\n# Injected"));
        QVERIFY(!contains(report, "<script>") && !contains(report, "<img"));
        QVERIFY(!contains(report, "someone"));  // the file's name, not whose folder it lies in
        QVERIFY(contains(report, std::string(64, 'a')));
        QVERIFY(contains(report, "CPU &lt;script&gt; \\| x, 4 cores"));
        int titles = 0;
        std::istringstream lines(report);
        for (std::string line; std::getline(lines, line);) titles += line.starts_with("# ") ? 1 : 0;
        QCOMPARE(titles, 1);
    }

    void rulesRacesSweepsAndCostsHaveTheirTables() {
        RunRecord record = firstRun();
        record.rules = RulesReport{};
        record.rules->points = test::samplePoints();
        record.race = std::make_shared<RaceReport>(test::sampleRace());
        record.probe = samples::probe();
        ReportExtras extras;
        extras.sweep = test::sweepWithBestAtFour();
        extras.sweepSuite = "creative";
        const std::string report = reportOf(record, extras);
        for (const char* section :
             {"## Race", "## Gamma sweep", "## Rules compared", "## Costs", "## How it was measured"})
            QVERIFY2(contains(report, section), section);
        for (const SweepPoint& point : extras.sweep)
            QVERIFY(contains(report, "\n| " + std::to_string(point.gamma) + " | all |"));
        QVERIFY(contains(report, "**LOSSY**"));  // of the rules that are
        const auto pictures = runPictures(record, extras);
        QCOMPARE(pictures.size(), std::size_t{7});
        for (const ReportPicture& picture : pictures) {
            const QImage image = QImage::fromData(QByteArray::fromStdString(picture.bytes), "PNG");
            QVERIFY2(image.width() >= 1000, picture.file.c_str());
            QVERIFY(!picture.title.empty());
        }
    }

    void picturesAndTextAreWrittenTogether() {
        const QTemporaryDir folder;
        const std::string path = pathIn(folder, "my report.md");
        const auto text = [](const std::string& files) { return "![x](" + files + "/acceptance.png)"; };
        writeReport(path, namedPictures(), text);
        QCOMPARE(readFile(path, kMaxFile), std::string("![x](my report_files/acceptance.png)"));
        QCOMPARE(readFile(pathIn(folder, "my report_files/text.png"), kMaxFile), std::string("png"));
        QVERIFY(contains(runReport(firstRun(), {}, namedPictures(), "my report_files"),
                         "](my%20report_files/acceptance.png)"));
    }

    void aReportIsWholeOrNotThere() {
        QTemporaryDir folder;
        const std::string path = pathIn(folder, "r.md");
        const auto fails = [](const std::string&) -> std::string { throw Error("no", ErrorKind::Failed); };
        QVERIFY_EXCEPTION_THROWN(writeReport(path, namedPictures(), fails), Error);
        QVERIFY(QDir(folder.path()).isEmpty());
        // What was there before stays, whosever it is.
        QVERIFY(QDir(folder.path()).mkdir(QStringLiteral("r_files")));
        writeFile(pathIn(folder, "r_files/mine.txt"), "mine");
        writeFile(pathIn(folder, "r_files/text.png"), "old");
        QVERIFY_EXCEPTION_THROWN(writeReport(path, namedPictures(), fails), Error);
        QCOMPARE(readFile(pathIn(folder, "r_files/mine.txt"), kMaxFile), std::string("mine"));
        QCOMPARE(readFile(pathIn(folder, "r_files/text.png"), kMaxFile), std::string("old"));
        QVERIFY(!QFileInfo::exists(folder.filePath(QStringLiteral("r_files/acceptance.png"))));
        QVERIFY(!QFileInfo::exists(folder.filePath(QStringLiteral("r.md"))));
        const auto words = [](const std::string& files) { return "text " + files; };
        QVERIFY_EXCEPTION_THROWN(writeReport("/dev/full", namedPictures(), words), Error);
        QVERIFY_EXCEPTION_THROWN(writeReport(pathIn(folder, "none/r.md"), namedPictures(), words), Error);
    }

    void theMachineIsStoredWithTheSession() {
        RunRecord record = samples::record();
        stamp(record, "avx512");
        QVERIFY(record.machine && record.machine->cores > 0 && !record.machine->system.empty());
        const RunRecord back = sessionFromText(sessionText(record), "s.json");
        QCOMPARE(back.machine, record.machine);
        record.machine.reset();
        QVERIFY(!sessionFromText(sessionText(record), "s.json").machine);
        QVERIFY(contains(reportOf(record), "machine: not recorded"));
    }

    void theWindowSavesAndCopiesIt() {
        MainWindow window;
        RunController controller(window, [] { return std::unique_ptr<Backend>(); });
        ReportController reports(window, controller);
        QVERIFY(!window.actionSet().saveReport->isEnabled());
        controller.showRecord(firstRun());
        window.runLog().followEnd();
        QTRY_COMPARE(window.runLog().rounds().size(), firstRun().rounds.size());
        QVERIFY(window.actionSet().copyReport->isEnabled());
        window.actionSet().copyReport->trigger();
        const QString copied = QApplication::clipboard()->text();
        QVERIFY(copied.startsWith(QLatin1String("# Specula report: tiny\\-target")) ||
                copied.startsWith(QLatin1String("# Specula report: tiny-target")));
        QVERIFY(QApplication::clipboard()->mimeData()->hasFormat(QStringLiteral("text/markdown")));
        QVERIFY(!copied.contains(QLatin1String("](")));  // no links to pictures that are not there

        const QTemporaryDir folder;
        window.show();
        window.actionSet().saveReport->trigger();
        auto* dialog = window.findChild<QFileDialog*>(QStringLiteral("reportFileDialog"));
        QVERIFY(dialog);
        dialog->findChild<QLineEdit*>()->setText(folder.filePath(QStringLiteral("run")));
        QTest::keyClick(dialog, Qt::Key_Return);
        const std::string written = readFile(pathIn(folder, "run.md"), kMaxFile);
        QVERIFY(contains(written, "](run_files/acceptance.png)"));
        for (const char* file : {"acceptance.png", "tokens-a-second.png", "tokens-a-round.png", "text.png"})
            QVERIFY(!QImage(folder.filePath(QStringLiteral("run_files/") + QLatin1String(file))).isNull());
        reports.save(folder.filePath(QStringLiteral("none/x.md")));
        QVERIFY(window.messages().text().contains(QLatin1String("none/x.md")));
    }

    void theCommandWritesTheSame() {
        const QTemporaryDir folder;
        QProcess program;
        program.start(
            QStringLiteral(SPECULA_PROGRAM),
            {QStringLiteral("report"), QStringLiteral("--session"),
             QStringLiteral(SPECULA_SOURCE_DIR "/resources/sessions/first-run.json"), QStringLiteral("--out"),
             folder.filePath(QStringLiteral("report.md")), QStringLiteral("--json")});
        QVERIFY(program.waitForFinished(60'000));
        QCOMPARE(program.exitCode(), 0);
        QVERIFY(program.readAllStandardOutput().contains("report_files/acceptance.png"));
        QVERIFY(contains(readFile(pathIn(folder, "report.md"), kMaxFile), "](report_files/acceptance.png)"));
        program.start(QStringLiteral(SPECULA_PROGRAM), {QStringLiteral("report"), QStringLiteral("--out"),
                                                        folder.filePath(QStringLiteral("r.md"))});
        QVERIFY(program.waitForFinished(60'000));
        QCOMPARE(program.exitCode(), 2);
    }
};

QTEST_MAIN(TestReport)
#include "test_report.moc"
