// What a comparison of rules is said to have found.
#include <QtTest>

#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "tests/ui/rules/sample_points.h"
#include "ui/rules/rule_texts.h"

using namespace specula;
using namespace specula::test;

class TestRuleTexts : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void moreTokensAreSaidAndSpeedIsNotWhereItsIntervalsMeet() {
        QCOMPARE(rulesFinding(samplePoints()),
                 QStringLiteral("Block verification emits 2.9 % more tokens a round than token rejection "
                                "sampling; no significant difference in speed"));
    }

    void nothingIsClaimedWhereIntervalsMeet() {
        const std::vector<RulePoint> points{
            rulePoint(Rule::Token, interval(2.40, 2.30, 2.50), interval(1.31, 1.25, 1.37)),
            rulePoint(Rule::Block, interval(2.47, 2.38, 2.56), interval(1.34, 1.28, 1.40))};
        QCOMPARE(rulesFinding(points),
                 QStringLiteral("No significant difference in tokens a round or in speed"));
    }

    void theFastestIsNamedWhereIntervalsPart() {
        std::vector<RulePoint> points{
            rulePoint(Rule::Token, interval(2.40, 2.38, 2.42), interval(1.31, 1.29, 1.33)),
            rulePoint(Rule::Block, interval(2.64, 2.60, 2.68), interval(1.42, 1.40, 1.44))};
        QCOMPARE(rulesFinding(points),
                 QStringLiteral("Block verification emits 10 % more tokens a round than token rejection "
                                "sampling and is fastest: 1.42×"));
        std::swap(points[0].speedup, points[1].speedup);
        QVERIFY(
            rulesFinding(points).endsWith(QStringLiteral("; token rejection sampling is fastest: 1.42×")));
    }

    void aRuleThatKeepsFewerIsSaidToo() {
        const std::vector<RulePoint> points{
            rulePoint(Rule::Token, interval(2.40, 2.38, 2.42), interval(1.31, 1.29, 1.33)),
            rulePoint(Rule::Match, interval(1.90, 1.88, 1.92), interval(1.02, 1.00, 1.04))};
        QCOMPARE(
            rulesFinding(points),
            QStringLiteral("Token rejection sampling emits the most tokens a round and is fastest: 1.31×"));
    }

    void plainIsNamedWhereItBeatsAllOfThem() {
        const std::vector<RulePoint> points{
            rulePoint(Rule::Token, interval(2.40, 2.38, 2.42), interval(0.81, 0.79, 0.83)),
            rulePoint(Rule::Block, interval(2.64, 2.60, 2.68), interval(0.91, 0.89, 0.93))};
        QVERIFY(rulesFinding(points).endsWith(QStringLiteral("plain decoding is faster than all of them")));
    }

    void lossyRulesNeverWin() {
        const std::vector<RulePoint> points{
            rulePoint(Rule::Token, interval(2.40, 2.38, 2.42), interval(1.31, 1.29, 1.33)),
            rulePoint(Rule::Typical, interval(3.64, 3.60, 3.68), interval(2.42, 2.40, 2.44))};
        QVERIFY(!rulesFinding(points).contains(QStringLiteral("ypical")));
        QVERIFY(rulesFinding({points.back()}).startsWith(QStringLiteral("Lossy rules only")));
    }

    void whatIsNotFinishedIsSaidToBeSoFar() {
        QVERIFY(rulesFinding({}, true).isEmpty());
        QVERIFY(rulesFinding(samplePoints(), true)
                    .startsWith(QStringLiteral("So far: block verification emits 2.9 % more")));
    }

    void otherSuitesAreNotMixedIn() {
        std::vector<RulePoint> points{
            rulePoint(Rule::Token, interval(2.40, 2.38, 2.42), interval(1.31, 1.29, 1.33), "Stories"),
            rulePoint(Rule::Block, interval(9.90, 9.88, 9.92), interval(9.0, 8.9, 9.1), "Code")};
        QCOMPARE(ruleGroups(points).size(), std::size_t{2});
        QVERIFY(!rulesFinding(points).contains(QStringLiteral("Block")));
        QVERIFY(rulesFinding(points).endsWith(QStringLiteral("(SmolLM2 head, Stories)")));
    }

    void everyRuleHasItsNamesAndLossyOnesTheirWord() {
        QStringList names;
        for (const Rule rule : allRules()) {
            const RuleSetup setup{rule, 0.3, 4, {}};
            QVERIFY(!shortRule(setup).isEmpty() && !names.contains(shortRule(setup)));
            names << shortRule(setup);
            QCOMPARE(lossyWord(setup).isEmpty(), lossless(rule));
            QCOMPARE(ruleHelp(setup).startsWith(QStringLiteral("LOSSY")), !lossless(rule));
            QVERIFY(!isPlain(setup));
        }
        QCOMPARE(shortRule({Rule::Ensemble, 0.3, 4, {}}), QStringLiteral("Ensemble 0.3"));
        QCOMPARE(shortRule(plainPoint().setup), QStringLiteral("Plain"));
    }
};

QTEST_MAIN(TestRuleTexts)
#include "test_rule_texts.moc"
