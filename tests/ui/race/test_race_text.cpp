// The sentences of a race.
#include <QtTest>

#include "tests/ui/race/sample_race.h"
#include "ui/race/race_text.h"

using namespace specula;
using namespace specula::test;

class TestRaceText : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void everyVerdictIsASentenceWithIntervalAndN() {
        CompareReport figures;
        figures.speedup = runsInterval(1.41, 1.52, 1.60);
        figures.verdict = "faster";
        QCOMPARE(raceVerdict(figures),
                 QStringLiteral("Speculative decoding is faster: 1.52x the speed of plain (95 % interval "
                                "1.41 to 1.60, n = 5)."));
        figures.speedup = runsInterval(0.70, 0.76, 0.81, 7);
        figures.verdict = "slower";
        QCOMPARE(raceVerdict(figures),
                 QStringLiteral("Speculative decoding is slower: 0.76x the speed of plain (95 % interval "
                                "0.70 to 0.81, n = 7)."));
        figures.speedup = runsInterval(0.97, 1.01, 1.04);
        figures.verdict = "no significant difference";
        QVERIFY(raceVerdict(figures).startsWith(QStringLiteral("No significant difference: 1.01x")));
    }

    void onePairOfRunsHasNoInterval() {
        CompareReport figures;
        figures.speedup = runsInterval(1.5, 1.5, 1.5, 1);
        figures.verdict = "faster";
        QVERIFY(raceVerdict(figures).contains(QStringLiteral("no interval")));
        QVERIFY(!raceVerdict(figures).contains(QStringLiteral("95 %")));
    }

    void whatWasComparedIsSaid() {
        RaceReport race = sampleRace();
        race.speculative.options.seed = 42;
        race.plain.prefillSeconds = 0.14;
        race.speculative.prefillSeconds = 0.25;
        const QString said = raceConditions(race);
        for (const char* part : {"same prompt", "seed 42", "alternating: 5", "warm up", "0.14 s", "0.25 s",
                                 "nearest to the median", "gamma 4", "temperature 0"})
            QVERIFY2(said.contains(QLatin1String(part)), qPrintable(said));
        race.speculative.options.tree.children = {3, 2};
        QVERIFY(raceConditions(race).contains(QStringLiteral("tree 3,2")));
        race.figures.speedup.n = 1;
        QVERIFY(!raceConditions(race).contains(QStringLiteral("median")));
    }

    void equalTextsAreFoundEqualTokenByToken() {
        const RaceReport race = sampleRace();
        const TextCheck check = checkTexts(race);
        QCOMPARE(check.same, std::optional(true));
        QVERIFY(check.sentence.contains(QStringLiteral("all %1 tokens").arg(race.plain.rounds.size())));
    }

    void theFirstDifferenceIsNamed() {
        RaceReport race = sampleRace();
        race.plain.rounds[6].emitted[0].id += 1000;
        race.plain.rounds[6].emitted[0].bytes = " other";
        race.plain.rounds[9].emitted[0].id += 1000;
        const TextCheck check = checkTexts(race);
        QCOMPARE(check.same, std::optional(false));
        QVERIFY2(check.sentence.contains(QStringLiteral("token 7: plain has")), qPrintable(check.sentence));
        QVERIFY(check.sentence.contains(QStringLiteral("other")));
        QVERIFY(!check.sentence.contains(QStringLiteral("rounding")));
        race.target.weights = WeightFormat::Fp32;
        QVERIFY(checkTexts(race).sentence.contains(QStringLiteral("fp32")));
    }

    void aShorterTextIsNotTheSame() {
        RaceReport race = sampleRace();
        race.plain.rounds.pop_back();
        const TextCheck check = checkTexts(race);
        QCOMPARE(check.same, std::optional(false));
        QVERIFY(check.sentence.contains(QStringLiteral("plain has the end")));
    }

    void aDifferenceInAnotherPairOfRunsCounts() {
        RaceReport race = sampleRace();
        race.figures.sameText = false;
        race.figures.firstDifference = "output token 12";
        const TextCheck check = checkTexts(race);
        QCOMPARE(check.same, std::optional(false));
        QVERIFY(check.sentence.contains(QStringLiteral("output token 12")));
    }

    void aboveZeroOnlyTheDistributionIsTheSame() {
        RaceReport race = sampleRace();
        race.speculative.options.sampling.temperature = 0.7;
        race.speculative.options.rule = Rule::Token;
        QVERIFY(!checkTexts(race).same);
        QVERIFY(checkTexts(race).sentence.startsWith(QStringLiteral("Same distribution, not the same text")));
        race.speculative.options.rule = Rule::Typical;
        QVERIFY(checkTexts(race).sentence.startsWith(QStringLiteral("Not the same distribution")));
    }

    void laneFiguresCountPassesAndWaste() {
        const RaceReport race = sampleRace();
        Totals totals;
        for (const Round& round : race.speculative.rounds) totals.add(round);
        const QString line = laneFigures(totals, 1840.0);
        long drafted = 0, kept = 0, tokens = 0;
        for (const Round& round : race.speculative.rounds) {
            drafted += static_cast<long>(round.proposals.size());
            tokens += static_cast<long>(round.emitted.size());
            for (const Proposal& proposal : round.proposals) kept += proposal.verdict == Verdict::Accepted;
        }
        QVERIFY(line.startsWith(QStringLiteral("1.84 s")));
        QVERIFY(line.contains(QStringLiteral("%1 tokens").arg(tokens)));
        QVERIFY(line.contains(QStringLiteral("30 target passes")));
        QVERIFY2(
            line.endsWith(QStringLiteral("%1 of %2 drafted tokens wasted").arg(drafted - kept).arg(drafted)),
            qPrintable(line));
        Totals plain;
        for (const Round& round : race.plain.rounds) plain.add(round);
        QVERIFY(!laneFigures(plain, 1.0).contains(QStringLiteral("drafted")));
        QVERIFY(laneFigures(plain, 1.0).contains(QStringLiteral("111.1 tok/s")));
        QVERIFY(!laneFigures({}, 0.0).contains(QStringLiteral("tok/s")));
    }

    void theFactorIsPrintedEitherWay() {
        QCOMPARE(factorWords(6.34), QStringLiteral("slowed 6.3x"));
        QCOMPARE(factorWords(0.5), QStringLiteral("sped up 2.0x"));
    }
};

QTEST_MAIN(TestRaceText)
#include "test_race_text.moc"
