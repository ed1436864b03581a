#include <QtTest>

#include "engine/checkpoint/checkpoint.h"
#include "engine/trace/error.h"
#include "tests/engine/checkpoint/file_builders.h"
#include "tests/engine/text/golden_check.h"

using namespace specula;
using nlohmann::json;

class TestVocabularies : public QObject {
    Q_OBJECT

private slots:
    void aGgufsVocabularyAgreesWithTheFamilysFiles_data();
    void aGgufsVocabularyAgreesWithTheFamilysFiles();
    void theSpaceBeforeAStretchFollowsThePrependScheme_data();
    void theSpaceBeforeAStretchFollowsThePrependScheme();
    void specialTokensOfAModelFileAreThoseItsNeighboursName();
    void theBeginTokenFollowsTheTemplate();
    void chatTemplatesAreFoundWhereTheyAreKept();
};

void TestVocabularies::aGgufsVocabularyAgreesWithTheFamilysFiles_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("folder");
    QTest::addColumn<bool>("parsesControl");
    const auto row = [](const char* file, const char* folder, bool parsesControl) {
        QTest::newRow(file) << golden::root() + QLatin1Char('/') + QLatin1String(file)
                            << golden::root() + QStringLiteral("/tokenizers/") + QLatin1String(folder)
                            << parsesControl;
    };
    row("gguf/q4_1_spm/model.gguf", "spm-bpe-400", false);
    row("gguf/q8_0_bpe/model.gguf", "bbpe-288", true);
    if (!golden::allFixtures()) return;
    row("tokenizers/gpt-2/vocab.gguf", "gpt-2", true);
    row("tokenizers/llama-spm/vocab.gguf", "llama-spm", true);
}

void TestVocabularies::aGgufsVocabularyAgreesWithTheFamilysFiles() {
    QFETCH(QString, file);
    QFETCH(QString, folder);
    QFETCH(bool, parsesControl);
    const auto tokenizer = loadTokenizer(file.toStdString());
    const auto lines = golden::lines(folder + QStringLiteral("/golden.jsonl"));
    QVERIFY(lines.size() > 80);
    QStringList departures;
    for (const golden::Line& line : lines) {
        // A bare sentencepiece model, which made these ids, cannot parse control pieces; a GGUF's list of
        // kinds can.
        if (!parsesControl && line.parseSpecial && line.kind == QStringLiteral("special")) {
            QVERIFY(!line.ids.empty());
            continue;
        }
        departures += golden::departures(*tokenizer, line);
    }
    QVERIFY2(departures.isEmpty(), golden::summary(departures).constData());
}

// Four pieces and the merges of "_a" and "_aa" (_: the mark that stands for a space).
static json sentencePieceJson() {
    return json::parse(R"({"model": {"type": "BPE", "byte_fallback": true, "unk_token": "<unk>",
        "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, "▁": 3, "a": 4, "▁a": 5, "▁aa": 6}, "merges": ["▁ a", ["▁a", "a"]]},
        "added_tokens": [{"id": 0, "content": "<unk>", "special": true}, {"id": 1, "content": "<s>", "special": true},
                         {"id": 2, "content": "</s>", "special": true}]})");
}

void TestVocabularies::theSpaceBeforeAStretchFollowsThePrependScheme_data() {
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QList<int>>("ids");  // of "aa</s>a a"
    QTest::addColumn<QString>("decoded");
    const auto row = [](const char* name, const char* patch, const QList<int>& ids, const char* decoded) {
        QTest::newRow(name) << QString::fromUtf8(patch) << ids << QString::fromUtf8(decoded);
    };
    row("always", R"({"pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "always"}})", {6, 2, 5, 5},
        "aa</s> a a");
    row("first", R"({"pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "first"}})", {6, 2, 4, 5},
        "aa</s>a a");
    row("never", R"({"pre_tokenizer": {"type": "Metaspace", "prepend_scheme": "never"}})", {4, 4, 2, 4, 5},
        "aa</s>a a");
    row("older key", R"({"pre_tokenizer": {"type": "Metaspace", "add_prefix_space": false}})",
        {4, 4, 2, 4, 5}, "aa</s>a a");
    row("normalizer",
        R"({"normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"},
        {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}})",
        {6, 2, 5, 5}, "aa</s> a a");
}

void TestVocabularies::theSpaceBeforeAStretchFollowsThePrependScheme() {
    QFETCH(QString, patch);
    QFETCH(QList<int>, ids);
    QFETCH(QString, decoded);
    json root = sentencePieceJson();
    root.merge_patch(json::parse(patch.toStdString()));
    QTemporaryDir folder;
    testing::writeFile(folder.filePath(QStringLiteral("tokenizer.json")), root.dump());
    const auto tokenizer = loadTokenizer(folder.path().toStdString());
    const std::vector<TokenId> expected(ids.begin(), ids.end());
    QCOMPARE(tokenizer->encode("aa</s>a a", false, true), expected);
    QCOMPARE(tokenizer->decode(expected, true), decoded.toStdString());
    QCOMPARE(tokenizer->bos(), std::optional<TokenId>(1));
    QCOMPARE(tokenizer->eos(), std::vector<TokenId>{2});
    root["normalizer"] = {{"type", "Nmt"}};
    testing::writeFile(folder.filePath(QStringLiteral("tokenizer.json")), root.dump());
    QVERIFY_EXCEPTION_THROWN(loadTokenizer(folder.path().toStdString()), Error);
}

void TestVocabularies::specialTokensOfAModelFileAreThoseItsNeighboursName() {
    QTemporaryDir folder;
    const QString model = folder.filePath(QStringLiteral("tokenizer.model"));
    QVERIFY(QFile::copy(golden::root() + QStringLiteral("/tokenizers/spm-bpe-400/tokenizer.model"), model));
    testing::writeFile(folder.filePath(QStringLiteral("tokenizer_config.json")),
                       R"({"bos_token": "<s>", "eos_token": {"content": "</s>"}, "add_bos_token": false,
                           "added_tokens_decoder": {"400": {"content": "<pad>", "special": true}}})");
    const auto tokenizer = loadTokenizer(folder.path().toStdString());
    QCOMPARE(tokenizer->size(), 401);
    QCOMPARE(tokenizer->encode("<s><pad></s>", true, true), (std::vector<TokenId>{1, 400, 2}));
    QVERIFY(tokenizer->isSpecial(400));
    QVERIFY(tokenizer->encode("<s>", false, false).size() > 1);
    QCOMPARE(tokenizer->eos(), std::vector<TokenId>{2});
}

void TestVocabularies::theBeginTokenFollowsTheTemplate() {
    json root = sentencePieceJson();
    root["post_processor"] = json::parse(R"({"type": "Sequence", "processors": [{"type": "ByteLevel"},
        {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A"}}]}]})");
    QTemporaryDir folder;
    testing::writeFile(folder.filePath(QStringLiteral("tokenizer.json")), root.dump());
    QCOMPARE(loadTokenizer(folder.path().toStdString())->encode("", true, false), std::vector<TokenId>{1});
    root.erase("post_processor");
    testing::writeFile(folder.filePath(QStringLiteral("tokenizer.json")), root.dump());
    QVERIFY(loadTokenizer(folder.path().toStdString())->encode("", true, false).empty());
}

void TestVocabularies::chatTemplatesAreFoundWhereTheyAreKept() {
    QTemporaryDir folder;
    const QString base = golden::root() + QStringLiteral("/malformed/ok_base/");
    for (const char* file : {"config.json", "model.safetensors"}) {
        QVERIFY(QFile::copy(base + QLatin1String(file), folder.filePath(QLatin1String(file))));
    }
    const auto found = [&] { return openCheckpoint(folder.path().toStdString())->chatTemplate(); };
    QCOMPARE(found(), std::string());
    const QString config = folder.filePath(QStringLiteral("tokenizer_config.json"));
    testing::writeFile(config, R"({"chat_template": "one"})");
    QCOMPARE(found(), std::string("one"));
    testing::writeFile(
        config,
        R"({"chat_template": [{"name": "tool", "template": "x"}, {"name": "default", "template": "two"}]})");
    QCOMPARE(found(), std::string("two"));
    testing::writeFile(config, R"({"chat_template": [{"name": "rag", "template": "only"}]})");
    QCOMPARE(found(), std::string("only"));
    testing::writeFile(
        config,
        R"({"chat_template": [{"name": "rag", "template": "x"}, {"name": "tool", "template": "y"}]})");
    QCOMPARE(found(), std::string());
    testing::writeFile(folder.filePath(QStringLiteral("chat_template.json")),
                       R"({"chat_template": "apart"})");
    QCOMPARE(found(), std::string("apart"));
    testing::writeFile(config, R"({"chat_template": "one"})");
    QCOMPARE(found(), std::string("one"));
    testing::writeFile(folder.filePath(QStringLiteral("chat_template.jinja")), "three");
    QCOMPARE(found(), std::string("three"));
}

QTEST_APPLESS_MAIN(TestVocabularies)
#include "test_vocabularies.moc"
