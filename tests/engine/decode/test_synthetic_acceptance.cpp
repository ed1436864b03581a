#include <QtTest>

#include <cmath>
#include <filesystem>

#include "engine/decode/session.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

std::shared_ptr<const Engine> engine() {
    static const std::shared_ptr<const Engine> loaded = [] {
        const std::string root = SPECULA_FIXTURES;
        const auto models =
            (root.empty() ? std::filesystem::path(SPECULA_TEST_DATA) : std::filesystem::path(root)) /
            "models";
        EngineOptions options;
        options.target = (models / "llama").string();
        options.draft = (models / "llama_draft").string();
        options.threads = 1;
        return Engine::load(options);
    }();
    return loaded;
}

const std::vector<TokenId> kPrompt{5, 9, 5, 9, 17};

RunOptions synthetic(double alpha, double temperature, int gamma = 4) {
    RunOptions options;
    options.gamma = gamma;
    options.sampling.temperature = temperature;
    options.maxTokens = 100;
    options.ignoreEos = true;
    options.detail = Detail::Full;
    options.syntheticAcceptance = alpha;
    return options;
}

Totals totalsOf(const RunOptions& asked, int seeds) {
    Totals totals;
    for (int seed = 0; seed < seeds; ++seed) {
        RunOptions options = asked;
        options.seed = static_cast<std::uint64_t>(seed);
        Session session(engine(), options, kPrompt);
        while (const auto round = session.step({})) totals.add(*round);
    }
    return totals;
}

}  // namespace

class TestSyntheticAcceptance : public QObject {
    Q_OBJECT

private slots:
    void theRateIsWhatWasAskedFor_data() {
        QTest::addColumn<double>("alpha");
        QTest::addColumn<double>("temperature");
        for (const double alpha : {0.2, 0.5, 0.8, 0.95}) {
            for (const double temperature : {0.0, 1.0})
                QTest::addRow("%.2f at temperature %.0f", alpha, temperature) << alpha << temperature;
        }
    }

    void theRateIsWhatWasAskedFor() {
        QFETCH(double, alpha);
        QFETCH(double, temperature);
        const Totals t = totalsOf(synthetic(alpha, temperature), 6);
        const double rate = t.acceptanceRate().value();
        const double deviation = std::sqrt(alpha * (1.0 - alpha) / static_cast<double>(t.judged));
        // Fixed seeds: passes for good or not at all; 4 standard deviations are one in 16,000.
        QVERIFY2(std::fabs(rate - alpha) < 4.0 * deviation, qPrintable(QString::number(rate)));
        QCOMPARE(t.drafted, t.judged + t.discarded);
        QCOMPARE(t.judged, t.accepted + t.rejected);
        QCOMPARE(t.resampled, t.rejected);
        QCOMPARE(t.emitted(), 600L);
    }

    void aFewRoundsHaveTheExpectedTokensEach() {
        for (const double alpha : {0.5, 0.7, 0.9}) {
            RunOptions options = synthetic(alpha, 0.7, 7);
            double expected = 1.0, survival = 1.0;
            for (int i = 0; i < 7; ++i) expected += survival *= alpha;
            options.maxTokens = static_cast<int>(30 * expected);
            for (int seed = 0; seed < 4; ++seed) {
                options.seed = static_cast<std::uint64_t>(1000 * seed);
                Session session(engine(), options, kPrompt);
                Totals totals;
                while (totals.rounds < 25) {
                    const auto round = session.step({});
                    QVERIFY(round);
                    totals.add(*round);
                }
                QVERIFY(std::fabs(totals.tokensPerRound().value() - expected) < 0.1 * expected);
            }
        }
    }

    void theEndsAreExact() {
        for (const double temperature : {0.0, 0.7}) {
            const Totals all = totalsOf(synthetic(1.0, temperature), 1);
            QCOMPARE(all.rejected, 0L);
            QCOMPARE(all.acceptanceRate(), std::optional<double>(1.0));
            const Totals none = totalsOf(synthetic(0.0, temperature), 1);
            QCOMPARE(none.accepted, 0L);
            QCOMPARE(none.rejected + none.plain, 100L);
        }
    }

    void plainTextIsTheTargets() {
        RunOptions options = synthetic(0.5, 0.7, 0);
        Session marked(engine(), options, kPrompt);
        while (marked.step({})) {
        }
        options.syntheticAcceptance.reset();
        Session unmarked(engine(), options, kPrompt);
        while (unmarked.step({})) {
        }
        QCOMPARE(marked.output(), unmarked.output());
    }

    void filteredRowsDoNotStopIt() {
        RunOptions options = synthetic(0.9, 1.0);
        options.sampling.topK = 3;  // most proposals would have probability 0 in the target's row
        options.draftSampling = Sampling{.temperature = 1.0};
        const Totals t = totalsOf(options, 4);
        QVERIFY(t.acceptanceRate().value() > 0.8);
        QCOMPARE(t.emitted(), 400L);
    }

    void aSessionStartsAgainWithAnotherGamma() {
        Session reused(engine(), synthetic(0.7, 0.7, 2), kPrompt);
        while (reused.step({})) {
        }
        reused.restart(3, 5);
        while (reused.step({})) {
        }
        RunOptions fresh = synthetic(0.7, 0.7, 5);
        fresh.seed = 3;
        Session other(engine(), fresh, kPrompt);
        while (other.step({})) {
        }
        QCOMPARE(reused.output(), other.output());
        QVERIFY_EXCEPTION_THROWN(reused.restart(3, 99), Error);
    }

    void rubbishIsRefused() {
        QVERIFY_EXCEPTION_THROWN(Session(engine(), synthetic(1.5, 0.7), kPrompt), Error);
        QVERIFY_EXCEPTION_THROWN(Session(engine(), synthetic(-0.1, 0.7), kPrompt), Error);
        QVERIFY_EXCEPTION_THROWN(Session(engine(), synthetic(std::nan(""), 0.7), kPrompt), Error);
    }
};

QTEST_GUILESS_MAIN(TestSyntheticAcceptance)
#include "test_synthetic_acceptance.moc"
