// The audit passes on correct pairs and fails on every rule broken on purpose.
#include <QTest>
#include <algorithm>

#include "engine/measure/target_law.h"
#include "engine/trace/error.h"
#include "engine/trace/mutants.h"
#include "engine/trace/names.h"
#include "tests/engine/measure/audited_pairs.h"

using namespace specula;
using namespace specula::test;

class TestAudit : public QObject {
    Q_OBJECT

private slots:
    void correctPairsPass_data() {
        QTest::addColumn<QString>("draft");
        QTest::addColumn<double>("temperature");
        QTest::addColumn<int>("weights");
        QTest::newRow("model") << QStringLiteral("model") << 0.7 << static_cast<int>(WeightFormat::Int8x2);
        QTest::newRow("fp32") << QStringLiteral("model") << 1.0 << static_cast<int>(WeightFormat::Fp32);
        QTest::newRow("head") << QStringLiteral("head") << 1.5 << static_cast<int>(WeightFormat::Auto);
        QTest::newRow("ngram") << QStringLiteral("ngram") << 1.0 << static_cast<int>(WeightFormat::Auto);
        QTest::newRow("early exit") << QStringLiteral("early-exit:2") << 1.0
                                    << static_cast<int>(WeightFormat::Fp16);
    }
    void correctPairsPass() {
        QFETCH(QString, draft);
        QFETCH(double, temperature);
        QFETCH(int, weights);
        const auto engine = engineFor(draft.toStdString(), static_cast<WeightFormat>(weights));
        const AuditReport report = audit(engine, request(400, temperature));
        QVERIFY2(report.passed, qPrintable(failures(report)));
        const bool trees = draft == QStringLiteral("head");
        QCOMPARE(report.checks.size(), trees ? std::size_t{4 + 15 + 1} : std::size_t{2 + 9 + 1});
        QCOMPARE(report.draws, 400);
        QCOMPARE(report.falseAlarm, 1e-4);
        QVERIFY(report.detectableTv > 0.02 && report.detectableTv < 0.4);
        QVERIFY(report.seconds > 0.0);
        QVERIFY(report.statement.starts_with("No evidence of a difference at 400 draws"));
        QVERIFY(report.statement.find("not to the published model") != std::string::npos);
        QVERIFY(report.statement.find("prove") == std::string::npos);
        for (const AuditCheck& check : report.checks) QVERIFY(!check.name.empty() && !check.detail.empty());
    }

    void rejectedSiblingsShowInTreesAlone() {
        const AuditReport report = audit(engineFor("head"), request(500, 1.5, Mutant::RejectedSiblingStays));
        QVERIFY(!report.passed);
        for (const AuditCheck& check : report.checks)
            QVERIFY2(check.passed || check.name.find("tree") != std::string::npos, check.name.c_str());
        QVERIFY(report.statement.find("failed") != std::string::npos);
        QVERIFY(report.statement.find("rejected-sibling-stays") != std::string::npos);
    }

    void theReportIsAFunctionOfItsSeed() {
        const auto engine = engineFor("model");
        const AuditReport first = audit(engine, request(150, 0.7));
        const AuditReport again = audit(engine, request(150, 0.7));
        AuditRequest other = request(150, 0.7);
        other.options.seed = 1;
        const AuditReport differs = audit(engine, other);
        QCOMPARE(first.checks.size(), again.checks.size());
        bool same = true;
        for (std::size_t i = 0; i < first.checks.size(); ++i) {
            QCOMPARE(first.checks[i].statistic, again.checks[i].statistic);
            QCOMPARE(first.checks[i].detail, again.checks[i].detail);
            same = same && first.checks[i].statistic == differs.checks[i].statistic;
        }
        QVERIFY(!same);
    }

    void atTemperatureZeroOnlyTextsAndRowsAreCompared() {
        const AuditReport report = audit(engineFor("model"), request(100, 0.0));
        QVERIFY2(report.passed, qPrintable(failures(report)));
        QCOMPARE(report.checks.size(), std::size_t{2});
        QCOMPARE(report.detectableTv, 0.0);
        QVERIFY(report.statement.starts_with("No difference in greedy texts"));
        QVERIFY(!firstFailure(engineFor("model"), request(100, 0.0, Mutant::OffByOneRow)).empty());
    }

    void aDivergenceIsLocated() {
        std::string detail;
        audit(engineFor("model"), request(100, 0.0, Mutant::OffByOneRow), {}, {},
              [&](const AuditCheck& check) {
                  if (!check.passed && detail.empty()) detail = check.detail;
              });
        QVERIFY2(detail.find("parts from plain decoding at output token") != std::string::npos,
                 detail.c_str());
        QVERIFY(detail.find("two largest logits are") != std::string::npos);
    }

    void thePersonsPromptAndFiltersAreUsed() {
        AuditRequest asked = request(400, 1.0);
        asked.options.sampling.topK = 4;
        asked.options.gamma = 3;
        asked.prompt = engineFor("model")->encodePrompt("One day the king");
        const AuditReport report = audit(engineFor("model"), asked);
        QVERIFY2(report.passed, qPrintable(failures(report)));
        QVERIFY(std::any_of(report.checks.begin(), report.checks.end(), [](const AuditCheck& check) {
            return check.name == "first token: your settings, chain of 3";
        }));
    }

    void stoppingEndsEarlyWithoutAConclusion() {
        std::stop_source stop;
        int checks = 0;
        const AuditReport report = audit(
            engineFor("model"), request(5000, 1.0), stop.get_token(),
            [&](double fraction, const std::string&) {
                if (fraction > 0.2) stop.request_stop();
            },
            [&](const AuditCheck&) { ++checks; });
        QVERIFY(!report.passed);
        QCOMPARE(report.checks.size(), std::size_t{2});
        QCOMPARE(checks, 2);
        QVERIFY(report.statement.starts_with("Stopped"));
    }

    void progressRisesFromZeroToOne() {
        double last = -1.0;
        audit(engineFor("model"), request(200, 1.0), {}, [&](double fraction, const std::string& what) {
            QVERIFY(fraction >= last - 1e-12 && fraction <= 1.0);
            QVERIFY(!what.empty());
            last = fraction;
        });
        QVERIFY(last > 0.9);
    }

    void whatCannotBeAuditedIsRefused() {
        QVERIFY_EXCEPTION_THROWN(audit(engineFor("none"), request(100, 1.0)), Error);
        AuditRequest plain = request(100, 1.0);
        plain.options.gamma = 0;
        QVERIFY_EXCEPTION_THROWN(audit(engineFor("model"), plain), Error);
        QVERIFY_EXCEPTION_THROWN(audit(engineFor("model"), request(100, 1.0, Mutant::RejectedSiblingStays)),
                                 Error);
        QVERIFY_EXCEPTION_THROWN(audit(engineFor("ngram"), request(100, 1.0, Mutant::BonusFromDraft)), Error);
        QVERIFY_EXCEPTION_THROWN(audit(engineFor("early-exit:2"), request(100, 1.0, Mutant::StaleDraftCache)),
                                 Error);
        QVERIFY_EXCEPTION_THROWN(audit(engineFor("model"), request(100, 0.0, Mutant::CoinReused)), Error);
        for (const Mutant mutant : allMutants()) {
            QVERIFY(!mutantWords(mutant).empty());
            const auto rules = allRules();
            QVERIFY(std::any_of(rules.begin(), rules.end(), [&](Rule rule) {
                return mutantProblem(mutant, "feature-head", false, rule).empty();
            }));
        }
    }

    void theLawEnumeratesAllOfANarrowOne() {
        // Top-k 2, three tokens: at most eight outcomes, and draws made from the law itself fit it.
        const auto engine = engineFor("model");
        TargetLaw law(engine, engine->encodePrompt("The"), {.temperature = 1.5, .topK = 2});
        std::vector<std::vector<TokenId>> draws;
        for (int a = 0; a < 20; ++a) {
            for (int b = 0; b < 20; ++b) {
                for (int c = 0; c < 20; ++c) {
                    std::vector<TokenId> text;
                    for (const int coin : {a, b, c}) {
                        const std::span<const float> row = law.row(text);
                        double mass = 0.0;
                        std::size_t id = 0;
                        while (id + 1 < row.size() && (mass += row[id]) <= (coin + 0.5) / 20.0) ++id;
                        text.push_back(static_cast<TokenId>(id));
                    }
                    draws.push_back(text);
                }
            }
        }
        const LawComparison found = compareWithLaw(law, draws, 3);
        QVERIFY(found.fit.bins >= 2 && found.fit.bins <= 8);
        QCOMPARE(found.impossible, 0L);
        QVERIFY2(found.fit.pValue > 1e-6, qPrintable(QString::number(found.fit.pValue)));
        const std::span<const float> first = law.row({});
        const auto never = std::find(first.begin(), first.end(), 0.0F) - first.begin();
        draws.front().front() = static_cast<TokenId>(never);
        QCOMPARE(compareWithLaw(law, draws, 3).impossible, 1L);
    }
};

QTEST_GUILESS_MAIN(TestAudit)
#include "test_audit.moc"
