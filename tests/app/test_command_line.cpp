#include <QTest>

#include <QTemporaryDir>
#include <fstream>
#include <functional>

#include "app/command_line.h"
#include "app/option_values.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

using namespace specula;

namespace {

using Words = std::vector<std::string>;

std::string refusal(const Words& words) {
    try {
        parseCommandLine(words);
        return "";
    } catch (const Error& error) {
        return error.kind() == ErrorKind::BadInput ? error.what() : "wrong kind";
    }
}

Words generateWith(Words more) {
    more.insert(more.begin(), {"generate", "--prompt", "x"});
    return more;
}

}  // namespace

class TestCommandLine : public QObject {
    Q_OBJECT

private slots:
    void withoutASubcommandTheWindowOpens();
    void defaultsAreThoseOfTheManual();
    void eachOptionLandsInItsField_data();
    void eachOptionLandsInItsField();
    void everyRuleCanBeNamed();
    void aValueMayBeginWithADashOrBeEmpty();
    void stopTextsRepeatAndKeepTheirCommas();
    void badValuesAreRefusedInOneLine_data();
    void badValuesAreRefusedInOneLine();
    void measurementsCountOnlyUnlessTold();
    void subcommandsHaveTheirOwnOptions();
    void costsAreReadFromTheirFile();
    void helpAndVersionAreInformation();
};

void TestCommandLine::withoutASubcommandTheWindowOpens() {
    QCOMPARE(parseCommandLine({}).subcommand, Subcommand::Window);
    const CommandLine line =
        parseCommandLine({"--session", "a.json", "--target", "t", "--draft", "ngram", "--prompt", "p"});
    QCOMPARE(line.subcommand, Subcommand::Window);
    QCOMPARE(*line.sessionPath, std::string("a.json"));
    QCOMPARE(*line.run.target, std::string("t"));
    QCOMPARE(*line.run.draft, std::string("ngram"));
    QCOMPARE(*line.run.promptText, std::string("p"));
}

void TestCommandLine::defaultsAreThoseOfTheManual() {
    const RunArguments run = parseCommandLine({"generate", "--prompt", "x"}).run;
    QVERIFY(!run.target && !run.draft && !run.gammaGiven);
    QCOMPARE(run.options.gamma, kGammaAuto);
    QCOMPARE(run.options.maxTokens, 128);
    QCOMPARE(run.options.seed, std::uint64_t{0});
    QVERIFY(run.options.sampling == Sampling{});
    QCOMPARE(run.options.sampling.temperature, 0.7);
    QCOMPARE(run.options.rule, Rule::Token);
    QCOMPARE(run.options.detail, Detail::Full);
    QVERIFY(!run.options.ignoreEos && !run.chat && run.options.stop.empty());
    QVERIFY(run.engine == EngineOptions{});
    QCOMPARE(parseCommandLine({"compare"}).repeats, 6);
    QCOMPARE(parseCommandLine({"sweep"}).repeats, 3);
    QCOMPARE(parseCommandLine({"sweep"}).gammas, (std::vector<int>{0, 1, 2, 3, 4, 5, 6, 7, 8}));
}

using Check = std::function<bool(const CommandLine&)>;
struct Row {
    const char* name;
    Words words;
    Check check;
};
static std::vector<Row> optionTable() {
    return {
        {"target", {"--target", "a/b"}, [](const auto& l) { return l.run.target == "a/b"; }},
        {"draft path", {"--draft", "dir"}, [](const auto& l) { return l.run.draft == "dir"; }},
        {"draft ngram", {"--draft", "ngram:4"}, [](const auto& l) { return l.run.draft == "ngram:4"; }},
        {"draft exit",
         {"--draft", "early-exit:5"},
         [](const auto& l) { return l.run.draft == "early-exit:5"; }},
        {"draft none",
         {"--draft", "none", "--gamma", "0"},
         [](const auto& l) { return l.run.draft == "none"; }},
        {"chat", {"--chat"}, [](const auto& l) { return l.run.chat; }},
        {"system",
         {"--chat", "--system", "be brief"},
         [](const auto& l) { return l.run.system == "be brief"; }},
        {"gamma",
         {"--gamma", "32"},
         [](const auto& l) { return l.run.options.gamma == 32 && l.run.gammaGiven; }},
        {"gamma auto", {"--gamma", "auto"}, [](const auto& l) { return l.run.options.gamma == kGammaAuto; }},
        {"tree off",
         {"--tree", "off"},
         [](const auto& l) { return l.run.options.tree.off() && l.run.treeGiven; }},
        {"tree",
         {"--tree", "3,2,1"},
         [](const auto& l) {
             return l.run.options.tree == TreeShape{false, {3, 2, 1}} && l.run.treeGiven;
         }},
        {"tree of one level",
         {"--tree", "63"},
         [](const auto& l) {
             return l.run.options.tree == TreeShape{false, {63}};
         }},
        {"tree auto",
         {"--tree", "auto"},
         [](const auto& l) {
             return l.run.options.tree == TreeShape{true, {}};
         }},
        {"rule sequoia",
         {"--tree", "2,2", "--rule", "sequoia"},
         [](const auto& l) { return l.run.options.rule == Rule::Sequoia; }},
        {"draft skip", {"--draft", "skip:3-9"}, [](const auto& l) { return l.run.draft == "skip:3-9"; }},
        {"draft skips", {"--draft", "skip:3-5,8"}, [](const auto& l) { return l.run.draft == "skip:3-5,8"; }},
        {"draft oracle",
         {"--draft", "oracle:0.7"},
         [](const auto& l) { return l.run.draft == "oracle:0.7"; }},
        {"draft stop",
         {"--draft-stop", "fixed"},
         [](const auto& l) { return l.run.options.draftStop == DraftStop{}; }},
        {"draft stop max",
         {"--draft-stop", "max:0.4"},
         [](const auto& l) {
             return l.run.options.draftStop == DraftStop{DraftStop::Kind::Max, 0.4};
         }},
        {"draft stop entropy",
         {"--draft-stop", "entropy:2.5"},
         [](const auto& l) {
             return l.run.options.draftStop == DraftStop{DraftStop::Kind::Entropy, 2.5};
         }},
        {"draft stop auto",
         {"--draft-stop", "auto"},
         [](const auto& l) {
             return l.run.options.draftStop == DraftStop{DraftStop::Kind::Auto, 0.0};
         }},
        {"rule ensemble",
         {"--rule", "ensemble:0.3"},
         [](const auto& l) {
             return l.run.options.rule == Rule::Ensemble && l.run.options.ensembleWeight == 0.3;
         }},
        {"device", {"--device", "cuda"}, [](const auto& l) { return l.run.engine.device == Device::Cuda; }},
        {"rule", {"--rule", "greedy"}, [](const auto& l) { return l.run.options.rule == Rule::Greedy; }},
        {"max tokens", {"--max-tokens", "7"}, [](const auto& l) { return l.run.options.maxTokens == 7; }},
        {"temperature",
         {"--temperature", "0"},
         [](const auto& l) { return l.run.options.sampling.greedy(); }},
        {"top k", {"--top-k", "40"}, [](const auto& l) { return l.run.options.sampling.topK == 40; }},
        {"top p", {"--top-p", "0.9"}, [](const auto& l) { return l.run.options.sampling.topP == 0.9; }},
        {"min p", {"--min-p=.05"}, [](const auto& l) { return l.run.options.sampling.minP == 0.05; }},
        {"penalty",
         {"--repetition-penalty", "1.1"},
         [](const auto& l) { return l.run.options.sampling.repetitionPenalty == 1.1; }},
        {"seed",
         {"--seed", "18446744073709551615"},
         [](const auto& l) { return l.run.options.seed == 18446744073709551615ull; }},
        {"ignore eos", {"--ignore-eos"}, [](const auto& l) { return l.run.options.ignoreEos; }},
        {"weights",
         {"--weights", "int8x2"},
         [](const auto& l) { return l.run.engine.weights == WeightFormat::Int8x2; }},
        {"draft weights",
         {"--draft-weights", "fp16"},
         [](const auto& l) { return l.run.engine.draftWeights == WeightFormat::Fp16; }},
        {"kv", {"--kv", "fp32"}, [](const auto& l) { return l.run.engine.kv == KvFormat::Fp32; }},
        {"threads", {"--threads", "2"}, [](const auto& l) { return l.run.engine.threads == 2; }},
        {"context", {"--max-context", "512"}, [](const auto& l) { return l.run.engine.maxContext == 512; }},
        {"detail",
         {"--detail", "counts"},
         [](const auto& l) { return l.run.options.detail == Detail::Counts; }},
        {"trace", {"--trace", "t.json"}, [](const auto& l) { return l.tracePath == "t.json"; }},
        {"json", {"--json"}, [](const auto& l) { return l.json; }},
        {"color", {"--color", "always"}, [](const auto& l) { return l.color == ColorMode::Always; }},
    };
}

void TestCommandLine::eachOptionLandsInItsField_data() {
    QTest::addColumn<int>("row");
    const auto table = optionTable();
    for (std::size_t i = 0; i < table.size(); ++i) QTest::newRow(table[i].name) << static_cast<int>(i);
}

void TestCommandLine::eachOptionLandsInItsField() {
    QFETCH(int, row);
    const Row entry = optionTable()[static_cast<std::size_t>(row)];
    QCOMPARE(refusal(generateWith(entry.words)), std::string());
    QVERIFY(entry.check(parseCommandLine(generateWith(entry.words))));
}

void TestCommandLine::everyRuleCanBeNamed() {
    for (const Rule rule : allRules()) {
        const RunOptions options =
            parseCommandLine(generateWith({"--rule", ruleText(rule, 0.25)})).run.options;
        QCOMPARE(options.rule, rule);
        QCOMPARE(options.ensembleWeight, rule == Rule::Ensemble ? 0.25 : RunOptions{}.ensembleWeight);
    }
}

void TestCommandLine::aValueMayBeginWithADashOrBeEmpty() {
    QCOMPARE(*parseCommandLine({"generate", "--prompt", "--json"}).run.promptText, std::string("--json"));
    QCOMPARE(*parseCommandLine({"generate", "--prompt", ""}).run.promptText, std::string());
    QCOMPARE(*parseCommandLine({"generate", "--prompt", "[a,b] \"c\" {}"}).run.promptText,
             std::string("[a,b] \"c\" {}"));
    QCOMPARE(*parseCommandLine({"generate", "--prompt-ids", "1, 2,3"}).run.promptIds,
             (std::vector<TokenId>{1, 2, 3}));
}

void TestCommandLine::stopTextsRepeatAndKeepTheirCommas() {
    const CommandLine line =
        parseCommandLine(generateWith({"--stop", "a,b", "--stop", "[x]", "--stop", "\n\n"}));
    QCOMPARE(line.run.options.stop, (Words{"a,b", "[x]", "\n\n"}));
}

static void refusalRow(const std::string& words, const char* expected) {
    QTest::newRow(words.c_str()) << QString::fromStdString(words).split(QLatin1Char(' '))
                                 << QString::fromLatin1(expected);
}

// Refusals that every subcommand with a run has.
static void addRunRefusals() {
    const auto bad = [](const char* words, const char* expected) {
        refusalRow(std::string("generate --prompt x ") + words, expected);
    };
    bad("--gamma 33", "--gamma: expected a whole number from 0 to 32 or auto, found '33'");
    bad("--gamma -1", "--gamma: expected");
    bad("--gamma 2.5", "--gamma: expected");
    bad("--gamma 3 --gamma 4", "--gamma");
    bad("--gamma", "--gamma");
    bad("--temperature -1", "--temperature: expected a number from 0");
    bad("--temperature nan", "--temperature: expected");
    bad("--temperature warm", "--temperature: expected");
    bad("--top-p 1.5", "--top-p: expected a number from 0.0 to 1.0");
    bad("--top-k -1", "--top-k: expected");
    bad("--min-p 2", "--min-p: expected");
    bad("--repetition-penalty 0", "--repetition-penalty: expected");
    bad("--seed -1", "--seed: expected");
    bad("--seed 18446744073709551616", "--seed: expected");
    bad("--seed 1x", "--seed: expected");
    bad("--max-tokens -3", "--max-tokens: expected");
    bad("--max-tokens 99999999999999999999", "--max-tokens: expected");
    bad("--weights int4", "--weights: expected one of auto, fp32, fp16, int8x2, int8, bf16, found 'int4'");
    bad("--draft-weights x", "--draft-weights: expected");
    bad("--kv int8", "--kv: expected");
    bad("--detail all", "--detail: expected one of counts, tokens, full");
    for (const char* rule : {"nonsense", "ensemble", "ensemble:", "ensemble:1.1", "ensemble:-1", "ensemble:x",
                             "ensemble:nan", "token:1", "block:", "Token"})
        bad((std::string("--rule ") + rule).c_str(),
            "--rule: expected token, block, greedy, one-hot, match, specinfer, sequoia, typical or "
            "ensemble:W");
    for (const char* tree : {"3,0", "0", "-1", "3,", ",3", "a", "2.5", "64", "8,8", "2,2,2,2,2,2", "3;2",
                             "99999999999", "2147483647,2147483647,2147483647"})
        bad((std::string("--tree ") + tree).c_str(),
            "--tree: expected auto, off or children at each depth such as 3,2,1 (at most 63 tokens in all)");
    for (const char* stop : {"x", "max", "max:", "max:2", "max:-0.1", "entropy", "entropy:-1", "entropy:101",
                             "entropy:inf", "fixed:1", "auto:0.5"})
        bad((std::string("--draft-stop ") + stop).c_str(), "--draft-stop: expected fixed, max:P");
    bad("--trace-rows some", "--trace-rows: expected none, pinned or all, found 'some'");
    bad("--trace-rows all", "--trace-rows: expected generate with --trace FILE");
    bad("--trace-rows all --trace run.json --detail tokens", "--trace-rows: expected --detail full");
    bad("--device tpu", "--device: expected cpu, cuda or aten-cpu");
    for (const char* skip : {"skip", "skip:", "skip:3,,4", "skip:9-3", "skip:0-2", "skip:a-b", "skip:3-"})
        bad((std::string("--draft ") + skip).c_str(), "--draft: expected skip:A-B");
    for (const char* oracle : {"oracle", "oracle:", "oracle:1.5", "oracle:-0.1", "oracle:nan"})
        bad((std::string("--draft ") + oracle).c_str(), "--draft: expected oracle:ALPHA");
    bad("--draft ngram:0", "--draft: expected ngram or ngram:N");
    bad("--draft early-exit:", "--draft: expected early-exit:K");
    bad("--draft none --gamma 4", "--gamma: expected 0 or auto with --draft none, found 4");
    bad("--prompt-ids 1,2", "--prompt: expected one of");
    bad("--system s", "--system: expected --chat");
    bad("--costs /nowhere/costs.json", "/nowhere/costs.json: cannot be read");
    bad("--color red", "--color: expected");
    bad("--unknown", "--unknown");
    bad("extra", "extra");
}

void TestCommandLine::badValuesAreRefusedInOneLine_data() {
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<QString>("expected");
    addRunRefusals();
    refusalRow("generate", "--prompt: expected one of");
    refusalRow("generate --prompt-ids 1,x", "--prompt-ids: expected token ids");
    refusalRow("generate --prompt-ids -1", "--prompt-ids: expected token ids");
    refusalRow("generate --prompt-ids 1 --chat", "--chat: expected");
    refusalRow("logits --prompt-ids 1", "--out");
    refusalRow("logits --prompt-ids 1 --out f --chunks 0", "--chunks: expected");
    refusalRow("logits --prompt-ids 1 --out f --chunks 1-3", "--chunks: expected");
    refusalRow("tokenize", "--tokenizer");
    refusalRow("compare --repeats 0", "--repeats: expected");
    refusalRow("compare --require-same", "--require-same: expected --temperature 0");
    refusalRow("compare --prompts suite:a --prompt b", "--prompts: expected");
    refusalRow("sweep --gammas 0-99", "--gammas: expected numbers from 0 to 32");
    refusalRow("sweep --gammas 5-2", "--gammas: expected");
    refusalRow("sweep --plot f.gif", "--plot: expected a file ending in .png, .svg or .pdf");
    refusalRow("probe --context 0", "--context: expected");
    refusalRow("probe --acceptance 1.5", "--acceptance: expected a number from 0");
    refusalRow("probe --gamma 3", "--gamma");
    refusalRow("screenshot --view costs --out o", "--session: expected");
    refusalRow("replay", "--session: expected a session file");
    refusalRow("screenshot --view x --session s --out o", "--view: expected generate, inspector");
    refusalRow("screenshot --view generate --session s --out o --size 10x10",
               "--size: expected WIDTHxHEIGHT");
    refusalRow("screenshot --view generate --session s --out o --scale 0", "--scale: expected");
    refusalRow("train-draft", "--out");
    refusalRow("train-draft --out d --minutes 0", "--minutes: expected");
    refusalRow("train-draft --out d --minutes x", "--minutes: expected");
    refusalRow("train-draft --out d --arch big", "--arch: expected feature-head or small, found 'big'");
    refusalRow("train-draft --out d --tokens 10", "--tokens: expected");
    refusalRow("train-draft --out d --head-vocabulary 2", "--head-vocabulary: expected");
    refusalRow("train-draft --out d --threads 0", "--threads: expected");
    refusalRow("train-draft --out d --seed -1", "--seed: expected");
    refusalRow("train-draft --out d --gamma 3", "--gamma");
    refusalRow("train-draft --out d extra", "extra");
    refusalRow("--target a generate --prompt x", "--target: expected after the subcommand");
}

void TestCommandLine::badValuesAreRefusedInOneLine() {
    QFETCH(QStringList, words);
    QFETCH(QString, expected);
    Words arguments;
    for (const QString& word : words) arguments.push_back(word.toStdString());
    const QString message = QString::fromStdString(refusal(arguments));
    QVERIFY2(message.contains(expected), qPrintable(message));
    QVERIFY2(!message.contains(QLatin1Char('\n')), qPrintable(message));
}

void TestCommandLine::measurementsCountOnlyUnlessTold() {
    QCOMPARE(parseCommandLine({"compare"}).run.options.detail, Detail::Counts);
    QCOMPARE(parseCommandLine({"sweep", "--detail", "full"}).run.options.detail, Detail::Full);
}

void TestCommandLine::subcommandsHaveTheirOwnOptions() {
    const CommandLine sweep = parseCommandLine({"sweep", "--gammas", "0-2,5", "--csv", "a.csv", "--plot",
                                                "b.svg", "--prompts", "suite:code", "--repeats", "9"});
    QCOMPARE(sweep.subcommand, Subcommand::Sweep);
    QCOMPARE(sweep.gammas, (std::vector<int>{0, 1, 2, 5}));
    QVERIFY(sweep.csvPath == "a.csv" && sweep.plotPath == "b.svg" && sweep.prompts == "suite:code");
    QCOMPARE(sweep.repeats, 9);
    const CommandLine logits =
        parseCommandLine({"logits", "--prompt-ids", "5,6,7", "--chunks", "1,2", "--out", "o"});
    QCOMPARE(logits.chunks, (std::vector<int>{1, 2}));
    QCOMPARE(logits.outPath, std::string("o"));
    const CommandLine shot = parseCommandLine({"screenshot", "--view", "inspector", "--session", "s", "--out",
                                               "o", "--size", "900x600", "--dark", "--scale", "2"});
    QVERIFY(shot.view == "inspector" && shot.sessionPath == "s" && shot.dark && !shot.highContrast);
    QVERIFY(
        parseCommandLine({"screenshot", "--view", "models", "--out", "o", "--high-contrast"}).highContrast);
    QCOMPARE(shot.width, 900);
    QCOMPARE(shot.height, 600);
    QCOMPARE(shot.scale, 2.0);
    const CommandLine train =
        parseCommandLine({"train-draft", "--target",   "t",      "--out",    "d",    "--minutes",
                          "7.5",         "--arch",     "small",  "--tokens", "5000", "--head-vocabulary",
                          "300",         "--prompts",  "p.json", "--seed",   "9",    "--threads",
                          "2",           "--keep-work"});
    QCOMPARE(train.subcommand, Subcommand::TrainDraft);
    QVERIFY(train.run.target == "t" && train.train.out == "d" && train.prompts == "p.json");
    QVERIFY(train.train.minutes == 7.5 && train.train.architecture == DraftArchitecture::Small);
    QVERIFY(train.train.tokens == 5000 && train.train.headVocabulary == 300 && train.train.seed == 9);
    QVERIFY(train.train.threads == 2 && train.train.keepWork);
    const TrainRequest asIs = parseCommandLine({"train-draft", "--out", "d"}).train;
    QVERIFY(asIs.minutes == 60.0 && asIs.tokens == 0 && asIs.headVocabulary == 8192 && asIs.seed == 1 &&
            !asIs.keepWork);
    QVERIFY(asIs.architecture == DraftArchitecture::FeatureHead);
    const CommandLine tokenize = parseCommandLine({"tokenize", "--tokenizer", "t", "--decode"});
    QVERIFY(tokenize.decode && tokenize.tokenizerPath == "t");
    QVERIFY(parseCommandLine({"compare", "--require-same", "--temperature", "0"}).requireSame);
    const CommandLine probe =
        parseCommandLine({"probe", "--target", "t", "--draft", "ngram", "--weights", "int8", "--threads", "2",
                          "--context", "2000", "--acceptance", "0.6", "--json"});
    QCOMPARE(probe.subcommand, Subcommand::Probe);
    QVERIFY(probe.run.target == "t" && probe.run.draft == "ngram" && probe.json);
    QVERIFY(probe.run.engine.weights == WeightFormat::Int8 && probe.run.engine.threads == 2);
    QVERIFY(probe.context == 2000 && probe.acceptance == 0.6);
    QVERIFY(parseCommandLine({"probe"}).context == 0 && !parseCommandLine({"probe"}).acceptance);
    QCOMPARE(parseCommandLine({"screenshot", "--view", "costs", "--session", "s", "--out", "o"}).view,
             std::string("costs"));
}

void TestCommandLine::costsAreReadFromTheirFile() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("costs.json")).toStdString();
    std::ofstream(path) << R"({"c": 0.25, "v": [1, 1.125], "overhead": 0.5})";
    const CommandLine line = parseCommandLine(generateWith({"--costs", path}));
    QVERIFY(line.run.options.costs == (Costs{0.25, {1.0, 1.125}, 0.5}));
    for (const char* bad : {"{}", "[]", "{\"c\": -1, \"v\": [1]}", "{\"c\": 1, \"v\": []}",
                            "{\"c\": 1, \"v\": [\"1\"]}", "no"}) {
        std::ofstream(path, std::ios::trunc) << bad;
        QVERIFY2(refusal(generateWith({"--costs", path})).starts_with(path + ": "), bad);
    }
}

void TestCommandLine::helpAndVersionAreInformation() {
    const CommandLine help = parseCommandLine({"--help"});
    QCOMPARE(help.subcommand, Subcommand::Information);
    for (const char* word : {"generate", "compare", "sweep", "logits", "tokenize", "replay", "screenshot"})
        QVERIFY2(help.information.find(word) != std::string::npos, word);
    const CommandLine generate = parseCommandLine({"generate", "--help"});
    QVERIFY(generate.information.find("--gamma") != std::string::npos);
    QVERIFY(parseCommandLine({"--version"}).information.starts_with("specula 0."));
}

QTEST_GUILESS_MAIN(TestCommandLine)
#include "test_command_line.moc"
