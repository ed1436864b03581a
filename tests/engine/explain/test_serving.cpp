// What a server is told, word for word, and what it cannot be told.
#include <algorithm>
#include <cmath>

#include <QtTest>

#include "engine/explain/serving.h"
#include "tests/engine/explain/explained_run.h"

using namespace specula;
using namespace specula::test;

namespace {

bool near(double a, double b, double within = 1e-9) {
    return std::fabs(a - b) < within;
}

ServingRequest folders(Server server) {
    ServingRequest request;
    request.server = server;
    request.target.path = "/models/opt-1.3b";
    request.draft.kind = "model";
    request.draft.model = ModelInfo{};
    request.draft.model->path = "/models/opt-125m";
    request.options.gamma = 4;
    request.options.sampling.temperature = 0.7;
    request.totals = tenRounds();
    request.costs = mildCosts();
    return request;
}

ServingRequest files(Server server) {
    ServingRequest request = folders(server);
    request.target.path = "/models/big.gguf";
    request.draft.model->path = "/models/small Q8.GGUF";
    return request;
}

ServingRequest lookUp(ServingRequest request) {
    request.draft = {};
    request.draft.kind = "ngram";
    request.draft.parameter = 3;
    return request;
}

ServingRequest greedily(ServingRequest request) {
    request.options.sampling.temperature = 0.0;
    request.options.rule = Rule::Greedy;
    return request;
}

QString flagsOf(const ServingAdvice& advice) {
    QStringList lines;
    for (const std::string& line : advice.flags) lines << QString::fromStdString(line);
    return lines.join(QLatin1Char('\n'));
}

bool refuses(const ServingRequest& request, Refusal why) {
    const ServingAdvice advice = adviseServing(request);
    return advice.flags.empty() &&
           std::find(advice.refusals.begin(), advice.refusals.end(), why) != advice.refusals.end();
}

}  // namespace

class TestServing : public QObject {
    Q_OBJECT

private slots:
    void vllmFlags() {
        QCOMPARE(flagsOf(adviseServing(folders(Server::Vllm))),
                 QStringLiteral(
                     "vllm serve /models/opt-1.3b \\\n"
                     "  --speculative-config '{\"method\": \"draft_model\", \"model\": \"/models/opt-125m\", "
                     "\"num_speculative_tokens\": 2, \"draft_sample_method\": \"probabilistic\"}'"));
        QCOMPARE(flagsOf(adviseServing(greedily(folders(Server::Vllm)))),
                 QStringLiteral(
                     "vllm serve /models/opt-1.3b \\\n"
                     "  --speculative-config '{\"method\": \"draft_model\", \"model\": \"/models/opt-125m\", "
                     "\"num_speculative_tokens\": 2}'"));
        ServingRequest block = folders(Server::Vllm);
        block.options.rule = Rule::Block;
        QVERIFY(
            flagsOf(adviseServing(block)).contains(QStringLiteral("\"rejection_sample_method\": \"block\"")));
        QCOMPARE(
            flagsOf(adviseServing(lookUp(folders(Server::Vllm)))),
            QStringLiteral("vllm serve /models/opt-1.3b \\\n  --speculative-config '{\"method\": \"ngram\", "
                           "\"num_speculative_tokens\": 2, \"prompt_lookup_max\": 3}'"));
    }

    void sglangFlags() {
        QCOMPARE(flagsOf(adviseServing(greedily(folders(Server::Sglang)))),
                 QStringLiteral("python3 -m sglang.launch_server \\\n  --model /models/opt-1.3b \\\n"
                                "  --speculative-algorithm STANDALONE \\\n"
                                "  --speculative-draft-model-path /models/opt-125m \\\n"
                                "  --speculative-num-steps 2 \\\n  --speculative-eagle-topk 1 \\\n"
                                "  --speculative-num-draft-tokens 3"));
        QCOMPARE(
            flagsOf(adviseServing(lookUp(folders(Server::Sglang)))),
            QStringLiteral("python3 -m sglang.launch_server \\\n  --model /models/opt-1.3b \\\n"
                           "  --speculative-algorithm NGRAM \\\n  --speculative-ngram-max-bfs-breadth 1 \\\n"
                           "  --speculative-num-draft-tokens 3"));
    }

    void llamaFlags() {
        ServingRequest request = files(Server::LlamaCpp);
        request.options.rule = Rule::OneHot;
        QCOMPARE(flagsOf(adviseServing(request)),
                 QStringLiteral("llama-server -m /models/big.gguf \\\n  --spec-type draft-simple \\\n"
                                "  --spec-draft-model '/models/small Q8.GGUF' \\\n  --spec-draft-n-max 2"));
        QCOMPARE(flagsOf(adviseServing(lookUp(files(Server::LlamaCpp)))),
                 QStringLiteral("llama-server -m /models/big.gguf \\\n  --spec-type ngram-simple \\\n"
                                "  --spec-ngram-simple-size-n 3 \\\n  --spec-ngram-simple-size-m 2"));
    }

    void transformersCalls() {
        QCOMPARE(flagsOf(adviseServing(folders(Server::Transformers))),
                 QStringLiteral(
                     "model = AutoModelForCausalLM.from_pretrained(\"/models/opt-1.3b\")\n"
                     "assistant = AutoModelForCausalLM.from_pretrained(\"/models/opt-125m\")\n"
                     "assistant.generation_config.num_assistant_tokens = 2\n"
                     "assistant.generation_config.num_assistant_tokens_schedule = \"constant\"\n"
                     "assistant.generation_config.assistant_confidence_threshold = 0\n"
                     "model.generate(**inputs, assistant_model=assistant, do_sample=True, temperature=0.7)"));
        QVERIFY(flagsOf(adviseServing(lookUp(greedily(folders(Server::Transformers)))))
                    .contains(QStringLiteral("prompt_lookup_num_tokens=2,")));
        ServingRequest early = folders(Server::Transformers);
        early.draft = {};
        early.draft.kind = "early-exit";
        early.draft.parameter = 5;
        QVERIFY(flagsOf(adviseServing(early)).contains(QStringLiteral("assistant_early_exit=5")));
    }

    void theHubsCacheIsNamedAsTheHubNamesIt() {
        QCOMPARE(servedName("/home/me/.cache/huggingface/hub/models--facebook--opt-1.3b/snapshots/3f5c2"),
                 std::string("facebook/opt-1.3b"));
        QCOMPARE(servedName("/models/opt--1.3b"), std::string("/models/opt--1.3b"));
    }

    void whatAServerCannotLoadIsRefusedWithTheReason() {
        ServingRequest request = folders(Server::Vllm);
        request.draft.kind = "feature-head";
        QVERIFY(refuses(request, Refusal::FeatureHead));
        request.draft.kind = "skip";
        QVERIFY(refuses(request, Refusal::SkippedLayers));
        request.draft.kind = "early-exit";
        QVERIFY(refuses(request, Refusal::SkippedLayers));
        request.draft.kind = "oracle";
        QVERIFY(refuses(request, Refusal::Oracle));
        request = folders(Server::Vllm);
        request.options.syntheticAcceptance = 0.7;
        QVERIFY(refuses(request, Refusal::Oracle));
        request = folders(Server::Vllm);
        request.draft.sharedTokens = 1000;
        QVERIFY(refuses(request, Refusal::OtherTokenizer));
        request = folders(Server::Vllm);
        request.options.rule = Rule::Typical;
        QVERIFY(refuses(request, Refusal::Lossy));
        request.options.sampling.temperature = 0.0;  // where it is the greedy rule
        QVERIFY(!adviseServing(request).refused());
        request = folders(Server::Vllm);
        request.options.tree.children = {2, 1};
        QVERIFY(refuses(request, Refusal::Tree));
        QVERIFY(refuses(folders(Server::LlamaCpp), Refusal::NeedsGguf));
        for (const Server server : {Server::Vllm, Server::Sglang, Server::Transformers})
            QVERIFY(refuses(greedily(files(server)), Refusal::NeedsFolder));
        request = folders(Server::Vllm);
        request.target.path.clear();
        QVERIFY(refuses(request, Refusal::NoPath));
        request = folders(Server::Vllm);
        request.totals = {};
        QVERIFY(refuses(request, Refusal::PlainRun));
    }

    void acceptanceOfAnotherRuleIsNotTakenAlong() {
        const auto request = [](Server server, Rule rule) {
            ServingRequest asked = server == Server::LlamaCpp ? files(server) : folders(server);
            asked.options.rule = rule;
            return asked;
        };
        QVERIFY(refuses(request(Server::Vllm, Rule::Match), Refusal::OtherRule));
        QVERIFY(refuses(request(Server::LlamaCpp, Rule::Token), Refusal::OtherRule));
        QVERIFY(refuses(request(Server::LlamaCpp, Rule::Match), Refusal::OtherRule));
        QVERIFY(refuses(request(Server::Sglang, Rule::Token), Refusal::OtherRule));
        QVERIFY(refuses(request(Server::Transformers, Rule::OneHot), Refusal::OtherRule));
        QVERIFY(refuses(request(Server::Transformers, Rule::Block), Refusal::OtherRule));
        // A draft that proposes its likeliest token is kept as often by every one of these.
        ServingRequest likeliest = request(Server::LlamaCpp, Rule::Match);
        likeliest.options.draftSampling = Sampling{};
        likeliest.options.draftSampling->temperature = 0.0;
        QVERIFY(!adviseServing(likeliest).refused());
        for (const Server server : allServers()) {
            QVERIFY(!adviseServing(greedily(request(server, Rule::Token))).refused());
            QVERIFY(!adviseServing(lookUp(request(server, Rule::Token))).refused());
        }
    }

    void gammaFollowsThatMachinesCosts() {
        ServingRequest request = folders(Server::Vllm);
        ServingAdvice advice = adviseServing(request);
        QCOMPARE(advice.costSource, CostSource::Here);
        QCOMPARE(advice.gamma, 2);
        QVERIFY(near(advice.speedup, 2.5 / 1.45));
        request.times = ServerTimes{0.2, 20.0, 0, 0.0};  // a draft at a hundredth, rows assumed free
        advice = adviseServing(request);
        QCOMPARE(advice.costSource, CostSource::ThereFlat);
        QVERIFY(advice.gamma > 4);
        request.times = ServerTimes{0.2, 20.0, 5, 40.0};  // five rows cost two
        advice = adviseServing(request);
        QCOMPARE(advice.costSource, CostSource::There);
        QVERIFY(near(verifyCost(*advice.costs, 3), 1.5));
        QVERIFY(advice.gamma <= 4);
        request.times = ServerTimes{30.0, 20.0, 0, 0.0};
        advice = adviseServing(request);
        QCOMPARE(advice.gamma, 0);
        QVERIFY(advice.flags.empty() && !advice.refused());
    }

    void manyRequestsShareAPass() {
        ServingRequest request = folders(Server::Vllm);
        request.costs = Costs{0.05, {1.0, 1.0, 1.0, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5}, 0.0};
        const ServingAdvice alone = adviseServing(request);
        request.batch = 4;
        const ServingAdvice four = adviseServing(request);
        // Four requests with two rows each are a pass of eight: v(8) / v(4).
        QVERIFY(near(verifyCost(*four.costs, 2), 3.0));
        QVERIFY(four.speedup < alone.speedup);
        QVERIFY(four.gamma <= alone.gamma);
    }

    void pastedCountersGoBeforeWhatWasCountedHere() {
        ServingRequest request = folders(Server::LlamaCpp);
        request = files(Server::LlamaCpp);
        request.options.rule = Rule::Token;  // refused without counters of the server itself
        request.metrics = readServerMetrics(
            "draft acceptance = 0.2 ( 20 accepted / 100 generated), mean len = 1.2\nacc per pos = (0.2)\n");
        ServingAdvice advice = adviseServing(request);
        QVERIFY(!advice.refused());
        QCOMPARE(advice.acceptance, AcceptanceSource::ServerPositions);
        QVERIFY(near(advice.alphaByPosition.front(), 0.2));
        request.metrics = readServerMetrics("nothing of the kind");
        QVERIFY(refuses(request, Refusal::NoAcceptance));
        request.metrics = readServerMetrics("\"draft_n\": 100, \"draft_n_accepted\": 60");
        QVERIFY(refuses(request, Refusal::NoAcceptance));
        request.drafted = 2;
        advice = adviseServing(request);
        QCOMPARE(advice.acceptance, AcceptanceSource::ServerAverage);
        QVERIFY(!advice.refused() && !advice.flags.empty());
    }

    void withoutCostsNoGammaIsChosen() {
        ServingRequest request = folders(Server::Vllm);
        request.costs.reset();
        const ServingAdvice advice = adviseServing(request);
        QCOMPARE(advice.costSource, CostSource::None);
        QVERIFY(!advice.costs && advice.flags.empty());
    }

    void awkwardPathsReachTheServerWhole() {
        ServingRequest request = greedily(folders(Server::Vllm));
        request.target.path = "/models/it's \"big\"";
        request.draft.model->path = "/models/a'b\\c\"d";
        const QString flags = flagsOf(adviseServing(request));
        QVERIFY(flags.startsWith(QStringLiteral("vllm serve '/models/it'\\''s \"big\"' \\")));
        QVERIFY(flags.contains(QStringLiteral("/models/a'\\''b\\\\c\\\"d")));
    }
};

QTEST_APPLESS_MAIN(TestServing)
#include "test_serving.moc"
