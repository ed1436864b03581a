#include <QTest>

#include <cmath>
#include <regex>
#include <sstream>

#include "app/measure_output.h"
#include "app/probe_output.h"
#include "app/run_output.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"
#include "tests/app/sample_runs.h"

using namespace specula;
using nlohmann::json;

class TestOutput : public QObject {
    Q_OBJECT

private slots:
    void generatePrintsTheKeysOfTheManual();
    void anOracleIsMarkedWhereverItsRunIsPrinted();
    void everyEmittedTokenIsCountedOnce();
    void ratesWithoutADenominatorAreNull();
    void outputIsOneLineOfValidJson();
    void colouredTextIsTheTextOnceColoursAreTakenAway();
    void runsThatAreNotTheTargetsSaySo();
    void splitCharactersArePrintedWhole();
    void controlCharactersDoNotReachTheTerminal();
    void comparePrintsTheKeysOfTheManual();
    void probePrintsTheKeysOfTheManual();
    void probesComeBackFromTheirJson();
    void probeTablesStandInColumns();
    void bestGammaIsPlainUnlessBeaten();
    void csvHasAsManyCellsAsItsHeader();
};

void TestOutput::generatePrintsTheKeysOfTheManual() {
    const json value = runToJson(samples::record());
    for (const char* key : {"prompt_ids",
                            "ids",
                            "text",
                            "finish",
                            "mode",
                            "settings",
                            "rounds",
                            "drafted",
                            "judged",
                            "accepted",
                            "rejected",
                            "discarded",
                            "resampled",
                            "bonus",
                            "plain",
                            "acceptance_rate",
                            "overlap_alpha",
                            "draft_efficiency",
                            "tokens_per_round",
                            "load_s",
                            "prefill_s",
                            "decode_s",
                            "tokens_per_s",
                            "target",
                            "draft"})
        QVERIFY2(value.contains(key), key);
    QCOMPARE(value["mode"].get<std::string>(), std::string("speculative"));
    QCOMPARE(value["draft"]["kind"].get<std::string>(), std::string("early-exit"));
    QCOMPARE(value["settings"]["gamma"].get<std::string>(), std::string("auto"));
    QCOMPARE(value["settings"]["costs"]["c"].get<double>(), 0.1);
    QCOMPARE(value["rounds"].get<int>(), 3);
}

void TestOutput::anOracleIsMarkedWhereverItsRunIsPrinted() {
    RunRecord record = samples::record();
    const std::string mark = "acceptance is synthetic";
    QVERIFY(summaryTable(record).find(mark) == std::string::npos);
    QVERIFY(!runToJson(record)["draft"].contains("synthetic"));
    record.draft.kind = "oracle";
    record.draft.alpha = 0.7;
    QVERIFY(summaryTable(record).find("SYNTHETIC oracle: " + mark) != std::string::npos);
    const json draft = runToJson(record)["draft"];
    QVERIFY(draft["kind"] == "oracle" && draft["alpha"] == 0.7 && draft["synthetic"] == true);
}

void TestOutput::everyEmittedTokenIsCountedOnce() {
    const json value = runToJson(samples::record());
    const auto number = [&](const char* key) { return value[key].get<std::size_t>(); };
    QCOMPARE(number("accepted") + number("resampled") + number("bonus") + number("plain"),
             value["ids"].size());
    QCOMPARE(number("drafted"), number("judged") + number("discarded"));
    QCOMPARE(value["ids"].size(), std::size_t{7});
}

void TestOutput::ratesWithoutADenominatorAreNull() {
    RunRecord record = samples::record();
    record.rounds = {samples::plainRound(0)};
    json value = runToJson(record);
    for (const char* key : {"acceptance_rate", "overlap_alpha", "draft_efficiency"})
        QVERIFY2(value[key].is_null(), key);
    QVERIFY(value["tokens_per_s"].is_number());
    record.rounds.clear();
    record.text.reset();
    value = runToJson(record);
    QVERIFY(value["tokens_per_s"].is_null() && value["tokens_per_round"].is_null() &&
            value["text"].is_null());
    QVERIFY(value["ids"].is_array() && value["ids"].empty());
}

void TestOutput::outputIsOneLineOfValidJson() {
    RunRecord record = samples::record();
    record.text = "line\nbreak \xff half \xe2\x9c";
    const std::string line = dumpLine(runToJson(record));
    QCOMPARE(line.find('\n'), line.size() - 1);
    QCOMPARE(json::parse(line)["text"].get<std::string>(),
             std::string("line\nbreak \xef\xbf\xbd half \xef\xbf\xbd"));
}

void TestOutput::colouredTextIsTheTextOnceColoursAreTakenAway() {
    Round round = samples::speculativeRound(0);
    for (Proposal& proposal : round.proposals) proposal.bytes = "p";
    for (Emitted& token : round.emitted) token.bytes = token.kind == EmitKind::Resampled ? " new" : " old";
    TerminalPainter painter;
    const std::string text = painter.round(round) + painter.end();
    const std::string struck = "\x1b[9;38;5;166mp\x1b[0m";
    const auto at = text.find(struck);
    QVERIFY(at != text.npos);
    QVERIFY(text.find(" new") > at);
    const std::string bare = std::regex_replace(text.substr(0, at) + text.substr(at + struck.size()),
                                                std::regex("\x1b\\[[0-9;]*m"), "");
    QCOMPARE(bare, std::string(" old old new"));
}

void TestOutput::runsThatAreNotTheTargetsSaySo() {
    RunRecord record = samples::record();
    record.options.sampling.temperature = 1.0;
    for (const Rule rule : allRules()) {
        record.options.rule = rule;
        const bool marked = warningsOf(record.options, record.draft).find("LOSSY") != std::string::npos;
        QCOMPARE(marked, rule == Rule::Typical || rule == Rule::Ensemble);
        QCOMPARE(summaryTable(record).find("LOSSY") != std::string::npos, marked);
        QCOMPARE(TerminalPainter::legend(record).find("LOSSY") != std::string::npos, marked);
        QCOMPARE(runToJson(record)["settings"]["lossless"].get<bool>(), !marked);
    }
    record.options.rule = Rule::Ensemble;
    record.options.ensembleWeight = 0.25;
    QVERIFY(warningsOf(record.options, record.draft).find("ensemble:0.25") != std::string::npos);
    // Nothing is drawn at temperature 0, and nothing judged where nothing is drafted.
    record.options.sampling.temperature = 0.0;
    QVERIFY(warningsOf(record.options, record.draft).empty());
    record.options.sampling.temperature = 1.0;
    record.options.gamma = 0;
    QVERIFY(warningsOf(record.options, record.draft).empty());
    record.draft.kind = "oracle";
    QVERIFY(warningsOf(record.options, record.draft).starts_with("SYNTHETIC"));
}

void TestOutput::splitCharactersArePrintedWhole() {
    Round round = samples::plainRound(0);
    Emitted token = round.emitted[0];
    round.emitted.clear();
    for (const char* part : {"a", "\xf0\x9f", "\x90", "\xb1", "b"}) {
        token.bytes = part;
        token.kind = EmitKind::Bonus;
        round.emitted.push_back(token);
    }
    TerminalPainter painter;
    const std::string bare = std::regex_replace(painter.round(round), std::regex("\x1b\\[[0-9;]*m"), "");
    QCOMPARE(bare, std::string("a\xf0\x9f\x90\xb1"
                               "b"));
}

void TestOutput::controlCharactersDoNotReachTheTerminal() {
    Round round = samples::plainRound(0);
    round.emitted[0].bytes = "a\x1b[2J\r\nb\x7f\t";
    TerminalPainter painter;
    QCOMPARE(painter.round(round), std::string("a[2J\nb\t"));
}

void TestOutput::comparePrintsTheKeysOfTheManual() {
    CompareReport report;
    report.plain = {50.0, 49.0, 51.0, 6, "bootstrap"};
    report.speculative = {75.0, 70.0, 80.0, 6, "bootstrap"};
    report.speedup = {1.5, 1.4, 1.6, 6, "bootstrap"};
    report.costs = {0.2, {1.0, 1.1}, 0.0};
    report.verdict = "faster";
    for (const Round& round : samples::record().rounds) report.totals.add(round);
    const json value = compareToJson(report);
    QCOMPARE(value["plain"]["tokens_per_s"]["median"].get<double>(), 50.0);
    QCOMPARE(value["speculative"]["tokens_per_s"]["high"].get<double>(), 80.0);
    QCOMPARE(value["speedup"]["method"].get<std::string>(), std::string("bootstrap"));
    QVERIFY(value["predicted_speedup"].is_null() && value["same_text"].is_null());
    QCOMPARE(value["alpha"].get<double>(), 4.0 / 6.0);
    QCOMPARE(value["alpha_by_position"].size(), std::size_t{3});
    QCOMPARE(value["alpha_by_position"][2].get<double>(), 0.0);
    QCOMPARE(value["c"].get<double>(), 0.2);
    QCOMPARE(value["v"].size(), std::size_t{2});
    QCOMPARE(value["verdict"].get<std::string>(), std::string("faster"));
}

void TestOutput::probePrintsTheKeysOfTheManual() {
    const json value = probeToJson(samples::probe());
    QCOMPARE(value["bandwidth_gbs"].get<double>(), 50.0);
    QCOMPARE(value["weights_bytes"].get<long>(), 136'000'000L);
    QCOMPARE(value["ms_per_token"].get<double>(), 4.4);
    QVERIFY(std::abs(value["fraction_of_limit"].get<double>() - 137.5 / 50.0 / 4.4) < 1e-12);
    QVERIFY(std::abs(value["gbs"].get<double>() - 137.5 / 4.4) < 1e-9);
    const double total = 3.1 + 0.8 + 0.1 + 1.0 / 3.0;
    QVERIFY(std::abs(value["linears_share"].get<double>() - 3.9 / total) < 1e-12);
    QVERIFY(std::abs(value["head_share"].get<double>() - 0.8 / total) < 1e-12);
    QCOMPARE(value["c"].get<double>(), 0.055);
    QCOMPARE(value["rows"].size(), std::size_t{5});
    QCOMPARE(value["rows"][4]["m"].get<int>(), 5);
    QCOMPARE(value["rows"][4]["ms"].get<double>(), 3.6 + 0.4 * 5);
    QVERIFY(std::abs(value["rows"][4]["v"].get<double>() - 1.4) < 1e-12);
    QVERIFY(value["rows"][3]["in_round"].is_null());
    // Nothing measured: no number is made up.
    const json none = probeToJson({});
    for (const char* key : {"linears_share", "far_bandwidth_gbs", "gbs"}) QVERIFY2(none[key].is_null(), key);
    QVERIFY(none["rows"].empty());
}

void TestOutput::probesComeBackFromTheirJson() {
    for (const ProbeReport& report : {samples::probe(), ProbeReport{}}) {
        const json value = probeToJson(report);
        QVERIFY(probeToJson(probeFromJson(JsonObject(value, "probe.json"))) == value);
    }
    json wrong = probeToJson(samples::probe());
    wrong["rows"][2]["ms"] = -1.0;
    QVERIFY_EXCEPTION_THROWN(probeFromJson(JsonObject(wrong, "probe.json")), Error);
}

void TestOutput::probeTablesStandInColumns() {
    const std::string table = probeTable(samples::probe());
    QVERIFY(table.find("62 % of the limit") != table.npos);
    QVERIFY(table.find("2.75 ms at least") != table.npos);
    std::size_t width = 0;
    std::istringstream lines(table.substr(table.find("  rows  ")));
    for (std::string line; std::getline(lines, line) && !line.empty();) {
        if (width == 0) width = line.size();
        QCOMPARE(line.size(), width);
    }
    ProbeReport stopped = samples::probe();
    stopped.bandwidthGbs = stopped.farBandwidthGbs = 0.0;
    QVERIFY(probeTable(stopped).find("limit") == std::string::npos);
    const std::string predicted = predictionTable({{0.5, {1.0, 1.1, 1.2}}, {0.9, {1.0, 1.4, 1.7}}});
    QVERIFY(predicted.find("1.70") != predicted.npos);
    QVERIFY(predictionTable({}).empty());
}

static SweepPoint point(int gamma, const char* prompt, std::optional<double> speedup) {
    SweepPoint point;
    point.gamma = gamma;
    point.prompt = prompt;
    point.tokensPerSecond = {100.0, 90.0, 110.0, 3, "m"};
    if (speedup) point.speedup = Interval{*speedup, *speedup - 0.1, *speedup + 0.1, 3, "m"};
    return point;
}

void TestOutput::bestGammaIsPlainUnlessBeaten() {
    QVERIFY(!bestGamma({}));
    QCOMPARE(bestGamma({point(0, "", {}), point(1, "", 0.9), point(2, "", 0.8)}), std::optional(0));
    QCOMPARE(bestGamma({point(0, "", {}), point(1, "", 1.2), point(2, "", 1.3), point(3, "a", 9.0)}),
             std::optional(2));
    const json value = sweepToJson({point(0, "", {}), point(1, "a", 1.2)});
    QVERIFY(value["points"][0]["prompt"].is_null() && value["points"][0]["speedup"].is_null());
    QCOMPARE(value["points"][1]["prompt"].get<std::string>(), std::string("a"));
}

void TestOutput::csvHasAsManyCellsAsItsHeader() {
    const std::string csv = sweepCsv({point(0, "", {}), point(1, "plain name", 1.2)});
    const QStringList lines = QString::fromStdString(csv).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 3);
    for (const QString& line : lines)
        QCOMPARE(line.count(QLatin1Char(',')), lines[0].count(QLatin1Char(',')));
    QVERIFY(sweepCsv({point(1, "a, \"b\"", 1.0)}).find("\"a, \"\"b\"\"\"") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestOutput)
#include "test_output.moc"
