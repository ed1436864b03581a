#include <QtTest>
#include <nlohmann/json.hpp>

#include "engine/text/pre_tokenizer.h"
#include "engine/trace/error.h"

using namespace specula;

static QStringList words(const PreTokenizer& pre, const QString& text) {
    QStringList list;
    for (const std::string& word : pre.split(text.toStdString())) list << QString::fromStdString(word);
    return list;
}

class TestPreTokenizer : public QObject {
    Q_OBJECT

private slots:
    void namedPatternsCutWhereTheirFamiliesDo_data();
    void namedPatternsCutWhereTheirFamiliesDo();
    void jsonStepsApplyInOrder_data();
    void jsonStepsApplyInOrder();
    void unknownStepsAreRefusedByName_data();
    void unknownStepsAreRefusedByName();
    void piecesOfATextAreTheText();
    void aPatternThatExplodesEndsInOneClearError();
};

void TestPreTokenizer::namedPatternsCutWhereTheirFamiliesDo_data() {
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* title, const char* name, const char* text, const char* expected) {
        QTest::newRow(title) << QString::fromLatin1(name) << QString::fromUtf8(text)
                             << QString::fromUtf8(expected);
    };
    row("GPT-2 words and numbers", "gpt-2", "Hello world 12345", "Hello| world| 12345");
    row("GPT-2 contraction", "gpt-2", "it's IT'S", "it|'s| IT|'|S");
    row("GPT-2 spaces", "gpt-2", "a   b  ", "a|  | b|  ");
    row("GPT-2 line feeds", "gpt-2", "a\n\nb", "a|\n|\n|b");
    row("SmolLM digits", "smollm", "a 1234", "a| |1|2|3|4");
    row("Llama 3 digits in threes", "llama-bpe", "x 12345", "x| |123|45");
    row("Llama 3 contraction in capitals", "llama-bpe", "IT'S", "IT|'S");
    row("Llama 3 line feeds stay together", "llama-bpe", "a.\n\nb", "a|.\n\n|b");
    row("Llama 3 sign before a word", "llama-bpe", "(word", "(word");
    row("Qwen 2 single digits", "qwen2", "x 12345", "x| |1|2|3|4|5");
    row("several patterns, one after the other", "default", "a=b 12345 it's", "a|=|b| |123|45| it|'|s");
    row("Falcon digits in threes", "falcon", "x12345`y", "x|123|45|`|y");
    row("GPT-4o words by their capitals", "gpt-4o", "HelloWorld IT's 1234", "Hello|World| IT's| |123|4");
    row("Tekken single digits", "tekken", "HelloWorld 12/", "Hello|World| |1|2|/");
    row("Qwen 3.5 marks belong to words", "qwen35",
        "e\xCC\x81"
        "a 12",
        "e\xCC\x81"
        "a| |1|2");
    row("DeepSeek digits first", "deepseek-v3", "abc1234.x 你好a", "abc|123|4|.x| |你好|a");
    row("DeepSeek Coder", "deepseek-coder", "if x:\n  y1", "if| x|:|\n| | y|1");
    row("StarCoder digits", "starcoder", "a12", "a|1|2");
    row("U+180E is not a space", "gpt-2",
        "a\xE1\xA0\x8E"
        "b",
        "a|\xE1\xA0\x8E|b");
    row("U+0085 is a space", "gpt-2",
        "a\xC2\x85"
        "b",
        "a|\xC2\x85|b");
    row("U+3000 is a space", "gpt-2", "a\xE3\x80\x80\xE3\x80\x80.", "a|\xE3\x80\x80|\xE3\x80\x80|.");
    row("marks are no letters", "gpt-2",
        "e\xCC\x81"
        "a",
        "e|\xCC\x81|a");
}

void TestPreTokenizer::namedPatternsCutWhereTheirFamiliesDo() {
    QFETCH(QString, name);
    QFETCH(QString, text);
    QFETCH(QString, expected);
    const PreTokenizer pre = PreTokenizer::fromGgufName(name.toStdString(), "test");
    QCOMPARE(words(pre, text).join(QLatin1Char('|')), expected);
}

void TestPreTokenizer::jsonStepsApplyInOrder_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char* title, const char* json, const char* text, const char* expected) {
        QTest::newRow(title) << QString::fromUtf8(json) << QString::fromUtf8(text)
                             << QString::fromUtf8(expected);
    };
    row("nothing", "null", "a b 1", "a b 1");
    row("byte level", R"({"type":"ByteLevel","add_prefix_space":false})", "a b", "a| b");
    row("byte level with a space", R"({"type":"ByteLevel","add_prefix_space":true})", "a b", " a| b");
    row("byte level without pattern", R"({"type":"ByteLevel","add_prefix_space":false,"use_regex":false})",
        "a b", "a b");
    row("digits one by one", R"({"type":"Digits","individual_digits":true})", "a12b", "a|1|2|b");
    row("digits together", R"({"type":"Digits"})", "a12b", "a|12|b");
    row("isolated", R"({"type":"Split","pattern":{"Regex":"-+"},"behavior":"Isolated"})", "a--b-",
        "a|--|b|-");
    row("removed", R"({"type":"Split","pattern":{"String":"."},"behavior":"Removed"})", "a.b", "a|b");
    row("removed, inverted",
        R"({"type":"Split","pattern":{"Regex":"[a-z]+"},"behavior":"Removed","invert":true})", "ab.cd",
        "ab|cd");
    row("sequence", R"({"type":"Sequence","pretokenizers":[{"type":"Digits","individual_digits":true},
        {"type":"ByteLevel","add_prefix_space":false}]})",
        "a 12 b", "a| |1|2| b");
    row("contiguous", R"({"type":"Split","pattern":{"Regex":"[-.]"},"behavior":"Contiguous"})", "--a.-b",
        "--|a|.-|b");
    row("merged with the previous",
        R"({"type":"Split","pattern":{"String":" "},"behavior":"MergedWithPrevious"})", " a  b ",
        " |a | |b ");
    row("merged with the next", R"({"type":"Split","pattern":{"String":" "},"behavior":"MergedWithNext"})",
        " a  b ", " a| | b| ");
    row("white space goes", R"({"type":"WhitespaceSplit"})", "\ta  b!\u3000c ", "a|b!|c");
    row("words and signs", R"({"type":"Whitespace"})", "it's a_b, é9 !?", "it|'|s|a_b|,|é9|!?");
    row("punctuation", R"({"type":"Punctuation"})", "a.b$—c", "a|.|b|$|—|c");
    row("marks for spaces", R"({"type":"Metaspace","prepend_scheme":"always"})", "a b", "▁a|▁b");
    row("marks for spaces, no other", R"({"type":"Metaspace","prepend_scheme":"never","split":false})", "a b",
        "a▁b");
    row("a mark of its own", R"({"type":"Metaspace","replacement":"_"})", "a _b", "_a|_|_b");
    row("a pattern that matches nothing between characters",
        R"({"type":"Split","pattern":{"Regex":"x*"},"behavior":"Isolated"})", "axxé", "a|xx|é");
}

void TestPreTokenizer::jsonStepsApplyInOrder() {
    QFETCH(QString, json);
    QFETCH(QString, text);
    QFETCH(QString, expected);
    const PreTokenizer pre = PreTokenizer::fromJson(nlohmann::json::parse(json.toStdString()), "test");
    QCOMPARE(words(pre, text).join(QLatin1Char('|')), expected);
}

void TestPreTokenizer::unknownStepsAreRefusedByName_data() {
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("mentions");
    const auto row = [](const char* title, const char* json, const char* mentions) {
        QTest::newRow(title) << QString::fromUtf8(json) << QString::fromUtf8(mentions);
    };
    row("type", R"({"type":"Quantum"})", "Quantum");
    row("inside a sequence", R"({"type":"Sequence","pretokenizers":[{"type":"Quantum"}]})", "Quantum");
    row("behaviour", R"({"type":"Split","pattern":{"Regex":"a"},"behavior":"MergedSideways"})",
        "MergedSideways");
    row("pattern", R"({"type":"Split","pattern":{"Regex":"(?:[a-z"},"behavior":"Isolated"})", "(?:[a-z");
    row("set operations", R"({"type":"Split","pattern":{"Regex":"[a-z&&[^b]]"},"behavior":"Isolated"})",
        "intersects");
    row("no pattern", R"({"type":"Split","behavior":"Isolated"})", "pattern");
    row("not an object", R"([1])", "object");
}

void TestPreTokenizer::unknownStepsAreRefusedByName() {
    QFETCH(QString, json);
    QFETCH(QString, mentions);
    try {
        PreTokenizer::fromJson(nlohmann::json::parse(json.toStdString()), "some.json");
        QFAIL("accepted");
    } catch (const Error& error) {
        const QString message = QString::fromUtf8(error.what());
        QVERIFY2(message.contains(mentions) && message.contains(QStringLiteral("some.json")), error.what());
    }
    QVERIFY_EXCEPTION_THROWN(PreTokenizer::fromGgufName("quantum", "some.gguf"), Error);
}

void TestPreTokenizer::piecesOfATextAreTheText() {
    const QString text = QStringLiteral("It's 2024:\t\u00e9\u4f60 \U0001F600\u200d  \n\n x\u00a0y ...");
    for (const char* name : {"default", "gpt-2", "smollm", "llama-bpe", "qwen2", "qwen35", "gpt-4o", "tekken",
                             "falcon", "deepseek-coder", "deepseek-v3"}) {
        const PreTokenizer pre = PreTokenizer::fromGgufName(name, "test");
        QCOMPARE(words(pre, text).join(QString()), text);
        QVERIFY(!words(pre, text).contains(QString()));
    }
}

void TestPreTokenizer::aPatternThatExplodesEndsInOneClearError() {
    const nlohmann::json json = {
        {"type", "Split"}, {"pattern", {{"Regex", "(a+)+$"}}}, {"behavior", "Isolated"}};
    const PreTokenizer pre = PreTokenizer::fromJson(json, "test");
    QVERIFY_EXCEPTION_THROWN(pre.split(std::string(60, 'a') + "b"), Error);
}

QTEST_APPLESS_MAIN(TestPreTokenizer)
#include "test_pre_tokenizer.moc"
