#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QtTest>

#include <algorithm>
#include <filesystem>
#include <map>
#include <ranges>
#include <set>

#include "engine/draft/draft.h"
#include "engine/draft/token_bridge.h"
#include "engine/text/tokenizer_files.h"
#include "engine/text/utf8.h"

using namespace specula;
namespace fs = std::filesystem;

namespace {

/// Tokens of given bytes; the longest that fits comes first. "<...>" is special; ids from `bytes` on are
/// byte-fallback ones.
class Pieces final : public Tokenizer {
public:
    explicit Pieces(std::vector<std::string> pieces, TokenId bytes = 1 << 20)
        : m_pieces(std::move(pieces)), m_bytes(bytes) {}
    std::vector<TokenId> encode(std::string_view text, bool addSpecial, bool) const override {
        std::vector<TokenId> ids;
        if (addSpecial && begin) ids.push_back(*begin);
        while (!text.empty()) {
            TokenId best = -1;
            for (TokenId id = 0; id < size(); ++id) {
                const std::string& piece = m_pieces[static_cast<std::size_t>(id)];
                if (isSpecial(id) || piece.empty() || !text.starts_with(piece)) continue;
                if (best < 0 || piece.size() > m_pieces[static_cast<std::size_t>(best)].size()) best = id;
            }
            if (best >= 0) ids.push_back(best);
            text.remove_prefix(best < 0 ? 1 : m_pieces[static_cast<std::size_t>(best)].size());
        }
        return ids;
    }
    std::string piece(TokenId id) const override {
        return id >= 0 && id < size() ? m_pieces[static_cast<std::size_t>(id)] : std::string();
    }
    std::string decode(std::span<const TokenId> ids, bool) const override {
        std::string text;
        for (const TokenId id : ids) text += piece(id);
        return text;
    }
    int size() const override { return static_cast<int>(m_pieces.size()); }
    bool isSpecial(TokenId id) const override { return piece(id).starts_with('<') && piece(id).size() > 1; }
    bool isByte(TokenId id) const override { return id >= m_bytes; }
    std::optional<TokenId> bos() const override { return begin; }
    std::vector<TokenId> eos() const override { return ends; }
    bool dropsLeadingSpace() const override { return false; }
    std::string kind() const override { return "pieces"; }

    std::optional<TokenId> begin;
    std::vector<TokenId> ends;

private:
    std::vector<std::string> m_pieces;
    TokenId m_bytes;
};

using Made = std::shared_ptr<Pieces>;

Made pieces(std::vector<std::string> list, TokenId bytes = 1 << 20) {
    return std::make_shared<Pieces>(std::move(list), bytes);
}

std::shared_ptr<const TokenBridge> bridge(const std::shared_ptr<const Tokenizer>& target,
                                          const std::shared_ptr<const Tokenizer>& draft) {
    return std::make_shared<const TokenBridge>(target, target->size(), draft, draft->size());
}

/// Every tokenizer of the test data and the bundled pair's, by name.
const std::map<std::string, std::shared_ptr<const Tokenizer>>& realOnes() {
    static const auto all = [] {
        std::map<std::string, std::shared_ptr<const Tokenizer>> found;
        const fs::path data = fs::path(SPECULA_TEST_DATA) / "tokenizers";
        for (const char* name : {"bbpe-288", "spm-bpe-400"})
            found[name] = loadTokenizerFolder((data / name).string());
        for (const fs::directory_entry& file : fs::directory_iterator(data / "structures")) {
            QFile golden(QString::fromStdString(file.path().string()));
            if (file.path().extension() != ".json" || !golden.open(QIODevice::ReadOnly)) continue;
            const QTemporaryDir folder;
            QFile alone(folder.filePath(QStringLiteral("tokenizer.json")));
            if (!alone.open(QIODevice::WriteOnly)) qFatal("cannot write a test's file");
            const QJsonObject whole = QJsonDocument::fromJson(golden.readAll()).object();
            alone.write(QJsonDocument(whole[QStringLiteral("tokenizer")].toObject()).toJson());
            alone.close();
            found[file.path().stem().string()] = loadTokenizerFolder(folder.path().toStdString());
        }
        found["tiny"] =
            loadTokenizerFolder((fs::path(SPECULA_SOURCE_DIR) / "resources/models/tiny-target").string());
        return found;
    }();
    return all;
}

std::string bytesOf(const Tokenizer& tokenizer, std::span<const TokenId> ids) {
    std::string bytes;
    for (const TokenId id : ids) bytes += tokenizer.piece(id);
    return bytes;
}

const std::vector<std::string> kTexts{
    "Once upon a time, there was a little girl named Anna who lived in a big house.",
    "def mean(xs):\n    return sum(xs) / len(xs)  # 3.14\n",
    "na\xC3\xAFve caf\xC3\xA9s cost 1,000 \xE2\x82\xAC? \xE4\xBD\xA0\xE5\xA5\xBD! \xF0\x9F\x98\x80.",
    "   \n\n\t x"};

}  // namespace

class TestTokenBridge : public QObject {
    Q_OBJECT

private slots:
    void pairsAreOneToOneAndHaveEqualBytes() {
        int shared = 0;
        for (const auto& [targetName, target] : realOnes()) {
            for (const auto& [draftName, draft] : realOnes()) {
                const auto both = bridge(target, draft);
                std::set<TokenId> taken;
                for (TokenId id = 0; id < target->size(); ++id) {
                    const TokenId there = both->toDraft(id);
                    if (there < 0) continue;
                    QVERIFY(there < draft->size());
                    QVERIFY2(taken.insert(there).second, targetName.c_str());
                    QCOMPARE(target->isSpecial(id), draft->isSpecial(there));
                    if (!target->isSpecial(id)) QCOMPARE(target->piece(id), draft->piece(there));
                }
                QCOMPARE(static_cast<int>(taken.size()), both->shared());
                shared += both->shared();
            }
        }
        QVERIFY(shared > 10'000);
    }

    void aTokenizerSharesAllItsTokensWithItself() {
        for (const auto& [name, tokenizer] : realOnes()) {
            const auto self = bridge(tokenizer, tokenizer);
            for (TokenId id = 0; id < tokenizer->size(); ++id)
                QVERIFY2(tokenizer->piece(id).empty() || self->toDraft(id) >= 0, name.c_str());
        }
    }

    void ordinaryTokensPairBeforeByteFallback() {
        // "a" twice in both: 2 and 0 are bytes.
        const auto target = pieces({"a", "b", "a"}, 2), draft = pieces({"x", "a", "a", "b"}, 2);
        const auto both = bridge(target, draft);
        QCOMPARE(both->toDraft(0), 1);
        QCOMPARE(both->toDraft(2), 2);
        const auto plain = bridge(target, pieces({"a"}));
        QCOMPARE(plain->toDraft(0), 0);
        QCOMPARE(plain->toDraft(2), -1);
        const auto& tiny = realOnes().at("tiny");
        const auto real = bridge(tiny, realOnes().at("bbpe-288"));
        int bytes = 0;
        for (TokenId id = 0; id < tiny->size(); ++id) {
            if (!tiny->isByte(id)) continue;
            ++bytes;
            const bool ordinary = std::ranges::any_of(std::views::iota(0, tiny->size()), [&](TokenId other) {
                return !tiny->isByte(other) && tiny->piece(other) == tiny->piece(id);
            });
            QCOMPARE(real->toDraft(id) >= 0, !ordinary);
        }
        QCOMPARE(bytes, 256);
    }

    void specialTokensPairByRoleThenByForm() {
        const auto target = pieces({"<s>", "</s>", "a", "<tool>", "<other>"}),
                   draft = pieces({"a", "<end>", "<tool>", "</s>", "<begin>", "other"});
        target->begin = 0;
        target->ends = {1};
        draft->begin = 4;
        draft->ends = {1, 3};
        const auto both = bridge(target, draft);
        QCOMPARE(both->toDraft(0), 4);
        QCOMPARE(both->toDraft(1), 1);  // not the token that only looks like it
        QCOMPARE(both->toDraft(3), 2);
        QCOMPARE(both->toDraft(4), -1);
        // One token that ends and begins: it ends.
        draft->begin = 1;
        QCOMPARE(bridge(target, draft)->toDraft(1), 1);
        QCOMPARE(bridge(target, draft)->toDraft(0), -1);
    }

    void rowsThatAModelLacksAreNeverNamed() {
        const auto target = pieces({"a", "b", "c", "d"}), draft = pieces({"d", "c", "b", "a"});
        const TokenBridge both(target, 3, draft, 2);
        QCOMPARE(both.shared(), 1);
        QCOMPARE(both.toDraft(2), 1);
        QCOMPARE(both.encode("abcd"), (std::vector<TokenId>{1, 0}));
    }

    void logitsOutsideTheIntersectionAreNever() {
        const auto both = bridge(pieces({"a", "b", "c", "d"}), pieces({"d", "x", "b"}));
        const std::vector<float> draft{1.0F, 2.0F, 3.0F};
        std::vector<float> target(4, 99.0F);
        both->spread(draft, target);
        QCOMPARE(target, (std::vector<float>{kNeverLogit, 3.0F, kNeverLogit, 1.0F}));
    }

    void runsOutsideAreSpelledTogether() {
        const auto both =
            bridge(pieces({"a", "th", "er", "b"}), pieces({"a", "b", "the", "t", "h", "e", "r"}));
        BridgedText text(both);
        const auto check = [&](const std::vector<TokenId>& target, const std::vector<TokenId>& expected) {
            const auto draft = text.update(target);
            QCOMPARE(std::vector<TokenId>(draft.begin(), draft.end()), expected);
        };
        check({0, 1}, {0, 3, 4});           // a t h
        check({0, 1, 2}, {0, 2, 6});        // a the r
        check({0, 1, 2, 3}, {0, 2, 6, 1});  // and b as it is
        check({0, 1, 0, 2, 3}, {0, 3, 4, 0, 5, 6, 1});
        check({3}, {1});
        check({}, {});
    }

    void textsBeginAsTheDraftsOwnDo() {
        const auto target = pieces({"<s>", "a", "b"}), draft = pieces({"b", "a", "<begin>"});
        target->begin = 0;
        const auto ids = [&](const std::vector<TokenId>& text) {
            BridgedText bridged(bridge(target, draft));
            const auto answer = bridged.update(text);
            return std::vector<TokenId>(answer.begin(), answer.end());
        };
        QCOMPARE(ids({0, 1, 2}), (std::vector<TokenId>{1, 0}));
        draft->begin = 2;
        QCOMPARE(ids({0, 1, 2}), (std::vector<TokenId>{2, 1, 0}));
        QCOMPARE(ids({1, 2}), (std::vector<TokenId>{2, 1, 0}));
        QCOMPARE(ids({0}), (std::vector<TokenId>{2}));
    }

    void bytesAreKept_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("draft");
        // Those that can spell any byte.
        const std::vector<const char*> names{"tiny", "bbpe-288", "spm-bpe-400", "smollm", "llama-2"};
        for (const char* target : names) {
            for (const char* draft : {"tiny", "bbpe-288", "spm-bpe-400"})
                QTest::addRow("%s, draft %s", target, draft)
                    << QString::fromLatin1(target) << QString::fromLatin1(draft);
        }
    }
    void bytesAreKept() {
        QFETCH(QString, target);
        QFETCH(QString, draft);
        const auto both = bridge(realOnes().at(target.toStdString()), realOnes().at(draft.toStdString()));
        for (const std::string& text : kTexts) {
            const std::vector<TokenId> ids = both->target().encode(text, false, false);
            for (std::size_t length = 0; length <= ids.size(); ++length) {
                const std::span<const TokenId> some = std::span(ids).first(length);
                BridgedText bridged(both);
                const std::span<const TokenId> answer = bridged.update(some);
                const bool begins = !answer.empty() && both->draft().bos() == answer.front();
                QCOMPARE(QByteArray::fromStdString(bytesOf(both->draft(), answer.subspan(begins ? 1 : 0))),
                         QByteArray::fromStdString(bytesOf(both->target(), some)));
            }
        }
    }

    void growingAndRewindingGivesWhatAFreshStartGives() {
        for (const char* draftName : {"bbpe-288", "spm-bpe-400", "smollm"}) {
            const auto both = bridge(realOnes().at("tiny"), realOnes().at(draftName));
            BridgedText kept(both);
            std::vector<TokenId> text;
            unsigned state = 1;
            const auto next = [&state] { return (state = state * 1664525U + 1013904223U) >> 8; };
            const std::vector<TokenId> real = both->target().encode(kTexts[2], false, false);
            for (int step = 0; step < 2000; ++step) {
                text.resize(text.size() - std::min<std::size_t>(text.size(), next() % 6));
                for (unsigned more = next() % 6; more > 0; --more)
                    text.push_back(next() % 2 == 0 ? static_cast<TokenId>(next() % 1536U)
                                                   : real[next() % static_cast<unsigned>(real.size())]);
                BridgedText fresh(both);
                const auto a = kept.update(text), b = fresh.update(text);
                QVERIFY(std::ranges::equal(a, b));
                QVERIFY(
                    std::ranges::all_of(a, [&](TokenId id) { return id >= 0 && id < both->draft().size(); }));
            }
        }
    }

    void charactersThatTokensShareStayWhole() {
        // The target cuts the euro sign after its first byte; the draft has it as one token, and bytes.
        const auto target = pieces({"a", "\xE2", "\x82\xAC", "b"}),
                   draft = pieces({"\xE2\x82\xAC", "\xE2", "\x82", "\xAC", "a", "b"});
        const auto both = bridge(target, draft);
        BridgedText text(both);
        const auto ids = [&](const std::vector<TokenId>& given) {
            const auto answer = text.update(given);
            return std::vector<TokenId>(answer.begin(), answer.end());
        };
        QCOMPARE(both->toDraft(2), -1);
        QCOMPARE(ids({0, 1}), (std::vector<TokenId>{4, 1}));
        QCOMPARE(ids({0, 1, 2}), (std::vector<TokenId>{4, 0}));
        QCOMPARE(ids({0, 1, 2, 3}), (std::vector<TokenId>{4, 0, 5}));
        QCOMPARE(ids({0, 1, 3}), (std::vector<TokenId>{4, 1, 5}));
        QCOMPARE(both->encode("a\xE2\x82"), (std::vector<TokenId>{4, 1, 2}));
    }

    void theShareOfATextIsThatOfItsTokens() {
        const auto both = bridge(pieces({"a", "b", "c"}), pieces({"a", "c"}));
        QCOMPARE(both->coverageOf("abca"), 0.75);
        QCOMPARE(both->coverageOf(""), 0.0);
    }
};

QTEST_GUILESS_MAIN(TestTokenBridge)
#include "test_token_bridge.moc"
