// The models of this machine as the program describes them: the real engine behind the worker, and `models`.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include "app/catalogue.h"
#include "app/engine_catalogue.h"

using nlohmann::json;
using namespace specula;

namespace {

QString data(const char* name) {
    const QString shared = QStringLiteral(SPECULA_FIXTURES);
    return (shared.isEmpty() ? QStringLiteral(SPECULA_TEST_DATA) : shared) + QLatin1Char('/') +
           QString::fromLatin1(name);
}

void copyFolder(const QString& from, const QString& to) {
    if (!QDir().mkpath(to)) qFatal("cannot make a folder");
    for (const QFileInfo& file : QDir(from).entryInfoList(QDir::Files)) {
        if (!QFile::copy(file.filePath(), to + QLatin1Char('/') + file.fileName())) qFatal("cannot copy");
    }
}

struct Outcome {
    int status = -1;
    QByteArray out;
    QString err;

    json document() const { return json::parse(out.toStdString()); }
};

Outcome models(const QStringList& arguments) {
    QProcess process;
    process.start(QStringLiteral(SPECULA_PROGRAM), QStringList{QStringLiteral("models")} + arguments);
    Outcome outcome;
    if (!process.waitForFinished(120'000) || process.exitStatus() != QProcess::NormalExit) return outcome;
    outcome.status = process.exitCode();
    outcome.out = process.readAllStandardOutput();
    outcome.err = QString::fromUtf8(process.readAllStandardError());
    return outcome;
}

const json* named(const json& list, const char* name) {
    for (const json& each : list) {
        if (each["name"] == name) return &each;
    }
    return nullptr;
}

const json* pairOf(const json& document, const char* target, const char* draft) {
    for (const json& pair : document["pairs"]) {
        if (pair["target"] == target && pair["draft"] == draft) return &pair;
    }
    return nullptr;
}

constexpr const char* kTinyTarget = "Tiny stories (target)";
constexpr const char* kTinyDraft = "Tiny stories (draft)";

}  // namespace

class TestModels : public QObject {
    Q_OBJECT

private slots:
    void initTestCase();
    void theWorkerDescribesWithTheEngine();
    void theProgramListsFoldersAndTheCache();
    void theProgramSaysWhichPairsFit();
    void theProgramPrintsDetails();
    void badUseEndsWithTwoAndOneLine();

private:
    QString at(const char* name) const { return m_folder.filePath(QString::fromLatin1(name)); }

    QTemporaryDir m_folder;
};

/// m/: llama, llama_draft, a broken one and a GGUF; hub/: llama as org/llama.
void TestModels::initTestCase() {
    copyFolder(data("models/llama"), at("m/llama"));
    copyFolder(data("models/llama_draft"), at("m/deep/er/llama_draft"));
    copyFolder(data("malformed/t_missing"), at("m/broken"));
    copyFolder(data("gguf/q4_1_spm"), at("m/toy"));
    const QString commit(40, QLatin1Char('c'));
    copyFolder(data("models/llama"), at("hub/models--org--llama/snapshots/") + commit);
    QVERIFY(QDir().mkpath(at("hub/models--org--llama/refs")));
    QFile reference(at("hub/models--org--llama/refs/main"));
    QVERIFY(reference.open(QIODevice::WriteOnly) && reference.write(commit.toLatin1()) == 40);
    reference.close();
    qputenv("HF_HUB_CACHE", at("hub").toLocal8Bit());
    qputenv("SPECULA_MODELS", at("none").toLocal8Bit());
}

void TestModels::theWorkerDescribesWithTheEngine() {
    CatalogueWorker worker(engineCatalogue());
    QSignalSpy ready(&worker, &CatalogueWorker::entriesReady), pairs(&worker, &CatalogueWorker::pairsReady),
        details(&worker, &CatalogueWorker::detailsReady), idle(&worker, &CatalogueWorker::idle);
    worker.scan({at("m").toStdString()});
    QVERIFY(QTest::qWaitFor([&] { return ready.size() == 1; }, 60'000));
    const auto entries = ready.front().front().value<std::vector<ModelEntry>>();
    QStringList names;
    for (const ModelEntry& entry : entries) {
        names << QString::fromStdString(entry.name);
        QCOMPARE(entry.usable(), entry.name != "broken");
        QCOMPARE(entry.memory.empty(), !entry.usable());
    }
    QCOMPARE(names.mid(names.size() - 5),
             (QStringList{QStringLiteral("org/llama"), QStringLiteral("broken"), QStringLiteral("llama"),
                          QStringLiteral("llama_draft"), QStringLiteral("model")}));
    worker.pairs();
    worker.details(entries[0].path);
    QVERIFY(
        QTest::qWaitFor([&] { return pairs.size() == 1 && details.size() == 1 && idle.size() > 0; }, 60'000));
    const auto cells = pairs.front().front().value<std::vector<PairCell>>();
    const auto usable = entries.size() - 1;
    constexpr std::size_t kHeads = 1;  // the default target's draft: never a target itself
    QCOMPARE(cells.size(), (usable - kHeads) * (usable - 1));
    const auto shown = details.front().front().value<ModelDetails>();
    QCOMPARE(shown.entry.name, entries[0].name);
    QCOMPARE(shown.entry.source, entries[0].source);
    QVERIFY(!shown.facts.empty() && !shown.settings.empty() && !shown.tensors.empty());
}

void TestModels::theProgramListsFoldersAndTheCache() {
    const Outcome outcome = models({at("m"), QStringLiteral("--json")});
    QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
    const json document = outcome.document();
    QVERIFY(document["memory_available_bytes"].get<std::int64_t>() > 0);
    const json& list = document["models"];
    for (const char* name : {kTinyTarget, kTinyDraft, "org/llama", "llama", "llama_draft", "broken", "model"})
        QVERIFY2(named(list, name), name);
    const json& llama = *named(list, "llama");
    QVERIFY(llama["architecture"] == "llama" && llama["format"] == "float32" && llama["vocabulary"] == 320);
    QVERIFY(llama["problem"].is_null() && llama["tokenizer"].is_null() && llama["memory"].size() == 4);
    QVERIFY(llama["memory"][0]["weights"] == "fp16" && llama["memory"][3]["weights"] == "fp32");
    QCOMPARE(QString::fromStdString(llama["path"].get<std::string>()), at("m/llama"));
    QVERIFY((*named(list, "org/llama"))["source"] == "Hugging Face cache");
    QVERIFY((*named(list, "model"))["format"] == "Q4_1");
    const auto problem = (*named(list, "broken"))["problem"].get<std::string>();
    QVERIFY2(problem.find("up_proj") != problem.npos, problem.c_str());
    QVERIFY(!document.contains("pairs"));
    const Outcome table = models({at("m")});
    QCOMPARE(table.status, 0);
    QVERIFY(table.out.contains("fits memory") && table.out.contains("up_proj"));
}

void TestModels::theProgramSaysWhichPairsFit() {
    const Outcome outcome = models({QStringLiteral("--pairs"), QStringLiteral("--json"), at("m")});
    QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
    const json document = outcome.document();
    QVERIFY((*pairOf(document, kTinyTarget, kTinyDraft))["compatible"] == true);
    const json& blind = *pairOf(document, "llama", "llama_draft");
    QVERIFY(blind["compatible"] == true && !blind["warnings"].empty() && blind["size_ratio"] < 1.0);
    const json& unequal = *pairOf(document, kTinyTarget, "llama");
    QVERIFY(unequal["compatible"] == false);
    QVERIFY(unequal["checks"].back()["passed"] == false && !unequal["checks"].back()["detail"].empty());
    for (const json& pair : document["pairs"]) {
        QVERIFY(!pair["checks"].empty());
        QVERIFY(pair["target"] != "broken" && pair["draft"] != "broken");
        QVERIFY(pair["target_path"] != pair["draft_path"]);
    }
    const Outcome text = models({QStringLiteral("--pairs"), at("m")});
    QVERIFY(text.out.contains("the draft has none") && text.out.contains("of the target's parameters"));
}

void TestModels::theProgramPrintsDetails() {
    for (const QString& which :
         {QStringLiteral("org/llama"), at("m/llama"), at("hub/models--org--llama/snapshots")}) {
        const Outcome outcome = models({QStringLiteral("--details"), which, QStringLiteral("--json")});
        QVERIFY2(outcome.status == 0, qPrintable(outcome.err));
        const json document = outcome.document();
        QCOMPARE(document["models"].size(), std::size_t{1});
        QVERIFY(document["models"][0]["architecture"] == "llama");
        const json& details = document["details"];
        QVERIFY(named(details["settings"], "hidden_size") && named(details["facts"], "Attention"));
        QVERIFY(named(details["tensors"], "model.embed_tokens.weight"));
    }
    const Outcome broken = models({QStringLiteral("--details"), at("m/broken")});
    QCOMPARE(broken.status, 0);
    QVERIFY(broken.out.contains("Cannot be used") && broken.out.contains("Tensors"));
}

void TestModels::badUseEndsWithTwoAndOneLine() {
    for (const QStringList& arguments :
         {QStringList{QStringLiteral("/nowhere/m")},
          {QStringLiteral("--details"), QStringLiteral("no-such")},
          {QStringLiteral("--details"), QStringLiteral("x"), QStringLiteral("--pairs")}}) {
        const Outcome outcome = models(arguments);
        QCOMPARE(outcome.status, 2);
        QVERIFY(outcome.out.isEmpty());
        QCOMPARE(outcome.err.count(QLatin1Char('\n')), 1);
    }
    QVERIFY(QDir().mkpath(at("empty")));
    const Outcome empty = models({at("empty"), QStringLiteral("--json")});
    QCOMPARE(empty.status, 0);
    QVERIFY2(empty.err.contains(QStringLiteral("no model found in")), qPrintable(empty.err));
}

QTEST_GUILESS_MAIN(TestModels)
#include "test_models.moc"
