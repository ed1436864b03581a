#include <QtTest>

#include <cmath>
#include <numeric>

#include "engine/verify/sibling_rows.h"
#include "tests/engine/verify/plain_siblings.h"
#include "tests/engine/verify/random_round.h"

using namespace specula;
using namespace specula::test;

namespace {

Experiment treeOf(const TinyModel& target, const TinyModel& draft, const std::vector<int>& plan,
                  Rule rule = Rule::Sequoia) {
    return {.target = target, .draft = draft, .plan = plan, .rule = rule, .drafting = draftingFor(rule)};
}

const std::vector<int> kUneven{-1, -1, 0, 1, 1, 2};    // deep and narrow beside wide
const std::vector<int> kGrandchild{-1, -1, -1, 2, 2};  // only the last child goes on

}  // namespace

class TestSiblingRules : public QObject {
    Q_OBJECT

private slots:
    void unevenTreesAreExact() {
        const TinyModel target = randomModel(4, 3, 0.3), draft = randomModel(4, 103, 0.2);
        for (const auto& plan : {kUneven, kGrandchild}) {
            for (const Rule rule : {Rule::Sequoia, Rule::SpecInfer, Rule::OneHot, Rule::Match})
                QVERIFY(distanceFromTarget(treeOf(target, draft, plan, rule)) < 1e-12);
        }
    }

    void fewerTokensThanChildrenAreExact() {
        // The draft's row has two tokens, so of three planned children two come.
        const TinyModel target = randomModel(4, 5), draft = topTwoOf(randomModel(4, 9));
        QVERIFY(distanceFromTarget(treeOf(target, draft, planOf({3, 2}))) < 1e-12);
        std::mt19937_64 random(1);
        RandomRound<double> round(treeOf(target, draft, planOf({3})), random);
        QCOMPARE(round.tokens.size(), std::size_t{2});
    }

    void sequoiaIsTheRuleAsWrittenOutCoinForCoin() {
        std::mt19937_64 random(2);
        int secondSiblings = 0;
        for (unsigned seed = 1; seed <= 3000; ++seed) {
            const std::vector<std::vector<int>> shapes{{2}, {3}, {2, 2}, {3, 2, 1}};
            const TinyModel target = randomModel(4, seed), draft = randomModel(4, seed + 500);
            const Rule rule = seed % 5 == 0 ? Rule::OneHot : Rule::Sequoia;
            RandomRound<double> round(treeOf(target, draft, planOf(shapes[seed % 4]), rule), random);
            const JudgeInput<double> input = round.input();
            const Judged expected = judgePlainly(input, Flaw::None), found = judge(input);
            QVERIFY(found.verdicts == expected.verdicts && found.path == expected.path);
            QCOMPARE(found.extra, expected.extra);
            QCOMPARE(found.replaced, expected.replaced);
            QVERIFY(found.extraKind == expected.extraKind);
            QVERIFY(std::abs(found.extraP - expected.extraP) < 1e-9);
            for (const int node : found.path) {
                const auto at = static_cast<std::size_t>(node);
                secondSiblings += node > 0 && round.parents[at] == round.parents[at - 1] ? 1 : 0;
            }
        }
        QVERIFY(secondSiblings > 100);
    }

    void flawsOfTheWrittenOutRuleAreCaught_data() {
        QTest::addColumn<int>("flaw");
        QTest::newRow("the target's row stays") << static_cast<int>(Flaw::TargetRowStays);
        QTest::newRow("a rejected token stays in the draft's row") << static_cast<int>(Flaw::DraftRowStays);
        QTest::newRow("the residual is not renormalised") << static_cast<int>(Flaw::TargetNotRenormalised);
        QTest::newRow("the draft's rest is not renormalised") << static_cast<int>(Flaw::DraftNotRenormalised);
        QTest::newRow("the extra token comes from the unreduced row")
            << static_cast<int>(Flaw::ExtraFromTarget);
        QTest::newRow("a rejected token's child follows")
            << static_cast<int>(Flaw::ChildOfTheRejectedFollows);
    }
    void flawsOfTheWrittenOutRuleAreCaught() {
        QFETCH(int, flaw);
        const auto distance = [](Flaw of) {
            double worst = 0.0;
            for (unsigned seed = 1; seed <= 5; ++seed) {
                const TinyModel target = randomModel(4, seed), draft = randomModel(4, seed + 50);
                Experiment experiment = treeOf(target, draft, planOf({2, 1}));
                // One flaw looks at a child of a rejected token, so children must stand everywhere.
                experiment.drawsEverywhere = true;
                experiment.judge = [of](const JudgeInput<double>& input) { return judgePlainly(input, of); };
                worst = std::max(worst, distanceFromTarget(experiment));
            }
            return worst;
        };
        QVERIFY(distance(Flaw::None) < 1e-12);
        const double found = distance(static_cast<Flaw>(flaw));
        QVERIFY2(found > 1e-3, qPrintable(QString::number(found)));
    }

    void childrenUnderWhatIsNotAcceptedDoNotMatter() {
        const TinyModel target = randomModel(3, 7), draft = randomModel(3, 8);
        for (const Rule rule : {Rule::Sequoia, Rule::SpecInfer, Rule::Match, Rule::OneHot}) {
            Experiment experiment = treeOf(target, draft, planOf({2, 1}), rule);
            const Exact under = enumerate(experiment);
            experiment.drawsEverywhere = true;
            const Exact everywhere = enumerate(experiment);
            QVERIFY(totalVariation(under.law, everywhere.law) < 1e-12);
            QVERIFY(std::abs(under.kept - everywhere.kept) < 1e-12);
        }
    }

    void visitsTestedNodesWithTheRowsTheyWereTestedWith() {
        std::mt19937_64 random(3);
        int visited = 0;
        for (unsigned seed = 1; seed <= 500; ++seed) {
            const TinyModel target = randomModel(4, seed), draft = randomModel(4, seed + 500);
            const Rule rule = seed % 2 == 0 ? Rule::SpecInfer : Rule::Sequoia;
            RandomRound<double> round(treeOf(target, draft, planOf({3, 2, 1}), rule), random);
            const JudgeInput<double> input = round.input();
            const Judged judged = judge(input);
            std::vector<int> nodes;
            const std::function<void(int, const SiblingRows<double>&)> visit =
                [&](int node, const SiblingRows<double>& rows) {
                    nodes.push_back(node);
                    const auto at = static_cast<std::size_t>(node),
                               x = static_cast<std::size_t>(input.drafted[at]);
                    const bool passes = input.acceptCoins[at] * rows.draft()[x] < rows.target()[x];
                    QCOMPARE(passes, judged.verdicts[at] == Verdict::Accepted);
                    for (const auto row : {rows.target(), rows.draft()})
                        QVERIFY(std::abs(std::accumulate(row.begin(), row.end(), 0.0) - 1.0) < 1e-12);
                };
            visitTested(input, judged, visit);
            std::vector<int> tested;
            for (std::size_t i = 0; i < judged.verdicts.size(); ++i) {
                if (judged.verdicts[i] != Verdict::Discarded) tested.push_back(static_cast<int>(i));
            }
            QCOMPARE(nodes, tested);
            visited += static_cast<int>(nodes.size());
        }
        QVERIFY(visited > 1000);
    }

    void whatIsLeftOfAPeakedRowIsStillARow() {
        // The second sibling is drawn from a remainder whose inverse is no float.
        const std::vector<float> target{0.5F, 0.25F, 0.25F}, draft{1.0F, 1e-39F, 0.0F};
        std::vector<float> a(3), b(3);
        JudgeInput<float> input;
        input.rule = Rule::Sequoia;
        input.targetRow = [&](int) { return std::span<const float>(target); };
        input.draftRow = [&](int) { return std::span<const float>(draft); };
        input.targetScratch = a;
        input.draftScratch = b;
        SiblingRows<float> rows(input, -1);
        rows.reject(0);
        QCOMPARE(rows.draft()[0], 0.0F);
        QCOMPARE(rows.draft()[1], 1.0F);
        QCOMPARE(rows.draft()[2], 0.0F);
        QCOMPARE(rows.target()[1], 0.5F);
        rows.reject(1);
        QCOMPARE(rows.target()[2], 1.0F);
    }

    void anEmptyResidualAfterASecondRejectionLeavesTheWholeRow() {
        // What the first rejection leaves of target and draft rounds to the same row.
        const std::vector<float> target{0.5F, 0.5F, 0.0F}, draft{1.0F, 1e-7F, 1e-20F};
        std::vector<float> a(3), b(3);
        JudgeInput<float> input;
        input.rule = Rule::Sequoia;
        input.targetRow = [&](int) { return std::span<const float>(target); };
        input.draftRow = [&](int) { return std::span<const float>(draft); };
        input.targetScratch = a;
        input.draftScratch = b;
        SiblingRows<float> rows(input, -1);
        rows.reject(0);
        QCOMPARE(rows.target()[1], rows.draft()[1]);
        rows.reject(2);
        QCOMPARE(rows.target()[0], 0.5F);
        QCOMPARE(rows.target()[1], 0.5F);
    }

    void specInferLeavesTheDraftsRowAsItIs() {
        const std::vector<double> target{0.5, 0.25, 0.25}, draft{0.75, 0.125, 0.125};
        std::vector<double> a(3), b(3);
        JudgeInput<double> input;
        input.rule = Rule::SpecInfer;
        input.targetRow = [&](int) { return std::span<const double>(target); };
        input.draftRow = [&](int) { return std::span<const double>(draft); };
        input.targetScratch = a;
        input.draftScratch = b;
        SiblingRows<double> rows(input, -1);
        rows.reject(0);
        QCOMPARE(rows.draft()[0], 0.75);
        QCOMPARE(rows.target()[0], 0.0);
        QCOMPARE(rows.target()[1], 0.5);
    }
};

QTEST_GUILESS_MAIN(TestSiblingRules)
#include "test_sibling_rules.moc"
