// What a diagnosis is said to have found.
#include <QtTest>

#include "tests/engine/explain/explained_run.h"
#include "ui/diagnose/diagnosis_text.h"

using namespace specula;
using namespace specula::test;

namespace {

DiagnosisInput withLargest(CostTerm term) {
    DiagnosisInput input = explainedRun();
    if (term == CostTerm::Draft) input.costs = Costs{0.5, {1.0, 1.1, 1.2, 1.3, 1.4}, 0.05};
    if (term == CostTerm::Rows) input.costs = Costs{0.05, {1.0, 1.5, 2.0, 2.5, 3.0}, 0.05};
    if (term == CostTerm::Overhead) input.costs = Costs{0.05, {1.0, 1.0, 1.1, 1.1, 1.2}, 2.0};
    input.plain = measured(190, 200, 210);
    return input;
}

}  // namespace

class TestDiagnosisText : public QObject {
    Q_OBJECT

private slots:
    void bothSentencesNameTheTermAndItsNumbers_data() {
        QTest::addColumn<int>("term");
        QTest::addColumn<QString>("number");
        QTest::newRow("draft") << static_cast<int>(CostTerm::Draft)
                               << QStringLiteral("0.500 of a target step");
        QTest::newRow("rows") << static_cast<int>(CostTerm::Rows)
                              << QStringLiteral("5.0 rows costs 3.00 times");
        QTest::newRow("overhead") << static_cast<int>(CostTerm::Overhead)
                                  << QStringLiteral("2.00 plain rounds");
        QTest::newRow("acceptance") << static_cast<int>(CostTerm::Acceptance)
                                    << QStringLiteral("of 4.0 drafted tokens a round 2.0 are kept");
    }
    void bothSentencesNameTheTermAndItsNumbers() {
        QFETCH(int, term);
        QFETCH(QString, number);
        const auto which = static_cast<CostTerm>(term);
        DiagnosisInput input = withLargest(which);
        input.speedup = measured(1.12, 1.22, 1.40, 12);
        const QStringList sentences = diagnosisSentences(diagnose(input));
        QCOMPARE(sentences.size(), 2);
        for (const QString& sentence : sentences)
            QVERIFY2(sentence.contains(termName(which), Qt::CaseInsensitive), qPrintable(sentence));
        QVERIFY2(sentences[0].contains(QStringLiteral("1.22× (95 % interval 1.12–1.40, n = 12)")),
                 qPrintable(sentences[0]));
        QVERIFY2(sentences[1].contains(number), qPrintable(sentences[1]));
        QVERIFY(sentences[1].contains(QStringLiteral("ms a token")));
        QVERIFY(sentences[1].contains(QStringLiteral("(predicted)")));
    }

    void theVerdictIsThatOfTheInterval() {
        DiagnosisInput input = explainedRun();
        input.speedup = measured(0.7, 0.8, 0.9);
        QVERIFY(diagnosisTitle(diagnose(input)).startsWith(QStringLiteral("Slower than plain")));
        input.speedup = measured(0.9, 1.1, 1.3);
        QVERIFY(diagnosisTitle(diagnose(input)).startsWith(QStringLiteral("No significant difference")));
        input.speedup = measured(1.1, 1.2, 1.3);
        QVERIFY(diagnosisTitle(diagnose(input)).startsWith(QStringLiteral("Faster than plain")));
    }

    void whatWasNotMeasuredIsSaidToBePredicted() {
        const QString title = diagnosisTitle(diagnose(explainedRun()));
        QVERIFY2(title.startsWith(QStringLiteral("How fast it is was not measured: measure plain first.")),
                 qPrintable(title));
        QVERIFY(title.contains(QStringLiteral("1.62× (predicted)")));
    }

    void noSpeedStandsWithoutItsWord_data() {
        QTest::addColumn<bool>("isMeasured");
        QTest::newRow("measured") << true;
        QTest::newRow("not measured") << false;
    }
    /// Every "1.23×" is the measured one, or its line says that it is predicted.
    void noSpeedStandsWithoutItsWord() {
        QFETCH(bool, isMeasured);
        DiagnosisInput input = withLargest(CostTerm::Draft);
        input.prefillSeconds = 0.1;
        if (isMeasured) input.speedup = measured(1.11, 1.23, 1.37);
        const Diagnosis d = diagnose(input);
        QStringList said = diagnosisSentences(d);
        said << breakevenLine(d);
        for (const Answer& answer : d.answers) said << answerText(d, answer.question);
        const QRegularExpression speed(QStringLiteral("\\d\\.\\d\\d×"));
        int seen = 0;
        for (const QString& sentence : said) {
            for (auto i = speed.globalMatch(sentence); i.hasNext();) {
                const QString number = i.next().captured();
                ++seen;
                const bool own = isMeasured && number == QStringLiteral("1.23×");
                QVERIFY2(own || sentence.contains(QStringLiteral("predicted")), qPrintable(sentence));
            }
        }
        QVERIFY(seen > 2);
    }

    void whatLacksSaysWhatToDo() {
        QVERIFY(diagnosisTitle(diagnose({})).contains(QStringLiteral("generate first")));
        DiagnosisInput input = explainedRun();
        input.costs.reset();
        QCOMPARE(diagnosisSentences(diagnose(input)).size(), 1);
        QVERIFY(diagnosisTitle(diagnose(input)).contains(QStringLiteral("measure costs first")));
        input.speedup = measured(1.1, 1.2, 1.3);
        QVERIFY(diagnosisTitle(diagnose(input)).startsWith(QStringLiteral("1.20× of plain decoding (95 %")));
    }

    void answersCarryTheirNumbers() {
        DiagnosisInput input = explainedRun();
        input.prefillSeconds = 0.25;
        input.suites = {{"code", tenRounds(), measured(1.2, 1.4, 1.6)},
                        {"prose", {}, measured(0.8, 0.9, 1.0)}};
        const Diagnosis d = diagnose(input);
        const auto has = [&](Question question, const char* text) {
            const QString answer = answerText(d, question);
            return answer.contains(QString::fromUtf8(text)) ? QString() : answer;
        };
        QCOMPARE(has(Question::WhichGamma, "gamma 2: 1.72× (predicted). 2–3 are within 2 % of it."),
                 QString());
        QCOMPARE(has(Question::FallingAcceptance, "0.90, 0.67, 0.50, 0.67"), QString());
        QCOMPARE(has(Question::FallingAcceptance, "0.90, 0.60, 0.30, 0.20"), QString());
        QCOMPARE(has(Question::RowsFree, "1.40 times one row"), QString());
        QCOMPARE(has(Question::FirstToken, "0.250 s"), QString());
        QCOMPARE(has(Question::Suites, "code: 71 % kept, 1.40×"), QString());
        QCOMPARE(has(Question::SameText, "own distribution"), QString());
        QCOMPARE(has(Question::ManyUsers, "Not measured"), QString());
        QVERIFY(breakevenLine(d).startsWith(QStringLiteral("Acceptance 0.71; breakeven at ")));
    }

    void theReportForATerminalHoldsAllOfIt() {
        const Diagnosis d = diagnose(explainedRun());
        const QString report = diagnosisReport(d);
        for (const Answer& answer : d.answers) QVERIFY(report.contains(questionText(answer.question)));
        for (const Remedy& change : d.changes) QVERIFY(report.contains(changeName(d, change)));
        QVERIFY(report.endsWith(QLatin1Char('\n')));
        QVERIFY(diagnosisReport(diagnose({})).endsWith(QLatin1Char('\n')));
    }
};

QTEST_GUILESS_MAIN(TestDiagnosisText)
#include "test_diagnosis_text.moc"
