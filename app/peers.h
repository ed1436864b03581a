#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/trace/reports.h"

namespace specula {

// Other programs on the same machine and the same model file, measured in the same run as this one, turn by
// turn.

/// Programs and files as the person gave them; absent ones are not measured.
struct PeerOptions {
    std::optional<std::string> llamaBench, llamaSpeculative;
    std::optional<std::string> llamaQuantize;  ///< absent: beside llama-bench
    std::optional<std::string> llamaDraft;     ///< GGUF; absent: the target drafts for itself
    std::optional<std::string> python;         ///< with transformers and torch
    std::string model;                         ///< the GGUF file that both sides read
    int threads = 0;                           ///< 0 as in EngineOptions; peers get the number that runs
    int runs = 3;                              ///< of each side, at least 3
    double timeoutSeconds = 300.0;             ///< for each start of a peer

    bool any() const { return llamaBench || llamaSpeculative || python; }
};

/// One quantity of both sides. Ratios are ours / theirs of the same turn.
struct PeerResult {
    std::string name;                                              ///< "decoding, int8 / Q8_0"
    std::string ours = {}, theirs = {};                            ///< what ran on each side
    std::vector<double> oursPerSecond = {}, theirsPerSecond = {};  ///< tokens a second, one a turn
    std::string problem = {};                                      ///< one line; "" = measured

    double oursMedian() const;
    double theirsMedian() const;
    /// Median of the paired ratios, with their smallest and largest as low and high.
    Interval ratio() const;
};

/// What a pass over several rows costs on both sides, in units of each side's pass over one: v(rows).
struct PeerRows {
    std::string name;
    std::string ours = {}, theirs = {};
    std::vector<int> rows = {};
    std::vector<double> oursV = {}, theirsV = {};  ///< [rows]
    double theirsMs = 0.0;                         ///< of their pass over one row
    std::string problem = {};
};

struct PeersReport {
    std::vector<PeerResult> results;
    std::vector<PeerRows> rows;
    std::string settings;  ///< how the peers were run, one sentence
};

/// Measures what `options` name. A peer that fails leaves a problem of one line and the rest goes on. Stops
/// early with what there is. `onResult` gets each comparison as it is done (its number in results or, with
/// rows, in rows).
PeersReport measurePeers(const PeerOptions& options, std::stop_token stop,
                         const std::function<void(const PeerResult&)>& onResult = {},
                         const std::function<void(const PeerRows&)>& onRows = {},
                         const std::function<void(double fraction, const std::string& what)>& progress = {});

}  // namespace specula
