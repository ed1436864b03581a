#include <QtTest>

#include <chrono>

#include "engine/draft/ngram_draft.h"

using namespace specula;

namespace {

/// Takes what it is given; token 99 ends the text.
class Taken final : public Proposals {
public:
    Added draw(int, std::span<const float>, int) override { return {}; }
    Added drawBlended(int, std::span<const float>, double) override { return {}; }
    int add(int parent, TokenId token) override {
        parents.push_back(parent);
        tokens.push_back(token);
        return static_cast<int>(tokens.size()) - 1;
    }
    bool ends(TokenId token) const override { return token == 99; }

    std::vector<int> parents;
    std::vector<TokenId> tokens;
};

const std::vector<int> kChain{-1, 0, 1, 2, 3, 4, 5, 6};

std::vector<TokenId> proposed(const std::vector<TokenId>& context, int longest, std::size_t gamma = 4) {
    NgramDraft draft(longest);
    Taken taken;
    draft.propose({.context = context, .plan = std::span(kChain).first(gamma), .stop = {}}, taken);
    for (std::size_t i = 0; i < taken.parents.size(); ++i) {
        if (taken.parents[i] != static_cast<int>(i) - 1) return {-1};
    }
    return taken.tokens;
}

/// The same by definition: of all earlier places whose last tokens are the context's, those with the most of
/// them, of these the last.
std::vector<TokenId> byDefinition(const std::vector<TokenId>& context, std::size_t longest,
                                  std::size_t gamma) {
    for (std::size_t n = std::min(longest, context.size() - 1); n >= 1; --n) {
        for (std::size_t end = context.size() - 1; end >= n; --end) {
            if (!std::equal(context.end() - static_cast<std::ptrdiff_t>(n), context.end(),
                            context.begin() + static_cast<std::ptrdiff_t>(end - n)))
                continue;
            const std::size_t count = std::min(gamma, context.size() - end);
            const auto from = context.begin() + static_cast<std::ptrdiff_t>(end);
            return {from, from + static_cast<std::ptrdiff_t>(count)};
        }
    }
    return {};
}

}  // namespace

class TestNgramDraft : public QObject {
    Q_OBJECT

private slots:
    void theLongestMatchWinsOverALaterShorterOne() {
        QCOMPARE(proposed({1, 2, 3, 7, 5, 3, 8, 1, 2, 3}, 3, 1), std::vector<TokenId>{7});
        QCOMPARE(proposed({1, 2, 3, 7, 5, 3, 8, 1, 2, 3}, 1, 1), std::vector<TokenId>{8});
    }

    void ofEqualMatchesTheLatestWins() {
        QCOMPARE(proposed({1, 2, 7, 1, 2, 8, 4, 1, 2}, 2, 1), std::vector<TokenId>{8});
    }

    void itIsTheDefinitionOnRandomTexts() {
        unsigned state = 7;
        const auto next = [&state] { return (state = state * 1664525U + 1013904223U) >> 10; };
        int found = 0;
        for (int i = 0; i < 5000; ++i) {
            std::vector<TokenId> context;
            for (unsigned n = 1 + next() % 40; n > 0; --n)
                context.push_back(static_cast<TokenId>(next() % 4U));
            const std::size_t longest = 1 + next() % 5U, gamma = 1 + next() % 8U;
            const auto expected = byDefinition(context, longest, gamma);
            QCOMPARE(proposed(context, static_cast<int>(longest), gamma), expected);
            found += !expected.empty();
        }
        QVERIFY(found > 3000);
    }

    void nothingIsProposedWithoutAMatchNorAfterTheEnd() {
        QVERIFY(proposed({1, 2, 3, 4}, 3).empty());
        QVERIFY(proposed({5}, 3).empty());
        QCOMPARE(proposed({1, 2, 99, 3, 1}, 3), (std::vector<TokenId>{2, 99}));
    }

    void aLongContextCostsNextToNothing() {
        // Runs of one token, where every place matches for long, are the worst case.
        std::vector<TokenId> context(4000, 7);
        for (std::size_t i = 0; i < context.size(); i += 65) context[i] = static_cast<TokenId>(1000 + i);
        double best = 1e9;
        for (int i = 0; i < 50; ++i) {
            const auto began = std::chrono::steady_clock::now();
            QVERIFY(!proposed(context, 64, 8).empty());
            best = std::min(
                best,
                std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
        }
        qInfo("%.4f ms", best);
        QVERIFY2(best < 1.0, qPrintable(QString::number(best)));
    }
};

QTEST_GUILESS_MAIN(TestNgramDraft)
#include "test_ngram_draft.moc"
