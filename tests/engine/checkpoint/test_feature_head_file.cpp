#include <QTemporaryDir>
#include <QtTest>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <random>

#include "engine/checkpoint/feature_head_file.h"
#include "engine/draft/feature_head.h"
#include "engine/trace/error.h"
#include "tests/tools/random_head.h"

using namespace specula;
using namespace specula::test;

namespace {

const std::string kTarget = std::string(SPECULA_TEST_DATA) + "/models/llama";

/// A small target that is not on disk: the head of it is a small file, quick to spoil thousands of times.
ModelConfig smallTarget() {
    ModelConfig c;
    c.name = "small";
    c.vocabulary = 40;
    c.hidden = 8;
    c.layers = 3;
    c.heads = 2;
    c.kvHeads = 1;
    c.headDim = 4;
    c.ffn = 12;
    c.maxContext = 64;
    return c;
}

struct Files {
    std::string config =
        randomHeadConfig(smallTarget(), {.ids = {3, 5, 8, 21}, .fused = {1, 3}, .bestTree = {2, 1}});
    std::string weights =
        asSafetensors(randomHeadTensors(smallTarget(), {.ids = {3, 5, 8, 21}, .fused = {1, 3}}));
};

class TestFeatureHeadFile : public QObject {
    Q_OBJECT

private:
    /// What opening the folder says; "" when it opens. Anything but an Error is a failure.
    std::string opened(const Files& files) const {
        const std::string folder = m_folder.path().toStdString();
        // A file that is replaced, not new, may be flushed to the disk at once, which takes its time.
        for (const char* name : {"/config.json", "/model.safetensors"})
            std::filesystem::remove(folder + name);
        writeBytes(folder + "/config.json", files.config);
        writeBytes(folder + "/model.safetensors", files.weights);
        try {
            if (!FeatureHeadFile::isOne(folder)) return "is not one";
            const FeatureHeadFile file(folder);
            for (const TokenId id : file.headIds())
                if (id < 0 || id >= file.config().targetVocabulary) return "BAD: an id beyond the vocabulary";
            return {};
        } catch (const Error& error) {
            return error.what();
        } catch (const std::exception& error) {
            return std::string("BAD: ") + error.what();
        }
    }

    std::string withTensors(const std::function<void(HeadTensors&)>& change) const {
        Files files;
        HeadTensors tensors = randomHeadTensors(smallTarget(), {.ids = {3, 5, 8, 21}, .fused = {1, 3}});
        change(tensors);
        files.weights = asSafetensors(tensors);
        return opened(files);
    }

    std::string withConfig(const std::string& from, const std::string& to) const {
        Files files;
        const std::size_t at = files.config.find(from);
        if (at == std::string::npos) return "BAD: nothing to replace";
        files.config.replace(at, from.size(), to);
        return opened(files);
    }

    QTemporaryDir m_folder;

private slots:
    void aGoodHeadOpens() {
        QCOMPARE(opened({}), std::string());
        const FeatureHeadFile file(m_folder.path().toStdString());
        QCOMPARE(file.headIds(), (std::vector<TokenId>{3, 5, 8, 21}));
        QCOMPARE(file.config().fusedLayers, (std::vector<int>{1, 3}));
        QCOMPARE(file.config().bestTree, (std::vector<int>{2, 1}));
        QCOMPARE(file.config().targetName, std::string("small"));
        QCOMPARE(file.tensor("feature_proj.weight").shape, (std::vector<std::int64_t>{8, 16}));
    }

    void everyTensorIsNeededInItsShape() {
        const HeadTensors good = randomHeadTensors(smallTarget(), {.ids = {3, 5, 8, 21}, .fused = {1, 3}});
        for (const auto& [name, tensor] : good) {
            const std::string missing = withTensors([&](HeadTensors& t) { t.erase(name); });
            QVERIFY2(missing.find(name) != std::string::npos && missing.find("missing") != std::string::npos,
                     missing.c_str());
            const std::string longer = withTensors([&](HeadTensors& t) {
                t[name].first.front() += 1;
                t[name].second.resize(t[name].second.size() / static_cast<std::size_t>(tensor.first.front()) *
                                      static_cast<std::size_t>(tensor.first.front() + 1));
            });
            QVERIFY2(longer.find(name) != std::string::npos && longer.find("expected") != std::string::npos,
                     longer.c_str());
        }
        QCOMPARE(withTensors([](HeadTensors& t) { t["unknown"] = {{2}, {1.0F, 2.0F}}; }), std::string());
    }

    void idsMustBeAscendingAndInTheVocabulary() {
        const float infinity = std::numeric_limits<float>::infinity();
        for (const std::vector<float>& ids : std::vector<std::vector<float>>{{3, 5, 5, 21},
                                                                             {3, 8, 5, 21},
                                                                             {-1, 5, 8, 21},
                                                                             {3, 5, 8, 40},
                                                                             {3, 5, 8.5F, 21},
                                                                             {3, 5, 8, 1e30F},
                                                                             {3, 5, 8, infinity},
                                                                             {std::nanf(""), 5, 8, 21},
                                                                             {3, 5, 8, -infinity}}) {
            const std::string message = withTensors([&](HeadTensors& t) { t["head_ids"].second = ids; });
            QVERIFY2(message.find("tensor head_ids") != std::string::npos && !message.starts_with("BAD"),
                     message.c_str());
        }
    }

    void wrongConfigsAreRefusedByField_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("field");
        const auto add = [](const char* from, const char* to, const char* field) {
            QTest::newRow(to) << QString::fromLatin1(from) << QString::fromLatin1(to)
                              << QString::fromLatin1(field);
        };
        add("\"version\": 1", "\"version\": 2", "version");
        add("\"version\": 1", "\"version\": \"1\"", "version");
        add("\"hidden_size\": 8", "\"hidden_size\": 9", "embed_norm.weight");
        add("\"hidden_size\": 8", "\"hidden_size\": 0", "hidden_size");
        add("\"hidden_size\": 8", "\"hidden_size\": 1e99", "hidden_size");
        add("\"hidden_size\": 8,", "", "hidden_size");
        add("\"num_attention_heads\": 2", "\"num_attention_heads\": 3", "self_attn");
        add("\"num_key_value_heads\": 1", "\"num_key_value_heads\": 3", "num_key_value_heads");
        add("\"head_dim\": 4", "\"head_dim\": 3", "head_dim");
        add("\"fused_layers\": [1, 3]", "\"fused_layers\": []", "fused_layers");
        add("\"fused_layers\": [1, 3]", "\"fused_layers\": [3, 1]", "fused_layers");
        add("\"fused_layers\": [1, 3]", "\"fused_layers\": [1, 1]", "fused_layers");
        add("\"fused_layers\": [1, 3]", "\"fused_layers\": [1, 4]", "fused_layers");
        add("\"fused_layers\": [1, 3]", "\"fused_layers\": [0, 3]", "fused_layers");
        add("\"fused_layers\": [1, 3]", "\"fused_layers\": [1, 2.5]", "fused_layers");
        add("\"fused_layers\": [1, 3]", "\"fused_layers\": [1, 18446744073709551615]", "fused_layers");
        add("\"fused_layers\": [1, 3]", "\"fused_layers\": [1, 2, 3]", "feature_norm");
        add("\"fused_layers\": [1, 3]", "\"fused_layers\": {}", "fused_layers");
        add("\"best_tree\": [2, 1]", "\"best_tree\": [64]", "best_tree");
        add("\"best_tree\": [2, 1]", "\"best_tree\": [0]", "best_tree");
        add("\"target_vocab_size\": 40", "\"target_vocab_size\": 3", "head_vocab_size");
        add("\"head_vocab_size\": 4", "\"head_vocab_size\": 5", "head_ids");
        add("\"max_position_embeddings\": 64", "\"max_position_embeddings\": 0", "max_position_embeddings");
        add("\"rope_theta\": 10000.0", "\"rope_theta\": -1", "rope_theta");
        add("\"rms_norm_eps\": 1e-05", "\"rms_norm_eps\": []", "rms_norm_eps");
    }
    void wrongConfigsAreRefusedByField() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, field);
        const std::string message = withConfig(from.toStdString(), to.toStdString());
        QVERIFY2(message.find(field.toStdString()) != std::string::npos && !message.starts_with("BAD"),
                 message.c_str());
    }

    void aFolderWithoutAHeadIsNone() {
        QVERIFY(!FeatureHeadFile::isOne(kTarget));
        QVERIFY(!FeatureHeadFile::isOne(m_folder.path().toStdString() + "/nothing"));
        QVERIFY(!FeatureHeadFile::isOne("ngram:3"));
        Files files;
        files.config = "{\"model_type\": 7}";
        QCOMPARE(opened(files), std::string("is not one"));
    }

    void truncatedFilesAreRefused() {
        const Files good;
        for (std::size_t length = 0; length < good.weights.size(); length += 1 + length / 16) {
            Files files;
            files.weights.resize(length);
            const std::string message = opened(files);
            QVERIFY2(!message.empty() && !message.starts_with("BAD"), message.c_str());
        }
        for (std::size_t length = 0; length + 2 < good.config.size(); length += 7) {
            Files files;
            files.config.resize(length);
            const std::string message = opened(files);
            QVERIFY2(!message.empty() && !message.starts_with("BAD"), message.c_str());
        }
    }

    void damagedFilesOpenOrAreRefused_data() {
        QTest::addColumn<bool>("config");
        QTest::newRow("config.json") << true;
        QTest::newRow("model.safetensors") << false;
    }
    void damagedFilesOpenOrAreRefused() {
        QFETCH(bool, config);
        std::mt19937 random(17);
        int refused = 0, openedWell = 0;
        for (int i = 0; i < 4000; ++i) {
            Files files;
            std::string& bytes = config ? files.config : files.weights;
            // In the weights file mostly the header; its values matter less.
            const std::size_t reach = config || random() % 8 == 0 ? bytes.size() : std::size_t{1700};
            for (unsigned count = 1 + random() % 4; count > 0; --count) {
                const std::size_t at = random() % std::min(reach, bytes.size());
                switch (random() % 4) {
                    case 0:
                        bytes[at] = static_cast<char>(random());
                        break;
                    case 1:
                        bytes[at] = static_cast<char>(bytes[at] ^ (1U << random() % 8));
                        break;
                    case 2:
                        bytes[at] = "0123456789[]{}\",:-e"[random() % 19];
                        break;
                    default:
                        bytes.erase(at, 1 + random() % 3);
                }
            }
            const std::string message = opened(files);
            QVERIFY2(!message.starts_with("BAD"), message.c_str());
            (message.empty() ? openedWell : refused) += 1;
        }
        QVERIFY2(refused > 1000 && openedWell > 10,
                 qPrintable(QStringLiteral("%1 %2").arg(refused).arg(openedWell)));
    }

    void aHeadForAnotherTargetIsRefusedWithTheReason() {
        const std::shared_ptr<const Checkpoint> target = openCheckpoint(kTarget);
        const auto pool = std::make_shared<ThreadPool>(1);
        const std::shared_ptr<const Model> model = Model::load(target, {.weights = WeightFormat::Int8}, pool);
        const auto loaded = [&](const std::function<void(ModelConfig&)>& change,
                                const RandomHead& head = {.ids = {3, 5}}) {
            ModelConfig other = target->config();
            other.name = "that model";
            change(other);
            const std::string folder = m_folder.path().toStdString();
            writeBytes(folder + "/config.json", randomHeadConfig(other, head));
            writeBytes(folder + "/model.safetensors", asSafetensors(randomHeadTensors(other, head)));
            try {
                FeatureHead::load(folder, model, WeightFormat::Int8);
            } catch (const Error& error) {
                return std::string(error.what());
            }
            return std::string();
        };
        QCOMPARE(loaded([](ModelConfig&) {}), std::string());
        const std::string hidden = loaded([](ModelConfig& c) { c.hidden = 32; });
        QVERIFY2(hidden.find("trained for that model with hidden size 32") != std::string::npos &&
                     hidden.find("has 64") != std::string::npos,
                 hidden.c_str());
        QVERIFY(loaded([](ModelConfig& c) { c.layers = 4; }, {.ids = {3, 5}, .fused = {1, 4}})
                    .find("layers of 4") != std::string::npos);
        QVERIFY(loaded([](ModelConfig& c) { c.vocabulary = 400; }).find("a vocabulary of 400") !=
                std::string::npos);
    }
};

}  // namespace

QTEST_GUILESS_MAIN(TestFeatureHeadFile)
#include "test_feature_head_file.moc"
