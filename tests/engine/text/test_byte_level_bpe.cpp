#include <QtTest>
#include <map>
#include <random>

#include "engine/text/byte_level_bpe.h"
#include "engine/trace/error.h"

using namespace specula;

class TestByteLevelBpe : public QObject {
    Q_OBJECT

private slots:
    void mergesEqualTheDefinitionOnRandomWords();
    void bytesWithoutATokenAreDroppedAndTheirNeighboursMerge();
    void aMillionBytesInOneWordAreMerged();
    void aWordThatIsATokenNeedsNoMergesWhenMergesAreIgnored();
    void addedTokensAreFoundAsTheirFlagsSay_data();
    void addedTokensAreFoundAsTheirFlagsSay();
    void textIsNormalisedBetweenAddedTokens();
    void theBeginTokenComesFirstOnRequest();
    void mergesOutsideTheVocabularyAreRefused();
    void idsOutOfRangeHaveNoPiece();
};

// Letters a to d, their pairs and some longer tokens; ids in order.
static BpeVocabulary smallVocabulary() {
    BpeVocabulary vocabulary;
    vocabulary.file = "small.json";
    vocabulary.tokens = {"a", "b", "c", "d", "ab", "bc", "cd", "abc", "dd", "aa", "aaaa", "abcd"};
    vocabulary.merges = {{"b", "c"},  {"a", "b"}, {"a", "a"},   {"c", "d"},
                         {"a", "bc"}, {"d", "d"}, {"aa", "aa"}, {"abc", "d"}};
    return vocabulary;
}

// The definition: as long as a pair of neighbours has a merge, merge the leftmost pair of lowest rank.
static std::vector<std::string> mergedByDefinition(const BpeVocabulary& vocabulary, const std::string& word) {
    std::map<std::pair<std::string, std::string>, std::size_t> ranks;
    for (std::size_t i = 0; i < vocabulary.merges.size(); ++i) ranks[vocabulary.merges[i]] = i;
    std::vector<std::string> parts;
    for (const char c : word) parts.emplace_back(1, c);
    while (true) {
        std::size_t best = ranks.size();
        std::size_t at = 0;
        for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
            const auto found = ranks.find({parts[i], parts[i + 1]});
            if (found != ranks.end() && found->second < best) {
                best = found->second;
                at = i;
            }
        }
        if (best == ranks.size()) return parts;
        parts[at] += parts[at + 1];
        parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
}

static std::vector<std::string> piecesOf(const Tokenizer& tokenizer, const std::vector<TokenId>& ids) {
    std::vector<std::string> pieces;
    for (const TokenId id : ids) pieces.push_back(tokenizer.piece(id));
    return pieces;
}

void TestByteLevelBpe::mergesEqualTheDefinitionOnRandomWords() {
    const ByteLevelBpe tokenizer(smallVocabulary());
    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
        std::string word(1 + random() % 24, 'a');
        for (char& c : word) c = static_cast<char>('a' + random() % 4);
        QCOMPARE(piecesOf(tokenizer, tokenizer.encode(word, false, false)),
                 mergedByDefinition(smallVocabulary(), word));
    }
}

void TestByteLevelBpe::bytesWithoutATokenAreDroppedAndTheirNeighboursMerge() {
    const ByteLevelBpe tokenizer(smallVocabulary());
    QCOMPARE(piecesOf(tokenizer, tokenizer.encode("axbzzc", false, false)), std::vector<std::string>{"abc"});
    QVERIFY(tokenizer.encode("xyz", false, false).empty());
    QVERIFY(tokenizer.encode("", false, false).empty());
}

void TestByteLevelBpe::aMillionBytesInOneWordAreMerged() {
    const ByteLevelBpe tokenizer(smallVocabulary());
    const std::vector<TokenId> ids = tokenizer.encode(std::string(1'000'000, 'a'), false, false);
    QCOMPARE(ids, std::vector<TokenId>(250'000, 10));
}

void TestByteLevelBpe::aWordThatIsATokenNeedsNoMergesWhenMergesAreIgnored() {
    BpeVocabulary vocabulary = smallVocabulary();
    vocabulary.tokens.push_back("dcba");
    vocabulary.ignoreMerges = true;
    QCOMPARE(ByteLevelBpe(vocabulary).encode("dcba", false, false), std::vector<TokenId>{12});
    vocabulary.ignoreMerges = false;
    QCOMPARE(ByteLevelBpe(vocabulary).encode("dcba", false, false), (std::vector<TokenId>{3, 2, 1, 0}));
}

void TestByteLevelBpe::addedTokensAreFoundAsTheirFlagsSay_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("parseSpecial");
    QTest::addColumn<QStringList>("pieces");
    const auto row = [](const char* name, const char* text, bool parse, const QStringList& pieces) {
        QTest::newRow(name) << QString::fromUtf8(text) << parse << pieces;
    };
    const auto list = [](const char* text) { return QString::fromLatin1(text).split(QLatin1Char('|')); };
    row("special, wanted", "a[S]b", true, list("a|[S]|b"));
    row("special, not wanted", "a[S]b", false, list("ab"));
    row("special alone", "[S][S]", true, list("[S]|[S]"));
    row("the longest wins", "a[SS]b", true, list("a|[SS]|b"));
    row("ordinary added token, always", "a[n]b", false, list("a|[n]|b"));
    row("takes the space before it", "d  [L] d", true, list("d|[L]|d"));
    row("takes the space after it", "d [R]  d", true, list("d|[R]|d"));
    row("a whole word", "d W d", true, list("d|W|d"));
    row("inside a word", "dWd", true, list("dd"));
    row("beside a letter that is not ASCII", "\xC3\xA9W", true, QStringList());
}

void TestByteLevelBpe::addedTokensAreFoundAsTheirFlagsSay() {
    QFETCH(QString, text);
    QFETCH(bool, parseSpecial);
    QFETCH(QStringList, pieces);
    BpeVocabulary vocabulary = smallVocabulary();
    const auto add = [&](const char* content, bool special) -> AddedToken& {
        AddedToken token;
        token.id = static_cast<TokenId>(12 + vocabulary.added.size());
        token.content = content;
        token.special = special;
        vocabulary.added.push_back(token);
        return vocabulary.added.back();
    };
    add("[S]", true);
    add("[SS]", true);
    add("[n]", false);
    add("[L]", true).lstrip = true;
    add("[R]", true).rstrip = true;
    add("W", true).singleWord = true;
    const ByteLevelBpe tokenizer(vocabulary);
    QStringList found;
    for (const std::string& piece :
         piecesOf(tokenizer, tokenizer.encode(text.toStdString(), false, parseSpecial))) {
        found << QString::fromStdString(piece);
    }
    QCOMPARE(found, pieces);
}

void TestByteLevelBpe::textIsNormalisedBetweenAddedTokens() {
    BpeVocabulary vocabulary = smallVocabulary();
    // U+00E9 is the bytes C3 A9; e and U+0301 compose to it.
    vocabulary.tokens.insert(vocabulary.tokens.end(), {"\xC3\x83", "\xC2\xA9"});
    AddedToken raw;
    raw.id = 14;
    raw.content = "e\xCC\x81!";
    AddedToken normal = raw;
    normal.id = 15;
    normal.content = "e\xCC\x81?";
    normal.normalized = true;
    vocabulary.added = {raw, normal};
    vocabulary.normaliser = NormalForm::C;
    const ByteLevelBpe tokenizer(vocabulary);
    QCOMPARE(tokenizer.encode("ae\xCC\x81"
                              "b",
                              false, false),
             (std::vector<TokenId>{0, 12, 13, 1}));
    QCOMPARE(tokenizer.encode("ae\xCC\x81!", false, false), (std::vector<TokenId>{0, 14}));
    QCOMPARE(tokenizer.encode("a\xC3\xA9?", false, false), (std::vector<TokenId>{0, 15}));
    QCOMPARE(tokenizer.encode("a\xC3\xA9!", false, false), (std::vector<TokenId>{0, 12, 13}));
}

void TestByteLevelBpe::theBeginTokenComesFirstOnRequest() {
    BpeVocabulary vocabulary = smallVocabulary();
    vocabulary.bos = 3;
    vocabulary.addBos = true;
    QCOMPARE(ByteLevelBpe(vocabulary).encode("a", true, false), (std::vector<TokenId>{3, 0}));
    QCOMPARE(ByteLevelBpe(vocabulary).encode("a", false, false), std::vector<TokenId>{0});
    vocabulary.addBos = false;
    QCOMPARE(ByteLevelBpe(vocabulary).encode("a", true, false), std::vector<TokenId>{0});
}

void TestByteLevelBpe::mergesOutsideTheVocabularyAreRefused() {
    BpeVocabulary vocabulary = smallVocabulary();
    vocabulary.merges.push_back({"d", "a"});
    try {
        ByteLevelBpe refused(std::move(vocabulary));
        QFAIL("accepted");
    } catch (const Error& error) {
        QVERIFY(QString::fromUtf8(error.what()).contains(QStringLiteral("merge 9 (d a)")));
    }
    BpeVocabulary far = smallVocabulary();
    AddedToken token;
    token.id = 1 << 24;
    token.content = "far";
    far.added.push_back(token);
    QVERIFY_EXCEPTION_THROWN(ByteLevelBpe(std::move(far)), Error);
    BpeVocabulary begin = smallVocabulary();
    begin.bos = 99;
    QVERIFY_EXCEPTION_THROWN(ByteLevelBpe(std::move(begin)), Error);
}

void TestByteLevelBpe::idsOutOfRangeHaveNoPiece() {
    const ByteLevelBpe tokenizer(smallVocabulary());
    QCOMPARE(tokenizer.size(), 12);
    for (const TokenId id : {-1, 12, 1 << 30}) {
        QCOMPARE(tokenizer.piece(id), std::string());
        QVERIFY(!tokenizer.isSpecial(id));
    }
    QCOMPARE(tokenizer.decode(std::vector<TokenId>{0, -1, 99, 1}, true), std::string("ab"));
}

QTEST_APPLESS_MAIN(TestByteLevelBpe)
#include "test_byte_level_bpe.moc"
