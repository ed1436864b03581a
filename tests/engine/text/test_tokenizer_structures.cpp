#include <QtTest>

#include "engine/text/sentencepiece_tokenizer.h"
#include "engine/text/tokenizer_files.h"
#include "engine/trace/error.h"
#include "tests/engine/text/golden_check.h"

using namespace specula;

// Small tokenizers with the structure of the published ones, and what the reference library makes of sample
// texts: written by tests/data/tokenizers/make_structures.py.
static const QString kFolder = QStringLiteral(SPECULA_TEST_DATA "/tokenizers/structures");

static std::vector<TokenId> idsOf(const QJsonValue& list) {
    std::vector<TokenId> ids;
    for (const auto& id : list.toArray()) ids.push_back(id.toInt());
    return ids;
}

static QJsonObject readJson(const QString& name) {
    QFile file(kFolder + QLatin1Char('/') + name);
    return file.open(QIODevice::ReadOnly) ? QJsonDocument::fromJson(file.readAll()).object() : QJsonObject();
}

static std::shared_ptr<const Tokenizer> load(const QJsonObject& tokenizer) {
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("tokenizer.json")));
    if (!file.open(QIODevice::WriteOnly)) qFatal("cannot write a test's file");
    file.write(QJsonDocument(tokenizer).toJson());
    file.close();
    return loadTokenizerFolder(folder.path().toStdString());
}

class TestTokenizerStructures : public QObject {
    Q_OBJECT

private slots:
    void everyTextIsEncodedAndDecodedAsTheReferenceDoes_data();
    void everyTextIsEncodedAndDecodedAsTheReferenceDoes();
    void stepsThatAreNotSupportedAreRefusedByName_data();
    void stepsThatAreNotSupportedAreRefusedByName();
    void aGgufsUserDefinedTokensAreFoundInAnyText();
    void aVocabularyPairTakesItsPrefixSpaceFromTheSettings();
    void brokenUnigramVocabulariesAreRefused_data();
    void brokenUnigramVocabulariesAreRefused();
};

void TestTokenizerStructures::everyTextIsEncodedAndDecodedAsTheReferenceDoes_data() {
    QTest::addColumn<QString>("file");
    const QStringList files = QDir(kFolder).entryList({QStringLiteral("*.json")});
    QVERIFY(files.size() >= 30);
    for (const QString& file : files) QTest::newRow(file.toUtf8().constData()) << file;
}

void TestTokenizerStructures::everyTextIsEncodedAndDecodedAsTheReferenceDoes() {
    QFETCH(QString, file);
    const QJsonObject golden = readJson(file);
    const auto tokenizer = load(golden[QStringLiteral("tokenizer")].toObject());
    QVERIFY(tokenizer != nullptr);
    QStringList departures;
    int lines = 0;
    for (const auto& entry : golden[QStringLiteral("lines")].toArray()) {
        const QJsonObject line = entry.toObject();
        const QString text = line[QStringLiteral("text")].toString();
        const auto compare = [&](const char* what, const std::vector<TokenId>& found,
                                 const std::vector<TokenId>& expected) {
            if (found == expected) return;
            departures << QLatin1String(what) + QStringLiteral(" of '") + text + QStringLiteral("': found ") +
                              golden::shown(found) + QStringLiteral(", expected ") + golden::shown(expected);
        };
        const std::vector<TokenId> ids = idsOf(line[QStringLiteral("ids")]);
        compare("ids", tokenizer->encode(text.toStdString(), true, true), ids);
        compare("plain ids", tokenizer->encode(text.toStdString(), false, true),
                idsOf(line[QStringLiteral("plain")]));
        const auto decode = [&](const char* key, bool keepSpecial) {
            const QString found = QString::fromStdString(tokenizer->decode(ids, keepSpecial));
            const QString expected = line[QLatin1String(key)].toString();
            if (found == expected || line[QLatin1String(key)].isNull()) return;
            departures << QLatin1String(key) + QStringLiteral(" of '") + text + QStringLiteral("': found '") +
                              found + QStringLiteral("', expected '") + expected + QLatin1Char('\'');
        };
        decode("decoded", false);
        decode("written", true);
        StreamDecoder stream(*tokenizer);
        std::string streamed;
        for (const TokenId id : ids) streamed += stream.push(id);
        streamed += stream.finish();
        if (streamed != tokenizer->decode(ids, false))
            departures << QStringLiteral("the stream of '") + text + QLatin1Char('\'');
        ++lines;
    }
    QVERIFY(lines >= 20);
    QVERIFY2(departures.isEmpty(), golden::summary(departures).constData());
}

void TestTokenizerStructures::stepsThatAreNotSupportedAreRefusedByName_data() {
    QTest::addColumn<QString>("base");
    QTest::addColumn<QString>("key");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("mentions");
    const auto row = [](const char* name, const char* base, const char* key, const char* value,
                        const char* mentions) {
        QTest::newRow(name) << QString::fromLatin1(base) << QString::fromLatin1(key)
                            << QString::fromUtf8(value) << QString::fromUtf8(mentions);
    };
    row("normalizer", "gemma", "normalizer", R"({"type":"Nmt"})", "Nmt");
    row("normalizer in a sequence", "qwen-2", "normalizer",
        R"({"type":"Sequence","normalizers":[{"type":"NFC"},{"type":"BertNormalizer"}]})", "BertNormalizer");
    row("normalizer of a unigram", "unigram", "normalizer", R"({"type":"Nmt"})", "Nmt");
    row("pre-tokenizer", "qwen-2", "pre_tokenizer", R"({"type":"UnicodeScripts"})", "UnicodeScripts");
    row("pre-tokenizer of a unigram", "unigram", "pre_tokenizer", R"({"type":"ByteLevel"})", "ByteLevel");
    row("prepend scheme", "gemma", "pre_tokenizer", R"({"type":"Metaspace","prepend_scheme":"sometimes"})",
        "sometimes");
    row("post-processor", "llama-2", "post_processor", R"({"type":"BertProcessing"})", "BertProcessing");
    row("token of a template", "llama-2", "post_processor",
        R"({"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<nope>"}}]})", "<nope>");
    row("decoder", "llama-2", "decoder", R"({"type":"WordPiece"})", "WordPiece");
    row("model", "llama-2", "model", R"({"type":"WordLevel","vocab":{"a":0}})", "WordLevel");
}

void TestTokenizerStructures::stepsThatAreNotSupportedAreRefusedByName() {
    QFETCH(QString, base);
    QFETCH(QString, key);
    QFETCH(QString, value);
    QFETCH(QString, mentions);
    QJsonObject tokenizer = readJson(base + QStringLiteral(".json"))[QStringLiteral("tokenizer")].toObject();
    tokenizer[key] = QJsonDocument::fromJson(value.toUtf8()).object();
    try {
        load(tokenizer);
        QFAIL("accepted");
    } catch (const Error& error) {
        const QString message = QString::fromUtf8(error.what());
        QVERIFY2(message.contains(mentions) && message.contains(QStringLiteral("tokenizer.json")),
                 error.what());
    }
}

// As Gemma's: no space comes first, turns are control tokens, line feeds and the like are user-defined.
void TestTokenizerStructures::aGgufsUserDefinedTokensAreFoundInAnyText() {
    GgufVocabulary vocabulary;
    vocabulary.file = "gemma.gguf";
    vocabulary.model = "llama";
    vocabulary.tokens = {"<pad>",
                         "<eos>",
                         "<bos>",
                         "<unk>",
                         "<turn>",
                         "\n\n",
                         "<b>",
                         "\xE2\x96\x81",
                         "a",
                         "\xE2\x96\x81"
                         "a",
                         "\n"};
    vocabulary.types = {3, 3, 3, 2, 3, 4, 4, 1, 1, 1, 1};
    vocabulary.scores = {0, 0, 0, 0, 0, 0, 0, -3, -2, -1, -4};
    vocabulary.bos = 2;
    vocabulary.eos = 1;
    vocabulary.addBos = true;
    vocabulary.addSpacePrefix = false;
    const auto tokenizer = makeTokenizer(vocabulary);
    QCOMPARE(tokenizer->encode("a<b>a a\n\n\na", true, false),
             (std::vector<TokenId>{2, 8, 6, 8, 9, 5, 10, 8}));
    QCOMPARE(tokenizer->encode("<turn>a", false, true), (std::vector<TokenId>{4, 8}));
    QVERIFY(tokenizer->encode("<turn>a", false, false).front() != 4);
    QCOMPARE(tokenizer->decode(std::vector<TokenId>{6, 9, 5}, false), std::string("<b> a\n\n"));
    QVERIFY(!tokenizer->isSpecial(6));
    QVERIFY(tokenizer->isSpecial(4));
}

void TestTokenizerStructures::aVocabularyPairTakesItsPrefixSpaceFromTheSettings() {
    const QTemporaryDir folder;
    const auto write = [&](const char* name, const char* text) {
        QFile file(folder.filePath(QLatin1String(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(text);
    };
    // As OPT's: </s> begins a text.
    write("vocab.json", R"({"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "a": 4, "Ġ": 5, "Ġa": 6})");
    write("merges.txt", "#version: 0.2\n\xC4\xA0 a\n");
    const char* settings = R"({"bos_token": {"content": "</s>"}, "eos_token": "</s>", "unk_token": "</s>",
        "pad_token": "<pad>", "add_bos_token": true, "add_prefix_space": %1})";
    for (const bool prefix : {false, true}) {
        write(
            "tokenizer_config.json",
            QString::fromLatin1(settings).arg(QLatin1String(prefix ? "true" : "false")).toUtf8().constData());
        const auto tokenizer = loadTokenizerFolder(folder.path().toStdString());
        QCOMPARE(tokenizer->encode("a a", true, false), (std::vector<TokenId>{2, prefix ? 6 : 4, 6}));
        QCOMPARE(tokenizer->encode("<pad>a</s>", false, true), (std::vector<TokenId>{1, prefix ? 6 : 4, 2}));
        QCOMPARE(tokenizer->eos(), std::vector<TokenId>{2});
        QCOMPARE(tokenizer->bos(), std::optional<TokenId>(2));
    }
}

void TestTokenizerStructures::brokenUnigramVocabulariesAreRefused_data() {
    QTest::addColumn<QString>("model");
    const auto row = [](const char* name, const char* model) {
        QTest::newRow(name) << QString::fromUtf8(model);
    };
    row("no list", R"({"type":"Unigram","unk_id":0,"vocab":{}})");
    row("no pieces", R"({"type":"Unigram","unk_id":0,"vocab":[]})");
    row("no pairs", R"({"type":"Unigram","unk_id":0,"vocab":["a","b"]})");
    row("score is text", R"({"type":"Unigram","unk_id":0,"vocab":[["<unk>","x"]]})");
    row("no unknown piece", R"({"type":"Unigram","vocab":[["<unk>",0],["a",-1]]})");
    row("unknown piece outside", R"({"type":"Unigram","unk_id":2,"vocab":[["<unk>",0],["a",-1]]})");
    row("infinite score", R"({"type":"Unigram","unk_id":0,"vocab":[["<unk>",0],["a",-1e300]]})");
}

void TestTokenizerStructures::brokenUnigramVocabulariesAreRefused() {
    QFETCH(QString, model);
    QJsonObject tokenizer = readJson(QStringLiteral("unigram.json"))[QStringLiteral("tokenizer")].toObject();
    tokenizer[QStringLiteral("model")] = QJsonDocument::fromJson(model.toUtf8()).object();
    tokenizer[QStringLiteral("added_tokens")] = QJsonArray();
    tokenizer[QStringLiteral("post_processor")] = QJsonValue::Null;
    QVERIFY_EXCEPTION_THROWN(load(tokenizer), Error);
    const QJsonObject table{{QStringLiteral("type"), QStringLiteral("Precompiled")},
                            {QStringLiteral("precompiled_charsmap"), QStringLiteral("AAAA////")}};
    QJsonObject other = readJson(QStringLiteral("unigram.json"))[QStringLiteral("tokenizer")].toObject();
    other[QStringLiteral("normalizer")] = table;
    QVERIFY_EXCEPTION_THROWN(load(other), Error);
}

QTEST_APPLESS_MAIN(TestTokenizerStructures)
#include "test_tokenizer_structures.moc"
