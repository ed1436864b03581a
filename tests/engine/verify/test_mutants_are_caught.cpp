#include <QtTest>

#include "engine/trace/mutants.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "tests/engine/verify/proofs.h"

using namespace specula;
using namespace specula::test;

class TestMutantsAreCaught : public QObject {
    Q_OBJECT

private slots:
    void aMutantChangesTheLawExactlyWhereItIsSaidTo_data() {
        QTest::addColumn<int>("mutant");
        QTest::addColumn<int>("rule");
        for (const Mutant mutant : lawMutants()) {
            for (const Rule rule : losslessRules())
                QTest::addRow("%s, %s", std::string(name(mutant)).c_str(), std::string(name(rule)).c_str())
                    << static_cast<int>(mutant) << static_cast<int>(rule);
        }
    }
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
        const QString found = QStringLiteral("total variation %1").arg(distance);
        if (breaks(broken, of))
            QVERIFY2(distance > 1e-3, qPrintable(found));
        else
            QVERIFY2(distance < 1e-12, qPrintable(found));
    }

    void everyLosslessRuleHasThreeMutants() {
        for (const Rule rule : losslessRules()) {
            int count = 0;
            for (const Mutant mutant : lawMutants()) count += breaks(mutant, rule) ? 1 : 0;
            QVERIFY2(count >= (rule == Rule::Greedy ? 2 : 3), std::string(name(rule)).c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestMutantsAreCaught)
#include "test_mutants_are_caught.moc"
