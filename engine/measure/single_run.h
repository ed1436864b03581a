#pragma once

#include <memory>
#include <stop_token>
#include <vector>

#include "engine/decode/session.h"

namespace specula {

/// One measured run from a fresh Session: nothing is carried over from earlier runs.
struct SingleRun {
    Totals totals;
    std::vector<TokenId> ids;
    double modelCost = 0.0;  ///< sum over rounds of depth c + v(nodes + 1) + o, in target steps
    Finish finish = Finish::Running;
    bool cancelled = false;
    double prefillSeconds = 0.0;
    std::vector<Round> rounds;  ///< where they are kept

    double tokensPerSecond() const { return totals.tokensPerSecond().value_or(0.0); }
};

SingleRun runOnce(const std::shared_ptr<const Engine>& engine, const std::vector<TokenId>& prompt,
                  RunOptions options, std::stop_token stop, bool keepRounds = false);

/// Steps a Session from where it stands until it has put out `tokens` (in whole rounds, so a few more), or to
/// its end. The Session should record Detail::Counts. `costs` for modelCost.
SingleRun runFor(Session& session, long tokens, const std::optional<Costs>& costs, std::stop_token stop,
                 bool keepRounds = false);

/// Sums of several runs.
void addTotals(Totals& sum, const Totals& run);

}  // namespace specula
