// `specula recommend`: what it reads, what it prints, how it ends.
#include <QProcess>
#include <QTest>

#include "app/command_line.h"
#include "app/recommend_output.h"
#include "engine/trace/error.h"
#include "tests/app/sample_recommendation.h"

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

Outcome recommend(const QStringList& more) {
    return program(QStringList{QStringLiteral("recommend"), QStringLiteral("--target"), tiny("tiny-target"),
                               QStringLiteral("--prompt"), QStringLiteral("Once upon a time"),
                               QStringLiteral("--max-tokens"), QStringLiteral("16"),
                               QStringLiteral("--budget"), QStringLiteral("3s"), QStringLiteral("--threads"),
                               QStringLiteral("1")} +
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

double secondsOf(const char* text) {
    return parseCommandLine({"recommend", "--budget", text}).recommend.seconds;
}

}  // namespace

class TestRecommendCommand : public QObject {
    Q_OBJECT

private slots:
    void optionsAreRead() {
        const CommandLine line =
            parseCommandLine({"recommend", "--target", "t", "--drafts", "a b,ngram:3", "--prompts",
                              "suite:code", "--budget", "90s", "--json", "--temperature", "0"});
        QCOMPARE(line.subcommand, Subcommand::Recommend);
        QCOMPARE(line.recommend.drafts, (std::vector<std::string>{"a b", "ngram:3"}));
        QCOMPARE(*line.prompts, std::string("suite:code"));
        QCOMPARE(line.recommend.seconds, 90.0);
        QCOMPARE(line.run.options.sampling.temperature, 0.0);
        QCOMPARE(line.run.options.maxTokens, 64);
        QCOMPARE(parseCommandLine({"recommend", "--max-tokens", "9"}).run.options.maxTokens, 9);
        QCOMPARE(parseCommandLine({"recommend"}).recommend.seconds, 120.0);
        QCOMPARE(parseCommandLine({"generate", "--prompt", "x"}).run.options.maxTokens, 128);
    }

    void aBudgetIsATime() {
        QCOMPARE(secondsOf("45"), 45.0);
        QCOMPARE(secondsOf("45s"), 45.0);
        QCOMPARE(secondsOf("2m"), 120.0);
        QCOMPARE(secondsOf("1.5h"), 5400.0);
    }

    void badInputIsRefusedInOneSentence_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("said");
        const auto row = [](const char* name, const char* arguments, const char* said) {
            QTest::newRow(name) << QString::fromLatin1(arguments).split(QLatin1Char(' '))
                                << QString::fromLatin1(said);
        };
        row("no time", "--budget soon", "--budget: expected a time such as 90s, 2m or 1h");
        row("a unit alone", "--budget m", "--budget: expected a time");
        row("too short", "--budget 0.1s", "from 1 s to 10 h");
        row("plain decoding", "--drafts ngram,none", "--drafts: expected drafts that have to earn");
        row("an oracle", "--draft oracle:0.5", "--draft: expected drafts that have to earn");
        row("twice", "--draft ngram --drafts ngram", "--drafts: expected this or --draft");
        row("nothing between commas", "--drafts ngram,,a", "--drafts: expected names with commas");
        row("two prompts", "--prompt x --prompts suite:code", "--prompts: expected this or");
        row("a gamma", "--gamma 3", "--gamma");
    }
    void badInputIsRefusedInOneSentence() {
        QFETCH(QStringList, arguments);
        QFETCH(QString, said);
        std::vector<std::string> words{"recommend"};
        for (const QString& argument : arguments) words.push_back(argument.toStdString());
        const QString refused = QString::fromStdString(refusal(words));
        QVERIFY2(refused.contains(said), qPrintable(refused));
        QVERIFY(!refused.contains(QLatin1Char('\n')));
    }

    void jsonSaysWinnerRunnerUpAndWhy() {
        const json document = recommendToJson(samples::recommendation());
        QVERIFY(document["winner"]["gamma"] == 3);
        QVERIFY(document["winner"]["tree"] == "off");
        QVERIFY(document["winner"]["draft"] == "/models/a head");
        QVERIFY(document["winner"]["speedup"]["median"] == 1.42);
        for (const char* keyword : {"low", "high", "n", "method"})
            QVERIFY(document["winner"]["speedup"].contains(keyword));
        QVERIFY(document["runner_up"]["gamma"] == 2);
        QVERIFY(document["use_plain"] == false);
        QVERIFY(document["reason_code"] == "clear");
        QVERIFY(document["reason"].is_string());
        QCOMPARE(document["contenders"].size(), std::size_t{6});
        const json& tree = document["contenders"][2];
        QVERIFY(tree["gamma"].is_null());
        QVERIFY(tree["tree"] == json::array({2, 1}));
        QVERIFY(tree["predicted"].is_number());
        const json& onlyPredicted = document["contenders"][4];
        QVERIFY(onlyPredicted["measured"] == false);
        QVERIFY(onlyPredicted["speedup"].is_null());
        QVERIFY(document["drafts"][0]["alpha_by_position"] == json::array({0.6, 0.5, 0.5}));
        QCOMPARE(flagsFor(samples::recommendation()), std::string("--draft '/models/a head' --gamma 3"));
    }

    void wherePlainWinsTheWinnerIsPlain() {
        const RecommendReport report = samples::nothingGained();
        const json document = recommendToJson(report);
        QVERIFY(document["use_plain"] == true);
        QVERIFY(document["winner"]["draft"] == "none");
        QVERIFY(document["winner"]["gamma"] == 0);
        QVERIFY(document["winner"]["speedup"]["n"] == 0);
        QVERIFY(document["runner_up"]["speedup"]["median"] == 0.8);
        QVERIFY(document["reason_code"] == "no-gain");
        QVERIFY2(reasonText(report).find("the draft costs 0.41 of a target step") != std::string::npos,
                 reasonText(report).c_str());
        QCOMPARE(flagsFor(report), std::string("--draft none"));
    }

    void theTableMarksWhatIsPredicted() {
        const std::string table = recommendTable(samples::recommendation());
        QVERIFY2(table.find("(1.45x)     1.42x (1.36-1.48), n = 24") != std::string::npos, table.c_str());
        QVERIFY(table.find("use gamma 3 with head 9M: 1.42x (1.36-1.48), n = 24") != std::string::npos);
        QVERIFY(table.find("n-gram look-up") != std::string::npos);
        QVERIFY(table.find("not measured") != std::string::npos);
        const std::string early = recommendTable(samples::predictions());
        QVERIFY2(early.find(", predicted") != std::string::npos, early.c_str());
    }

    void theProgramAnswersOnTheTinyPair() {
        const Outcome outcome = recommend({QStringLiteral("--json"), QStringLiteral("--drafts"),
                                           tiny("tiny-draft") + QStringLiteral(",ngram"),
                                           QStringLiteral("--temperature"), QStringLiteral("1")});
        QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
        QVERIFY(outcome.err.contains(QStringLiteral("predicted after")));
        const json document = json::parse(outcome.out.toStdString());
        QCOMPARE(document["drafts"].size(), std::size_t{2});
        QCOMPARE(document["contenders"].size(), std::size_t{32});
        QVERIFY(document["winner"].contains("speedup"));
        QVERIFY(document["flags"].get<std::string>().starts_with("--draft "));
        QVERIFY(document["complete"] == true);
        for (const json& contender : document["contenders"])
            QCOMPARE(contender["measured"].get<bool>(), !contender["speedup"].is_null());
    }

    void theLastLineHasTheFlagsToUse() {
        const Outcome outcome = recommend({QStringLiteral("--draft"), QStringLiteral("ngram")});
        QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
        const QList<QByteArray> lines = outcome.out.trimmed().split('\n');
        QVERIFY2(lines.back().startsWith("--draft "), outcome.out.constData());
    }

    void aModelThatIsNotThereIsBadInput() {
        const Outcome outcome = recommend({QStringLiteral("--drafts"), QStringLiteral("/no/such/model")});
        QCOMPARE(outcome.status, 2);
        QVERIFY(outcome.out.isEmpty());
        QCOMPARE(outcome.err.trimmed().count(QLatin1Char('\n')), 0);
        QVERIFY2(outcome.err.contains(QStringLiteral("--drafts")), qPrintable(outcome.err));
    }
};

QTEST_GUILESS_MAIN(TestRecommendCommand)
#include "test_recommend_command.moc"
