#include <QtTest>

#include "engine/checkpoint/architecture.h"
#include "engine/checkpoint/checkpoint.h"
#include "engine/trace/error.h"
#include "tests/engine/checkpoint/file_builders.h"
#include "tests/engine/text/golden_check.h"

using namespace specula;
using nlohmann::json;

class TestCheckpoint : public QObject {
    Q_OBJECT

private slots:
    void aLlamaFolderIsDescribedByItsConfig();
    void olderAndNewerConfigsSayTheSame();
    void shardsHoldTheSameValuesAsOneFile();
    void theFormatIsThatOfMostBytes_data();
    void theFormatIsThatOfMostBytes();
    void aFolderSavedWithoutTheHeadIsRead();
    void aTiedModelHasNoHeadOfItsOwn();
    void configFieldsAreReadOrRefused_data();
    void configFieldsAreReadOrRefused();
    void endTokensOfTheGenerationConfigComeFirst();
    void namesInTheHuggingFaceCacheAreTheRepositorys();
    void aGgufsNameIsItsFilesWithoutTheQuantisation_data();
    void aGgufsNameIsItsFilesWithoutTheQuantisation();
    void ggufKeysAreReadOrRefused_data();
    void ggufKeysAreReadOrRefused();
    void ropeFactorsOfAGgufMustFitTheHead();
    void pathsThatAreNoModelsGiveOneClearLine_data();
    void pathsThatAreNoModelsGiveOneClearLine();
};

static QString fixture(const char* name) {
    return golden::root() + QLatin1Char('/') + QLatin1String(name);
}

static std::vector<float> valuesOf(const Checkpoint& checkpoint, const std::string& name) {
    const StoredTensor* tensor = checkpoint.find(name);
    if (!tensor) return {};
    std::vector<float> values(static_cast<std::size_t>(tensor->rows() * tensor->rowLength()));
    readRows(*tensor, 0, tensor->rows(), values.data());
    return values;
}

static QString messageOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

// A model of one layer: hidden 8, 2 heads of 4, 1 key-value head, ffn 12, 10 tokens.
static json tinyConfig() {
    return json::parse(R"({"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_act": "silu",
        "hidden_size": 8, "intermediate_size": 12, "max_position_embeddings": 64, "num_attention_heads": 2,
        "num_hidden_layers": 1, "num_key_value_heads": 1, "rms_norm_eps": 1e-05, "rope_theta": 10000.0,
        "tie_word_embeddings": true, "vocab_size": 10, "eos_token_id": 2})");
}

static testing::SafetensorsBuilder tinyWeights(const std::string& prefix) {
    testing::SafetensorsBuilder builder;
    const std::string layer = prefix + "layers.0.";
    builder.addFloats(prefix + "embed_tokens.weight", {10, 8}, 0.25F)
        .addFloats(layer + "input_layernorm.weight", {8})
        .addFloats(layer + "self_attn.q_proj.weight", {8, 8})
        .addFloats(layer + "self_attn.k_proj.weight", {4, 8})
        .addFloats(layer + "self_attn.v_proj.weight", {4, 8})
        .addFloats(layer + "self_attn.o_proj.weight", {8, 8})
        .addFloats(layer + "post_attention_layernorm.weight", {8})
        .addFloats(layer + "mlp.gate_proj.weight", {12, 8})
        .addFloats(layer + "mlp.up_proj.weight", {12, 8})
        .addFloats(layer + "mlp.down_proj.weight", {8, 12})
        .addFloats(prefix + "norm.weight", {8});
    return builder;
}

static void writeModel(const QString& folder, const json& config, const std::string& weights) {
    QDir().mkpath(folder);
    testing::writeFile(folder + QStringLiteral("/config.json"), config.dump());
    testing::writeFile(folder + QStringLiteral("/model.safetensors"), weights);
}

static testing::GgufBuilder tinyGguf(bool withTensors = true) {
    testing::GgufBuilder builder;
    builder.text("general.architecture", "llama")
        .integer("llama.context_length", 64)
        .integer("llama.embedding_length", 8)
        .integer("llama.block_count", 1)
        .integer("llama.feed_forward_length", 12)
        .integer("llama.attention.head_count", 2)
        .integer("llama.attention.head_count_kv", 1)
        .real("llama.attention.layer_norm_rms_epsilon", 1e-5F);
    if (!withTensors) return builder;
    builder.floats("token_embd.weight", {8, 10})
        .floats("blk.0.attn_norm.weight", {8})
        .floats("blk.0.attn_q.weight", {8, 8})
        .floats("blk.0.attn_k.weight", {8, 4})
        .floats("blk.0.attn_v.weight", {8, 4})
        .floats("blk.0.attn_output.weight", {8, 8})
        .floats("blk.0.ffn_norm.weight", {8})
        .floats("blk.0.ffn_gate.weight", {8, 12})
        .floats("blk.0.ffn_up.weight", {8, 12})
        .floats("blk.0.ffn_down.weight", {12, 8})
        .floats("output_norm.weight", {8});
    return builder;
}

void TestCheckpoint::aLlamaFolderIsDescribedByItsConfig() {
    const auto checkpoint = openCheckpoint(fixture("models/llama").toStdString());
    const ModelConfig& config = checkpoint->config();
    QCOMPARE(config.name, std::string("llama"));
    QCOMPARE(config.architecture, std::string("llama"));
    QCOMPARE(config.fileFormat, std::string("float32"));
    QCOMPARE(config.vocabulary, 320);
    QCOMPARE(config.hidden, 64);
    QCOMPARE(config.layers, 3);
    QCOMPARE(config.heads, 4);
    QCOMPARE(config.kvHeads, 2);
    QCOMPARE(config.headDim, 16);
    QCOMPARE(config.ffn, 144);
    QCOMPARE(config.maxContext, 256);
    QCOMPARE(config.eos, std::vector<TokenId>{2});
    QVERIFY(!config.tiedHead && !config.ropeInterleaved && !config.qkvBias && !config.outBias &&
            !config.mlpBias);
    QCOMPARE(checkpoint->parameters(), std::int64_t{161216});
    QVERIFY(checkpoint->tokenizer() == nullptr);
    const StoredTensor& down = checkpoint->require("layer.2.down.weight", {64, 144});
    QCOMPARE(down.fileName, std::string("model.layers.2.mlp.down_proj.weight"));
    QVERIFY(checkpoint->find("layer.3.down.weight") == nullptr);
    const QString message = messageOf([&] { checkpoint->require("layer.2.down.weight", {144, 64}); });
    for (const char* part :
         {"model.layers.2.mlp.down_proj.weight", "[64, 144]", "[144, 64]", "model.safetensors"}) {
        QVERIFY2(message.contains(QLatin1String(part)), qPrintable(message));
    }
}

void TestCheckpoint::olderAndNewerConfigsSayTheSame() {
    json older = tinyConfig();
    older["rope_scaling"] = {{"rope_type", "llama3"},
                             {"factor", 8.0},
                             {"low_freq_factor", 1.0},
                             {"high_freq_factor", 4.0},
                             {"original_max_position_embeddings", 64}};
    older["rope_theta"] = 500000;
    older["head_dim"] = 4;
    json newer = older;
    newer.erase("rope_scaling");
    newer.erase("rope_theta");
    newer["rope_parameters"] = older["rope_scaling"];
    newer["rope_parameters"]["rope_theta"] = 500000.0;
    QTemporaryDir folder;
    for (const auto& [name, config] : {std::pair("older", older), std::pair("newer", newer)}) {
        const QString path = folder.filePath(QLatin1String(name));
        writeModel(path, config, tinyWeights("model.").bytes());
        const ModelConfig read = openCheckpoint(path.toStdString())->config();
        const Rope& rope = read.ropes.front();
        QCOMPARE(rope.theta, 500000.0);
        QVERIFY(rope.scaling.kind == RopeScaling::Kind::Llama3);
        QCOMPARE(rope.scaling.factor, 8.0);
        QCOMPARE(rope.scaling.lowFreqFactor, 1.0);
        QCOMPARE(rope.scaling.highFreqFactor, 4.0);
        QCOMPARE(rope.scaling.originalContext, 64.0);
    }
    if (!golden::allFixtures()) return;
    const ModelConfig a = openCheckpoint(fixture("models/llama_tied_rope_llama3").toStdString())->config();
    const ModelConfig b =
        openCheckpoint(fixture("models/llama_tied_rope_llama3__v5config").toStdString())->config();
    const Rope &ropeA = a.ropes.front(), &ropeB = b.ropes.front();
    QVERIFY(ropeA.scaling.kind == ropeB.scaling.kind && ropeA.scaling.factor == ropeB.scaling.factor);
    QVERIFY(ropeA.theta == ropeB.theta && a.eos == b.eos && a.tiedHead && b.tiedHead);
    QCOMPARE(a.eos, (std::vector<TokenId>{2, 162, 77}));
}

void TestCheckpoint::shardsHoldTheSameValuesAsOneFile() {
    const bool all = golden::allFixtures();
    const auto one = openCheckpoint(fixture(all ? "models/llama" : "malformed/ok_base").toStdString());
    const auto sharded =
        openCheckpoint(fixture(all ? "models/llama__st_sharded" : "malformed/ok_sharded").toStdString());
    QCOMPARE(one->parameters(), sharded->parameters());
    for (const ExpectedTensor& tensor : expectedTensors(one->config())) {
        const std::vector<float> values = valuesOf(*one, tensor.canonical);
        QVERIFY(!values.empty());
        QVERIFY2(values == valuesOf(*sharded, tensor.canonical), tensor.canonical.c_str());
    }
}

void TestCheckpoint::theFormatIsThatOfMostBytes_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QString>("format");
    const auto row = [](const char* path, const char* format) {
        QTest::newRow(path) << fixture(path) << QString::fromLatin1(format);
    };
    row("gguf/q4_1_spm/model.gguf", "Q4_1");
    row("gguf/q8_0_bpe/model.gguf", "Q8_0");
    if (!golden::allFixtures()) return;
    row("gguf/q6_k_bpe/model.gguf", "Q6_K");
    row("gguf/bf16_spm/model.gguf", "bfloat16");
    row("models/llama__bf16", "bfloat16");
    row("models/llama__f16", "float16");
}

void TestCheckpoint::theFormatIsThatOfMostBytes() {
    QFETCH(QString, path);
    QFETCH(QString, format);
    const auto checkpoint = openCheckpoint(path.toStdString());
    QCOMPARE(QString::fromStdString(checkpoint->config().fileFormat), format);
    QCOMPARE(checkpoint->config().ropeInterleaved, path.endsWith(QStringLiteral(".gguf")));
    QCOMPARE(checkpoint->tokenizer() != nullptr, path.endsWith(QStringLiteral(".gguf")));
}

void TestCheckpoint::aFolderSavedWithoutTheHeadIsRead() {
    QTemporaryDir folder;
    writeModel(folder.path(), tinyConfig(), tinyWeights("").bytes());
    const auto checkpoint = openCheckpoint(folder.path().toStdString());
    QCOMPARE(valuesOf(*checkpoint, "embed.weight"), std::vector<float>(80, 0.25F));
    // Both spellings at once would be two readings of one tensor.
    testing::SafetensorsBuilder twice = tinyWeights("");
    twice.addFloats("model.norm.weight", {8});
    writeModel(folder.path(), tinyConfig(), twice.bytes());
    QVERIFY(messageOf([&] {
                openCheckpoint(folder.path().toStdString());
            }).contains(QStringLiteral("norm.weight")));
}

void TestCheckpoint::aTiedModelHasNoHeadOfItsOwn() {
    QTemporaryDir folder;
    testing::SafetensorsBuilder weights = tinyWeights("model.");
    weights.addFloats("lm_head.weight", {10, 8}, 0.75F);
    writeModel(folder.path(), tinyConfig(), weights.bytes());
    QVERIFY(openCheckpoint(folder.path().toStdString())->find("head.weight") == nullptr);
    json untied = tinyConfig();
    untied["tie_word_embeddings"] = false;
    writeModel(folder.path(), untied, weights.bytes());
    QCOMPARE(valuesOf(*openCheckpoint(folder.path().toStdString()), "head.weight"),
             std::vector<float>(80, 0.75F));
    writeModel(folder.path(), untied, tinyWeights("model.").bytes());
    QVERIFY(messageOf([&] {
                openCheckpoint(folder.path().toStdString());
            }).contains(QStringLiteral("lm_head.weight")));
}

void TestCheckpoint::configFieldsAreReadOrRefused_data() {
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("mentions");
    const auto row = [](const char* patch, const char* mentions) {
        QTest::newRow(patch) << QString::fromUtf8(patch) << QString::fromUtf8(mentions);
    };
    row(R"({"rope_scaling": null, "pretraining_tp": 1})", "");
    row(R"({"rope_scaling": {"type": "linear", "factor": 2}})", "");
    row(R"({"rope_scaling": {"rope_type": "default"}})", "");
    row(R"({"head_dim": null, "eos_token_id": [2, 5]})", "");
    row(R"({"architectures": null})", "");
    row(R"({"rope_scaling": {"type": "yarn", "factor": 2}})", "yarn");
    row(R"({"rope_scaling": {"type": "linear"}})", "factor");
    row(R"({"rope_scaling": {"type": "linear", "factor": 0}})", "factor");
    row(R"({"rope_scaling": 4})", "rope_scaling");
    row(R"({"rope_parameters": {"full_attention": {"rope_theta": 1e4}}})", "full_attention");
    row(R"({"partial_rotary_factor": 0.3})", "partial_rotary_factor");
    row(R"({"rope_theta": "big"})", "rope_theta");
    row(R"({"head_dim": 3})", "head_dim");
    row(R"({"head_dim": 100000})", "head_dim");
    row(R"({"num_attention_heads": 3, "num_key_value_heads": 3})", "hidden_size");
    row(R"({"vocab_size": 0})", "vocab_size");
    row(R"({"vocab_size": 99999999})", "vocab_size");
    row(R"({"vocab_size": true})", "vocab_size");
    row(R"({"num_hidden_layers": 18446744073709551615})", "num_hidden_layers");
    row(R"({"eos_token_id": 10})", "eos_token_id");
    row(R"({"eos_token_id": "</s>"})", "eos_token_id");
    row(R"({"tie_word_embeddings": 1})", "tie_word_embeddings");
    row(R"({"hidden_act": "quick_gelu"})", "quick_gelu");
    row(R"({"architectures": ["Odd\nName"]})", "llama (LlamaForCausalLM)");
    row(R"({"attention_bias": true})", "model.layers.0.self_attn.q_proj.bias");
    row(R"({"num_hidden_layers": 2})", "model.layers.1.input_layernorm.weight");
}

void TestCheckpoint::configFieldsAreReadOrRefused() {
    QFETCH(QString, patch);
    QFETCH(QString, mentions);
    json config = tinyConfig();
    config.merge_patch(json::parse(patch.toStdString()));
    QTemporaryDir folder;
    writeModel(folder.path(), config, tinyWeights("model.").bytes());
    const QString message = messageOf([&] { openCheckpoint(folder.path().toStdString()); });
    QCOMPARE(message.isEmpty(), mentions.isEmpty());
    QVERIFY2(message.contains(mentions) && !message.contains(QLatin1Char('\n')), qPrintable(message));
}

void TestCheckpoint::endTokensOfTheGenerationConfigComeFirst() {
    QTemporaryDir folder;
    writeModel(folder.path(), tinyConfig(), tinyWeights("model.").bytes());
    testing::writeFile(folder.filePath(QStringLiteral("generation_config.json")),
                       R"({"eos_token_id": [5, 9, 5]})");
    QCOMPARE(openCheckpoint(folder.path().toStdString())->config().eos, (std::vector<TokenId>{5, 9}));
    testing::writeFile(folder.filePath(QStringLiteral("generation_config.json")), R"({"bos_token_id": 1})");
    QCOMPARE(openCheckpoint(folder.path().toStdString())->config().eos, std::vector<TokenId>{2});
}

void TestCheckpoint::namesInTheHuggingFaceCacheAreTheRepositorys() {
    QTemporaryDir folder;
    const QString snapshot = folder.filePath(QStringLiteral("models--some--model-1B/snapshots/0123abcd"));
    writeModel(snapshot, tinyConfig(), tinyWeights("model.").bytes());
    QCOMPARE(openCheckpoint(snapshot.toStdString())->config().name, std::string("some/model-1B"));
    QCOMPARE(openCheckpoint(snapshot.toStdString() + "/")->config().name, std::string("some/model-1B"));
}

void TestCheckpoint::aGgufsNameIsItsFilesWithoutTheQuantisation_data() {
    QTest::addColumn<QString>("name");
    const auto row = [](const char* file, const char* name) {
        QTest::newRow(file) << QString::fromLatin1(name);
    };
    row("Some-135M-Chat.Q4_1.gguf", "Some-135M-Chat");
    row("some-1.5b-iq4_xs.gguf", "some-1.5b");
    row("Tiny.F16.gguf", "Tiny");
    row("My-Quill.gguf", "My-Quill");
    row("v1.gguf", "v1");
}

void TestCheckpoint::aGgufsNameIsItsFilesWithoutTheQuantisation() {
    QFETCH(QString, name);
    QTemporaryDir folder;
    const QString path = folder.filePath(QString::fromUtf8(QTest::currentDataTag()));
    testing::writeFile(path, tinyGguf().text("general.name", "Converter Told Me 8k").bytes());
    QCOMPARE(QString::fromStdString(openCheckpoint(path.toStdString())->config().name), name);
}

void TestCheckpoint::ggufKeysAreReadOrRefused_data() {
    QTest::addColumn<QString>("key");
    QTest::addColumn<QByteArray>("file");
    QTest::addColumn<bool>("accepted");
    const auto row = [](const char* key, const testing::GgufBuilder& builder, bool accepted) {
        QTest::newRow(qPrintable(QString::fromLatin1(key) +
                                 (accepted ? QStringLiteral(", fine") : QStringLiteral(", refused"))))
            << QString::fromLatin1(key) << QByteArray::fromStdString(builder.bytes()) << accepted;
    };
    row("general.name", tinyGguf().text("general.name", "Tiny"), true);
    row("llama.rope.scaling.type",
        tinyGguf().text("llama.rope.scaling.type", "linear").real("llama.rope.scaling.factor", 4), true);
    row("llama.rope.scaling.type", tinyGguf().text("llama.rope.scaling.type", "yarn"), false);
    row("llama.expert_count", tinyGguf().integer("llama.expert_count", 8), false);
    row("llama.rope.dimension_count", tinyGguf().integer("llama.rope.dimension_count", 3), false);
    row("llama.attention.value_length", tinyGguf().integer("llama.attention.value_length", 8), false);
    row("GGUF files", tinyGguf().integer("split.count", 2), false);
    row("tokenizer.ggml.eos_token_id", tinyGguf().integer("tokenizer.ggml.eos_token_id", 10), false);
    row("llama.context_length", tinyGguf().integer("llama.context_length", 1),
        false);  // the key appears twice
    row("llama.rope.freq_base",
        tinyGguf().real("llama.rope.freq_base", std::numeric_limits<float>::infinity()), false);
    row("alignment", tinyGguf().integer("general.alignment", 64), false);  // data of this file stands at 32
    row("token_embd.weight", tinyGguf(false), false);
    row("tokenizer.ggml.model",
        tinyGguf().text("tokenizer.ggml.model", "mystery").texts("tokenizer.ggml.tokens", {"a"}), false);
    row("tokenizer.ggml.model none", tinyGguf().text("tokenizer.ggml.model", "none"), true);
    row("tokenizer.ggml.pre",
        tinyGguf()
            .text("tokenizer.ggml.model", "gpt2")
            .text("tokenizer.ggml.pre", "mystery")
            .texts("tokenizer.ggml.tokens", {"a"}),
        false);
    row("unknown token",
        tinyGguf().text("tokenizer.ggml.model", "llama").texts("tokenizer.ggml.tokens", {"a", "b"}), false);
    row("score of token 1",
        tinyGguf()
            .text("tokenizer.ggml.model", "llama")
            .texts("tokenizer.ggml.tokens", {"<unk>", "b"})
            .integers("tokenizer.ggml.token_type", {2, 1})
            .reals("tokenizer.ggml.scores", {0, std::numeric_limits<float>::quiet_NaN()}),
        false);
    row("odd vocabulary",
        tinyGguf()
            .text("tokenizer.ggml.model", "llama")
            .texts("tokenizer.ggml.tokens", {"<unk>", "", "b", "b", std::string("c\0d", 3), "<0x41>"})
            .integers("tokenizer.ggml.token_type", {2, 3, 1, 1, 1, 6}),
        true);
}

void TestCheckpoint::ggufKeysAreReadOrRefused() {
    QFETCH(QString, key);
    QFETCH(QByteArray, file);
    QFETCH(bool, accepted);
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("tiny.gguf"));
    testing::writeFile(path, file.toStdString());
    const QString message = messageOf([&] {
        const auto checkpoint = openCheckpoint(path.toStdString());
        QCOMPARE(checkpoint->config().vocabulary, 10);
        QVERIFY(checkpoint->config().tiedHead);
        if (key.contains(QStringLiteral("scaling")))
            QCOMPARE(checkpoint->config().ropes.front().scaling.factor, 4.0);
        if (const auto tokenizer = checkpoint->tokenizer())
            tokenizer->decode(tokenizer->encode("bb A", true, true), true);
    });
    QCOMPARE(message.isEmpty(), accepted);
    if (!accepted) QVERIFY2(message.contains(key) && message.contains(path), qPrintable(message));
}

void TestCheckpoint::ropeFactorsOfAGgufMustFitTheHead() {
    QTemporaryDir folder;
    const QString path = folder.filePath(QStringLiteral("tiny.gguf"));
    testing::writeFile(path, tinyGguf().floats("rope_freqs.weight", {2}, 8.0F).bytes());
    QCOMPARE(valuesOf(*openCheckpoint(path.toStdString()), "rope_freqs.weight"), std::vector<float>(2, 8.0F));
    testing::writeFile(path, tinyGguf().floats("rope_freqs.weight", {4}).bytes());
    QVERIFY(
        messageOf([&] { openCheckpoint(path.toStdString()); }).contains(QStringLiteral("rope_freqs.weight")));
}

void TestCheckpoint::pathsThatAreNoModelsGiveOneClearLine_data() {
    QTest::addColumn<QString>("what");
    for (const char* what : {"absent", "empty folder", "text file", "weights are a folder", "pipe"}) {
        QTest::newRow(what) << QString::fromLatin1(what);
    }
}

void TestCheckpoint::pathsThatAreNoModelsGiveOneClearLine() {
    QFETCH(QString, what);
    QTemporaryDir folder;
    QString path = folder.path();
    if (what == QStringLiteral("absent")) path += QStringLiteral("/nowhere");
    if (what == QStringLiteral("text file")) {
        path += QStringLiteral("/notes.txt");
        testing::writeFile(path, "these are notes, and more of them");
    }
    if (what == QStringLiteral("weights are a folder")) {
        writeModel(path, tinyConfig(), "");
        QFile::remove(path + QStringLiteral("/model.safetensors"));
        QDir(path).mkdir(QStringLiteral("model.safetensors"));
    }
    if (what == QStringLiteral("pipe")) {
        path += QStringLiteral("/pipe");
        QProcess::execute(QStringLiteral("mkfifo"), {path});
    }
    for (const bool tokenizerOnly : {false, true}) {
        const QString message = messageOf([&] {
            if (tokenizerOnly) {
                loadTokenizer(path.toStdString());
            } else {
                openCheckpoint(path.toStdString());
            }
        });
        QVERIFY2(message.contains(folder.path()) && !message.contains(QLatin1Char('\n')),
                 qPrintable(message));
    }
}

QTEST_APPLESS_MAIN(TestCheckpoint)
#include "test_checkpoint.moc"
