// The search for a draft and a gamma, on the bundled tiny pair.
#include <QtTest>

#include <set>

#include "engine/decode/session.h"
#include "engine/explain/shape_prediction.h"
#include "engine/measure/recommend.h"
#include "engine/trace/error.h"

using namespace specula;

namespace {

const std::string kModels = SPECULA_SOURCE_DIR "/resources/models/";

std::shared_ptr<const Engine> tinyTarget() {
    EngineOptions options;
    options.target = kModels + "tiny-target";
    options.draft = "none";
    options.threads = 1;
    return Engine::load(options);
}

/// A search whose clock counts runs: one second each.
struct Bench {
    Bench() : target(tinyTarget()) {
        search.prompts = {{"cat", target->encodePrompt("Once upon a time there was a small cat")},
                          {"dog", target->encodePrompt("One day a big dog")}};
        search.base.sampling.temperature = 1.0;
        search.base.maxTokens = 24;
        search.base.ignoreEos = true;
        search.base.seed = 5;
        search.drafts = {kModels + "tiny-draft"};
        search.seconds = 40.0;
        search.load = [this](const std::string& draft, std::stop_token stop) {
            ++loads;
            auto engine = target->withDraft(draft, stop);
            held.push_back(engine);
            return engine;
        };
        search.now = [this] { return static_cast<double>(runs); };
        search.onReport = [this](const RecommendReport& report) {
            runs = 0;
            for (const Contender& contender : report.contenders) runs += contender.speedup.n;
            reports.push_back(report);
        };
    }

    /// Engines that somebody still holds.
    int alive() const {
        return static_cast<int>(
            std::count_if(held.begin(), held.end(), [](const auto& engine) { return !engine.expired(); }));
    }

    std::shared_ptr<const Engine> target;
    RecommendSearch search;
    int loads = 0;
    int runs = 0;
    std::vector<std::weak_ptr<const Engine>> held;
    std::vector<RecommendReport> reports;
};

}  // namespace

class TestRecommend : public QObject {
    Q_OBJECT

private slots:
    void anotherDraftSharesTheTargetsWeights() {
        const auto target = tinyTarget();
        const auto pair = target->withDraft(kModels + "tiny-draft");
        QCOMPARE(pair->targetShared().get(), target->targetShared().get());
        QCOMPARE(pair->draftInfo().kind, std::string("model"));
        QVERIFY(pair->pairReport().compatible);
        EngineOptions options = target->options();
        options.draft = kModels + "tiny-draft";
        const auto loaded = Engine::load(options);
        RunOptions run;
        run.gamma = 3;
        run.maxTokens = 24;
        const auto prompt = target->encodePrompt("Once upon a time");
        Session a(pair, run, prompt), b(loaded, run, prompt);
        while (a.step({}))
            ;
        while (b.step({}))
            ;
        QCOMPARE(a.output(), b.output());
        QVERIFY_EXCEPTION_THROWN(target->withDraft("/no/such/draft"), Error);
    }

    void acceptanceByPositionIsWhatADirectRunCounts() {
        Bench bench;
        const RecommendReport report = recommend(bench.search);
        Totals totals;
        RunOptions options = bench.search.base;
        options.gamma = kLongGamma;
        const auto pair = bench.target->withDraft(bench.search.drafts.front());
        for (const MeasuredPrompt& prompt : bench.search.prompts)
            addTotals(totals, runOnce(pair, prompt.ids, options, {}).totals);
        std::vector<double> direct;
        for (std::size_t d = 0; d < totals.judgedAt.size(); ++d)
            direct.push_back(static_cast<double>(totals.acceptedAt[d]) /
                             static_cast<double>(totals.judgedAt[d]));
        QVERIFY(!direct.empty());
        QCOMPARE(report.drafts.front().longRun.alpha(), direct);
    }

    void everyGammaIsPredictedBeforeAnythingIsMeasured() {
        Bench bench;
        recommend(bench.search);
        const auto first = std::find_if(bench.reports.begin(), bench.reports.end(),
                                        [](const RecommendReport& report) { return report.predicted; });
        QVERIFY(first != bench.reports.end());
        std::set<int> gammas;
        for (const Contender& contender : first->contenders) {
            QCOMPARE(contender.speedup.n, 0);
            gammas.insert(contender.shape.gamma);
        }
        QCOMPARE(gammas.size(), std::size_t{kLongestPredicted});
        QCOMPARE(first->decision.reason, RecommendReason::NotMeasured);
        QVERIFY(
            std::is_sorted(first->contenders.begin(), first->contenders.end(),
                           [](const Contender& a, const Contender& b) { return a.predicted > b.predicted; }));
    }

    void onlyContendersWithinReachAreMeasured() {
        Bench bench;
        const RecommendReport report = recommend(bench.search);
        const double best = report.contenders.front().predicted;
        int measured = 0;
        for (const Contender& contender : report.contenders) {
            QCOMPARE(contender.speedup.n > 0, contender.inReach);
            if (!contender.inReach) continue;
            ++measured;
            QVERIFY(contender.predicted >= kReach * best);
            QVERIFY(contender.totals.rounds > 0);
        }
        QVERIFY(measured >= 1 && measured <= kMostContenders);
        QVERIFY(report.done && !report.stopped);
    }

    void theBudgetIsOverrunByLessThanAVisit() {
        Bench bench;
        const RecommendReport report = recommend(bench.search);
        const auto active = std::count_if(report.contenders.begin(), report.contenders.end(),
                                          [](const Contender& contender) { return contender.inReach; });
        QVERIFY2(bench.runs <= static_cast<int>(bench.search.seconds + static_cast<double>(active)),
                 qPrintable(QString::number(bench.runs)));
        QVERIFY(bench.runs > 0);
        // The same search with a tenth of the time measures less, and still something or says that it did
        // not.
        Bench shorter;
        shorter.search.seconds = 4.0;
        const RecommendReport brief = recommend(shorter.search);
        QVERIFY(shorter.runs < bench.runs);
        QVERIFY(brief.done);
    }

    void withoutTimeToMeasurePredictionsDecide() {
        Bench bench;
        bench.search.seconds = 10.0;
        double clock = 0.0;
        bench.search.now = [&] { return clock; };
        // The predictions take all of the time, and more.
        bench.search.progress = [&](double, double, const std::string& what) {
            if (what.find("long rounds") != what.npos) clock += 20.0;
        };
        const RecommendReport report = recommend(bench.search);
        for (const Contender& contender : report.contenders) QCOMPARE(contender.speedup.n, 0);
        QVERIFY(report.done && report.predicted);
        QCOMPARE(report.decision.reason, RecommendReason::NotMeasured);
    }

    void atMostTwoEnginesAreHeldAndADraftThatCannotBeLoadedIsLeftOut() {
        Bench bench;
        bench.search.drafts = {kModels + "tiny-draft", "/no/such/draft", "ngram", "early-exit:2"};
        int most = 0;
        bench.search.progress = [&](double, double, const std::string&) {
            most = std::max(most, bench.alive());
        };
        const RecommendReport report = recommend(bench.search);
        QVERIFY(most >= 1 && most <= 2);
        QCOMPARE(report.drafts.size(), std::size_t{4});
        QVERIFY(!report.drafts[1].problem.empty());
        std::set<std::size_t> measured;
        for (const Contender& contender : report.contenders) {
            QVERIFY(contender.draft != 1);
            if (contender.inReach) measured.insert(contender.draft);
        }
        QVERIFY(measured.size() <= 2);
    }

    void noDraftAtAllIsAnError() {
        Bench bench;
        bench.search.drafts = {"/no/such/draft"};
        QVERIFY_EXCEPTION_THROWN(recommend(bench.search), Error);
        bench.search.drafts = {"oracle:0.9"};
        QVERIFY_EXCEPTION_THROWN(recommend(bench.search), Error);
        bench.search.drafts = {};
        QVERIFY_EXCEPTION_THROWN(recommend(bench.search), Error);
    }

    void aStopGivesWhatThereIs() {
        Bench bench;
        std::stop_source stop;
        const auto onReport = bench.search.onReport;
        bench.search.onReport = [&](const RecommendReport& report) {
            onReport(report);
            if (bench.runs > 0) stop.request_stop();
        };
        const RecommendReport report = recommend(bench.search, stop.get_token());
        QVERIFY(report.stopped && report.done);
        QVERIFY(bench.runs > 0);
        QVERIFY(report.decision.winner || report.decision.runnerUp);
    }

    void atTemperatureZeroTheRulesForTreesAndChainsHold() {
        Bench bench;
        bench.search.base.sampling.temperature = 0.0;
        bench.search.seconds = 12.0;
        const RecommendReport report = recommend(bench.search);
        QVERIFY(!report.contenders.empty());
        QCOMPARE(report.options.sampling.temperature, 0.0);
    }
};

QTEST_GUILESS_MAIN(TestRecommend)
#include "test_recommend.moc"
