#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "app/peers.h"
#include "engine/trace/reports.h"

namespace specula {

/// Where a benchmark ran.
struct BenchMachine {
    std::string cpu;             ///< as the system names it
    std::string instructionSet;  ///< of the kernels that ran: amx, avx512, avx2, generic
    int threads = 0;
    double bandwidthGbs = 0.0;  ///< reading, the median of what the cases measured; 0 unknown
    std::string date;           ///< 2026-11-24
    std::string version;
};

/// What `bench --json` prints and --out writes: {cases, peers, cost_model, machine, energy, seconds}.
nlohmann::json benchToJson(const BenchReport& report, const PeersReport& peers, const BenchMachine& machine);

/// One case as lines for a terminal.
std::string benchCaseText(const BenchCase& one);
/// One comparison with a peer, in one line.
std::string peerText(const PeerResult& result);
std::string peerRowsText(const PeerRows& rows);
/// The last lines: how well the cost model meets what was measured, and what was not measured.
std::string benchSummary(const BenchReport& report);

/// Tables for a README, with the date and the machine.
std::string benchMarkdown(const BenchReport& report, const PeersReport& peers, const BenchMachine& machine);

}  // namespace specula
