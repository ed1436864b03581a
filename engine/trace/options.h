#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace specula {

using TokenId = std::int32_t;

/// How weights are held and multiplied. Auto resolves at load time (see model/linear.h for what each
/// computes on the processor; Bf16 is for devices only, see model/aten_forward.h).
enum class WeightFormat : std::uint8_t { Auto, Fp32, Fp16, Int8x2, Int8, Bf16 };

/// How keys and values are stored. Auto: fp32 with fp32 weights, fp16 otherwise.
enum class KvFormat : std::uint8_t { Auto, Fp32, Fp16 };

/// Where a model's weights and cache lie and its passes run. AtenCpu is Cuda's path run on the processor, to
/// test it and to compare with.
enum class Device : std::uint8_t { Cpu, Cuda, AtenCpu };

/// How a round's proposals are judged (engine/verify/rules.h; facts of each in trace/rules.h). Names on the
/// command line as in names.h.
enum class Rule : std::uint8_t {
    Token,      ///< rejection sampling, token by token
    Block,      ///< rejection sampling of the whole chain at once
    Greedy,     ///< temperature 0: equal to the target's own choice
    OneHot,     ///< the draft's likeliest tokens, judged as proposed with certainty
    Match,      ///< equal to a token drawn from the target
    SpecInfer,  ///< trees: siblings drawn with replacement
    Sequoia,    ///< trees: siblings drawn without replacement
    Typical,    ///< LOSSY: whatever the target does not find surprising
    Ensemble,   ///< LOSSY: exact for a mixture of target and draft
};

/// Deliberate mistakes, each of which breaks losslessness (or the bookkeeping it rests on) the way real
/// implementations have broken it. Only for the audit and its tests: an audit that passes one is no audit.
enum class Mutant : std::uint8_t {
    None,
    ResampleFromTarget,    ///< a rejected token is replaced by a draw from the target's row, not the residual
    UnfilteredTarget,      ///< the draft's row is filtered (top-k, top-p, min-p), the target's is not
    ArgmaxDraft,           ///< the draft proposes its most probable token, judged as if drawn from its row
    BonusFromDraft,        ///< the bonus token is drawn from the draft's last row
    StaleDraftCache,       ///< the draft keeps rejected tokens in its cache
    OffByOneRow,           ///< a proposal is judged by the target's row one place before its own
    DropUnlikely,          ///< a proposal is dropped after it was drawn because its probability is low
    CoinReused,            ///< the coin that drew a proposal also judges it
    RejectedSiblingStays,  ///< in a tree, a rejected token stays in both rows for its siblings
    KeepRejected,          ///< the rejected token itself is emitted
    SiblingsMixedUp,       ///< siblings are drawn without replacement and judged as with, or the reverse
    BlockFirstFailure,     ///< block rule: ends at the first prefix that fails, not after the longest passing
    BlockPlainResidual,    ///< block rule: the residual of the token rule, without the prefix's own share
};

/// How much of each round is recorded. Counts: ids and verdicts only (measurements); Tokens: plus
/// probabilities, coins and bytes; Full: plus full-vocabulary sums and the top entries of both rows.
enum class Detail : std::uint8_t { Counts, Tokens, Full };

/// The sampling pipeline, applied in this order: repetition penalty, temperature, top-k, top-p, min-p.
struct Sampling {
    double temperature = 0.7;        ///< 0 = greedy: argmax after the penalty
    int topK = 0;                    ///< 0 = off
    double topP = 1.0;               ///< 1 = off
    double minP = 0.0;               ///< 0 = off
    double repetitionPenalty = 1.0;  ///< 1 = off; over prompt and output, once per distinct id

    bool greedy() const { return temperature == 0.0; }
    bool operator==(const Sampling&) const = default;
};

/// Costs that automatic gamma decides with, measured once and quantised so that a run can be repeated from
/// its options alone. All are in units of one target step (the time of one row).
struct Costs {
    double c = 0.0;         ///< draft step / target step
    std::vector<double> v;  ///< v[m] = target time for m+1 rows / for one row, m = 0..; v[0] = 1
    double overhead = 0.0;  ///< deciding, tracing and catch-up a round
    bool operator==(const Costs&) const = default;
};

inline constexpr int kGammaAuto = -1;
inline constexpr int kGammaMax = 32;
inline constexpr int kTreeNodesMax = 63;  ///< with the row before them, what one target pass takes

/// The shape of a round's proposals where they branch.
struct TreeShape {
    bool automatic = false;     ///< chosen each round from costs and past verdicts; then `children` is empty
    std::vector<int> children;  ///< of every node at depth 0, 1, ...: {3, 2} is 3 nodes, then 2 under each

    bool off() const { return !automatic && children.empty(); }
    bool operator==(const TreeShape&) const = default;
};

/// When a draft stops before gamma or before a tree's plan is filled. Decided from the row that the next
/// token would be drawn from, before it is drawn; a drawn token always stays.
struct DraftStop {
    enum class Kind : std::uint8_t {
        Fixed,    ///< never
        Max,      ///< where the row's largest probability is below `threshold`
        Entropy,  ///< where the row's entropy is above `threshold` nats
        Auto,     ///< where one more token is not worth its cost, by costs and past verdicts
    };
    Kind kind = Kind::Fixed;
    double threshold = 0.0;

    bool operator==(const DraftStop&) const = default;
};

/// Everything one run depends on besides the models and the prompt. Same options, same prompt, same models
/// and same instruction set give the same Rounds, bit for bit.
struct RunOptions {
    int gamma = kGammaAuto;  ///< drafted tokens a round, 0..kGammaMax; 0 = plain decoding; kGammaAuto =
                             ///< chosen each round
    TreeShape tree;          ///< off: a chain of gamma; else it says what is drafted, and gamma is not used
    Sampling sampling;
    std::optional<Sampling> draftSampling;  ///< absent: the draft uses `sampling`
    Rule rule = Rule::Token;                ///< Greedy at temperature 0; Token becomes Sequoia for a tree
    double ensembleWeight = 0.5;            ///< of the draft in Rule::Ensemble, 0..1; 0 is the token rule
    DraftStop draftStop;
    bool keepRows = false;  ///< Rounds hold their full rows (KeptRows), where detail is Full
    std::uint64_t seed = 0;
    int maxTokens = 128;
    std::vector<std::string> stop;  ///< generation ends when the output text contains one of these
    bool ignoreEos = false;
    Detail detail = Detail::Full;
    int topEntries = 12;         ///< entries of each row kept at Detail::Full
    std::optional<Costs> costs;  ///< needed by automatic gamma and automatic trees
    Mutant mutant = Mutant::None;
    /// Every drafted token is accepted with this probability, whatever the rows say: for teaching, and for
    /// benchmarks of pairs with random weights. NOT lossless, and marked as synthetic wherever it is shown.
    std::optional<double> syntheticAcceptance;
};

/// What to load.
struct EngineOptions {
    std::string target;          ///< path of a GGUF file or Hugging Face folder
    std::string draft = "none";  ///< path of a model or feature head, "ngram[:N]", "early-exit:K",
                                 ///< "skip:A-B", "oracle:ALPHA" or "none"
    WeightFormat weights = WeightFormat::Auto;
    WeightFormat draftWeights = WeightFormat::Auto;
    KvFormat kv = KvFormat::Auto;
    Device device = Device::Cpu;
    int threads = 0;     ///< 0 = all cores, less one for the window when there are more than two
    int maxContext = 0;  ///< 0 = what the model allows, at most 4096

    bool operator==(const EngineOptions&) const = default;
};

/// Where a run left another one: its prompt ends with output of that run.
struct Branch {
    std::string parent;  ///< what the parent's prompt said
    int round = 0;       ///< rounds of the parent whose output was taken
    int tokens = 0;      ///< last ids of the prompt that are output: the parent's, and its parents'

    bool operator==(const Branch&) const = default;
};

/// A prompt as the person gave it.
struct Prompt {
    std::string name;  ///< of a suite's prompt, else ""
    std::string text;
    bool chat = false;              ///< wrapped in the model's chat template as one user message
    std::string system;             ///< system message for chat, "" = the template's own
    std::vector<TokenId> ids = {};  ///< of a branch: what the model reads, in place of the text; else empty
    std::optional<Branch> branch = {};
};

/// One run to start: the window sends it, the worker answers with Rounds.
struct RunRequest {
    EngineOptions engine;
    Prompt prompt;
    RunOptions options;
};

/// An exactness audit to run.
struct AuditRequest {
    EngineOptions engine;
    std::vector<TokenId> prompt;  ///< empty: the audit's own
    RunOptions options;           ///< gamma or tree, sampling, mutant; seed 0 unless asked for
    int draws = 0;                ///< continuations drawn for each sampled check; 0 = the default
};

/// What kind of draft is trained.
enum class DraftArchitecture : std::uint8_t {
    FeatureHead,  ///< one decoder layer over the target's hidden states, its head the target's own rows
    Small,        ///< an independent decoder
};

/// A draft to train for a target.
struct TrainRequest {
    std::string target;  ///< GGUF file or Hugging Face folder
    std::string out;     ///< folder to write; work files live in `out`/work until it is done
    DraftArchitecture architecture = DraftArchitecture::FeatureHead;
    double minutes = 60.0;        ///< in all, sampling included
    std::int64_t tokens = 0;      ///< sampled from the target; 0 = what a third of the minutes gives
    int headVocabulary = 8192;    ///< frequent ids that the draft can propose
    std::vector<Prompt> prompts;  ///< what the target continues; chat ones only if it has a template
    std::vector<Prompt> heldOut;  ///< of other topics: tested on, never trained on
    std::string targetHash;       ///< SHA-256 of the target's weights, for the provenance
    std::uint64_t seed = 1;
    int threads = 0;        ///< 0 = all cores
    bool keepWork = false;  ///< keep the sampled texts and states (several GB) after success
};

}  // namespace specula
