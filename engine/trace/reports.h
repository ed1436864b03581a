#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/trace/options.h"
#include "engine/trace/totals.h"

namespace specula {

/// What is known of a loaded model.
struct ModelInfo {
    std::string name;  ///< as people call it, e.g. "SmolLM2-135M-Instruct"
    std::string path;
    std::string architecture;                   ///< e.g. "llama"
    std::string fileFormat;                     ///< what the file stores, e.g. "Q4_1", "bfloat16"
    WeightFormat weights = WeightFormat::Auto;  ///< what runs
    KvFormat kv = KvFormat::Auto;
    Device device = Device::Cpu;
    std::int64_t parameters = 0;
    std::int64_t weightBytes = 0;    ///< read for one token (linears and head as they run)
    std::int64_t coarseWeights = 0;  ///< too small for fp16's full precision (below 6.1e-5), fewer bits kept
    int layers = 0;
    int hidden = 0;
    int vocabulary = 0;
    int context = 0;  ///< longest sequence this run allows
    bool hasTokenizer = false;
    bool hasChatTemplate = false;
    double loadSeconds = 0.0;

    /// Whether a row's logits are bit for bit the same whatever rows ride with it. Where they are not, equal
    /// texts are equal up to numerics: at the first difference the two likeliest tokens are nearly tied.
    bool batchInvariant() const { return device == Device::Cpu && weights != WeightFormat::Fp32; }
};

/// Where proposals come from.
struct DraftInfo {
    std::string kind;                ///< none, model, feature-head, ngram, early-exit, skip, oracle
    std::string name;                ///< for people, e.g. "early exit after layer 5"
    int parameter = 0;               ///< longest n-gram, or the layer of an early exit
    std::vector<int> skippedLayers;  ///< of the target, from 1, ascending: early exit and skip
    std::optional<double> alpha;     ///< an oracle's acceptance
    std::optional<ModelInfo> model;  ///< for kinds "model" and "feature-head"
    int sharedTokens = 0;            ///< a model with another tokenizer: tokens that it can propose; else 0
    TreeShape bestTree;              ///< a shipped draft's measured best, off if unknown

    /// Acceptance is set, not earned: say so wherever a run with this draft is shown.
    bool synthetic() const { return kind == "oracle"; }
};

/// Why two models can, or cannot, work as a pair.
struct PairCheck {
    std::string question;  ///< "Same number of tokens"
    bool passed = false;
    std::string detail;  ///< with the first differing id where there is one
};
struct PairReport {
    std::vector<PairCheck> checks;
    std::vector<std::string> warnings;
    bool compatible = false;
    int sharedTokens = 0;  ///< compatible by these alone, as the tokenizers differ; 0: they are the same
};

/// A median with its 95 % interval.
struct Interval {
    double median = 0.0;
    double low = 0.0;
    double high = 0.0;
    int n = 0;           ///< pairs of measurements it rests on
    std::string method;  ///< how low and high were found
};

/// One point of a gamma sweep: one gamma on one prompt, measured against plain decoding of the same prompt.
struct SweepPoint {
    int gamma = 0;
    std::string prompt;  ///< "" for the whole suite together
    Interval tokensPerSecond;
    std::optional<Interval> speedup;         ///< against plain in the same session of measurements
    std::optional<double> predictedSpeedup;  ///< E / (gamma c + v(gamma+1) + o), from this point's E
    Totals totals;
};

/// One way of judging in a comparison of rules.
struct RuleSetup {
    Rule rule = Rule::Token;
    double ensembleWeight = 0.5;  ///< with Rule::Ensemble
    int gamma = 4;                ///< of chains; 0: plain decoding, the baseline
    TreeShape tree;               ///< off: a chain

    bool operator==(const RuleSetup&) const = default;
};

/// One round at one place of a text under one rule. Chain rules that judge drawn proposals share the round's
/// own proposals and coins, and what is expected is exact over all coins, given the drafted tokens; for the
/// others rounds are drawn afresh and counted.
struct RoundOutcome {
    RuleSetup setup;
    bool shared = false;
    int tokens = 0;                 ///< shared: emitted with the round's own coins
    std::vector<Verdict> verdicts;  ///< shared: with the round's own coins
    std::vector<double> reach;      ///< shared: chance that place i is kept
    double expectedTokens = 1.0;    ///< emitted a round
    double low = 1.0, high = 1.0;   ///< 95 % interval; fresh draws only, else both expectedTokens
    int draws = 0;                  ///< rounds drawn afresh
    std::string draft;              ///< DraftInfo::name
};

/// Runs under one rule, each alternating with plain ones of the same prompt, settings and seed.
struct RulePoint {
    RuleSetup setup;
    std::string draft;  ///< DraftInfo::name
    std::string suite;
    Interval tokensPerRound;
    Interval tokensPerSecond;
    Interval speedup;
    Totals totals;
};

/// Rules compared on one pair.
struct RulesReport {
    std::vector<RoundOutcome> round;  ///< at the end of the first prompt
    std::vector<RulePoint> points;
};

/// Plain and speculative decoding of the same prompts, alternating.
struct CompareReport {
    Interval plain;        ///< tokens per second
    Interval speculative;  ///< tokens per second
    Interval speedup;
    std::optional<double> predictedSpeedup;
    Totals totals;  ///< of the speculative runs
    Costs costs;
    std::string verdict;           ///< "faster", "slower", "no significant difference"
    std::optional<bool> sameText;  ///< at temperature 0 only
    std::string firstDifference;   ///< where the texts part, if they do
};

/// One question of an exactness audit.
struct AuditCheck {
    std::string name;  ///< e.g. "next token", "greedy identity"
    bool passed = false;
    std::optional<double> statistic;  ///< chi-square, or what `detail` says
    std::optional<double> pValue;
    std::string detail;  ///< one sentence for people: N, degrees of freedom, where two texts part
};

/// What an audit found. It never proves: "no evidence of difference at this N".
struct AuditReport {
    std::vector<AuditCheck> checks;
    bool passed = false;
    double detectableTv = 0.0;  ///< smallest total variation that the sampled checks find with 90 % power
    int draws = 0;              ///< continuations of each sampled check
    double falseAlarm = 1e-4;   ///< chance that a correct engine fails any check, over all checks
    double seconds = 0.0;
    std::string statement;  ///< one sentence, ending with what "exact" means here
};

/// Where a training stands.
struct TrainProgress {
    std::string phase;      ///< sampling, training, measuring, writing
    double fraction = 0.0;  ///< of everything, 0..1
    double etaSeconds = 0.0;
    double seconds = 0.0;     ///< spent, earlier starts included
    std::int64_t tokens = 0;  ///< sampled so far
    std::int64_t step = 0;
    double loss = 0.0;  ///< nats a token, a running mean
    /// Latest acceptance by position at temperature 1 on held-out prompts; empty before the first look.
    std::vector<double> alpha;
};

/// Acceptance of a trained draft at one temperature, in the real loop, on held-out prompts of other topics.
struct TrainedAcceptance {
    double temperature = 1.0;
    std::vector<double> alpha;  ///< by position, given that the earlier ones were accepted
    double tokensPerRound = 1.0;
    int bestGamma = 0;  ///< 0: plain is fastest
    double predictedSpeedup = 1.0;
};

struct TrainReport {
    std::string path;
    std::vector<TrainedAcceptance> acceptance;
    Costs costs;  ///< measured here
    std::int64_t tokens = 0;
    std::int64_t steps = 0;
    double minutes = 0.0;
    bool pays = false;    ///< some predicted speed-up is above 1.02
    std::string verdict;  ///< one sentence
};

/// A time measured several times, in milliseconds: the median and the quartiles.
struct TimeSpread {
    double median = 0.0;
    double low = 0.0;
    double high = 0.0;
    int n = 0;  ///< measurements; 0: none
};

/// Where a pass of the target spends its time, in milliseconds.
struct PassShares {
    double linearsMs = 0.0;    ///< the layers' matrices
    double headMs = 0.0;       ///< the vocabulary's matrix
    double attentionMs = 0.0;  ///< over the cache
    double otherMs = 0.0;      ///< norms, positions, activations, embedding

    double totalMs() const { return linearsMs + headMs + attentionMs + otherMs; }
};

/// What one pass of the target over some rows costs.
struct ProbeRow {
    int rows = 1;
    TimeSpread pass;     ///< passes one after the other, nothing between them
    TimeSpread inRound;  ///< the same pass within rounds of a run, after the draft; n = 0 where not measured
    std::optional<PassShares> shares;  ///< of other passes: looking at the clock takes time too
};

/// Speed of the machine, of a target on it and of its draft, and the costs that follow for the cost model.
struct ProbeReport {
    int context = 0;  ///< tokens in the cache while it was measured
    int threads = 0;
    double bandwidthGbs = 0.0;  ///< reading a buffer as big as what one token reads: caches help alike
    double farBandwidthGbs =
        0.0;  ///< reading one of farBytes, far more than the caches hold; 0: not measured
    std::int64_t farBytes = 0;
    std::int64_t weightsBytes = 0;  ///< read for one token
    std::int64_t cacheBytes = 0;    ///< read for one token at this context

    std::vector<ProbeRow> rows;  ///< by rising number of rows, from 1
    TimeSpread plain;            ///< a round of plain decoding: pass, draw, bookkeeping
    double plainDecideMs = 0.0;  ///< of it, all but the pass
    double sampleMs = 0.0;       ///< one row through the pipeline, and the draw
    double greedyMs = 0.0;       ///< one row's argmax
    double draftStepMs = 0.0;    ///< a drafted token with its draws
    double draftStartMs = 0.0;   ///< a round's catch-up before the first
    double decideMs = 0.0;       ///< a speculative round's verdicts and bookkeeping
    Costs costs;  ///< in units of a plain round; from lower quartiles, what they are undisturbed

    /// The least time that reading a token's bytes takes, in milliseconds; 0 where nothing was measured.
    double limitMs() const {
        return bandwidthGbs > 0.0 ? static_cast<double>(weightsBytes + cacheBytes) * 1e-6 / bandwidthGbs
                                  : 0.0;
    }
    /// How near plain decoding comes to that limit, 0..1.
    double fractionOfLimit() const { return plain.median > 0.0 ? limitMs() / plain.median : 0.0; }
};

/// One gamma of a benchmark case: runs that alternated with plain ones of the same prompt, seed and settings.
struct BenchPoint {
    int gamma = 0;  ///< kGammaAuto: chosen by the program, as it is when nothing is said
    Interval tokensPerSecond;
    Interval speedup;  ///< against the plain runs beside them
    Totals totals;
    std::optional<double> predicted;  ///< S = E / (gamma c + v(gamma+1) + o), E measured here
    std::optional<double> residual;   ///< measured / S, the median over the runs
    /// E, and S with it, expected from the acceptance by position of the *other* gammas. Absent where there
    /// are none, and for auto.
    std::optional<double> tokensFromAlpha;
    std::optional<double> speedupFromAlpha;
};

/// One pair in one number format at one length of context.
struct BenchCase {
    std::string name;    ///< "smollm2-int8"
    std::string target;  ///< for people
    std::string draft;
    WeightFormat weights = WeightFormat::Auto;
    std::optional<double> syntheticAcceptance;  ///< verdicts are synthetic at this rate
    int context = 0;                            ///< tokens of the prompt
    double loadSeconds = 0.0;
    std::int64_t memoryBefore = 0;        ///< resident bytes before loading
    std::int64_t peakLoading = 0;         ///< resident bytes at most while loading; 0 unknown
    std::int64_t peakRunning = 0;         ///< and until the case was done
    double prefillTokensPerSecond = 0.0;  ///< target alone
    std::int64_t bytesPerToken = 0;       ///< weights and cache that plain decoding reads
    Interval plain;                       ///< tokens per second
    double gigabytesPerSecond = 0.0;      ///< bytesPerToken times plain tokens per second
    double bandwidthGbs = 0.0;            ///< of this machine, measured just before
    Costs costs;                          ///< measured before the runs, at this context
    std::vector<double> alphaByPosition;  ///< accepted / judged, all gammas together
    std::vector<BenchPoint> points;       ///< those that were measured
    std::string problem;                  ///< why there is nothing, or no more; "" = complete
};

/// How well a prediction meets what was measured: the ratios of both, over all points.
struct BenchAgreement {
    int n = 0;
    int within = 0;  ///< from 0.93 to 1.07
    double median = 0.0;
    double low = 0.0;
    double high = 0.0;
};

/// The standing benchmark.
struct BenchReport {
    std::vector<BenchCase> cases;
    BenchAgreement costModel;  ///< measured / S with the measured E
    BenchAgreement fromAlpha;  ///< measured / S with E from acceptance by position
    double seconds = 0.0;
};

}  // namespace specula
