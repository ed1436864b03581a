#include <QTest>

#include "app/hub/hub_files.h"
#include "app/hub/hub_names.h"

using namespace specula;
using namespace Qt::StringLiterals;

/// Which files of a repository are wanted, and which names are names.
class TestHubFiles : public QObject {
    Q_OBJECT

private slots:
    void whatTheProgramNeedsIsWanted_data();
    void whatTheProgramNeedsIsWanted();
    void namesOfRepositoriesAndRevisionsAreChecked();
    void foldersAndNamesGoBothWays();
    void textInMessagesIsOneShortLine();
};

void TestHubFiles::whatTheProgramNeedsIsWanted_data() {
    QTest::addColumn<QString>("wanted");
    QTest::addColumn<QString>("left");
    const auto row = [](const char* title, const char* wanted, const char* left) {
        QTest::newRow(title) << QString::fromLatin1(wanted) << QString::fromLatin1(left);
    };
    row("llama",
        "config.json generation_config.json model.safetensors tokenizer.json tokenizer_config.json "
        "special_tokens_map.json tokenizer.model",
        "README.md LICENSE .gitattributes original/consolidated.00.pth original/params.json "
        "original/tokenizer.model "
        "preprocessor_config.json modeling_x.py");
    row("old with many formats", "config.json model.safetensors vocab.json merges.txt tokenizer.json",
        "pytorch_model.bin tf_model.h5 flax_model.msgpack rust_model.ot model.ckpt.index 64.tflite "
        "onnx/model.onnx onnx/config.json coreml/x.mlmodel openvino/openvino_model.bin training_args.bin");
    row("only bin", "config.json pytorch_model.bin vocab.json merges.txt", "tf_model.h5 flax_model.msgpack");
    row("shards",
        "config.json model-00001-of-00002.safetensors model-00002-of-00002.safetensors "
        "model.safetensors.index.json chat_template.jinja",
        "pytorch_model-00001-of-00001.bin pytorch_model.bin.index.json consolidated.safetensors "
        "model.safetensors.index.fp32.json");
    row("one file before shards", "config.json model.safetensors",
        "model-00001-of-00002.safetensors model-00002-of-00002.safetensors model.safetensors.index.json");
    row("shards without an index fall back", "config.json pytorch_model.bin",
        "model-00001-of-00002.safetensors");
    row("bin shards",
        "pytorch_model-00001-of-00002.bin pytorch_model-00002-of-00002.bin pytorch_model.bin.index.json",
        "x.txt");
    row("second precision", "config.json model.safetensors", "model.fp16.safetensors model_fp16.safetensors");
    row("templates", "config.json model.safetensors additional_chat_templates/rag.jinja chat_template.json",
        "additional_chat_templates/deep/x.jinja templates/x.jinja");
    row("safetensors before gguf", "config.json model.safetensors", "model-Q8_0.gguf");
    row("one gguf", "SmolLM2-135M-Instruct.Q8_0.gguf", "README.md config.json");
    row("usual of several gguf", "m-Q4_K_M.gguf", "m-Q4_K_S.gguf m-Q8_0.gguf m-f16.gguf config.json");
    row("several gguf", "", "m-Q4_0.gguf m-Q8_0.gguf config.json");
    row("two usual gguf", "", "a-Q4_K_M.gguf b-Q4_K_M.gguf");
    row("gguf with companions", "m.Q8_0.gguf", "mmproj-m-f16.gguf imatrix.gguf");
    row("split gguf", "", "m-Q4_K_M-00001-of-00002.gguf m-Q4_K_M-00002-of-00002.gguf");
    row("gguf in folders", "", "Q4_K_M/m-Q4_K_M.gguf Q8_0/m-Q8_0.gguf");
    row("adapter", "tokenizer.json", "adapter_config.json adapter_model.safetensors");
}

void TestHubFiles::whatTheProgramNeedsIsWanted() {
    QFETCH(QString, wanted);
    QFETCH(QString, left);
    std::vector<HubFile> files;
    const QStringList yes = wanted.split(u' ', Qt::SkipEmptyParts);
    for (const QString& name : yes + left.split(u' ', Qt::SkipEmptyParts)) {
        HubFile file;
        file.name = name;
        file.wanted = !yes.contains(name);  // must be set either way
        files.push_back(file);
    }
    markWanted(files);
    for (const HubFile& file : files) {
        QVERIFY2(file.wanted == yes.contains(file.name), qPrintable(file.name));
    }
    const bool weights = wanted.contains("model"_L1) || wanted.contains("gguf"_L1);
    QCOMPARE(wantsWeights(files), weights && QString::fromLatin1(QTest::currentDataTag()) != "adapter"_L1);
}

void TestHubFiles::namesOfRepositoriesAndRevisionsAreChecked() {
    for (const char* good : {"org/name", "gpt2", "A-1/b_2.c", "0/0"})
        QVERIFY2(isRepositoryName(QString::fromLatin1(good)), good);
    for (const char* bad : {"", "/", "a/", "/a", "a/b/c", "a--b", "a..b/c", ".a/b", "a/b.", "-a/b", "a/b-",
                            "a b", "a/b\n", "a%2fb", "\xc3\xa9/b"})
        QVERIFY2(!isRepositoryName(QString::fromUtf8(bad)), bad);
    QVERIFY(!isRepositoryName("org/"_L1 + QString(97, u'a')));
    for (const char* good : {"main", "v1.0", "refs/pr/12", "a-b_c", "0123456"})
        QVERIFY2(isRevisionName(QString::fromLatin1(good)), good);
    for (const char* bad : {"", "..", "a/../b", "/main", "main/", ".hidden", "a/.b", "a b", "a\\b", "a\nb",
                            "a:b", "x.lock", "a//b", "a?b", "a*"})
        QVERIFY2(!isRevisionName(QString::fromLatin1(bad)), bad);
    QVERIFY(!isRevisionName(QString(201, u'a')));
    QVERIFY(isCommit(QString(40, u'0')) && !isCommit(QString(39, u'0')) && !isCommit(QString(40, u'A')));
    QVERIFY(isBlobName(QString(64, u'f')) && !isBlobName(u".."_s) && !isBlobName(u"a/b"_s) &&
            !isBlobName({}));
    QCOMPARE(fileNameProblem(u"a b/\u00e9.json"_s), QString());
    const RepositoryRequest request = repositoryRequest(u"org/name@refs/pr/1"_s);
    QVERIFY(request.valid);
    QCOMPARE(request.repository, u"org/name"_s);
    QCOMPARE(request.revision, u"refs/pr/1"_s);
}

void TestHubFiles::foldersAndNamesGoBothWays() {
    for (const QString& name : {u"org/name"_s, u"gpt2"_s, u"A-b/c_d.e"_s})
        QCOMPARE(repositoryOfFolder(repositoryFolder(name)), name);
    QCOMPARE(repositoryFolder(u"org/name"_s), u"models--org--name"_s);
    QCOMPARE(repositoryOfFolder(u"datasets--org--name"_s), QString());
}

void TestHubFiles::textInMessagesIsOneShortLine() {
    QCOMPARE(shownText(u"a\nb\u001b[31m\u2028"_s), u"a?b?[31m?"_s);
    QCOMPARE(shownText(QString(500, u'x')).size(), 123);
    QCOMPARE(shownBytes(0), u"0 bytes"_s);
    QCOMPARE(shownBytes(999), u"999 bytes"_s);
    QCOMPARE(shownBytes(64'000), u"64 kB"_s);
    QCOMPARE(shownBytes(1'250'000'000), u"1.3 GB"_s);
}

QTEST_GUILESS_MAIN(TestHubFiles)
#include "test_hub_files.moc"
