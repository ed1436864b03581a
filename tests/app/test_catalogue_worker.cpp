#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <new>
#include <semaphore>
#include <thread>

#include "app/catalogue.h"
#include "app/catalogue_worker.h"

using namespace specula;

namespace {

ModelEntry entry(const std::string& name) {
    ModelEntry model;
    model.name = name;
    return model;
}

/// A reader without files; what is held back until release() stands for a large file.
struct FakeReader {
    std::atomic<int> described{0};
    std::atomic<bool> holding{false};
    std::counting_semaphore<> gate{0};
    std::counting_semaphore<> reached{0};

    void hold() {
        if (!holding) return;
        reached.release();
        gate.acquire();
    }
    CatalogueReader reader() {
        CatalogueReader r;
        r.find = [](const std::vector<std::string>& paths, const std::stop_token&) {
            std::vector<FoundModel> models;
            for (const std::string& path : paths) models.push_back({path, path, kSourceFolder});
            return models;
        };
        r.describe = [this](const FoundModel& model) {
            ++described;
            hold();
            if (model.name == "memory") throw std::bad_alloc();
            ModelEntry found = entry(model.name);
            found.path = model.path;
            return found;
        };
        r.details = [this](const FoundModel& model) {
            hold();
            ModelDetails details;
            details.entry = entry(model.name);
            details.entry.path = model.path;
            return details;
        };
        r.pairs = [this](const std::vector<ModelEntry>& entries, const std::stop_token&,
                         const CatalogueReader::Progress& progress) {
            progress(0.5, "comparing");
            hold();
            return std::vector<PairCell>(entries.size());
        };
        return r;
    }
};

std::vector<ModelEntry> entriesOf(const QSignalSpy& spy, qsizetype at) {
    return spy.at(at).front().value<std::vector<ModelEntry>>();
}

}  // namespace

class TestCatalogueWorker : public QObject {
    Q_OBJECT

private slots:
    void aScanAnswersWithEntries();
    void modelsThatDidNotChangeAreNotReadAgain();
    void lateResultsOfOlderRequestsAreDropped();
    void aNewScanWithdrawsPairs();
    void detailsDoNotWaitForTheScan();
    void requestsThatFailSaySo();
    void anObjectThatDiesWaitsForOneFileOnly();
};

void TestCatalogueWorker::aScanAnswersWithEntries() {
    FakeReader fake;
    CatalogueWorker worker(fake.reader());
    QSignalSpy ready(&worker, &CatalogueWorker::entriesReady), idle(&worker, &CatalogueWorker::idle),
        busy(&worker, &CatalogueWorker::busy), pairs(&worker, &CatalogueWorker::pairsReady),
        details(&worker, &CatalogueWorker::detailsReady);
    worker.scan({"a", "b"});
    worker.pairs();
    worker.details("b");
    QVERIFY(QTest::qWaitFor([&] { return idle.size() > 0; }));
    QCOMPARE(idle.size(), 1);
    QCOMPARE(ready.size(), 1);
    const auto entries = entriesOf(ready, 0);
    QCOMPARE(entries.size(), std::size_t{2});
    QCOMPARE(entries[1].name, std::string("b"));
    QCOMPARE(pairs.size(), 1);
    QCOMPARE(pairs.front().front().value<std::vector<PairCell>>().size(), std::size_t{2});
    QCOMPARE(details.size(), 1);
    QCOMPARE(details.front().front().value<ModelDetails>().entry.path, std::string("b"));
    QVERIFY(busy.size() >= 4);
}

void TestCatalogueWorker::modelsThatDidNotChangeAreNotReadAgain() {
    const QTemporaryDir folder;
    const std::string a = folder.filePath(QStringLiteral("a.gguf")).toStdString();
    const std::string b = folder.filePath(QStringLiteral("b.gguf")).toStdString();
    for (const std::string& path : {a, b}) std::ofstream(path) << "x";
    FakeReader fake;
    CatalogueWorker worker(fake.reader());
    QSignalSpy ready(&worker, &CatalogueWorker::entriesReady);
    const auto scanned = [&](std::vector<std::string> paths) {
        const qsizetype before = ready.size();
        worker.scan(std::move(paths));
        return QTest::qWaitFor([&] { return ready.size() > before; });
    };
    QVERIFY(scanned({a, b}));
    QVERIFY(scanned({a, b}));
    QCOMPARE(fake.described.load(), 2);
    std::ofstream(b) << "changed";
    QVERIFY(scanned({a, b}));
    QCOMPARE(fake.described.load(), 3);
    QVERIFY(scanned({b}));
    QVERIFY(scanned({a, b}));  // one that was gone is read again
    QCOMPARE(fake.described.load(), 4);
    QCOMPARE(entriesOf(ready, 4).size(), std::size_t{2});
}

void TestCatalogueWorker::lateResultsOfOlderRequestsAreDropped() {
    FakeReader fake;
    CatalogueWorker worker(fake.reader());
    QSignalSpy ready(&worker, &CatalogueWorker::entriesReady),
        details(&worker, &CatalogueWorker::detailsReady), idle(&worker, &CatalogueWorker::idle);
    fake.holding = true;
    worker.scan({"old"});
    fake.reached.acquire();  // being read
    worker.scan({"new", "newer"});
    worker.details("first");
    fake.holding = false;
    fake.gate.release();
    QVERIFY(QTest::qWaitFor([&] { return idle.size() > 0; }));
    QCOMPARE(ready.size(), 1);
    QCOMPARE(entriesOf(ready, 0).front().name, std::string("new"));

    details.clear();
    fake.holding = true;
    worker.details("old");
    fake.reached.acquire();
    worker.details("new");
    fake.holding = false;
    fake.gate.release();
    QVERIFY(QTest::qWaitFor([&] { return idle.size() > 1; }));
    QCOMPARE(details.size(), 1);
    QCOMPARE(details.front().front().value<ModelDetails>().entry.name, std::string("new"));
}

void TestCatalogueWorker::aNewScanWithdrawsPairs() {
    FakeReader fake;
    CatalogueWorker worker(fake.reader());
    QSignalSpy ready(&worker, &CatalogueWorker::entriesReady), pairs(&worker, &CatalogueWorker::pairsReady),
        idle(&worker, &CatalogueWorker::idle);
    worker.scan({"a"});
    QVERIFY(QTest::qWaitFor([&] { return ready.size() == 1; }));
    fake.holding = true;
    worker.pairs();
    fake.reached.acquire();
    worker.scan({"b", "c"});
    fake.holding = false;
    fake.gate.release();
    QVERIFY(QTest::qWaitFor([&] { return idle.size() > 0 && ready.size() == 2; }));
    QCOMPARE(pairs.size(), 0);
    worker.pairs();
    QVERIFY(QTest::qWaitFor([&] { return pairs.size() == 1; }));
    QCOMPARE(pairs.front().front().value<std::vector<PairCell>>().size(), std::size_t{2});
}

void TestCatalogueWorker::detailsDoNotWaitForTheScan() {
    FakeReader fake;
    CatalogueWorker worker(fake.reader());
    QStringList order;
    connect(&worker, &CatalogueWorker::entriesReady, this, [&] { order << QStringLiteral("entries"); });
    connect(&worker, &CatalogueWorker::detailsReady, this, [&] { order << QStringLiteral("details"); });
    fake.holding = true;
    worker.scan({"a", "b", "c"});
    fake.reached.acquire();
    worker.details("c");
    fake.holding = false;
    fake.gate.release();
    QVERIFY(QTest::qWaitFor([&] { return order.size() == 2; }));
    QCOMPARE(order, (QStringList{QStringLiteral("details"), QStringLiteral("entries")}));
}

void TestCatalogueWorker::requestsThatFailSaySo() {
    FakeReader fake;
    CatalogueWorker worker(fake.reader());
    QSignalSpy failed(&worker, &CatalogueWorker::failed), ready(&worker, &CatalogueWorker::entriesReady),
        idle(&worker, &CatalogueWorker::idle);
    worker.scan({"memory"});
    QVERIFY(QTest::qWaitFor([&] { return idle.size() > 0; }));
    QCOMPARE(failed.size(), 1);
    QVERIFY(failed.front().front().toString().contains(QStringLiteral("memory")));
    QCOMPARE(ready.size(), 0);
    worker.scan({"fine"});
    QVERIFY(QTest::qWaitFor([&] { return ready.size() == 1; }));
}

void TestCatalogueWorker::anObjectThatDiesWaitsForOneFileOnly() {
    FakeReader fake;
    auto worker = std::make_unique<CatalogueWorker>(fake.reader());
    fake.holding = true;
    worker->scan({"a", "b", "c", "d"});
    worker->pairs();
    fake.reached.acquire();
    // Let go only once the destructor waits: were another file opened after this one, it would wait for ever.
    std::jthread later([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        fake.gate.release();
    });
    worker.reset();
    QCOMPARE(fake.described.load(), 1);
    QCoreApplication::processEvents();  // nothing late may arrive at the dead object
}

QTEST_GUILESS_MAIN(TestCatalogueWorker)
#include "test_catalogue_worker.moc"
