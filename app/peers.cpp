#include "app/peers.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <algorithm>

#include "app/json_fields.h"
#include "app/llama_output.h"
#include "app/peer_process.h"
#include "engine/decode/auto_plan.h"
#include "engine/decode/session.h"
#include "engine/measure/measure.h"
#include "engine/measure/single_run.h"
#include "engine/measure/statistics.h"
#include "engine/model/model.h"
#include "engine/text/json_file.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

constexpr int kGenerated = 96;
constexpr int kPromptTokens = 128;
constexpr int kGamma = 4;
constexpr const char* kPromptText = "Once upon a time";
const std::vector<int> kRows{1, 2, 4, 5, 8, 9};

// Loads the same weights (GGUF or folder) with transformers, decodes greedily, and prints the speed of the
// tokens after the first.
constexpr const char* kPythonScript = R"(
import json, os, sys, time
import torch
from transformers import AutoModelForCausalLM
path, threads, tokens = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(threads)
folder, extra = (path, {}) if os.path.isdir(path) else (os.path.dirname(path), {'gguf_file': os.path.basename(path)})
model = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float32, **extra).eval()
with torch.inference_mode():
    out = model(torch.tensor([[1]]), use_cache=True)
    def step():
        global out
        out = model(out.logits[:, -1:].argmax(-1), past_key_values=out.past_key_values, use_cache=True)
    for _ in range(4):
        step()
    began = time.perf_counter()
    for _ in range(tokens):
        step()
    print(json.dumps({'tokens_per_s': tokens / (time.perf_counter() - began)}))
)";

std::string fileName(const std::string& path) {
    return QFileInfo(QFile::decodeName(path.c_str())).fileName().toStdString();
}

/// This program's side: one format of the model.
class Ours {
public:
    Ours(const PeerOptions& options, WeightFormat weights, std::stop_token stop)
        : m_weights(weights), m_stop(std::move(stop)) {
        EngineOptions load;
        load.target = options.model;
        load.weights = weights;
        load.threads = options.threads;
        m_engine = Engine::load(load, m_stop);
    }

    std::string label() const { return "specula " + std::string(name(m_weights)); }
    const std::shared_ptr<const Engine>& engine() const { return m_engine; }

    double decode() const { return generate(kGenerated, 1).tokensPerSecond(); }

    double readPrompt() const {
        generate(1, 1);
        RunOptions options = greedy(1);
        Session session(m_engine, options, std::vector<TokenId>(kPromptTokens + 1, 1));
        session.prefill(m_stop);
        return kPromptTokens / std::max(session.prefillSeconds(), 1e-9);
    }

private:
    static RunOptions greedy(int tokens) {
        RunOptions options;
        options.gamma = 0;
        options.sampling.temperature = 0.0;
        options.maxTokens = tokens;
        options.ignoreEos = true;
        return options;
    }
    SingleRun generate(int tokens, int prompt) const {
        runOnce(m_engine, {1}, greedy(8), m_stop);  // warm after the other program's turn
        return runOnce(m_engine, std::vector<TokenId>(static_cast<std::size_t>(prompt), 1), greedy(tokens),
                       m_stop);
    }

    WeightFormat m_weights;
    std::stop_token m_stop;
    std::shared_ptr<const Engine> m_engine;
};

/// A file of theirs and the formats of ours that are held against it.
struct Match {
    std::string format;  ///< "Q8_0", "F16", "as shipped"
    bool requantise = false;
    std::vector<WeightFormat> ours;
};

const std::vector<Match>& matches() {
    static const std::vector<Match> all{{"as shipped", false, {WeightFormat::Int8x2, WeightFormat::Int8}},
                                        {"Q8_0", true, {WeightFormat::Int8}},
                                        {"F16", true, {WeightFormat::Fp16}}};
    return all;
}

class Measurement {
public:
    Measurement(const PeerOptions& options, std::stop_token stop,
                const std::function<void(const PeerResult&)>& onResult,
                const std::function<void(const PeerRows&)>& onRows,
                const std::function<void(double, const std::string&)>& progress)
        : m_options(options),
          m_stop(std::move(stop)),
          m_onResult(onResult),
          m_onRows(onRows),
          m_progress(progress),
          m_threads(ThreadPool(options.threads).size()) {}

    PeersReport run();

private:
    bool stopped() const { return m_stop.stop_requested(); }
    void say(double fraction, const std::string& what) const {
        if (m_progress) m_progress(fraction, what);
    }
    void keep(PeerResult result);
    void keep(PeerRows rows);
    std::string requantised(const std::string& format);
    std::vector<LlamaBenchTest> llama(const std::string& file, const std::string& prompt,
                                      const std::string& generated, int repetitions);
    void measureMatch(const Match& match);
    void takeTurns(const std::string& file, const std::vector<Ours>& ours, std::vector<PeerResult>& decoding,
                   std::vector<PeerResult>& reading);
    void measureRows(const std::string& file, const std::string& format, const Ours& ours);
    void measureSpeculative();
    std::vector<std::string> speculativeArguments(const std::string& target, const std::string& draft);
    void measurePython();

    const PeerOptions& m_options;
    std::stop_token m_stop;
    const std::function<void(const PeerResult&)>& m_onResult;
    const std::function<void(const PeerRows&)>& m_onRows;
    const std::function<void(double, const std::string&)>& m_progress;
    int m_threads;
    QTemporaryDir m_folder;
    PeersReport m_report;
};

void Measurement::keep(PeerResult result) {
    // What a stop cut off is no failure of the peer's.
    if (stopped() && (!result.problem.empty() || result.theirsPerSecond.empty())) return;
    m_report.results.push_back(std::move(result));
    if (m_onResult) m_onResult(m_report.results.back());
}

void Measurement::keep(PeerRows rows) {
    if (stopped() && !rows.problem.empty()) return;
    m_report.rows.push_back(std::move(rows));
    if (m_onRows) m_onRows(m_report.rows.back());
}

/// The model's file in another of their formats, made once in a temporary folder.
std::string Measurement::requantised(const std::string& format) {
    if (!m_folder.isValid()) throw Error("a temporary folder could not be made", ErrorKind::Failed);
    const std::string out =
        QFile::encodeName(m_folder.filePath(QString::fromStdString(format) + QStringLiteral(".gguf")))
            .toStdString();
    if (QFileInfo::exists(QFile::decodeName(out.c_str()))) return out;
    std::string program = m_options.llamaQuantize.value_or("");
    if (program.empty()) {
        const std::string beside = m_options.llamaBench.value_or(m_options.llamaSpeculative.value_or(""));
        program =
            QFile::encodeName(
                QFileInfo(QFile::decodeName(beside.c_str())).dir().filePath(QStringLiteral("llama-quantize")))
                .toStdString();
    }
    runProcess(program, {"--allow-requantize", m_options.model, out, format, std::to_string(m_threads)},
               m_options.timeoutSeconds, m_stop);
    return out;
}

std::vector<LlamaBenchTest> Measurement::llama(const std::string& file, const std::string& prompt,
                                               const std::string& generated, int repetitions) {
    return parseLlamaBench(runProcess(*m_options.llamaBench,
                                      {"-m", file, "-t", std::to_string(m_threads), "-p", prompt, "-n",
                                       generated, "-r", std::to_string(repetitions), "-o", "json"},
                                      m_options.timeoutSeconds, m_stop)
                               .out);
}

void Measurement::takeTurns(const std::string& file, const std::vector<Ours>& ours,
                            std::vector<PeerResult>& decoding, std::vector<PeerResult>& reading) {
    for (int turn = 0; turn < m_options.runs && !stopped(); ++turn) {
        for (std::size_t i = 0; i < ours.size(); ++i) {
            decoding[i].oursPerSecond.push_back(ours[i].decode());
            reading[i].oursPerSecond.push_back(ours[i].readPrompt());
        }
        const auto tests = llama(file, std::to_string(kPromptTokens), std::to_string(kGenerated), 1);
        const LlamaBenchTest& generated = findTest(tests, 0, kGenerated);
        for (std::size_t i = 0; i < ours.size(); ++i) {
            decoding[i].theirsPerSecond.push_back(generated.tokensPerSecond());
            reading[i].theirsPerSecond.push_back(findTest(tests, kPromptTokens, 0).tokensPerSecond());
            decoding[i].theirs = reading[i].theirs = "llama.cpp " + generated.build + ", " + generated.model;
        }
    }
}

void Measurement::measureMatch(const Match& match) {
    std::vector<PeerResult> decoding, reading;
    for (const WeightFormat weights : match.ours) {
        const std::string both = std::string(name(weights)) + " / llama.cpp " + match.format;
        decoding.push_back({.name = "decoding " + std::to_string(kGenerated) + " tokens, " + both});
        reading.push_back({.name = "reading " + std::to_string(kPromptTokens) + " tokens, " + both});
        decoding.back().ours = reading.back().ours = "specula " + std::string(name(weights));
    }
    std::string problem, file;
    std::vector<Ours> ours;
    try {
        file = match.requantise ? requantised(match.format) : m_options.model;
        for (const WeightFormat weights : match.ours) ours.emplace_back(m_options, weights, m_stop);
        takeTurns(file, ours, decoding, reading);
    } catch (const Error& error) {
        problem = error.what();
    }
    for (std::vector<PeerResult>* results : {&decoding, &reading}) {
        for (PeerResult& result : *results) {
            result.problem = problem;
            keep(std::move(result));
        }
    }
    if (problem.empty() && !stopped()) measureRows(file, match.format, ours.front());
}

/// One pass over several rows: what verification costs.
void Measurement::measureRows(const std::string& file, const std::string& format, const Ours& ours) {
    PeerRows rows{.name = "one pass over several rows, " + ours.label().substr(8) + " / llama.cpp " + format};
    rows.ours = ours.label();
    try {
        const ProbeReport probe = measureCosts(ours.engine(), kRows.back(), m_stop);
        std::string list;
        for (const int m : kRows) list += (list.empty() ? "" : ",") + std::to_string(m);
        const auto tests = llama(file, list, "0", 7);
        rows.theirsMs = findTest(tests, 1, 0).milliseconds;
        for (const int m : kRows) {
            rows.rows.push_back(m);
            rows.oursV.push_back(verifyCost(probe.costs, m));
            rows.theirsV.push_back(findTest(tests, m, 0).milliseconds / rows.theirsMs);
        }
        rows.theirs = "llama.cpp " + tests.front().build + ", " + tests.front().model;
    } catch (const Error& error) {
        rows.problem = error.what();
    }
    keep(std::move(rows));
}

/// The name of the option for gamma has changed over the years.
std::vector<std::string> Measurement::speculativeArguments(const std::string& target,
                                                           const std::string& draft) {
    const std::string& program = *m_options.llamaSpeculative;
    const ProcessOutput help = runProcess(program, {"--help"}, m_options.timeoutSeconds, m_stop);
    const bool renamed = (help.out + help.err).find("--spec-draft-n-max") != std::string::npos;
    const std::string threads = std::to_string(m_threads);
    return {"-m",
            target,
            "-md",
            draft,
            "-t",
            threads,
            "-td",
            threads,
            "-p",
            kPromptText,
            "-n",
            std::to_string(kGenerated),
            "--temp",
            "0",
            renamed ? "--spec-draft-n-max" : "--draft-max",
            std::to_string(kGamma)};
}

/// The same file drafts for itself, or a given one does: every token is accepted or few are, on both sides.
void Measurement::measureSpeculative() {
    const std::string own = m_options.llamaDraft ? fileName(*m_options.llamaDraft) : "itself";
    PeerResult result{.name = "speculative, gamma 4, greedy, drafted by " + own + ", int8 / llama.cpp Q8_0"};
    result.ours = "specula int8";
    result.theirs = "llama-speculative Q8_0";
    try {
        const std::string target = requantised("Q8_0");
        const std::string draft = m_options.llamaDraft.value_or(target);
        const auto arguments = speculativeArguments(target, draft);
        EngineOptions load;
        load.target = target;
        load.draft = draft;
        load.weights = load.draftWeights = WeightFormat::Int8;
        load.threads = m_options.threads;
        const auto engine = Engine::load(load, m_stop);
        RunOptions options;
        options.gamma = kGamma;
        options.sampling.temperature = 0.0;
        options.maxTokens = kGenerated;
        options.ignoreEos = true;
        const std::vector<TokenId> prompt = engine->encodePrompt(kPromptText);
        for (int turn = 0; turn < m_options.runs && !stopped(); ++turn) {
            result.oursPerSecond.push_back(runOnce(engine, prompt, options, m_stop).tokensPerSecond());
            const ProcessOutput said =
                runProcess(*m_options.llamaSpeculative, arguments, m_options.timeoutSeconds, m_stop);
            result.theirsPerSecond.push_back(parseLlamaSpeculative(said.out + said.err));
        }
    } catch (const Error& error) {
        result.problem = error.what();
    }
    keep(std::move(result));
}

void Measurement::measurePython() {
    PeerResult result{.name =
                          "decoding " + std::to_string(kGenerated) + " tokens, int8x2 / transformers fp32"};
    result.theirs = "transformers fp32";
    try {
        const Ours ours(m_options, WeightFormat::Int8x2, m_stop);
        result.ours = ours.label();
        for (int turn = 0; turn < m_options.runs && !stopped(); ++turn) {
            result.oursPerSecond.push_back(ours.decode());
            const ProcessOutput said = runProcess(
                *m_options.python,
                {"-c", kPythonScript, m_options.model, std::to_string(m_threads), std::to_string(kGenerated)},
                m_options.timeoutSeconds, m_stop);
            const nlohmann::json document = parseJson(said.out, "transformers' output");
            result.theirsPerSecond.push_back(
                JsonObject(document, "transformers' output").number("tokens_per_s", 1e-6, 1e9));
        }
    } catch (const Error& error) {
        result.problem = error.what();
    }
    keep(std::move(result));
}

PeersReport Measurement::run() {
    m_report.settings =
        "Same model file, " + std::to_string(m_threads) + " threads, turn by turn, " +
        std::to_string(m_options.runs) +
        " turns; llama-bench -r 1 (its own warm-up before) with its defaults for flash attention, mmap and "
        "cache. It draws no tokens, ours picks each greedily; a pass of several rows gives it the last row's "
        "logits alone, us every row's.";
    if (m_options.llamaBench) {
        double done = 0.0;
        for (const Match& match : matches()) {
            if (stopped()) return m_report;
            say(0.7 * done / static_cast<double>(matches().size()), "llama.cpp " + match.format);
            measureMatch(match);
            done += 1.0;
        }
    }
    if (m_options.llamaSpeculative && !stopped()) {
        say(0.7, "llama-speculative");
        measureSpeculative();
    }
    if (m_options.python && !stopped()) {
        say(0.85, "transformers");
        measurePython();
    }
    say(1.0, "done");
    return m_report;
}

}  // namespace

double PeerResult::oursMedian() const {
    return medianOf(oursPerSecond);
}

double PeerResult::theirsMedian() const {
    return medianOf(theirsPerSecond);
}

Interval PeerResult::ratio() const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(oursPerSecond.size(), theirsPerSecond.size()); ++i)
        ratios.push_back(oursPerSecond[i] / std::max(theirsPerSecond[i], 1e-9));
    Interval out;
    out.n = static_cast<int>(ratios.size());
    out.method = "median, smallest and largest of the turns' ratios";
    if (ratios.empty()) return out;
    out.median = medianOf(ratios);
    out.low = *std::min_element(ratios.begin(), ratios.end());
    out.high = *std::max_element(ratios.begin(), ratios.end());
    return out;
}

PeersReport measurePeers(const PeerOptions& options, std::stop_token stop,
                         const std::function<void(const PeerResult&)>& onResult,
                         const std::function<void(const PeerRows&)>& onRows,
                         const std::function<void(double, const std::string&)>& progress) {
    return Measurement(options, std::move(stop), onResult, onRows, progress).run();
}

}  // namespace specula
