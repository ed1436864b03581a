#pragma once

#include <memory>

#include "engine/trace/race.h"
#include "tests/ui/fake_rounds.h"

namespace specula::test {

/// Plain decoding of the text of these rounds, one token a round.
inline std::vector<Round> plainRoundsOf(const std::vector<Round>& rounds, double roundMs) {
    std::vector<Round> plain;
    for (const Round& round : rounds) {
        for (const Emitted& token : round.emitted) {
            Round alone;
            alone.index = static_cast<int>(plain.size());
            Emitted emitted = token;
            emitted.kind = EmitKind::Plain;
            emitted.proposal = -1;
            alone.emitted.push_back(emitted);
            alone.times = {0.0, roundMs - 0.3, 0.3, roundMs * static_cast<double>(plain.size() + 1)};
            plain.push_back(std::move(alone));
        }
    }
    return plain;
}

inline Interval runsInterval(double low, double median, double high, int n = 5) {
    return {median, low, high, n, "bootstrap"};
}

/// A greedy race of one made-up text: a plain round takes 9 ms, a speculative one what FakeModel says.
inline RaceReport sampleRace(int rounds = 30) {
    RaceReport race;
    race.target.name = "SmolLM2-135M-Instruct";
    race.target.weights = WeightFormat::Int8x2;
    race.draft.kind = "model";
    race.draft.name = "tiny-draft";
    race.prompt.text = "Once upon a time";
    race.promptPieces = {"Once", " upon", " a", " time"};
    race.promptIds = {1, 2, 3, 4};
    race.speculative.options.sampling.temperature = 0.0;
    race.speculative.options.rule = Rule::Greedy;
    race.speculative.options.gamma = 4;
    race.speculative.options.detail = Detail::Counts;
    race.speculative.rounds = FakeModel({.rounds = rounds, .rows = false, .lineBreaks = false}).make();
    race.speculative.finish = Finish::Length;
    race.plain.options = race.speculative.options;
    race.plain.options.gamma = 0;
    race.plain.rounds = plainRoundsOf(race.speculative.rounds, 9.0);
    race.plain.finish = Finish::Length;
    race.figures.speedup = runsInterval(1.41, 1.52, 1.60);
    race.figures.plain = runsInterval(109, 111, 113);
    race.figures.speculative = runsInterval(160, 168, 171);
    race.figures.verdict = "faster";
    race.figures.sameText = true;
    return race;
}

}  // namespace specula::test
