#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtEndian>
#include <QtTest>
#include <limits>

#include "engine/trace/error.h"
#include "engine/train/decoder.h"
#include "engine/train/distill.h"
#include "engine/train/evaluate.h"
#include "engine/train/loop.h"
#include "engine/train/model_folder.h"
#include "engine/train/packing.h"
#include "engine/train/sampler.h"
#include "engine/train/tensor_file.h"

namespace {

using namespace specula;

const DecoderShape kToy{.vocabulary = 40,
                        .hidden = 32,
                        .layers = 2,
                        .heads = 4,
                        .kvHeads = 2,
                        .headDim = 16,
                        .ffn = 64,
                        .context = 48};

// A language of counting: every token is followed by the next one.
TokenStream countingStream() {
    TokenStream stream;
    for (int repeat = 0; repeat < 20; ++repeat) {
        std::vector<TokenId> tokens{kBeginToken};
        for (int i = 0; i < 30; ++i) tokens.push_back(3 + (i + repeat) % 37);
        stream.append(tokens);
    }
    return stream;
}

LossFunction lossOf(const Decoder& decoder, const TokenStream& stream, double dropout = 0.0) {
    return [&decoder, &stream, dropout](std::int64_t step, double) {
        const Batch batch = stream.draw(4, 24, 7, step);
        return nextTokenLoss(decoder.forward(batch.ids, {.bfloat16 = true, .dropout = dropout}),
                             batch.labels);
    };
}

LoopOptions toyLoop(std::int64_t steps) {
    LoopOptions options;
    options.name = "toy";
    options.steps = steps;
    options.warmUp = 3;
    return options;
}

double heldLoss(const Decoder& decoder, const TokenStream& stream) {
    const Batch batch = stream.draw(8, 24, 99, 0);
    return nextTokenLoss(decoder.forward(batch.ids, {}), batch.labels).item<double>();
}

bool sameParameters(const Decoder& left, const Decoder& right) {
    for (std::size_t i = 0; i < left.parameters().size(); ++i)
        if (!at::equal(left.parameters()[i].second, right.parameters()[i].second)) return false;
    return true;
}

double largestDifference(const at::Tensor& left, const at::Tensor& right) {
    return (left - right).abs().max().item<double>();
}

}  // namespace

class TestTraining : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { at::set_num_threads(1); }

    void everyParameterGetsAGradient() {
        const Decoder decoder(kToy, 1);
        const TokenStream stream = countingStream();
        lossOf(decoder, stream)(0, 0.0).backward();
        for (const auto& [name, value] : decoder.parameters()) {
            QVERIFY2(value.grad().defined(), name.c_str());
            QVERIFY2(value.grad().abs().max().item<double>() > 0.0, name.c_str());
        }
    }

    void trainingLowersTheLoss() {
        const Decoder decoder(kToy, 1);
        const TokenStream stream = countingStream();
        const double before = heldLoss(decoder, stream);
        LoopOptions options = toyLoop(60);
        options.peakRate = 1e-2;
        const auto result = trainLoop(decoder.parameters(), lossOf(decoder, stream), 96, {}, options);
        QCOMPARE(result.steps, 60);
        const double after = heldLoss(decoder, stream);
        QVERIFY2(after < 0.5 * before, qPrintable(QStringLiteral("%1 -> %2").arg(before).arg(after)));
    }

    void trainingIsAFunctionOfItsSeeds() {
        const Decoder left(kToy, 3);
        const Decoder right(kToy, 3);
        const TokenStream stream = countingStream();
        for (const Decoder* decoder : {&left, &right})
            trainLoop(decoder->parameters(), lossOf(*decoder, stream, 0.2), 96, {}, toyLoop(4));
        QVERIFY(sameParameters(left, right));
        QVERIFY(!sameParameters(left, Decoder(kToy, 3)));
    }

    void aResumedTrainingEndsExactlyLikeAnUncutOne() {
        const QTemporaryDir folder;
        const TokenStream stream = countingStream();
        const Decoder uncut(kToy, 3);
        LoopOptions options = toyLoop(8);
        options.saveEvery = 0.0;
        trainLoop(uncut.parameters(), lossOf(uncut, stream, 0.1), 96, {}, options);

        options.statePath = folder.path().toStdString() + "/toy.state";
        {
            const Decoder cut(kToy, 3);
            const auto loss = lossOf(cut, stream, 0.1);
            const auto failing = [&](std::int64_t step, double progress) {
                if (step == 5) throw Error("cut");
                return loss(step, progress);
            };
            QVERIFY_EXCEPTION_THROWN(trainLoop(cut.parameters(), failing, 96, {}, options), Error);
        }
        const Decoder resumed(kToy, 1234);
        const auto result = trainLoop(resumed.parameters(), lossOf(resumed, stream, 0.1), 96, {}, options);
        QCOMPARE(result.steps, 8);
        QVERIFY(sameParameters(uncut, resumed));
    }

    void aGradientThatIsNotFiniteChangesNothing() {
        const Decoder decoder(kToy, 1);
        Optimizer optimizer(decoder.parameters(), {});
        const TokenStream stream = countingStream();
        (lossOf(decoder, stream)(0, 0.0) * std::numeric_limits<double>::infinity()).backward();
        optimizer.step(1e-2);
        QVERIFY(sameParameters(decoder, Decoder(kToy, 1)));
    }

    void laterTokensNeverReachEarlierLogits_data() {
        QTest::addColumn<bool>("bfloat16");
        QTest::newRow("float32") << false;
        QTest::newRow("bfloat16") << true;
    }

    void laterTokensNeverReachEarlierLogits() {
        QFETCH(bool, bfloat16);
        const Decoder decoder(kToy, 2);
        const auto ids = at::arange(3, 33, at::kLong).reshape({2, 15});
        auto changed = ids.clone();
        changed.select(1, 10).fill_(39);
        const auto before = decoder.forward(ids, {.bfloat16 = bfloat16});
        const auto after = decoder.forward(changed, {.bfloat16 = bfloat16});
        QCOMPARE(largestDifference(before.narrow(1, 0, 10), after.narrow(1, 0, 10)), 0.0);
        QVERIFY(largestDifference(before.narrow(1, 11, 4), after.narrow(1, 11, 4)) > 0.0);
    }

    void theCacheGivesTheSameLogits() {
        const Decoder decoder(kToy, 2);
        const auto ids = at::arange(3, 33, at::kLong).reshape({2, 15});
        c10::InferenceMode inference;
        const auto whole = decoder.forward(ids, {});
        DecoderCache cache;
        auto pieces = std::vector<at::Tensor>{decoder.forward(ids.narrow(1, 0, 9), cache, {})};
        for (std::int64_t i = 9; i < 15; ++i)
            pieces.push_back(decoder.forward(ids.narrow(1, i, 1), cache, {}));
        QVERIFY(largestDifference(whole, at::cat(pieces, 1)) < 1e-5);
        QVERIFY_EXCEPTION_THROWN(decoder.forward(ids, cache, {}), Error);
        QVERIFY_EXCEPTION_THROWN(decoder.forward(at::zeros({1, 49}, at::kLong), {}), Error);
    }

    void windowsAreDrawnBySeedAndLeaveOutTheNextStory() {
        const TokenStream stream = countingStream();
        const Batch batch = stream.draw(6, 32, 5, 2);
        QVERIFY(at::equal(batch.ids, stream.draw(6, 32, 5, 2).ids));
        QVERIFY(!at::equal(batch.ids, stream.draw(6, 32, 5, 3).ids));
        const auto following = batch.ids.narrow(1, 1, 31);
        const auto expected = at::where(following.eq(kBeginToken), at::full_like(following, -100), following);
        QVERIFY(at::equal(batch.labels.narrow(1, 0, 31), expected));
        QVERIFY((batch.labels.eq(-100)).any().item<bool>());
        QVERIFY_EXCEPTION_THROWN(stream.draw(1, stream.size(), 1, 1), Error);
    }

    void theDistillationLossIsLeastAtTheTarget() {
        at::manual_seed(1);
        const auto targetLogits = at::randn({2, 5, 40});
        const auto labels = at::zeros({2, 5}, at::kLong);
        const auto pTarget = at::softmax(targetLogits, -1);
        for (const double progress : {0.0, 0.5, 1.0}) {
            const double least = distillLoss(targetLogits, pTarget, labels, progress).item<double>();
            const auto other = targetLogits + 0.3 * at::randn({2, 5, 40});
            QVERIFY(distillLoss(other, pTarget, labels, progress).item<double>() > least);
        }
    }

    void theOverlapOfADecoderWithItselfIsOne() {
        const Decoder decoder(kToy, 2);
        const std::vector<std::vector<TokenId>> texts{{1, 5, 6, 7}, {1, 9, 8, 7, 6, 5, 4}};
        QVERIFY(qAbs(meanOverlap(decoder, decoder, texts) - 1.0) < 1e-5);
        const double other = meanOverlap(decoder, Decoder(kToy, 4), texts);
        QVERIFY(other > 0.0 && other < 0.9999);
        // Random parameters this small are near the uniform distribution over 40 tokens.
        QVERIFY(qAbs(perplexity(decoder, texts) - 40.0) < 15.0);
    }

    void samplesNeverBeginAnotherStory() {
        const Decoder decoder(kToy, 2);
        const auto texts = sampleTexts(decoder, {{1, 4}, {1, 5}, {1, 6}}, 1.0, 40, 9);
        QCOMPARE(texts, sampleTexts(decoder, {{1, 4}, {1, 5}, {1, 6}}, 1.0, 40, 9));
        for (const auto& text : texts) {
            QCOMPARE(std::count(text.begin(), text.end(), kBeginToken), 1);
            const auto end = std::find(text.begin(), text.end(), kEndToken);
            QVERIFY(end == text.end() ? text.size() == 40 : end + 1 == text.end());
        }
        QVERIFY_EXCEPTION_THROWN(sampleTexts(decoder, {{1, 4}, {1}}, 1.0, 40, 9), Error);
    }

    void aWrittenFolderHasTheNamesShapesAndTypesOfHuggingFace() {
        const QTemporaryDir folder;
        const Decoder decoder(kToy, 2);
        writeModelFolder(folder.path().toStdString() + "/model", decoder, {"pieces", 1, {2}});
        QFile file(folder.path() + QStringLiteral("/model/model.safetensors"));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        const auto headerSize = static_cast<qsizetype>(qFromLittleEndian<quint64>(bytes.constData()));
        auto header = QJsonDocument::fromJson(bytes.mid(8, headerSize)).object();
        header.remove(QStringLiteral("__metadata__"));
        QMap<QString, QJsonArray> expected{{QStringLiteral("model.embed_tokens.weight"), {40, 32}},
                                           {QStringLiteral("model.norm.weight"), {32}}};
        for (int i = 0; i < 2; ++i) {
            const QString at = QStringLiteral("model.layers.%1.").arg(i);
            expected[at + QStringLiteral("input_layernorm.weight")] = {32};
            expected[at + QStringLiteral("post_attention_layernorm.weight")] = {32};
            expected[at + QStringLiteral("self_attn.q_proj.weight")] = {64, 32};
            expected[at + QStringLiteral("self_attn.k_proj.weight")] = {32, 32};
            expected[at + QStringLiteral("self_attn.v_proj.weight")] = {32, 32};
            expected[at + QStringLiteral("self_attn.o_proj.weight")] = {32, 64};
            expected[at + QStringLiteral("mlp.gate_proj.weight")] = {64, 32};
            expected[at + QStringLiteral("mlp.up_proj.weight")] = {64, 32};
            expected[at + QStringLiteral("mlp.down_proj.weight")] = {32, 64};
        }
        QCOMPARE(header.keys(), expected.keys());
        for (const QString& name : header.keys()) {
            QCOMPARE(header[name].toObject()[QStringLiteral("dtype")].toString(), QStringLiteral("F16"));
            QCOMPARE(header[name].toObject()[QStringLiteral("shape")].toArray(), expected[name]);
        }
        QCOMPARE(bytes.size(), 8 + headerSize + 2 * decoder.parameterCount());
        QFile config(folder.path() + QStringLiteral("/model/config.json"));
        QVERIFY(config.open(QIODevice::ReadOnly));
        const auto object = QJsonDocument::fromJson(config.readAll()).object();
        QCOMPARE(object[QStringLiteral("model_type")].toString(), QStringLiteral("llama"));
        QCOMPARE(object[QStringLiteral("num_key_value_heads")].toInt(), 2);
        QVERIFY(object[QStringLiteral("tie_word_embeddings")].toBool());
    }

    void aFolderComesBackAsItWasWritten() {
        const QTemporaryDir folder;
        const std::string path = folder.path().toStdString();
        const Decoder decoder(kToy, 2);
        writeModelFolder(path, decoder, {"pieces", 1, {2}});
        Decoder other(kToy, 3);
        readModelFolder(path, other);
        const auto ids = at::arange(3, 33, at::kLong).reshape({2, 15});
        QVERIFY(largestDifference(decoder.forward(ids, {}), other.forward(ids, {})) < 1e-3);
    }

    void aTensorFileOfAnotherShapeIsRefused() {
        const QTemporaryDir folder;
        const std::string path = folder.path().toStdString() + "/a.state";
        writeTensorFile(path, {{"a", at::ones({3, 4})}}, {{"key", "value"}});
        const auto same = at::zeros({3, 4});
        QCOMPARE(readTensorFile(path, {{"a", same}}).at("key"), std::string("value"));
        QVERIFY(at::equal(same, at::ones({3, 4})));
        QVERIFY_EXCEPTION_THROWN(readTensorFile(path, {{"a", at::zeros({4, 3})}}), Error);
        QVERIFY_EXCEPTION_THROWN(readTensorFile(path, {{"b", at::zeros({3, 4})}}), Error);
        QFile file(QString::fromStdString(path));
        QVERIFY(file.resize(file.size() - 4));
        QVERIFY_EXCEPTION_THROWN(readTensorFile(path, {{"a", same}}), Error);
        QVERIFY(file.resize(6));
        QVERIFY_EXCEPTION_THROWN(readTensorFile(path, {{"a", same}}), Error);
    }
};

QTEST_GUILESS_MAIN(TestTraining)
#include "test_training.moc"
