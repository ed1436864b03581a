#include <QtTest>

#include <algorithm>

#include "engine/verify/rows.h"
#include "tests/engine/verify/exact_law.h"

using namespace specula;
using namespace specula::test;

namespace {

const DrawnFrom kHonest = [](const std::vector<double>& row) { return row; };

std::vector<double> oneHotAtBest(const std::vector<double>& row) {
    std::vector<double> out(row.size(), 0.0);
    out[static_cast<std::size_t>(std::max_element(row.begin(), row.end()) - row.begin())] = 1.0;
    return out;
}

/// The rule with its draft rows declared one-hot, as for argmax or n-gram proposals.
ChainVerdict judgeOneHot(ChainInput<double> input) {
    input.draftRow = [](int) { return std::span<const double>(); };
    return judgeByToken(input);
}

// Broken rules that people have shipped (sources in the README); each must be caught.

ChainVerdict resamplesFromTarget(const ChainInput<double>& input) {
    ChainVerdict out = judgeByToken(input);
    if (out.extraKind == EmitKind::Resampled)
        out.extra = drawFrom(input.targetRow(out.accepted), input.extraCoin);
    return out;
}

ChainVerdict acceptsEverything(ChainInput<double> input) {
    std::vector<double> zeros(input.drafted.size(), 0.0);
    input.acceptCoins = zeros;
    return judgeByToken(input);
}

ChainVerdict bonusFromTheRowBefore(const ChainInput<double>& input) {
    ChainVerdict out = judgeByToken(input);
    if (out.extraKind == EmitKind::Bonus)
        out.extra = drawFrom(input.targetRow(out.accepted - 1), input.extraCoin);
    return out;
}

ChainVerdict ratioUpsideDown(ChainInput<double> input) {
    const auto target = input.targetRow, draft = input.draftRow;
    std::vector<double> coins(input.acceptCoins.begin(), input.acceptCoins.end());
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const auto token = static_cast<std::size_t>(input.drafted[i]);
        const int at = static_cast<int>(i);
        coins[i] = coins[i] * target(at)[token] < draft(at)[token] ? 0.0 : 1.0;
    }
    input.acceptCoins = coins;
    return judgeByToken(input);
}

ChainVerdict carriesOnAfterARejection(const ChainInput<double>& input) {
    ChainVerdict out = judgeByToken(input);
    if (out.extraKind != EmitKind::Resampled || out.accepted + 1 >= static_cast<int>(input.drafted.size()))
        return out;
    out.extra = input.drafted[static_cast<std::size_t>(out.accepted) + 1];
    return out;
}

}  // namespace

class TestTokenRule : public QObject {
    Q_OBJECT

private slots:
    void emitsExactlyTheTargetsLaw_data() {
        QTest::addColumn<int>("vocabulary");
        QTest::addColumn<int>("gamma");
        QTest::addColumn<double>("zeros");
        for (const int vocabulary : {3, 4}) {
            for (int gamma = 1; gamma <= (vocabulary == 3 ? 4 : 3); ++gamma) {
                for (const double zeros : {0.0, 0.3})
                    QTest::addRow("V%d gamma%d zeros%.1f", vocabulary, gamma, zeros)
                        << vocabulary << gamma << zeros;
            }
        }
    }
    void emitsExactlyTheTargetsLaw() {
        QFETCH(int, vocabulary);
        QFETCH(int, gamma);
        QFETCH(double, zeros);
        for (unsigned seed = 1; seed <= 3; ++seed) {
            const TableModel target(vocabulary, seed, zeros), draft(vocabulary, seed + 100, zeros);
            const Law law = lawOf(target, draft, gamma, judgeByToken<double>, kHonest);
            QVERIFY2(totalVariation(law, plainLaw(target, gamma + 1)) < 1e-12,
                     qPrintable(QString::number(seed)));
        }
    }

    void oneHotProposalsAreExactToo() {
        for (unsigned seed = 1; seed <= 5; ++seed) {
            const TableModel target(4, seed, 0.2), draft(4, seed + 50, 0.0);
            const Law law = lawOf(target, draft, 2, judgeOneHot, oneHotAtBest);
            QVERIFY(totalVariation(law, plainLaw(target, 3)) < 1e-12);
        }
    }

    void brokenRulesAreCaught_data() {
        QTest::addColumn<int>("mutant");
        for (const int mutant : {0, 1, 2, 3, 4, 5, 6}) QTest::addRow("mutant %d", mutant) << mutant;
    }
    void brokenRulesAreCaught() {
        QFETCH(int, mutant);
        const std::vector<Judge> judges{resamplesFromTarget, acceptsEverything,        bonusFromTheRowBefore,
                                        ratioUpsideDown,     carriesOnAfterARejection, judgeByToken<double>,
                                        judgeByToken<double>};
        // The last two: an argmax draft judged by its softmax row; a draft cut to its top two judged by the
        // whole row.
        DrawnFrom drawn = kHonest;
        if (mutant == 5) drawn = oneHotAtBest;
        if (mutant == 6) {
            drawn = [](const std::vector<double>& row) {
                std::vector<double> out = row;
                *std::min_element(out.begin(), out.end()) = 0.0;
                double total = 0.0;
                for (const double x : out) total += x;
                for (double& x : out) x /= total;
                return out;
            };
        }
        const TableModel target(3, 7, 0.0), draft(3, 8, 0.0);
        const Law law = lawOf(target, draft, 2, judges[static_cast<std::size_t>(mutant)], drawn);
        QVERIFY(totalVariation(law, plainLaw(target, 3)) > 1e-3);
    }

    void aTokenTheTargetExcludesIsNeverAccepted() {
        const std::vector<double> target{0.0, 1.0}, draft{1.0, 0.0};
        std::vector<double> scratch(2);
        const std::vector<TokenId> drafted{0};
        const std::vector<double> coins{0.0};
        ChainInput<double> input{drafted,
                                 [&](int) { return std::span<const double>(target); },
                                 [&](int) { return std::span<const double>(draft); },
                                 coins,
                                 0.0,
                                 scratch,
                                 {}};
        const ChainVerdict verdict = judgeByToken(input);
        QCOMPARE(verdict.accepted, 0);
        QCOMPARE(verdict.extra, 1);
        QVERIFY(verdict.extraKind == EmitKind::Resampled);
    }

    void equalRowsAcceptEveryCoinBelowOne() {
        const std::vector<double> row{0.25, 0.75};
        std::vector<double> scratch(2);
        const std::vector<TokenId> drafted{0, 1};
        const std::vector<double> coins{1.0 - 0x1p-53, 1.0 - 0x1p-53};
        ChainInput<double> input{drafted,
                                 [&](int) { return std::span<const double>(row); },
                                 [&](int) { return std::span<const double>(row); },
                                 coins,
                                 0.5,
                                 scratch,
                                 {}};
        QCOMPARE(judgeByToken(input).accepted, 2);
    }

    void anEndingTokenDiscardsTheRestAndAddsNothing() {
        const std::vector<double> row{0.5, 0.5};
        std::vector<double> scratch(2);
        const std::vector<TokenId> drafted{0, 1, 0};
        const std::vector<double> coins{0.1, 0.1, 0.1};
        ChainInput<double> input{drafted,
                                 [&](int) { return std::span<const double>(row); },
                                 [&](int) { return std::span<const double>(row); },
                                 coins,
                                 0.5,
                                 scratch,
                                 [](int i) { return i == 1; }};
        const ChainVerdict verdict = judgeByToken(input);
        QVERIFY(verdict.ended);
        QCOMPARE(verdict.accepted, 2);
        QCOMPARE(verdict.extra, -1);
        QVERIFY(verdict.verdicts[2] == Verdict::Discarded);
    }

    void greedyFollowsTheTargetsChoices() {
        const std::vector<TokenId> choices{4, 2, 9};
        const auto best = [&](int i) { return choices[static_cast<std::size_t>(i)]; };
        const std::vector<TokenId> right{4, 2}, wrong{4, 3};
        QCOMPARE(judgeGreedy(right, best).extra, 9);
        QVERIFY(judgeGreedy(right, best).extraKind == EmitKind::Bonus);
        QCOMPARE(judgeGreedy(wrong, best).accepted, 1);
        QCOMPARE(judgeGreedy(wrong, best).extra, 2);
        QVERIFY(judgeGreedy({}, best).extraKind == EmitKind::Plain);
    }
};

QTEST_GUILESS_MAIN(TestTokenRule)
#include "test_token_rule.moc"
