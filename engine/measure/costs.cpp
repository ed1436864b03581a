#include <algorithm>

#include "engine/measure/measure.h"
#include "engine/measure/probe.h"

namespace specula {

namespace {

constexpr int kChainRows = 9;  // rows timed for drafts that propose chains
constexpr int kTreeRows = 17;  // and for those that propose trees

}  // namespace

ProbeReport measureCosts(const std::shared_ptr<const Engine>& engine, int rows, std::stop_token stop,
                         int context) {
    ProbeOptions options;
    options.context = context;
    if (rows == 0) rows = engine->draftInfo().kind == "feature-head" ? kTreeRows : kChainRows;
    options.rows = rows;
    options.visits = 3;
    options.repeats = 2;
    options.gammas = {1, 2, 4, 8, 16};
    std::erase_if(options.gammas, [rows](int gamma) { return gamma > std::max(1, rows - 1); });
    options.seconds = 2.5;
    options.farBandwidth = false;
    options.allShares = false;
    return probe(engine, options, stop);
}

}  // namespace specula
