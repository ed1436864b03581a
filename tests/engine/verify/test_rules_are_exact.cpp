#include <QtTest>

#include "engine/trace/names.h"
#include "tests/engine/verify/proofs.h"

using namespace specula;
using namespace specula::test;

namespace {

const std::vector<Rule> kProved{Rule::Token, Rule::Block,     Rule::Greedy, Rule::OneHot,
                                Rule::Match, Rule::SpecInfer, Rule::Sequoia};

void addProofsOf(Rule rule) {
    QTest::addColumn<std::size_t>("proof");
    const std::vector<Proof> all = proofs();
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (all[i].rule != rule) continue;
        QTest::addRow("%s, %s", all[i].tree ? "trees" : "chains", all[i].draft.c_str()) << i;
    }
}

void prove() {
    QFETCH(std::size_t, proof);
    for (const int vocabulary : kVocabularies) {
        for (const int depth : kDepths) {
            const double distance = worstDistance(proofs()[proof], vocabulary, depth);
            QVERIFY2(
                distance < 1e-12,
                qPrintable(QStringLiteral("V %1, depth %2: %3").arg(vocabulary).arg(depth).arg(distance)));
        }
    }
}

}  // namespace

/// A round of each lossless rule emits exactly the target's law. One function a rule: Qt Test's limit of time
/// is one function's.
class TestRulesAreExact : public QObject {
    Q_OBJECT

private slots:
    void tokenRule_data() { addProofsOf(Rule::Token); }
    void tokenRule() { prove(); }
    void blockRule_data() { addProofsOf(Rule::Block); }
    void blockRule() { prove(); }
    void greedyRule_data() { addProofsOf(Rule::Greedy); }
    void greedyRule() { prove(); }
    void oneHotRule_data() { addProofsOf(Rule::OneHot); }
    void oneHotRule() { prove(); }
    void matchRule_data() { addProofsOf(Rule::Match); }
    void matchRule() { prove(); }
    void specInferRule_data() { addProofsOf(Rule::SpecInfer); }
    void specInferRule() { prove(); }
    void sequoiaRule_data() { addProofsOf(Rule::Sequoia); }
    void sequoiaRule() { prove(); }

    void draftsThatStopWhereTheirRowIsUnsureAreExact() {
        int stopped = 0;
        for (const Proof& proof : proofs()) {
            for (unsigned seed = 1; seed <= 4; ++seed) {
                const TinyModel target = randomModel(3, seed), draft = randomModel(3, seed + 50, 0.2);
                const TinyModel greedy = greedyOf(target);
                Experiment experiment{
                    .target = target,
                    .draft = draft,
                    .plan = planOf(proof.tree ? std::vector<int>{2, 2} : std::vector<int>{1, 1, 1})};
                experiment.rule = proof.rule;
                experiment.drafting = proof.drafting;
                experiment.drafting.stops = [&](const Text& text) {
                    const Row& row = draft.row(text);
                    const bool stops = *std::max_element(row.begin(), row.end()) < 0.55;
                    stopped += stops ? 1 : 0;
                    return stops;
                };
                if (proof.rule == Rule::Greedy) experiment.later = &greedy;
                QVERIFY(distanceFromTarget(experiment) < 1e-12);
            }
        }
        QVERIFY(stopped > 200);
    }

    void theseAreAllLosslessRules() { QCOMPARE(losslessRules(), kProved); }
};

QTEST_GUILESS_MAIN(TestRulesAreExact)
#include "test_rules_are_exact.moc"
