#include <QTest>

#include <QFile>
#include <QImage>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <csignal>
#include <cstring>

#include <nlohmann/json.hpp>

#include "app/default_models.h"
#include "app/session_file.h"

using nlohmann::json;
using namespace specula;

namespace {

struct Outcome {
    int status = -1;
    QByteArray out;
    QString err;

    json document() const { return json::parse(out.toStdString()); }
    qsizetype lines() const { return err.count(QLatin1Char('\n')); }
};

Outcome program(const QStringList& arguments, const QByteArray& input = {}) {
    QProcess process;
    process.start(QStringLiteral(SPECULA_PROGRAM), arguments);
    process.write(input);
    process.closeWriteChannel();
    Outcome outcome;
    if (!process.waitForFinished(300'000) || process.exitStatus() != QProcess::NormalExit) return outcome;
    outcome.status = process.exitCode();
    outcome.out = process.readAllStandardOutput();
    outcome.err = QString::fromUtf8(process.readAllStandardError());
    return outcome;
}

QStringList words(const char* text) {
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

QString tiny(const char* which) {
    return QString::fromStdString(bundledModel(which).value_or(""));
}

/// generate --json on the tiny target.
Outcome generate(const QString& draft, const char* more) {
    QStringList arguments{QStringLiteral("generate"),
                          QStringLiteral("--target"),
                          tiny("tiny-target"),
                          QStringLiteral("--draft"),
                          draft,
                          QStringLiteral("--json"),
                          QStringLiteral("--prompt"),
                          QStringLiteral("Once upon a time there was")};
    return program(arguments + words(more));
}

QStringList draftKinds() {
    return {tiny("tiny-draft"), QStringLiteral("ngram"), QStringLiteral("ngram:2"),
            QStringLiteral("early-exit:2")};
}

QString fixtureModel(const char* name) {
    const QString shared = QStringLiteral(SPECULA_FIXTURES);
    return (shared.isEmpty() ? QStringLiteral(SPECULA_TEST_DATA) : shared) + QStringLiteral("/models/") +
           QString::fromLatin1(name);
}

long number(const json& value, const char* key) {
    return value[key].get<long>();
}

}  // namespace

class TestProgram : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void badUseEndsWithTwoAndOneLine_data();
    void badUseEndsWithTwoAndOneLine();
    void everyEmittedTokenIsCountedOnce();
    void sameSeedGivesTheSameRounds();
    void greedySpeculativeTextIsThePlainText();
    void gammaZeroIsPlainWithAnyDraft();
    void stopTextsCutTheText();
    void aModelWithoutTokenizerTakesIds();
    void replayPrintsWhatGeneratePrinted();
    void colouredOutputNeedsNoTerminalWhenAskedFor();
    void logitsAreWrittenAsSafetensors();
    void tokenizeGoesThereAndBack();
    void compareReportsBothSides();
    void probeMeasuresAndPredicts();
    void sweepWritesTablePictureAndReport();
    void screenshotHasTheSizeAskedFor();
    void aRaceIsWrittenAndDrawn();
    void anInterruptedMeasurementPrintsWhatItHas();
    void aFullDiskEndsWithThree();
};

void TestProgram::initTestCase() {
    QVERIFY2(!tiny("tiny-target").isEmpty() && !tiny("tiny-draft").isEmpty(),
             "resources/models lacks the tiny pair");
    for (const char* display : {"DISPLAY", "WAYLAND_DISPLAY"}) qunsetenv(display);
}

void TestProgram::badUseEndsWithTwoAndOneLine_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("names");
    const auto row = [](const char* arguments, const char* names) {
        QTest::newRow(arguments) << words(arguments) << QString::fromLatin1(names);
    };
    row("generate --prompt x --gamma 99", "--gamma");
    row("generate --prompt x --target /nowhere/model.gguf", "/nowhere/model.gguf");
    row("generate --prompt x --target no-such/model", "no-such/model");
    row("generate --prompt x --draft /nowhere/draft", "/nowhere/draft");
    row("generate --prompt x --draft none --gamma 2", "--gamma");
    row("generate --prompt x --device tpu", "--device");
    row("generate --prompt x --device aten-cpu --weights int8", "--weights int8");
    row("generate --prompt-file /nowhere/prompt", "/nowhere/prompt");
    row("generate --prompt x --unknown", "--unknown");
    row("generate --prompt x --max-tokens 1 --trace /nowhere/t.json", "/nowhere/t.json");
    row("frobnicate", "frobnicate");
    row("replay --session /nowhere/s.json", "/nowhere/s.json");
    row("screenshot --view learn --session s --out o", "lesson s");
    row("compare --trace race-of-many.json --prompts suite:story", "--trace");
    row("tokenize --tokenizer /nowhere/t", "/nowhere/t");
    row("compare --prompts suite:nonsense", "suite");
    row("logits --prompt-ids 1 --out /nowhere/l.safetensors", "/nowhere/l.safetensors");
    row("logits --prompt-ids 1,2,3 --chunks 1,1 --out /dev/null", "--chunks");
    row("logits --prompt-ids 99999999 --out /dev/null", "99999999");
}

void TestProgram::badUseEndsWithTwoAndOneLine() {
    QFETCH(QStringList, arguments);
    QFETCH(QString, names);
    static const QStringList models{QStringLiteral("generate"), QStringLiteral("compare"),
                                    QStringLiteral("logits")};
    if (models.contains(arguments.front()) && !arguments.contains(QStringLiteral("--target")))
        arguments << QStringLiteral("--target") << tiny("tiny-target");
    const Outcome outcome = program(arguments);
    QCOMPARE(outcome.status, 2);
    QVERIFY2(outcome.err.contains(names), qPrintable(outcome.err));
    QCOMPARE(outcome.lines(), 1);
    QVERIFY(outcome.out.isEmpty());
}

void TestProgram::everyEmittedTokenIsCountedOnce() {
    for (const QString& draft : draftKinds()) {
        for (const char* settings :
             {"--gamma 4 --temperature 1 --max-tokens 80", "--gamma auto --max-tokens 60",
              "--gamma 7 --temperature 0 --max-tokens 50 --ignore-eos"}) {
            const Outcome outcome = generate(draft, settings);
            QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
            const json value = outcome.document();
            const auto ids = static_cast<long>(value["ids"].size());
            QCOMPARE(number(value, "accepted") + number(value, "resampled") + number(value, "bonus") +
                         number(value, "plain"),
                     ids);
            QCOMPARE(number(value, "drafted"), number(value, "judged") + number(value, "discarded"));
            QCOMPARE(number(value, "judged"), number(value, "accepted") + number(value, "rejected"));
            QVERIFY(ids > 0 && value["text"].is_string() && value["tokens_per_s"].is_number());
            QCOMPARE(QString::fromStdString(value["mode"].get<std::string>()), QStringLiteral("speculative"));
            QVERIFY(value["settings"]["gamma"] != "auto" || value["settings"]["costs"].is_object());
        }
    }
}

void TestProgram::sameSeedGivesTheSameRounds() {
    const QTemporaryDir folder;
    std::vector<json> sessions;
    for (const char* seed : {"5", "5", "6"}) {
        const QString path = folder.filePath(QStringLiteral("run.json"));
        const std::string settings = "--gamma 3 --temperature 1 --max-tokens 60 --seed " + std::string(seed) +
                                     " --trace " + path.toStdString();
        QCOMPARE(generate(tiny("tiny-draft"), settings.c_str()).status, 0);
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        json rounds = json::parse(file.readAll().toStdString())["rounds"];
        for (json& round : rounds) round.erase("times");
        sessions.push_back(std::move(rounds));
    }
    QVERIFY(sessions[0].size() > 5);
    QVERIFY(sessions[0] == sessions[1]);
    QVERIFY(sessions[0] != sessions[2]);
}

void TestProgram::greedySpeculativeTextIsThePlainText() {
    const json plain =
        generate(QStringLiteral("none"), "--temperature 0 --max-tokens 100 --ignore-eos").document();
    QCOMPARE(plain["ids"].size(), std::size_t{100});
    for (const QString& draft : draftKinds()) {
        for (const char* gamma : {"1", "4", "16"}) {
            const std::string settings =
                "--temperature 0 --max-tokens 100 --ignore-eos --gamma " + std::string(gamma);
            const json value = generate(draft, settings.c_str()).document();
            QVERIFY2(value["ids"] == plain["ids"], qPrintable(draft + QLatin1String(gamma)));
            QVERIFY(number(value, "rounds") <= number(plain, "rounds"));
        }
    }
}

void TestProgram::gammaZeroIsPlainWithAnyDraft() {
    for (const QString& draft : draftKinds() + QStringList{QStringLiteral("none")}) {
        const json value = generate(draft, "--gamma 0 --max-tokens 20").document();
        QCOMPARE(QString::fromStdString(value["mode"].get<std::string>()), QStringLiteral("plain"));
        QCOMPARE(number(value, "plain"), static_cast<long>(value["ids"].size()));
        QCOMPARE(number(value, "drafted"), 0L);
        QVERIFY(value["acceptance_rate"].is_null() && value["draft_efficiency"].is_null());
    }
}

void TestProgram::stopTextsCutTheText() {
    const json whole = generate(QStringLiteral("ngram"), "--temperature 0 --max-tokens 60").document();
    const std::string text = whole["text"].get<std::string>();
    const std::string word = text.substr(text.size() / 2, 4);
    QStringList arguments{QStringLiteral("generate"),
                          QStringLiteral("--target"),
                          tiny("tiny-target"),
                          QStringLiteral("--draft"),
                          QStringLiteral("ngram"),
                          QStringLiteral("--json"),
                          QStringLiteral("--prompt"),
                          QStringLiteral("Once upon a time there was"),
                          QStringLiteral("--temperature"),
                          QStringLiteral("0"),
                          QStringLiteral("--max-tokens"),
                          QStringLiteral("60"),
                          QStringLiteral("--stop"),
                          QString::fromStdString(word)};
    const json cut = program(arguments).document();
    QCOMPARE(cut["text"].get<std::string>(), text.substr(0, text.find(word)));
    QCOMPARE(cut["finish"].get<std::string>(), std::string("stop"));
}

void TestProgram::aModelWithoutTokenizerTakesIds() {
    const QString model = fixtureModel("llama");
    QVERIFY2(QFile::exists(model), qPrintable(model));
    const QStringList base{QStringLiteral("generate"), QStringLiteral("--target"), model,
                           QStringLiteral("--json")};
    const Outcome ids =
        program(base + words("--prompt-ids 5,6,7 --max-tokens 9 --ignore-eos --draft ngram --weights fp32"));
    QVERIFY2(ids.status == 0, qPrintable(ids.err));
    QVERIFY(ids.document()["text"].is_null());
    QCOMPARE(ids.document()["ids"].size(), std::size_t{9});
    QVERIFY(ids.document()["prompt_ids"] == json({5, 6, 7}));
    const Outcome text = program(base + words("--prompt hello"));
    QCOMPARE(text.status, 2);
    QCOMPARE(text.lines(), 1);
}

void TestProgram::replayPrintsWhatGeneratePrinted() {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("run.json"));
    const Outcome first =
        generate(tiny("tiny-draft"), ("--max-tokens 30 --trace " + path.toStdString()).c_str());
    QCOMPARE(first.status, 0);
    const Outcome again =
        program({QStringLiteral("replay"), QStringLiteral("--session"), path, QStringLiteral("--json")});
    QCOMPARE(again.status, 0);
    QCOMPARE(again.out, first.out);
    const Outcome text = program({QStringLiteral("replay"), QStringLiteral("--session"), path});
    QCOMPARE(text.out.toStdString(), first.document()["text"].get<std::string>() + "\n");
}

void TestProgram::colouredOutputNeedsNoTerminalWhenAskedFor() {
    const QStringList base{QStringLiteral("generate"), QStringLiteral("--target"),
                           tiny("tiny-target"),        QStringLiteral("--prompt"),
                           QStringLiteral("The cat"),  QStringLiteral("--max-tokens"),
                           QStringLiteral("20")};
    const Outcome plain = program(base);
    QVERIFY(!plain.out.contains('\x1b'));
    QVERIFY(plain.err.contains(QStringLiteral("acceptance rate")));
    const Outcome coloured = program(base + words("--color always"));
    QVERIFY(coloured.out.contains("\x1b[38;5;35m") && coloured.out.contains("accepted"));
}

void TestProgram::logitsAreWrittenAsSafetensors() {
    const QTemporaryDir folder;
    QByteArray first;
    for (const char* chunks : {"7", "1,1,5", "1,1,1,1,1,1,1"}) {
        const QString path = folder.filePath(QStringLiteral("l.safetensors"));
        const Outcome outcome =
            program({QStringLiteral("logits"), QStringLiteral("--target"), tiny("tiny-target"),
                     QStringLiteral("--prompt-ids"), QStringLiteral("1,20,30,40,50,60,70"),
                     QStringLiteral("--weights"), QStringLiteral("int8"), QStringLiteral("--chunks"),
                     QString::fromLatin1(chunks), QStringLiteral("--out"), path, QStringLiteral("--json")});
        QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
        QVERIFY(outcome.document()["shape"] == json({7, 1536}));
        QCOMPARE(outcome.document()["weights"].get<std::string>(), std::string("int8"));
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray content = file.readAll();
        quint64 length = 0;
        std::memcpy(&length, content.constData(), sizeof length);
        const json header = json::parse(content.mid(8, static_cast<qsizetype>(length)).toStdString());
        QVERIFY(header["logits"] ==
                json({{"dtype", "F32"}, {"shape", {7, 1536}}, {"data_offsets", {0, 7 * 1536 * 4}}}));
        QCOMPARE(content.size(), static_cast<qsizetype>(8 + length + 7 * 1536 * 4));
        if (first.isEmpty()) first = content;
        QVERIFY2(content == first, chunks);
    }
}

void TestProgram::tokenizeGoesThereAndBack() {
    const QStringList base{QStringLiteral("tokenize"), QStringLiteral("--tokenizer"), tiny("tiny-target")};
    const QByteArray lines =
        "\"Once upon a time\"\n{\"text\": \"a cat\", \"add_special\": false}\n{\"hex\": \"6120636174\", "
        "\"add_special\": false}\n";
    const Outcome ids = program(base, lines);
    QVERIFY2(ids.status == 0, qPrintable(ids.err));
    const QList<QByteArray> rows = ids.out.trimmed().split('\n');
    QCOMPARE(rows.size(), 3);
    QCOMPARE(rows[1], rows[2]);
    const Outcome text = program(base + QStringList{QStringLiteral("--decode")}, rows[1] + "\n");
    QCOMPARE(text.document()["text"].get<std::string>(), std::string("a cat"));
    QCOMPARE(text.document()["hex"].get<std::string>(), std::string("6120636174"));
    for (const char* bad :
         {"nonsense", "5", "{\"text\": 5}", "{}", "{\"hex\": \"6\"}", "{\"text\": \"a\", \"hex\": \"61\"}"}) {
        const Outcome refused = program(base, QByteArray("\"fine\"\n") + bad + "\n");
        QCOMPARE(refused.status, 2);
        QVERIFY2(refused.lines() == 1 && refused.err.contains(QStringLiteral("line 2")),
                 qPrintable(refused.err));
        QCOMPARE(refused.out.count('\n'), 1);
    }
    for (const char* bad : {"[1, -1]", "[999999]", "\"text\"", "[1.5]"})
        QCOMPARE(program(base + QStringList{QStringLiteral("--decode")}, QByteArray(bad) + "\n").status, 2);
}

void TestProgram::compareReportsBothSides() {
    const Outcome outcome = program(
        QStringList{QStringLiteral("compare"), QStringLiteral("--target"), tiny("tiny-target"),
                    QStringLiteral("--json")} +
        words("--prompts suite:story --repeats 2 --max-tokens 12 --temperature 0 --gamma 2 --require-same"));
    QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
    const json value = outcome.document();
    for (const char* side : {"plain", "speculative"})
        for (const char* key : {"median", "low", "high"})
            QVERIFY(value[side]["tokens_per_s"][key].get<double>() > 0.0);
    for (const char* key : {"median", "low", "high", "n", "method"})
        QVERIFY2(value["speedup"].contains(key), key);
    QVERIFY(value["same_text"].get<bool>());
    QVERIFY(value["v"].size() > 1 && value["c"].is_number() && value["verdict"].is_string());
    QVERIFY(!value["alpha_by_position"].empty());
    QCOMPARE(value["draft"]["kind"].get<std::string>(), std::string("model"));
}

void TestProgram::probeMeasuresAndPredicts() {
    const QStringList base{QStringLiteral("probe"), QStringLiteral("--target"), tiny("tiny-target")};
    const Outcome outcome = program(base + words("--json --context 100 --acceptance 0.8"));
    QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
    const json value = outcome.document();
    QCOMPARE(value["context"].get<int>(), 100);
    QCOMPARE(value["rows"].size(), std::size_t{17});
    for (const char* key : {"bandwidth_gbs", "far_bandwidth_gbs", "weights_bytes", "ms_per_token",
                            "fraction_of_limit", "linears_share", "attention_share", "c", "sample_ms"})
        QVERIFY2(value[key].get<double>() > 0.0, key);
    QCOMPARE(value["predicted"].size(), std::size_t{1});
    QCOMPARE(value["predicted"][0]["acceptance"].get<double>(), 0.8);
    QCOMPARE(value["predicted"][0]["speedups"][0].get<double>(), 1.0);
    const Outcome table = program(base + words("--draft none"));
    QVERIFY2(table.status == 0, qPrintable(table.err));
    QVERIFY(table.out.contains("of the limit") && !table.out.contains("predicted"));
    // What it printed can be pictured.
    const QTemporaryDir folder;
    const QString report = folder.filePath(QStringLiteral("probe.json"));
    QFile file(report);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(outcome.out) == outcome.out.size());
    file.close();
    const QString picture = folder.filePath(QStringLiteral("costs.png"));
    const Outcome shot = program(QStringList{QStringLiteral("screenshot"), QStringLiteral("--session"),
                                             report, QStringLiteral("--out"), picture} +
                                 words("--view costs --size 1100x700"));
    QVERIFY2(shot.status == 0, qPrintable(shot.err));
    QCOMPARE(QImage(picture).size(), QSize(1100, 700));
}

void TestProgram::sweepWritesTablePictureAndReport() {
    const QTemporaryDir folder;
    for (const char* ending : {"png", "svg", "pdf"}) {
        const QString plot = folder.filePath(QStringLiteral("plot.") + QString::fromLatin1(ending));
        const QString csv = folder.filePath(QStringLiteral("points.csv"));
        const Outcome outcome = program(
            QStringList{QStringLiteral("sweep"), QStringLiteral("--target"), tiny("tiny-target"),
                        QStringLiteral("--prompt"), QStringLiteral("One day"), QStringLiteral("--json"),
                        QStringLiteral("--plot"), plot, QStringLiteral("--csv"), csv,
                        QStringLiteral("--report"), folder.filePath(QStringLiteral("sweep.md"))} +
            words("--gammas 0-2 --repeats 2 --max-tokens 12"));
        QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
        const json value = outcome.document();
        QCOMPARE(value["points"].size(), std::size_t{6});
        QVERIFY(value["best_gamma"].is_number_integer());
        QFile picture(plot);
        QVERIFY(picture.open(QIODevice::ReadOnly));
        const QByteArray begin = picture.read(200);
        QVERIFY(begin.startsWith("\x89PNG") || begin.contains("<svg") || begin.startsWith("%PDF"));
        QFile table(csv);
        QVERIFY(table.open(QIODevice::ReadOnly));
        QCOMPARE(table.readAll().count('\n'), 7);
        QFile report(folder.filePath(QStringLiteral("sweep.md")));
        QVERIFY(report.open(QIODevice::ReadOnly));
        const QRegularExpression linked(QStringLiteral("\\]\\((sweep_files/[^)]+\\.png)\\)"));
        const auto link = linked.match(QString::fromUtf8(report.readAll()));
        QVERIFY(link.hasMatch());
        QVERIFY(!QImage(folder.filePath(link.captured(1))).isNull());
    }
}

void TestProgram::aRaceIsWrittenAndDrawn() {
    const QTemporaryDir folder;
    const QString session = folder.filePath(QStringLiteral("race.json"));
    const QString picture = folder.filePath(QStringLiteral("race.png"));
    const Outcome measured = program(
        QStringList{QStringLiteral("compare"), QStringLiteral("--target"), tiny("tiny-target"),
                    QStringLiteral("--draft"), tiny("tiny-draft"), QStringLiteral("--trace"), session} +
        words("--json --prompt Once --temperature 0 --gamma 3 --max-tokens 24 --repeats 2 --ignore-eos"));
    QCOMPARE(measured.status, 0);
    QVERIFY(measured.document()["same_text"].get<bool>());
    // The run of the session is the speculative lane.
    const Outcome replayed =
        program({QStringLiteral("replay"), QStringLiteral("--json"), QStringLiteral("--session"), session});
    QCOMPARE(replayed.status, 0);
    QCOMPARE(replayed.document()["ids"].size(), std::size_t{24});
    QCOMPARE(replayed.document()["mode"].get<std::string>(), std::string("speculative"));
    const Outcome shot = program(QStringList{QStringLiteral("screenshot"), QStringLiteral("--session"),
                                             session, QStringLiteral("--out"), picture} +
                                 words("--view race --size 1366x768"));
    QCOMPARE(shot.status, 0);
    QCOMPARE(QImage(picture).size(), QSize(1366, 768));
}

void TestProgram::screenshotHasTheSizeAskedFor() {
    const QTemporaryDir folder;
    const QString session = folder.filePath(QStringLiteral("run.json"));
    QCOMPARE(
        generate(tiny("tiny-draft"), ("--gamma 3 --max-tokens 30 --trace " + session.toStdString()).c_str())
            .status,
        0);
    QList<QImage> pictures;
    for (const char* more : {"--view generate --size 1000x700", "--view generate --size 1000x700 --dark",
                             "--view inspector --size 500x350 --scale 2"}) {
        const QString path = folder.filePath(QStringLiteral("shot.png"));
        const Outcome outcome =
            program(QStringList{QStringLiteral("screenshot"), QStringLiteral("--session"), session,
                                QStringLiteral("--out"), path, QStringLiteral("--json")} +
                    words(more));
        QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
        QVERIFY(outcome.err.isEmpty());
        QCOMPARE(QString::fromStdString(outcome.document()["path"].get<std::string>()), path);
        pictures << QImage(path);
        QCOMPARE(pictures.back().size(), QSize(1000, 700));
    }
    QVERIFY(qGray(pictures[0].pixel(500, 60)) > 180);
    QVERIFY(qGray(pictures[1].pixel(500, 60)) < 80);
}

void TestProgram::anInterruptedMeasurementPrintsWhatItHas() {
    QProcess process;
    process.start(
        QStringLiteral(SPECULA_PROGRAM),
        QStringList{QStringLiteral("sweep"), QStringLiteral("--target"), tiny("tiny-target"),
                    QStringLiteral("--prompt"), QStringLiteral("One day"), QStringLiteral("--json")} +
            words("--gammas 0-2 --repeats 1000 --max-tokens 200"));
    // The expected time is printed once measuring has begun.
    process.setReadChannel(QProcess::StandardError);
    QByteArray err;
    while (!err.contains("expected time") && process.waitForReadyRead(60'000))
        err += process.readAllStandardError();
    QVERIFY(err.contains("expected time"));
    QCOMPARE(kill(static_cast<pid_t>(process.processId()), SIGINT), 0);
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 130);
    QVERIFY(json::parse(process.readAllStandardOutput().toStdString())["points"].is_array());
}

void TestProgram::aFullDiskEndsWithThree() {
    if (!QFile::exists(QStringLiteral("/dev/full"))) QSKIP("there is no /dev/full here");
    const Outcome trace = generate(QStringLiteral("ngram"), "--max-tokens 5 --trace /dev/full");
    QCOMPARE(trace.status, 3);
    QVERIFY2(trace.lines() == 1 && trace.err.contains(QStringLiteral("/dev/full")), qPrintable(trace.err));
    QProcess process;
    process.setStandardOutputFile(QStringLiteral("/dev/full"));
    process.start(QStringLiteral(SPECULA_PROGRAM), {QStringLiteral("--help")});
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitCode(), 3);
}

QTEST_GUILESS_MAIN(TestProgram)
#include "test_program.moc"
