#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/explain/cost_model.h"
#include "engine/explain/server_metrics.h"
#include "engine/trace/reports.h"

namespace specula {

// What was measured here, taken to a server: the gamma that the cost model chooses with that machine's costs,
// and the server's own flags for it. Everything is predicted; nothing of it was measured there. Words:
// ui/serving/serving_text.h.

enum class Server { Vllm, Sglang, LlamaCpp, Transformers };

/// "vllm", "sglang", "llama.cpp", "transformers", as on the command line.
std::string_view name(Server server);
std::optional<Server> serverNamed(std::string_view text);
std::vector<Server> allServers();

/// "vLLM", "SGLang", "llama.cpp server", "Transformers".
std::string_view titleOf(Server server);

/// Which documentation the flags follow, with its version: they change from one to the next.
std::string_view documentationOf(Server server);

/// Times of the target's passes on the machine that serves, milliseconds, at the batch that is meant.
struct ServerTimes {
    double draftMs = 0.0;   ///< one step of the draft; 0: not known, taken at its share of a target step here
                            ///< (look-up takes none)
    double verifyMs = 0.0;  ///< the target's pass with one row a request
    int rows = 0;           ///< rows a request of a second pass; 0: none, rows are taken to cost the same
    double rowsMs = 0.0;    ///< that pass

    bool operator==(const ServerTimes&) const = default;
};

struct ServingRequest {
    Server server = Server::Vllm;
    ModelInfo target;
    DraftInfo draft;
    RunOptions options;  ///< of the run that `totals` were counted on
    Totals totals;
    std::optional<Costs> costs;        ///< of this machine
    std::optional<ServerTimes> times;  ///< of the machine that serves
    int batch = 1;                     ///< requests at once there
    std::optional<ServerMetrics>
        metrics;      ///< the server's own counters: they go before what was counted here
    int drafted = 0;  ///< tokens a round that those were counted with, where they do not say; 0: they do
};

/// Why this server cannot take the pair, or what was counted here does not hold there.
enum class Refusal {
    PlainRun,        ///< nothing was drafted, and no counters were given
    NoAcceptance,    ///< the counters do not tell an acceptance
    FeatureHead,     ///< trained for this program's loop
    SkippedLayers,   ///< no server skips layers of its target; early exit outside transformers
    Oracle,          ///< acceptance is set, not earned
    Lossy,           ///< the text would not be the target's
    Tree,            ///< counted over trees: a chain's acceptance is another
    OtherTokenizer,  ///< drafts by shared tokens here, by something else there
    OtherRule,       ///< the server judges in another way, with another acceptance
    NeedsGguf,       ///< llama.cpp reads GGUF files
    NeedsFolder,     ///< the others read Hugging Face folders
    NoPath,          ///< it is not known where the model lies
};

/// Where acceptance comes from.
enum class AcceptanceSource { Run, ServerPositions, ServerAverage };

/// Where costs come from.
enum class CostSource {
    There,      ///< times of that machine, several rows too
    ThereFlat,  ///< times of that machine, rows taken to cost nothing
    Here,       ///< this machine's, for want of others
    None,       ///< nothing: no gamma can be chosen
};

struct ServingAdvice {
    ServingRequest request;
    std::vector<Refusal> refusals;  ///< empty: it can be done
    AcceptanceSource acceptance = AcceptanceSource::Run;
    std::vector<double> alphaByPosition;
    CostSource costSource = CostSource::None;
    std::optional<Costs> costs;      ///< those that were used, for one request
    int gamma = 0;                   ///< best by the model; 0: leave speculative decoding off
    double tokensPerRound = 1.0;     ///< expected
    double speedup = 1.0;            ///< predicted, unmeasured there
    bool stopsEarly = false;         ///< counted where the draft stopped by its own confidence: optimistic
    std::vector<std::string> flags;  ///< lines to paste; empty where refused or where gamma is 0

    bool refused() const { return !refusals.empty(); }
};

/// The largest gamma that is proposed.
inline constexpr int kMostServed = 16;

ServingAdvice adviseServing(ServingRequest request);

/// The rule of ours that a server's own way of judging is, at temperatures above 0, for this kind of draft;
/// for messages: "one-hot".
std::string_view servedRule(Server server, const DraftInfo& draft);

/// What a server would be told: "org/name" for a snapshot in the hub's cache, else the path.
std::string servedName(const std::string& path);

}  // namespace specula
