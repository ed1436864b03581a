#include <algorithm>

#include "engine/measure/bench.h"
#include "engine/measure/model_shapes.h"
#include "engine/model/memory.h"
#include "engine/trace/error.h"
#include "engine/trace/names.h"

namespace specula {

namespace {

constexpr double kSyntheticAcceptance = 0.7;

struct NamedShapes {
    const char* name;
    const char* target;
    const char* draft;
};

constexpr NamedShapes kShapes[]{{"gpt2", "gpt2", "distilgpt2"},
                                {"llama-3.2-1b", "llama-3.2-1b", "llama-draft-80m"},
                                {"opt-1.3b", "opt-1.3b", "opt-125m"}};

double secondsOf(const BenchPair& pair, const BenchOptions& options) {
    // Fitted to runs on two cores that read 30 GB/s; only the order of magnitude matters.
    const double token = std::max(static_cast<double>(pair.targetBytes) / 30e9, 1e-4);
    const double tokens =
        std::clamp(options.secondsPerRun / token, double{kFewestTokens}, double{kMostTokens});
    const double runs = (tokens + 0.7 * std::max(tokens, double{kFewestDrafted})) * token;
    const double settings = static_cast<double>(options.gammas.size()) + (pair.automatic ? 1.0 : 0.0);
    double seconds = 1.0 + static_cast<double>(pair.targetBytes) / 0.4e9;  // loading
    for (const int context : options.contexts) {
        const double prompts = 2.0 * context * 0.08 * token;
        const double costs = 250.0 * token;
        seconds += prompts + costs + options.repeats * settings * runs;
    }
    return seconds;
}

}  // namespace

std::vector<BenchPair> randomBenchPairs(int threads, const BenchOptions& options) {
    const int context = *std::max_element(options.contexts.begin(), options.contexts.end());
    std::vector<BenchPair> pairs;
    for (const NamedShapes& shapes : kShapes) {
        for (const WeightFormat weights : {WeightFormat::Int8, WeightFormat::Fp16}) {
            const RandomPairOptions load{.target = modelShape(shapes.target).value(),
                                         .draft = modelShape(shapes.draft).value(),
                                         .weights = weights,
                                         .threads = threads,
                                         .maxContext = context + 2 * kMostTokens};
            BenchPair pair;
            pair.name = std::string(shapes.name) + "-" + std::string(name(weights));
            pair.what = load.target.name + " with " + load.draft.name + ", synthetic acceptance";
            pair.weights = weights;
            pair.syntheticAcceptance = kSyntheticAcceptance;
            pair.targetBytes =
                memoryNeed({&load.target, weights, KvFormat::Auto, load.maxContext, 0}).weightBytes;
            pair.load = [load](std::stop_token stop) { return loadRandomPair(load, stop); };
            pairs.push_back(std::move(pair));
        }
    }
    return pairs;
}

std::vector<BenchPair> chosenPairs(const std::vector<BenchPair>& all,
                                   const std::vector<std::string>& wanted) {
    const auto fits = [](const BenchPair& pair, const std::string& word) {
        return pair.name == word || pair.name.starts_with(word + "-");
    };
    for (const std::string& word : wanted) {
        if (std::any_of(all.begin(), all.end(), [&](const BenchPair& pair) { return fits(pair, word); }))
            continue;
        std::string names;
        for (const BenchPair& pair : all) names += (names.empty() ? "" : ", ") + pair.name;
        throw Error("--cases: expected some of " + names + ", found '" + word + "'");
    }
    std::vector<BenchPair> chosen;
    for (const BenchPair& pair : all) {
        if (wanted.empty() || std::any_of(wanted.begin(), wanted.end(),
                                          [&](const std::string& word) { return fits(pair, word); }))
            chosen.push_back(pair);
    }
    return chosen;
}

double expectedBenchSeconds(const std::vector<BenchPair>& pairs, const BenchOptions& options) {
    double seconds = 0.0;
    for (const BenchPair& pair : pairs) seconds += secondsOf(pair, options);
    return seconds;
}

}  // namespace specula
