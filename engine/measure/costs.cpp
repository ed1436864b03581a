#include <algorithm>

#include "engine/measure/measure.h"
#include "engine/measure/probe.h"

namespace specula {

namespace {

constexpr int kChainRows = 9;  // rows timed for drafts that propose chains
constexpr int kTreeRows = 17;  // and for those that propose trees

/// Chains of `gammas` as far as `rows` (0: as many as the draft's kind can use) allow; nothing that only
/// people look at.
ProbeOptions shortProbe(const Engine& engine, int rows, std::vector<int> gammas) {
    ProbeOptions options;
    options.rows = rows;
    if (rows == 0) options.rows = engine.draftInfo().kind == "feature-head" ? kTreeRows : kChainRows;
    std::erase_if(gammas, [&](int gamma) { return gamma > std::max(1, options.rows - 1); });
    options.gammas = std::move(gammas);
    options.farBandwidth = false;
    options.allShares = false;
    return options;
}

}  // namespace

ProbeReport measureCosts(const std::shared_ptr<const Engine>& engine, int rows, std::stop_token stop,
                         int context) {
    ProbeOptions options = shortProbe(*engine, rows, {1, 2, 4, 8, 16});
    options.context = context;
    options.visits = 3;
    options.repeats = 2;
    options.seconds = 2.5;
    return probe(engine, options, stop);
}

ProbeReport measureCostsQuickly(const std::shared_ptr<const Engine>& engine, std::stop_token stop) {
    ProbeOptions options = shortProbe(*engine, 0, {1, 4});
    options.visits = 1;
    options.repeats = 1;
    options.seconds = 0.5;
    options.warmUpMs = 50.0;
    return probe(engine, options, stop);
}

}  // namespace specula
