#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <c10/core/GradMode.h>

#include <QtTest>
#include <filesystem>
#include <set>

#include "engine/decode/engine.h"
#include "engine/trace/error.h"
#include "engine/train/target_texts.h"

// What training reads of a target: its logits near the engine's, its texts what its distributions say.

namespace {

using namespace specula;
namespace fs = std::filesystem;

fs::path fixture(const QString& name) {
    if (name == QStringLiteral("tiny-target"))
        return fs::path(SPECULA_SOURCE_DIR) / "resources/models/tiny-target";
    const std::string root = SPECULA_FIXTURES;
    fs::path path = (root.empty() ? fs::path(SPECULA_TEST_DATA) : fs::path(root)) / name.toStdString();
    return name.startsWith(QStringLiteral("gguf")) ? path / "model.gguf" : path;
}

const FrozenTarget& llama() {
    static const FrozenTarget target(openCheckpoint(fixture(QStringLiteral("models/llama")).string()), 96);
    return target;
}

std::vector<TokenId> someIds(int vocabulary, int count, int salt) {
    std::vector<TokenId> ids;
    for (int i = 0; i < count; ++i) ids.push_back(1 + (i * i * 7 + i * salt + salt) % (vocabulary - 1));
    return ids;
}

at::Tensor asRow(const std::vector<TokenId>& ids) {
    return at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong).unsqueeze(0);
}

double relative(const at::Tensor& found, const at::Tensor& expected) {
    return ((found.to(at::kFloat) - expected.to(at::kFloat)).norm() / expected.to(at::kFloat).norm())
        .item<double>();
}

/// The text of one request of a TargetTexts.
struct OneText {
    std::vector<TokenId> ids;
    std::int64_t promptLength = 0;
    at::Tensor features;
};

std::vector<OneText> split(const TargetTexts& texts) {
    std::vector<OneText> out;
    std::int64_t first = 0;
    for (std::int64_t i = 0; i < texts.lengths.size(0); ++i) {
        const std::int64_t length = texts.lengths[i].item<std::int64_t>();
        OneText text;
        for (std::int64_t k = 0; k < length; ++k)
            text.ids.push_back(static_cast<TokenId>(texts.ids[first + k].item<std::int64_t>()));
        text.promptLength = texts.promptLengths[i].item<std::int64_t>();
        text.features = texts.features.narrow(0, first, length);
        out.push_back(text);
        first += length;
    }
    return out;
}

std::vector<TextRequest> mixedRequests(double temperature) {
    std::vector<TextRequest> requests;
    for (int i = 0; i < 12; ++i)
        requests.push_back({someIds(320, 1 + 3 * (i % 5), i + 1), temperature, i == 3});
    return requests;
}

at::Tensor logitsOf(const FrozenTarget& target, const at::Tensor& lastStates) {
    return at::linear(target.finalNorm(lastStates), target.headRows()).to(at::kFloat);
}

}  // namespace

class TestFrozenTarget : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }

    void logitsAreNearTheEngines_data() {
        QTest::addColumn<QString>("name");
        for (const char* name :
             {"models/llama", "models/qwen2", "models/qwen3", "models/llama_tied_rope_llama3",
              "models/llama__bf16", "models/llama__st_sharded", "gguf/f32_spm", "gguf/f16_spm",
              "gguf/q8_0_bpe", "gguf/q4_1_spm", "tiny-target"}) {
            if (fs::exists(fixture(QString::fromLatin1(name))))
                QTest::newRow(name) << QString::fromLatin1(name);
        }
    }
    void logitsAreNearTheEngines() {
        QFETCH(QString, name);
        EngineOptions options;
        options.target = fixture(name).string();
        options.weights = WeightFormat::Fp32;
        options.threads = 1;
        const auto engine = Engine::load(options);
        const FrozenTarget target(openCheckpoint(options.target), 96);
        const std::vector<TokenId> ids = someIds(engine->targetInfo().vocabulary, 60, 3);
        const std::vector<float> rows = engine->logits(ids);
        const auto expected = at::tensor(rows).reshape({60, -1});
        FrozenTarget::Cache cache = target.newCache(1);
        const std::vector<int> layers{1, target.config().layers};
        const auto hidden = target.forward(asRow(ids), cache, layers);
        QCOMPARE(hidden.sizes().vec(), (std::vector<std::int64_t>{1, 60, 2, target.config().hidden}));
        const auto found = logitsOf(target, hidden[0].select(1, 1)).slice(1, 0, expected.size(1));
        const double error = relative(found, expected);
        // Random weights carry the rounding of bfloat16 a long way; another model altogether is 1.4 off.
        QVERIFY2(error < 0.05, qPrintable(QString::number(error)));
    }

    void otherArchitecturesAreRefusedWithTheReason_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("reason");
        const auto add = [](const char* name, const char* reason) {
            if (fs::exists(fixture(QString::fromLatin1(name))))
                QTest::newRow(name) << QString::fromLatin1(name) << QString::fromLatin1(reason);
        };
        add("models/gpt2", "not RMS norms");
        add("models/opt", "not RMS norms");
        add("models/gpt_neox", "not RMS norms");
        add("models/gemma3_text", "norms");
        add("models/gemma2", "norms");
        add("models/olmo2", "norms");
        add("models/mistral", "short window");
        add("models/smollm3", "differ in positions");
    }
    void otherArchitecturesAreRefusedWithTheReason() {
        QFETCH(QString, name);
        QFETCH(QString, reason);
        try {
            const FrozenTarget target(openCheckpoint(fixture(name).string()), 64);
            QFAIL("was taken");
        } catch (const Error& error) {
            const QString text = QString::fromUtf8(error.what());
            QVERIFY2(text.contains(reason) && text.contains(QStringLiteral("expected a target like Llama")),
                     qPrintable(text));
        }
    }

    void runningTokenByTokenEqualsRunningAllAtOnce() {
        const FrozenTarget& target = llama();
        const std::vector<int> layers{1, 3};
        const auto ids = at::cat({asRow(someIds(320, 40, 3)), asRow(someIds(320, 40, 8))});
        FrozenTarget::Cache whole = target.newCache(2), stepwise = target.newCache(2);
        const auto expected = target.forward(ids, whole, layers);
        std::vector<at::Tensor> steps;
        for (std::int64_t i = 0; i < 40; ++i)
            steps.push_back(target.forward(ids.narrow(1, i, 1), stepwise, layers));
        const auto found = at::cat(steps, 1);
        QVERIFY2(relative(found, expected) < 0.01, qPrintable(QString::number(relative(found, expected))));
        QVERIFY(relative(found[0], expected[1]) > 0.5);
    }

    void aCacheKeepsTheRowsSelected() {
        const FrozenTarget& target = llama();
        const std::vector<int> layers{3};
        const auto ids =
            at::cat({asRow(someIds(320, 20, 3)), asRow(someIds(320, 20, 8)), asRow(someIds(320, 20, 5))});
        FrozenTarget::Cache all = target.newCache(3);
        target.forward(ids.narrow(1, 0, 12), all, layers);
        all.select(at::tensor(std::vector<std::int64_t>{2, 0}, at::kLong));
        const auto found = target.forward(
            ids.index_select(0, at::tensor(std::vector<std::int64_t>{2, 0}, at::kLong)).narrow(1, 12, 1), all,
            layers);
        FrozenTarget::Cache fresh = target.newCache(3);
        const auto expected = target.forward(ids, fresh, layers);
        QVERIFY(relative(found[0][0], expected[2][12]) < 0.01);
        QVERIFY(relative(found[1][0], expected[0][12]) < 0.01);
    }

    void drawingInvertsTheDistribution_data() {
        QTest::addColumn<double>("temperature");
        QTest::newRow("1") << 1.0;
        QTest::newRow("0.7") << 0.7;
        QTest::newRow("2") << 2.0;
    }
    void drawingInvertsTheDistribution() {
        QFETCH(double, temperature);
        constexpr std::int64_t kVocabulary = 1300, kDraws = 20000;  // several blocks of the sum
        at::manual_seed(4);
        const auto logits = at::randn({kVocabulary}) * 3.0;
        std::vector<double> coins, temperatures(kDraws, temperature);
        for (std::int64_t i = 0; i < kDraws; ++i) coins.push_back((static_cast<double>(i) + 0.5) / kDraws);
        const auto drawn = drawTokens(logits.unsqueeze(0).expand({kDraws, kVocabulary}), temperatures, coins);
        std::vector<double> counts(kVocabulary, 0.0);
        for (const TokenId id : drawn) counts[static_cast<std::size_t>(id)] += 1.0;
        const auto p = at::softmax(logits.to(at::kDouble) / temperature, -1);
        // Evenly spread coins: each count is its expectation up to the ends of its stretch.
        for (std::int64_t i = 0; i < kVocabulary; ++i)
            QVERIFY(std::abs(counts[static_cast<std::size_t>(i)] - p[i].item<double>() * kDraws) < 1.5);
    }

    void temperatureZeroTakesTheLargest() {
        const auto logits = at::tensor(std::vector<float>{0, 5, 2, 5, -1, 7, 7, 3}).reshape({2, 4});
        QCOMPARE(drawTokens(logits, {0.0, 0.0}, {0.9, 0.1}), (std::vector<TokenId>{1, 1}));
        QCOMPARE(drawTokens(logits.to(at::kBFloat16), {0.0, 0.0}, {0.9, 0.1}), (std::vector<TokenId>{1, 1}));
    }

    void greedyTextsAreArgmaxChains() {
        const std::vector<int> layers{1, 3};
        const auto requests = mixedRequests(0.0);
        const auto texts = split(sampleTexts(llama(), requests, layers, {}, 48, 5, {}));
        QCOMPARE(texts.size(), std::size_t{12});
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const OneText& text = texts[i];
            const std::vector<TokenId> prompt = requests[i].prompt;
            QVERIFY(std::equal(prompt.begin(), prompt.end(), text.ids.begin()));
            QCOMPARE(text.promptLength, std::ssize(prompt));
            FrozenTarget::Cache cache = llama().newCache(1);
            const auto hidden = llama().forward(asRow(text.ids), cache, layers)[0];
            QVERIFY(relative(text.features, hidden) < 0.01);
            const auto logits = logitsOf(llama(), hidden.select(1, 1));
            for (std::size_t k = prompt.size(); k < text.ids.size(); ++k) {
                const auto row = logits[static_cast<std::int64_t>(k) - 1];
                // Two logits that bfloat16 cannot tell apart may change places.
                QVERIFY(row[text.ids[k]].item<double>() > row.max().item<double>() - 0.1);
            }
        }
    }

    void textsEndAtAnEndingTokenAndRowsStayTheirOwn() {
        const std::vector<int> layers{2, 3};
        std::vector<TokenId> eos;
        for (TokenId id = 0; id < 320; id += 16) eos.push_back(id);
        const std::set<TokenId> ending(eos.begin(), eos.end());
        const auto requests = mixedRequests(1.0);
        const auto texts = split(sampleTexts(llama(), requests, layers, eos, 60, 6, {}));
        std::set<std::size_t> lengths;
        for (std::size_t i = 0; i < texts.size(); ++i) {
            const OneText& text = texts[i];
            QVERIFY(text.ids.size() <= 60);
            lengths.insert(text.ids.size());
            for (std::size_t k = requests[i].prompt.size(); k < text.ids.size(); ++k)
                QVERIFY(!ending.contains(text.ids[k]));
            FrozenTarget::Cache cache = llama().newCache(1);
            const auto hidden = llama().forward(asRow(text.ids), cache, layers)[0];
            QVERIFY2(relative(text.features, hidden) < 0.01,
                     qPrintable(QString::number(relative(text.features, hidden))));
        }
        QVERIFY2(lengths.size() > 4, "texts should have ended at different places");
    }

    void textsThatLoopEnd() {
        // Greedy text of the tiny target comes back to the same sentence before long.
        static const FrozenTarget target(openCheckpoint(fixture(QStringLiteral("tiny-target")).string()),
                                         256);
        const std::vector<int> layers{5};
        const std::vector<TextRequest> requests{{{1, 300}, 0.0, false}, {{1, 301}, 1.0, false}};
        const auto texts = split(sampleTexts(target, requests, layers, {}, 256, 5, {}));
        QVERIFY2(texts[0].ids.size() < 256 && texts[0].ids.size() > 12,
                 qPrintable(QString::number(texts[0].ids.size())));
    }

    void theSeedDecidesTheTexts() {
        const std::vector<int> layers{3};
        const auto a = sampleTexts(llama(), mixedRequests(1.0), layers, {}, 40, 7, {});
        const auto b = sampleTexts(llama(), mixedRequests(1.0), layers, {}, 40, 7, {});
        const auto c = sampleTexts(llama(), mixedRequests(1.0), layers, {}, 40, 8, {});
        QVERIFY(at::equal(a.ids, b.ids) && at::equal(a.features, b.features));
        QVERIFY(!at::equal(a.ids, c.ids));
        QCOMPARE(a.heldOut[3].item<std::int64_t>(), std::int64_t{1});
        QCOMPARE(a.heldOut.sum().item<std::int64_t>(), std::int64_t{1});
    }

    void theFirstTokenFollowsTheTargetsLaw() {
        constexpr int kTexts = 2000;
        const std::vector<int> layers{3};
        const std::vector<TokenId> prompt{5, 9, 17};
        const auto texts = sampleTexts(llama(), std::vector<TextRequest>(kTexts, {prompt, 1.0, false}),
                                       layers, {}, 4, 21, {});
        FrozenTarget::Cache cache = llama().newCache(1);
        const auto p = at::softmax(
            logitsOf(llama(), llama().forward(asRow(prompt), cache, layers)[0][2][0]).to(at::kDouble), -1);
        const auto counts =
            at::bincount(texts.ids.reshape({kTexts, 4}).select(1, 3), {}, 320).to(at::kDouble);
        // Cells of at least 8 expected draws, the others together.
        double statistic = 0.0, restCount = 0.0, restExpected = 0.0;
        int cells = 0;
        for (std::int64_t i = 0; i < 320; ++i) {
            const double expected = p[i].item<double>() * kTexts, count = counts[i].item<double>();
            if (expected < 8.0) {
                restCount += count;
                restExpected += expected;
                continue;
            }
            statistic += (count - expected) * (count - expected) / expected;
            ++cells;
        }
        statistic += (restCount - restExpected) * (restCount - restExpected) / restExpected;
        QVERIFY(cells > 20);
        // Mean `cells`, deviation sqrt(2 cells): 5 deviations.
        QVERIFY2(statistic < cells + 5.0 * std::sqrt(2.0 * cells), qPrintable(QString::number(statistic)));
    }

    void stoppingGivesNothing() {
        std::stop_source source;
        source.request_stop();
        const std::vector<int> layers{3};
        QVERIFY(
            !sampleTexts(llama(), mixedRequests(1.0), layers, {}, 40, 7, source.get_token()).ids.defined());
    }
};

QTEST_GUILESS_MAIN(TestFrozenTarget)
#include "test_frozen_target.moc"
