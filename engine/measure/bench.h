#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/decode/engine.h"
#include "engine/trace/reports.h"

namespace specula {

// The standing benchmark: for pairs of several sizes and formats, load time, memory, prompt processing, plain
// decoding, and every gamma against plain decoding beside it; and whether the cost model S = E / (gamma c +
// v(gamma+1) + o) says what was measured. A program, not a test: nothing here judges a time.
//
// Peak memory is the kernel's own count of resident bytes (VmHWM), started anew before each pair is loaded
// (/proc/self/clear_refs), freed memory given back first; what was resident before is told beside it. Energy
// is not measured. S is S(E measured), within its own errors; the prediction from acceptance by position also
// has the chance of how many tokens were accepted in it: a tenth or so where rounds are few.

/// A pair to measure. It is loaded for its own cases and let go after them.
struct BenchPair {
    std::string name;  ///< "smollm2-int8x2"; --cases selects by it
    std::string what;  ///< for people, one line
    WeightFormat weights = WeightFormat::Auto;
    std::optional<double> syntheticAcceptance;  ///< for weights whose verdicts would be chance
    bool automatic = false;                     ///< measure what the program chooses by itself, too
    std::int64_t targetBytes = 0;               ///< about what a token reads; for the expected time only
    std::function<std::shared_ptr<const Engine>(std::stop_token)> load;
    /// A prompt of exactly `length` ids; empty: random ids.
    std::function<std::vector<TokenId>(const Engine&, int length)> prompt;
};

struct BenchOptions {
    std::vector<int> contexts{128, 2000};  ///< tokens of the prompt; cut to what the model allows
    std::vector<int> gammas{0, 1, 2, 3, 4, 5, 6, 7, 8};
    int repeats = 3;
    double secondsPerRun = 0.8;  ///< of plain decoding; kFewestTokens to kMostTokens tokens
    double temperature = 0.7;
};

inline constexpr int kFewestTokens = 16;
inline constexpr int kFewestDrafted = 40;  ///< of a speculative run
inline constexpr int kMostTokens = 96;

/// The pairs with random weights: OPT-1.3B and OPT-125M, GPT-2 and distilgpt2, Llama-3.2-1B and a draft of 4
/// layers, in int8 and fp16, accepting 0.7 of what is judged. Smallest first.
std::vector<BenchPair> randomBenchPairs(int threads, const BenchOptions& options);

/// Those whose name is one of `wanted` or begins with it and a dash ("opt-1.3b", "gpt2-int8"). Throws Error
/// naming the first word that fits none, and what there is.
std::vector<BenchPair> chosenPairs(const std::vector<BenchPair>& all, const std::vector<std::string>& wanted);

/// Roughly how long bench() will take, from bytes alone.
double expectedBenchSeconds(const std::vector<BenchPair>& pairs, const BenchOptions& options);

/// Measures pair after pair, context after context. `onCase` gets each case as it is done; a pair that fails
/// becomes a case with a problem, and the rest goes on. When stopped, returns early with what there is; the
/// case at hand keeps the points that it has. `progress` gets 0..1 and what is being done.
BenchReport bench(const std::vector<BenchPair>& pairs, const BenchOptions& options, std::stop_token stop = {},
                  const std::function<void(const BenchCase&)>& onCase = {},
                  const std::function<void(double fraction, const std::string& what)>& progress = {});

/// The ratios of measured speed-ups to `predicted` ones over all points of all cases.
BenchAgreement agreementOf(const std::vector<BenchCase>& cases,
                           const std::function<std::optional<double>(const BenchPoint&)>& ratio);

}  // namespace specula
