#include <QtTest>

#include <filesystem>
#include <random>

#include "engine/measure/measure.h"
#include "engine/measure/probe.h"
#include "engine/measure/probe_rounds.h"
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

    void spreadsAndMiddleMeansAreDeafToOutliers() {
        const TimeSpread spread = spreadOf({5.0, 1.0, 2.0, 4.0, 3.0});
        QCOMPARE(spread.median, 3.0);
        QCOMPARE(spread.low, 2.0);
        QCOMPARE(spread.high, 4.0);
        QCOMPARE(spread.n, 5);
        QCOMPARE(spreadOf({}).n, 0);
        QCOMPARE(middleMeanOf({1.0, 2.0, 3.0, 4.0, 1000.0}), 3.0);
        QCOMPARE(middleMeanOf({7.0}), 7.0);
        QCOMPARE(middleMeanOf({}), 0.0);
    }

    void verdictsSayWhenNothingIsProved() {
        QCOMPARE(verdictOf({1.3, 1.2, 1.4, 12, ""}), std::string("faster"));
        QCOMPARE(verdictOf({0.8, 0.7, 0.9, 12, ""}), std::string("slower"));
        QCOMPARE(verdictOf({1.1, 0.9, 1.3, 12, ""}), std::string("no significant difference"));
        QCOMPARE(verdictOf({2.0, 2.0, 2.0, 1, ""}), std::string("no significant difference"));
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

    void roundsMakeTheCostsOfTheModelOfSpeed() {
        // Plain: a pass of 10 ms and 1 ms of deciding. A draft of 2 ms to start and 0.5 ms a token; passes of
        // three rows take 15 ms in rounds and 12 ms alone.
        ProbeReport report;
        for (const double ms : {10.0, 11.0, 12.0, 16.0, 15.0}) {
            ProbeRow row;
            row.rows = static_cast<int>(report.rows.size()) + 1;
            row.pass = {ms, ms, ms, 1};
            report.rows.push_back(row);
        }
        const auto rounds = [](int gamma, double draft, double verify, double decide) {
            return GammaTimes{gamma, {draft, draft}, {verify, verify}, {decide, decide}};
        };
        addRounds({rounds(0, 0.0, 10.0, 1.0), rounds(2, 3.0, 15.0, 2.0), rounds(4, 4.0, 18.75, 2.0)}, report);
        QCOMPARE(report.plain.median, 11.0);
        QCOMPARE(report.rows[2].inRound.median, 15.0);
        QCOMPARE(report.rows[1].inRound.n, 0);
        QVERIFY(std::fabs(report.draftStepMs - 0.5) < 1e-9);
        QVERIFY(std::fabs(report.draftStartMs - 2.0) < 1e-9);
        QVERIFY(std::fabs(report.costs.c - 0.5 / 11.0) <= 0.0025);
        QVERIFY(std::fabs(report.costs.overhead - 3.0 / 11.0) <= 0.0025);
        // Two rows: between 1.0 (one row) and 1.25 (three rows) times 11 ms. Four cost no less than five.
        const std::vector<double> expected{1.0, (11.0 * 1.125 + 1.0) / 11.0, 16.0 / 11.0, 21.0 / 11.0,
                                           21.0 / 11.0};
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(std::fabs(report.costs.v[i] - expected[i]) <= 0.005,
                     qPrintable(QString::number(report.costs.v[i])));
        // A round of gamma 4 as the model has it and as it was.
        const double model = 4 * report.costs.c + report.costs.v[4] + report.costs.overhead;
        QVERIFY(std::fabs(model - (4.0 + 18.75 + 2.0) / 11.0) < 0.12);
    }

    void aProbeFillsTheWholeReport() {
        ProbeOptions options;
        options.context = 20;
        options.rows = 6;
        options.visits = 1;
        options.repeats = 2;
        options.gammas = {1, 3, 5};
        options.sampling.temperature = 1.0;
        double last = -1.0;
        const ProbeReport report =
            probe(tinyEngine("model"), options, {}, [&](double fraction, const std::string& what) {
                QVERIFY(fraction >= last && !what.empty());
                last = fraction;
            });
        QCOMPARE(last, 1.0);
        QCOMPARE(report.context, 20);
        QCOMPARE(report.threads, 1);
        QCOMPARE(report.rows.size(), std::size_t{6});
        for (const ProbeRow& row : report.rows) {
            QVERIFY(row.pass.n >= 2);
            QVERIFY(row.pass.low <= row.pass.median && row.pass.median <= row.pass.high);
            QVERIFY(row.shares && row.shares->linearsMs > 0.0 && row.shares->headMs > 0.0);
            const bool run = row.rows == 1 || row.rows == 2 || row.rows == 4 || row.rows == 6;
            QCOMPARE(row.inRound.n > 0, run);
        }
        QVERIFY(report.cacheBytes > 0 && report.weightsBytes > 0);
        QVERIFY(report.bandwidthGbs > 0.0 && report.farBandwidthGbs > 0.0);
        QVERIFY(report.limitMs() > 0.0 && report.fractionOfLimit() > 0.0);
        QVERIFY(report.plain.median > report.plainDecideMs && report.plainDecideMs > 0.0);
        QVERIFY(report.sampleMs > 0.0 && report.greedyMs > 0.0 && report.draftStepMs > 0.0);
        QCOMPARE(report.costs.v.size(), std::size_t{6});
    }

    void aProbeWithoutADraftOrStoppedEndsWithWhatItHas() {
        ProbeOptions options;
        options.rows = 3;
        options.visits = 1;
        options.repeats = 1;
        options.farBandwidth = false;
        const ProbeReport plain = probe(tinyEngine("none"), options);
        QCOMPARE(plain.rows.front().inRound.n > 0, true);
        QCOMPARE(plain.rows.back().inRound.n, 0);
        QCOMPARE(plain.costs.c, 0.0);
        QCOMPARE(plain.costs.overhead, 0.0);
        QCOMPARE(plain.costs.v.size(), std::size_t{3});
        QCOMPARE(plain.farBandwidthGbs, 0.0);
        std::stop_source stop;
        stop.request_stop();
        QVERIFY(probe(tinyEngine("none"), options, stop.get_token()).rows.empty());
    }

    void greedyComparisonsAreOfTheSameText() {
        CompareOptions options{.run = shortRun(0.0), .repeats = 2, .onPair = {}};
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
        const CompareReport report =
            compare(tinyEngine("early-exit:1"), kPrompts, {.run = shortRun(1.0), .repeats = 1, .onPair = {}});
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
