#include <QtTest>

#include <algorithm>
#include <cmath>
#include <random>

#include "engine/verify/chain.h"
#include "engine/verify/rows.h"
#include "tests/engine/verify/exact_tree_law.h"

using namespace specula;
using namespace specula::test;

namespace {

/// Parents, breadth first, of a tree with children[d] children under every node at depth d.
std::vector<int> planOf(const std::vector<int>& children) {
    std::vector<int> plan, level{-1};
    for (const int count : children) {
        std::vector<int> next;
        for (const int parent : level) {
            for (int i = 0; i < count; ++i) {
                next.push_back(static_cast<int>(plan.size()));
                plan.push_back(parent);
            }
        }
        level = next;
    }
    return plan;
}

int depthOf(const std::vector<int>& plan) {
    std::vector<int> depths;
    for (const int parent : plan)
        depths.push_back(parent < 0 ? 1 : depths[static_cast<std::size_t>(parent)] + 1);
    return *std::max_element(depths.begin(), depths.end());
}

/// What a written-out rule gets wrong.
enum class Flaw {
    None,
    TargetRowStays,         // no residual after a rejection
    DraftRowStays,          // a rejected token stays in the draft's row
    TargetNotRenormalised,  // the residual keeps its mass
    DraftNotRenormalised,
    ExtraFromTarget,           // the extra token comes from the unreduced row
    ChildOfTheRejectedFollows  // a rejected token's child is emitted in its stead
};

/// The rule once more, written out plainly and slowly, with the flaws that people make.
TreeVerdict judgePlainly(const TreeInput<double>& input, Flaw flaw) {
    TreeVerdict out;
    out.verdicts.assign(input.drafted.size(), Verdict::Discarded);
    out.extraKind = input.drafted.empty() ? EmitKind::Plain : EmitKind::Bonus;
    for (int node = -1;;) {
        const auto targetSpan = input.targetRow(node), draftSpan = input.draftRow(node);
        const std::vector<double> whole(targetSpan.begin(), targetSpan.end());
        std::vector<double> p = whole, q(draftSpan.begin(), draftSpan.end());
        int accepted = -1, rejected = -1;
        for (std::size_t i = 0; i < input.drafted.size() && accepted < 0; ++i) {
            if (input.parents[i] != node) continue;
            const auto x = static_cast<std::size_t>(input.drafted[i]);
            const bool oneHot = draftSpan.empty();
            if (oneHot) {
                q.assign(p.size(), 0.0);
                q[x] = 1.0;
            }
            if (input.acceptCoins[i] * q[x] < p[x]) {
                out.verdicts[i] = Verdict::Accepted;
                accepted = static_cast<int>(i);
                continue;
            }
            out.verdicts[i] = Verdict::Rejected;
            rejected = static_cast<int>(i);
            double mass = 0.0, rest = 0.0;
            std::vector<double> residual(p.size());
            for (std::size_t k = 0; k < p.size(); ++k) mass += residual[k] = std::max(0.0, p[k] - q[k]);
            if (flaw != Flaw::TargetRowStays && mass > 0.0) {
                for (std::size_t k = 0; k < p.size(); ++k)
                    p[k] = residual[k] / (flaw == Flaw::TargetNotRenormalised ? 1.0 : mass);
            }
            if (oneHot || flaw == Flaw::DraftRowStays) continue;
            q[x] = 0.0;
            for (const double value : q) rest += value;
            for (double& value : q) value /= flaw == Flaw::DraftNotRenormalised || rest <= 0.0 ? 1.0 : rest;
        }
        if (accepted >= 0) {
            out.path.push_back(node = accepted);
            continue;
        }
        out.replaced = rejected;
        if (rejected >= 0) out.extraKind = EmitKind::Resampled;
        out.usedExtraCoin = true;
        const std::vector<double>& row = flaw == Flaw::ExtraFromTarget ? whole : p;
        out.extra = drawFrom(std::span<const double>(row), input.extraCoin);
        out.extraP = row[static_cast<std::size_t>(out.extra)];
        for (std::size_t i = 0; i < input.drafted.size() && flaw == Flaw::ChildOfTheRejectedFollows; ++i) {
            if (rejected >= 0 && input.parents[i] == rejected) {
                out.extra = input.drafted[i];
                break;
            }
        }
        return out;
    }
}

TreeJudge flawed(Flaw flaw) {
    return [flaw](const TreeInput<double>& input) { return judgePlainly(input, flaw); };
}

TreeVerdict rejectedStays(TreeInput<double> input) {
    input.rejectedStays = true;
    return judgeTree(input);
}

/// The draft's best tokens in turn.
std::vector<double> bestInTurn(const std::vector<double>& row, const std::vector<TokenId>& elder) {
    std::vector<double> out(row.size(), 0.0);
    const auto order = largestOf(std::span<const double>(row), static_cast<int>(row.size()));
    if (elder.size() < row.size()) out[static_cast<std::size_t>(order[elder.size()])] = 1.0;
    return out;
}

/// A random tree with rows and coins that outlive the input made of them.
struct RandomTree {
    RandomTree(unsigned seed, int vocabulary, std::vector<int> plan, double zeros)
        : target(vocabulary, seed, zeros), draft(vocabulary, seed + 500, zeros), parents(std::move(plan)) {
        std::mt19937_64 random(seed);
        std::uniform_real_distribution<double> uniform(0.0, 1.0);
        std::vector<std::vector<TokenId>> paths;
        std::vector<std::vector<TokenId>> elders(parents.size() + 1);
        for (const int parent : parents) {
            const auto path = parent < 0 ? std::vector<TokenId>{} : paths[static_cast<std::size_t>(parent)];
            auto& elder = elders[static_cast<std::size_t>(parent + 1)];
            const auto law = withoutReplacement(draft.row(path), elder);
            tokens.push_back(drawFrom(std::span<const double>(law), uniform(random)));
            elder.push_back(tokens.back());
            paths.push_back(path);
            paths.back().push_back(tokens.back());
            coins.push_back(uniform(random));
        }
        extraCoin = uniform(random);
        a.resize(static_cast<std::size_t>(vocabulary));
        b.resize(a.size());
        pathOf = [paths](int node) {
            return node < 0 ? std::vector<TokenId>{} : paths[static_cast<std::size_t>(node)];
        };
    }

    TreeInput<double> input() {
        TreeInput<double> out;
        out.drafted = tokens;
        out.parents = parents;
        out.targetRow = [this](int node) { return std::span<const double>(target.row(pathOf(node))); };
        out.draftRow = [this](int node) { return std::span<const double>(draft.row(pathOf(node))); };
        out.acceptCoins = coins;
        out.extraCoin = extraCoin;
        out.targetScratch = a;
        out.draftScratch = b;
        return out;
    }

    TableModel target, draft;
    std::vector<int> parents;
    std::vector<TokenId> tokens;
    std::vector<double> coins, a, b;
    double extraCoin = 0.0;
    std::function<std::vector<TokenId>(int)> pathOf;
};

void addTrees() {
    QTest::addColumn<QVector<int>>("plan");
    QTest::addColumn<bool>("lazy");
    const auto add = [](const char* name, const std::vector<int>& plan, bool lazy) {
        QTest::newRow(name) << QVector<int>(plan.begin(), plan.end()) << lazy;
    };
    add("{1}", planOf({1}), false);
    add("{2}", planOf({2}), false);
    add("{3}", planOf({3}), false);
    add("{1,1,1}", planOf({1, 1, 1}), false);
    add("{2,1}", planOf({2, 1}), false);
    add("{2,2}", planOf({2, 2}), true);
    add("{3,2,1}", planOf({3, 2, 1}), true);
    add("uneven, the second child goes on", {-1, -1, 1, 1}, false);
    add("uneven, deep and narrow beside wide", {-1, -1, 0, 1, 1, 2}, true);
    add("uneven, three children and a grandchild", {-1, -1, -1, 2, 2}, true);
}

std::vector<int> fetchedPlan() {
    QFETCH(QVector<int>, plan);
    return {plan.begin(), plan.end()};
}

}  // namespace

class TestTreeRule : public QObject {
    Q_OBJECT

private slots:
    void emitsExactlyTheTargetsLaw_data() { addTrees(); }
    void emitsExactlyTheTargetsLaw() {
        const std::vector<int> plan = fetchedPlan();
        QFETCH(bool, lazy);
        const int length = depthOf(plan) + 1;
        for (const int vocabulary : {3, 4}) {
            for (const double zeros : {0.0, 0.4}) {
                if (vocabulary == 4 && plan.size() > 5 && zeros > 0.0) continue;
                const TableModel target(vocabulary, 3, zeros), draft(vocabulary, 103, zeros);
                const Law law = treeLaw({.target = target,
                                         .draft = draft,
                                         .plan = plan,
                                         .judge = judgeTree<double>,
                                         .lazy = lazy},
                                        length);
                const double distance = totalVariation(law, plainLaw(target, length));
                QVERIFY2(
                    distance < 1e-12,
                    qPrintable(QStringLiteral("V%1 zeros %2: %3").arg(vocabulary).arg(zeros).arg(distance)));
            }
        }
    }

    void oneHotSiblingsAreExactToo_data() { addTrees(); }
    void oneHotSiblingsAreExactToo() {
        const std::vector<int> plan = fetchedPlan();
        const int length = depthOf(plan) + 1;
        for (unsigned seed = 1; seed <= 3; ++seed) {
            const TableModel target(4, seed, 0.2), draft(4, seed + 50, 0.0);
            const Law law =
                treeLaw({target, draft, plan, judgeTree<double>, bestInTurn, true, false}, length);
            QVERIFY(totalVariation(law, plainLaw(target, length)) < 1e-12);
        }
    }

    void aDraftEqualToTheTargetIsAlwaysAccepted() {
        for (unsigned seed = 1; seed <= 200; ++seed) {
            RandomTree tree(seed, 4, planOf({2, 2}), 0.0);
            TreeInput<double> input = tree.input();
            input.draftRow = input.targetRow;
            const TreeVerdict verdict = judgeTree(input);
            QVERIFY(verdict.path == (std::vector<int>{0, 2}) && verdict.extraKind == EmitKind::Bonus);
        }
    }

    void onAChainItIsTheTokenRuleCoinForCoin() {
        int resampled = 0, bonus = 0;
        for (unsigned seed = 1; seed <= 3000; ++seed) {
            RandomTree tree(seed, 2 + static_cast<int>(seed % 5), planOf(std::vector<int>(1 + seed % 4, 1)),
                            seed % 3 == 0 ? 0.4 : 0.0);
            const TreeInput<double> input = tree.input();
            std::vector<double> scratch(tree.a.size());
            const ChainInput<double> chain{input.drafted,
                                           [&](int i) { return input.targetRow(i - 1); },
                                           [&](int i) { return input.draftRow(i - 1); },
                                           input.acceptCoins,
                                           input.extraCoin,
                                           scratch,
                                           {}};
            const ChainVerdict expected = judgeByToken(chain);
            const TreeVerdict found = judgeTree(input);
            QVERIFY(found.verdicts == expected.verdicts);
            QCOMPARE(static_cast<int>(found.path.size()), expected.accepted);
            QCOMPARE(found.extra, expected.extra);
            QVERIFY(found.extraKind == expected.extraKind);
            QVERIFY(std::abs(found.extraP - expected.extraP) < 1e-12);
            QCOMPARE(found.replaced, expected.extraKind == EmitKind::Resampled ? expected.accepted : -1);
            (found.extraKind == EmitKind::Bonus ? bonus : resampled) += 1;
        }
        QVERIFY(resampled > 300 && bonus > 300);
    }

    void itIsTheRuleAsWrittenOutCoinForCoin() {
        int secondSiblings = 0;
        for (unsigned seed = 1; seed <= 3000; ++seed) {
            const std::vector<std::vector<int>> shapes{{2}, {3}, {2, 2}, {3, 2, 1}};
            RandomTree tree(seed, 4, planOf(shapes[seed % 4]), 0.0);
            const TreeInput<double> input = tree.input();
            const TreeVerdict expected = judgePlainly(input, Flaw::None), found = judgeTree(input);
            QVERIFY(found.verdicts == expected.verdicts && found.path == expected.path);
            QCOMPARE(found.extra, expected.extra);
            QCOMPARE(found.replaced, expected.replaced);
            QVERIFY(found.extraKind == expected.extraKind);
            QVERIFY(std::abs(found.extraP - expected.extraP) < 1e-9);
            for (const int node : found.path)
                secondSiblings += node > 0 && tree.parents[static_cast<std::size_t>(node)] ==
                                                  tree.parents[static_cast<std::size_t>(node) - 1]
                                      ? 1
                                      : 0;
        }
        QVERIFY(secondSiblings > 100);
    }

    void brokenRulesAreCaught_data() {
        QTest::addColumn<int>("mutant");
        const char* names[] = {"the target's row stays",
                               "a rejected token stays in the draft's row",
                               "the residual is not renormalised",
                               "the draft's rest is not renormalised",
                               "the extra token comes from the unreduced row",
                               "a rejected token's child follows",
                               "a rejected sibling stays in both rows",
                               "siblings drawn with replacement"};
        for (int i = 0; i < 8; ++i) QTest::newRow(names[i]) << i;
    }
    void brokenRulesAreCaught() {
        QFETCH(int, mutant);
        const std::vector<TreeJudge> judges{flawed(Flaw::TargetRowStays),
                                            flawed(Flaw::DraftRowStays),
                                            flawed(Flaw::TargetNotRenormalised),
                                            flawed(Flaw::DraftNotRenormalised),
                                            flawed(Flaw::ExtraFromTarget),
                                            flawed(Flaw::ChildOfTheRejectedFollows),
                                            rejectedStays,
                                            judgeTree<double>};
        SiblingDraw draw = withoutReplacement;
        if (mutant == 7)
            draw = [](const std::vector<double>& row, const std::vector<TokenId>&) { return row; };
        const TableModel target(3, 7, 0.0), draft(3, 8, 0.0);
        const auto distance = [&](const TreeJudge& judge, const SiblingDraw& drawn) {
            return totalVariation(treeLaw({target, draft, planOf({2, 1}), judge, drawn, false, false}, 3),
                                  plainLaw(target, 3));
        };
        QVERIFY(distance(flawed(Flaw::None), withoutReplacement) < 1e-12);
        const double found = distance(judges[static_cast<std::size_t>(mutant)], draw);
        QVERIFY2(found > 1e-3, qPrintable(QString::number(found)));
    }

    void fewerTokensThanChildrenAreExact() {
        // The draft's row has one token, so of three planned children one comes.
        const TableModel target(3, 5, 0.0), narrow(3, 9, 0.85);
        const auto row = narrow.row({});
        QCOMPARE(std::count_if(row.begin(), row.end(), [](double p) { return p > 0.0; }), std::ptrdiff_t{1});
        const Law law =
            treeLaw({target, narrow, planOf({3, 2}), judgeTree<double>, withoutReplacement, false, true}, 3);
        QVERIFY(totalVariation(law, plainLaw(target, 3)) < 1e-12);
    }

    void aTokenTheTargetExcludesIsNeverAccepted() {
        RandomTree tree(3, 3, planOf({2}), 0.0);
        tree.tokens = {0, 1};
        tree.coins = {0.0, 0.0};
        const std::vector<double> target{0.0, 0.0, 1.0}, draft{0.5, 0.5, 0.0};
        TreeInput<double> input = tree.input();
        input.targetRow = [&](int) { return std::span<const double>(target); };
        input.draftRow = [&](int) { return std::span<const double>(draft); };
        const TreeVerdict verdict = judgeTree(input);
        QVERIFY(verdict.path.empty());
        QCOMPARE(verdict.extra, 2);
        QCOMPARE(verdict.replaced, 1);
        QVERIFY(verdict.extraKind == EmitKind::Resampled);
    }

    void anEndingTokenDiscardsTheRestAndAddsNothing() {
        for (unsigned seed = 1; seed <= 100; ++seed) {
            RandomTree tree(seed, 4, planOf({2, 2, 1}), 0.0);
            TreeInput<double> input = tree.input();
            const TreeVerdict whole = judgeTree(input);
            if (whole.path.size() < 2) continue;
            const int last = whole.path[1];
            std::vector<int> told;
            input.endsHere = [&](int node) {
                told.push_back(node);
                return node == last;
            };
            const TreeVerdict verdict = judgeTree(input);
            QVERIFY(verdict.ended && !verdict.usedExtraCoin);
            QCOMPARE(verdict.path, (std::vector<int>{whole.path[0], last}));
            QCOMPARE(told, verdict.path);
            QCOMPARE(verdict.extra, -1);
            for (std::size_t i = static_cast<std::size_t>(last) + 1; i < verdict.verdicts.size(); ++i)
                QVERIFY(verdict.verdicts[i] == Verdict::Discarded);
        }
    }

    void visitsTestedNodesWithTheRowsTheyWereTestedWith() {
        int visited = 0;
        for (unsigned seed = 1; seed <= 500; ++seed) {
            RandomTree tree(seed, 4, planOf({3, 2, 1}), 0.0);
            const TreeInput<double> input = tree.input();
            const TreeVerdict verdict = judgeTree(input);
            std::vector<int> nodes;
            const std::function<void(int, const SiblingRows<double>&)> visit =
                [&](int node, const SiblingRows<double>& rows) {
                    nodes.push_back(node);
                    const auto at = static_cast<std::size_t>(node),
                               x = static_cast<std::size_t>(input.drafted[at]);
                    const bool passes = input.acceptCoins[at] * rows.draft()[x] < rows.target()[x];
                    QCOMPARE(passes, verdict.verdicts[at] == Verdict::Accepted);
                    double target = 0.0, draft = 0.0;
                    for (std::size_t i = 0; i < 4; ++i) {
                        target += rows.target()[i];
                        draft += rows.draft()[i];
                    }
                    QVERIFY(std::abs(target - 1.0) < 1e-12 && std::abs(draft - 1.0) < 1e-12);
                };
            visitTested(input, verdict, visit);
            std::vector<int> tested;
            for (std::size_t i = 0; i < verdict.verdicts.size(); ++i) {
                if (verdict.verdicts[i] != Verdict::Discarded) tested.push_back(static_cast<int>(i));
            }
            QCOMPARE(nodes, tested);
            visited += static_cast<int>(nodes.size());
        }
        QVERIFY(visited > 1000);
    }

    void theGreedyRuleIsPlainGreedyForAllInputs() {
        // Every way to fill {2, 1} over three tokens, and every table of choices.
        const std::vector<int> parents = planOf({2, 1});
        for (int fill = 0; fill < 81; ++fill) {
            std::vector<TokenId> tokens;
            for (int i = 0, rest = fill; i < 4; ++i, rest /= 3) tokens.push_back(rest % 3);
            if (tokens[0] == tokens[1]) continue;
            for (int table = 0; table < 3 * 27; ++table) {
                // The choice after a text depends on its length and last token.
                const auto choice = [&](const std::vector<TokenId>& text) {
                    if (text.empty()) return table % 3;
                    const int after = table / 3 / (text.back() == 0 ? 1 : (text.back() == 1 ? 3 : 9)) % 3;
                    return text.size() == 1 ? after : (after + 1) % 3;
                };
                const auto pathTo = [&](int node) {
                    std::vector<TokenId> path;
                    for (int up = node; up >= 0; up = parents[static_cast<std::size_t>(up)])
                        path.insert(path.begin(), tokens[static_cast<std::size_t>(up)]);
                    return path;
                };
                const TreeVerdict verdict =
                    judgeGreedyTree(tokens, parents, [&](int node) { return choice(pathTo(node)); });
                std::vector<TokenId> text, plain;
                for (const int node : verdict.path) text.push_back(tokens[static_cast<std::size_t>(node)]);
                text.push_back(verdict.extra);
                while (plain.size() < text.size()) plain.push_back(choice(plain));
                QCOMPARE(text, plain);
                // Nothing that fits was passed over.
                const bool more =
                    std::find(tokens.begin(), tokens.begin() + 2, plain[0]) != tokens.begin() + 2;
                QCOMPARE(!verdict.path.empty(), more);
                const bool leaf = verdict.path.size() == 2;
                QVERIFY(verdict.extraKind == (leaf ? EmitKind::Bonus : EmitKind::Resampled));
                QVERIFY(!verdict.usedExtraCoin);
            }
        }
    }

    void whatIsLeftOfAPeakedRowIsStillARow() {
        // The second sibling is drawn from a remainder whose inverse is no float.
        const std::vector<float> target{0.5F, 0.25F, 0.25F}, draft{1.0F, 1e-39F, 0.0F};
        std::vector<float> a(3), b(3);
        SiblingRows<float> rows(target, draft, a, b);
        rows.reject(0);
        QCOMPARE(rows.draft()[0], 0.0F);
        QCOMPARE(rows.draft()[1], 1.0F);
        QCOMPARE(rows.draft()[2], 0.0F);
        QCOMPARE(rows.target()[1], 0.5F);
        rows.reject(1);
        QCOMPARE(rows.target()[2], 1.0F);
    }

    void nothingDraftedIsPlain() {
        RandomTree tree(3, 3, {}, 0.0);
        const TreeVerdict verdict = judgeTree(tree.input());
        QVERIFY(verdict.extraKind == EmitKind::Plain && verdict.extra >= 0 && verdict.replaced == -1);
        QVERIFY(judgeGreedyTree({}, {}, [](int) { return 5; }).extraKind == EmitKind::Plain);
    }
};

QTEST_GUILESS_MAIN(TestTreeRule)
#include "test_tree_rule.moc"
