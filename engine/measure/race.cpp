#include "engine/measure/race.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace specula {

namespace {

struct Pair {
    SingleRun plain;
    SingleRun speculative;

    double logSpeedup() const {
        return std::log(std::max(speculative.tokensPerSecond(), 1e-9) /
                        std::max(plain.tokensPerSecond(), 1e-9));
    }
};

/// Measured runs record no bytes; a reader wants to see text.
void addBytes(const Engine& engine, std::vector<Round>& rounds) {
    if (engine.tokenizer() == nullptr) return;
    for (Round& round : rounds) {
        for (Proposal& proposal : round.proposals) proposal.bytes = engine.tokenizer()->piece(proposal.id);
        for (Emitted& token : round.emitted) token.bytes = engine.tokenizer()->piece(token.id);
    }
}

RaceLane laneOf(const Engine& engine, RunOptions options, SingleRun& run) {
    addBytes(engine, run.rounds);
    if (!run.rounds.empty()) options.rule = run.rounds.front().rule;
    return {std::move(options), std::move(run.rounds), run.finish, run.prefillSeconds};
}

}  // namespace

RaceReport race(const std::shared_ptr<const Engine>& engine, const std::vector<TokenId>& prompt,
                CompareOptions options, std::stop_token stop,
                const std::function<void(double, double)>& progress) {
    std::vector<Pair> pairs;
    options.onPair = [&pairs](const SingleRun& plain, const SingleRun& speculative) {
        pairs.push_back({plain, speculative});
    };
    RaceReport report;
    report.target = engine->targetInfo();
    report.draft = engine->draftInfo();
    report.promptIds = prompt;
    if (engine->tokenizer() != nullptr) {
        for (const TokenId id : prompt) report.promptPieces.push_back(engine->tokenizer()->piece(id));
    }
    report.figures = compare(engine, {{"", prompt}}, options, std::move(stop), progress);
    if (pairs.empty()) return report;
    const double median = std::log(std::max(report.figures.speedup.median, 1e-9));
    Pair& typical = *std::min_element(pairs.begin(), pairs.end(), [median](const Pair& a, const Pair& b) {
        return std::abs(a.logSpeedup() - median) < std::abs(b.logSpeedup() - median);
    });
    options.run.detail = Detail::Counts;
    options.run.costs = report.figures.costs;
    report.speculative = laneOf(*engine, options.run, typical.speculative);
    options.run.gamma = 0;
    options.run.tree = {};
    report.plain = laneOf(*engine, options.run, typical.plain);
    return report;
}

}  // namespace specula
