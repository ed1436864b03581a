#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace specula {

/// Which program's counters a text holds.
enum class MetricsKind : std::uint8_t {
    None,
    Vllm,       ///< Prometheus text of its /metrics
    LlamaLog,   ///< lines of llama-server's log
    LlamaJson,  ///< "timings" of one of its answers: draft_n, draft_n_accepted
    Sglang,     ///< Prometheus text, or lines of its log
};

/// What keeps counters from telling an acceptance.
enum class MetricsProblem : std::uint8_t {
    None,
    Nothing,       ///< no counter of a server that is known
    NoDrafts,      ///< counters are there, and all 0
    NoRounds,      ///< tokens are counted and rounds are not: how many were drafted a round must be said
    Inconsistent,  ///< more accepted than drafted, or a place kept more often than the place before it
};

/// Counters that a server has printed, added up over all that was pasted.
struct ServerMetrics {
    MetricsKind kind = MetricsKind::None;
    MetricsProblem problem = MetricsProblem::Nothing;
    std::optional<double> rounds;          ///< that drafted something
    std::optional<double> drafted;         ///< tokens
    std::optional<double> accepted;        ///< tokens
    std::optional<double> tokensPerRound;  ///< E, where the server prints that
    std::vector<double>
        survival;  ///< chance that the first i + 1 places are all kept; empty where not printed

    /// Drafted a round on the average; absent where rounds are not counted.
    std::optional<double> draftedPerRound() const;
};

/// Finds the counters in a text that a person pasted: anything else is passed over. Never throws; looks at
/// kMaxMetrics bytes at most, at 64 positions and at the first kMaxMetricsLine bytes of a line. What is
/// read:
/// - vLLM, "Metrics" in its documentation: vllm:spec_decode_num_drafts_total, ..._num_draft_tokens_total,
///   ..._num_accepted_tokens_total, ..._num_accepted_tokens_per_pos_total{position="0"}; engines are added
///   up.
/// - llama.cpp, docs/speculative.md, "Statistics", and tools/server: "draft acceptance = 0.70312 (   90
///   accepted /   128 generated), mean len =  2.41" (before that "draft acceptance rate = "), "acc per pos =
///   (0.8, 0.6)", "statistics draft: #calls = 10, #gen drafts = 10, ..., #gen tokens = 110, #acc tokens =
///   98", and "draft_n", "draft_n_accepted" of an answer's timings.
/// - SGLang, "Production metrics": sglang:spec_accept_length; and "accept len: 3.12" of its log. Both count
///   the token that the target adds; several are averaged.
ServerMetrics readServerMetrics(std::string_view text);

/// Acceptance by position, each given that the earlier ones were kept. From survival where there is one;
/// else the one acceptance that explains E (or accepted / drafted) with `gamma` drafted tokens a round, 0: as
/// the counters say. Empty where the counters do not tell.
std::vector<double> alphaOf(const ServerMetrics& metrics, int gamma = 0);

inline constexpr std::size_t kMaxMetrics = std::size_t{4} << 20;
inline constexpr std::size_t kMaxMetricsLine = std::size_t{1} << 20;  ///< an answer is one line of JSON

}  // namespace specula
