#include <QTest>

#include <QDir>
#include <QTemporaryDir>
#include <fstream>

#include "app/default_models.h"
#include "app/file_io.h"
#include "app/prompt_suites.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

std::string refusal(const std::function<void()>& action) {
    try {
        action();
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

void put(const QString& path, const char* text) {
    QDir().mkpath(QFileInfo(path).path());
    std::ofstream(path.toStdString()) << text;
}

}  // namespace

class TestFiles : public QObject {
    Q_OBJECT

private slots:
    void aFileLongerThanAllowedIsRefused();
    void aLinkKeepsPointingAfterAWrite();
    void bundledSuitesAreReadable();
    void suitesComeFromJsonOrLines();
    void badSuitesAreRefused();
    void hubNamesAreFoundInTheCache();
    void aMissingModelIsRefusedByName();
    void theModelsFolderOfTheEnvironmentIsLookedInto();
    void onlyFilesAreLookedUpAsDrafts();
};

void TestFiles::aFileLongerThanAllowedIsRefused() {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("f"));
    put(path, "12345");
    QCOMPARE(readFile(path.toStdString(), 5), std::string("12345"));
    QVERIFY(!refusal([&] { readFile(path.toStdString(), 4); }).empty());
    QVERIFY(!refusal([&] { readFile(folder.path().toStdString(), 4); }).empty());
}

void TestFiles::aLinkKeepsPointingAfterAWrite() {
    const QTemporaryDir folder;
    const QString real = folder.filePath(QStringLiteral("real"));
    const QString link = folder.filePath(QStringLiteral("link"));
    put(real, "old");
    QVERIFY(QFile::link(real, link));
    writeFile(link.toStdString(), "new");
    QVERIFY(QFileInfo(link).isSymLink());
    QCOMPARE(readFile(real.toStdString(), 100), std::string("new"));
}

void TestFiles::bundledSuitesAreReadable() {
    const std::vector<Suite> suites = bundledSuites();
    QVERIFY(suites.size() >= 5);
    for (const char* wanted : {"creative", "structured", "code", "json", "chat"}) {
        const Suite suite = resolvePrompts(std::string("suite:") + wanted);
        QCOMPARE(suite.name, std::string(wanted));
        QVERIFY(!suite.prompts.empty() && !suite.title.empty());
        for (const Prompt& prompt : suite.prompts) QVERIFY(!prompt.text.empty() && !prompt.name.empty());
    }
}

void TestFiles::suitesComeFromJsonOrLines() {
    const QTemporaryDir folder;
    const QString json = folder.filePath(QStringLiteral("a.json"));
    put(json,
        R"({"name": "mine", "prompts": [{"name": "one", "text": "first"}, {"text": "second", "chat": true}]})");
    const Suite suite = resolvePrompts(json.toStdString());
    QCOMPARE(suite.name, std::string("mine"));
    QCOMPARE(suite.prompts.size(), std::size_t{2});
    QVERIFY(suite.prompts[1].chat && !suite.prompts[0].chat);
    const QString lines = folder.filePath(QStringLiteral("b.txt"));
    put(lines, "first line\r\n\nsecond, with a comma\nlast without an end");
    const Suite plain = resolvePrompts(lines.toStdString());
    QCOMPARE(plain.prompts.size(), std::size_t{3});
    QCOMPARE(plain.prompts[0].text, std::string("first line"));
    QCOMPARE(plain.prompts[2].text, std::string("last without an end"));
}

void TestFiles::badSuitesAreRefused() {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("a.json"));
    for (const char* bad :
         {"", "\n\n", "{", R"({"name": "x", "prompts": []})", R"({"name": "x"})",
          R"({"name": "x", "prompts": [{"name": "no text"}]})", R"({"name": 5, "prompts": []})"}) {
        put(path, bad);
        const std::string message = refusal([&] { resolvePrompts(path.toStdString()); });
        QVERIFY2(message.starts_with(path.toStdString() + ": "), bad);
    }
    const std::string unknown = refusal([] { resolvePrompts("suite:nonsense"); });
    QVERIFY2(unknown.find("creative") != unknown.npos, unknown.c_str());
}

void TestFiles::hubNamesAreFoundInTheCache() {
    const QTemporaryDir folder;
    qputenv("HF_HUB_CACHE", folder.path().toLocal8Bit());
    const QString model = QStringLiteral("models--org--name");
    const std::string commit(40, 'a');
    const QString snapshot = model + QStringLiteral("/snapshots/") + QString::fromStdString(commit);
    put(folder.filePath(model + QStringLiteral("/refs/main")), (commit + "\n").c_str());
    put(folder.filePath(snapshot + QStringLiteral("/config.json")), "{}");
    for (const std::string& name :
         {std::string("org/name"), "org/name@" + commit, std::string("org/name@main")})
        QCOMPARE(QString::fromStdString(resolveModelPath("--target", name)), folder.filePath(snapshot));
    QDir(folder.filePath(snapshot)).removeRecursively();
    put(folder.filePath(QStringLiteral("models--org--name/refs/main")), "../../../etc");
    QVERIFY(!refusal([] { resolveModelPath("--target", "org/name"); }).empty());
    qunsetenv("HF_HUB_CACHE");
}

void TestFiles::aMissingModelIsRefusedByName() {
    const std::string path = refusal([] { resolveModelPath("--target", "/nowhere/model.gguf"); });
    QVERIFY2(path.starts_with("--target: expected") && path.find("/nowhere/model.gguf") != path.npos,
             path.c_str());
    const std::string hub = refusal([] { resolveModelPath("--draft", "no-such/model-here"); });
    QVERIFY2(hub.starts_with("--draft: expected") && hub.find("Hugging Face cache") != hub.npos, hub.c_str());
}

void TestFiles::theModelsFolderOfTheEnvironmentIsLookedInto() {
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("SmolLM2-135M-Instruct.Q4_1.gguf"));
    put(file, "");
    qputenv("SPECULA_MODELS", folder.path().toLocal8Bit());
    QCOMPARE(QString::fromStdString(defaultTarget().value_or("")), file);
    RunArguments run;
    resolveModels(run);
    QCOMPARE(QString::fromStdString(run.engine.target), file);
    // The default target comes with a draft of its own, which drafts trees as it chooses.
    QCOMPARE(run.engine.draft, bundledModel("smollm2-135m-head").value_or("missing"));
    QVERIFY(run.options.tree.automatic);
    run = {};
    run.target = folder.filePath(QStringLiteral("other.gguf")).toStdString();
    put(QString::fromStdString(*run.target), "");
    resolveModels(run);
    QCOMPARE(run.engine.draft, std::string("ngram"));
    QVERIFY(!run.options.tree.automatic);
    run = {};
    run.draft = "none";
    resolveModels(run);
    QCOMPARE(run.options.gamma, 0);
    qunsetenv("SPECULA_MODELS");
}

void TestFiles::onlyFilesAreLookedUpAsDrafts() {
    for (const char* rule : {"none", "ngram", "ngram:5", "early-exit:3", "skip:2-3", "oracle:0.5"})
        QVERIFY(isDraftRule(rule));
    for (const char* path : {"", "model.gguf", "./ngram", "org/name"}) QVERIFY(!isDraftRule(path));
}

QTEST_GUILESS_MAIN(TestFiles)
#include "test_files.moc"
