#include <QtTest>
#include <random>

#include "engine/text/tokenizer_files.h"
#include "engine/text/utf8.h"
#include "tests/engine/text/golden_check.h"

using namespace specula;

// Tokens that are arbitrary pieces of bytes: cuts through characters that a real vocabulary makes only
// rarely.
class ScriptedTokenizer final : public Tokenizer {
public:
    explicit ScriptedTokenizer(std::vector<std::string> pieces, bool dropsSpace = false)
        : m_pieces(std::move(pieces)), m_dropsSpace(dropsSpace) {}
    std::vector<TokenId> encode(std::string_view, bool, bool) const override { return {}; }
    std::string piece(TokenId id) const override {
        return isSpecial(id) ? "<s>" : m_pieces.at(static_cast<std::size_t>(id));
    }
    std::string decode(std::span<const TokenId>, bool) const override { return {}; }
    int size() const override { return static_cast<int>(m_pieces.size()); }
    bool isSpecial(TokenId id) const override { return id == 1000; }
    std::optional<TokenId> bos() const override { return std::nullopt; }
    std::vector<TokenId> eos() const override { return {}; }
    bool dropsLeadingSpace() const override { return m_dropsSpace; }
    std::string kind() const override { return "scripted"; }

private:
    std::vector<std::string> m_pieces;
    bool m_dropsSpace;
};

static std::string pushed(StreamDecoder& decoder, std::initializer_list<TokenId> ids) {
    std::string all;
    for (const TokenId id : ids) all += decoder.push(id);
    return all;
}

class TestStreamDecoder : public QObject {
    Q_OBJECT

private slots:
    void illFormedPartsBecomeOneReplacementEach_data();
    void illFormedPartsBecomeOneReplacementEach();
    void everySplitIntoThreeGivesWholeCharactersAndTheSameText_data();
    void everySplitIntoThreeGivesWholeCharactersAndTheSameText();
    void aCharacterAppearsWithItsLastByte();
    void whatIsNeverFinishedBecomesOneReplacement();
    void specialTokensAreLeftOutUnlessKept();
    void onlyTheFirstPieceLosesItsSpace();
    void streamingRealTokenizersGivesWhatDecodeGives_data();
    void streamingRealTokenizersGivesWhatDecodeGives();
};

void TestStreamDecoder::illFormedPartsBecomeOneReplacementEach_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("expected");
    const QByteArray r = QByteArray::fromHex("efbfbd");
    const auto row = [](const char* name, const char* hex, const QByteArray& expected) {
        QTest::newRow(name) << QByteArray::fromHex(hex) << expected;
    };
    row("plain", "61e282acf09f9880", QByteArray::fromHex("61e282acf09f9880"));
    row("lone continuation", "80", r);
    row("never a lead byte", "c0af", r + r);
    row("truncated three-byte", "e282", r);
    row("truncated, then ASCII", "e28261", r + "a");
    row("surrogate", "eda080", r + r + r);
    row("beyond U+10FFFF", "f4908080", r + r + r + r);
    row("Unicode table 3-8", "c0afe080bff0818241", r + r + r + r + r + r + r + r + "A");
    row("Unicode table 3-11", "e180e2f09192f1bf41", r + r + r + r + "A");
}

void TestStreamDecoder::illFormedPartsBecomeOneReplacementEach() {
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, expected);
    QCOMPARE(QByteArray::fromStdString(replaceIllFormed(bytes.toStdString())), expected);
}

void TestStreamDecoder::everySplitIntoThreeGivesWholeCharactersAndTheSameText_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::newRow("mixed") << QByteArray::fromHex("61c3a9e4bda0f09f988062e282acf09d849e");
    QTest::newRow("joined emoji") << QByteArray::fromHex("f09f91a9e2808df09f9a80efb88f");
    QTest::newRow("ill-formed between") << QByteArray::fromHex("c3a9ffe282f09f9880c3eda080f09f98e2");
    QTest::newRow("ends in half") << QByteArray::fromHex("61f09f98");
}

void TestStreamDecoder::everySplitIntoThreeGivesWholeCharactersAndTheSameText() {
    QFETCH(QByteArray, bytes);
    const std::string text = bytes.toStdString();
    const std::string expected = replaceIllFormed(text);
    for (std::size_t i = 0; i <= text.size(); ++i) {
        for (std::size_t j = i; j <= text.size(); ++j) {
            const ScriptedTokenizer tokenizer({text.substr(0, i), text.substr(i, j - i), text.substr(j)});
            StreamDecoder decoder(tokenizer);
            std::string all;
            for (TokenId id = 0; id < 3; ++id) {
                const std::string part = decoder.push(id);
                QCOMPARE(replaceIllFormed(part), part);
                all += part;
                QVERIFY(expected.starts_with(all));
            }
            QCOMPARE(all + decoder.finish(), expected);
        }
    }
}

void TestStreamDecoder::aCharacterAppearsWithItsLastByte() {
    const ScriptedTokenizer tokenizer({"\xF0", "\x9F", "\x98", "\x80", "x"});
    StreamDecoder decoder(tokenizer);
    for (TokenId id = 0; id < 3; ++id) QCOMPARE(decoder.push(id), std::string());
    QCOMPARE(decoder.push(3), std::string("\xF0\x9F\x98\x80"));
    QCOMPARE(decoder.push(4), std::string("x"));
    QCOMPARE(decoder.finish(), std::string());
}

void TestStreamDecoder::whatIsNeverFinishedBecomesOneReplacement() {
    const ScriptedTokenizer tokenizer({"\xF0\x9F", "a"});
    StreamDecoder decoder(tokenizer);
    QCOMPARE(decoder.push(0), std::string());
    QCOMPARE(decoder.push(1), std::string("\xEF\xBF\xBD"
                                          "a"));
    QCOMPARE(decoder.push(0), std::string());
    QCOMPARE(decoder.finish(), std::string("\xEF\xBF\xBD"));
    QCOMPARE(decoder.finish(), std::string());
}

void TestStreamDecoder::specialTokensAreLeftOutUnlessKept() {
    const ScriptedTokenizer tokenizer({" a", " b"}, true);
    StreamDecoder without(tokenizer);
    QCOMPARE(pushed(without, {1000, 0, 1000, 1}), std::string("a b"));
    StreamDecoder with(tokenizer, true);
    QCOMPARE(pushed(with, {1000, 0}), std::string("<s> a"));
}

void TestStreamDecoder::onlyTheFirstPieceLosesItsSpace() {
    const ScriptedTokenizer dropping({" a", " b"}, true);
    StreamDecoder decoder(dropping);
    QCOMPARE(pushed(decoder, {0, 1, 0}), std::string("a b a"));
    const ScriptedTokenizer keeping({" a", " b"});
    StreamDecoder other(keeping);
    QCOMPARE(pushed(other, {0, 1}), std::string(" a b"));
}

void TestStreamDecoder::streamingRealTokenizersGivesWhatDecodeGives_data() {
    QTest::addColumn<QString>("folder");
    QTest::newRow("byte-level BPE") << golden::root() + QStringLiteral("/tokenizers/bbpe-288");
    QTest::newRow("sentencepiece") << golden::root() + QStringLiteral("/tokenizers/spm-bpe-400");
}

void TestStreamDecoder::streamingRealTokenizersGivesWhatDecodeGives() {
    QFETCH(QString, folder);
    const auto tokenizer = loadTokenizerFolder(folder.toStdString());
    QVERIFY(tokenizer != nullptr);
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        std::vector<TokenId> ids(1 + random() % 40);
        for (TokenId& id : ids)
            id = static_cast<TokenId>(random() % static_cast<unsigned>(tokenizer->size()));
        for (const bool keepSpecial : {false, true}) {
            StreamDecoder decoder(*tokenizer, keepSpecial);
            std::string all;
            for (const TokenId id : ids) {
                const std::string part = decoder.push(id);
                QCOMPARE(replaceIllFormed(part), part);
                all += part;
            }
            QCOMPARE(all + decoder.finish(), tokenizer->decode(ids, keepSpecial));
        }
    }
}

QTEST_APPLESS_MAIN(TestStreamDecoder)
#include "test_stream_decoder.moc"
