// What keeping full rows (RunOptions::keepRows) costs a run at full detail: sessions of the same prompt and
// seed with and without, alternating, the last 64 rounds held as the window does.
//
//     kept_rows_cost TARGET DRAFT [GAMMA [REPEATS]]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <vector>

#include "engine/decode/engine.h"
#include "engine/decode/session.h"
#include "engine/trace/error.h"

namespace {

using namespace specula;

constexpr std::size_t kHeld = 64;

/// Milliseconds of the rounds of some runs. A busy machine only ever adds to them, so lower quartiles stand
/// for an undisturbed one.
struct Times {
    std::vector<double> round;
    std::vector<double> decide;
};

double lowerQuartile(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 4];
}

void run(const std::shared_ptr<const Engine>& engine, const std::vector<TokenId>& prompt,
         const RunOptions& options, Times& times) {
    Session session(engine, options, prompt);
    std::deque<Round> held;
    while (std::optional<Round> round = session.step({})) {
        const RoundTimes& took = round->times;
        times.round.push_back(took.draftMs + took.verifyMs + took.decideMs);
        times.decide.push_back(took.decideMs);
        held.push_back(std::move(*round));
        if (held.size() > kHeld) held.pop_front();
    }
}

void measure(const EngineOptions& what, int gamma, int repeats) {
    const auto engine = Engine::load(what);
    const std::vector<TokenId> prompt =
        engine->encodePrompt("Once upon a time, in a small village by the sea,", false, "");
    RunOptions options;
    options.gamma = gamma;
    options.maxTokens = 160;
    options.ignoreEos = true;
    Times without, with;
    for (int repeat = 0; repeat < repeats; ++repeat) {
        options.seed = static_cast<std::uint64_t>(repeat);
        for (const int turn : {0, 1}) {
            options.keepRows = (turn + repeat) % 2 == 0;
            run(engine, prompt, options, options.keepRows ? with : without);
        }
    }
    const double round = lowerQuartile(without.round);
    const double more = lowerQuartile(with.decide) - lowerQuartile(without.decide);
    std::printf(
        "gamma %d: a round %.3f ms without, %.3f with; deciding %.3f and %.3f, %.3f more: %.2f %% "
        "of a round (n = %zu)\n",
        gamma, round, lowerQuartile(with.round), lowerQuartile(without.decide), lowerQuartile(with.decide),
        more, 100.0 * more / round, with.round.size());
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fprintf(stderr, "usage: kept_rows_cost TARGET DRAFT [GAMMA [REPEATS]]\n");
        return 2;
    }
    try {
        EngineOptions what;
        what.target = arguments[1];
        what.draft = arguments[2];
        measure(what, count > 3 ? std::atoi(arguments[3]) : 4, count > 4 ? std::atoi(arguments[4]) : 15);
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
    return 0;
}
