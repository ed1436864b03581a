#include "engine/measure/single_run.h"

#include <limits>

#include "engine/decode/auto_plan.h"

namespace specula {

SingleRun runFor(Session& session, long tokens, const std::optional<Costs>& costs, std::stop_token stop,
                 bool keepRounds) {
    SingleRun run;
    while (run.totals.emitted() < tokens) {
        std::optional<Round> round = session.step(stop);
        if (!round) break;
        run.totals.add(*round);
        if (costs) {
            std::vector<int> plan;
            for (const Proposal& proposal : round->proposals) plan.push_back(proposal.parent);
            run.modelCost += 1.0 / speedupOf(1.0, depthOf(plan), static_cast<int>(plan.size()), *costs);
        }
        if (keepRounds) run.rounds.push_back(std::move(*round));
    }
    run.ids = session.output();
    run.finish = session.finish();
    run.cancelled = run.finish == Finish::Cancelled;
    run.prefillSeconds = session.prefillSeconds();
    return run;
}

SingleRun runOnce(const std::shared_ptr<const Engine>& engine, const std::vector<TokenId>& prompt,
                  RunOptions options, std::stop_token stop, bool keepRounds) {
    options.detail = Detail::Counts;
    const std::optional<Costs> costs = options.costs;
    Session session(engine, std::move(options), prompt);
    return runFor(session, std::numeric_limits<long>::max(), costs, stop, keepRounds);
}

void addTotals(Totals& sum, const Totals& run) {
    sum.rounds += run.rounds;
    sum.drafted += run.drafted;
    sum.judged += run.judged;
    sum.accepted += run.accepted;
    sum.rejected += run.rejected;
    sum.discarded += run.discarded;
    sum.resampled += run.resampled;
    sum.bonus += run.bonus;
    sum.plain += run.plain;
    sum.draftMs += run.draftMs;
    sum.verifyMs += run.verifyMs;
    sum.decideMs += run.decideMs;
    sum.decodeMs += run.decodeMs;
    if (sum.judgedAt.size() < run.judgedAt.size()) {
        sum.judgedAt.resize(run.judgedAt.size());
        sum.acceptedAt.resize(run.acceptedAt.size());
    }
    for (std::size_t i = 0; i < run.judgedAt.size(); ++i) {
        sum.judgedAt[i] += run.judgedAt[i];
        sum.acceptedAt[i] += run.acceptedAt[i];
    }
}

}  // namespace specula
