#include "engine/trace/error.h"
#include "tests/engine/decode/tree_sessions.h"

using namespace specula;
using namespace specula::test;

// Whole runs with the target on a device, on the device path's processor version (Device::AtenCpu).
namespace {

EngineOptions deviceOptions(WeightFormat format = WeightFormat::Fp32) {
    EngineOptions load = loadOptions("llama", format);
    load.device = Device::AtenCpu;
    return load;
}

std::shared_ptr<const Engine> engineFor(const std::string& draft) {
    EngineOptions load = deviceOptions();
    if (draft == "head")
        return withHead(load, {.ids = sortedIds(firstOf(run(Engine::load(load), options({}, 0.0)).ids))});
    load.draft = draft == "model"    ? modelPath("llama_draft").string()
                 : draft == "itself" ? load.target
                                     : draft;
    return Engine::load(load);
}

/// How far the two likeliest tokens lie apart after `text`, in logits.
double topTwoGap(const Engine& engine, std::vector<TokenId> text) {
    std::vector<float> all = engine.logits(text);
    const auto row = all.end() - engine.targetInfo().vocabulary;
    std::nth_element(row, row + 1, all.end(), std::greater<>());
    return static_cast<double>(row[0] - row[1]);
}

}  // namespace

class TestDeviceSession : public QObject {
    Q_OBJECT

private slots:
    void greedyTextEqualsPlainOrPartsAtATie_data() {
        QTest::addColumn<QString>("draft");
        for (const char* draft : {"model", "itself", "ngram", "early-exit:1", "head"})
            QTest::newRow(draft) << QString::fromLatin1(draft);
    }
    void greedyTextEqualsPlainOrPartsAtATie() {
        QFETCH(QString, draft);
        const auto engine = engineFor(draft.toStdString());
        QCOMPARE(engine->targetInfo().device, Device::AtenCpu);
        const std::vector<TokenId> plain = run(engine, options({}, 0.0)).ids;
        QCOMPARE(plain.size(), std::size_t{60});
        std::size_t accepted = 0;
        const auto check = [&](const RunOptions& how, const QString& name) {
            const Run found = run(engine, how);
            accepted += static_cast<std::size_t>(found.totals.accepted);
            const auto parted = std::mismatch(found.ids.begin(), found.ids.end(), plain.begin(), plain.end());
            if (parted.first == found.ids.end() && parted.second == plain.end()) return;
            std::vector<TokenId> text = kPrompt;
            text.insert(text.end(), plain.begin(), parted.second);
            const double gap = topTwoGap(*engine, text);
            const QString report = QStringLiteral(
                                       "%1 parts from plain at token %2, where the two likeliest "
                                       "tokens are %3 apart")
                                       .arg(name)
                                       .arg(parted.second - plain.begin())
                                       .arg(gap);
            QVERIFY2(gap < 1e-3, qPrintable(report));
            qInfo("%s", qPrintable(report));
        };
        for (const int gamma : {1, 4, 9}) {
            RunOptions how = options({}, 0.0);
            how.gamma = gamma;
            check(how, QStringLiteral("gamma %1").arg(gamma));
        }
        for (const std::vector<int>& tree : {std::vector<int>{3, 2}, {1, 5}, {2, 2, 2}}) {
            if (draft == QStringLiteral("head")) check(options(tree, 0.0), QStringLiteral("a tree"));
        }
        if (draft != QStringLiteral("early-exit:1")) QVERIFY(accepted > 0);
    }

    void drawnTextIsThatOfTheProcessor() {
        EngineOptions load = deviceOptions();
        load.draft = modelPath("llama_draft").string();
        const auto there = Engine::load(load);
        load.device = Device::Cpu;
        const auto here = Engine::load(load);
        QCOMPARE(there->draftInfo().model->device, Device::AtenCpu);
        RunOptions how = options({}, 0.8);
        how.gamma = 3;
        const Run a = run(here, how), b = run(there, how);
        QCOMPARE(a.ids, b.ids);
        QCOMPARE(a.rounds.size(), b.rounds.size());
        for (std::size_t i = 0; i < a.rounds.size(); ++i) {
            for (std::size_t k = 0; k < a.rounds[i].proposals.size(); ++k) {
                const Proposal &x = a.rounds[i].proposals[k], &y = b.rounds[i].proposals[k];
                QCOMPARE(x.coin, y.coin);
                QCOMPARE(x.verdict, y.verdict);
                QVERIFY(std::abs(x.pTarget - y.pTarget) < 1e-4);
            }
        }
    }

    void aDraftsFormatIsItsDevices() {
        EngineOptions load = deviceOptions();
        load.draft = modelPath("llama_draft").string();
        load.draftWeights = WeightFormat::Int8;
        QVERIFY_EXCEPTION_THROWN(Engine::load(load), Error);
        // A feature head runs beside the device, in the processor's formats.
        load.draftWeights = WeightFormat::Int8;
        const auto engine = withHead(load, {});
        QCOMPARE(engine->draftInfo().model->device, Device::Cpu);
        QCOMPARE(engine->draftInfo().model->weights, WeightFormat::Int8);
    }
};

QTEST_GUILESS_MAIN(TestDeviceSession)
#include "test_device_session.moc"
