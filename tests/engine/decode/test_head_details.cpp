#include <QTemporaryDir>
#include <QTest>
#include <algorithm>

#include "engine/checkpoint/checkpoint.h"
#include "engine/decode/engine.h"
#include "engine/decode/head_details.h"
#include "engine/decode/model_details.h"
#include "engine/decode/pair_matrix.h"
#include "engine/trace/error.h"
#include "tests/engine/checkpoint/head_builder.h"

using namespace specula;
using namespace specula::testing;

namespace {

std::string tiny(const char* name) {
    return std::string(SPECULA_SOURCE_DIR) + "/resources/models/" + name;
}

QString text(const std::vector<NamedText>& lines, const char* name) {
    for (const NamedText& line : lines) {
        if (line.name == name) return QString::fromStdString(line.text);
    }
    return QStringLiteral("(absent)");
}

}  // namespace

class TestHeadDetails : public QObject {
    Q_OBJECT

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_head = m_folder->filePath(QStringLiteral("head"));
    }

    void isListedAsADraftForItsTarget() {
        HeadShape shape;
        shape.bestTree = {3, 2, 1};
        writeHead(m_head, shape);
        const ModelEntry entry = describeEntry(m_head.toStdString(), "folder");
        QCOMPARE(entry.problem, std::string());
        QVERIFY(entry.usable() && entry.featureHead && !entry.canBeTarget());
        QCOMPARE(entry.name, std::string("Made-up head"));
        QCOMPARE(entry.draftFor, std::string("tiny-target"));
        QCOMPARE(entry.architecture, std::string("feature-head"));
        QCOMPARE(entry.fileFormat, std::string("float32"));
        QCOMPARE(entry.layers, 1);
        QCOMPARE(entry.vocabulary, 64);
        // Counted by hand from the shapes: three projections on the way in of 1, 3 and 1 squares of 256.
        const std::int64_t layer = 2 * (256 * 256) + 2 * (128 * 256) + 3 * (128 * 256);
        QCOMPARE(entry.parameters, layer + 5 * 256 * 256 + 8 * 256);
        QCOMPARE(entry.memory.size(), std::size_t{4});
        for (const MemoryNeed& need : entry.memory) QVERIFY(need.total() > 0 && need.total() < 20'000'000);
        QVERIFY(entry.fileBytes > 4 * entry.parameters);
    }

    void detailsSayWhatItIs() {
        HeadShape shape;
        shape.bestTree = {3, 2, 1};
        writeHead(m_head, shape);
        const ModelDetails details = describeModel(m_head.toStdString(), "folder");
        QVERIFY(text(details.facts, "Target").startsWith(QStringLiteral("tiny-target, 5 layers")));
        QVERIFY(text(details.facts, "Looks at").contains(QStringLiteral("2, 4, 5")));
        QCOMPARE(text(details.facts, "Measured best"), QStringLiteral("tree 3,2,1"));
        QCOMPARE(text(details.settings, "model_type"), QStringLiteral("specula-feature-head"));
        QCOMPARE(details.tensors.size(), std::size_t{17});
        QVERIFY(details.tokenizer.empty() && details.chatTemplate.empty());
    }

    void aBrokenHeadSaysWhy() {
        writeHead(m_head, {});
        QFile(m_head + QStringLiteral("/model.safetensors")).resize(100);
        const ModelEntry entry = describeEntry(m_head.toStdString(), "folder");
        QVERIFY(!entry.usable());
        QVERIFY(entry.featureHead);
        QVERIFY2(QString::fromStdString(entry.problem).contains(QStringLiteral("model.safetensors")),
                 entry.problem.c_str());
        QVERIFY(entry.memory.empty());
    }

    void fitsItsTargetAndNoOther() {
        writeHead(m_head, {});
        HeadShape wider;
        wider.name = "Wider";
        wider.hidden = 512;
        const QString other = m_folder->filePath(QStringLiteral("other"));
        writeHead(other, wider);
        const std::vector<ModelEntry> entries{
            describeEntry(tiny("tiny-target"), "bundled"), describeEntry(tiny("tiny-draft"), "bundled"),
            describeEntry(m_head.toStdString(), "folder"), describeEntry(other.toStdString(), "folder")};
        const std::vector<PairCell> cells = pairMatrix(entries);
        const auto at = [&](int target, int draft) {
            const auto found = std::find_if(cells.begin(), cells.end(), [&](const PairCell& cell) {
                return cell.target == target && cell.draft == draft;
            });
            return found == cells.end() ? nullptr : &*found;
        };
        QVERIFY(at(0, 2) && at(0, 2)->report.compatible);
        QVERIFY(at(0, 2)->sizeRatio > 0.0);
        QVERIFY(at(0, 3) && !at(0, 3)->report.compatible);
        const QString why = QString::fromStdString(at(0, 3)->report.checks.front().detail);
        QVERIFY2(why.contains(QStringLiteral("hidden size 512")) && !why.contains(other), qPrintable(why));
        QVERIFY(at(1, 2) && !at(1, 2)->report.compatible);
        QVERIFY(at(0, 1) && at(0, 1)->report.compatible);
        for (const PairCell& cell : cells) QVERIFY(cell.target < 2);
        QCOMPARE(cells.size(), std::size_t{6});
    }

    void aTargetOfAnotherNameGetsAWarning() {
        HeadShape shape;
        shape.targetName = "Another of the same shape";
        writeHead(m_head, shape);
        const auto target = openCheckpoint(tiny("tiny-target"));
        const PairReport report = checkHead(*target, FeatureHeadFile(m_head.toStdString()));
        QVERIFY(report.compatible);
        QCOMPARE(report.warnings.size(), std::size_t{1});
        QVERIFY(report.warnings.front().find("Another of the same shape") != std::string::npos);
    }

    void whatTheMatrixSaysLoads() {
        writeHead(m_head, {});
        EngineOptions options;
        options.target = tiny("tiny-target");
        options.draft = m_head.toStdString();
        options.threads = 1;
        const auto engine = Engine::load(options, {}, {});
        QCOMPARE(engine->draftInfo().kind, std::string("feature-head"));
        options.target = tiny("tiny-draft");
        QVERIFY_THROWS_EXCEPTION(Error, Engine::load(options, {}, {}));
    }

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    QString m_head;
};

QTEST_GUILESS_MAIN(TestHeadDetails)
#include "test_head_details.moc"
