// Recommendations that were taken, on disk.
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <nlohmann/json.hpp>

#include "app/pair_defaults.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

PairDefault sample(int gamma = 3) {
    PairDefault value;
    value.shape.gamma = gamma;
    value.predicted = 1.0 / 3.0;
    value.speedup = {1.42, 1.36, 1.48, 24, "a method"};
    value.suite = "Stories";
    value.takenAt = 1'796'000'000;
    return value;
}

PairKey key(const std::string& draft = "ngram", double temperature = 0.7) {
    EngineOptions engine;
    engine.target = SPECULA_SOURCE_DIR "/resources/models/tiny-target";
    return pairKey(engine, draft, WeightFormat::Int8x2, temperature, "amx");
}

void write(const std::string& path, const QByteArray& bytes) {
    QDir().mkpath(QFileInfo(QString::fromStdString(path)).path());
    QFile file(QString::fromStdString(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(bytes), bytes.size());
}

QByteArray read(const std::string& path) {
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class TestPairDefaults : public QObject {
    Q_OBJECT

private slots:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void whatIsPutIsFoundAgain() {
        PairDefaults(path()).put(key(), sample());
        PairDefault tree = sample(0);
        tree.shape.tree.children = {3, 2};
        tree.speedup = {};
        PairDefaults(path()).put(key("early-exit:4"), tree);
        PairDefaults defaults(path());
        const auto found = defaults.find(key());
        QVERIFY(found);
        QCOMPARE(found->shape, sample().shape);
        QCOMPARE(found->predicted, 1.0 / 3.0);
        QCOMPARE(found->speedup.median, 1.42);
        QCOMPARE(found->speedup.low, 1.36);
        QCOMPARE(found->speedup.high, 1.48);
        QCOMPARE(found->speedup.n, 24);
        QCOMPARE(found->suite, std::string("Stories"));
        QCOMPARE(found->takenAt, sample().takenAt);
        const auto other = defaults.find(key("early-exit:4"));
        QVERIFY(other);
        QCOMPARE(other->shape, tree.shape);
        QCOMPARE(other->speedup.n, 0);
        QVERIFY(defaults.problem().empty());
    }

    void aNewerOneTakesItsPlace() {
        PairDefaults defaults(path());
        defaults.put(key(), sample(3));
        defaults.put(key(), sample(5));
        QCOMPARE(defaults.find(key())->shape.gamma, 5);
    }

    void itBelongsToOnePairFormatTemperatureClassAndMachine() {
        PairDefaults defaults(path());
        defaults.put(key(), sample());
        QVERIFY(defaults.find(key("ngram", 0.9)));  // of the same class
        QVERIFY(!defaults.find(key("ngram", 0.0)));
        QVERIFY(!defaults.find(key("ngram", 0.2)));
        QVERIFY(!defaults.find(key("ngram", 1.2)));
        QVERIFY(defaults.find(key("ngram:3")));  // the same look-up
        QVERIFY(!defaults.find(key("ngram:4")));
        PairKey other = key();
        other.instructionSet = "avx2";
        QVERIFY(!defaults.find(other));
        other = key();
        other.weights = "fp16";
        QVERIFY(!defaults.find(other));
    }

    void modelsAreKnownByTheirFilesWhereverTheyLie() {
        const QString copy = m_folder->filePath(QStringLiteral("copy/model.gguf"));
        QDir().mkpath(m_folder->filePath(QStringLiteral("copy")));
        QDir().mkpath(m_folder->filePath(QStringLiteral("moved")));
        write(copy.toStdString(), "weights");
        EngineOptions engine;
        engine.target = copy.toStdString();
        const auto text = [&] { return pairKey(engine, "ngram", WeightFormat::Int8, 0.7, "amx").text(); };
        const std::string before = text();
        const QString moved = m_folder->filePath(QStringLiteral("moved/model.gguf"));
        QVERIFY(QFile::rename(copy, moved));
        engine.target = moved.toStdString();
        QCOMPARE(text(), before);
        write(moved.toStdString(), "other weights");
        QVERIFY(text() != before);
    }

    void aBrokenFileIsIgnoredWithAMessageAndKeptAside_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("no JSON") << QByteArray("{ not json");
        QTest::newRow("another document") << QByteArray("[1, 2]");
        QTest::newRow("of a later version") << QByteArray(R"({"version": 99, "pairs": {}})");
        QTest::newRow("without pairs") << QByteArray(R"({"version": 1})");
    }
    void aBrokenFileIsIgnoredWithAMessageAndKeptAside() {
        QFETCH(QByteArray, bytes);
        write(path(), bytes);
        PairDefaults defaults(path());
        QVERIFY(!defaults.find(key()));
        QVERIFY2(defaults.problem().find(path()) != std::string::npos, defaults.problem().c_str());
        defaults.put(key(), sample());
        QVERIFY(defaults.find(key()));
        QVERIFY(defaults.problem().empty());
        QCOMPARE(read(path() + ".broken"), bytes);
    }

    void aBrokenEntryHidesNoOther() {
        PairDefaults defaults(path());
        defaults.put(key(), sample());
        defaults.put(key("ngram:4"), sample(4));
        auto document = nlohmann::json::parse(read(path()).toStdString());
        document["pairs"][key("ngram:4").text()]["gamma"] = 99;
        write(path(), QByteArray::fromStdString(document.dump()));
        QVERIFY(!defaults.find(key("ngram:4")));
        QVERIFY2(defaults.problem().find("gamma") != std::string::npos, defaults.problem().c_str());
        QVERIFY(defaults.find(key()));
    }

    void whatOthersWroteStays() {
        PairDefaults defaults(path());
        defaults.put(key(), sample());
        auto document = nlohmann::json::parse(read(path()).toStdString());
        document["note"] = "by hand";
        document["pairs"]["another | pair"] = {{"gamma", 7}, {"of", "a later program"}};
        document["pairs"][key().text()]["comment"] = "kept";
        write(path(), QByteArray::fromStdString(document.dump()));
        defaults.put(key(), sample(6));
        defaults.put(key("ngram:4"), sample());
        const auto later = nlohmann::json::parse(read(path()).toStdString());
        QVERIFY(later["note"] == "by hand");
        QVERIFY(later["pairs"]["another | pair"]["of"] == "a later program");
        QVERIFY(later["pairs"][key().text()]["comment"] == "kept");
        QVERIFY(later["pairs"][key().text()]["gamma"] == 6);
    }

    void aPlaceThatCannotBeWrittenIsAnError() {
        write(m_folder->filePath(QStringLiteral("file")).toStdString(), "");
        PairDefaults defaults(m_folder->filePath(QStringLiteral("file/below.json")).toStdString());
        QVERIFY_EXCEPTION_THROWN(defaults.put(key(), sample()), Error);
        QVERIFY(!defaults.find(key()));
    }

private:
    std::string path() const {
        return m_folder->filePath(QStringLiteral("data/pair-defaults.json")).toStdString();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestPairDefaults)
#include "test_pair_defaults.moc"
