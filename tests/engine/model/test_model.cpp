#include <QtTest>

#include <cmath>
#include <numeric>

#include "tests/engine/model/model_cases.h"

using namespace specula;

namespace {

std::shared_ptr<const Model> load(const fs::path& path, WeightFormat format, int threads = 2) {
    return Model::load(std::shared_ptr<const Checkpoint>(openCheckpoint(path.string())),
                       {format, KvFormat::Auto, 0}, std::make_shared<ThreadPool>(threads));
}

}  // namespace

class TestModel : public QObject {
    Q_OBJECT

private slots:
    void logitsInFp32MatchTheGoldens_data() { addCases(); }
    void logitsInFp32MatchTheGoldens() {
        const Case c = current();
        const nlohmann::json golden = readJson(c.golden / "golden.json");
        const fs::path tensors = c.golden / golden.value("logits_file", std::string("golden.safetensors"));
        const auto model = load(c.weights, WeightFormat::Fp32);
        for (const auto& prompt : golden["prompts"]) {
            const auto ids = prompt["input_ids"].get<std::vector<TokenId>>();
            const std::vector<float> expected =
                goldenTensor(tensors, prompt["logits_key"].get<std::string>());
            const std::vector<float> found = logitsInPieces(*model, ids, {64});
            QCOMPARE(found.size(), expected.size());
            for (std::size_t i = 0; i < found.size(); ++i)
                QVERIFY2(std::fabs(found[i] - expected[i]) < 5e-4F, qPrintable(QString::number(i)));
        }
    }

    void greedyTextInFp32MatchesTheGoldens_data() { addCases(); }
    void greedyTextInFp32MatchesTheGoldens() {
        const Case c = current();
        const nlohmann::json golden = readJson(c.golden / "golden.json");
        const auto model = load(c.weights, WeightFormat::Fp32);
        std::vector<float> logits(static_cast<std::size_t>(model->config().vocabulary) * kMaxForwardRows);
        for (const auto& prompt : golden["prompts"]) {
            std::vector<TokenId> next = prompt["input_ids"].get<std::vector<TokenId>>();
            const auto state = model->newState();
            for (const TokenId expected : prompt["greedy_ids"].get<std::vector<TokenId>>()) {
                model->forward(*state, {next}, {.logitsFrom = static_cast<int>(next.size()) - 1},
                               logits.data());
                const auto end = logits.begin() + model->config().vocabulary;
                next = {static_cast<TokenId>(std::max_element(logits.begin(), end) - logits.begin())};
                QCOMPARE(next.front(), expected);
            }
        }
    }

    void logitsDoNotDependOnHowTheTextIsCut_data() {
        QTest::addColumn<int>("format");
        for (const WeightFormat format : {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8})
            QTest::addRow("format %d", static_cast<int>(format)) << static_cast<int>(format);
    }
    void logitsDoNotDependOnHowTheTextIsCut() {
        QFETCH(int, format);
        for (const Case& c : cases()) {
            const auto model = load(c.weights, static_cast<WeightFormat>(format));
            const std::vector<TokenId> ids = someIds(70, model->config().vocabulary);
            const std::vector<float> whole = logitsInPieces(*model, ids, {1});
            const std::vector<std::vector<int>> cuts{{64},     {2},  {3, 1},    {5},
                                                     {17, 16}, {33}, {1, 1, 9}, {48, 7}};
            for (const std::vector<int>& cut : cuts) {
                const std::vector<float> pieces = logitsInPieces(*model, ids, cut);
                QVERIFY2(std::memcmp(whole.data(), pieces.data(), whole.size() * sizeof(float)) == 0,
                         c.name.c_str());
            }
        }
    }

    void logitsDoNotDependOnTheNumberOfThreads() {
        const Case c = cases().front();
        const std::vector<TokenId> ids = someIds(20, 300);
        const std::vector<float> one = logitsInPieces(*load(c.weights, WeightFormat::Int8x2, 1), ids, {4});
        const std::vector<float> three = logitsInPieces(*load(c.weights, WeightFormat::Int8x2, 3), ids, {4});
        QVERIFY(std::memcmp(one.data(), three.data(), one.size() * sizeof(float)) == 0);
    }

    void smallerFormatsStayNearTheReference() {
        const Case c = cases().front();
        const std::vector<TokenId> ids = someIds(30, 300);
        const std::vector<float> exact = logitsInPieces(*load(c.weights, WeightFormat::Fp32), ids, {30});
        double last = 0.0;
        for (const WeightFormat format : {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8}) {
            const std::vector<float> found = logitsInPieces(*load(c.weights, format), ids, {30});
            double squares = 0.0;
            for (std::size_t i = 0; i < exact.size(); ++i)
                squares += std::pow(static_cast<double>(found[i] - exact[i]), 2);
            const double rms = std::sqrt(squares / static_cast<double>(exact.size()));
            QVERIFY2(rms < (format == WeightFormat::Fp16 ? 0.01 : 0.3), qPrintable(QString::number(rms)));
            QVERIFY(rms > last);  // fp16 is nearer than int8x2, int8x2 nearer than int8
            last = rms;
        }
    }

    void aTreesRowsEqualTheSameRowsInAChain() {
        for (const WeightFormat format : {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8}) {
            const auto model = load(cases().front().weights, format);
            const auto vocabulary = static_cast<std::size_t>(model->config().vocabulary);
            const std::vector<TokenId> prefix{3, 14, 15}, tree{9, 26, 53, 58, 97};
            const std::vector<int> parents{-1, 0, 0, 1, 2};  // paths 9-26-58 and 9-53-97
            const auto state = model->newState();
            QVERIFY(model->prefill(*state, prefix, {}));
            std::vector<float> rows(tree.size() * vocabulary);
            model->forward(*state, {tree, parents}, {}, rows.data());
            const std::vector<TokenId> chain{3, 14, 15, 9, 53, 97};
            const std::vector<float> expected = logitsInPieces(*model, chain, {1});
            const auto same = [&](std::size_t treeRow, std::size_t chainRow) {
                return std::memcmp(&rows[treeRow * vocabulary], &expected[chainRow * vocabulary],
                                   vocabulary * sizeof(float)) == 0;
            };
            QVERIFY(same(0, 3) && same(2, 4) && same(4, 5));
            // Keeping the second path leaves a cache from which decoding goes on as after the chain.
            const std::vector<int> kept{3, 5, 7};
            state->cache.compact(3, kept);
            const std::vector<TokenId> next{7};
            model->forward(*state, {next}, {}, rows.data());
            std::vector<TokenId> longer = chain;
            longer.push_back(7);
            const std::vector<float> after = logitsInPieces(*model, longer, {1});
            QVERIFY(std::memcmp(rows.data(), &after[6 * vocabulary], vocabulary * sizeof(float)) == 0);
        }
    }

    void aTreeRunInSeveralPassesEqualsTheChains_data() { addCases(); }
    void aTreeRunInSeveralPassesEqualsTheChains() {
        const auto model = load(current().weights, WeightFormat::Int8x2);
        const auto vocabulary = static_cast<std::size_t>(model->config().vocabulary);
        const TreeCase tree(model->config().vocabulary);
        for (const std::vector<int>& passes : {std::vector<int>{14}, {2, 3, 4, 3, 1, 1}, {7, 7}, {13, 1}}) {
            const std::vector<float> rows = tree.rows(*model, passes);
            for (std::size_t node = 0; node < tree.tree.size(); ++node) {
                const std::vector<TokenId> chain = tree.chainTo(node);
                const std::vector<float> expected = logitsInPieces(*model, chain, {64});
                QVERIFY2(std::memcmp(&rows[node * vocabulary], &expected[(chain.size() - 1) * vocabulary],
                                     vocabulary * sizeof(float)) == 0,
                         qPrintable(QStringLiteral("node %1 in %2 passes").arg(node).arg(passes.size())));
            }
        }
    }

    void aParentAfterItsChildIsRefused() {
        const auto model = load(cases().front().weights, WeightFormat::Int8x2);
        const auto state = model->newState();
        std::vector<float> rows(2 * static_cast<std::size_t>(model->config().vocabulary));
        const std::vector<TokenId> ids{5, 6};
        for (const std::vector<int>& parents : {std::vector<int>{0, -1}, {-1, 1}, {-2, 0}})
            QVERIFY_EXCEPTION_THROWN(model->forward(*state, {ids, parents}, {}, rows.data()), std::exception);
        QVERIFY_EXCEPTION_THROWN(model->forward(*state, {.tokens = ids, .base = 1}, {}, rows.data()),
                                 std::exception);
    }

    void rewindingAndFeedingAgainGivesTheSameLogits() {
        const auto model = load(cases().front().weights, WeightFormat::Int8x2);
        const auto vocabulary = static_cast<std::size_t>(model->config().vocabulary);
        const std::vector<TokenId> ids = someIds(12, 300), other{5, 6, 7};
        const std::vector<float> expected = logitsInPieces(*model, ids, {12});
        const auto state = model->newState();
        QVERIFY(model->prefill(*state, std::span(ids).first(8), {}));
        std::vector<float> logits(4 * vocabulary);
        model->forward(*state, {other}, {}, logits.data());
        state->cache.truncate(8);
        model->forward(*state, {std::span(ids).subspan(8)}, {}, logits.data());
        QVERIFY(std::memcmp(logits.data(), &expected[8 * vocabulary], logits.size() * sizeof(float)) == 0);
    }

    void tapsAreTheResidualStreamAndEarlyExitUsesIt() {
        const auto model = load(cases().front().weights, WeightFormat::Fp16);
        const std::vector<TokenId> ids{1, 2, 3};
        const auto hidden = static_cast<std::size_t>(model->config().hidden);
        const std::vector<int> layers{1, 3};
        std::vector<float> taps(2 * 3 * hidden), shallow(3 * hidden);
        std::vector<float> logits(3 * static_cast<std::size_t>(model->config().vocabulary));
        const auto state = model->newState();
        model->forward(*state, {ids}, {.taps = layers, .tapOut = taps.data()}, logits.data());
        state->cache.truncate(0);
        const std::vector<int> first{1};
        std::vector<int> others(static_cast<std::size_t>(model->config().layers) - 1);
        std::iota(others.begin(), others.end(), 2);
        model->forward(*state, {ids}, {.skipped = others, .taps = first, .tapOut = shallow.data()},
                       logits.data());
        QVERIFY(std::memcmp(taps.data(), shallow.data(), shallow.size() * sizeof(float)) == 0);
        QVERIFY(std::memcmp(taps.data(), taps.data() + 3 * hidden, 3 * hidden * sizeof(float)) != 0);
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

QTEST_GUILESS_MAIN(TestModel)
#include "test_model.moc"
