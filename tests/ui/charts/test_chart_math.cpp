#include <QtTest>

#include <algorithm>

#include "tests/ui/charts/sample_sweep.h"
#include "ui/charts/chart_math.h"
#include "ui/charts/findings.h"

using namespace specula;
using namespace specula::test;

namespace {

Totals totalsAt(std::vector<std::pair<long, long>> acceptedOfJudged) {
    Totals totals;
    for (const auto& [accepted, judged] : acceptedOfJudged) {
        totals.acceptedAt.push_back(accepted);
        totals.judgedAt.push_back(judged);
        totals.accepted += accepted;
        totals.judged += judged;
    }
    return totals;
}

QString finding(std::vector<std::pair<long, long>> acceptedOfJudged) {
    return acceptanceFinding(acceptanceByPosition(totalsAt(std::move(acceptedOfJudged))));
}

SweepData sweepOf(const std::vector<SweepPoint>& points) {
    SweepData data;
    for (const SweepPoint& point : points) data.set(point);
    return data;
}

Round roundOf(int index, int tokens, double endMs) {
    Round round;
    round.index = index;
    round.emitted.resize(static_cast<std::size_t>(tokens));
    round.times.endMs = endMs;
    return round;
}

}  // namespace

class TestChartMath : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void wilsonMatchesPublishedValues() {
        // Newcombe 1998, table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611.
        const auto many = wilson(81, 263);
        QVERIFY(many.has_value());
        QVERIFY(std::abs(many->low - 0.2553) < 5e-5);
        QVERIFY(std::abs(many->high - 0.3662) < 5e-5);
        const auto none = wilson(0, 20);
        QCOMPARE(none->low, 0.0);
        QVERIFY(std::abs(none->high - 0.1611) < 5e-5);
        QCOMPARE(wilson(20, 20)->high, 1.0);
    }

    void aShareOfNothingIsAbsent() {
        QVERIFY(!wilson(0, 0).has_value());
        QVERIFY(acceptanceByPosition({}).empty());
    }

    void acceptanceTitleSaysWhatTheIntervalsAllow() {
        QCOMPARE(finding({{710, 1000}, {420, 700}, {168, 400}}),
                 QStringLiteral("Acceptance falls from 0.71 to 0.42 by position 3"));
        QCOMPARE(finding({{420, 1000}, {710, 1000}}),
                 QStringLiteral("Acceptance rises from 0.42 to 0.71 by position 2"));
        QCOMPARE(finding({{70, 100}, {46, 70}}), QStringLiteral("Acceptance about 0.68 at all 2 positions"));
        // Positions that were hardly ever judged are drawn, and are not "all".
        QCOMPARE(finding({{70, 100}, {46, 70}, {4, 6}, {1, 2}}),
                 QStringLiteral("Acceptance about 0.68 at the first 2 of 4 positions"));
        QCOMPARE(finding({{7, 10}}), QStringLiteral("Acceptance 0.70 at position 1"));
        QCOMPARE(finding({{2, 4}}), QStringLiteral("Acceptance 0.50 at position 1 so far (4 judged)"));
        QCOMPARE(finding({}), QString());
    }

    void positionsJudgedRarelyClaimNothing() {
        // Position 3 fell to 0, but of three: the title stops at position 2.
        QCOMPARE(finding({{800, 1000}, {400, 800}, {0, 3}}),
                 QStringLiteral("Acceptance falls from 0.80 to 0.50 by position 2"));
    }

    void sweepTitleNamesTheBestGammaWithItsInterval() {
        QCOMPARE(sweepFinding(sweepOf(sweepWithBestAtFour())),
                 QStringLiteral("Best at gamma 4: 1.62× (1.52–1.70)"));
        QCOMPARE(sweepFinding(sweepOf(sweepWithBestAtFour()), true),
                 QStringLiteral("Best so far at gamma 4: 1.62× (1.52–1.70)"));
    }

    void sweepTitleAdmitsThatPlainIsFastest() {
        const auto slow = sweepOf({sweepPoint(0, std::nullopt), sweepPoint(1, interval(0.93, 0.90, 0.96)),
                                   sweepPoint(2, interval(0.80, 0.76, 0.84))});
        QCOMPARE(sweepFinding(slow), QStringLiteral("No gain: plain is fastest here"));
    }

    void sweepTitleClaimsNothingWhenTheIntervalContainsOne() {
        const auto unclear =
            sweepOf({sweepPoint(0, std::nullopt), sweepPoint(2, interval(1.03, 0.97, 1.09))});
        QCOMPARE(sweepFinding(unclear),
                 QStringLiteral("No significant difference: gamma 2 gives 1.03× (0.97–1.09)"));
        QCOMPARE(judge(interval(1.03, 1.0, 1.09)), Gain::Unclear);
        QCOMPARE(judge(interval(0.97, 0.9, 1.0)), Gain::Unclear);
    }

    void sweepWithoutComparisonSaysSo() {
        QCOMPARE(sweepFinding({}), QString());
        QCOMPARE(sweepFinding(sweepOf({sweepPoint(0, std::nullopt)})),
                 QStringLiteral("Plain decoding only: nothing to compare"));
    }

    void aLaterPointReplacesTheEarlierOne() {
        SweepData data = sweepOf(sweepWithBestAtFour());
        const auto before = data.points().size();
        data.set(sweepPoint(4, interval(1.10, 1.05, 1.15)));
        QCOMPARE(data.points().size(), before);
        QCOMPARE(bestPoint(data.whole())->gamma, 5);
    }

    void singlePromptsSpeakOnlyWhenThereIsNoSuite() {
        SweepData data = sweepOf({sweepPoint(1, interval(1.2, 1.1, 1.3), 0.7, "a")});
        QCOMPARE(data.whole().size(), std::size_t{1});
        data.set(sweepPoint(1, interval(1.4, 1.3, 1.5), 0.7, "b"));
        QVERIFY(data.whole().empty());
        data.set(sweepPoint(1, interval(1.3, 1.2, 1.4)));
        QCOMPARE(data.whole().size(), std::size_t{1});
        QCOMPARE(data.whole().front()->speedup->median, 1.3);
    }

    void rateIsThatOfTheLastRounds() {
        RateSeries series(2);
        series.add(roundOf(0, 2, 10.0));
        series.add(roundOf(1, 3, 20.0));
        series.add(roundOf(2, 1, 40.0));
        QCOMPARE(series.points().size(), std::size_t{3});
        QCOMPARE(series.points()[0].tokensPerSecond, 200.0);
        QCOMPARE(series.points()[1].tokensPerSecond, 250.0);
        // Rounds 1 and 2: four tokens in the 30 ms since round 0 ended.
        QVERIFY(std::abs(series.points()[2].tokensPerSecond - 4.0 / 0.030) < 1e-9);
        QCOMPARE(*series.overall(), 150.0);
    }

    void aClockThatStandsStillGivesNoPoint() {
        RateSeries series;
        series.add(roundOf(0, 2, 0.0));
        QVERIFY(series.points().empty());
        QVERIFY(!series.overall().has_value());
    }

    void anOutlineKeepsExtremesAndOrder() {
        std::vector<RatePoint> points;
        for (int i = 0; i < 10'000; ++i) points.push_back({i * 0.01, 100.0 + (i * 7919) % 61, i});
        points[4321].tokensPerSecond = 1000.0;
        points[77].tokensPerSecond = 1.0;
        const std::vector<std::size_t> outline = outlineOf(points, 100);
        QVERIFY(outline.size() <= 200);
        QVERIFY(std::is_sorted(outline.begin(), outline.end()));
        for (const std::size_t extreme : {std::size_t{77}, std::size_t{4321}})
            QVERIFY(std::find(outline.begin(), outline.end(), extreme) != outline.end());
        // Where all points have room none is left out.
        points.resize(200);
        QCOMPARE(outlineOf(points, 100).size(), points.size());
        QVERIFY(outlineOf({}, 100).empty());
    }

    void rateTitleNamesPlainOnlyWhenItWasMeasured() {
        QCOMPARE(rateFinding(142.4, std::nullopt), QStringLiteral("142 tokens a second"));
        QCOMPARE(rateFinding(14.24, std::nullopt), QStringLiteral("14.2 tokens a second"));
        QCOMPARE(rateFinding(142.4, interval(88.0, 87.0, 89.0)),
                 QStringLiteral("142 tokens a second, plain 88.0"));
        QCOMPARE(rateFinding(std::nullopt, std::nullopt), QString());
    }

    void emissionTitleGivesMeanAndShareOfSingles() {
        EmissionCounts counts;
        QCOMPARE(emissionFinding(counts), QString());
        for (const int tokens : {1, 3, 5, 3}) counts.add(roundOf(0, tokens, 1.0));
        QCOMPARE(emissionFinding(counts), QStringLiteral("3.0 tokens a round, 25 % give only one"));
        EmissionCounts plain;
        plain.add(roundOf(0, 1, 1.0));
        QCOMPARE(emissionFinding(plain), QStringLiteral("Every round emits one token"));
    }
};

QTEST_GUILESS_MAIN(TestChartMath)
#include "test_chart_math.moc"
