// `specula rules`: what it reads, what it prints, how it ends.
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <set>

#include "app/command_line.h"
#include "app/rules_output.h"
#include "engine/trace/error.h"
#include "engine/trace/rules.h"

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

/// A small comparison on the tiny pair.
Outcome rules(const QStringList& more) {
    return program(QStringList{QStringLiteral("rules"), QStringLiteral("--target"), tiny("tiny-target"),
                               QStringLiteral("--prompt"), QStringLiteral("Once upon a time"),
                               QStringLiteral("--max-tokens"), QStringLiteral("8"),
                               QStringLiteral("--repeats"), QStringLiteral("1"), QStringLiteral("--draws"),
                               QStringLiteral("5"), QStringLiteral("--threads"), QStringLiteral("1")} +
                   more);
}

std::string refusal(const std::vector<std::string>& arguments) {
    try {
        parseCommandLine(arguments);
    } catch (const Error& error) {
        return error.what();
    }
    return "accepted";
}

Interval interval(double median) {
    return {median, median - 0.25, median + 0.5, 12, "median, 95 % percentile bootstrap"};
}

RulesReport sample() {
    RulesReport report;
    RoundOutcome shared;
    shared.setup = {Rule::Ensemble, 0.25, 3, {}};
    shared.shared = true;
    shared.tokens = 2;
    shared.verdicts = {Verdict::Accepted, Verdict::Rejected, Verdict::Discarded};
    shared.reach = {0.5, 0.25, 0.125};
    shared.expectedTokens = shared.low = shared.high = 1.875;
    shared.draft = "a, \"b\"";
    RoundOutcome drawn;
    drawn.setup = {Rule::Sequoia, 0.5, 4, {false, {3, 2, 1}}};
    drawn.expectedTokens = 2.5;
    drawn.low = 2.25;
    drawn.high = 2.75;
    drawn.draws = 200;
    drawn.draft = "a, \"b\"";
    report.round = {shared, drawn};
    Totals totals;
    totals.rounds = 10;
    totals.drafted = 40;
    totals.judged = 30;
    totals.accepted = 20;
    totals.rejected = 10;
    totals.discarded = 10;
    totals.resampled = 10;
    Totals plain;
    plain.rounds = plain.plain = 30;
    report.points = {
        {{Rule::Token, 0.5, 0, {}}, "a, \"b\"", "code", interval(1.0), interval(50.0), interval(1.0), plain},
        {shared.setup, "a, \"b\"", "code", interval(3.0), interval(80.0), interval(1.5), totals},
        {{Rule::Match, 0.5, 4, {true, {}}},
         "c",
         "chat",
         interval(2.0),
         interval(70.0),
         interval(1.25),
         totals}};
    return report;
}

}  // namespace

class TestRulesCommand : public QObject {
    Q_OBJECT

private slots:
    void optionsAreRead() {
        const CommandLine line =
            parseCommandLine({"rules", "--rules", "token,ensemble:0.3,token", "--drafts", "ngram:2,a b",
                              "--suites", "code,chat", "--repeats", "2", "--draws", "50", "--csv", "f.csv",
                              "--json", "--gamma", "3", "--tree", "2,1"});
        QCOMPARE(line.subcommand, Subcommand::Rules);
        QVERIFY((line.rules.rules == std::vector<RuleChoice>{{Rule::Token, 0.5}, {Rule::Ensemble, 0.3}}));
        QVERIFY((line.rules.drafts == std::vector<std::string>{"ngram:2", "a b"}));
        QVERIFY((line.rules.suites == std::vector<std::string>{"code", "chat"}));
        QCOMPARE(line.repeats, 2);
        QCOMPARE(line.rules.draws, 50);
        QVERIFY(line.csvPath == "f.csv" && line.json);
        QCOMPARE(line.run.options.gamma, 3);
        QVERIFY((line.run.options.tree.children == std::vector<int>{2, 1}));
        const CommandLine bare = parseCommandLine({"rules"});
        QVERIFY(bare.rules.rules.empty() && bare.rules.drafts.empty() && bare.rules.suites.empty());
        QCOMPARE(bare.repeats, 3);
        QCOMPARE(bare.rules.draws, 200);
        QVERIFY(bare.run.options.detail == Detail::Counts);
    }

    void mistakesAreNamed_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("begins");
        const auto row = [](const char* arguments, const char* begins) {
            QTest::newRow(arguments) << QString::fromLatin1(arguments).split(QLatin1Char(' '))
                                     << QString::fromLatin1(begins);
        };
        row("--rules nonsense", "--rules: expected token, block");
        row("--rules token,,block", "--rules: expected names with commas");
        row("--rules ensemble:2", "--rules: expected token, block");
        row("--drafts ngram:0", "--drafts: expected ngram or ngram:N");
        row("--drafts ngram, --draft ngram", "--drafts: expected names with commas");
        row("--drafts ngram --draft ngram", "--drafts: expected this or --draft, found both");
        row("--suites code --prompts suite:code", "--suites: expected this or --prompts, found both");
        row("--suites code --prompt a", "--suites: expected this or --prompt, found both");
        row("--prompts suite:code --prompt a", "--prompts: expected this or --prompt, found both");
        row("--draft none", "--draft: expected a draft");
        row("--drafts ngram,none", "--draft: expected a draft");
        row("--gamma 0", "--gamma: expected auto or a whole number from 1 to 32");
        row("--draws 1", "--draws: expected a whole number from 2");
        row("--repeats 0", "--repeats: expected a whole number from 1");
        row("--rule token", "The following argument");  // of a single run
    }

    void mistakesAreNamed() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, begins);
        std::vector<std::string> words{"rules"};
        for (const QString& argument : arguments) words.push_back(argument.toStdString());
        const std::string found = refusal(words);
        QVERIFY2(found.starts_with(begins.toStdString()), found.c_str());
    }

    void reportsComeBackFromJsonAsTheyWere() {
        const RulesReport report = sample();
        const json document = json::parse(rulesToJson(report).dump());
        const RulesReport back = rulesFromJson(JsonObject(document, "test"));
        QCOMPARE(rulesToJson(back).dump(), rulesToJson(report).dump());
        QCOMPARE(back.round.size(), report.round.size());
        for (std::size_t i = 0; i < back.round.size(); ++i) {
            QVERIFY(back.round[i].setup == report.round[i].setup);
            QVERIFY(back.round[i].verdicts == report.round[i].verdicts);
            QVERIFY(back.round[i].reach == report.round[i].reach);
            QCOMPARE(back.round[i].tokens, report.round[i].tokens);
            QCOMPARE(back.round[i].draft, report.round[i].draft);
        }
        QCOMPARE(back.points.size(), report.points.size());
        for (std::size_t i = 0; i < back.points.size(); ++i) {
            QVERIFY(back.points[i].setup == report.points[i].setup);
            QCOMPARE(back.points[i].speedup.high, report.points[i].speedup.high);
            QCOMPARE(back.points[i].totals.acceptanceRate(), report.points[i].totals.acceptanceRate());
            QCOMPARE(back.points[i].totals.emitted(), report.points[i].totals.emitted());
        }
    }

    void jsonKeysAreStable() {
        const json document = rulesToJson(sample());
        for (const char* key : {"rule", "lossless", "gamma", "tree", "draft", "shared", "expected_tokens",
                                "low", "high", "draws", "tokens", "verdicts", "reach"})
            QVERIFY2(document["round"][0].contains(key), key);
        for (const char* key : {"rule", "lossless", "gamma", "tree", "draft", "suite", "tokens_per_round",
                                "tokens_per_s", "speedup", "acceptance_rate", "draft_efficiency", "rounds"})
            QVERIFY2(document["points"][0].contains(key), key);
        QCOMPARE(document["points"][0]["rule"].get<std::string>(), std::string("plain"));
        QVERIFY(document["points"][0]["acceptance_rate"].is_null());
        QCOMPARE(document["points"][1]["rule"].get<std::string>(), std::string("ensemble:0.25"));
        QCOMPARE(document["points"][1]["lossless"].get<bool>(), false);
        QCOMPARE(document["points"][2]["tree"].get<std::string>(), std::string("auto"));
        for (const char* key : {"median", "low", "high", "n", "method"})
            QVERIFY2(document["points"][1]["tokens_per_round"].contains(key), key);
        QVERIFY(document["round"][1]["tokens"].is_null());
    }

    void damagedReportsAreRefused_data() {
        QTest::addColumn<QString>("place");
        QTest::addColumn<QString>("value");
        const auto row = [](const char* place, const char* value) {
            QTest::newRow(place) << QString::fromLatin1(place) << QString::fromLatin1(value);
        };
        row("/round/0/rule", "\"nonsense\"");
        row("/round/0/gamma", "-2");
        row("/round/0/reach/1", "1.5");
        row("/round/0/verdicts/0", "\"maybe\"");
        row("/round/1/tree", "[0]");
        row("/points/0/rule", "\"none\"");
        row("/points/1/speedup", "1.5");
        row("/points/1/rounds", "-1");
        row("/points", "{}");
    }

    void damagedReportsAreRefused() {
        QFETCH(QString, place);
        QFETCH(QString, value);
        json document = rulesToJson(sample());
        document[json::json_pointer(place.toStdString())] = json::parse(value.toStdString());
        QVERIFY_EXCEPTION_THROWN(rulesFromJson(JsonObject(document, "test")), Error);
    }

    void lossyRulesAreMarkedInEveryTable() {
        const RulesReport report = sample();
        for (const std::string& table : {roundTable(report.round, false), rulesTable(report.points, false)}) {
            QVERIFY(table.find("ensemble:0.25 LOSSY ") != std::string::npos);
            QVERIFY(table.find("\x1b") == std::string::npos);
            QCOMPARE(QString::fromStdString(table).count(QStringLiteral("LOSSY")), 1);
        }
        for (const std::string& table : {roundTable(report.round, true), rulesTable(report.points, true)})
            QVERIFY(table.find("ensemble:0.25 \x1b[1;31mLOSSY\x1b[0m ") != std::string::npos);
        const std::string round = roundTable(report.round, false);
        QVERIFY(round.find("exact, same proposals and coins; 2 with these coins") != std::string::npos);
        QVERIFY(round.find("tree 3,2,1") != std::string::npos);
        QVERIFY(round.find("2.50 (2.25-2.75)    200 fresh draws") != std::string::npos);
        const std::string points = rulesTable(report.points, false);
        QVERIFY(points.find("code, draft a, \"b\", 12 runs each") != std::string::npos);
        QVERIFY(points.find("3.00 (2.75-3.50)    0.667       1.50x (1.25-2.00)") != std::string::npos);
        QVERIFY(roundTable({}, false).empty() && rulesTable({}, false).empty());
    }

    void csvHasEveryPoint() {
        const QString csv = QString::fromStdString(rulesCsv(sample().points));
        const QStringList lines = csv.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 4);
        QVERIFY(
            lines[0].startsWith(QStringLiteral("rule,lossless,gamma,tree,draft,suite,tokens_per_round,")));
        QVERIFY(
            lines[1].startsWith(QStringLiteral("plain,true,0,off,\"a, \"\"b\"\"\",code,1.0,0.75,1.5,50.0,")));
        QVERIFY(lines[1].endsWith(QStringLiteral(",12,,,30,0,0,0")));
        QVERIFY(lines[2].startsWith(QStringLiteral("ensemble:0.25,false,3,off,")));
        QVERIFY(lines[2].endsWith(QStringLiteral(",0.6666666666666666,0.5,10,40,30,20")));
        QVERIFY(lines[3].startsWith(QStringLiteral("match,true,4,auto,c,chat,")));
        QCOMPARE(lines[3].count(QLatin1Char(',')), lines[0].count(QLatin1Char(',')));
    }

    void theProgramComparesDraftsAndRules() {
        const QTemporaryDir folder;
        const QString csv = folder.filePath(QStringLiteral("rules.csv"));
        const Outcome outcome =
            rules({QStringLiteral("--drafts"), tiny("tiny-draft") + QStringLiteral(",ngram"),
                   QStringLiteral("--json"), QStringLiteral("--csv"), csv});
        QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
        QVERIFY(outcome.err.contains(QStringLiteral("expected time")));
        const json document = json::parse(outcome.out.toStdString());
        const RulesReport report = rulesFromJson(JsonObject(document, "stdout"));
        QCOMPARE(report.round.size(), std::size_t{6 + 3});
        QCOMPARE(report.points.size(), std::size_t{7 + 4});
        QCOMPARE(document["drafts"].size(), std::size_t{2});
        QVERIFY(document.contains("target") && document.contains("settings"));
        std::set<std::string> drafts;
        for (const RulePoint& point : report.points) {
            drafts.insert(point.draft);
            QCOMPARE(point.suite, std::string("prompt"));
            QCOMPARE(point.setup.gamma, point.totals.drafted > 0 ? 4 : point.setup.gamma);
            QVERIFY(point.tokensPerRound.median >= 1.0);
        }
        QCOMPARE(drafts.size(), std::size_t{2});
        for (std::size_t i = 0; i < report.round.size(); ++i)
            QCOMPARE(report.round[i].shared, i < 6 && sharesDrawnChain(report.round[i].setup.rule));
        std::ifstream written(csv.toStdString());
        const std::string text{std::istreambuf_iterator<char>(written), {}};
        QCOMPARE(text, rulesCsv(report.points));
    }

    void theProgramPrintsTablesForPeople() {
        const Outcome outcome =
            rules({QStringLiteral("--draft"), tiny("tiny-draft"), QStringLiteral("--rules"),
                   QStringLiteral("token,typical"), QStringLiteral("--color"), QStringLiteral("always")});
        QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
        const QString text = QString::fromUtf8(outcome.out);
        QVERIFY(text.indexOf(QStringLiteral("one round, draft")) <
                text.indexOf(QStringLiteral("1 runs each")));
        QCOMPARE(text.count(QStringLiteral("typical \x1b[1;31mLOSSY\x1b[0m")), 2);
        QVERIFY(!text.contains(QStringLiteral("block")));
    }

    void rulesThatADraftDoesNotAllowAreNamed() {
        const Outcome trees = rules({QStringLiteral("--draft"), tiny("tiny-draft"), QStringLiteral("--rules"),
                                     QStringLiteral("token,sequoia")});
        QCOMPARE(trees.status, 2);
        QVERIFY2(trees.err.contains(QStringLiteral("'sequoia' judges trees")), qPrintable(trees.err));
        QVERIFY(trees.out.isEmpty());
        const Outcome greedy = rules({QStringLiteral("--draft"), QStringLiteral("ngram"),
                                      QStringLiteral("--rules"), QStringLiteral("greedy")});
        QCOMPARE(greedy.status, 2);
        QVERIFY(greedy.err.contains(QStringLiteral("'greedy' needs --temperature 0")));
        QCOMPARE(rules({QStringLiteral("--drafts"), QStringLiteral("ngram,no/such")}).status, 2);
        const Outcome suite =
            program({QStringLiteral("rules"), QStringLiteral("--suites"), QStringLiteral("nonsense")});
        QCOMPARE(suite.status, 2);
        QVERIFY(suite.err.contains(QStringLiteral("--suites: expected one of the suites")));
    }
};

QTEST_GUILESS_MAIN(TestRulesCommand)
#include "test_rules_command.moc"
