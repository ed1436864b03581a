#include <QtTest>

#include <cmath>

#include "engine/model/aten_forward.h"
#include "engine/model/device.h"
#include "engine/trace/error.h"
#include "tests/engine/model/model_cases.h"

using namespace specula;

// The device path, run on the processor: what it computes does not depend on where.
namespace {

std::shared_ptr<const Model> load(const fs::path& path, WeightFormat format = WeightFormat::Fp32,
                                  KvFormat kv = KvFormat::Auto, Device device = Device::AtenCpu) {
    return Model::load(std::shared_ptr<const Checkpoint>(openCheckpoint(path.string())),
                       {format, kv, 0, 0, device}, std::make_shared<ThreadPool>(1));
}

double largestDifference(std::span<const float> a, std::span<const float> b) {
    double largest = a.size() == b.size() ? 0.0 : 1e9;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
        const double difference = std::fabs(static_cast<double>(a[i] - b[i]));
        if (!(difference <= largest)) largest = difference;
    }
    return largest;
}

QString refusal(const std::function<void()>& act) {
    try {
        act();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

}  // namespace

class TestAtenForward : public QObject {
    Q_OBJECT

private slots:
    void logitsMatchTheGoldens_data() { addCases(); }
    void logitsMatchTheGoldens() {
        const Case c = current();
        const nlohmann::json golden = readJson(c.golden / "golden.json");
        const fs::path tensors = c.golden / golden.value("logits_file", std::string("golden.safetensors"));
        const auto model = load(c.weights);
        QCOMPARE(model->info().device, Device::AtenCpu);
        for (const auto& prompt : golden["prompts"]) {
            const auto ids = prompt["input_ids"].get<std::vector<TokenId>>();
            const std::vector<float> expected =
                goldenTensor(tensors, prompt["logits_key"].get<std::string>());
            const double off = largestDifference(logitsInPieces(*model, ids, {64}), expected);
            QVERIFY2(off < 5e-4, qPrintable(QString::number(off)));
        }
    }

    void greedyTextMatchesTheGoldens_data() { addCases(); }
    void greedyTextMatchesTheGoldens() {
        const Case c = current();
        const nlohmann::json golden = readJson(c.golden / "golden.json");
        const auto model = load(c.weights);
        std::vector<float> logits(static_cast<std::size_t>(model->vocabulary()));
        for (const auto& prompt : golden["prompts"]) {
            std::vector<TokenId> next = prompt["input_ids"].get<std::vector<TokenId>>();
            const auto state = model->newState();
            for (const TokenId expected : prompt["greedy_ids"].get<std::vector<TokenId>>()) {
                model->forward(*state, {next}, {.logitsFrom = static_cast<int>(next.size()) - 1},
                               logits.data());
                next = {
                    static_cast<TokenId>(std::max_element(logits.begin(), logits.end()) - logits.begin())};
                QCOMPARE(next.front(), expected);
            }
        }
    }

    void logitsAreNearTheProcessorsHoweverTheTextIsCut_data() { addCases(); }
    void logitsAreNearTheProcessorsHoweverTheTextIsCut() {
        const Case c = current();
        const auto here = load(c.weights, WeightFormat::Fp32, KvFormat::Auto, Device::Cpu);
        const auto model = load(c.weights);
        const std::vector<TokenId> ids = someIds(70, model->config().vocabulary);
        const std::vector<float> expected = logitsInPieces(*here, ids, {64});
        for (const std::vector<int>& cut : {std::vector<int>{64}, {1}, {5}, {17, 1, 16}}) {
            const double off = largestDifference(logitsInPieces(*model, ids, cut), expected);
            QVERIFY2(off < 2e-4, qPrintable(QString::number(off)));
        }
    }

    void aTreeRunInSeveralPassesIsNearTheChains_data() { addCases(); }
    void aTreeRunInSeveralPassesIsNearTheChains() {
        const auto model = load(current().weights);
        const auto vocabulary = static_cast<std::size_t>(model->vocabulary());
        const TreeCase tree(model->config().vocabulary);
        for (const std::vector<int>& passes : {std::vector<int>{14}, {2, 3, 4, 3, 1, 1}, {13, 1}}) {
            const std::vector<float> rows = tree.rows(*model, passes);
            for (std::size_t node = 0; node < tree.tree.size(); ++node) {
                const std::vector<TokenId> chain = tree.chainTo(node);
                const std::vector<float> expected = logitsInPieces(*model, chain, {64});
                const double off = largestDifference(std::span(rows).subspan(node * vocabulary, vocabulary),
                                                     std::span(expected).last(vocabulary));
                QVERIFY2(off < 1e-4, qPrintable(QStringLiteral("node %1: %2").arg(node).arg(off)));
            }
        }
    }

    void keepingAPathAndRewindingGoOnAsAfterTheChain() {
        const auto model = load(cases().front().weights);
        const auto vocabulary = static_cast<std::size_t>(model->vocabulary());
        const std::vector<TokenId> prefix{3, 14, 15}, tree{9, 26, 53, 58, 97}, next{7};
        const std::vector<int> parents{-1, 0, 0, 1, 2}, kept{3, 5, 7};  // 9-53-97
        const auto state = model->newState();
        QVERIFY(model->prefill(*state, prefix, {}));
        std::vector<float> rows(tree.size() * vocabulary);
        model->forward(*state, {tree, parents}, {}, rows.data());
        state->cache.compact(3, kept);
        QCOMPARE(state->cache.length(), 6);
        model->forward(*state, {next}, {}, rows.data());
        const std::vector<float> after = logitsInPieces(*model, {3, 14, 15, 9, 53, 97, 7}, {1});
        const auto row = std::span(rows).first(vocabulary);
        QVERIFY(largestDifference(row, std::span(after).last(vocabulary)) < 1e-4);

        state->cache.truncate(3);
        model->forward(*state, {std::span(tree).first(1)}, {}, rows.data());
        QVERIFY(largestDifference(row, std::span(after).subspan(3 * vocabulary, vocabulary)) < 1e-4);
        QCOMPARE(state->cache.length(), 4);
    }

    void tapsLayersAndVectorsAreAsOnTheProcessor() {
        const Case c = cases().front();
        const auto here = load(c.weights, WeightFormat::Fp32, KvFormat::Auto, Device::Cpu);
        const auto there = load(c.weights);
        const std::vector<TokenId> ids{1, 2, 3};
        const auto hidden = static_cast<std::size_t>(there->config().hidden);
        const auto vocabulary = static_cast<std::size_t>(there->vocabulary());
        std::vector<float> vectors(3 * hidden);
        for (std::size_t i = 0; i < vectors.size(); ++i) vectors[i] = std::sin(static_cast<float>(i)) * 0.1F;
        const std::vector<int> layers{1, 2};
        for (const bool fromVectors : {false, true}) {
            for (const std::vector<int>& skipped : {std::vector<int>{}, {1}, {2, 3}}) {
                std::vector<std::vector<float>> taps, logits;
                for (const Model* model : {here.get(), there.get()}) {
                    taps.emplace_back(2 * 3 * hidden);
                    logits.emplace_back(vocabulary);
                    const auto state = model->newState();
                    model->forward(
                        *state, {.tokens = ids, .vectors = fromVectors ? vectors.data() : nullptr},
                        {.skipped = skipped, .logitsFrom = 2, .taps = layers, .tapOut = taps.back().data()},
                        logits.back().data());
                }
                QVERIFY(largestDifference(taps[0], taps[1]) < 1e-4);
                QVERIFY(largestDifference(logits[0], logits[1]) < 1e-4);
            }
        }
    }

    void smallerFormatsStayNear_data() { addCases(); }
    void smallerFormatsStayNear() {
        const Case c = current();
        const std::vector<TokenId> ids = someIds(30, 200);
        const std::vector<float> exact = logitsInPieces(*load(c.weights), ids, {30});
        double largest = 0.0;
        for (const float x : exact) largest = std::max(largest, static_cast<double>(std::fabs(x)));
        for (const auto& [format, kv, share] : {std::tuple{WeightFormat::Fp16, KvFormat::Auto, 0.02},
                                                {WeightFormat::Bf16, KvFormat::Auto, 0.1},
                                                {WeightFormat::Bf16, KvFormat::Fp32, 0.1},
                                                {WeightFormat::Fp32, KvFormat::Fp16, 0.01}}) {
            const auto model = load(c.weights, format, kv);
            const double off = largestDifference(logitsInPieces(*model, ids, {30}), exact);
            QVERIFY2(off < share * largest, qPrintable(QStringLiteral("%1 of %2").arg(off).arg(largest)));
            QCOMPARE(model->info().weights, format);
        }
    }

    void anyNumberOfRowsFitsOnePass() {
        const Case c = cases().front();
        const auto checkpoint = openCheckpoint(c.weights.string());
        const auto model = load(c.weights);
        const AtenForward forward(*checkpoint, model->info());
        const std::vector<TokenId> ids = someIds(100, model->vocabulary());
        std::vector<float> logits(static_cast<std::size_t>(model->vocabulary()));
        KvCache cache = forward.newCache();
        forward.forward(cache, {ids}, {.logitsFrom = 99}, logits.data());
        const std::vector<float> expected = logitsInPieces(*model, ids, {64});
        QVERIFY(largestDifference(logits, std::span(expected).last(logits.size())) < 1e-4);
    }

    void whatADeviceCannotDoIsRefused() {
        const Case c = cases().front();
        for (const WeightFormat format : {WeightFormat::Int8, WeightFormat::Int8x2})
            QVERIFY(refusal([&] {
                        load(c.weights, format);
                    }).contains(QStringLiteral("expected auto, fp32, fp16 or bf16 with --device aten-cpu")));
        QVERIFY(refusal([&] {
                    load(c.weights, WeightFormat::Bf16, KvFormat::Auto, Device::Cpu);
                }).contains(QStringLiteral("with --device cpu")));
        const auto model = load(c.weights);
        std::vector<float> logits(static_cast<std::size_t>(model->vocabulary()));
        const auto state = model->newState();
        const std::vector<TokenId> beyond{model->vocabulary()};
        QVERIFY(refusal([&] {
                    model->forward(*state, {beyond}, {}, logits.data());
                }).contains(QStringLiteral("outside the vocabulary")));
        QCOMPARE(state->cache.length(), 0);
    }

    void autoFollowsTheFilesOnAGpu() {
        ModelConfig config;
        QCOMPARE(weightsOn(Device::Cpu, WeightFormat::Auto, config), WeightFormat::Int8x2);
        QCOMPARE(weightsOn(Device::AtenCpu, WeightFormat::Auto, config), WeightFormat::Fp32);
        config.fileFormat = "float32";
        QCOMPARE(weightsOn(Device::Cuda, WeightFormat::Auto, config), WeightFormat::Fp16);
        QCOMPARE(weightsOn(Device::Cuda, WeightFormat::Bf16, config), WeightFormat::Bf16);
    }

    void aGpuIsRefusedWhereLibtorchHasNone() {
        const QString text = refusal([] { requireDevice(Device::Cuda); });
        if (text.isEmpty()) QSKIP("this machine has a GPU");
        QVERIFY2(
            text.startsWith(QStringLiteral("--device cuda: ")) && text.contains(QStringLiteral("expected")),
            qPrintable(text));
        QCOMPARE(
            refusal([] { load(cases().front().weights, WeightFormat::Auto, KvFormat::Auto, Device::Cuda); }),
            text);
    }

private:
    static void addCases() {
        QTest::addColumn<int>("index");
        const std::vector<Case> all = cases();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::addRow("%s", all[i].name.c_str()) << static_cast<int>(i);
    }
    static Case current() {
        QFETCH(int, index);
        return cases()[static_cast<std::size_t>(index)];
    }
};

QTEST_GUILESS_MAIN(TestAtenForward)
#include "test_aten_forward.moc"
