#include <QtTest>

#include <filesystem>
#include <random>

#include "engine/measure/measure.h"
#include "engine/measure/statistics.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

std::shared_ptr<const Engine> tinyEngine(const std::string& draft) {
    const std::string root = SPECULA_FIXTURES;
    const auto models =
        (root.empty() ? std::filesystem::path(SPECULA_TEST_DATA) : std::filesystem::path(root)) / "models";
    EngineOptions options;
    options.target = (models / "llama").string();
    options.draft = draft == "model" ? (models / "llama_draft").string() : draft;
    options.threads = 1;
    return Engine::load(options);
}

const std::vector<MeasuredPrompt> kPrompts{{"one", {5, 9, 5, 9, 17}}, {"two", {40, 41, 42}}};

RunOptions shortRun(double temperature) {
    RunOptions options;
    options.gamma = 3;
    options.sampling.temperature = temperature;
    options.maxTokens = 24;
    options.ignoreEos = true;
    options.costs = Costs{0.3, {1.0, 1.1, 1.2, 1.3, 1.4}, 0.05};
    return options;
}

}  // namespace

class TestMeasure : public QObject {
    Q_OBJECT

private slots:
    void mediansAndIntervalsBracketTheTruth() {
        QCOMPARE(medianOf({3.0, 1.0, 2.0}), 2.0);
        QCOMPARE(medianOf({4.0, 1.0, 2.0, 3.0}), 2.5);
        std::mt19937 random(1);
        std::lognormal_distribution<double> noise(std::log(1.5), 0.1);
        std::vector<double> ratios;
        std::vector<int> groups;
        for (int i = 0; i < 40; ++i) {
            ratios.push_back(noise(random));
            groups.push_back(i / 5);
        }
        const Interval interval = bootstrapRatio(ratios, groups);
        QVERIFY(interval.low < 1.5 && 1.5 < interval.high);
        QVERIFY(interval.low > 1.3 && interval.high < 1.7);
        QCOMPARE(interval.n, 40);
        QCOMPARE(bootstrapRatio(ratios, groups).low, interval.low);
    }

    void verdictsSayWhenNothingIsProved() {
        QCOMPARE(verdictOf({1.3, 1.2, 1.4, 12, ""}), std::string("faster"));
        QCOMPARE(verdictOf({0.8, 0.7, 0.9, 12, ""}), std::string("slower"));
        QCOMPARE(verdictOf({1.1, 0.9, 1.3, 12, ""}), std::string("no significant difference"));
        QCOMPARE(verdictOf({2.0, 2.0, 2.0, 1, ""}), std::string("no significant difference"));
    }

    void expectedTokensFollowTheGeometricSum() {
        QVERIFY(std::fabs(expectedTokensPerRound(0.8, 4) - (1 - std::pow(0.8, 5)) / 0.2) < 1e-12);
        QCOMPARE(expectedTokensPerRound(1.0, 4), 5.0);
        QCOMPARE(expectedTokensPerRound(0.0, 4), 1.0);
    }

    void costsAreMeasuredAndQuantised() {
        for (const char* draft : {"model", "early-exit:1", "ngram"}) {
            const ProbeReport report = measureCosts(tinyEngine(draft), 5);
            QCOMPARE(report.costs.v.size(), std::size_t{5});
            QCOMPARE(report.costs.v.front(), 1.0);
            for (std::size_t i = 1; i < 5; ++i) QVERIFY(report.costs.v[i] >= report.costs.v[i - 1]);
            QVERIFY(report.bandwidthGbs > 0.0);
            // Measured in real rounds, draws and catch-up included; looking up is next to nothing.
            if (std::string(draft) == "ngram")
                QVERIFY2(report.costs.c < 0.3, qPrintable(QString::number(report.costs.c)));
            else
                QVERIFY(report.costs.c > 0.0);
            QVERIFY(report.costs.overhead >= 0.0);
        }
    }

    void greedyComparisonsAreOfTheSameText() {
        CompareOptions options{shortRun(0.0), 2};
        double last = 0.0;
        const CompareReport report =
            compare(tinyEngine("model"), kPrompts, options, {}, [&](double done, double) {
                QVERIFY(done > last);
                last = done;
            });
        QCOMPARE(last, 1.0);
        QCOMPARE(report.sameText, std::optional<bool>(true));
        QCOMPARE(report.speedup.n, 4);
        QCOMPARE(report.totals.emitted(), 4L * 24);
        QVERIFY(report.predictedSpeedup.has_value());
        QVERIFY(report.speedup.low <= report.speedup.median && report.speedup.median <= report.speedup.high);
    }

    void sampledComparisonsClaimNothingAboutTheText() {
        const CompareReport report = compare(tinyEngine("early-exit:1"), kPrompts, {shortRun(1.0), 1});
        QVERIFY(!report.sameText.has_value());
        QVERIFY(report.firstDifference.empty());
    }

    void sweepsFillEveryCellAndIncludePlain() {
        SweepOptions options;
        options.run = shortRun(0.0);
        options.gammas = {2, 0, 1, 2};
        options.repeats = 1;
        int calls = 0;
        const std::vector<SweepPoint> points =
            sweep(tinyEngine("model"), kPrompts, options, {}, [&](const SweepPoint&) { ++calls; });
        QCOMPARE(points.size(), std::size_t{9});  // gammas 0, 1, 2 x two prompts and the suite
        QCOMPARE(calls, 12);
        for (const SweepPoint& point : points) {
            QVERIFY(point.tokensPerSecond.median > 0.0);
            if (point.gamma != 0) continue;
            QCOMPARE(point.speedup->median, 1.0);
            QVERIFY(!point.totals.acceptanceRate().has_value());
        }
    }

    void aStoppedSweepReturnsWhatItHas() {
        SweepOptions options;
        options.run = shortRun(0.0);
        options.gammas = {0, 1, 2, 3};
        std::stop_source stop;
        int calls = 0;
        const auto points =
            sweep(tinyEngine("model"), kPrompts, options, stop.get_token(), [&](const SweepPoint&) {
                if (++calls == 3) stop.request_stop();
            });
        QVERIFY(!points.empty() && points.size() < 15);
    }
};

QTEST_GUILESS_MAIN(TestMeasure)
#include "test_measure.moc"
