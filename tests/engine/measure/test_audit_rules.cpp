// Every lossless rule passes the audit with the drafts that it can judge, and every mistake that breaks it is
// found; lossy rules are found out.
#include <QTest>

#include "engine/trace/mutants.h"
#include "engine/trace/names.h"
#include "engine/trace/rules.h"
#include "tests/engine/measure/audited_pairs.h"

using namespace specula;
using namespace specula::test;

namespace {

/// The draft that shows most of a rule: one of trees for rules of siblings.
const char* draftFor(Rule rule) {
    return judgesChains(rule) ? "model" : "head";
}

AuditRequest asked(Rule rule, int draws, Mutant mutant = Mutant::None) {
    AuditRequest out = request(draws, judgesChains(rule) ? 1.0 : 1.5, mutant);
    out.options.rule = rule;
    out.options.gamma = 3;
    if (!judgesChains(rule)) out.options.tree.children = {3, 2};
    return out;
}

std::vector<Rule> audited() {
    std::vector<Rule> out;
    for (const Rule rule : allRules()) {
        if (rule != Rule::Greedy) out.push_back(rule);
    }
    return out;
}

void addRow(Rule rule, const char* draft, Mutant mutant) {
    QTest::addRow("%s, %s, %s", std::string(name(rule)).c_str(), draft, std::string(name(mutant)).c_str())
        << static_cast<int>(rule) << QString::fromLatin1(draft) << static_cast<int>(mutant);
}

}  // namespace

class TestAuditRules : public QObject {
    Q_OBJECT

private slots:
    void losslessRulesPass_data() {
        QTest::addColumn<int>("rule");
        QTest::addColumn<QString>("draft");
        QTest::addColumn<int>("mutant");
        for (const Rule rule : audited()) {
            if (!lossless(rule)) continue;
            addRow(rule, draftFor(rule), Mutant::None);
            if (judgesChains(rule)) addRow(rule, "ngram", Mutant::None);
            if (judgesChains(rule) && judgesTrees(rule)) addRow(rule, "head", Mutant::None);
        }
    }
    void losslessRulesPass() {
        QFETCH(int, rule);
        QFETCH(QString, draft);
        const AuditReport report = audit(engineFor(draft.toStdString()), asked(static_cast<Rule>(rule), 400));
        QVERIFY2(report.passed, qPrintable(failures(report)));
    }

    void lossyRulesAreFoundOut_data() {
        QTest::addColumn<int>("rule");
        QTest::newRow("typical") << static_cast<int>(Rule::Typical);
        QTest::newRow("ensemble") << static_cast<int>(Rule::Ensemble);
    }
    void lossyRulesAreFoundOut() {
        QFETCH(int, rule);
        const AuditReport report = audit(engineFor("model"), asked(static_cast<Rule>(rule), 1500));
        QVERIFY(!report.passed);
        QVERIFY2(report.statement.find("is lossy") != std::string::npos, report.statement.c_str());
    }

    void anEnsembleWithoutDraftIsTheTokenRule() {
        AuditRequest request = asked(Rule::Ensemble, 400);
        request.options.ensembleWeight = 0.0;
        const AuditReport report = audit(engineFor("model"), request);
        QVERIFY2(report.passed, qPrintable(failures(report)));
    }

    void draftsThatStopByTheirRowPass_data() {
        QTest::addColumn<int>("rule");
        QTest::addColumn<int>("kind");
        QTest::addColumn<double>("threshold");
        for (const Rule rule : {Rule::Token, Rule::Block, Rule::Sequoia}) {
            const std::string word(name(rule));
            const auto row = [&](const char* what, DraftStop::Kind kind, double threshold) {
                QTest::addRow("%s, %s", word.c_str(), what)
                    << static_cast<int>(rule) << static_cast<int>(kind) << threshold;
            };
            row("max", DraftStop::Kind::Max, 0.3);
            row("entropy", DraftStop::Kind::Entropy, 2.5);
            row("auto", DraftStop::Kind::Auto, 0.0);
        }
    }
    void draftsThatStopByTheirRowPass() {
        QFETCH(int, rule);
        QFETCH(int, kind);
        QFETCH(double, threshold);
        AuditRequest request = asked(static_cast<Rule>(rule), 400);
        request.options.draftStop = {static_cast<DraftStop::Kind>(kind), threshold};
        const AuditReport report = audit(engineFor(draftFor(static_cast<Rule>(rule))), request);
        QVERIFY2(report.passed, qPrintable(failures(report)));
    }

    void everyBrokenRuleIsCaught_data() {
        QTest::addColumn<int>("rule");
        QTest::addColumn<QString>("draft");
        QTest::addColumn<int>("mutant");
        for (const Rule rule : audited()) {
            int count = 0;
            for (const Mutant mutant : allMutants()) {
                const bool narrow = mutant == Mutant::RejectedSiblingStays ||
                                    mutant == Mutant::SiblingsMixedUp ||
                                    (mutant == Mutant::DropUnlikely && !judgesChains(rule));
                const char* draft = narrow ? "narrow head" : draftFor(rule);
                const bool stale = mutant == Mutant::StaleDraftCache && rule == Rule::Token;
                if (!stale && !breaks(mutant, rule)) continue;
                if (!mutantProblem(mutant, draft[0] == 'm' ? "model" : "feature-head", false, rule).empty())
                    continue;
                addRow(rule, draft, mutant);
                ++count;
            }
            if (lossless(rule)) QVERIFY2(count >= 3, std::string(name(rule)).c_str());
        }
        addRow(Rule::Token, "head", Mutant::StaleDraftCache);
        addRow(Rule::Token, "head", Mutant::BonusFromDraft);
        addRow(Rule::Token, "head", Mutant::CoinReused);
    }
    void everyBrokenRuleIsCaught() {
        QFETCH(int, rule);
        QFETCH(QString, draft);
        QFETCH(int, mutant);
        const auto engine = engineFor(draft.toStdString());
        const auto broken = static_cast<Mutant>(mutant);
        AuditRequest request = asked(static_cast<Rule>(rule), 1500, broken);
        if (broken == Mutant::SiblingsMixedUp) {  // a peaked draft repeats itself
            request.options.draftSampling = Sampling{.temperature = 0.4};
            request.draws = 4000;
        }
        if (broken == Mutant::BlockPlainResidual) {  // prefixes that pass with doubt
            request.options.sampling.topK = 3;
            request.options.draftSampling = Sampling{.temperature = 2.5, .topK = 3};
            request.draws = 6000;
        }
        if (draft == QStringLiteral("narrow head")) {
            request.prompt = engine->encodePrompt(kNarrowPrompt);
            request.options.sampling.temperature = 1.0;
        }
        const std::string failed = firstFailure(engine, request);
        QVERIFY2(!failed.empty(), "nothing failed");
        // Staleness is no bias: only the rows show it.
        if (static_cast<Mutant>(mutant) == Mutant::StaleDraftCache)
            QVERIFY2(failed.starts_with("rows after rejections"), failed.c_str());
    }

    void greedyTextsShowWhatBreaksThem() {
        int caught = 0;
        for (const Mutant mutant : allMutants()) {
            if (!mutantProblem(mutant, "model", true, Rule::Greedy).empty()) continue;
            AuditRequest greedy = request(100, 0.0, mutant);
            greedy.options.rule = Rule::Greedy;
            QVERIFY2(!firstFailure(engineFor("model"), greedy).empty(), std::string(name(mutant)).c_str());
            ++caught;
        }
        QVERIFY(caught >= 3);
    }
};

QTEST_GUILESS_MAIN(TestAuditRules)
#include "test_audit_rules.moc"
