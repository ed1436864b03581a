#include <QtTest>

#include "engine/trace/names.h"
#include "tests/engine/verify/proofs.h"

using namespace specula;
using namespace specula::test;

class TestRulesAreExact : public QObject {
    Q_OBJECT

private slots:
    void aRoundEmitsExactlyTheTargetsLaw_data() {
        QTest::addColumn<std::size_t>("proof");
        const std::vector<Proof> all = proofs();
        for (std::size_t i = 0; i < all.size(); ++i)
            QTest::addRow("%s, %s %s", std::string(name(all[i].rule)).c_str(), all[i].draft.c_str(),
                          all[i].tree ? "trees" : "chains")
                << i;
    }
    void aRoundEmitsExactlyTheTargetsLaw() {
        QFETCH(std::size_t, proof);
        for (const int vocabulary : kVocabularies) {
            for (const int depth : kDepths) {
                const double distance = worstDistance(proofs()[proof], vocabulary, depth);
                QVERIFY2(distance < 1e-12,
                         qPrintable(
                             QStringLiteral("V %1, depth %2: %3").arg(vocabulary).arg(depth).arg(distance)));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestRulesAreExact)
#include "test_rules_are_exact.moc"
