// Counters that servers print, pasted whole, cut off and hostile.
#include <cmath>
#include <string>

#include <QtTest>

#include "engine/explain/cost_model.h"
#include "engine/explain/server_metrics.h"

using namespace specula;

namespace {

bool near(double a, double b, double within = 1e-6) {
    return std::fabs(a - b) < within;
}

const std::string kVllm =
    "# HELP vllm:spec_decode_num_drafts_total Number of spec decoding drafts.\n"
    "# TYPE vllm:spec_decode_num_drafts_total counter\n"
    "vllm:spec_decode_num_drafts_total{engine=\"0\",model_name=\"Qwen/Qwen3-8B\"} 100.0\n"
    "vllm:spec_decode_num_drafts_created{engine=\"0\",model_name=\"Qwen/Qwen3-8B\"} 1.7e+09\n"
    "vllm:spec_decode_num_draft_tokens_total{engine=\"0\",model_name=\"Qwen/Qwen3-8B\"} 300.0\n"
    "vllm:spec_decode_num_accepted_tokens_total{engine=\"0\",model_name=\"Qwen/Qwen3-8B\"} 150.0\n"
    "vllm:spec_decode_num_accepted_tokens_per_pos_total{engine=\"0\",model_name=\"Qwen/"
    "Qwen3-8B\",position=\"0\"} 80.0\n"
    "vllm:spec_decode_num_accepted_tokens_per_pos_total{engine=\"0\",model_name=\"Qwen/"
    "Qwen3-8B\",position=\"1\"} 50.0\n"
    "vllm:spec_decode_num_accepted_tokens_per_pos_total{engine=\"0\",model_name=\"Qwen/"
    "Qwen3-8B\",position=\"2\"} 20.0\n"
    "vllm:generation_tokens_total{engine=\"0\",model_name=\"Qwen/Qwen3-8B\"} 2.5e+02\n";

}  // namespace

class TestServerMetrics : public QObject {
    Q_OBJECT

private slots:
    void vllmTellsAcceptanceByPosition() {
        const ServerMetrics m = readServerMetrics(kVllm);
        QCOMPARE(m.kind, MetricsKind::Vllm);
        QCOMPARE(m.problem, MetricsProblem::None);
        QCOMPARE(*m.draftedPerRound(), 3.0);
        const std::vector<double> alpha = alphaOf(m);
        QCOMPARE(alpha.size(), std::size_t{3});
        QVERIFY(near(alpha[0], 0.8) && near(alpha[1], 50.0 / 80) && near(alpha[2], 0.4));
    }

    void enginesAreAddedUp() {
        std::string two = kVllm + kVllm;
        const ServerMetrics m = readServerMetrics(two);
        QCOMPARE(*m.rounds, 200.0);
        QCOMPARE(alphaOf(m), alphaOf(readServerMetrics(kVllm)));
    }

    void llamaLogOldAndNew() {
        const ServerMetrics old = readServerMetrics(
            "slot print_timing: id 0 | draft acceptance rate = 0.57576 (  171 accepted /   297 generated)\n"
            "statistics draft: #calls = 10, #gen drafts = 99, #acc drafts = 60, #gen tokens = 297, #acc "
            "tokens = 171\n");
        QCOMPARE(old.kind, MetricsKind::LlamaLog);
        QCOMPARE(old.problem, MetricsProblem::None);
        QCOMPARE(*old.draftedPerRound(), 3.0);
        QVERIFY(near(expectedTokensPerRound(alphaOf(old).front(), 3), 1.0 + 171.0 / 99));
        const ServerMetrics now = readServerMetrics(
            "draft acceptance = 0.70000 (   84 accepted /   120 generated), mean len =  3.10\n"
            "     acc per pos = (0.850, 0.700, 0.550)\r\n");
        QCOMPARE(now.problem, MetricsProblem::None);
        QVERIFY(near(*now.rounds, 40.0));
        QVERIFY(near(alphaOf(now)[1], 0.7 / 0.85));
    }

    void timingsNeedTheLengthThatTheyWereMadeWith() {
        const ServerMetrics m = readServerMetrics(
            "{\"content\":\"draft_n is \\\"draft_n\\\": 1\",\"timings\":{\"predicted_n\":90,\"draft_n\": "
            "100,\"draft_n_accepted\" : 60}}");
        QCOMPARE(m.kind, MetricsKind::LlamaJson);
        QCOMPARE(*m.drafted, 100.0);
        QCOMPARE(m.problem, MetricsProblem::NoRounds);
        QVERIFY(alphaOf(m).empty());
        QVERIFY(near(expectedTokensPerRound(alphaOf(m, 2).front(), 2), 1.0 + 2 * 0.6));
    }

    void sglangGivesTokensARound() {
        const ServerMetrics gauge =
            readServerMetrics("sglang:spec_accept_length{model_name=\"m\",tp_rank=\"0\"} 2.5\n");
        QCOMPARE(gauge.kind, MetricsKind::Sglang);
        QCOMPARE(gauge.problem, MetricsProblem::NoRounds);
        QVERIFY(near(expectedTokensPerRound(alphaOf(gauge, 3).front(), 3), 2.5));
        QVERIFY(alphaOf(gauge, 1).empty());  // one drafted token cannot emit 2.5
        const ServerMetrics log = readServerMetrics(
            "Decode batch. #running-req: 1, accept len: 2.00, accept rate: 0.33, cuda graph: True\n"
            "Decode batch. #running-req: 1, accept len: 3.00, accept rate: 0.66, cuda graph: True\n");
        QCOMPARE(*log.tokensPerRound, 2.5);
    }

    void whatIsMissingIsNamed() {
        QCOMPARE(readServerMetrics("").problem, MetricsProblem::Nothing);
        QCOMPARE(readServerMetrics("hello\nworld").problem, MetricsProblem::Nothing);
        QCOMPARE(readServerMetrics("vllm:spec_decode_num_drafts_total 5").problem, MetricsProblem::Nothing);
        QCOMPARE(readServerMetrics("\"draft_n\": 0, \"draft_n_accepted\": 0").problem,
                 MetricsProblem::NoDrafts);
        QCOMPARE(readServerMetrics("\"draft_n\": 5, \"draft_n_accepted\": 9").problem,
                 MetricsProblem::Inconsistent);
    }

    void aTextCutOffAnywhereIsReadOrRefusedNeverMisread() {
        for (std::size_t length = 0; length <= kVllm.size(); ++length) {
            const ServerMetrics m = readServerMetrics(std::string_view(kVllm).substr(0, length));
            for (const double alpha : alphaOf(m, 4)) QVERIFY(alpha >= 0.0 && alpha <= 1.0);
        }
    }

    void hostileTextNeitherThrowsNorGivesNonsense_data() {
        QTest::addColumn<QByteArray>("text");
        const std::string n = "vllm:spec_decode_num_draft_tokens_total ";
        const std::string a = "vllm:spec_decode_num_accepted_tokens_total ";
        const auto row = [](const char* name, const std::string& text) {
            QTest::newRow(name) << QByteArray::fromStdString(text);
        };
        row("not numbers", n + "NaN\n" + a + "inf\n");
        row("negative", n + "-5\n" + a + "-3\n");
        row("huge", n + "1e300\n" + a + "1e300\n");
        row("places beyond",
            kVllm + "vllm:spec_decode_num_accepted_tokens_per_pos_total{position=\"99999999999\"} 5\n");
        row("fractional place",
            kVllm + "vllm:spec_decode_num_accepted_tokens_per_pos_total{position=\"0.5\"} 5\n");
        row("rising places",
            kVllm + "vllm:spec_decode_num_accepted_tokens_per_pos_total{position=\"2\"} 500\n");
        row("open labels", "vllm:spec_decode_num_drafts_total{model=\"x\n" + kVllm);
        row("zeros", std::string(1000, '\0') + kVllm);
        row("long line", std::string(3 << 20, 'x') + "\n" + kVllm);
        row("many lines", std::string(100'000, '\n'));
        row("shares above one",
            "acc per pos = (5, 7)\ndraft acceptance = 1 ( 1 accepted / 1 generated), mean len = 2");
        row("length below one", "sglang:spec_accept_length 0.2");
        row("no rounds", "vllm:spec_decode_num_drafts_total 0\n" + n + "5\n" + a + "3\n");
    }
    void hostileTextNeitherThrowsNorGivesNonsense() {
        QFETCH(QByteArray, text);
        const ServerMetrics m =
            readServerMetrics(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
        for (const int gamma : {0, 1, 4, 64}) {
            const std::vector<double> alpha = alphaOf(m, gamma);
            QVERIFY(alpha.size() <= 64);
            for (const double a : alpha) QVERIFY(a >= 0.0 && a <= 1.0);
        }
    }
};

QTEST_APPLESS_MAIN(TestServerMetrics)
#include "test_server_metrics.moc"
