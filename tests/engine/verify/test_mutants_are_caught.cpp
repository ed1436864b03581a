#include <QtTest>

#include "engine/trace/mutants.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "engine/verify/rows.h"
#include "tests/engine/verify/proofs.h"

using namespace specula;
using namespace specula::test;

namespace {

using Judge = std::function<Judged(const JudgeInput<double>&)>;
constexpr double kSeen = 1e-3, kExact = 1e-12;

void addMutantsOfRules() {
    QTest::addColumn<int>("mutant");
    QTest::addColumn<int>("rule");
    for (const Mutant mutant : lawMutants()) {
        for (const Rule rule : losslessRules())
            QTest::addRow("%s, %s", std::string(name(mutant)).c_str(), std::string(name(rule)).c_str())
                << static_cast<int>(mutant) << static_cast<int>(rule);
    }
}

/// What an audit with this kind of draft can see of a mutant: chains, and trees with a feature head.
double distanceSeen(Mutant mutant, Rule rule, const std::string& draftKind) {
    double distance = 0.0;
    if (judgesChains(rule)) distance = mutantDistance(mutant, rule, false, draftKind == "ngram");
    const Rule ofTrees = resolvedRule(rule, rule == Rule::Greedy, true, false);
    if (draftKind == "feature-head" && judgesTrees(ofTrees))
        distance = std::max(distance, mutantDistance(mutant, ofTrees, true));
    return distance;
}

// Further broken rules that people have shipped, beside the program's own mutants.

Judged acceptsEverything(JudgeInput<double> input) {
    std::vector<double> zeros(input.drafted.size(), 0.0);
    input.acceptCoins = zeros;
    return judge(input);
}

Judged ratioUpsideDown(JudgeInput<double> input) {
    std::vector<double> coins(input.acceptCoins.begin(), input.acceptCoins.end());
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const auto token = static_cast<std::size_t>(input.drafted[i]);
        const int before = input.parents[i];
        coins[i] = coins[i] * input.targetRow(before)[token] < input.draftRow(before)[token] ? 0.0 : 1.0;
    }
    input.acceptCoins = coins;
    return judge(input);
}

Judged bonusFromTheRowBefore(const JudgeInput<double>& input) {
    Judged out = judge(input);
    if (out.extraKind == EmitKind::Bonus)
        out.extra = drawFrom(input.targetRow(out.last() - 1), input.extraCoin);
    return out;
}

Judged carriesOnAfterARejection(const JudgeInput<double>& input) {
    Judged out = judge(input);
    const auto next = static_cast<std::size_t>(out.last() + 2);
    if (out.extraKind == EmitKind::Resampled && next < input.drafted.size()) out.extra = input.drafted[next];
    return out;
}

Judged oneCoinForAll(JudgeInput<double> input) {
    const std::vector<double> coins(input.acceptCoins.size(), input.acceptCoins.front());
    input.acceptCoins = coins;
    return judge(input);
}

/// Takes the draft's word where it is sure.
Judged trustsConfidence(JudgeInput<double> input) {
    std::vector<double> coins(input.acceptCoins.begin(), input.acceptCoins.end());
    for (std::size_t i = 0; i < coins.size(); ++i) {
        const auto token = static_cast<std::size_t>(input.drafted[i]);
        if (input.draftRow(input.parents[i])[token] > 0.5) coins[i] = 0.0;
    }
    input.acceptCoins = coins;
    return judge(input);
}

double chainDistance(Rule rule, const Judge& judge, const TinyModel& target, const TinyModel& draft) {
    const TinyModel text = rule == Rule::Greedy ? greedyOf(target) : target;
    Experiment experiment{.target = target, .draft = draft, .plan = planOf({1, 1, 1})};
    experiment.rule = rule;
    experiment.drafting = draftingFor(rule);
    experiment.drawsEverywhere = true;  // a broken rule may look anywhere
    experiment.later = &text;
    experiment.judge = judge;
    return distanceFromTarget(experiment);
}

}  // namespace

class TestMutantsAreCaught : public QObject {
    Q_OBJECT

private slots:
    void aMutantChangesTheLawExactlyWhereItIsSaidTo_data() { addMutantsOfRules(); }
    void aMutantChangesTheLawExactlyWhereItIsSaidTo() {
        QFETCH(int, mutant);
        QFETCH(int, rule);
        const auto broken = static_cast<Mutant>(mutant);
        const auto of = static_cast<Rule>(rule);
        double distance = 0.0;
        for (const bool tree : {false, true}) {
            if (tree ? judgesTrees(of) : judgesChains(of))
                distance = std::max(distance, mutantDistance(broken, of, tree));
        }
        QVERIFY2(breaks(broken, of) ? distance > kSeen : distance < kExact,
                 qPrintable(QStringLiteral("total variation %1").arg(distance)));
    }

    void everyMutantButTheStaleCacheIsOfSomeLaw() {
        std::vector<Mutant> all = lawMutants();
        all.push_back(Mutant::StaleDraftCache);
        for (const Mutant mutant : allMutants())
            QVERIFY(std::find(all.begin(), all.end(), mutant) != all.end());
        QCOMPARE(all.size(), allMutants().size());
        for (const Rule rule : allRules()) {
            QVERIFY(!breaks(Mutant::StaleDraftCache, rule) && !breaks(Mutant::None, rule));
            for (const Mutant mutant : allMutants()) QVERIFY(lossless(rule) || !breaks(mutant, rule));
        }
    }

    void anAuditIsRefusedExactlyWhereNothingCanBeSeen_data() { addMutantsOfRules(); }
    void anAuditIsRefusedExactlyWhereNothingCanBeSeen() {
        QFETCH(int, mutant);
        QFETCH(int, rule);
        const auto broken = static_cast<Mutant>(mutant);
        const auto of = static_cast<Rule>(rule);
        const bool greedy = of == Rule::Greedy;
        for (const std::string kind : {"model", "feature-head", "ngram"}) {
            if (!judgesChains(of) && kind != "feature-head") continue;  // ruleProblem refuses the run itself
            const std::string problem = mutantProblem(broken, kind, greedy, of);
            const double distance = distanceSeen(broken, of, kind);
            const QString found = QStringLiteral("%1: %2, %3")
                                      .arg(QString::fromStdString(kind), QString::fromStdString(problem))
                                      .arg(distance);
            QVERIFY2(problem.empty() ? distance > kSeen : distance < kExact, qPrintable(found));
        }
    }

    void everyLosslessRuleHasThreeMutants() {
        for (const Rule rule : losslessRules()) {
            int count = 1;  // the stale cache, which the audit finds by comparing rows
            for (const Mutant mutant : lawMutants()) count += breaks(mutant, rule) ? 1 : 0;
            QVERIFY2(count >= 3, std::string(name(rule)).c_str());
        }
    }

    void otherBrokenRulesAreCaught_data() {
        QTest::addColumn<int>("rule");
        QTest::addColumn<Judge>("broken");
        const auto add = [](const char* words, Rule rule, const Judge& judge) {
            QTest::addRow("%s, %s", words, std::string(name(rule)).c_str())
                << static_cast<int>(rule) << judge;
        };
        for (const Rule rule : {Rule::Token, Rule::Block}) {
            add("accepts everything", rule, acceptsEverything);
            add("the ratio is upside down", rule, ratioUpsideDown);
            add("trusts a confident draft", rule, trustsConfidence);
            add("one coin for all", rule, oneCoinForAll);
        }
        add("one coin for all", Rule::Match, oneCoinForAll);
        for (const Rule rule : {Rule::Token, Rule::Block, Rule::Match, Rule::OneHot, Rule::Greedy}) {
            if (rule != Rule::Greedy) add("the bonus is from the row before", rule, bonusFromTheRowBefore);
            add("carries on after a rejection", rule, carriesOnAfterARejection);
        }
        add("accepts everything", Rule::OneHot, acceptsEverything);
        add("judged as greedy when sampling", Rule::OneHot, [](JudgeInput<double> input) {
            input.rule = Rule::Greedy;
            return judge(input);
        });
    }
    void otherBrokenRulesAreCaught() {
        QFETCH(int, rule);
        QFETCH(Judge, broken);
        double honest = 0.0, distance = 0.0;
        for (unsigned seed = 1; seed <= 5; ++seed) {
            const TinyModel target = randomModel(3, seed);
            const TinyModel draft = mixtureOf(target, randomModel(3, seed + 50), 0.6, 99);
            const Rule of = static_cast<Rule>(rule);
            honest = std::max(honest, chainDistance(of, judge<double>, target, draft));
            distance = std::max(distance, chainDistance(of, broken, target, draft));
        }
        QVERIFY(honest < kExact);
        QVERIFY2(distance > kSeen, qPrintable(QString::number(distance)));
    }

    void aDraftDrawnFromAnotherRowThanItIsJudgedByIsCaught() {
        // Drawn from the row's top two, judged by the whole row.
        const TinyModel target = randomModel(3, 7), draft = randomModel(3, 8), narrow = topTwoOf(draft);
        Experiment experiment{.target = target, .draft = narrow, .plan = planOf({1, 1})};
        experiment.judge = [&](JudgeInput<double> input) {
            input.draftRow = [&, drafted = input.drafted](int node) {
                return std::span<const double>(draft.row(Text(drafted.begin(), drafted.begin() + node + 1)));
            };
            return judge(input);
        };
        QVERIFY(distanceFromTarget(experiment) > kSeen);
    }
};

QTEST_GUILESS_MAIN(TestMutantsAreCaught)
#include "test_mutants_are_caught.moc"
