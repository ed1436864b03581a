#include "tests/app/hub/hub_fixture.h"

#include <QLockFile>

#include "app/hub/hub_cache.h"
#include "app/hub/speed_meter.h"

using namespace specula;
using namespace Qt::StringLiterals;

class TestDownloads : public QObject {
    Q_OBJECT

private slots:
    void theCacheIsLaidOutAsOtherToolsExpect();
    void aModelAppearsOnlyWhenItIsWhole();
    void aNestedReferenceAndFoldersAreKept();
    void withoutLinksFilesLieInTheSnapshot();
    void whatIsThereIsNotFetchedAgain();
    void aFileOfAnotherProgramIsLinkedTo();
    void aPartIsGoneOnFromAfterARestart();
    void pauseKeepsThePartAndResumeGoesOn();
    void twoEntriesComeOneAfterAnother();
    void aFailureDoesNotStopTheQueue();
    void removingKeepsThePart();
    void retryAfterAFailureGoesOn();
    void chosenFilesAreFetched();
    void aFileThatIsNotListedIsRefused();
    void aGgufRepositoryEndsAtItsFile();
    void aLockOfAnotherProgramIsRespected();
    void anAbandonedLockIsTakenOver();
    void aFullDiskIsToldBeforehand();
    void progressAddsUp();
    void speedIsThatOfTheLastSeconds();
};

void TestDownloads::theCacheIsLaidOutAsOtherToolsExpect() {
    HubFixture f;
    f.addModel();
    const DownloadRow row = f.fetch();
    QVERIFY_DONE(row);
    QCOMPARE(row.path, f.at(u"snapshots/"_s + QLatin1StringView(FakeHub::kCommit)));
    QCOMPARE(contentOf(f.at(u"refs/main"_s)), QByteArray(FakeHub::kCommit));
    for (const QString& name : {u"config.json"_s, u"tokenizer.json"_s, u"model.safetensors"_s}) {
        QCOMPARE(contentOf(f.blob(name)), f.hub.content(name));
        QVERIFY(QFileInfo(f.entry(name)).isSymbolicLink());
        QCOMPARE(linkText(f.entry(name)), "../../blobs/"_L1 + f.hub.etag(name));
        QCOMPARE(contentOf(f.entry(name)), f.hub.content(name));
    }
    QCOMPARE(QDir(f.at(u"blobs"_s)).entryList(QDir::Files).size(), 3);
    QVERIFY(contentOf(f.settings.cache + "/CACHEDIR.TAG"_L1).startsWith("Signature: 8a477f597d28d172"));
    QVERIFY(QDir(f.settings.cache + "/.locks/models--org--name"_L1).entryList(QDir::Files).isEmpty());
    const auto models = cachedModels(f.settings.cache);
    QCOMPARE(models.size(), std::size_t{1});
    QCOMPARE(models[0].name, u"org/name"_s);
    QCOMPARE(models[0].path, row.path);
}

void TestDownloads::aModelAppearsOnlyWhenItIsWhole() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (request.verb != "GET" || !request.path.contains("signature")) return false;
        reply.status = 404;
        return true;
    };
    QVERIFY_FAILED(f.fetch(), "model.safetensors");
    QVERIFY(QFileInfo::exists(f.blob(u"config.json"_s)));
    QVERIFY(!QFileInfo::exists(f.at(u"refs/main"_s)));
    QVERIFY(cachedModels(f.settings.cache).empty());
}

void TestDownloads::aNestedReferenceAndFoldersAreKept() {
    HubFixture f;
    f.addModel(1000);
    f.hub.add(u"additional_chat_templates/tool use.jinja"_s, "{{ messages }}");
    QVERIFY_DONE(f.fetch({}, u"refs/pr/1"_s));
    QCOMPARE(contentOf(f.at(u"refs/refs/pr/1"_s)), QByteArray(FakeHub::kCommit));
    QVERIFY(!QFileInfo::exists(f.at(u"refs/main"_s)));
    const QString nested = f.entry(u"additional_chat_templates/tool use.jinja"_s);
    QVERIFY(linkText(nested).startsWith("../../../blobs/"_L1));
    QCOMPARE(contentOf(nested), QByteArray("{{ messages }}"));
}

void TestDownloads::withoutLinksFilesLieInTheSnapshot() {
    HubFixture f;
    f.addModel();
    f.settings.links = false;
    QVERIFY_DONE(f.fetch());
    QVERIFY(!QFileInfo(f.entry(u"model.safetensors"_s)).isSymbolicLink());
    QCOMPARE(contentOf(f.entry(u"model.safetensors"_s)), f.hub.content(u"model.safetensors"_s));
    f.hub.hub().forget();
    QVERIFY_DONE(f.fetch());
    QCOMPARE(f.hub.hub().count("HEAD", "/resolve/"), 0);
}

void TestDownloads::whatIsThereIsNotFetchedAgain() {
    HubFixture f;
    f.addModel();
    QVERIFY_DONE(f.fetch());
    f.hub.hub().forget();
    f.hub.storage().forget();
    const DownloadRow row = f.fetch();
    QVERIFY_DONE(row);
    QCOMPARE(row.done, row.bytes);
    QCOMPARE(f.hub.hub().count("GET", "/resolve/"), 0);
    QVERIFY(f.hub.storage().log().isEmpty());
    for (const HubFile& file : f.list().files) QVERIFY2(file.present, qPrintable(file.name));
}

void TestDownloads::aFileOfAnotherProgramIsLinkedTo() {
    HubFixture f;
    f.addModel();
    writeFileAt(f.blob(u"model.safetensors"_s), f.hub.content(u"model.safetensors"_s));
    writeFileAt(f.blob(u"config.json"_s), "too short");
    QVERIFY_DONE(f.fetch());
    QVERIFY(f.hub.storage().log().isEmpty());
    QCOMPARE(contentOf(f.entry(u"model.safetensors"_s)), f.hub.content(u"model.safetensors"_s));
    // A blob of the wrong size is none.
    QCOMPARE(contentOf(f.entry(u"config.json"_s)), f.hub.content(u"config.json"_s));
}

void TestDownloads::aPartIsGoneOnFromAfterARestart() {
    HubFixture f;
    f.addModel(3'000'000);
    const QByteArray whole = f.hub.content(u"model.safetensors"_s);
    writeFileAt(f.part(u"model.safetensors"_s), whole.left(2'500'000));
    QVERIFY_DONE(f.fetch());
    QCOMPARE(contentOf(f.entry(u"model.safetensors"_s)), whole);
    QCOMPARE(f.hub.storage().log().size(), 1);
    QCOMPARE(f.hub.storage().log()[0].rangeStart(), 2'500'000);
    QVERIFY(!QFileInfo::exists(f.part(u"model.safetensors"_s)));
}

void TestDownloads::pauseKeepsThePartAndResumeGoesOn() {
    HubFixture f;
    f.addModel();
    bool stall = true;
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (!stall || request.verb != "GET" || !request.path.contains("signature")) return false;
        reply.body = f.hub.content(u"model.safetensors"_s);
        reply.headers << "Content-Length: 300000";
        reply.stallAfter = 100'000;
        return true;
    };
    Downloads downloads(f.settings);
    const int id = downloads.add(u"org/name"_s);
    QTRY_COMPARE(QFileInfo(f.part(u"model.safetensors"_s)).size(), 100'000);
    downloads.pause(id);
    DownloadRow row = downloads.rows()[0];
    QCOMPARE(row.state, DownloadState::Paused);
    QVERIFY(row.done > 100'000 && row.done < row.bytes);
    QCOMPARE(row.bytesPerSecond, 0.0);
    QTest::qWait(50);
    QCOMPARE(downloads.rows()[0].state, DownloadState::Paused);
    QVERIFY(QDir(f.settings.cache + "/.locks/models--org--name"_L1).entryList(QDir::Files).isEmpty());
    stall = false;
    downloads.resume(id);
    QCOMPARE(downloads.rows()[0].state, DownloadState::Queued);
    row = HubFixture::endOf(downloads);
    QVERIFY_DONE(row);
    QCOMPARE(f.hub.storage().log().back().rangeStart(), 100'000);
    QCOMPARE(contentOf(f.entry(u"model.safetensors"_s)), f.hub.content(u"model.safetensors"_s));
}

void TestDownloads::twoEntriesComeOneAfterAnother() {
    HubFixture f;
    f.addModel();
    Downloads downloads(f.settings);
    QList<int> ended;
    bool together = false;
    connect(&downloads, &Downloads::finished, &downloads, [&](int id) { ended << id; });
    connect(&downloads, &Downloads::rowChanged, &downloads, [&](const DownloadRow&) {
        int running = 0;
        for (const DownloadRow& row : downloads.rows())
            running += row.state == DownloadState::Running ? 1 : 0;
        together = together || running > 1;
    });
    const int first = downloads.add(u"org/name"_s, {}, {u"tokenizer.json"_s});
    const int second = downloads.add(u"org/name"_s, {}, {u"model.safetensors"_s});
    QVERIFY(first != second);
    QCOMPARE(downloads.rows()[1].state, DownloadState::Queued);
    QTRY_COMPARE(ended, (QList<int>{first, second}));
    QVERIFY(!together);
    QVERIFY_DONE(downloads.rows()[0]);
    QVERIFY_DONE(downloads.rows()[1]);
}

void TestDownloads::aFailureDoesNotStopTheQueue() {
    HubFixture f;
    f.addModel();
    Downloads downloads(f.settings);
    downloads.add(u"org/other"_s);
    downloads.add(u"org/name"_s);
    QTRY_COMPARE(downloads.rows()[1].state, DownloadState::Done);
    QVERIFY_FAILED(downloads.rows()[0], "org/other");
}

void TestDownloads::removingKeepsThePart() {
    HubFixture f;
    f.addModel();
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (request.verb != "GET" || !request.path.contains("signature")) return false;
        reply.body = f.hub.content(u"model.safetensors"_s);
        reply.stallAfter = 70'000;
        reply.headers << "Content-Length: 300000";
        return true;
    };
    Downloads downloads(f.settings);
    const int id = downloads.add(u"org/name"_s);
    QSignalSpy removed(&downloads, &Downloads::rowRemoved);
    QTRY_COMPARE(QFileInfo(f.part(u"model.safetensors"_s)).size(), 70'000);
    downloads.remove(id);
    QCOMPARE(removed.size(), 1);
    QVERIFY(downloads.rows().empty());
    QTest::qWait(30);
    QCOMPARE(QFileInfo(f.part(u"model.safetensors"_s)).size(), 70'000);
}

void TestDownloads::retryAfterAFailureGoesOn() {
    HubFixture f;
    f.addModel();
    bool broken = true;
    f.hub.misbehave = [&](const WireRequest& request, WireReply& reply) {
        if (!broken || request.verb != "GET" || !request.path.contains("signature")) return false;
        if (request.rangeStart() > 0) {
            reply.status = 503;
            return true;
        }
        reply.body = f.hub.content(u"model.safetensors"_s);
        reply.cutAfter = 50'000;
        return true;
    };
    Downloads downloads(f.settings);
    const int id = downloads.add(u"org/name"_s);
    DownloadRow row = HubFixture::endOf(downloads);
    QVERIFY_FAILED(row, "50 kB are kept, and a retry goes on from there");
    broken = false;
    downloads.resume(id);
    row = HubFixture::endOf(downloads);
    QVERIFY_DONE(row);
    QCOMPARE(f.hub.storage().log().back().rangeStart(), 50'000);
}

void TestDownloads::chosenFilesAreFetched() {
    HubFixture f;
    f.addModel();
    f.hub.add(u"README.md"_s, "words");
    const DownloadRow row = f.fetch({u"README.md"_s});
    QVERIFY_DONE(row);
    QCOMPARE(row.fileCount, 1);
    QCOMPARE(QDir(row.path).entryList(QDir::Files), QStringList{u"README.md"_s});
}

void TestDownloads::aFileThatIsNotListedIsRefused() {
    HubFixture f;
    f.addModel();
    QVERIFY_FAILED(f.fetch({u"../../../secrets"_s}), "there is no file '../../../");
    QCOMPARE(f.hub.hub().count("HEAD", ""), 0);
}

void TestDownloads::aGgufRepositoryEndsAtItsFile() {
    HubFixture f;
    f.hub.add(u"model-Q8_0.gguf"_s, noise(9000), true);
    const DownloadRow row = f.fetch();
    QVERIFY_DONE(row);
    QCOMPARE(row.path, f.entry(u"model-Q8_0.gguf"_s));
    f.hub.add(u"model-Q5_0.gguf"_s, noise(8000), true);
    QVERIFY_FAILED(f.fetch(), "choose one of its files: model-Q5_0.gguf, model-Q8_0.gguf");
}

void TestDownloads::aLockOfAnotherProgramIsRespected() {
    HubFixture f;
    f.addModel();
    const QString lock =
        f.settings.cache + "/.locks/models--org--name/"_L1 + f.hub.etag(u"config.json"_s) + ".lock"_L1;
    QDir().mkpath(QFileInfo(lock).path());
    QLockFile other(lock);
    QVERIFY(other.tryLock(0));
    QVERIFY_FAILED(f.fetch(), "another program is fetching this file");
    QCOMPARE(f.hub.hub().count("GET", "/resolve/"), 0);
    QVERIFY(other.isLocked() && QFileInfo::exists(lock));
    other.unlock();
    QVERIFY_DONE(f.fetch());
}

void TestDownloads::anAbandonedLockIsTakenOver() {
    HubFixture f;
    f.addModel();
    const QString lock =
        f.settings.cache + "/.locks/models--org--name/"_L1 + f.hub.etag(u"config.json"_s) + ".lock"_L1;
    writeFileAt(lock, {});
    QFile file(lock);
    QVERIFY(file.open(QIODevice::ReadWrite));
    QVERIFY(file.setFileTime(QDateTime::currentDateTime().addSecs(-60), QFileDevice::FileModificationTime));
    file.close();
    QVERIFY_DONE(f.fetch());
}

void TestDownloads::aFullDiskIsToldBeforehand() {
    HubFixture f;
    f.addModel(2'000'000);
    qint64 free = 1'200'000;
    f.settings.freeBytes = [&](const QString&) { return free; };
    QVERIFY_FAILED(f.fetch(), "needs 2.0 MB more on the disk of ");
    QVERIFY_FAILED(f.fetch(), "which has 1.2 MB free");
    QCOMPARE(f.hub.hub().count("HEAD", ""), 0);
    // What is there already needs no room.
    writeFileAt(f.part(u"model.safetensors"_s), f.hub.content(u"model.safetensors"_s).left(1'900'000));
    QVERIFY_DONE(f.fetch());
    // It also fills up while files come.
    HubFixture g;
    g.addModel(2'000'000);
    int asked = 0;
    g.settings.freeBytes = [&](const QString&) { return asked++ < 2 ? qint64{9'000'000} : qint64{10'000}; };
    QVERIFY_FAILED(g.fetch(), "model.safetensors: needs 2.0 MB more");
}

void TestDownloads::progressAddsUp() {
    HubFixture f;
    f.addModel();
    Downloads downloads(f.settings);
    QList<DownloadRow> seen;
    connect(&downloads, &Downloads::rowChanged, &downloads, [&](const DownloadRow& row) { seen << row; });
    downloads.add(u"org/name"_s);
    const DownloadRow row = HubFixture::endOf(downloads);
    QVERIFY_DONE(row);
    QCOMPARE(row.bytes, 300'000 + 5'000 + f.hub.content(u"config.json"_s).size());
    QCOMPARE(row.done, row.bytes);
    QCOMPARE(row.fileCount, 3);
    QCOMPARE(seen.front().state, DownloadState::Queued);
    QCOMPARE(seen.back().state, DownloadState::Done);
    qint64 last = 0;
    for (const DownloadRow& step : seen) {
        QVERIFY(step.done >= last);
        QVERIFY(step.bytes == 0 || step.done <= step.bytes);
        QVERIFY(step.fileDone <= step.fileBytes);
        last = step.done;
    }
}

void TestDownloads::speedIsThatOfTheLastSeconds() {
    SpeedMeter meter;
    QCOMPARE(meter.bytesPerSecond(), 0.0);
    QVERIFY(meter.secondsFor(100) < 0);
    for (int second = 0; second <= 20; ++second) meter.add(second * 1000, second * 1000);
    QCOMPARE(meter.bytesPerSecond(), 1000.0);
    QCOMPARE(meter.secondsFor(30'000), 30.0);
    for (int second = 21; second <= 26; ++second) meter.add(second * 1000, 20'000 + (second - 20) * 4000);
    QCOMPARE(meter.bytesPerSecond(), 4000.0);
    for (int second = 27; second <= 40; ++second) meter.add(second * 1000, 44'000);
    QCOMPARE(meter.bytesPerSecond(), 0.0);
    QVERIFY(meter.secondsFor(100) < 0);
}

QTEST_GUILESS_MAIN(TestDownloads)
#include "test_downloads.moc"
