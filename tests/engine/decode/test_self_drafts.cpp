#include "engine/trace/error.h"
#include "tests/engine/decode/fresh_rows.h"

using namespace specula;
using namespace specula::test;

// The target as its own draft: with layers left out, and as an oracle.
namespace {

std::shared_ptr<const Engine> engineFor(const std::string& target, const std::string& draft,
                                        WeightFormat format = WeightFormat::Int8x2,
                                        Device device = Device::Cpu) {
    static std::map<std::tuple<std::string, std::string, WeightFormat, Device>, std::shared_ptr<const Engine>>
        engines;
    auto& engine = engines[{target, draft, format, device}];
    if (!engine) {
        EngineOptions load = loadOptions(target.c_str(), format);
        load.draft = draft;
        load.device = device;
        engine = Engine::load(load);
    }
    return engine;
}

RunOptions chain(int gamma, double temperature) {
    RunOptions out = options({}, temperature);
    out.gamma = gamma;
    return out;
}

QString refusal(const std::string& draft) {
    try {
        engineFor("llama", draft);
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

}  // namespace

class TestSelfDrafts : public QObject {
    Q_OBJECT

private slots:
    void greedyTextEqualsPlainForEveryGamma_data() {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("draft");
        for (const char* draft :
             {"skip:1", "skip:2", "skip:1-2", "skip:1,3", "oracle:0", "oracle:0.6", "oracle:1"})
            QTest::addRow("llama, %s", draft) << QStringLiteral("llama") << QString::fromLatin1(draft);
        for (const char* draft : {"skip:2-3", "oracle:0.8"})
            QTest::addRow("tiny, %s", draft) << QStringLiteral("tiny-target") << QString::fromLatin1(draft);
    }
    void greedyTextEqualsPlainForEveryGamma() {
        QFETCH(QString, target);
        QFETCH(QString, draft);
        for (const WeightFormat format : {WeightFormat::Fp16, WeightFormat::Int8x2, WeightFormat::Int8}) {
            const auto engine = engineFor(target.toStdString(), draft.toStdString(), format);
            const std::vector<TokenId> plain = run(engine, chain(0, 0.0)).ids;
            QCOMPARE(plain.size(), std::size_t{60});
            for (int gamma = 1; gamma <= 16; ++gamma)
                QVERIFY2(run(engine, chain(gamma, 0.0)).ids == plain, qPrintable(QString::number(gamma)));
        }
    }

    void leavingOutTheLastLayersIsEarlyExitAndOthersAreNot() {
        const auto rounds = [](const char* draft) {
            return run(engineFor("llama", draft), chain(4, 1.0)).rounds;
        };
        const int layers = engineFor("llama", "none")->targetInfo().layers;
        const std::string last = "skip:" + std::to_string(layers);
        const std::string early = "early-exit:" + std::to_string(layers - 1);
        QVERIFY(sameRounds(rounds(last.c_str()), rounds(early.c_str())));
        QVERIFY(!sameRounds(rounds("skip:1"), rounds(early.c_str())));
        QVERIFY(!sameRounds(rounds("skip:1"), rounds("skip:2")));
    }

    void layersAreNamedAndRecorded() {
        const auto info = [](const char* target, const char* draft) {
            return engineFor(target, draft)->draftInfo();
        };
        const DraftInfo two = info("tiny-target", "skip:2-3");
        QCOMPARE(two.kind, std::string("skip"));
        QCOMPARE(two.name, std::string("the target without layers 2 and 3 of 5"));
        QCOMPARE(two.skippedLayers, (std::vector<int>{2, 3}));
        QCOMPARE(info("tiny-target", "skip:2-4").name, std::string("the target without layers 2 to 4 of 5"));
        QCOMPARE(info("tiny-target", "skip:5,1-3").name,
                 std::string("the target without layers 1 to 3 and 5 of 5"));
        QCOMPARE(info("tiny-target", "skip:4").name, std::string("the target without layer 4 of 5"));
        QCOMPARE(info("tiny-target", "early-exit:3").skippedLayers, (std::vector<int>{4, 5}));
        const DraftInfo oracle = info("tiny-target", "oracle:0.6");
        QVERIFY(oracle.kind == "oracle" && oracle.alpha == 0.6 && oracle.synthetic());
        QVERIFY(oracle.name.find("synthetic") != std::string::npos);
        QVERIFY(!two.synthetic() && !two.alpha);
    }

    void whatDoesNotFitIsRefusedInOneSentence() {
        for (const char* draft : {"skip", "skip:", "skip:0-1", "skip:2-1", "skip:2-99", "skip:1-3",
                                  "skip:1,2,3", "skip:a", "skip:1-", "skip:-2", "skip:1,,2", "skip:1-2-3"})
            QVERIFY2(refusal(draft).contains(QStringLiteral("with layers from 1 to 3 of which at least one")),
                     draft);
        for (const char* draft :
             {"oracle", "oracle:", "oracle:x", "oracle:-0.1", "oracle:1.01", "oracle:nan"})
            QVERIFY2(refusal(draft).contains(QStringLiteral("expected oracle:ALPHA with ALPHA from 0 to 1")),
                     draft);
    }

    void rowsAfterRejectionsAreThoseOfAFreshStart_data() {
        QTest::addColumn<QString>("draft");
        for (const char* draft : {"skip:2", "skip:1,3", "early-exit:1", "oracle:0.5"})
            QTest::newRow(draft) << QString::fromLatin1(draft);
    }
    void rowsAfterRejectionsAreThoseOfAFreshStart() {
        QFETCH(QString, draft);
        verifyFreshRows(engineFor("llama", draft.toStdString()), kPrompt);
    }

    void aDevicesPathLeavesOutTheSameLayers() {
        for (const char* draft : {"skip:2", "skip:1,3", "oracle:0.7"}) {
            const Run here = run(engineFor("llama", draft, WeightFormat::Fp32), chain(3, 0.8)),
                      there =
                          run(engineFor("llama", draft, WeightFormat::Fp32, Device::AtenCpu), chain(3, 0.8));
            QCOMPARE(here.ids, there.ids);
            QCOMPARE(here.rounds.size(), there.rounds.size());
            for (std::size_t i = 0; i < here.rounds.size(); ++i) {
                for (std::size_t k = 0; k < here.rounds[i].proposals.size(); ++k)
                    QVERIFY(std::abs(here.rounds[i].proposals[k].pDraft -
                                     there.rounds[i].proposals[k].pDraft) < 1e-4);
            }
        }
    }

    void anOraclesOverlapIsAlpha_data() {
        QTest::addColumn<double>("temperature");
        QTest::addColumn<int>("topK");
        QTest::addColumn<double>("topP");
        QTest::addColumn<double>("penalty");
        QTest::newRow("temperature 1") << 1.0 << 0 << 1.0 << 1.0;
        QTest::newRow("temperature 0.2") << 0.2 << 0 << 1.0 << 1.0;
        QTest::newRow("temperature 5") << 5.0 << 0 << 1.0 << 1.0;
        QTest::newRow("top-k 4") << 1.0 << 4 << 1.0 << 1.0;
        QTest::newRow("top-k 1") << 1.0 << 1 << 1.0 << 1.0;
        QTest::newRow("top-p 0.5, penalty 1.3") << 0.7 << 0 << 0.5 << 1.3;
        QTest::newRow("greedy") << 0.0 << 0 << 1.0 << 1.1;
    }
    void anOraclesOverlapIsAlpha() {
        QFETCH(double, temperature);
        QFETCH(int, topK);
        QFETCH(double, topP);
        QFETCH(double, penalty);
        for (const char* target : {"llama", "tiny-target"}) {
            for (const double alpha : {0.0, 0.004, 0.05, 0.3, 0.5, 0.7, 0.95, 1.0}) {
                const auto engine = engineFor(target, "oracle:" + QString::number(alpha).toStdString());
                const double least = 1.0 / engine->targetInfo().vocabulary;
                RunOptions o = chain(4, temperature);
                o.sampling.topK = topK;
                o.sampling.topP = topP;
                o.sampling.repetitionPenalty = penalty;
                o.draftSampling = Sampling{.temperature = 3.0};  // means nothing to it
                o.detail = Detail::Full;
                int seen = 0;
                for (const Round& round : run(engine, o).rounds) {
                    for (const Proposal& proposal : round.proposals) {
                        if (!proposal.rows) continue;  // never judged
                        const double overlap = proposal.rows->sums.overlap;
                        ++seen;
                        QVERIFY2(std::abs(overlap - alpha) < 1e-6 ||
                                     (alpha < least && overlap > alpha && overlap <= least),
                                 qPrintable(QStringLiteral("%1 for %2").arg(overlap).arg(alpha)));
                    }
                }
                QVERIFY(seen > 20);
            }
        }
    }

    void anOraclesProposalsAreAcceptedWithProbabilityAlpha() {
        for (const double temperature : {0.0, 1.0}) {
            for (const double alpha : {0.2, 0.7, 0.9}) {
                const auto engine = engineFor("llama", "oracle:" + QString::number(alpha).toStdString());
                Totals all;
                for (std::uint64_t seed = 0; seed < 60; ++seed) {
                    RunOptions o = chain(5, temperature);
                    o.seed = seed;
                    o.detail = Detail::Counts;
                    for (const Round& round : run(engine, o).rounds) all.add(round);
                }
                const auto judged = static_cast<double>(all.judged);
                QVERIFY(judged > 2000.0);
                const double rate = static_cast<double>(all.accepted) / judged;
                const double sigma = std::sqrt(alpha * (1.0 - alpha) / judged);
                QVERIFY2(std::abs(rate - alpha) < 5.0 * sigma,
                         qPrintable(QStringLiteral("%1 for %2").arg(rate).arg(alpha)));
            }
        }
    }

    void anOracleThatIsAlwaysRightIsNeverRejected() {
        for (const double temperature : {0.0, 0.7, 1.5}) {
            const Totals right = run(engineFor("llama", "oracle:1"), chain(6, temperature)).totals;
            QVERIFY(right.judged > 0 && right.rejected == 0);
        }
        const Totals wrong = run(engineFor("llama", "oracle:0"), chain(6, 0.0)).totals;
        QVERIFY(wrong.judged > 0 && wrong.accepted == 0);
    }

    void anOraclesDrawIsInTheTraceAtTemperatureZeroToo() {
        for (const Round& round : run(engineFor("llama", "oracle:0.6"), chain(3, 0.0)).rounds) {
            for (const Proposal& proposal : round.proposals) {
                QVERIFY(proposal.draftCoin.has_value());
                QVERIFY(std::abs(proposal.pDraft - 0.6) < 1e-6 || std::abs(proposal.pDraft - 0.4) < 1e-6);
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestSelfDrafts)
#include "test_self_drafts.moc"
