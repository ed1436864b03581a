// The parts of a token's time, recomputed by hand on made-up counts and costs.
#include <algorithm>
#include <cmath>

#include <QtTest>

#include "tests/engine/explain/explained_run.h"

using namespace specula;
using namespace specula::test;

namespace {

bool near(double a, double b, double within = 1e-9) {
    return std::fabs(a - b) < within;
}

const TermCost& termOf(const Diagnosis& d, CostTerm which) {
    return *std::find_if(d.terms.begin(), d.terms.end(),
                         [which](const TermCost& term) { return term.term == which; });
}

const Remedy* remedyOf(const Diagnosis& d, Remedy::Kind kind) {
    const auto found = std::find_if(d.changes.begin(), d.changes.end(),
                                    [kind](const Remedy& change) { return change.kind == kind; });
    return found == d.changes.end() ? nullptr : &*found;
}

bool answers(const Diagnosis& d, Question question) {
    return std::any_of(d.answers.begin(), d.answers.end(),
                       [question](const Answer& answer) { return answer.question == question; });
}

bool warns(const Diagnosis& d, Question question) {
    return std::any_of(d.answers.begin(), d.answers.end(), [question](const Answer& answer) {
        return answer.question == question && answer.warns;
    });
}

Round roundOf(const std::vector<int>& parents) {
    Round round;
    for (const int parent : parents) {
        Proposal proposal;
        proposal.parent = parent;
        round.proposals.push_back(proposal);
    }
    return round;
}

}  // namespace

class TestDiagnosis : public QObject {
    Q_OBJECT

private slots:
    void termsAreThoseOfTheEquation() {
        const Diagnosis d = diagnose(explainedRun());
        QCOMPARE(d.lack, Lack::None);
        QVERIFY(near(d.tokensPerRound, 3.0) && near(d.depth, 4.0) && near(d.nodes, 4.0));
        QVERIFY(near(d.roundCost, 1.85));
        QVERIFY(near(d.predicted, 3.0 / 1.85));
        QVERIFY(near(d.verifyCost, 1.4));
        QVERIFY(near(termOf(d, CostTerm::Draft).saving, 0.4 / 3.0));
        QVERIFY(near(termOf(d, CostTerm::Rows).saving, 0.4 / 3.0));
        QVERIFY(near(termOf(d, CostTerm::Overhead).saving, 0.05 / 3.0));
        QVERIFY(near(termOf(d, CostTerm::Acceptance).saving, 1.85 / 3.0 - 1.85 / 5.0));
        QVERIFY(near(termOf(d, CostTerm::Draft).without, 3.0 / 1.45));
        QVERIFY(near(termOf(d, CostTerm::Rows).without, 3.0 / 1.45));
        QVERIFY(near(termOf(d, CostTerm::Overhead).without, 3.0 / 1.80));
        QVERIFY(near(termOf(d, CostTerm::Acceptance).without, 5.0 / 1.85));
    }

    void theBarAddsUpToATokensTime() {
        const Diagnosis d = diagnose(explainedRun());
        const double sum = 1.0 / d.tokensPerRound + termOf(d, CostTerm::Draft).saving +
                           termOf(d, CostTerm::Rows).saving + termOf(d, CostTerm::Overhead).saving;
        QVERIFY(near(sum, d.roundCost / d.tokensPerRound));
    }

    void eachTermCanBeTheLargest_data() {
        QTest::addColumn<double>("c");
        QTest::addColumn<double>("v5");
        QTest::addColumn<double>("overhead");
        QTest::addColumn<int>("largest");
        QTest::newRow("draft") << 0.5 << 1.4 << 0.05 << static_cast<int>(CostTerm::Draft);
        QTest::newRow("rows") << 0.05 << 3.0 << 0.05 << static_cast<int>(CostTerm::Rows);
        QTest::newRow("overhead") << 0.05 << 1.2 << 2.0 << static_cast<int>(CostTerm::Overhead);
        QTest::newRow("acceptance") << 0.1 << 1.4 << 0.05 << static_cast<int>(CostTerm::Acceptance);
    }
    void eachTermCanBeTheLargest() {
        QFETCH(double, c);
        QFETCH(double, v5);
        QFETCH(double, overhead);
        QFETCH(int, largest);
        DiagnosisInput input = explainedRun();
        input.costs = Costs{c, {1.0, 1.0, 1.0, 1.0, v5}, overhead};
        const Diagnosis d = diagnose(input);
        QCOMPARE(static_cast<int>(d.largest().term), largest);
        for (std::size_t i = 1; i < d.terms.size(); ++i) QVERIFY(d.terms[i - 1].saving >= d.terms[i].saving);
        for (const TermCost& term : d.terms) QVERIFY(term.without <= d.largest().without + 1e-12);
    }

    void millisecondsNeedPlainDecoding() {
        DiagnosisInput input = explainedRun();
        for (const TermCost& term : diagnose(input).terms) QVERIFY(!term.ms);
        input.plain = measured(190, 200, 210);  // 5 ms a token
        const Diagnosis d = diagnose(input);
        QVERIFY(near(*termOf(d, CostTerm::Draft).ms, 5.0 * 0.4 / 3.0));
    }

    void whatIsSaidOfSpeedIsWhatItsIntervalAllows() {
        DiagnosisInput input = explainedRun();
        QCOMPARE(diagnose(input).outcome, SpeedOutcome::NotMeasured);
        QVERIFY(!diagnose(input).residual);
        input.speedup = measured(1.1, 1.5, 1.9);
        QCOMPARE(diagnose(input).outcome, SpeedOutcome::Faster);
        QVERIFY(near(*diagnose(input).residual, 1.5 / (3.0 / 1.85)));
        input.speedup = measured(0.7, 0.8, 0.9);
        QCOMPARE(diagnose(input).outcome, SpeedOutcome::Slower);
        input.speedup = measured(0.9, 1.2, 1.4);
        QCOMPARE(diagnose(input).outcome, SpeedOutcome::Unclear);
        input.speedup = measured(1.2, 1.2, 1.2, 1);  // one pair is no evidence
        QCOMPARE(diagnose(input).outcome, SpeedOutcome::Unclear);
        input.speedup = Interval{};
        QCOMPARE(diagnose(input).outcome, SpeedOutcome::NotMeasured);
    }

    void withoutTokensDraftsOrCostsItSaysWhichLack() {
        QCOMPARE(diagnose({}).lack, Lack::Tokens);
        DiagnosisInput input = explainedRun();
        input.costs.reset();
        Diagnosis d = diagnose(input);
        QCOMPARE(d.lack, Lack::Costs);
        QVERIFY(d.terms.empty() && d.changes.empty() && !d.best && !d.breakeven);
        QVERIFY(near(*d.alpha, 20.0 / 28.0));  // counts need no costs
        input = explainedRun();
        input.totals = Totals{};
        input.totals.rounds = 5;
        input.totals.plain = 5;
        QCOMPARE(diagnose(input).lack, Lack::Drafts);
    }

    void breakevenIsWhereARoundEmitsWhatItCosts() {
        const Diagnosis d = diagnose(explainedRun());
        QVERIFY(near(expectedTokensPerRound(*d.breakeven, 4), 1.85, 1e-6));
        QVERIFY(near(expectedTokensPerRound(*d.alphaForHalfMore, 4), 1.5 * 1.85, 1e-6));
        QCOMPARE(*d.breakeven > 0.0, true);
        DiagnosisInput dear = explainedRun();
        dear.costs = Costs{2.0, {1.0, 1.1, 1.2, 1.3, 1.4}, 0.0};
        QVERIFY(!diagnose(dear).breakeven);
    }

    void theBestGammaAndWhatIsAsGood() {
        const Diagnosis d = diagnose(explainedRun());
        // S of gamma 1..4: 1.9/1.25, 2.5/1.45, 2.8/1.65, 3.0/1.85
        QCOMPARE(d.best->gamma, 2);
        QVERIFY(near(d.best->speedup, 2.5 / 1.45));
        QCOMPARE(d.flatFirst, 2);
        QCOMPARE(d.flatLast, 3);
        QVERIFY(warns(d, Question::WhichGamma));
        DiagnosisInput three = explainedRun();
        three.options.gamma = 3;
        QVERIFY(!warns(diagnose(three), Question::WhichGamma));
    }

    void changesAreRecomputedAndRanked() {
        const Diagnosis d = diagnose(explainedRun());
        using Kind = Remedy::Kind;
        QVERIFY(near(remedyOf(d, Kind::HalfDraft)->speedup, 3.0 / 1.65));
        QVERIFY(near(remedyOf(d, Kind::FlatRows)->speedup, 3.0 / 1.45));
        QVERIFY(near(remedyOf(d, Kind::NoOverhead)->speedup, 3.0 / 1.80));
        QCOMPARE(remedyOf(d, Kind::BestGamma)->gamma, 2);
        const double better = 1 + 1.0 * (1 + (2.0 / 3 + 0.1) * (1 + 0.6 * (1 + (2.0 / 3 + 0.1))));
        QVERIFY(near(remedyOf(d, Kind::MoreAcceptance)->speedup, better / 1.85));
        for (std::size_t i = 0; i < d.changes.size(); ++i) {
            QVERIFY(d.changes[i].speedup > d.predicted);
            if (i > 0) QVERIFY(d.changes[i - 1].speedup >= d.changes[i].speedup);
        }
    }

    void cheaperIsNeverSlower() {
        const auto predicted = [](double c, double slope, double overhead) {
            DiagnosisInput input = explainedRun();
            input.costs = Costs{c, {1.0}, overhead};
            for (int row = 1; row <= 4; ++row) input.costs->v.push_back(1.0 + slope * row);
            return diagnose(input);
        };
        double before = 0.0;
        for (const double c : {1.0, 0.5, 0.2, 0.1, 0.01, 0.0}) {
            const Diagnosis d = predicted(c, 0.1, 0.05);
            QVERIFY(d.predicted >= before);
            QVERIFY(!d.best || d.best->speedup >= 1.0);
            before = d.predicted;
        }
        QVERIFY(predicted(0.1, 0.0, 0.05).predicted > predicted(0.1, 0.1, 0.05).predicted);
        QVERIFY(predicted(0.1, 0.1, 0.0).predicted > predicted(0.1, 0.1, 0.05).predicted);
        QVERIFY(*predicted(0.1, 0.1, 0.0).breakeven < *predicted(0.2, 0.1, 0.0).breakeven);
    }

    void roundsThatAreKnownGoBeforeTheMeanShape() {
        DiagnosisInput input = explainedRun();
        // Eight rounds without a draft and two of four: v of the mean number of rows would be another.
        std::vector<Round> rounds(8);
        rounds.push_back(roundOf({-1, 0, 1, 2}));
        rounds.push_back(roundOf({-1, 0, 1, 2}));
        takeRounds(input, rounds);
        QVERIFY(near(*input.draftSteps, 0.8));
        QVERIFY(near(*input.roundCost, (8 * 1.0 + 2 * 1.85) / 10));
        QVERIFY(near(diagnose(input).roundCost, 1.17));
        // Of a tree the draft takes a step a level.
        QCOMPARE(draftSteps(roundOf({-1, -1, 0, 0, 1})), 2);
        QCOMPARE(draftSteps(Round{}), 0);
        DiagnosisInput none = explainedRun();
        takeRounds(none, std::vector<Round>{});
        QVERIFY(!none.draftSteps && !none.roundCost);
    }

    void ofATreeLevelsCountAndNoGammaIsProposed() {
        DiagnosisInput input = explainedRun();
        input.options.tree.children = {2, 1};
        input.totals.judgedAt = {14, 8};  // siblings are tested too
        input.totals.acceptedAt = {8, 4};
        const Diagnosis d = diagnose(input);
        QVERIFY(!d.chains && !d.best);
        QVERIFY(near(d.depth, 2.0));
        QVERIFY(near(d.alphaByPosition[0], 0.8) && near(d.alphaByPosition[1], 0.5));
        QVERIFY(!answers(d, Question::WhichGamma));
        QVERIFY(d.breakeven);
    }

    void questionsAreAnsweredWhereTheDataDo() {
        DiagnosisInput input = explainedRun();
        input.speedup = measured(0.7, 0.8, 0.9);
        Diagnosis d = diagnose(input);
        QVERIFY(!warns(d, Question::FallingAcceptance));  // judged less than ten times
        input.totals.judgedAt = {100, 90, 60, 30};
        input.totals.acceptedAt = {90, 60, 30, 20};
        d = diagnose(input);
        QVERIFY(warns(d, Question::WhySlower));
        QVERIFY(warns(d, Question::AcceptanceNotSpeed));  // 20 of 28, and slower
        QVERIFY(answers(d, Question::RowsFree) && !warns(d, Question::RowsFree));
        QVERIFY(warns(d, Question::FallingAcceptance));
        QVERIFY(answers(d, Question::SameText) && !warns(d, Question::SameText));
        QVERIFY(answers(d, Question::ManyUsers));
        QVERIFY(!answers(d, Question::FirstToken) && !answers(d, Question::Suites));
        input.costs->v.back() = 1.6;
        input.options.rule = Rule::Match;
        input.prefillSeconds = 0.2;
        input.suites = {{"code", tenRounds(), measured(1.2, 1.4, 1.6)},
                        {"prose", {}, measured(0.8, 0.9, 1.0)}};
        d = diagnose(input);
        QVERIFY(warns(d, Question::RowsFree) && warns(d, Question::OnlyGreedy));
        QVERIFY(answers(d, Question::FirstToken) && warns(d, Question::Suites));
        input.options.rule = Rule::Typical;
        QVERIFY(warns(diagnose(input), Question::SameText));
        input.options.sampling.temperature = 0.0;
        QVERIFY(!answers(diagnose(input), Question::OnlyGreedy));
        DiagnosisInput fast = explainedRun();
        fast.speedup = measured(1.1, 1.5, 1.9);
        QVERIFY(!answers(diagnose(fast), Question::WhySlower));
    }

    void aDraftThatSeldomProposesIsNotedThoughAllIsKept() {
        DiagnosisInput input = explainedRun();
        input.totals = Totals{};
        input.totals.rounds = 20;
        input.totals.plain = 18;
        input.totals.drafted = input.totals.judged = input.totals.accepted = 4;
        input.totals.bonus = 2;
        input.totals.judgedAt = input.totals.acceptedAt = {2, 2};
        const Diagnosis d = diagnose(input);
        QVERIFY(warns(d, Question::FewDrafted));
        QVERIFY(near(d.drafting, 0.1));
        QVERIFY(near(d.verifyCost, 1.2));  // of the rounds that draft: two tokens each
    }
};

QTEST_APPLESS_MAIN(TestDiagnosis)
#include "test_diagnosis.moc"
