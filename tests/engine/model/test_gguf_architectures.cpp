#include <QtTest>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "engine/checkpoint/hf_folder.h"
#include "engine/checkpoint/safetensors.h"
#include "engine/model/model.h"
#include "tests/engine/checkpoint/file_builders.h"

// GGUF files of the architectures whose fixtures are Hugging Face folders: each folder is rewritten here the
// way llama.cpp's converter writes it (names, turned matrices, norm weights with their one added) and must
// give the folder's golden logits.

using namespace specula;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

struct Tensor {
    std::string name;
    std::vector<std::int64_t> shape;
    std::vector<float> values;
};

std::vector<Tensor> readTensors(const fs::path& folder) {
    std::vector<Tensor> out;
    for (const WeightFile& file : openHfWeights(folder.string())) {
        for (const RawTensor& raw : file.tensors) {
            Tensor tensor{raw.name, raw.shape, std::vector<float>(raw.bytes.size() / 4)};
            std::memcpy(tensor.values.data(), raw.bytes.data(), raw.bytes.size());
            out.push_back(std::move(tensor));
        }
    }
    return out;
}

std::string replaced(std::string text, const std::vector<std::pair<std::string, std::string>>& pairs) {
    for (const auto& [from, to] : pairs) {
        const std::size_t at = text.find(from);
        if (at != std::string::npos) text.replace(at, from.size(), to);
    }
    return text;
}

// The converter's name of a tensor.
std::string ggufName(const std::string& name, bool gemma) {
    if (name.starts_with("transformer.")) {
        return replaced(name, {{"transformer.", ""},
                               {"wte.", "token_embd."},
                               {"wpe.", "position_embd."},
                               {"ln_f.", "output_norm."},
                               {"h.", "blk."},
                               {"ln_1.", "attn_norm."},
                               {"ln_2.", "ffn_norm."},
                               {"mlp.c_fc.", "ffn_up."},
                               {"mlp.c_proj.", "ffn_down."},
                               {"attn.c_attn.", "attn_qkv."},
                               {"attn.c_proj.", "attn_output."}});
    }
    return replaced(name, {{"model.", ""},
                           {"embed_tokens.", "token_embd."},
                           {"lm_head.", "output."},
                           {"layers.", "blk."},
                           {"input_layernorm.", "attn_norm."},
                           {"pre_feedforward_layernorm.", "ffn_norm."},
                           {"post_feedforward_layernorm.", "post_ffw_norm."},
                           {"post_attention_layernorm.", gemma ? "post_attention_norm." : "ffn_norm."},
                           {"self_attn.q_norm.", "attn_q_norm."},
                           {"self_attn.k_norm.", "attn_k_norm."},
                           {"self_attn.qkv_proj.", "attn_qkv."},
                           {"self_attn.q_proj.", "attn_q."},
                           {"self_attn.k_proj.", "attn_k."},
                           {"self_attn.v_proj.", "attn_v."},
                           {"self_attn.o_proj.", "attn_output."},
                           {"mlp.gate_up_proj.", "ffn_up."},
                           {"mlp.gate_proj.", "ffn_gate."},
                           {"mlp.up_proj.", "ffn_up."},
                           {"mlp.down_proj.", "ffn_down."},
                           {name.starts_with("model.norm") ? "norm." : "\n", "output_norm."}});
}

void turn(Tensor& tensor) {
    const std::int64_t rows = tensor.shape[0], columns = tensor.shape[1];
    std::vector<float> turned(tensor.values.size());
    for (std::int64_t r = 0; r < rows; ++r) {
        for (std::int64_t c = 0; c < columns; ++c)
            turned[static_cast<std::size_t>(c * rows + r)] =
                tensor.values[static_cast<std::size_t>(r * columns + c)];
    }
    tensor.values = std::move(turned);
    tensor.shape = {columns, rows};
}

void addKeys(const json& config, const std::string& architecture, testing::GgufBuilder& out) {
    const auto number = [&](const char* key, const char* first, const char* second = "") {
        const char* field = config.contains(first) ? first : second;
        if (config.contains(field) && config[field].is_number_integer())
            out.integer(architecture + "." + key, config[field].get<std::uint32_t>());
    };
    const auto real = [&](const char* key, const char* first, const char* second = "") {
        const char* field = config.contains(first) ? first : second;
        if (config.contains(field) && config[field].is_number())
            out.real(architecture + "." + key, config[field].get<float>());
    };
    out.text("general.architecture", architecture);
    number("context_length", "max_position_embeddings", "n_positions");
    number("embedding_length", "hidden_size", "n_embd");
    number("block_count", "num_hidden_layers", "n_layer");
    const auto ffn = config.contains("intermediate_size") ? config["intermediate_size"].get<std::uint32_t>()
                                                          : 4 * config["n_embd"].get<std::uint32_t>();
    out.integer(architecture + ".feed_forward_length", ffn);
    number("attention.head_count", "num_attention_heads", "n_head");
    number("attention.head_count_kv", "num_key_value_heads");
    number("attention.key_length", "head_dim");
    number("attention.value_length", "head_dim");
    if (config.value("use_sliding_window", true)) number("attention.sliding_window", "sliding_window");
    real("attention.layer_norm_rms_epsilon", "rms_norm_eps");
    real("attention.layer_norm_epsilon", "layer_norm_epsilon");
    real("rope.freq_base", "rope_theta");
    real("attn_logit_softcapping", "attn_logit_softcapping");
    real("final_logit_softcapping", "final_logit_softcapping");
    // llama.cpp knows one pattern, this fixture has its own: written down here, see gemma.cpp.
    if (architecture == "gemma3") number("attention.sliding_window_pattern", "sliding_window_pattern");
}

// The query scale that GGUF cannot say: folded into q, as a converter for such a model would have to.
void foldQueryScale(const json& config, Tensor& tensor) {
    if (!config.contains("query_pre_attn_scalar")) return;
    const double wanted = 1.0 / std::sqrt(config["query_pre_attn_scalar"].get<double>());
    const double assumed = 1.0 / std::sqrt(config["head_dim"].get<double>());
    const bool normed = config["model_type"] == "gemma3_text";
    const bool carries = normed ? tensor.name.find("q_norm") != std::string::npos
                                : tensor.name.find("q_proj") != std::string::npos;
    if (!carries) return;
    for (float& value : tensor.values)
        value = static_cast<float>(static_cast<double>(value) * wanted / assumed);
}

std::string converted(const fs::path& folder, const std::string& architecture) {
    std::ifstream in(folder / "config.json");
    const json config = json::parse(in);
    const bool gemma = architecture.starts_with("gemma"), gpt2 = architecture == "gpt2";
    testing::GgufBuilder out;
    addKeys(config, architecture, out);
    for (Tensor& tensor : readTensors(folder)) {
        if (gpt2 && tensor.shape.size() == 2 && tensor.name.find(".c_") != std::string::npos) turn(tensor);
        if (gemma && tensor.name.ends_with("norm.weight")) {
            for (float& value : tensor.values) value += 1.0F;
        }
        foldQueryScale(config, tensor);
        const std::vector<std::uint64_t> dimensions(tensor.shape.rbegin(), tensor.shape.rend());
        out.values(ggufName(tensor.name, gemma), dimensions, tensor.values);
    }
    return out.bytes();
}

std::vector<float> goldenLogits(const fs::path& folder, const std::string& key) {
    const MappedFile mapped((folder / "golden.safetensors").string());
    for (const RawTensor& tensor : readSafetensors(mapped)) {
        if (tensor.name != key) continue;
        std::vector<float> out(tensor.bytes.size() / 4);
        std::memcpy(out.data(), tensor.bytes.data(), tensor.bytes.size());
        return out;
    }
    return {};
}

}  // namespace

class TestGgufArchitectures : public QObject {
    Q_OBJECT

private slots:
    void aConvertedFolderGivesTheFoldersLogits_data() {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("architecture");
        const std::string root = SPECULA_FIXTURES;
        const fs::path models =
            root.empty() ? fs::path(SPECULA_TEST_DATA) / "models" : fs::path(root) / "models";
        std::vector<std::pair<const char*, const char*>> all{{"gemma3_text", "gemma3"}, {"phi3", "phi3"}};
        if (!root.empty()) {
            for (const auto& more : {std::pair("gemma2", "gemma2"), std::pair("gpt2", "gpt2"),
                                     std::pair("qwen2", "qwen2"), std::pair("qwen3", "qwen3")})
                all.emplace_back(more);
        }
        for (const auto& [folder, architecture] : all)
            QTest::newRow(architecture)
                << QString::fromStdString((models / folder).string()) << QString::fromLatin1(architecture);
    }
    void aConvertedFolderGivesTheFoldersLogits() {
        QFETCH(QString, folder);
        QFETCH(QString, architecture);
        const fs::path source = folder.toStdString();
        QTemporaryDir scratch;
        const QString path = scratch.filePath(QStringLiteral("model.gguf"));
        testing::writeFile(path, converted(source, architecture.toStdString()));
        const auto model =
            Model::load(std::shared_ptr<const Checkpoint>(openCheckpoint(path.toStdString())),
                        {WeightFormat::Fp32, KvFormat::Auto, 0, 0}, std::make_shared<ThreadPool>(2));
        std::ifstream in(source / "golden.json");
        const json golden = json::parse(in);
        for (const json& prompt : golden["prompts"]) {
            const auto ids = prompt["input_ids"].get<std::vector<TokenId>>();
            const std::vector<float> expected = goldenLogits(source, prompt["logits_key"].get<std::string>());
            std::vector<float> found(expected.size());
            const auto state = model->newState();
            model->forward(*state, {ids}, {}, found.data());
            QVERIFY(!expected.empty());
            for (std::size_t i = 0; i < found.size(); ++i)
                QVERIFY2(std::fabs(found[i] - expected[i]) < 5e-4F, qPrintable(QString::number(i)));
        }
    }
};

QTEST_GUILESS_MAIN(TestGgufArchitectures)
#include "test_gguf_architectures.moc"
