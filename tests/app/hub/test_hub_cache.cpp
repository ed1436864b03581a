#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

#include "app/hub/hub_cache.h"
#include "app/hub/hub_settings.h"

using namespace specula;
using namespace Qt::StringLiterals;

namespace {

constexpr const char* kVariables[] = {"HF_HUB_CACHE",
                                      "HUGGINGFACE_HUB_CACHE",
                                      "HF_HOME",
                                      "XDG_CACHE_HOME",
                                      "HF_ENDPOINT",
                                      "HF_TOKEN",
                                      "HF_TOKEN_PATH",
                                      "HUGGING_FACE_HUB_TOKEN",
                                      "HF_HUB_OFFLINE",
                                      "HOME",
                                      "TRANSFORMERS_OFFLINE",
                                      "HF_HUB_DISABLE_IMPLICIT_TOKEN",
                                      "SPECULA_PLACE",
                                      "HF_HUB_DISABLE_SYMLINKS",
                                      "HF_HUB_DOWNLOAD_TIMEOUT",
                                      "HF_HUB_ETAG_TIMEOUT"};

const QString kFirst = QString(40, u'a');
const QString kSecond = QString(40, u'b');

void write(const QString& path, const QByteArray& content) {
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    QVERIFY2(file.open(QIODevice::WriteOnly), qPrintable(path));
    file.write(content);
}

void link(const QString& target, const QString& path) {
    QDir().mkpath(QFileInfo(path).path());
    std::filesystem::create_symlink(target.toStdString(), path.toStdString());
}

}  // namespace

class TestHubCache : public QObject {
    Q_OBJECT

private slots:
    void init();
    void cleanup();
    void theCacheIsWhereTheVariablesSay_data();
    void theCacheIsWhereTheVariablesSay();
    void modelsAreFoundByMain();
    void withoutMainAnotherReferenceOrTheNewestServes();
    void aRevisionIsFoundByNameOrCommit();
    void brokenModelsAreSkippedWithAReason_data();
    void brokenModelsAreSkippedWithAReason();
    void foldersThatAreNoModelsAreIgnored();
    void blobsMayBeSharedOrElsewhere();
    void aMissingBlobIsAMissingFile();
    void aCacheThatIsNotThereIsEmpty();
    void namesAreToldFromPaths();
    void aLoneGgufIsWhatToOpen();
    void settingsComeFromTheEnvironment();
    void theTokenComesFromTheEnvironmentOrItsFile();
    void anEndpointThatIsNoneIsAProblem_data();
    void anEndpointThatIsNoneIsAProblem();

private:
    QString model(const QString& path) const { return cache() + "/models--org--name/"_L1 + path; }
    QString cache() const { return m_folder->filePath(u"hub"_s); }
    /// A file of a snapshot as a link to its blob.
    void addFile(const QString& commit, const QString& name, const QByteArray& content);
    CacheLookup look(const QString& name) const { return inHubCache(name, cache()); }

    std::unique_ptr<QTemporaryDir> m_folder;
    QMap<QByteArray, QByteArray> m_before;
};

void TestHubCache::init() {
    m_folder = std::make_unique<QTemporaryDir>();
    m_before.clear();
    for (const char* name : kVariables) {
        if (qEnvironmentVariableIsSet(name)) m_before[name] = qgetenv(name);
        qunsetenv(name);
    }
    qputenv("HOME", m_folder->path().toLocal8Bit());
}

void TestHubCache::cleanup() {
    for (const char* name : kVariables) {
        if (m_before.contains(name))
            qputenv(name, m_before[name]);
        else
            qunsetenv(name);
    }
}

void TestHubCache::addFile(const QString& commit, const QString& name, const QByteArray& content) {
    write(model("blobs/"_L1 + name + "-blob"_L1), content);
    link("../../blobs/"_L1 + name + "-blob"_L1, model("snapshots/"_L1 + commit + u'/' + name));
}

void TestHubCache::theCacheIsWhereTheVariablesSay_data() {
    QTest::addColumn<QStringList>("variables");
    QTest::addColumn<QString>("expected");
    QTest::newRow("none") << QStringList{} << u"~/.cache/huggingface/hub"_s;
    QTest::newRow("hub cache") << QStringList{u"HF_HUB_CACHE=/a"_s, u"HF_HOME=/b"_s} << u"/a"_s;
    QTest::newRow("old name") << QStringList{u"HUGGINGFACE_HUB_CACHE=/c"_s, u"HF_HOME=/b"_s} << u"/c"_s;
    QTest::newRow("new before old") << QStringList{u"HUGGINGFACE_HUB_CACHE=/c"_s, u"HF_HUB_CACHE=/a"_s}
                                    << u"/a"_s;
    QTest::newRow("home") << QStringList{u"HF_HOME=/b"_s, u"XDG_CACHE_HOME=/x"_s} << u"/b/hub"_s;
    QTest::newRow("cache home") << QStringList{u"XDG_CACHE_HOME=/x"_s} << u"/x/huggingface/hub"_s;
    QTest::newRow("tilde") << QStringList{u"HF_HUB_CACHE=~/models"_s} << u"~/models"_s;
    QTest::newRow("tilde in home") << QStringList{u"HF_HOME=~/hf/"_s} << u"~/hf/hub"_s;
    QTest::newRow("tilde elsewhere") << QStringList{u"HF_HUB_CACHE=/a/~b"_s} << u"/a/~b"_s;
    QTest::newRow("variable") << QStringList{u"SPECULA_PLACE=/disk"_s, u"HF_HUB_CACHE=$SPECULA_PLACE/hub"_s}
                              << u"/disk/hub"_s;
    QTest::newRow("braces") << QStringList{u"SPECULA_PLACE=disk"_s, u"HF_HOME=/${SPECULA_PLACE}2"_s}
                            << u"/disk2/hub"_s;
    QTest::newRow("unknown variable")
        << QStringList{u"HF_HUB_CACHE=/$SPECULA_PLACE/x"_s} << u"/$SPECULA_PLACE/x"_s;
    QTest::newRow("empty counts as unset")
        << QStringList{u"HF_HUB_CACHE="_s, u"HF_HOME="_s} << u"~/.cache/huggingface/hub"_s;
}

void TestHubCache::theCacheIsWhereTheVariablesSay() {
    QFETCH(QStringList, variables);
    QFETCH(QString, expected);
    for (const QString& variable : variables) {
        const auto equals = variable.indexOf(u'=');
        qputenv(variable.left(equals).toLatin1().constData(), variable.mid(equals + 1).toLocal8Bit());
    }
    QCOMPARE(hubCache(), expected.startsWith(u'~') ? m_folder->path() + expected.mid(1) : expected);
}

void TestHubCache::modelsAreFoundByMain() {
    addFile(kFirst, u"config.json"_s, "{}");
    addFile(kSecond, u"config.json"_s, "{}");
    write(model(u"refs/main"_s), kFirst.toLatin1() + "\n");
    write(model(u"refs/other"_s), kSecond.toLatin1());
    write(cache() + "/models--gpt2/refs/main"_L1, kFirst.toLatin1());
    write(cache() + "/models--gpt2/snapshots/"_L1 + kFirst + "/config.json"_L1, "{}");
    const auto models = cachedModels(cache());
    QCOMPARE(models.size(), std::size_t{2});
    QCOMPARE(models[0].name, u"gpt2"_s);
    QCOMPARE(models[1].name, u"org/name"_s);
    QCOMPARE(models[1].revision, kFirst);
    QCOMPARE(models[1].reference, u"main"_s);
    QCOMPARE(models[1].path, model("snapshots/"_L1 + kFirst));
    qputenv("HF_HUB_CACHE", cache().toLocal8Bit());
    QCOMPARE(cachedModels().size(), std::size_t{2});
    QVERIFY(look(u"gpt2"_s).model);
}

void TestHubCache::withoutMainAnotherReferenceOrTheNewestServes() {
    addFile(kFirst, u"config.json"_s, "{}");
    QCOMPARE(look(u"org/name"_s).model->revision, kFirst);
    QCOMPARE(look(u"org/name"_s).model->reference, QString());
    addFile(kSecond, u"config.json"_s, "{}");
    write(model(u"refs/v1.0"_s), kSecond.toLatin1());
    QCOMPARE(look(u"org/name"_s).model->revision, kSecond);
    QCOMPARE(look(u"org/name"_s).model->reference, u"v1.0"_s);
    // main is what counts, but not when it leads nowhere.
    write(model(u"refs/main"_s), QByteArray(40, 'c'));
    QCOMPARE(look(u"org/name"_s).model->reference, u"v1.0"_s);
    QVERIFY(!look(u"org/name@main"_s).model);
}

void TestHubCache::aRevisionIsFoundByNameOrCommit() {
    addFile(kFirst, u"config.json"_s, "{}");
    addFile(kSecond, u"config.json"_s, "{}");
    write(model(u"refs/main"_s), kFirst.toLatin1());
    write(model(u"refs/refs/pr/1"_s), kSecond.toLatin1());
    QCOMPARE(look(u"org/name@refs/pr/1"_s).model->revision, kSecond);
    QCOMPARE(look("org/name@"_L1 + kSecond).model->revision, kSecond);
    QCOMPARE(look(u"org/name@main"_s).model->revision, kFirst);
    QCOMPARE(look(u"org/name@v2"_s).reason, u"it has no refs/v2"_s);
    QCOMPARE(look("org/name@"_L1 + QString(40, u'c')).reason,
             "its snapshot "_L1 + QString(40, u'c') + " is missing"_L1);
    QVERIFY(!look(u"org/name@../main"_s).model);
    QVERIFY(!look(u"org/other"_s).model);
}

void TestHubCache::brokenModelsAreSkippedWithAReason_data() {
    QTest::addColumn<QString>("how");
    QTest::addColumn<QString>("reason");
    QTest::newRow("no reference") << u"nothing"_s << u"it has no refs/main"_s;
    QTest::newRow("dangling reference") << u"dangling"_s << u"its snapshot aaaa"_s;
    QTest::newRow("empty reference") << u"empty"_s << u"its refs/main holds no commit"_s;
    QTest::newRow("path as reference") << u"path"_s << u"its refs/main holds no commit"_s;
    QTest::newRow("binary reference") << u"binary"_s << u"its refs/main holds no commit"_s;
    QTest::newRow("folder as reference") << u"folder"_s << u"it has no refs/main"_s;
    QTest::newRow("empty snapshot") << u"bare"_s << u"holds no file"_s;
    QTest::newRow("file as snapshot") << u"file"_s << u"is missing"_s;
    QTest::newRow("all blobs gone") << u"gone"_s << u"holds no file"_s;
    QTest::newRow("link out") << u"out"_s << u"holds a link that leads out of the cache: passwd"_s;
    QTest::newRow("snapshot elsewhere") << u"elsewhere"_s << u"leads out of the cache"_s;
    QTest::newRow("link to itself") << u"circle"_s << u"holds no file"_s;
}

void TestHubCache::brokenModelsAreSkippedWithAReason() {
    QFETCH(QString, how);
    QFETCH(QString, reason);
    QDir().mkpath(model(u"refs"_s));
    const QString snapshot = model("snapshots/"_L1 + kFirst);
    if (how != "nothing"_L1 && how != "folder"_L1) write(model(u"refs/main"_s), kFirst.toLatin1());
    if (how == "empty"_L1) write(model(u"refs/main"_s), {});
    if (how == "path"_L1) write(model(u"refs/main"_s), "../../../../etc");
    if (how == "binary"_L1) write(model(u"refs/main"_s), QByteArray(100'000, '\0'));
    if (how == "folder"_L1) QDir().mkpath(model(u"refs/main"_s));
    if (how == "bare"_L1) QDir().mkpath(snapshot + "/folder"_L1);
    if (how == "file"_L1) write(snapshot, "x");
    if (how == "gone"_L1) link(u"../../blobs/none"_s, snapshot + "/config.json"_L1);
    if (how == "circle"_L1) link(u"config.json"_s, snapshot + "/config.json"_L1);
    if (how == "out"_L1) {
        addFile(kFirst, u"config.json"_s, "{}");
        link(u"/etc/passwd"_s, snapshot + "/passwd"_L1);
    }
    if (how == "elsewhere"_L1) {
        write(m_folder->filePath(u"private/diary.txt"_s), "x");
        link(m_folder->filePath(u"private"_s), snapshot);
    }
    const CacheLookup lookup = look(u"org/name"_s);
    QVERIFY(!lookup.model);
    QVERIFY2(lookup.reason.contains(reason), qPrintable(lookup.reason));
    QVERIFY(cachedModels(cache()).empty());
}

void TestHubCache::foldersThatAreNoModelsAreIgnored() {
    for (const char* name : {"datasets--org--name", "models--", "models----", "models--a--b--c",
                             "models--a b", "blobs", ".locks", "models--..--x"}) {
        const QString folder = cache() + u'/' + QString::fromLatin1(name);
        write(folder + "/refs/main"_L1, kFirst.toLatin1());
        write(folder + "/snapshots/"_L1 + kFirst + "/config.json"_L1, "{}");
    }
    write(cache() + "/models--org--file"_L1, "no folder");
    QVERIFY(cachedModels(cache()).empty());
}

void TestHubCache::blobsMayBeSharedOrElsewhere() {
    write(model(u"refs/main"_s), kFirst.toLatin1());
    // Newer clients share blobs between models; people move the blobs of a large one to another disk.
    write(cache() + "/blobs/ab/content"_L1, "shared");
    link(cache() + "/blobs/ab/content"_L1, model(u"blobs/x"_s));
    link(u"../../blobs/x"_s, model("snapshots/"_L1 + kFirst + "/config.json"_L1));
    QVERIFY2(look(u"org/name"_s).model, qPrintable(look(u"org/name"_s).reason));
    QDir().rename(model(u"blobs"_s), m_folder->filePath(u"disk"_s));
    link(m_folder->filePath(u"disk"_s), model(u"blobs"_s));
    QVERIFY2(look(u"org/name"_s).model, qPrintable(look(u"org/name"_s).reason));
}

void TestHubCache::aMissingBlobIsAMissingFile() {
    write(model(u"refs/main"_s), kFirst.toLatin1());
    addFile(kFirst, u"config.json"_s, "{}");
    link(u"../../blobs/none"_s, model("snapshots/"_L1 + kFirst + "/model.safetensors"_L1));
    QVERIFY(look(u"org/name"_s).model);
}

void TestHubCache::aCacheThatIsNotThereIsEmpty() {
    QVERIFY(cachedModels(m_folder->filePath(u"nothing"_s)).empty());
    write(cache(), "a file");
    QVERIFY(cachedModels(cache()).empty());
    QCOMPARE(look(u"org/name"_s).reason, u"the cache has no such model"_s);
}

void TestHubCache::namesAreToldFromPaths() {
    for (const char* name : {"org/name", "a/b", "HuggingFaceTB/SmolLM2-135M-Instruct", "org/name@main",
                             "org/name@refs/pr/1", "o_1/n.2"})
        QVERIFY2(looksLikeHubName(QString::fromLatin1(name)), name);
    for (const char* path :
         {"", "name", "/org/name", "./name", "../name", "a/b/c", "org/", "/name", "org/na me", "org/name:x",
          "org\\name", "C:/name", "~/models", "org/name@", "org/name@..", "org/-name", "a--b/c"})
        QVERIFY2(!looksLikeHubName(QString::fromLatin1(path)), path);
}

void TestHubCache::aLoneGgufIsWhatToOpen() {
    const QString folder = m_folder->filePath(u"snapshot"_s);
    write(folder + "/README.md"_L1, "x");
    QCOMPARE(modelPathOf(folder), folder);
    write(folder + "/a.gguf"_L1, "x");
    QCOMPARE(modelPathOf(folder), folder + "/a.gguf"_L1);
    write(folder + "/b.gguf"_L1, "x");
    QCOMPARE(modelPathOf(folder), folder);
    QFile::remove(folder + "/b.gguf"_L1);
    write(folder + "/model.safetensors"_L1, "x");
    QCOMPARE(modelPathOf(folder), folder);
}

void TestHubCache::settingsComeFromTheEnvironment() {
    HubSettings settings = HubSettings::fromEnvironment();
    QCOMPARE(settings.endpoint, QUrl(u"https://huggingface.co"_s));
    QCOMPARE(settings.cache, m_folder->filePath(u".cache/huggingface/hub"_s));
    QVERIFY(!settings.offline && settings.links && settings.problem.isEmpty());
    QCOMPARE(settings.stallMs, 10'000);
    qputenv("HF_ENDPOINT", "http://127.0.0.1:8080/mirror//");
    qputenv("HF_HUB_DOWNLOAD_TIMEOUT", "25");
    qputenv("HF_HUB_ETAG_TIMEOUT", "x");
    qputenv("HF_HUB_DISABLE_SYMLINKS", "1");
    settings = HubSettings::fromEnvironment();
    QCOMPARE(settings.address("/api"), QUrl(u"http://127.0.0.1:8080/mirror/api"_s));
    QCOMPARE(settings.stallMs, 25'000);
    QCOMPARE(settings.answerMs, 10'000);
    QVERIFY(!settings.links);
    for (const char* on : {"1", "true", "YES", "On"}) {
        qputenv("HF_HUB_OFFLINE", on);
        QVERIFY2(HubSettings::fromEnvironment().offline, on);
    }
    for (const char* off : {"0", "false", "no", "2"}) {
        qputenv("HF_HUB_OFFLINE", off);
        QVERIFY2(!HubSettings::fromEnvironment().offline, off);
    }
    qunsetenv("HF_HUB_OFFLINE");
    qputenv("TRANSFORMERS_OFFLINE", "1");
    QVERIFY(HubSettings::fromEnvironment().offline);
}

void TestHubCache::theTokenComesFromTheEnvironmentOrItsFile() {
    const auto token = [] { return HubSettings::fromEnvironment().currentToken(); };
    QCOMPARE(token(), QByteArray());
    write(m_folder->filePath(u".cache/huggingface/token"_s), "hf_default\n");
    QCOMPARE(token(), QByteArray("hf_default"));
    write(m_folder->filePath(u"other"_s), " hf_other \r\n");
    qputenv("HF_TOKEN_PATH", "~/other");
    QCOMPARE(token(), QByteArray("hf_other"));
    qputenv("HUGGING_FACE_HUB_TOKEN", "hf_old");
    QCOMPARE(token(), QByteArray("hf_old"));
    qputenv("HF_TOKEN", "hf_direct\n");
    QCOMPARE(token(), QByteArray("hf_direct"));
    qputenv("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1");
    QCOMPARE(token(), QByteArray());
}

void TestHubCache::anEndpointThatIsNoneIsAProblem_data() {
    QTest::addColumn<QByteArray>("text");
    for (const char* text : {"huggingface.co", "ftp://x.org", "https://", "https://user:password@x.org",
                             "https://x.org/?a=b", "file:///x", "https://x.org/#y", "http://[::"})
        QTest::newRow(text) << QByteArray(text);
}

void TestHubCache::anEndpointThatIsNoneIsAProblem() {
    QFETCH(QByteArray, text);
    qputenv("HF_ENDPOINT", text);
    const HubSettings settings = HubSettings::fromEnvironment();
    QVERIFY(settings.problem.startsWith("HF_ENDPOINT: expected an address"_L1));
    QVERIFY(!settings.problem.contains("password"_L1));
}

QTEST_GUILESS_MAIN(TestHubCache)
#include "test_hub_cache.moc"
