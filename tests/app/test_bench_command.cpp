#include <QTest>

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <csignal>

#include <nlohmann/json.hpp>

#include "app/cli_bench_output.h"
#include "app/command_line.h"
#include "app/default_models.h"
#include "app/llama_output.h"
#include "app/peer_process.h"
#include "app/peers.h"
#include "app/run_output.h"
#include "app/trace_json.h"
#include "engine/trace/error.h"

using nlohmann::json;
using namespace specula;

namespace {

std::string refusal(const std::function<void()>& work) {
    try {
        work();
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

/// Small programs that stand in for other people's.
class Fakes {
public:
    std::string make(const char* name, const char* script) {
        const QString path = m_folder.filePath(QString::fromLatin1(name));
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly)) return "";
        file.write("#!/bin/sh\n");
        file.write(script);
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return path.toStdString();
    }
    std::string path(const char* name) const {
        return m_folder.filePath(QString::fromLatin1(name)).toStdString();
    }

private:
    QTemporaryDir m_folder;
};

/// Answers as llama-bench does: one test for each -p, one for -n.
constexpr const char* kGoodBench =
    "while [ $# -gt 0 ]; do\n"
    "  case \"$1\" in -p) p=$2; shift;; -n) n=$2; shift;; esac; shift\n"
    "done\n"
    "sep=''; echo '['\n"
    "for m in $(echo \"$p\" | tr , ' '); do\n"
    "  [ \"$m\" = 0 ] && continue\n"
    "  echo \"$sep{\\\"n_prompt\\\": $m, \\\"n_gen\\\": 0, \\\"samples_ns\\\": [$((m * 1000000)), $((m * "
    "1000000 + 2)), 1], \\\"model_type\\\": \\\"fake Q8_0\\\", \\\"build_commit\\\": \\\"abc\\\"}\"; sep=,\n"
    "done\n"
    "[ \"$n\" = 0 ] || echo \"$sep{\\\"n_prompt\\\": 0, \\\"n_gen\\\": $n, \\\"samples_ns\\\": [960000000], "
    "\\\"model_type\\\": \\\"fake Q8_0\\\", \\\"build_commit\\\": \\\"abc\\\"}\"\n"
    "echo ']'\n";

BenchReport sampleReport() {
    BenchCase one;
    one.name = "opt-1.3b-int8";
    one.target = "OPT-1.3B (random weights)";
    one.draft = "OPT-125M (random weights)";
    one.weights = WeightFormat::Int8;
    one.syntheticAcceptance = 0.7;
    one.context = 128;
    one.loadSeconds = 5.5;
    one.memoryBefore = 50'000'000;
    one.peakLoading = 1'500'000'000;
    one.peakRunning = 1'600'000'000;
    one.prefillTokensPerSecond = 120.0;
    one.bytesPerToken = 1'400'000'000;
    one.plain = {20.0, 19.0, 21.0, 3, "median"};
    one.gigabytesPerSecond = 28.0;
    one.bandwidthGbs = 33.0;
    one.costs = {0.1, {1.0, 1.02, 1.05, 1.08, 1.1}, 0.01};
    one.alphaByPosition = {0.7, 0.71};
    BenchPoint point;
    point.gamma = 2;
    point.tokensPerSecond = {30.0, 29.0, 31.0, 3, "median"};
    point.speedup = {1.5, 1.45, 1.55, 3, "paired"};
    point.totals.rounds = 10;
    point.totals.accepted = 12;
    point.totals.bonus = 10;
    point.totals.judged = 17;
    point.predicted = 1.6;
    point.residual = 0.94;
    point.tokensFromAlpha = 2.19;
    point.speedupFromAlpha = 1.59;
    one.points = {point};
    BenchCase failed;
    failed.name = "opt-1.3b-fp16";
    failed.problem = "not enough memory";
    BenchReport report;
    report.cases = {one, failed};
    report.costModel = {1, 1, 0.94, 0.94, 0.94};
    report.seconds = 60.0;
    return report;
}

PeersReport samplePeers() {
    PeersReport peers;
    peers.results.push_back(
        {"decoding, int8 / Q8_0", "specula int8", "llama.cpp", {200, 220, 210}, {100, 100, 120}, ""});
    peers.results.push_back({"decoding, fp16 / F16", "specula fp16", "", {}, {}, "llama-bench crashed"});
    peers.rows.push_back({"rows", "specula int8", "llama.cpp", {1, 5}, {1.0, 1.1}, {1.0, 2.5}, 8.0, ""});
    peers.settings = "Same file.";
    return peers;
}

const BenchMachine kMachine{"A processor", "avx512", 2, 33.0, "2026-11-24", "0.4"};

QString tiny(const char* which) {
    return QString::fromStdString(bundledModel(which).value_or(""));
}

}  // namespace

class TestBenchCommand : public QObject {
    Q_OBJECT

private slots:
    void optionsLandInTheirFields();
    void badOptionsAreRefused_data();
    void badOptionsAreRefused();
    void jsonHasWhatTheManualSays();
    void tablesMarkWhatIsSynthetic();
    void markdownIsDatedAndComplete();
    void runsSayThatTheyAreSynthetic();
    void llamaOutputIsReadStrictly();
    void processesEndInTimeAndSayWhy();
    void stoppedProcessesAreEnded();
    void llamaTakesTurnsWithOurs();
    void failingPeersLeaveOneLineEach_data();
    void failingPeersLeaveOneLineEach();
    void pythonIsAskedForItsSpeed();
    void theProgramMeasuresAndWrites();
    void theProgramListsItsCases();
    void anInterruptedBenchPrintsWhatItHas();
};

void TestBenchCommand::optionsLandInTheirFields() {
    const CommandLine line = parseCommandLine({"bench",
                                               "--quick",
                                               "--cases",
                                               "smollm2,gpt2-int8",
                                               "--contexts",
                                               "64,512",
                                               "--gammas",
                                               "0-2",
                                               "--repeats",
                                               "5",
                                               "--out",
                                               "o.json",
                                               "--markdown",
                                               "t.md",
                                               "--llama-bench",
                                               "lb",
                                               "--llama-quantize",
                                               "lq",
                                               "--llama-speculative",
                                               "ls",
                                               "--llama-draft",
                                               "d.gguf",
                                               "--python",
                                               "py",
                                               "--peer-runs",
                                               "4",
                                               "--threads",
                                               "2",
                                               "--json"});
    QCOMPARE(line.subcommand, Subcommand::Bench);
    const BenchArguments& bench = line.bench;
    QVERIFY(bench.quick && !bench.list && !bench.peersOnly && line.json);
    QCOMPARE(bench.cases, (std::vector<std::string>{"smollm2", "gpt2-int8"}));
    QCOMPARE(bench.contexts, (std::vector<int>{64, 512}));
    QCOMPARE(bench.gammas, (std::vector<int>{0, 1, 2}));
    QCOMPARE(bench.repeats, 5);
    QCOMPARE(*bench.outPath, std::string("o.json"));
    QCOMPARE(*bench.markdownPath, std::string("t.md"));
    QCOMPARE(*bench.peers.llamaBench, std::string("lb"));
    QCOMPARE(*bench.peers.llamaQuantize, std::string("lq"));
    QCOMPARE(*bench.peers.llamaSpeculative, std::string("ls"));
    QCOMPARE(*bench.peers.llamaDraft, std::string("d.gguf"));
    QCOMPARE(*bench.peers.python, std::string("py"));
    QCOMPARE(bench.peers.runs, 4);
    QCOMPARE(line.run.engine.threads, 2);
    QVERIFY(!parseCommandLine({"bench"}).bench.peers.any());
    QVERIFY(parseCommandLine({"bench", "--list"}).bench.list);
}

void TestBenchCommand::badOptionsAreRefused_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("named");
    const auto row = [](const QStringList& words, const char* named) {
        QTest::newRow(qPrintable(words.join(QLatin1Char(' ')))) << words << QString::fromLatin1(named);
    };
    row({QStringLiteral("--cases"), QStringLiteral("a,,b")}, "--cases");
    row({QStringLiteral("--peer-runs"), QStringLiteral("2")}, "--peer-runs");
    row({QStringLiteral("--gammas"), QStringLiteral("0-99")}, "--gammas");
    row({QStringLiteral("--contexts"), QStringLiteral("0")}, "--contexts");
    row({QStringLiteral("--repeats"), QStringLiteral("0")}, "--repeats");
    row({QStringLiteral("--peers-only")}, "--peers-only");
}

void TestBenchCommand::badOptionsAreRefused() {
    QFETCH(QStringList, words);
    QFETCH(QString, named);
    std::vector<std::string> all{"bench"};
    for (const QString& word : words) all.push_back(word.toStdString());
    const std::string said = refusal([&] { parseCommandLine(all); });
    QVERIFY2(said.starts_with(named.toStdString()), said.c_str());
    QVERIFY(said.find('\n') == said.npos);
}

void TestBenchCommand::jsonHasWhatTheManualSays() {
    const json document = benchToJson(sampleReport(), samplePeers(), kMachine);
    const json& one = document["cases"][0];
    QCOMPARE(one["name"].get<std::string>(), std::string("opt-1.3b-int8"));
    QCOMPARE(one["synthetic_acceptance"].get<double>(), 0.7);
    QCOMPARE(one["points"][0]["tokens_per_round"].get<double>(), 2.2);
    QCOMPARE(one["points"][0]["measured_over_predicted"].get<double>(), 0.94);
    QVERIFY(one["energy"].is_null() && one["problem"].is_null());
    QCOMPARE(document["cases"][1]["problem"].get<std::string>(), std::string("not enough memory"));
    QCOMPARE(document["peers"][0]["ratio"]["median"].get<double>(), 2.0);
    QCOMPARE(document["peers"][0]["ratio"]["low"].get<double>(), 1.75);
    QCOMPARE(document["peers"][0]["ratio"]["high"].get<double>(), 2.2);
    QVERIFY(document["peers"][1]["ratio"].is_null());
    QCOMPARE(document["peers"][2]["theirs_v"][1].get<double>(), 2.5);
    QCOMPARE(document["cost_model"]["measured_over_predicted"]["within_0.93_1.07"].get<int>(), 1);
    QVERIFY(document["cost_model"]["measured_over_predicted_from_alpha"]["median"].is_null());
    QCOMPARE(document["machine"]["instruction_set"].get<std::string>(), std::string("avx512"));
    QVERIFY(document["energy"].get<std::string>().starts_with("none"));
}

void TestBenchCommand::tablesMarkWhatIsSynthetic() {
    const BenchReport report = sampleReport();
    const std::string text = benchCaseText(report.cases.front());
    for (const char* part : {"SYNTHETIC acceptance 0.70", "20.0 tokens/s", "0.940", "1.45-1.55", "28.0 GB/s"})
        QVERIFY2(text.find(part) != text.npos, part);
    QVERIFY(benchCaseText(report.cases[1]).find("not enough memory") != std::string::npos);
    QVERIFY(benchSummary(report).find("1 of 1 within 0.93-1.07") != std::string::npos);
    QVERIFY(benchSummary({}).find("energy: none") != std::string::npos);
    const PeersReport peers = samplePeers();
    QVERIFY(peerText(peers.results[0]).find("2.00 times (1.75-2.20, n = 3)") != std::string::npos);
    QVERIFY(peerText(peers.results[1]).find("llama-bench crashed") != std::string::npos);
    QVERIFY(peerRowsText(peers.rows[0]).find("v(5) 1.10 against 2.50") != std::string::npos);
}

void TestBenchCommand::markdownIsDatedAndComplete() {
    const std::string text = benchMarkdown(sampleReport(), samplePeers(), kMachine);
    for (const char* part : {"2026-11-24", "A processor", "| opt-1.3b-int8 * |", "acceptance is synthetic",
                             "2.00 (1.75-2.20)", "v(5) 1.10 against 2.50", "Energy: none", "Same file."})
        QVERIFY2(text.find(part) != text.npos, part);
    QVERIFY(text.find("crashed") == text.npos);
}

void TestBenchCommand::runsSayThatTheyAreSynthetic() {
    RunRecord record;
    QVERIFY(summaryTable(record).find("SYNTHETIC") == std::string::npos);
    QVERIFY(!toJson(record.options).contains("synthetic_acceptance"));
    record.options.syntheticAcceptance = 0.7;
    QVERIFY(summaryTable(record).find("SYNTHETIC acceptance 0.70") != std::string::npos);
    const json stored = toJson(record.options);
    QCOMPARE(runOptionsFrom(JsonObject(stored, "test")).syntheticAcceptance, std::optional<double>(0.7));
}

void TestBenchCommand::llamaOutputIsReadStrictly() {
    const auto tests = parseLlamaBench(
        R"([{"n_prompt":128,"n_gen":0,"samples_ns":[2e9,1e9,3e9]},{"n_prompt":0,"n_gen":96,"samples_ns":[960000000],"model_type":"x"}])");
    QCOMPARE(findTest(tests, 128, 0).milliseconds, 2000.0);
    QCOMPARE(findTest(tests, 0, 96).tokensPerSecond(), 100.0);
    QVERIFY(!refusal([&] { findTest(tests, 1, 0); }).empty());
    for (const char* bad :
         {"", "{}", "[1]", "[{}]", "rubbish", R"([{"n_prompt":1,"n_gen":0,"samples_ns":[]}])",
          R"([{"n_prompt":1,"n_gen":0,"samples_ns":["a"]}])",
          R"([{"n_prompt":-1,"n_gen":0,"samples_ns":[1]}])", R"([{"n_prompt":1,"n_gen":0,"samples_ns":[0]}])",
          R"([{"n_prompt":1,"n_gen":0)"})
        QVERIFY2(!refusal([&] { parseLlamaBench(bad); }).empty(), bad);
    QCOMPARE(
        parseLlamaSpeculative("I encoded 4 tokens in 0.1 seconds, speed: 1 t/s\n0.01 I decoded   66 tokens "
                              "in    0.566 seconds, speed:  116.535 t/s\n"),
        116.535);
    for (const char* bad : {"", "decoded x tokens", "decoded 6 tokens in 0 seconds, speed: inf t/s",
                            "decoded 6 tokens in 0.1 seconds, speed: 0 t/s"})
        QVERIFY2(!refusal([&] { parseLlamaSpeculative(bad); }).empty(), bad);
}

void TestBenchCommand::processesEndInTimeAndSayWhy() {
    Fakes fakes;
    const std::string good = fakes.make("good", "printf '%s|' \"$@\"; echo said >&2\n");
    const ProcessOutput said = runProcess(good, {"a b", "$HOME", "c;d"}, 30.0, {});
    QCOMPARE(said.out, std::string("a b|$HOME|c;d|"));  // no shell looked at them
    QCOMPARE(said.err, std::string("said\n"));
    const auto why = [](const std::string& program, double seconds) {
        return refusal([&] { runProcess(program, {}, seconds, {}); });
    };
    QCOMPARE(why(fakes.make("failing", "echo first >&2; echo 'the reason' >&2; exit 4\n"), 30.0),
             std::string("failing ended with status 4: the reason"));
    QCOMPARE(why(fakes.make("crashing", "kill -9 $$\n"), 30.0), std::string("crashing crashed"));
    QCOMPARE(why(fakes.make("hanging", "exec sleep 60\n"), 0.2),
             std::string("hanging gave no answer within 0 s"));
    QVERIFY(why(fakes.path("absent"), 30.0).starts_with("absent could not be started"));
    // More than a pipe holds.
    QCOMPARE(runProcess(fakes.make("talking", "head -c 1000000 /dev/zero\n"), {}, 30.0, {}).out.size(),
             std::size_t{1'000'000});
}

void TestBenchCommand::stoppedProcessesAreEnded() {
    Fakes fakes;
    std::stop_source stop;
    stop.request_stop();
    const std::string hanging = fakes.make("hanging", "exec sleep 60\n");
    QCOMPARE(refusal([&] { runProcess(hanging, {}, 50.0, stop.get_token()); }),
             std::string("hanging was stopped"));
}

void TestBenchCommand::llamaTakesTurnsWithOurs() {
    Fakes fakes;
    PeerOptions options;
    options.llamaBench = fakes.make("llama-bench", kGoodBench);
    // What is made by it is only given to the other fake.
    fakes.make("llama-quantize", "echo x > \"$3\"\n");
    options.model = tiny("tiny-target").toStdString();
    options.threads = 1;
    int told = 0, toldRows = 0;
    const PeersReport report = measurePeers(
        options, {}, [&](const PeerResult&) { ++told; }, [&](const PeerRows&) { ++toldRows; });
    QCOMPARE(report.results.size(), std::size_t{8});
    QCOMPARE(told, 8);
    QCOMPARE(report.rows.size(), std::size_t{3});
    QCOMPARE(toldRows, 3);
    for (const PeerResult& result : report.results) {
        QCOMPARE(result.problem, std::string());
        QCOMPARE(result.oursPerSecond.size(), std::size_t{3});
        QCOMPARE(result.theirsPerSecond.size(), std::size_t{3});
        QVERIFY(result.ratio().median > 0.0 && result.ratio().low <= result.ratio().high);
        QCOMPARE(result.theirs, std::string("llama.cpp abc, fake Q8_0"));
    }
    QVERIFY(report.results[0].name.starts_with("decoding 96 tokens, int8x2 / llama.cpp as shipped"));
    QCOMPARE(report.results[0].theirsMedian(), 100.0);
    for (const PeerRows& rows : report.rows) {
        QCOMPARE(rows.problem, std::string());
        QCOMPARE(rows.rows, (std::vector<int>{1, 2, 4, 5, 8, 9}));
        QCOMPARE(rows.theirsV.back(), 9.0);
        QCOMPARE(rows.oursV.size(), std::size_t{6});
    }
}

void TestBenchCommand::failingPeersLeaveOneLineEach_data() {
    QTest::addColumn<QString>("script");
    QTest::addColumn<QString>("reason");
    QTest::newRow("malformed") << QStringLiteral("echo '[{\"n_prompt\": '\n")
                               << QStringLiteral("llama-bench's output");
    QTest::newRow("another program") << QStringLiteral("echo hello\n")
                                     << QStringLiteral("llama-bench's output");
    QTest::newRow("failing") << QStringLiteral("echo no >&2; exit 1\n") << QStringLiteral("status 1: no");
    QTest::newRow("hanging") << QStringLiteral("exec sleep 60\n") << QStringLiteral("no answer");
}

void TestBenchCommand::failingPeersLeaveOneLineEach() {
    QFETCH(QString, script);
    QFETCH(QString, reason);
    Fakes fakes;
    PeerOptions options;
    options.llamaBench = fakes.make("llama-bench", qPrintable(script));
    options.llamaQuantize = fakes.make("quantize", "exit 3\n");
    options.llamaSpeculative = fakes.make("llama-speculative", qPrintable(script));
    options.model = tiny("tiny-target").toStdString();
    options.threads = 1;
    options.timeoutSeconds = 0.5;
    const PeersReport report = measurePeers(options, {});
    QCOMPARE(report.results.size(), std::size_t{9});
    for (const PeerResult& result : report.results) {
        QVERIFY(!result.problem.empty());
        QVERIFY(result.problem.find('\n') == result.problem.npos);
    }
    const QString shipped = QString::fromStdString(report.results[0].problem);
    QVERIFY2(shipped.contains(reason), qPrintable(shipped));
    QCOMPARE(report.results[4].problem, std::string("quantize ended with status 3"));
    QVERIFY(report.rows.empty());
}

void TestBenchCommand::pythonIsAskedForItsSpeed() {
    Fakes fakes;
    PeerOptions options;
    options.python =
        fakes.make("python", "[ \"$1\" = -c ] && [ \"$5\" = 96 ] && echo '{\"tokens_per_s\": 15.5}'\n");
    options.model = tiny("tiny-target").toStdString();
    options.threads = 1;
    const PeersReport report = measurePeers(options, {});
    QCOMPARE(report.results.size(), std::size_t{1});
    QCOMPARE(report.results[0].problem, std::string());
    QCOMPARE(report.results[0].theirsMedian(), 15.5);
    options.python = fakes.make("python2", "echo 'ModuleNotFoundError: transformers' >&2; exit 1\n");
    const PeersReport without = measurePeers(options, {});
    QVERIFY(without.results[0].problem.find("ModuleNotFoundError") != std::string::npos);
}

namespace {

QProcess& startProgram(QProcess& process, const QStringList& more) {
    process.start(
        QStringLiteral(SPECULA_PROGRAM),
        QStringList{QStringLiteral("bench"), QStringLiteral("--target"), tiny("tiny-target")} + more);
    return process;
}

}  // namespace

void TestBenchCommand::theProgramMeasuresAndWrites() {
    const QTemporaryDir folder;
    const QString out = folder.filePath(QStringLiteral("bench.json")),
                  table = folder.filePath(QStringLiteral("bench.md"));
    QProcess process;
    startProgram(process,
                 {QStringLiteral("--cases"), QStringLiteral("target-int8"), QStringLiteral("--quick"),
                  QStringLiteral("--repeats"), QStringLiteral("1"), QStringLiteral("--json"),
                  QStringLiteral("--out"), out, QStringLiteral("--markdown"), table});
    QVERIFY(process.waitForFinished(300'000));
    QCOMPARE(process.exitCode(), 0);
    QVERIFY(process.readAllStandardError().contains("expected time"));
    const json document = json::parse(process.readAllStandardOutput().toStdString());
    QCOMPARE(document["cases"].size(), std::size_t{1});
    const json& one = document["cases"][0];
    QVERIFY2(one["problem"].is_null(), one.dump().c_str());
    QVERIFY(one["synthetic_acceptance"].is_null());
    QCOMPARE(one["points"].size(), std::size_t{3});  // auto, 2, 4
    QCOMPARE(one["points"][0]["gamma"].get<std::string>(), std::string("auto"));
    QVERIFY(document["machine"]["threads"].get<int>() >= 1);
    QFile written(out);
    QVERIFY(written.open(QIODevice::ReadOnly));
    QVERIFY(json::parse(written.readAll().toStdString()) == document);
    QFile markdown(table);
    QVERIFY(markdown.open(QIODevice::ReadOnly));
    QVERIFY(markdown.readAll().contains("| target-int8 | 128 |"));
}

void TestBenchCommand::theProgramListsItsCases() {
    QProcess process;
    startProgram(process, {QStringLiteral("--list"), QStringLiteral("--json")});
    QVERIFY(process.waitForFinished(60'000));
    const json document = json::parse(process.readAllStandardOutput().toStdString());
    QCOMPARE(document["cases"].size(), std::size_t{9});
    startProgram(process, {QStringLiteral("--cases"), QStringLiteral("nonsense")});
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitCode(), 2);
    QVERIFY(process.readAllStandardError().contains("opt-1.3b-int8"));
}

void TestBenchCommand::anInterruptedBenchPrintsWhatItHas() {
    QProcess process;
    startProgram(process, {QStringLiteral("--cases"), QStringLiteral("target-int8"),
                           QStringLiteral("--repeats"), QStringLiteral("1000"), QStringLiteral("--json")});
    process.setReadChannel(QProcess::StandardError);
    QByteArray err;
    while (!err.contains("expected time") && process.waitForReadyRead(60'000))
        err += process.readAllStandardError();
    QVERIFY(err.contains("expected time"));
    QTest::qWait(1500);
    QCOMPARE(kill(static_cast<pid_t>(process.processId()), SIGINT), 0);
    QVERIFY(process.waitForFinished(60'000));
    QCOMPARE(process.exitCode(), 130);
    QVERIFY(json::parse(process.readAllStandardOutput().toStdString())["cases"].is_array());
}

QTEST_GUILESS_MAIN(TestBenchCommand)
#include "test_bench_command.moc"
