#include <QtTest>

#include <cmath>

#include "engine/decode/auto_plan.h"
#include "engine/measure/bench.h"
#include "engine/measure/measure.h"
#include "engine/measure/model_shapes.h"
#include "engine/measure/peak_memory.h"
#include "engine/measure/series.h"
#include "engine/model/model.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

ModelConfig small(int layers, int hidden) {
    ModelConfig c = modelShape("llama-3.2-1b").value();
    c.name = "small";
    c.vocabulary = 300;
    c.layers = layers;
    c.layerKinds.resize(static_cast<std::size_t>(layers));
    c.hidden = c.embeddingWidth = hidden;
    c.heads = 4;
    c.kvHeads = 2;
    c.headDim = c.rotaryDim = hidden / 4;
    c.ffn = 2 * hidden;
    return c;
}

BenchPair smallPair(const std::string& name, int maxContext = 600) {
    BenchPair pair;
    pair.name = name;
    pair.what = "a small pair";
    pair.weights = WeightFormat::Int8;
    pair.syntheticAcceptance = 0.7;
    pair.targetBytes = 100'000;
    pair.load = [maxContext](std::stop_token stop) {
        return loadRandomPair({small(3, 64), small(1, 32), WeightFormat::Int8, 1, maxContext}, stop);
    };
    return pair;
}

BenchOptions shortBench() {
    BenchOptions options;
    options.contexts = {20, 300};
    options.gammas = {0, 1, 2, 4};
    options.repeats = 2;
    options.secondsPerRun = 0.001;
    return options;
}

}  // namespace

class TestBench : public QObject {
    Q_OBJECT

private slots:
    void everyContextAndGammaIsThere() {
        int told = 0;
        double last = 0.0;
        const BenchReport report = bench(
            {smallPair("small-int8")}, shortBench(), {}, [&](const BenchCase&) { ++told; },
            [&](double fraction, const std::string&) {
                QVERIFY(fraction >= last && fraction <= 1.0 + 1e-9);
                last = fraction;
            });
        QCOMPARE(told, 2);
        QCOMPARE(report.cases.size(), std::size_t{2});
        for (const BenchCase& one : report.cases) {
            QCOMPARE(one.problem, std::string());
            QCOMPARE(one.name, std::string("small-int8"));
            QCOMPARE(one.weights, WeightFormat::Int8);
            QCOMPARE(one.syntheticAcceptance, std::optional<double>(0.7));
            QCOMPARE(one.points.size(), std::size_t{3});
            QVERIFY(one.loadSeconds > 0.0 && one.prefillTokensPerSecond > 0.0 && one.bandwidthGbs > 0.0);
            QVERIFY(one.peakLoading >= one.memoryBefore && one.peakRunning >= one.peakLoading);
            QVERIFY(one.gigabytesPerSecond > 0.0);
            QCOMPARE(one.plain.n, 3 * 2);
            QVERIFY(one.costs.v.size() >= 5);
            QCOMPARE(one.costs.v.front(), 1.0);
        }
        QCOMPARE(report.cases[0].context, 20);
        QCOMPARE(report.cases[1].context, 300);
        QVERIFY(report.cases[1].bytesPerToken > report.cases[0].bytesPerToken);
        QCOMPARE(report.costModel.n, 6);
        QCOMPARE(report.fromAlpha.n, 6);
        QVERIFY(report.costModel.low <= report.costModel.median &&
                report.costModel.median <= report.costModel.high);
    }

    void pointsAddUpAndFollowTheFormula() {
        BenchOptions options = shortBench();
        options.contexts = {20};
        options.repeats = 6;
        const BenchReport report = bench({smallPair("small-int8")}, options);
        const BenchCase& one = report.cases.front();
        for (const BenchPoint& point : one.points) {
            const Totals& t = point.totals;
            QCOMPARE(t.drafted, t.rounds * point.gamma);  // no round was cut short
            QCOMPARE(t.emitted(), t.accepted + t.rounds);
            const double e = t.tokensPerRound().value();
            const Costs& costs = one.costs;
            const double s =
                e / (point.gamma * costs.c + verifyCost(costs, point.gamma + 1) + costs.overhead);
            QVERIFY(std::fabs(point.predicted.value() - s) < 1e-9 * s);
            QCOMPARE(point.speedup.n, 6);
            // E from the others' acceptance, which is synthetic and the same for all.
            const double expected = point.tokensFromAlpha.value();
            QVERIFY2(std::fabs(expected / e - 1.0) < 0.35, qPrintable(QString::number(expected / e)));
            QVERIFY(std::fabs(point.speedupFromAlpha.value() / s - expected / e) < 1e-9);
        }
        QVERIFY(one.alphaByPosition.size() == 4);
        QVERIFY(std::fabs(one.alphaByPosition.front() - 0.7) < 0.25);
    }

    void aContextIsCutToWhatTheModelAllows() {
        BenchOptions options = shortBench();
        options.contexts = {128, 2000};
        const BenchReport report = bench({smallPair("small-int8", 400)}, options);
        QCOMPARE(report.cases.size(), std::size_t{2});
        QVERIFY(report.cases[1].context < 400 && report.cases[1].context > 200);
        options.contexts = {128, 2000};
        QCOMPARE(bench({smallPair("small-int8", 280)}, options).cases.size(), std::size_t{1});
    }

    void aPairThatFailsLeavesAReason() {
        BenchPair broken = smallPair("broken-int8");
        broken.load = [](std::stop_token) -> std::shared_ptr<const Engine> {
            throw Error("no such weights");
        };
        BenchPair late = smallPair("late-int8");
        late.prompt = [](const Engine&, int) -> std::vector<TokenId> { throw Error("no such prompt"); };
        const BenchReport report = bench({broken, late, smallPair("small-int8")}, shortBench());
        QCOMPARE(report.cases.size(), std::size_t{5});
        QCOMPARE(report.cases[0].problem, std::string("no such weights"));
        QCOMPARE(report.cases[1].problem, std::string("no such prompt"));
        QCOMPARE(report.cases[3].problem, std::string());
        QCOMPARE(report.costModel.n, 6);
    }

    void aStoppedBenchKeepsWhatItHas() {
        std::stop_source stop;
        const BenchReport report = bench({smallPair("one-int8"), smallPair("two-int8")}, shortBench(),
                                         stop.get_token(), {}, [&](double, const std::string& what) {
                                             if (what.find("context 300, gamma 2") != std::string::npos)
                                                 stop.request_stop();
                                         });
        QCOMPARE(report.cases.size(), std::size_t{2});
        QCOMPARE(report.cases[0].points.size(), std::size_t{3});
        QCOMPARE(report.cases[1].problem, std::string("interrupted"));
        QVERIFY(!report.cases[1].points.empty());
        std::stop_source before;
        before.request_stop();
        QVERIFY(bench({smallPair("one-int8")}, shortBench(), before.get_token()).cases.empty());
    }

    void aTargetAloneIsMeasuredPlainly() {
        BenchPair pair = smallPair("alone-int8");
        pair.automatic = true;
        const auto load = pair.load;
        pair.load = [load](std::stop_token stop) { return Engine::ofModels(load(stop)->targetShared()); };
        const BenchReport report = bench({pair}, shortBench());
        QCOMPARE(report.cases.size(), std::size_t{2});
        QVERIFY(report.cases[0].points.empty());
        QCOMPARE(report.cases[0].plain.n, 2);
        QCOMPARE(report.costModel.n, 0);
    }

    void casesAreChosenByName() {
        const std::vector<BenchPair> all = randomBenchPairs(1, {});
        QCOMPARE(all.size(), std::size_t{6});
        for (const BenchPair& pair : all) QVERIFY(pair.syntheticAcceptance.has_value());
        QCOMPARE(chosenPairs(all, {}).size(), std::size_t{6});
        QCOMPARE(chosenPairs(all, {"gpt2"}).size(), std::size_t{2});
        QCOMPARE(chosenPairs(all, {"gpt2", "opt-1.3b-int8"}).size(), std::size_t{3});
        QVERIFY_EXCEPTION_THROWN(chosenPairs(all, {"gpt"}), Error);
        QVERIFY(expectedBenchSeconds(all, {}) > expectedBenchSeconds(chosenPairs(all, {"gpt2"}), {}));
    }

    void agreementCountsWhatIsNear() {
        BenchCase one;
        for (const double ratio : {0.90, 0.93, 1.0, 1.07, 1.2}) {
            BenchPoint point;
            point.residual = ratio;
            one.points.push_back(point);
        }
        one.points.emplace_back();  // without costs there is no prediction
        const BenchAgreement a = agreementOf({one}, [](const BenchPoint& p) { return p.residual; });
        QCOMPARE(a.n, 5);
        QCOMPARE(a.within, 3);
        QCOMPARE(a.median, 1.0);
        QCOMPARE(a.low, 0.90);
        QCOMPARE(a.high, 1.2);
    }

    void costsAtAContextComeFromRoundsThere() {
        const auto engine = smallPair("small").load({});
        const ProbeReport report = measureCosts(engine, 5, {}, 200);
        QCOMPARE(report.context, 200);
        QCOMPARE(report.costs.v.size(), std::size_t{5});
        QCOMPARE(report.costs.v.front(), 1.0);
        QVERIFY(report.costs.c > 0.0 && report.costs.overhead >= 0.0);
    }

    void peakMemoryFollowsAllocations() {
        if (!forgetPeakMemory()) QSKIP("this system does not let the peak be forgotten");
        const std::int64_t before = peakMemory();
        {
            std::vector<char> much(200'000'000, 1);
            QVERIFY(peakMemory() > before + 150'000'000);
            QVERIFY(residentMemory() > before + 150'000'000);
        }
        QVERIFY(forgetPeakMemory());
    }
};

QTEST_GUILESS_MAIN(TestBench)
#include "test_bench.moc"
