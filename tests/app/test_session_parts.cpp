#include <QTest>

#include <QFile>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <bit>
#include <cstring>
#include <fstream>
#include <random>

#include <nlohmann/json.hpp>

#include "app/file_io.h"
#include "app/gzip.h"
#include "app/session_file.h"
#include "app/trace_json.h"
#include "app/weight_files.h"
#include "engine/trace/error.h"
#include "tests/app/sample_runs.h"

using namespace specula;
using nlohmann::json;

namespace {

std::string packed(std::string_view text) {
    std::string out;
    GzipStream stream([&out](std::string_view piece) { out += piece; });
    stream.write(text);
    stream.finish();
    return out;
}

// What the Error of this call says, "" if there is none.
template <typename Call>
std::string refusal(const Call& call) {
    try {
        call();
        return "";
    } catch (const Error& error) {
        return error.what();
    }
}

template <typename T>
bool sameBits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

RunRecord recordWithRows() {
    RunRecord record = samples::record();
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}})
        record.rounds[i].kept = samples::fullRows(record.rounds[i]);
    return record;
}

}  // namespace

class TestSessionParts : public QObject {
    Q_OBJECT

private slots:
    void whatIsPackedComesBackExactly();
    void aPackedSessionIsOpenedWhateverItsName();
    void everyCutOrChangedPackIsRefused();
    void aBombIsRefusedBeforeItFillsTheMemory();
    void fullRowsComeBackBitForBit();
    void rowsAreStoredOnlyWhenAskedFor();
    void damagedRowsAreRefusedWithThePlace_data();
    void damagedRowsAreRefusedWithThePlace();
    void aLaterVersionIsRefusedWithItsWriter();
    void filesFromBeforeThereWereIdentitiesAreRead();
    void hashesAreComputedOnceAndRemembered();
    void aChangedFileIsHashedAgain();
    void aStoppedHashIsAbsent();
    void aFullDiskLeavesTheOldSession();
};

void TestSessionParts::whatIsPackedComesBackExactly() {
    std::mt19937 random(1);
    for (const std::size_t size : {0, 1, 1000, 300'000, 3'000'000}) {
        std::string text(size, 'a');
        for (char& c : text) c = static_cast<char>(random() % 7 == 0 ? random() : 'x');
        const std::string bytes = packed(text);
        QVERIFY(isGzip(bytes));
        QVERIFY(gunzip(bytes, "f") == text);
    }
}

void TestSessionParts::aPackedSessionIsOpenedWhateverItsName() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("run.specula.json.gz")).toStdString();
    const std::string renamed = folder.filePath(QStringLiteral("run.json")).toStdString();
    writeSession(path, samples::record());
    QVERIFY(isGzip(readFile(path, 1 << 20)));
    QVERIFY(QFile::rename(QString::fromStdString(path), QString::fromStdString(renamed)));
    QCOMPARE(sessionText(readSession(renamed)), sessionText(samples::record()));
}

void TestSessionParts::everyCutOrChangedPackIsRefused() {
    const std::string text = sessionText(samples::record());
    const std::string bytes = packed(text);
    for (std::size_t length = 3; length < bytes.size(); length += 41) {
        const std::string why = refusal([&] { gunzip(bytes.substr(0, length), "run.gz"); });
        QVERIFY2(why.starts_with("run.gz: expected a whole gzip file"), why.c_str());
    }
    for (std::size_t at = 10; at < bytes.size(); at += 17) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x55);
        QVERIFY(!refusal([&] { gunzip(changed, "run.gz"); }).empty());
    }
    QVERIFY(!refusal([&] { gunzip(bytes + "more", "run.gz"); }).empty());
}

void TestSessionParts::aBombIsRefusedBeforeItFillsTheMemory() {
    const QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("bomb.json.gz"));
    std::string bytes;
    GzipStream stream([&bytes](std::string_view piece) { bytes += piece; });
    const std::string zeros(std::size_t{1} << 20, ' ');
    for (int i = 0; i < 200; ++i) stream.write(zeros);
    stream.finish();
    QVERIFY(bytes.size() < 300'000);
    writeFile(path.toStdString(), bytes);
    const std::string why = refusal([&] { readSession(path.toStdString()); });
    QVERIFY2(why.find("unpack to more than") != why.npos, why.c_str());
    QVERIFY(why.find('\n') == why.npos);
    // The bound on the size holds without the ratio's help.
    const InflateLimits tight{.maxBytes = 1000, .maxRatio = 1'000'000, .freeBytes = 1 << 20};
    QVERIFY(!refusal([&] { gunzip(packed(std::string(1001, 'a')), "f", tight); }).empty());
    QVERIFY(refusal([&] { gunzip(packed(std::string(1000, 'a')), "f", tight); }).empty());
}

void TestSessionParts::fullRowsComeBackBitForBit() {
    const RunRecord record = recordWithRows();
    const RunRecord back = sessionFromText(sessionText(record, StoredRows::Kept), "run.json");
    QVERIFY(!back.rounds[1].kept);
    for (const std::size_t i : {std::size_t{0}, std::size_t{2}}) {
        const KeptRows &was = *record.rounds[i].kept, &is = *back.rounds[i].kept;
        QCOMPARE(is.vocabulary, was.vocabulary);
        QCOMPARE(is.draftRowOf, was.draftRowOf);
        QVERIFY(sameBits(is.targetLogits, was.targetLogits) && sameBits(is.target, was.target));
        QVERIFY(sameBits(is.draftLogits, was.draftLogits) && sameBits(is.draft, was.draft));
        QVERIFY(sameBits(is.acceptCoins, was.acceptCoins));
        QCOMPARE(is.extraCoin, was.extraCoin);
    }
    QVERIFY(std::isinf(back.rounds[0].kept->draftLogits[0]));
    QVERIFY(std::signbit(back.rounds[0].kept->targetLogits[0]));
}

void TestSessionParts::rowsAreStoredOnlyWhenAskedFor() {
    const json document = json::parse(sessionText(recordWithRows()));
    for (const json& round : document["rounds"]) QVERIFY(!round.contains("full_rows"));
}

void TestSessionParts::damagedRowsAreRefusedWithThePlace_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    const auto row = [](const char* name, const char* key, const char* value) {
        QTest::newRow(name) << QString::fromLatin1(key) << QString::fromLatin1(value);
    };
    row("another encoding", "encoding", "\"base64-float64\"");
    row("no words", "vocabulary", "0");
    row("another vocabulary", "vocabulary", "8");
    row("huge vocabulary", "vocabulary", "4000000");
    row("too long", "target", "\"AAAA\"");
    row("not base64", "draft", "\"!!!!\"");
    row("missing", "target_logits", "null");
    row("a row that is not there", "draft_row_of", "[0,1,2,9,-1]");
    row("too few nodes", "draft_row_of", "[0,1]");
    row("a coin too few", "accept_coins", "[0.5]");
    row("a coin above one", "accept_coins", "[0.5,0.5,0.5,1.5]");
    row("no last coin", "extra_coin", "\"x\"");
}

void TestSessionParts::damagedRowsAreRefusedWithThePlace() {
    QFETCH(QString, key);
    QFETCH(QString, value);
    json document = json::parse(sessionText(recordWithRows(), StoredRows::Kept));
    document["rounds"][0]["full_rows"][key.toStdString()] = json::parse(value.toStdString());
    const std::string why = refusal([&] { sessionFromText(document.dump(), "run.json"); });
    QVERIFY2(why.starts_with("run.json: expected "), why.c_str());
    QVERIFY2(why.find("at rounds[0].full_rows.") != why.npos, why.c_str());
    QVERIFY(why.size() < 300);
}

void TestSessionParts::aLaterVersionIsRefusedWithItsWriter() {
    json document = json::parse(sessionText(samples::record()));
    document["version"] = 2;
    document["app_version"] = "3.1.4";
    const std::string why = refusal([&] { sessionFromText(document.dump(), "run.json"); });
    QVERIFY2(why.find("a later Specula (3.1.4) wrote this file") != why.npos, why.c_str());
}

void TestSessionParts::filesFromBeforeThereWereIdentitiesAreRead() {
    json document = json::parse(sessionText(samples::record()));
    for (const char* key : {"instruction_set", "started_at", "target_files", "draft_files"})
        document.erase(key);
    const RunRecord back = sessionFromText(document.dump(), "run.json");
    QVERIFY(back.targetFiles.empty() && back.instructionSet.empty() && back.startedAt == 0);
}

void TestSessionParts::hashesAreComputedOnceAndRemembered() {
    const QTemporaryDir folder;
    const std::string base = folder.path().toStdString();
    std::ofstream(base + "/b.safetensors") << "abc";
    std::ofstream(base + "/a.safetensors") << "";
    std::ofstream(base + "/config.json") << "{}";
    std::vector<WeightFile> files = weightFilesOf(base);
    QCOMPARE(files.size(), std::size_t{2});
    QCOMPARE(files[0].path, base + "/a.safetensors");
    QCOMPARE(files[1].bytes, std::int64_t{3});
    HashCache cache(base + "/cache/hashes.json");
    cache.fillKnown(files);
    QVERIFY(files[0].sha256.empty() && files[1].sha256.empty());
    QVERIFY(cache.compute(files, {}));
    // FIPS 180-4: of nothing, and of "abc".
    QCOMPARE(files[0].sha256,
             std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
    QCOMPARE(files[1].sha256,
             std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    std::vector<WeightFile> again = weightFilesOf(base + "/b.safetensors");
    HashCache(base + "/cache/hashes.json").fillKnown(again);
    QCOMPARE(again[0].sha256, files[1].sha256);
    QVERIFY(weightFilesOf("ngram:3").empty() && weightFilesOf("").empty());
}

void TestSessionParts::aChangedFileIsHashedAgain() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("m.gguf")).toStdString();
    std::ofstream(path) << "one";
    HashCache cache(folder.filePath(QStringLiteral("hashes.json")).toStdString());
    std::vector<WeightFile> files = weightFilesOf(path);
    QVERIFY(cache.compute(files, {}));
    std::ofstream(path) << "other";
    std::vector<WeightFile> changed = weightFilesOf(path);
    cache.fillKnown(changed);
    QVERIFY(changed[0].sha256.empty());
    // A damaged cache is an empty one.
    std::ofstream(folder.filePath(QStringLiteral("hashes.json")).toStdString()) << "{{{";
    QVERIFY(cache.compute(changed, {}));
    QVERIFY(!changed[0].sha256.empty() && changed[0].sha256 != files[0].sha256);
}

void TestSessionParts::aStoppedHashIsAbsent() {
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("m.gguf")).toStdString();
    std::ofstream(path) << "one";
    HashCache cache(folder.filePath(QStringLiteral("hashes.json")).toStdString());
    std::vector<WeightFile> files = weightFilesOf(path);
    std::stop_source stop;
    stop.request_stop();
    QVERIFY(!cache.compute(files, stop.get_token()));
    QVERIFY(files[0].sha256.empty());
    RunRecord record = samples::record();
    record.targetFiles = files;
    QVERIFY(json::parse(sessionText(record))["target_files"][0]["sha256"].is_null());
}

void TestSessionParts::aFullDiskLeavesTheOldSession() {
    const std::string why = refusal([] { writeSession("/dev/full", samples::record()); });
    QVERIFY2(why.starts_with("/dev/full: could not be written"), why.c_str());
}

QTEST_GUILESS_MAIN(TestSessionParts)
#include "test_session_parts.moc"
