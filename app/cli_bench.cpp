// bench: the standing benchmark, with other programs beside it where they are named.
#include <QDate>
#include <QElapsedTimer>
#include <QFileInfo>

#include "app/cli.h"
#include "app/cli_bench_output.h"
#include "app/cli_common.h"
#include "app/default_models.h"
#include "app/file_io.h"
#include "app/machine.h"
#include "app/peers.h"
#include "app/prompt_suites.h"
#include "app/run_output.h"
#include "app/training_prompts.h"
#include "app/version.h"
#include "engine/checkpoint/checkpoint.h"
#include "engine/measure/bench.h"
#include "engine/measure/statistics.h"
#include "engine/model/kernels.h"
#include "engine/model/memory.h"
#include "engine/model/thread_pool.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

/// Prose of many topics, its end a prompt of the creative suite: the last `length` ids of it.
std::vector<TokenId> textPrompt(const Engine& engine, int length) {
    if (!engine.tokenizer()) throw Error("bench: expected a target with a tokenizer, found none");
    std::string text;
    std::vector<TokenId> ids;
    const std::string end = resolvePrompts("suite:creative").prompts.front().text;
    for (const Prompt& prompt : bundledTrainingPrompts(1).training) {
        text += prompt.text + "\n\n";
        // A token is rarely longer than 8 bytes on average; encoding the growing text each time would be
        // slow.
        if (text.size() < 3U * static_cast<std::size_t>(length)) continue;
        ids = engine.encodePrompt(text + end);
        if (static_cast<int>(ids.size()) >= length) break;
    }
    if (static_cast<int>(ids.size()) < length)
        throw Error("bench: expected text for a prompt of " + std::to_string(length) + " tokens, found " +
                    std::to_string(ids.size()));
    ids.erase(ids.begin(), ids.end() - length);
    return ids;
}

/// The pair with text, in each format: the default one, or what the person named.
std::vector<BenchPair> textPairs(const RunArguments& run, const BenchOptions& options) {
    const bool isDefault = !run.target && defaultTarget() == run.engine.target;
    const std::string stem = run.target ? "target" : (isDefault ? "smollm2" : "tiny");
    EngineOptions engine = run.engine;
    engine.maxContext = *std::max_element(options.contexts.begin(), options.contexts.end()) + 2 * kMostTokens;
    const ModelConfig config = openCheckpoint(engine.target)->config();
    std::vector<BenchPair> pairs;
    for (const WeightFormat weights : {WeightFormat::Int8x2, WeightFormat::Int8, WeightFormat::Fp16}) {
        BenchPair pair;
        engine.weights = engine.draftWeights = weights;
        pair.name = stem + "-" + std::string(name(weights));
        pair.what = QFileInfo(QString::fromStdString(engine.target)).fileName().toStdString();
        pair.weights = weights;
        pair.automatic = engine.draft != "none";
        pair.targetBytes = memoryNeed({&config, weights, KvFormat::Auto, engine.maxContext, 0}).weightBytes;
        pair.load = [engine](std::stop_token stop) { return Engine::load(engine, stop); };
        pair.prompt = textPrompt;
        pairs.push_back(std::move(pair));
    }
    return pairs;
}

BenchOptions optionsOf(const BenchArguments& arguments) {
    BenchOptions options;
    if (arguments.quick) {
        options.contexts = {128};
        options.gammas = {0, 2, 4};
        options.secondsPerRun = 0.3;
    }
    if (!arguments.contexts.empty()) options.contexts = arguments.contexts;
    if (!arguments.gammas.empty()) options.gammas = arguments.gammas;
    if (arguments.repeats > 0) options.repeats = arguments.repeats;
    return options;
}

std::vector<BenchPair> pairsOf(const RunArguments& run, const BenchArguments& arguments,
                               const BenchOptions& options) {
    std::vector<BenchPair> all = textPairs(run, options);
    for (BenchPair& pair : randomBenchPairs(run.engine.threads, options)) all.push_back(std::move(pair));
    std::vector<std::string> wanted = arguments.cases;
    if (arguments.quick && wanted.empty()) wanted = {all.front().name, "gpt2-int8"};
    return chosenPairs(all, wanted);
}

BenchMachine machineOf(const RunArguments& run, const BenchReport& report) {
    BenchMachine machine;
    machine.cpu = thisMachine().processor.empty() ? "unknown processor" : thisMachine().processor;
    machine.instructionSet = kernels().name;
    machine.threads = ThreadPool(run.engine.threads).size();
    std::vector<double> bandwidths;
    for (const BenchCase& one : report.cases) {
        if (one.bandwidthGbs > 0.0) bandwidths.push_back(one.bandwidthGbs);
    }
    machine.bandwidthGbs = medianOf(bandwidths);
    machine.date = QDate::currentDate().toString(Qt::ISODate).toStdString();
    machine.version = kAppVersion;
    return machine;
}

PeerOptions peersOf(const RunArguments& run, const BenchArguments& arguments) {
    PeerOptions peers = arguments.peers;
    peers.model = run.engine.target;
    peers.threads = run.engine.threads;
    return peers;
}

void list(const std::vector<BenchPair>& pairs, const BenchOptions& options, bool asJson) {
    nlohmann::json document = nlohmann::json::array();
    std::string text;
    for (const BenchPair& pair : pairs) {
        const double seconds = expectedBenchSeconds({pair}, options);
        document.push_back({{"name", pair.name}, {"what", pair.what}, {"expected_s", seconds}});
        char line[200];
        std::snprintf(line, sizeof line, "%-20s about %3.0f s  %s\n", pair.name.c_str(), seconds,
                      pair.what.c_str());
        text += line;
    }
    if (asJson)
        printLine({{"cases", std::move(document)}});
    else
        print(text);
}

/// A bar with the time left: what was expected at first, the pace so far later on.
class Pace {
public:
    Pace(TerminalProgress& bar, double expectedSeconds) : m_bar(bar), m_expected(expectedSeconds) {
        m_clock.start();
    }
    void operator()(double fraction, const std::string& what) const {
        constexpr double kKnown = 0.05;  // of the work, before its pace says more than the estimate
        const double elapsed = static_cast<double>(m_clock.elapsed()) / 1000.0;
        const double left = fraction < kKnown ? m_expected - elapsed : elapsed * (1.0 - fraction) / fraction;
        m_bar.show(fraction,
                   what + ", about " + std::to_string(static_cast<long>(std::max(left, 0.0))) + " s left");
    }

private:
    TerminalProgress& m_bar;
    double m_expected;
    QElapsedTimer m_clock;
};

std::string minutes(double seconds) {
    return std::to_string(static_cast<long>(seconds / 60.0 + 1.0)) + " min";
}

}  // namespace

int runBench(const CommandLine& line) {
    const BenchArguments& arguments = line.bench;
    for (const auto& path : {arguments.outPath, arguments.markdownPath}) {
        if (path) checkDestination(*path);
    }
    RunArguments run = line.run;
    resolveModels(run);
    const BenchOptions options = optionsOf(arguments);
    const std::vector<BenchPair> pairs =
        arguments.peersOnly ? std::vector<BenchPair>() : pairsOf(run, arguments, options);
    if (arguments.list) {
        list(pairs, options, line.json);
        return kDone;
    }
    const InterruptGuard interrupt;
    TerminalProgress progress;
    const auto say = [&](const std::string& text) {
        progress.clear();
        if (!line.json) print(text);
    };
    const double expected = expectedBenchSeconds(pairs, options);
    if (!pairs.empty())
        note("expected time: about " + minutes(expected) +
             (arguments.peers.any() ? ", and the other programs' turns" : ""));
    const BenchReport report = bench(
        pairs, options, interrupt.token(), [&](const BenchCase& one) { say(benchCaseText(one)); },
        Pace(progress, expected));
    PeersReport peers;
    if (arguments.peers.any() && !interrupt.interrupted())
        peers = measurePeers(
            peersOf(run, arguments), interrupt.token(),
            [&](const PeerResult& result) { say(peerText(result)); },
            [&](const PeerRows& rows) { say(peerRowsText(rows)); }, progress.callback());
    progress.clear();
    const BenchMachine machine = machineOf(run, report);
    const nlohmann::json document = benchToJson(report, peers, machine);
    if (line.json)
        printLine(document);
    else
        print(benchSummary(report));
    if (arguments.outPath) writeFile(*arguments.outPath, document.dump(2) + "\n");
    if (arguments.markdownPath) writeFile(*arguments.markdownPath, benchMarkdown(report, peers, machine));
    return interrupt.interrupted() ? kInterrupted : kDone;
}

}  // namespace specula
