#include <QtTest>

#include <QTemporaryDir>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/checkpoint/config_reader.h"
#include "engine/decode/session.h"
#include "engine/measure/model_shapes.h"
#include "engine/measure/random_checkpoint.h"
#include "engine/model/model.h"
#include "engine/trace/error.h"

using namespace specula;
using nlohmann::json;

namespace {

/// The published config.json of each shape, as far as it concerns the arithmetic.
const std::map<std::string, json> kPublished{{"opt-1.3b",
                                              {{"model_type", "opt"},
                                               {"architectures", {"OPTForCausalLM"}},
                                               {"hidden_size", 2048},
                                               {"word_embed_proj_dim", 2048},
                                               {"num_hidden_layers", 24},
                                               {"num_attention_heads", 32},
                                               {"ffn_dim", 8192},
                                               {"vocab_size", 50272},
                                               {"max_position_embeddings", 2048},
                                               {"do_layer_norm_before", true},
                                               {"activation_function", "relu"}}},
                                             {"opt-125m",
                                              {{"model_type", "opt"},
                                               {"architectures", {"OPTForCausalLM"}},
                                               {"hidden_size", 768},
                                               {"word_embed_proj_dim", 768},
                                               {"num_hidden_layers", 12},
                                               {"num_attention_heads", 12},
                                               {"ffn_dim", 3072},
                                               {"vocab_size", 50272},
                                               {"max_position_embeddings", 2048},
                                               {"do_layer_norm_before", true},
                                               {"activation_function", "relu"}}},
                                             {"gpt2",
                                              {{"model_type", "gpt2"},
                                               {"architectures", {"GPT2LMHeadModel"}},
                                               {"n_embd", 768},
                                               {"n_layer", 12},
                                               {"n_head", 12},
                                               {"n_positions", 1024},
                                               {"vocab_size", 50257},
                                               {"layer_norm_epsilon", 1e-5},
                                               {"activation_function", "gelu_new"}}},
                                             {"distilgpt2",
                                              {{"model_type", "gpt2"},
                                               {"architectures", {"GPT2LMHeadModel"}},
                                               {"n_embd", 768},
                                               {"n_layer", 6},
                                               {"n_head", 12},
                                               {"n_positions", 1024},
                                               {"vocab_size", 50257},
                                               {"layer_norm_epsilon", 1e-5},
                                               {"activation_function", "gelu_new"}}},
                                             {"llama-3.2-1b",
                                              {{"model_type", "llama"},
                                               {"architectures", {"LlamaForCausalLM"}},
                                               {"hidden_size", 2048},
                                               {"intermediate_size", 8192},
                                               {"num_hidden_layers", 16},
                                               {"num_attention_heads", 32},
                                               {"num_key_value_heads", 8},
                                               {"head_dim", 64},
                                               {"vocab_size", 128256},
                                               {"max_position_embeddings", 131072},
                                               {"rms_norm_eps", 1e-5},
                                               {"hidden_act", "silu"},
                                               {"tie_word_embeddings", true},
                                               {"rope_theta", 500000.0},
                                               {"rope_scaling",
                                                {{"factor", 32.0},
                                                 {"high_freq_factor", 4.0},
                                                 {"low_freq_factor", 1.0},
                                                 {"original_max_position_embeddings", 8192},
                                                 {"rope_type", "llama3"}}}}}};

/// A shape small enough for a test.
ModelConfig small(const char* of, int layers, int hidden) {
    ModelConfig c = modelShape(of).value();
    c.vocabulary = 500;
    c.layers = layers;
    c.layerKinds.resize(static_cast<std::size_t>(layers));
    c.hidden = c.embeddingWidth = hidden;
    c.heads = 4;
    c.kvHeads = c.norm == NormKind::Rms ? 2 : 4;
    c.headDim = c.rotaryDim = hidden / 4;
    c.ffn = 2 * hidden;
    return c;
}

}  // namespace

class TestModelShapes : public QObject {
    Q_OBJECT

private slots:
    void shapesAreThePublishedOnes() {
        for (const auto& [name, published] : kPublished) {
            const QTemporaryDir folder;
            std::ofstream(folder.path().toStdString() + "/config.json") << published.dump();
            ModelConfig read = readConfigJson(folder.path().toStdString());
            const ModelConfig made = modelShape(name).value();
            read.name = made.name;
            read.fileFormat = made.fileFormat;
            read.eos = made.eos;
            QVERIFY2(read == made, name.c_str());
        }
        QVERIFY(!modelShape("gpt-5").has_value());
    }

    void aRandomModelGivesFiniteLogits_data() {
        QTest::addColumn<QString>("shape");
        for (const char* shape : {"opt-125m", "gpt2", "llama-3.2-1b"}) QTest::newRow(shape) << shape;
    }

    void aRandomModelGivesFiniteLogits() {
        QFETCH(QString, shape);
        const std::string name = shape.toStdString();
        for (const WeightFormat format :
             {WeightFormat::Fp32, WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8}) {
            const auto engine =
                loadRandomPair({small(name.c_str(), 3, 64), small(name.c_str(), 1, 32), format, 1, 128}, {});
            QCOMPARE(engine->draftInfo().kind, std::string("model"));
            QVERIFY(engine->pairReport().compatible);
            const std::vector<float> logits = engine->logits({1, 2, 3, 77, 490});
            double sum = 0.0;
            for (const float logit : logits) {
                QVERIFY(std::isfinite(logit));
                sum += static_cast<double>(logit) * static_cast<double>(logit);
            }
            const double deviation = std::sqrt(sum / static_cast<double>(logits.size()));
            QVERIFY2(deviation > 0.2 && deviation < 5.0, qPrintable(QString::number(deviation)));
        }
    }

    void theSameWeightsEveryTime() {
        const RandomPairOptions pair{small("gpt2", 2, 32), small("gpt2", 1, 32), WeightFormat::Int8, 1, 64};
        QCOMPARE(loadRandomPair(pair)->logits({3, 4}), loadRandomPair(pair)->logits({3, 4}));
    }

    void largeMatricesComeRoundAgain() {
        ModelConfig wide = small("llama-3.2-1b", 1, 64);
        wide.vocabulary = 100'000;  // 6.4 million values, more than the noise holds
        const RandomCheckpoint checkpoint(wide, 7);
        const StoredTensor& embedding = checkpoint.require("embed.weight", {100'000, 64});
        QVERIFY(embedding.bytes.size() <= 2 * RandomCheckpoint::kNoiseValues);
        std::vector<float> first(64), last(64), again(64);
        readRows(embedding, 0, 1, first.data());
        readRows(embedding, 99'999, 1, last.data());
        readRows(embedding, embedding.rowGroup, 1, again.data());
        QVERIFY(first != last);
        QCOMPARE(first, again);
        checkTensors(checkpoint);
        QVERIFY(checkpoint.parameters() > 6'400'000);
    }

    void modelsThatDoNotFitAreRefused() {
        ModelConfig other = small("gpt2", 1, 32);
        other.vocabulary = 400;
        QVERIFY_EXCEPTION_THROWN(loadRandomPair({small("gpt2", 2, 32), other, WeightFormat::Int8, 1, 64}),
                                 Error);
    }

    void anEngineWithoutADraftDecodesPlainly() {
        const auto pair =
            loadRandomPair({small("gpt2", 2, 32), small("gpt2", 1, 32), WeightFormat::Int8, 1, 64});
        const auto alone = Engine::ofModels(pair->targetShared());
        QCOMPARE(alone->draftInfo().kind, std::string("none"));
        RunOptions options;
        options.gamma = 0;
        options.maxTokens = 5;
        Session session(alone, options, {1, 2});
        while (session.step({})) {
        }
        QCOMPARE(session.output().size(), std::size_t{5});
    }
};

QTEST_GUILESS_MAIN(TestModelShapes)
#include "test_model_shapes.moc"
