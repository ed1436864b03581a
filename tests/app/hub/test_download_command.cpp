#include <QProcess>
#include <csignal>

#include <nlohmann/json.hpp>

#include "app/command_line.h"
#include "engine/trace/error.h"
#include "tests/app/hub/hub_fixture.h"

using namespace specula;
using namespace Qt::StringLiterals;
using nlohmann::json;

/// `specula download`, as a program of its own, against the hub in this process.
class TestDownloadCommand : public QObject {
    Q_OBJECT

private slots:
    void optionsLandInTheirFields();
    void badUseIsRefused_data();
    void badUseIsRefused();
    void badUseEndsWithTwo();
    void thePathIsWhatItPrints();
    void theModelIsFoundByItsNameAfterwards();
    void jsonSaysWhatCame();
    void aListFetchesNothing();
    void filesAreChosenByName();
    void ggufFilesHaveToBeChosen();
    void aNetworkFailureEndsWithThree();
    void ctrlCLeavesAPartAndTheNextRunGoesOn();

private:
    struct Outcome {
        int status = -1;
        QByteArray out;
        QByteArray err;
    };
    static std::unique_ptr<QProcess> begin(const HubFixture& f, const QStringList& arguments);
    static Outcome end(QProcess& process);
    static Outcome run(const HubFixture& f, const QStringList& arguments);
};

std::unique_ptr<QProcess> TestDownloadCommand::begin(const HubFixture& f, const QStringList& arguments) {
    auto process = std::make_unique<QProcess>();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"HF_ENDPOINT"_s, f.settings.endpoint.toString());
    environment.insert(u"HF_HUB_CACHE"_s, f.settings.cache);
    environment.insert(u"HF_TOKEN"_s, QString::fromLatin1(kToken));
    for (const QString& name : {u"HF_HUB_OFFLINE"_s, u"TRANSFORMERS_OFFLINE"_s, u"HF_HUB_DISABLE_SYMLINKS"_s})
        environment.remove(name);
    process->setProcessEnvironment(environment);
    process->start(QStringLiteral(SPECULA_PROGRAM), QStringList{u"download"_s} + arguments);
    return process;
}

// The hub answers from this thread's event loop, so nothing here may block.
TestDownloadCommand::Outcome TestDownloadCommand::end(QProcess& process) {
    QSignalSpy ended(&process, &QProcess::finished);
    if (process.state() != QProcess::NotRunning) ended.wait(30'000);
    Outcome outcome;
    if (process.state() == QProcess::NotRunning && process.exitStatus() == QProcess::NormalExit)
        outcome.status = process.exitCode();
    outcome.out = process.readAllStandardOutput();
    outcome.err = process.readAllStandardError();
    return outcome;
}

TestDownloadCommand::Outcome TestDownloadCommand::run(const HubFixture& f, const QStringList& arguments) {
    return end(*begin(f, arguments));
}

void TestDownloadCommand::optionsLandInTheirFields() {
    const CommandLine line = parseCommandLine(
        {"download", "org/name", "--revision", "v1", "--file", "a.json", "b.json", "--list", "--json"});
    QCOMPARE(line.subcommand, Subcommand::Download);
    QCOMPARE(line.repository, std::string("org/name"));
    QCOMPARE(line.revision, std::string("v1"));
    QCOMPARE(line.files, (std::vector<std::string>{"a.json", "b.json"}));
    QVERIFY(line.listOnly && line.json && !line.allFiles);
    const CommandLine at = parseCommandLine({"download", "org/name@refs/pr/1", "--all"});
    QCOMPARE(at.repository, std::string("org/name"));
    QCOMPARE(at.revision, std::string("refs/pr/1"));
    QVERIFY(at.allFiles);
}

void TestDownloadCommand::badUseIsRefused_data() {
    QTest::addColumn<QString>("words");
    QTest::addColumn<QString>("expected");
    QTest::newRow("nothing") << u"download"_s << u"model"_s;
    QTest::newRow("path") << u"download ../x"_s << u"download: expected a model's name such as org/name"_s;
    QTest::newRow("address") << u"download https://huggingface.co/org/name"_s << u"expected a model's name"_s;
    QTest::newRow("revision") << u"download org/name --revision ../x"_s << u"--revision: expected a branch"_s;
    QTest::newRow("twice") << u"download org/name@a --revision b"_s << u"--revision: expected this or"_s;
    QTest::newRow("all and some") << u"download org/name --all --file x"_s << u"--all: expected this or"_s;
}

void TestDownloadCommand::badUseIsRefused() {
    QFETCH(QString, words);
    QFETCH(QString, expected);
    std::vector<std::string> arguments;
    for (const QString& word : words.split(u' ')) arguments.push_back(word.toStdString());
    QString message;
    try {
        parseCommandLine(arguments);
    } catch (const Error& error) {
        QCOMPARE(error.kind(), ErrorKind::BadInput);
        message = QString::fromUtf8(error.what());
    }
    QVERIFY2(message.contains(expected), qPrintable(message));
}

void TestDownloadCommand::badUseEndsWithTwo() {
    HubFixture f;
    const Outcome outcome = run(f, {u"../x"_s});
    QCOMPARE(outcome.status, 2);
    QCOMPARE(outcome.err.count('\n'), 1);
    QVERIFY(f.hub.hub().log().isEmpty());
}

void TestDownloadCommand::thePathIsWhatItPrints() {
    HubFixture f;
    f.addModel();
    const Outcome outcome = run(f, {u"org/name"_s});
    QVERIFY2(outcome.status == 0, outcome.err.constData());
    QCOMPARE(QString::fromUtf8(outcome.out),
             f.at(u"snapshots/"_s + QLatin1StringView(FakeHub::kCommit)) + u'\n');
    QCOMPARE(contentOf(f.entry(u"model.safetensors"_s)), f.hub.content(u"model.safetensors"_s));
    QCOMPARE(outcome.err, QByteArray());  // not a terminal: no progress
}

void TestDownloadCommand::theModelIsFoundByItsNameAfterwards() {
    HubFixture f;
    f.addModel(1000);
    QCOMPARE(run(f, {u"org/name"_s}).status, 0);
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"HF_HUB_CACHE"_s, f.settings.cache);
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(SPECULA_PROGRAM),
                  {u"logits"_s, u"--target"_s, u"org/name"_s, u"--prompt-ids"_s, u"1"_s, u"--out"_s,
                   f.folder.filePath(u"x"_s)});
    // The weights are noise; what counts is that they are what is complained about.
    QVERIFY2(QString::fromUtf8(end(process).err).contains("/snapshots/"_L1), "found by its name");
}

void TestDownloadCommand::jsonSaysWhatCame() {
    HubFixture f;
    f.addModel();
    const Outcome outcome = run(f, {u"org/name"_s, u"--json"_s});
    QVERIFY2(outcome.status == 0, outcome.err.constData());
    const json document = json::parse(outcome.out.toStdString());
    QCOMPARE(document["repository"].get<std::string>(), std::string("org/name"));
    QCOMPARE(document["revision"].get<std::string>(), std::string(FakeHub::kCommit));
    QCOMPARE(document["files"].size(), std::size_t{3});
    QVERIFY(document["bytes"].get<qint64>() > 305'000);
    QVERIFY(QFileInfo(QString::fromStdString(document["path"].get<std::string>())).isDir());
}

void TestDownloadCommand::aListFetchesNothing() {
    HubFixture f;
    f.addModel();
    f.hub.add(u"README.md"_s, "words");
    Outcome outcome = run(f, {u"org/name"_s, u"--list"_s});
    QVERIFY2(outcome.status == 0, outcome.err.constData());
    QVERIFY(outcome.out.contains("300 kB  * model.safetensors\n"));
    QVERIFY(outcome.out.contains("5 bytes    README.md\n"));
    outcome = run(f, {u"org/name"_s, u"--list"_s, u"--json"_s});
    const json document = json::parse(outcome.out.toStdString());
    QCOMPARE(document["files"].size(), std::size_t{4});
    QVERIFY(document["files"][0]["wanted"].is_boolean() && document["files"][0]["present"] == false);
    QCOMPARE(f.hub.hub().count("HEAD", ""), 0);
    QVERIFY(!QFileInfo::exists(f.settings.cache));
}

void TestDownloadCommand::filesAreChosenByName() {
    HubFixture f;
    f.addModel();
    f.hub.add(u"README.md"_s, "words");
    Outcome outcome = run(f, {u"org/name"_s, u"--file"_s, u"README.md"_s, u"config.json"_s});
    QVERIFY2(outcome.status == 0, outcome.err.constData());
    QCOMPARE(QDir(QString::fromUtf8(outcome.out).trimmed()).entryList(QDir::Files).size(), 2);
    outcome = run(f, {u"org/name"_s, u"--file"_s, u"nothing.bin"_s});
    QCOMPARE(outcome.status, 2);
    QVERIFY(outcome.err.contains("--file: expected a file of org/name, found 'nothing.bin'"));
    outcome = run(f, {u"org/name"_s, u"--all"_s});
    QCOMPARE(QDir(QString::fromUtf8(outcome.out).trimmed()).entryList(QDir::Files).size(), 4);
}

void TestDownloadCommand::ggufFilesHaveToBeChosen() {
    HubFixture f;
    f.hub.add(u"m-Q8_0.gguf"_s, noise(4000), true);
    f.hub.add(u"m-Q4_0.gguf"_s, noise(3000), true);
    Outcome outcome = run(f, {u"org/name"_s});
    QCOMPARE(outcome.status, 2);
    QVERIFY2(outcome.err.contains("found none: m-Q4_0.gguf, m-Q8_0.gguf"), outcome.err.constData());
    outcome = run(f, {u"org/name"_s, u"--file"_s, u"m-Q8_0.gguf"_s});
    QCOMPARE(QString::fromUtf8(outcome.out).trimmed(), f.entry(u"m-Q8_0.gguf"_s));
}

void TestDownloadCommand::aNetworkFailureEndsWithThree() {
    HubFixture f;
    const Outcome outcome = run(f, {u"org/other"_s});
    QCOMPARE(outcome.status, 3);
    QCOMPARE(outcome.err.count('\n'), 1);
    QVERIFY2(outcome.err.startsWith("specula: org/other: "), outcome.err.constData());
    QVERIFY(!outcome.err.contains(kToken));
}

void TestDownloadCommand::ctrlCLeavesAPartAndTheNextRunGoesOn() {
    HubFixture f;
    f.addModel();
    bool stall = true;
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (!stall || request.verb != "GET" || !request.path.contains("signature")) return false;
        reply.body = f.hub.content(u"model.safetensors"_s);
        reply.headers << "Content-Length: 300000";
        reply.stallAfter = 120'000;
        return true;
    };
    const auto process = begin(f, {u"org/name"_s});
    QTRY_COMPARE_WITH_TIMEOUT(QFileInfo(f.part(u"model.safetensors"_s)).size(), 120'000, 20'000);
    ::kill(static_cast<pid_t>(process->processId()), SIGINT);
    Outcome outcome = end(*process);
    QCOMPARE(outcome.status, 130);
    QVERIFY2(outcome.err.contains("the same command goes on from there"), outcome.err.constData());
    QCOMPARE(outcome.out, QByteArray());
    QCOMPARE(QFileInfo(f.part(u"model.safetensors"_s)).size(), 120'000);
    QVERIFY(!QFileInfo::exists(f.at(u"refs/main"_s)));
    stall = false;
    outcome = run(f, {u"org/name"_s});
    QVERIFY2(outcome.status == 0, outcome.err.constData());
    QCOMPARE(f.hub.storage().log().back().rangeStart(), 120'000);
}

QTEST_GUILESS_MAIN(TestDownloadCommand)
#include "test_download_command.moc"
