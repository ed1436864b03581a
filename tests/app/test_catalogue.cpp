#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <fstream>

#include "app/catalogue.h"
#include "app/models_output.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

const std::string kCommitA(40, 'a'), kCommitB(40, 'b');

/// A folder that stands for this machine: an empty cache of the hub and no models elsewhere.
class Machine {
public:
    Machine() {
        qputenv("HF_HUB_CACHE", at("hub").toLocal8Bit());
        qputenv("SPECULA_MODELS", at("models").toLocal8Bit());
    }
    ~Machine() {
        qunsetenv("HF_HUB_CACHE");
        qunsetenv("SPECULA_MODELS");
    }
    QString at(const std::string& name) const { return m_folder.filePath(QString::fromStdString(name)); }
    std::string path(const std::string& name) const { return at(name).toStdString(); }

    void put(const std::string& name, const std::string& text = "x") const {
        QDir().mkpath(QFileInfo(at(name)).path());
        std::ofstream(path(name), std::ios::binary) << text;
    }
    void putModel(const std::string& folder) const {
        put(folder + "/config.json", R"({"model_type": "llama"})");
        put(folder + "/model.safetensors");
    }
    /// A file of a snapshot, as the hub's own programs keep it: a link to a blob.
    void putSnapshot(const std::string& repository, const std::string& commit, const std::string& file,
                     const std::string& blob) const {
        const std::string folder = "hub/models--" + repository;
        put(folder + "/blobs/" + blob, R"({"model_type": "llama"})");
        const QString link = at(folder + "/snapshots/" + commit + "/" + file);
        QDir().mkpath(QFileInfo(link).path());
        QFile::link(QStringLiteral("../../blobs/") + QString::fromStdString(blob), link);
    }

private:
    QTemporaryDir m_folder;
};

/// Without what the product itself brings.
std::vector<FoundModel> others(const std::vector<std::string>& extraPaths) {
    std::vector<FoundModel> models = findModels(extraPaths);
    std::erase_if(models, [](const FoundModel& m) { return m.source == kSourceBundled; });
    return models;
}

QStringList names(const std::vector<FoundModel>& models) {
    QStringList list;
    for (const FoundModel& model : models) list << QString::fromStdString(model.name);
    return list;
}

ModelEntry entry(const std::string& name, const std::string& problem = "") {
    ModelEntry model;
    model.name = name;
    model.path = "/models/" + name;
    model.source = kSourceFolder;
    model.parameters = 1'500'000;
    model.problem = problem;
    if (!problem.empty()) return model;
    for (const auto& [format, bytes] : {std::pair{WeightFormat::Fp16, 2000},
                                        {WeightFormat::Int8x2, 1000},
                                        {WeightFormat::Int8, 1000},
                                        {WeightFormat::Fp32, 4000}}) {
        MemoryNeed need;
        need.weights = format;
        need.weightBytes = bytes;
        need.context = 64;
        model.memory.push_back(need);
    }
    return model;
}

}  // namespace

class TestCatalogue : public QObject {
    Q_OBJECT

private slots:
    void theBundledPairIsAlwaysFound();
    void foldersAreSearchedThreeLevelsDown();
    void partsOfOtherModelsAreLeftOut();
    void aConfigThatIsNoModelsIsPassedBy();
    void linksThatLeadInCirclesEnd();
    void eachModelIsListedOnce();
    void everySnapshotOfTheHubCacheIsListed();
    void aRepositoryOfGgufFilesHoldsSeveralModels();
    void modelsAreSortedBySourceAndName();
    void aFileOfAFolderStandsForTheFolder();
    void theWindowIsOfferedWhatWasFound();
    void aStampChangesWithTheFiles();
    void formatsThatFitAreNamed();
    void tablesSayWhatIsWrong();
    void namesThatOccurTwiceShowTheirPath();
    void jsonHasTheKeysOfTheManual();
    void theCommandLineTakesPlacesAndQuestions();
};

void TestCatalogue::theBundledPairIsAlwaysFound() {
    const Machine machine;
    const std::vector<FoundModel> models = findModels();
    QVERIFY(models.size() >= 2);
    QCOMPARE(models[0].source, std::string(kSourceBundled));
    QVERIFY(models[0].path.ends_with("tiny-target") && models[1].path.ends_with("tiny-draft"));
    QVERIFY(hasOwnName(models[0]));
}

void TestCatalogue::foldersAreSearchedThreeLevelsDown() {
    const Machine machine;
    machine.putModel("x/one");
    machine.putModel("x/1/2/three");
    machine.putModel("x/1/2/3/four");
    machine.putModel("x/one/inner");
    machine.putModel("x/.hidden");
    machine.put("x/a.GGUF");
    machine.put("x/notes.txt");
    machine.put("x/bare/model.safetensors");
    QStringList found;
    for (const std::string& path : modelsBelow(machine.path("x")))
        found << QDir(machine.at("x")).relativeFilePath(QString::fromStdString(path));
    found.sort();
    QCOMPARE(found, (QStringList{QStringLiteral("1/2/three"), QStringLiteral("a.GGUF"),
                                 QStringLiteral("bare"), QStringLiteral("one")}));
    QVERIFY(modelsBelow(machine.path("nowhere")).empty());
}

void TestCatalogue::partsOfOtherModelsAreLeftOut() {
    const Machine machine;
    for (const char* name : {"mmproj-model-f16.gguf", "mtp-head.gguf", "MMPROJ.gguf",
                             "big-00002-of-00003.gguf", "big-00003-of-00003.gguf"})
        machine.put(std::string("x/") + name);
    QVERIFY(modelsBelow(machine.path("x")).empty());
    for (const char* name : {"big-00001-of-00003.gguf", "two-of-us.gguf", "mt.gguf"})
        machine.put(std::string("x/") + name);
    QCOMPARE(modelsBelow(machine.path("x")).size(), std::size_t{3});
    machine.put("pipe/model_index.json", "{}");
    machine.putModel("pipe/text_encoder");
    QVERIFY(modelsBelow(machine.path("pipe")).empty());
}

void TestCatalogue::aConfigThatIsNoModelsIsPassedBy() {
    const Machine machine;
    machine.put("x/config.json", R"({"port": 80})");
    machine.putModel("x/inner");
    QCOMPARE(modelsBelow(machine.path("x")), std::vector<std::string>{machine.path("x/inner")});
    machine.put("y/config.json",
                R"({"architectures": ["LlamaForCausalLM"]})");  // its weights are still to come
    QCOMPARE(modelsBelow(machine.path("y")), std::vector<std::string>{machine.path("y")});
    machine.put("z/config.json", R"({"model_type": "llama"})");
    machine.put("z/q4.gguf");
    QCOMPARE(modelsBelow(machine.path("z")), std::vector<std::string>{machine.path("z/q4.gguf")});
}

void TestCatalogue::linksThatLeadInCirclesEnd() {
    const Machine machine;
    machine.putModel("x/a/model");
    QVERIFY(QFile::link(machine.at("x"), machine.at("x/a/up")));
    QVERIFY(QFile::link(QStringLiteral("self"), machine.at("x/self")));
    QVERIFY(QFile::link(machine.at("gone"), machine.at("x/broken.gguf")));
    QCOMPARE(modelsBelow(machine.path("x")), std::vector<std::string>{machine.path("x/a/model")});
}

void TestCatalogue::eachModelIsListedOnce() {
    const Machine machine;
    machine.putModel("x/m");
    machine.put("x/q.gguf");
    QVERIFY(QFile::link(machine.at("x/m"), machine.at("x/same")));
    QVERIFY(QFile::link(machine.at("x/q.gguf"), machine.at("x/same.gguf")));
    const auto models = others({machine.path("x"), machine.path("x/m"), machine.path("x/q.gguf"),
                                machine.path("x/m/config.json"), machine.path("x") + "/../x"});
    QCOMPARE(models.size(), std::size_t{2});
}

void TestCatalogue::everySnapshotOfTheHubCacheIsListed() {
    const Machine machine;
    for (const std::string& commit : {kCommitA, kCommitB}) {
        machine.putSnapshot("org--name", commit, "config.json", "c1");
        machine.putSnapshot("org--name", commit, "model.safetensors", "w1");
    }
    machine.put("hub/models--org--name/refs/main", kCommitA);
    machine.putSnapshot("org--words", kCommitA, "tokenizer.json", "t1");
    machine.put("hub/models--org--words/refs/main", kCommitA);
    machine.put("hub/datasets--org--data/refs/main", kCommitA);
    const auto models = others({});
    QCOMPARE(names(models), (QStringList{QStringLiteral("org/name"), QStringLiteral("org/name@bbbbbbb")}));
    for (const FoundModel& model : models) QCOMPARE(model.source, std::string(kSourceHubCache));
    QCOMPARE(models[0].path, machine.path("hub/models--org--name/snapshots/" + kCommitA));
    QVERIFY(hasOwnName(models[0]));
    // The same cache, given as a folder.
    QCOMPARE(others({machine.path("hub")}).size(), std::size_t{2});
}

void TestCatalogue::aRepositoryOfGgufFilesHoldsSeveralModels() {
    const Machine machine;
    machine.putSnapshot("org--one", kCommitA, "m.Q4_0.gguf", "b1");
    machine.put("hub/models--org--one/refs/main", kCommitA);
    machine.putSnapshot("org--two", kCommitA, "m.Q4_0.gguf", "b1");
    machine.putSnapshot("org--two", kCommitA, "m.Q8_0.gguf", "b2");
    machine.putSnapshot("org--two", kCommitA, "mmproj-m.gguf", "b3");
    machine.put("hub/models--org--two/refs/main", kCommitA);
    const auto models = others({});
    QCOMPARE(names(models), (QStringList{QStringLiteral("org/one"), QStringLiteral("org/two/m.Q4_0.gguf"),
                                         QStringLiteral("org/two/m.Q8_0.gguf")}));
    QVERIFY(models[0].path.ends_with(kCommitA + "/m.Q4_0.gguf"));
}

void TestCatalogue::modelsAreSortedBySourceAndName() {
    const Machine machine;
    machine.put("models/SmolLM2-135M-Instruct.Q4_1.gguf");
    machine.put("models/beta.gguf");
    machine.putModel("x/Alpha");
    machine.putModel("x/gamma");
    machine.putSnapshot("zed--last", kCommitA, "config.json", "c1");
    machine.put("hub/models--zed--last/refs/main", kCommitA);
    const auto models = findModels({machine.path("x")});
    QStringList sources;
    for (const FoundModel& model : models) sources << QString::fromStdString(model.source);
    QCOMPARE(sources,
             (QStringList{QStringLiteral("default"), QStringLiteral("bundled"), QStringLiteral("bundled"),
                          QStringLiteral("bundled"), QStringLiteral("Hugging Face cache"),
                          QStringLiteral("folder"), QStringLiteral("file"), QStringLiteral("folder")}));
    QCOMPARE(names(models).mid(4), (QStringList{QStringLiteral("zed/last"), QStringLiteral("Alpha"),
                                                QStringLiteral("beta.gguf"), QStringLiteral("gamma")}));
}

void TestCatalogue::aFileOfAFolderStandsForTheFolder() {
    const Machine machine;
    machine.putModel("m");
    machine.put("q.bin");
    for (const char* file : {"m/model.safetensors", "m/config.json"}) {
        const auto models = others({machine.path(file)});
        QCOMPARE(models.size(), std::size_t{1});
        QCOMPARE(models[0].path, machine.path("m"));
        QCOMPARE(models[0].source, std::string(kSourceFolder));
    }
    const auto named = others({machine.path("q.bin"), machine.path("nowhere.gguf")});
    QCOMPARE(names(named), (QStringList{QStringLiteral("nowhere.gguf"), QStringLiteral("q.bin")}));
}

void TestCatalogue::theWindowIsOfferedWhatWasFound() {
    const Machine machine;
    machine.put("models/mine.gguf");
    const std::vector<FoundModel> known = knownModels();
    QVERIFY(std::any_of(known.begin(), known.end(),
                        [&](const FoundModel& m) { return m.path == machine.path("models/mine.gguf"); }));
    QCOMPARE(known.size(), findModels().size());
}

void TestCatalogue::aStampChangesWithTheFiles() {
    const Machine machine;
    machine.putModel("m");
    const std::string before = contentStamp(machine.path("m"));
    QCOMPARE(contentStamp(machine.path("m")), before);
    machine.put("m/model.safetensors", "longer");
    const std::string after = contentStamp(machine.path("m"));
    QVERIFY(after != before);
    machine.put("m/tokenizer.json");
    QVERIFY(contentStamp(machine.path("m")) != after);
    machine.put("q.gguf", "a");
    const std::string file = contentStamp(machine.path("q.gguf"));
    machine.put("q.gguf", "ab");
    QVERIFY(contentStamp(machine.path("q.gguf")) != file);
}

void TestCatalogue::formatsThatFitAreNamed() {
    const ModelEntry model = entry("m");
    QCOMPARE(fitText(model, 5000), std::string("yes"));
    QCOMPARE(fitText(model, 2000), std::string("yes"));
    QCOMPARE(fitText(model, 1999), std::string("int8x2, int8"));
    QCOMPARE(fitText(model, 999), std::string("no"));
    QCOMPARE(fitText(model, 0), std::string("?"));
    QCOMPARE(fitText(entry("m", "broken"), 5000), std::string("?"));
}

void TestCatalogue::tablesSayWhatIsWrong() {
    const std::vector<ModelEntry> models{entry("good"), entry("caf\xC3\xA9"),
                                         entry("bad\x1b[31m", "it is\nbroken")};
    const std::string table = modelsTable(models, 10'000);
    QVERIFY(table.find("good") != table.npos && table.find("1.5 M") != table.npos);
    QVERIFY(table.find("it is?broken") != table.npos && table.find("cannot be used") != table.npos);
    QVERIFY(table.find('\x1b') == table.npos);
    // Columns line up whatever the letters take in bytes.
    const QStringList lines = QString::fromStdString(table).split(QLatin1Char('\n'));
    QCOMPARE(lines[1].indexOf(QStringLiteral("1.5 M")), lines[2].indexOf(QStringLiteral("1.5 M")));
    PairCell fits, no;
    fits.target = 0;
    fits.draft = 1;
    fits.sizeRatio = 0.25;
    fits.report.compatible = true;
    fits.report.warnings = {"mind this"};
    no.target = 1;
    no.draft = 0;
    no.report.checks = {{"Same colour", true, "red"}, {"Same size", false, "5 and 6"}};
    const std::string text = pairsText(models, {fits, no});
    for (const char* part : {"0.250 of the target", "mind this", "Same size: no, 5 and 6"})
        QVERIFY2(text.find(part) != text.npos, part);
    QVERIFY(text.find("Same colour") == text.npos);
    QVERIFY(!pairsText({}, {}).empty() && !modelsTable({}, 0).empty());
    ModelDetails details;
    details.entry = models[0];
    details.facts = {{"Norm", "RMS"}};
    details.tensors = {{"t", "F16", {2, 3}, 12}};
    details.chatTemplate = "a\nb\x1b";
    const std::string shown = detailsText(details, 1500);
    for (const char* part : {"RMS", "[2, 3]", "a\nb?", "does not fit", "fits"})
        QVERIFY2(shown.find(part) != shown.npos, part);
}

void TestCatalogue::namesThatOccurTwiceShowTheirPath() {
    std::vector<ModelEntry> models{entry("model"), entry("model"), entry("other")};
    models[0].path = "/a/one/model.gguf";
    models[1].path = "/a/two/model.gguf";
    const std::string table = modelsTable(models, 0);
    for (const char* part : {"model (one/model.gguf)", "model (two/model.gguf)"})
        QVERIFY2(table.find(part) != table.npos, part);
    QVERIFY(table.find("other (") == table.npos);
}

void TestCatalogue::jsonHasTheKeysOfTheManual() {
    const std::vector<ModelEntry> models{entry("good"), entry("bad", "broken")};
    const auto good = modelToJson(models[0]), bad = modelToJson(models[1]);
    for (const char* key :
         {"name", "path", "source", "architecture", "format", "parameters", "file_bytes", "layers", "hidden",
          "vocabulary", "context", "tokenizer", "chat_template", "memory", "problem"})
        QVERIFY2(good.contains(key) && bad.contains(key), key);
    QVERIFY(good["problem"].is_null() && bad["problem"] == "broken" && good["tokenizer"].is_null());
    QVERIFY(good["chat_template"].is_boolean());
    QCOMPARE(good["memory"].size(), std::size_t{4});
    QVERIFY((good["memory"][0] == nlohmann::json{{"weights", "fp16"},
                                                 {"weight_bytes", 2000},
                                                 {"cache_bytes", 0},
                                                 {"scratch_bytes", 0},
                                                 {"total_bytes", 2000},
                                                 {"context", 64}}));
    PairCell cell;
    cell.draft = 1;
    cell.sizeRatio = 0.5;
    cell.report.checks = {{"Same size", false, "5 and 6"}};
    cell.report.warnings = {"w"};
    const auto pair = pairToJson(models, cell);
    QVERIFY(pair["target"] == "good" && pair["draft"] == "bad" && pair["compatible"] == false);
    QVERIFY(pair["draft_path"] == "/models/bad" && pair["size_ratio"] == 0.5 && pair["warnings"][0] == "w");
    QVERIFY((pair["checks"][0] ==
             nlohmann::json{{"question", "Same size"}, {"passed", false}, {"detail", "5 and 6"}}));
    QVERIFY(pair["shared_tokens"].is_null());
    cell.report = {
        .checks = {{"Enough", true, ""}}, .warnings = {"w"}, .compatible = true, .sharedTokens = 7};
    QVERIFY(pairToJson(models, cell)["shared_tokens"] == 7);
    const QString text = QString::fromStdString(pairsText(models, {cell}));
    QVERIFY2(
        text.contains(QStringLiteral("~ bad")) && text.contains(QStringLiteral("works by shared tokens\n")),
        qPrintable(text));
}

void TestCatalogue::theCommandLineTakesPlacesAndQuestions() {
    const CommandLine all = parseCommandLine({"models"});
    QCOMPARE(all.subcommand, Subcommand::Models);
    QVERIFY(all.modelPaths.empty() && !all.pairs && !all.details && !all.json);
    const CommandLine line = parseCommandLine({"models", "a", "b", "--pairs", "--json"});
    QCOMPARE(line.modelPaths, (std::vector<std::string>{"a", "b"}));
    QVERIFY(line.pairs && line.json);
    QCOMPARE(parseCommandLine({"models", "--details", "x"}).details.value_or(""), std::string("x"));
    QVERIFY_EXCEPTION_THROWN(parseCommandLine({"models", "--details", "x", "--pairs"}), Error);
    QVERIFY_EXCEPTION_THROWN(parseCommandLine({"models", "--gamma", "3"}), Error);
}

QTEST_GUILESS_MAIN(TestCatalogue)
#include "test_catalogue.moc"
