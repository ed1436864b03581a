#include <QtTest>

#include "engine/explain/lab_time.h"
#include "engine/trace/rules.h"
#include "tests/ui/lab/sample_lab.h"
#include "ui/lab/lab_data.h"

using namespace specula;
using namespace specula::test;

namespace {

LabData dataOf(const LabReport& report) {
    LabData data;
    data.begin(report.request);
    for (const LabPoint& point : report.points) data.set(point);
    return data;
}

}  // namespace

class TestLabData : public QObject {
    Q_OBJECT

private slots:
    void whatADraftOrATemperatureDoesNotAllowIsLeftOut() {
        LabRequest request = sampleLabRequest();
        request.setups.push_back({Rule::Block, 0.5, 2, {}});
        request.setups.push_back({Rule::Sequoia, 0.5, 4, {false, {2, 1}}});
        request.setups.push_back({Rule::Block, 0.5, 4, {false, {2, 1}}});
        // Greedily block is token's run, and Sequoia's tree is token's at any temperature.
        const auto greedy = labSetups(request, request.drafts[0], 0.0);
        QCOMPARE(greedy.size(), std::size_t{1 + 5});
        for (const LabSetup& setup : greedy) QCOMPARE(setup.judged.rule, Rule::Greedy);
        QCOMPARE(labSetups(request, request.drafts[0], 0.7).size(), std::size_t{1 + 5 + 1});
        // A look-up drafts no trees.
        for (const LabSetup& setup : labSetups(request, request.drafts[1], 0.7))
            QVERIFY(setup.judged.tree.off());
        for (const LabSetup& setup : labSetups(request)) {
            QVERIFY(ruleProblem(setup.judged.rule, setup.temperature == 0.0, !setup.judged.tree.off(),
                                setup.plain())
                        .empty());
        }
        for (const double temperature : request.temperatures) {
            for (const LabDraft& draft : request.drafts)
                QVERIFY(labSetups(request, draft, temperature).front().plain());
        }
    }

    void whatCannotBeMeasuredIsSaidInASentence() {
        QVERIFY(labProblem(sampleLabRequest()).empty());
        LabRequest request = sampleLabRequest();
        request.drafts.clear();
        QVERIFY(labProblem(request).find("draft") != std::string::npos);
        request = sampleLabRequest();
        request.suites[0].prompts.clear();
        QVERIFY(labProblem(request).find("prompt") != std::string::npos);
        request = sampleLabRequest();
        request.temperatures.clear();
        QVERIFY(labProblem(request).find("temperature") != std::string::npos);
        request = sampleLabRequest();
        request.drafts = {{"ngram", false}};
        request.setups = {{Rule::Token, 0.5, 4, {false, {2, 1}}}};
        QVERIFY(labProblem(request).find("drafted") != std::string::npos);
    }

    void theExpectedTimeIsTokensTimesPaceOverThePredictedSpeedup() {
        LabRequest request = sampleLabRequest();
        request.drafts.resize(1);
        request.temperatures = {0.7};
        request.setups = {{Rule::Token, 0.5, 2, {}}};
        const double plain = 12 * 64 * 4.0 / 1000.0;  // 4 prompts x 3 repeats
        QCOMPARE(expectedLabSeconds(request, {4.0, std::nullopt}), 2.0 * plain);
        const double speedup = speedupOf(expectedTokensPerRound(kAssumedAcceptance, 2), 2, 2, sampleCosts());
        QVERIFY(std::abs(expectedLabSeconds(request, {4.0, sampleCosts()}) - plain * (1.0 + 1.0 / speedup)) <
                1e-9);
        // A tree of 2, then 1 under each, is two steps and four tokens.
        const LabSetup tree{"/models/head", 0.7, {Rule::Token, 0.5, 4, {false, {2, 1}}}};
        const double inTree = speedupOf(expectedTokensPerRound(kAssumedAcceptance, 2), 2, 4, sampleCosts());
        QVERIFY(std::abs(expectedRunSeconds(request, tree, {4.0, sampleCosts()}) - 64 * 0.004 / inTree) <
                1e-9);
    }

    void rowsAreSuitesByTemperatureRuleAndDraft() {
        LabData data = dataOf(sampleLab());
        QCOMPARE(data.rows().size(), std::size_t{2 * 2 * 2});
        QCOMPARE(data.columns().size(), std::size_t{6});  // plain, 1 to 4, the tree
        QVERIFY(data.columns().front().plain());
        QVERIFY(!data.columns().back().tree.off());
        QCOMPARE(data.rowText(0), QStringLiteral("Creative · T 0 · SmolLM2 head"));
        QVERIFY(data.rowWords(3).contains(QStringLiteral("Token")));
        data.setPromptsShown(true);
        QCOMPARE(data.rows().size(), std::size_t{2 * 3 * 4});
        QVERIFY(data.at(4, 1) != nullptr);
        QCOMPARE(data.at(4, 1)->prompt, std::string("Once"));
        // The look-up's tree is no cell, the head's is.
        for (std::size_t row = 0; row < data.rows().size(); ++row)
            QCOMPARE(data.setupAt(row, 5).has_value(), data.rows()[row].draft != "ngram");
    }

    void everyCellHoldsItsPointAndPlainStandsInEveryRow() {
        const LabReport report = sampleLab();
        const LabData data = dataOf(report);
        int found = 0;
        for (const LabPoint& point : report.points) {
            if (!point.prompt.empty()) continue;
            const auto row = data.rowOf(point.setup, point.suite, "");
            const auto column = data.columnOf(point.setup);
            QVERIFY(row && column);
            QCOMPARE(data.at(*row, *column)->totals.accepted, point.totals.accepted);
            ++found;
        }
        QCOMPARE(found, 2 * 2 * (6 + 5));
        for (std::size_t row = 0; row < data.rows().size(); ++row) QVERIFY(data.at(row, 0)->setup.plain());
        QCOMPARE(labRunsDone(report), labRuns(report.request));
    }

    void theModelsCurveIsTheCostModelAtThePooledAcceptance() {
        const LabData data = dataOf(sampleLab());
        const Totals totals = data.chainTotals(0);
        std::vector<double> alpha;
        for (std::size_t i = 0; i < totals.judgedAt.size(); ++i)
            alpha.push_back(static_cast<double>(totals.acceptedAt[i]) /
                            static_cast<double>(totals.judgedAt[i]));
        const std::vector<double> curve = data.modelCurve(0, 6);
        QCOMPARE(curve.size(), std::size_t{7});
        QCOMPARE(curve[0], 1.0);
        for (int gamma = 1; gamma <= 6; ++gamma)
            QCOMPARE(curve[static_cast<std::size_t>(gamma)],
                     speedupOf(expectedTokensPerRound(alpha, gamma), gamma, gamma, sampleCosts()));
        LabData none;
        none.begin(sampleLabRequest());
        QVERIFY(none.modelCurve(0, 6).empty());
    }

    void aCellsRunHasItsSettingsItsPromptAndTheFirstSeed() {
        LabData data = dataOf(sampleLab());
        const auto run = data.runOf(6, 3);  // Code at 0.7 with the head, gamma 3
        QVERIFY(run.has_value());
        QCOMPARE(run->prompt.name, std::string("Sort"));
        QCOMPARE(run->engine.draft, std::string("/models/head"));
        QCOMPARE(run->options.gamma, 3);
        QCOMPARE(run->options.sampling.temperature, 0.7);
        QCOMPARE(run->options.seed, std::uint64_t{5});
        QCOMPARE(run->options.maxTokens, 64);
        QCOMPARE(run->options.detail, Detail::Full);
        QVERIFY(!run->options.costs.has_value());
        data.setPromptsShown(true);
        const auto row = data.rowOf({"/models/head", 0.7, {Rule::Token, 0.5, 2, {}}}, "Code", "Stack");
        QCOMPARE(data.runOf(*row, 2)->prompt.name, std::string("Stack"));
        QVERIFY(!data.runOf(99, 0).has_value());
    }

    void timesAddUpToTheTimeOfAToken() {
        const LabReport report = sampleLab();
        for (const LabPoint& point : report.points) {
            const auto time = timeOf(point.totals);
            QVERIFY(time.has_value());
            const double whole = point.totals.decodeMs / static_cast<double>(point.totals.emitted());
            QVERIFY(std::abs(time->total() - whole) < 1e-9);
        }
        QVERIFY(!timeOf({}).has_value());
    }

    void titlesClaimOnlyWhatTheIntervalsAllow() {
        QVERIFY(labFinding(dataOf(sampleLab()), false).startsWith(QStringLiteral("Best: Code")));
        QVERIFY(labFinding(dataOf(sampleLab()), true).startsWith(QStringLiteral("Best so far")));
        LabReport slow = sampleLab();
        for (LabPoint& point : slow.points) {
            if (point.speedup) point.speedup = Interval{0.7, 0.6, 0.8, 6, "test"};
        }
        QVERIFY(labFinding(dataOf(slow), false)
                    .startsWith(QStringLiteral("Plain decoding is faster everywhere")));
        for (LabPoint& point : slow.points) {
            if (point.speedup) point.speedup = Interval{1.05, 0.9, 1.2, 6, "test"};
        }
        QVERIFY(labFinding(dataOf(slow), false).startsWith(QStringLiteral("No significant gain")));
        QVERIFY(labPointWords(slow.points[6]).contains(QStringLiteral("no significant difference")));
        const Interval low{1.0, 0.9, 1.1, 6, ""}, high{1.5, 1.4, 1.6, 6, ""}, middle{1.2, 1.0, 1.45, 6, ""};
        QVERIFY(suitesFinding({{QStringLiteral("A"), low}, {QStringLiteral("B"), high}})
                    .startsWith(QStringLiteral("B gains most")));
        QVERIFY(suitesFinding({{QStringLiteral("A"), middle}, {QStringLiteral("B"), high}})
                    .startsWith(QStringLiteral("The intervals")));
        QVERIFY(timeFinding(dataOf(sampleLab()), 0).contains(QStringLiteral("verifying")));
    }
};

QTEST_GUILESS_MAIN(TestLabData)
#include "test_lab_data.moc"
