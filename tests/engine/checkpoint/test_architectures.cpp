#include <QtTest>

#include <cmath>

#include "engine/checkpoint/architecture.h"
#include "engine/checkpoint/config_reader.h"
#include "engine/trace/error.h"
#include "tests/engine/checkpoint/file_builders.h"

using namespace specula;
using nlohmann::json;

namespace {

// Fields that most configs have, for a model of 4 layers.
json common(const char* hfClass) {
    return {{"architectures", {hfClass}}, {"vocab_size", 100},
            {"hidden_size", 32},          {"intermediate_size", 64},
            {"num_hidden_layers", 4},     {"num_attention_heads", 4},
            {"num_key_value_heads", 2},   {"max_position_embeddings", 128}};
}

json with(json base, const json& more) {
    base.update(more);
    return base;
}

ModelConfig read(const json& config) {
    QTemporaryDir folder;
    testing::writeFile(folder.filePath(QStringLiteral("config.json")), config.dump());
    ModelConfig read = readConfigJson(folder.path().toStdString());
    read.name.clear();  // the folder's, a random one
    return read;
}

QString refusal(const json& config) {
    try {
        read(config);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

std::vector<int> windowsOf(const ModelConfig& config) {
    std::vector<int> windows;
    for (const LayerKind& layer : config.layerKinds) windows.push_back(layer.window);
    return windows;
}

}  // namespace

class TestArchitectures : public QObject {
    Q_OBJECT

private slots:
    void olderAndNewerKeysDescribeTheSameModel_data() {
        QTest::addColumn<QByteArray>("older");
        QTest::addColumn<QByteArray>("newer");
        const auto row = [](const char* name, const json& older, const json& newer) {
            QTest::newRow(name) << QByteArray::fromStdString(older.dump())
                                << QByteArray::fromStdString(newer.dump());
        };
        const json full = "full_attention", sliding = "sliding_attention";
        const json neox = common("GPTNeoXForCausalLM");
        row("a part of each head rotated", with(neox, {{"rotary_pct", 0.25}, {"rotary_emb_base", 500}}),
            with(neox,
                 {{"rope_parameters",
                   {{"rope_theta", 500.0}, {"partial_rotary_factor", 0.25}, {"rope_type", "default"}}}}));
        const json qwen =
            with(common("Qwen2ForCausalLM"), {{"use_sliding_window", true}, {"sliding_window", 9}});
        row("windows from a layer on", with(qwen, {{"max_window_layers", 3}, {"rope_theta", 7.0}}),
            with(qwen,
                 {{"layer_types", {full, full, full, sliding}}, {"rope_parameters", {{"rope_theta", 7.0}}}}));
        const json gemma2 = with(common("Gemma2ForCausalLM"), {{"sliding_window", 9}, {"head_dim", 8}});
        row("every other layer local", gemma2,
            with(gemma2, {{"layer_types", {sliding, full, sliding, full}},
                          {"rope_parameters", {{"rope_theta", 10000.0}, {"rope_type", "default"}}}}));
        const json gemma3 = with(common("Gemma3ForCausalLM"), {{"sliding_window", 9}, {"head_dim", 8}});
        row("two rope bases",
            with(gemma3, {{"sliding_window_pattern", 3},
                          {"rope_theta", 5000.0},
                          {"rope_scaling", {{"rope_type", "linear"}, {"factor", 8.0}}},
                          {"rope_local_base_freq", 300.0}}),
            with(gemma3,
                 {{"layer_types", {sliding, sliding, full, sliding}},
                  {"rope_parameters",
                   {{"full_attention", {{"rope_theta", 5000.0}, {"rope_type", "linear"}, {"factor", 8.0}}},
                    {"sliding_attention", {{"rope_theta", 300.0}, {"rope_type", "default"}}}}}}));
        const json smol = common("SmolLM3ForCausalLM");
        row("every fourth layer without positions", smol, with(smol, {{"no_rope_layers", {1, 1, 1, 0}}}));
        const json factors = {{"short_factor", {1.0, 1.5, 2.0, 2.5}}, {"long_factor", {2.0, 3.0, 4.0, 5.0}}};
        const json phi = with(common("Phi3ForCausalLM"), {{"original_max_position_embeddings", 64}});
        row("long-context factors", with(phi, {{"rope_scaling", with(factors, {{"type", "su"}})}}),
            with(phi, {{"rope_parameters", with(factors, {{"rope_type", "longrope"}})}}));
        row("a class name or a model type", with(phi, {{"model_type", "phi3"}}), [&] {
            json named = with(phi, {{"model_type", "phi3"}});
            named.erase("architectures");
            return named;
        }());
    }
    void olderAndNewerKeysDescribeTheSameModel() {
        QFETCH(QByteArray, older);
        QFETCH(QByteArray, newer);
        QVERIFY(read(json::parse(older)) == read(json::parse(newer)));
    }

    void windowsAreThoseOfTheArchitecture() {
        const auto windows = [](const char* hfClass, const json& more) {
            return windowsOf(read(with(common(hfClass), more)));
        };
        using Windows = std::vector<int>;
        QCOMPARE(windows("MistralForCausalLM", {{"sliding_window", 9}}), (Windows{9, 9, 9, 9}));
        QCOMPARE(windows("MistralForCausalLM", {{"sliding_window", nullptr}}), (Windows{0, 0, 0, 0}));
        QCOMPARE(windows("MistralForCausalLM", json::object()), (Windows{4096, 4096, 4096, 4096}));
        QCOMPARE(windows("Qwen2ForCausalLM", {{"sliding_window", 9}}), (Windows{0, 0, 0, 0}));
        QCOMPARE(windows("Phi3ForCausalLM", {{"sliding_window", 9}}), (Windows{9, 9, 9, 9}));
        QCOMPARE(windows("Gemma2ForCausalLM", {{"sliding_window", 9}}), (Windows{9, 0, 9, 0}));
        QCOMPARE(windows("Gemma3ForCausalLM", {{"sliding_window", 9}}), (Windows{9, 9, 9, 9}));
        QCOMPARE(windows("LlamaForCausalLM", {{"sliding_window", 9}}), (Windows{0, 0, 0, 0}));
    }

    void localLayersOfGemma3TurnByTheirOwnBase() {
        const ModelConfig config =
            read(with(common("Gemma3ForCausalLM"), {{"sliding_window", 9}, {"sliding_window_pattern", 2}}));
        QCOMPARE(config.ropes.size(), std::size_t{2});
        QCOMPARE(config.ropes[0].theta, 1e6);
        QCOMPARE(config.ropes[1].theta, 1e4);
        const std::vector<LayerKind> expected{{1, 9}, {0, 0}, {1, 9}, {0, 0}};
        QVERIFY(config.layerKinds == expected);
        QVERIFY(config.tiedHead && config.headDim == 256);
        QCOMPARE(config.attentionScale, 1.0 / 16.0);
    }

    void longRopeScalesByThePublishedRule() {
        const json phi = with(common("Phi3ForCausalLM"), {{"original_max_position_embeddings", 32},
                                                          {"rope_scaling",
                                                           {{"type", "longrope"},
                                                            {"short_factor", {1.0, 1.0, 1.0, 1.0}},
                                                            {"long_factor", {2.0, 3.0, 4.0, 5.0}}}}});
        const RopeScaling scaling = read(phi).ropes.front().scaling;
        QCOMPARE(scaling.originalContext, 32.0);
        QCOMPARE(scaling.attentionFactor, std::sqrt(1.0 + std::log(4.0) / std::log(32.0)));
    }

    void whatWouldChangeTheComputationIsRefused_data() {
        QTest::addColumn<QByteArray>("config");
        QTest::addColumn<QString>("field");
        const auto row = [](const char* hfClass, const json& more, const char* field) {
            QTest::addRow("%s %s", hfClass, more.dump().c_str())
                << QByteArray::fromStdString(with(common(hfClass), more).dump())
                << QString::fromLatin1(field);
        };
        row("LlamaForCausalLM", {{"rope_scaling", {{"rope_type", "yarn"}, {"factor", 4.0}}}}, "rope_type");
        row("LlamaForCausalLM", {{"hidden_act", "quick_gelu"}}, "hidden_act");
        row("LlamaForCausalLM", {{"partial_rotary_factor", 0.1}}, "partial_rotary_factor");
        row("MistralForCausalLM", {{"layer_types", {"full_attention"}}}, "layer_types");
        row("Qwen2ForCausalLM", {{"layer_types", {"a", "b", "c", "d"}}}, "layer_types");
        row("Phi3ForCausalLM", {{"attention_bias", true}}, "attention_bias");
        row("Phi3ForCausalLM",
            {{"original_max_position_embeddings", 64},
             {"rope_scaling", {{"type", "longrope"}, {"short_factor", {1}}, {"long_factor", {1}}}}},
            "short_factor");
        row("Gemma3ForCausalLM", {{"use_bidirectional_attention", true}}, "use_bidirectional_attention");
        row("SmolLM3ForCausalLM", {{"no_rope_layers", {1, 1}}}, "no_rope_layers");
        row("OPTForCausalLM", {{"ffn_dim", 64}, {"layer_norm_elementwise_affine", false}},
            "layer_norm_elementwise_affine");
        row("GPT2LMHeadModel", {{"n_embd", 32}, {"n_layer", 4}, {"n_head", 4}, {"add_cross_attention", true}},
            "add_cross_attention");
        row("GPT2LMHeadModel", {{"n_embd", 32}, {"n_layer", 4}, {"n_head", 5}}, "n_embd");
        row("MambaForCausalLM", json::object(), "architectures");
    }
    void whatWouldChangeTheComputationIsRefused() {
        QFETCH(QByteArray, config);
        QFETCH(QString, field);
        const QString message = refusal(json::parse(config));
        QVERIFY2(message.contains(field) && message.contains(QStringLiteral("config.json")),
                 qPrintable(message));
    }

    void everyExpectedTensorHasANameInTheFiles() {
        const std::vector<json> configs{
            common("LlamaForCausalLM"),
            common("Qwen2ForCausalLM"),
            common("Qwen3ForCausalLM"),
            common("MistralForCausalLM"),
            common("SmolLM3ForCausalLM"),
            common("Olmo2ForCausalLM"),
            common("Phi3ForCausalLM"),
            common("Gemma2ForCausalLM"),
            common("Gemma3ForCausalLM"),
            with(common("GPT2LMHeadModel"), {{"n_embd", 32}, {"n_layer", 4}, {"n_head", 4}}),
            with(common("GPTNeoXForCausalLM"), {{"rotary_pct", 0.25}}),
            with(common("OPTForCausalLM"), {{"ffn_dim", 64}, {"word_embed_proj_dim", 16}})};
        for (const json& config : configs) {
            const ModelConfig model = read(config);
            const Architecture& architecture = *findArchitecture(model.architecture);
            for (const ExpectedTensor& tensor : expectedTensors(model)) {
                const std::string inFile = nameInFile(architecture.hfNames, tensor.canonical);
                bool back = false;
                for (const NameMatch& match : matchName(architecture.hfNames, inFile))
                    back = back || match.canonical == tensor.canonical;
                QVERIFY2(back, (model.architecture + ": " + tensor.canonical).c_str());
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestArchitectures)
#include "test_architectures.moc"
