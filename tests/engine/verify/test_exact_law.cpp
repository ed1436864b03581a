#include <QtTest>

#include "engine/trace/names.h"
#include "tests/engine/verify/random_round.h"

using namespace specula;
using namespace specula::test;

namespace {

/// The law of an experiment as drawn: rounds judged, and continued by the target.
Law drawnLaw(const Experiment& experiment, int rounds) {
    std::mt19937_64 random(11);
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    const auto length = static_cast<std::size_t>(depthOf(experiment.plan) + 1);
    Law law;
    for (int i = 0; i < rounds; ++i) {
        RandomRound<double> round(experiment, random);
        const Judged judged = judge(round.input());
        Text text = round.texts[static_cast<std::size_t>(judged.last() + 1)];
        text.push_back(judged.extra);
        while (text.size() < length) {
            const Row& row = experiment.target.row(text);
            std::discrete_distribution<TokenId> next(row.begin(), row.end());
            text.push_back(next(random));
        }
        law[text] += 1.0 / rounds;
    }
    return law;
}

}  // namespace

class TestExactLaw : public QObject {
    Q_OBJECT

private slots:
    /// The enumeration itself, on laws that nothing else says what they should be.
    void agreesWithDrawnRounds_data() {
        QTest::addColumn<int>("rule");
        QTest::addColumn<int>("mutant");
        QTest::addColumn<bool>("tree");
        const auto add = [](Rule rule, Mutant mutant, bool tree) {
            QTest::addRow("%s, %s, %s", std::string(name(rule)).c_str(), std::string(name(mutant)).c_str(),
                          tree ? "trees" : "chains")
                << static_cast<int>(rule) << static_cast<int>(mutant) << tree;
        };
        add(Rule::Token, Mutant::None, false);
        add(Rule::Token, Mutant::CoinReused, false);
        add(Rule::Block, Mutant::BlockPlainResidual, false);
        add(Rule::Block, Mutant::BlockFirstFailure, false);
        add(Rule::Block, Mutant::CoinReused, false);
        add(Rule::Match, Mutant::KeepRejected, true);
        add(Rule::Match, Mutant::ResampleFromTarget, true);
        add(Rule::SpecInfer, Mutant::SiblingsMixedUp, true);
        add(Rule::Sequoia, Mutant::DropUnlikely, true);
        add(Rule::Sequoia, Mutant::CoinReused, true);
        add(Rule::Ensemble, Mutant::None, false);
        add(Rule::Typical, Mutant::None, true);
    }
    void agreesWithDrawnRounds() {
        QFETCH(int, rule);
        QFETCH(int, mutant);
        QFETCH(bool, tree);
        const TinyModel target = randomModel(3, 5), draft = randomModel(3, 6);
        Experiment experiment{.target = target,
                              .draft = draft,
                              .plan = planOf(tree ? std::vector<int>{2, 1} : std::vector<int>{1, 1})};
        experiment.rule = static_cast<Rule>(rule);
        experiment.mutant = static_cast<Mutant>(mutant);
        experiment.drafting = draftingFor(experiment.rule, experiment.mutant);
        experiment.ensembleWeight = 0.4;
        // 27 texts: the expected distance of 100,000 draws from their own law is about 0.006.
        const double distance = totalVariation(enumerate(experiment).law, drawnLaw(experiment, 100000));
        QVERIFY2(distance < 0.012, qPrintable(QString::number(distance)));
    }

    void lawsSumToOne() {
        const TinyModel target = randomModel(4, 1, 0.3), draft = randomModel(4, 2, 0.3);
        Experiment experiment{.target = target, .draft = draft, .plan = planOf({2, 2})};
        experiment.rule = Rule::Sequoia;
        experiment.mutant = Mutant::KeepRejected;
        double total = 0.0;
        for (const auto& [text, weight] : enumerate(experiment).law) total += weight;
        QVERIFY(std::abs(total - 1.0) < 1e-12);
    }

    void theDistanceOfTwoLawsIsHalfTheirDifference() {
        const Law a{{{0}, 0.5}, {{1}, 0.5}}, b{{{1}, 0.75}, {{2}, 0.25}};
        QCOMPARE(totalVariation(a, b), 0.5);
        QCOMPARE(totalVariation(a, a), 0.0);
    }

    void aTextEndsWithItsEndingToken() {
        const Law law = plainLaw(constantModel({0.25, 0.75}), 3, 1);
        QCOMPARE(law.at({1}), 0.75);
        QCOMPARE(law.at({0, 1}), 0.1875);
        QCOMPARE(law.at({0, 0, 0}), 0.015625);
        QCOMPARE(law.size(), std::size_t{4});
    }
};

QTEST_GUILESS_MAIN(TestExactLaw)
#include "test_exact_law.moc"
